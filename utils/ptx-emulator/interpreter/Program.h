//===- Program.h - A module that is ready to run ----------------*- C++ -*-===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef PTX_EMULATOR_INTERPRETER_PROGRAM_H
#define PTX_EMULATOR_INTERPRETER_PROGRAM_H

#include "Memory.h"
#include "Syntax.h"

#include <memory>
#include <string>
#include <vector>

namespace ptx_emulator {

struct Instruction;
struct Thread;

/// Executes an instruction. Returns the next instruction, or null where the
/// thread stops: it waits, has ended, or has failed.
using Handler = const Instruction *(*)(Thread &, const Instruction *);

/// An instruction, whose operands are slots of the thread, for registers,
/// special registers and constants alike.
struct Instruction {
  /// Enough for the operands of a product of matrices and the mask of its warp.
  static constexpr unsigned maxOperands = 15;

  Handler run;
  /// Results, then sources.
  uint32_t operands[maxOperands];
  /// The offset of an address, the distance of a branch, or another constant.
  int64_t immediate;
  /// Data that a call, an indirect branch or a synchronization needs.
  const void *data;
  /// The allocation that was accessed last, which most often is accessed again.
  mutable const Range *range;
  unsigned line;
  /// The space of an address.
  Space space;
};

/// The place of a parameter or a result among the parameters of a frame.
struct Slice {
  uint64_t offset;
  uint64_t size;
};

struct Call {
  const struct Function *callee;
  /// Places in the frame of the caller.
  std::vector<Slice> arguments;
  std::vector<Slice> results;
};

struct Function {
  std::string name;
  bool isEntry;
  std::vector<Instruction> code;
  /// The values of the slots when the function begins.
  std::vector<uint64_t> initialSlots;
  std::vector<Slice> parameters;
  std::vector<Slice> results;
  /// The size of the parameters of the function.
  uint64_t parameterBytes = 0;
  /// The size of the parameters and results of the function and of its calls.
  uint64_t frameBytes = 0;
  uint64_t localBytes = 0;
  uint64_t sharedBytes = 0;
  /// Whether threads wait for one another.
  bool synchronizes = false;
  uint64_t maximumThreads = 1024;
  std::vector<uint64_t> requiredThreads;

  /// The data of instructions: the distances of indirect branches, and calls.
  std::vector<std::unique_ptr<std::vector<int64_t>>> branchTables;
  std::vector<std::unique_ptr<Call>> calls;
};

/// The first slots of each thread.
enum SpecialSlot : uint32_t {
  TidX,
  TidY,
  TidZ,
  NtidX,
  NtidY,
  NtidZ,
  CtaidX,
  CtaidY,
  CtaidZ,
  NctaidX,
  NctaidY,
  NctaidZ,
  LaneId,
  WarpId,
  LaneMaskEq,
  LaneMaskLe,
  LaneMaskLt,
  LaneMaskGe,
  LaneMaskGt,
  /// The carry of the last instruction with .cc.
  Carry,
  SpecialSlotCount,
};

class Program {
public:
  /// Decodes a module and allocates its variables. Returns null if it has
  /// reported an error.
  static std::unique_ptr<Program> load(std::string_view text, Memory &memory,
                                       Diagnostics &diagnostics);
  ~Program();

  /// Returns the kernel of that name, or null.
  const Function *findKernel(const std::string &name) const;

private:
  friend class ModuleDecoder;

  explicit Program(Memory &memory) : memory(memory) {}

  Memory &memory;
  std::vector<uint64_t> variables;
  std::map<std::string, Function> functions;
};

} // namespace ptx_emulator

#endif // PTX_EMULATOR_INTERPRETER_PROGRAM_H
