//===- Program.cpp - A module that is ready to run ------------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"
#include "Decoder.h"

#include <cstring>

using namespace ptx_emulator;

/// The maximum static shared memory of a kernel, in bytes.
static constexpr uint64_t maxSharedBytes = 48 * 1024;

static uint64_t alignTo(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

namespace ptx_emulator {

class ModuleDecoder {
public:
  ModuleDecoder(Program &program, Memory &memory, Diagnostics &diagnostics)
      : program(program), memory(memory), diagnostics(diagnostics) {}

  void decode(const ModuleSyntax &module);

private:
  void allocateVariables(const ModuleSyntax &module);
  void initialize(const Variable &variable);
  void declareFunctions(const ModuleSyntax &module);
  void placeDynamicSharedMemory(Function &kernel);
  void propagateSynchronization();

  Program &program;
  Memory &memory;
  Diagnostics &diagnostics;
  SymbolMap symbols;
  /// The size of the shared variables of the module, which each kernel has.
  uint64_t sharedBytes = 0;
  std::vector<std::string> dynamicVariables;
};

} // namespace ptx_emulator

//===----------------------------------------------------------------------===//
// Variables
//===----------------------------------------------------------------------===//

void ModuleDecoder::allocateVariables(const ModuleSyntax &module) {
  for (const Variable &variable : module.variables) {
    Symbol symbol = {variable.space, 0, variable.getBytes()};
    if (variable.space == Space::Shared) {
      if (variable.isArrayOfUnknownSize) {
        dynamicVariables.push_back(variable.name);
        continue;
      }
      sharedBytes = alignTo(sharedBytes, variable.alignment);
      symbol.address = sharedBytes;
      sharedBytes += symbol.size;
    } else {
      if (variable.isArrayOfUnknownSize)
        diagnostics.report(variable.line,
                           "'" + variable.name + "' is not defined");
      symbol.address = memory.allocate(symbol.size);
      program.variables.push_back(symbol.address);
      std::memset(reinterpret_cast<void *>(symbol.address), 0, symbol.size);
    }
    symbols[variable.name] = symbol;
  }
  for (const Variable &variable : module.variables)
    initialize(variable);
}

/// Writes the initial values, which may be addresses of other variables.
void ModuleDecoder::initialize(const Variable &variable) {
  if (variable.initializer.empty())
    return;
  if (variable.space == Space::Shared)
    return diagnostics.report(variable.line,
                              "a shared variable has no initial value");
  unsigned size = getSize(variable.type);
  auto *next = reinterpret_cast<uint8_t *>(symbols[variable.name].address);
  for (const Operand &value : variable.initializer) {
    uint64_t bits = value.value;
    if (value.kind == Operand::Name) {
      auto it = symbols.find(value.name);
      if (it == symbols.end() || size != sizeof(uint64_t) ||
          it->second.space == Space::Shared)
        return diagnostics.report(variable.line,
                                  "unknown initial value '" + value.name + "'");
      bits += it->second.address;
    } else if (value.kind != Operand::Integer &&
               size != (value.kind == Operand::Float32 ? 4u : 8u)) {
      return diagnostics.report(variable.line, "unknown initial value");
    }
    std::memcpy(next, &bits, size);
    next += size;
  }
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

/// Lays out `variables` from `end` on, and moves `end` past them.
static std::vector<Slice> layOut(const std::vector<Variable> &variables,
                                 uint64_t &end) {
  std::vector<Slice> slices;
  for (const Variable &variable : variables) {
    end = alignTo(end, variable.alignment);
    slices.push_back({end, variable.getBytes()});
    end += variable.getBytes();
  }
  return slices;
}

static uint64_t multiply(const std::vector<uint64_t> &sizes) {
  uint64_t product = 1;
  for (uint64_t size : sizes)
    product *= size;
  return product;
}

void ModuleDecoder::declareFunctions(const ModuleSyntax &module) {
  for (const FunctionSyntax &syntax : module.functions) {
    if (syntax.isDeclaration)
      continue;
    auto [it, isNew] = program.functions.try_emplace(syntax.name);
    if (!isNew)
      diagnostics.report(syntax.line,
                         "function '" + syntax.name + "' is defined twice");
    Function &function = it->second;
    function.name = syntax.name;
    function.isEntry = syntax.isEntry;
    uint64_t end = 0;
    function.parameters = layOut(syntax.parameters, end);
    function.parameterBytes = end;
    function.results = layOut(syntax.results, end);
    function.frameBytes = end;
    function.sharedBytes = sharedBytes;
    function.requiredThreads = syntax.requiredThreads;
    if (!syntax.maximumThreads.empty())
      function.maximumThreads = multiply(syntax.maximumThreads);
  }
}

/// Places dynamic shared memory after the static shared memory of each kernel.
/// Functions that several kernels call have no address for dynamic shared
/// memory.
void ModuleDecoder::placeDynamicSharedMemory(Function &kernel) {
  kernel.sharedBytes = alignTo(kernel.sharedBytes, 16);
  for (const std::string &name : dynamicVariables) {
    symbols.erase(name);
    if (kernel.isEntry)
      symbols[name] = {Space::Shared, kernel.sharedBytes, 0};
  }
}

/// Marks each function that calls a synchronizing function as synchronizing.
void ModuleDecoder::propagateSynchronization() {
  for (bool hasChanged = true; hasChanged;) {
    hasChanged = false;
    for (auto &[name, function] : program.functions)
      for (const auto &call : function.calls)
        if (call->callee->synchronizes && !function.synchronizes)
          function.synchronizes = hasChanged = true;
  }
}

void ModuleDecoder::decode(const ModuleSyntax &module) {
  allocateVariables(module);
  declareFunctions(module);
  for (const FunctionSyntax &syntax : module.functions) {
    if (syntax.isDeclaration || diagnostics.hasError())
      continue;
    Function &function = program.functions.at(syntax.name);
    for (const Variable &variable : syntax.variables)
      if (variable.space == Space::Shared)
        function.sharedBytes =
            alignTo(function.sharedBytes, variable.alignment) +
            variable.getBytes();
    placeDynamicSharedMemory(function);
    if (function.sharedBytes > maxSharedBytes)
      diagnostics.report(syntax.line,
                         "'" + syntax.name + "' has " +
                             std::to_string(function.sharedBytes) +
                             " bytes of shared memory, more than 49152");
    FunctionDecoder(syntax, function, symbols, sharedBytes, program.functions,
                    diagnostics)
        .decode();
  }
  propagateSynchronization();
}

std::unique_ptr<Program> Program::load(std::string_view text, Memory &memory,
                                       Diagnostics &diagnostics) {
  ModuleSyntax module = parse(text, diagnostics);
  if (diagnostics.hasError())
    return nullptr;
  std::unique_ptr<Program> program(new Program(memory));
  ModuleDecoder(*program, memory, diagnostics).decode(module);
  return diagnostics.hasError() ? nullptr : std::move(program);
}

Program::~Program() {
  for (uint64_t variable : variables)
    memory.free(variable);
}

const Function *Program::findKernel(const std::string &name) const {
  auto it = functions.find(name);
  return it != functions.end() && it->second.isEntry ? &it->second : nullptr;
}
