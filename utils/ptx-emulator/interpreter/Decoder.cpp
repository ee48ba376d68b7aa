//===- Decoder.cpp - Decode statements to instructions --------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"
#include "Interpreter.h"

#include <algorithm>

using namespace ptx_emulator;

static uint64_t alignTo(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

//===----------------------------------------------------------------------===//
// Mnemonics
//===----------------------------------------------------------------------===//

Mnemonic::Mnemonic(std::string_view text) {
  for (size_t begin = 0;;) {
    size_t end = text.find('.', begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos)
      return;
    begin = end + 1;
  }
}

bool Mnemonic::take(std::string_view part) {
  if (peek() != part || part.empty())
    return false;
  ++next;
  return true;
}

Type Mnemonic::takeType() {
  Type type = parseType(peek());
  if (type != Type::Invalid)
    ++next;
  return type;
}

static const InstructionMap &getInstructionMap() {
  static const InstructionMap map = [] {
    InstructionMap map;
    addIntegerInstructions(map);
    addCarryInstructions(map);
    addBitInstructions(map);
    addFloatInstructions(map);
    addComparisons(map);
    addConversions(map);
    addMemoryInstructions(map);
    addAtomicInstructions(map);
    addControlInstructions(map);
    addWarpInstructions(map);
    addMatrixInstructions(map);
    return map;
  }();
  return map;
}

//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

FunctionDecoder::FunctionDecoder(
    const FunctionSyntax &syntax, Function &function,
    const SymbolMap &moduleSymbols, uint64_t moduleSharedBytes,
    const std::map<std::string, Function> &functions, Diagnostics &diagnostics)
    : syntax(syntax), function(function), moduleSymbols(moduleSymbols),
      sharedEnd(moduleSharedBytes), functions(functions),
      diagnostics(diagnostics) {}

void FunctionDecoder::error(const std::string &message) {
  diagnostics.report(statement ? statement->line : syntax.line, message);
}

/// Places variables in the frame, on the stack and in the memory of the block.
/// Parameters and results already have places.
void FunctionDecoder::layOutVariables() {
  for (size_t i = 0; i < syntax.parameters.size(); ++i)
    symbols[syntax.parameters[i].name] = {Space::Param,
                                          function.parameters[i].offset,
                                          function.parameters[i].size};
  for (size_t i = 0; i < syntax.results.size(); ++i)
    symbols[syntax.results[i].name] = {Space::Param, function.results[i].offset,
                                       function.results[i].size};
  for (const Variable &variable : syntax.variables) {
    uint64_t &end = variable.space == Space::Param   ? function.frameBytes
                    : variable.space == Space::Local ? function.localBytes
                                                     : sharedEnd;
    end = alignTo(end, variable.alignment);
    // Each call declares its own param0.
    symbols[variable.name] = {variable.space, end, variable.getBytes()};
    end += variable.getBytes();
    if (variable.space == Space::Shared && !syntax.isEntry)
      error("shared variables of functions that are no kernels are not "
            "supported");
  }
  // Frames follow each other on the stack.
  function.localBytes = alignTo(function.localBytes, 16);
}

const Symbol *FunctionDecoder::findSymbol(const std::string &name) const {
  auto it = symbols.find(name);
  if (it != symbols.end())
    return &it->second;
  auto global = moduleSymbols.find(name);
  return global == moduleSymbols.end() ? nullptr : &global->second;
}

const Function *FunctionDecoder::findFunction(const std::string &name) const {
  auto it = functions.find(name);
  return it == functions.end() ? nullptr : &it->second;
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

uint32_t FunctionDecoder::newSlot(uint64_t initial) {
  function.initialSlots.push_back(initial);
  return function.initialSlots.size() - 1;
}

void FunctionDecoder::declareRegisters() {
  static constexpr std::pair<const char *, SpecialSlot> specialRegisters[] = {
      {"%tid.x", TidX},
      {"%tid.y", TidY},
      {"%tid.z", TidZ},
      {"%ntid.x", NtidX},
      {"%ntid.y", NtidY},
      {"%ntid.z", NtidZ},
      {"%ctaid.x", CtaidX},
      {"%ctaid.y", CtaidY},
      {"%ctaid.z", CtaidZ},
      {"%nctaid.x", NctaidX},
      {"%nctaid.y", NctaidY},
      {"%nctaid.z", NctaidZ},
      {"%laneid", LaneId},
      {"%warpid", WarpId},
      {"%lanemask_eq", LaneMaskEq},
      {"%lanemask_le", LaneMaskLe},
      {"%lanemask_lt", LaneMaskLt},
      {"%lanemask_ge", LaneMaskGe},
      {"%lanemask_gt", LaneMaskGt},
  };
  function.initialSlots.assign(SpecialSlotCount, 0);
  for (const auto &[name, slot] : specialRegisters)
    registers[name] = {slot, Type::U32};
  // A register that is read before it is written shows: it is a NaN, or an
  // invalid address.
  for (const auto &[name, type] : syntax.registers)
    registers[name] = {newSlot(~uint64_t(0) >> (64 - 8 * getSize(type))), type};
}

const FunctionDecoder::Register *
FunctionDecoder::findRegister(const Operand &operand) const {
  auto it = registers.find(operand.name);
  bool isRegister = operand.kind == Operand::Name && operand.value == 0 &&
                    it != registers.end();
  return isRegister ? &it->second : nullptr;
}

uint32_t FunctionDecoder::constant(uint64_t value) {
  auto [it, isNew] = constants.try_emplace(value, 0);
  if (isNew)
    it->second = newSlot(value);
  return it->second;
}

uint64_t FunctionDecoder::literal(const Operand &operand, Type type) {
  unsigned size = getSize(type);
  bool isFloat =
      operand.kind == Operand::Float32 || operand.kind == Operand::Float64;
  if (isFloat && size != (operand.kind == Operand::Float32 ? 4 : 8))
    error("a literal has another size than the instruction");
  if (size == 8)
    return operand.value;
  uint64_t mask = ~uint64_t(0) >> (64 - 8 * size);
  // A negative integer is written with 64 bits.
  uint64_t above = operand.value & ~mask;
  if (above != 0 && above != ~mask)
    error("a literal does not fit into the type of the instruction");
  return operand.value & mask;
}

/// Computes the address of a local variable: the frame of a function may be
/// anywhere on the stack.
static const Instruction *computeLocalAddress(Thread &thread,
                                              const Instruction *i) {
  thread.slots[i->operands[0]] = thread.localBase + i->immediate;
  return i + 1;
}

uint32_t FunctionDecoder::emitLocalAddress(uint64_t offset) {
  uint32_t slot = newSlot();
  Instruction &instruction = emit(computeLocalAddress);
  instruction.operands[0] = slot;
  instruction.immediate = offset;
  return slot;
}

static bool isPredicate(Type type) { return type == Type::Pred; }

uint32_t FunctionDecoder::destination(const Operand &operand, Type type) {
  unsigned size;
  uint32_t slot = wideDestination(operand, type, size);
  if (size != getSize(type))
    error("register '" + operand.name +
          "' has another size than the "
          "instruction");
  return slot;
}

uint32_t FunctionDecoder::wideDestination(const Operand &operand, Type type,
                                          unsigned &size) {
  size = getSize(type);
  if (operand.kind == Operand::Name && operand.name == "_")
    return newSlot(0);
  const Register *found = findRegister(operand);
  if (!found || found->slot < SpecialSlotCount ||
      isPredicate(found->type) != isPredicate(type) ||
      getSize(found->type) < size) {
    error("expected a register for the result, not '" + operand.name + "'");
    return 0;
  }
  size = getSize(found->type);
  return found->slot;
}

uint32_t FunctionDecoder::source(const Operand &operand, Type type) {
  const Register *found = findRegister(operand);
  if (found && getSize(found->type) != getSize(type))
    error("register '" + operand.name +
          "' has another size than the "
          "instruction");
  return wideSource(operand, type);
}

uint32_t FunctionDecoder::wideSource(const Operand &operand, Type type) {
  if (operand.kind == Operand::Integer || operand.kind == Operand::Float32 ||
      operand.kind == Operand::Float64)
    return constant(literal(operand, type));
  const Register *found = findRegister(operand);
  if (!found || isPredicate(found->type) != isPredicate(type) ||
      getSize(found->type) < getSize(type)) {
    error("expected a register or a constant, not '" + operand.name + "'");
    return 0;
  }
  return found->slot;
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

bool FunctionDecoder::expectOperands(size_t count) {
  if (operands().size() == count)
    return true;
  error("expected " + std::to_string(count) + " operands");
  return false;
}

Instruction &FunctionDecoder::emit(Handler handler) {
  Instruction instruction = {};
  instruction.run = handler;
  instruction.line = statement->line;
  function.code.push_back(instruction);
  return function.code.back();
}

Instruction &FunctionDecoder::emit(Handler handler,
                                   std::initializer_list<Type> results,
                                   std::initializer_list<Type> sources) {
  Instruction &instruction = emit(handler);
  if (!handler) {
    error("unknown type");
    return instruction;
  }
  if (!expectOperands(results.size() + sources.size()))
    return instruction;
  size_t next = 0;
  for (Type type : results) {
    instruction.operands[next] = destination(operands()[next], type);
    ++next;
  }
  for (Type type : sources) {
    instruction.operands[next] = source(operands()[next], type);
    ++next;
  }
  return instruction;
}

template <bool isNegated>
static const Instruction *skipUnless(Thread &thread, const Instruction *i) {
  bool isTrue = thread.slots[i->operands[0]] & 1;
  return isTrue != isNegated ? i + 1 : i + i->immediate;
}

void FunctionDecoder::decodeStatement() {
  size_t first = function.code.size();
  bool isGuarded = !statement->guard.empty();
  if (isGuarded) {
    Operand guard{Operand::Name, statement->guard, 0, {}};
    uint32_t slot = source(guard, Type::Pred);
    emit(statement->isGuardNegated ? skipUnless<true> : skipUnless<false>)
        .operands[0] = slot;
  }
  Mnemonic mnemonic(statement->mnemonic);
  auto it = getInstructionMap().find(std::string(mnemonic.getName()));
  if (it == getInstructionMap().end())
    return error("unknown instruction '" + statement->mnemonic + "'");
  it->second(*this, mnemonic);
  if (!mnemonic.peek().empty())
    error("unknown instruction '" + statement->mnemonic + "'");
  if (isGuarded)
    function.code[first].immediate = function.code.size() - first;
}

void FunctionDecoder::decode() {
  layOutVariables();
  declareRegisters();
  for (const Statement &next : syntax.statements) {
    statement = &next;
    firstInstructions.push_back(function.code.size());
    decodeStatement();
    if (diagnostics.hasError())
      return;
  }
  // A function may end without a return if its end is never reached. Execution
  // must not continue past its code.
  firstInstructions.push_back(function.code.size());
  Statement end{syntax.line, "", false, "ret", {}};
  statement = &end;
  emit(returnFromFunction);
  resolveBranches();
}

//===----------------------------------------------------------------------===//
// Branches
//===----------------------------------------------------------------------===//

bool FunctionDecoder::findLabel(const std::string &label, size_t &statement) {
  auto it = syntax.labels.find(label);
  if (it == syntax.labels.end()) {
    error("unknown label '" + label + "'");
    return false;
  }
  statement = it->second;
  return true;
}

void FunctionDecoder::branchTo(Instruction &instruction,
                               const std::string &label) {
  size_t target;
  size_t position = &instruction - function.code.data();
  if (findLabel(label, target))
    branches.push_back({position, target, nullptr, 0});
}

void FunctionDecoder::branchToAny(Instruction &instruction,
                                  const std::string &list) {
  auto it = syntax.branchTargets.find(list);
  if (it == syntax.branchTargets.end())
    return error("unknown list of labels '" + list + "'");
  function.branchTables.push_back(
      std::make_unique<std::vector<int64_t>>(it->second.size()));
  std::vector<int64_t> *table = function.branchTables.back().get();
  instruction.data = table;
  size_t position = &instruction - function.code.data();
  for (size_t i = 0; i < it->second.size(); ++i) {
    size_t target;
    if (findLabel(it->second[i], target))
      branches.push_back({position, target, table, i});
  }
}

void FunctionDecoder::resolveBranches() {
  for (const Branch &branch : branches) {
    int64_t distance =
        static_cast<int64_t>(firstInstructions[branch.statement]) -
        static_cast<int64_t>(branch.instruction);
    if (branch.table)
      (*branch.table)[branch.index] = distance;
    else
      function.code[branch.instruction].immediate = distance;
  }
}
