//===- Decoder.h - Decode statements to instructions ------------*- C++ -*-===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef PTX_EMULATOR_INTERPRETER_DECODER_H
#define PTX_EMULATOR_INTERPRETER_DECODER_H

#include "Program.h"

#include <unordered_map>

namespace ptx_emulator {

/// The parts of a mnemonic, which are taken one after the other. A part that is
/// left at the end is not known.
class Mnemonic {
public:
  explicit Mnemonic(std::string_view text);

  std::string_view getName() const { return parts.front(); }

  /// Takes the next part if it is `part`.
  bool take(std::string_view part);

  /// Takes the next part if it is a type, else returns Type::Invalid.
  Type takeType();

  /// Returns the next part, or an empty string.
  std::string_view peek() const {
    return next < parts.size() ? parts[next] : std::string_view();
  }
  void skip() { ++next; }

private:
  std::vector<std::string_view> parts;
  size_t next = 1;
};

/// A variable of a module or a function.
struct Symbol {
  Space space;
  /// The address within the space.
  uint64_t address;
  uint64_t size;
};

using SymbolMap = std::unordered_map<std::string, Symbol>;

/// Decodes the statements of one function.
class FunctionDecoder {
public:
  FunctionDecoder(const FunctionSyntax &syntax, Function &function,
                  const SymbolMap &moduleSymbols, uint64_t moduleSharedBytes,
                  const std::map<std::string, Function> &functions,
                  Diagnostics &diagnostics);

  void decode();

  //===--------------------------------------------------------------------===//
  // For the decoders of instructions
  //===--------------------------------------------------------------------===//

  void error(const std::string &message);

  const std::vector<Operand> &operands() const { return statement->operands; }
  bool expectOperands(size_t count);

  /// Appends an instruction. The reference is valid until the next one.
  Instruction &emit(Handler handler);

  /// Appends an instruction with results and sources of these types.
  Instruction &emit(Handler handler, std::initializer_list<Type> results,
                    std::initializer_list<Type> sources);

  /// Returns the slot of a register or `_`.
  uint32_t destination(const Operand &operand, Type type);
  /// Returns the slot of a register, a special register or a constant.
  uint32_t source(const Operand &operand, Type type);
  /// Returns the slot of a register that may be wider than `type`, and for a
  /// result also the size of the register.
  uint32_t wideDestination(const Operand &operand, Type type, unsigned &size);
  uint32_t wideSource(const Operand &operand, Type type);
  uint32_t constant(uint64_t value);
  /// Returns a new slot with the value `initial`.
  uint32_t newSlot(uint64_t initial = 0);
  /// Emits the computation of the stack address of a local variable, and
  /// returns the slot of the address.
  uint32_t emitLocalAddress(uint64_t offset);

  /// Returns the symbol of that name, or null.
  const Symbol *findSymbol(const std::string &name) const;
  const Function *findFunction(const std::string &name) const;

  /// Makes `instruction` branch to `label`.
  void branchTo(Instruction &instruction, const std::string &label);
  /// Makes `instruction` branch to one of the labels of the list named `list`.
  void branchToAny(Instruction &instruction, const std::string &list);

  Function &getFunction() { return function; }

private:
  /// A branch whose distance is known once all statements are decoded.
  struct Branch {
    size_t instruction;
    size_t statement;
    /// The table that takes the distance, or null if the instruction takes it.
    std::vector<int64_t> *table;
    size_t index;
  };

  void layOutVariables();
  void declareRegisters();
  void decodeStatement();
  void resolveBranches();
  bool findLabel(const std::string &label, size_t &statement);

  struct Register {
    uint32_t slot;
    Type type;
  };
  /// Returns the register, or null without an error if `operand` is not a
  /// register.
  const Register *findRegister(const Operand &operand) const;
  uint64_t literal(const Operand &operand, Type type);

  const FunctionSyntax &syntax;
  Function &function;
  const SymbolMap &moduleSymbols;
  /// The end of the shared variables so far: of the module, then of the
  /// function.
  uint64_t sharedEnd;
  const std::map<std::string, Function> &functions;
  Diagnostics &diagnostics;
  SymbolMap symbols;
  std::unordered_map<std::string, Register> registers;
  std::unordered_map<uint64_t, uint32_t> constants;
  const Statement *statement = nullptr;
  /// The first instruction of each statement.
  std::vector<size_t> firstInstructions;
  std::vector<Branch> branches;
};

/// Decodes the instructions of one name.
using InstructionDecoder = void (*)(FunctionDecoder &, Mnemonic &);
using InstructionMap = std::unordered_map<std::string, InstructionDecoder>;

/// Decodes bar.warp.sync.
void decodeWarpBarrier(FunctionDecoder &decoder, Mnemonic &mnemonic);

void addIntegerInstructions(InstructionMap &map);
void addCarryInstructions(InstructionMap &map);
void addBitInstructions(InstructionMap &map);
void addFloatInstructions(InstructionMap &map);
void addComparisons(InstructionMap &map);
void addConversions(InstructionMap &map);
void addMemoryInstructions(InstructionMap &map);
void addAtomicInstructions(InstructionMap &map);
void addControlInstructions(InstructionMap &map);
void addWarpInstructions(InstructionMap &map);
void addMatrixInstructions(InstructionMap &map);

} // namespace ptx_emulator

#endif // PTX_EMULATOR_INTERPRETER_DECODER_H
