//===- Interpreter.h - Runs kernels, thread by thread -----------*- C++ -*-===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef PTX_EMULATOR_INTERPRETER_INTERPRETER_H
#define PTX_EMULATOR_INTERPRETER_INTERPRETER_H

#include "Program.h"

namespace ptx_emulator {

struct Dimensions {
  uint32_t x = 1;
  uint32_t y = 1;
  uint32_t z = 1;
};

struct Launch {
  Dimensions grid;
  Dimensions block;
  uint64_t dynamicSharedBytes = 0;
  /// One after the other, as Function::parameters says.
  std::vector<uint8_t> parameters;
};

enum class FaultKind {
  None,
  IllegalAddress,
  MisalignedAddress,
  /// Threads that wait for what never comes, a trap, a stack too deep.
  LaunchFailure,
};

/// What a kernel did that ended it.
struct Fault {
  FaultKind kind = FaultKind::None;
  /// Which access, instruction and thread.
  std::string message;
};

/// Runs `kernel` to its end or its first fault. Adds to `executed` how many
/// instructions it ran, if not null.
Fault run(const Function &kernel, const Launch &launch, const Memory &memory);

//===----------------------------------------------------------------------===//
// What instructions see
//===----------------------------------------------------------------------===//

/// Addresses of these spaces begin here when they are generic; those of the
/// host are below.
constexpr uint64_t sharedWindow = uint64_t(1) << 56;
constexpr uint64_t localWindow = uint64_t(2) << 56;
constexpr uint64_t paramWindow = uint64_t(3) << 56;
constexpr uint64_t windowMask = ~uint64_t(0) << 56;

/// What a thread had before it called a function, and what the callee has.
struct Frame {
  const Instruction *call;
  const Function *caller;
  uint64_t *callerSlots;
  uint8_t *callerParams;
  uint64_t callerParamBytes;
  std::vector<uint64_t> slots;
  std::vector<uint8_t> params;
};

enum class ThreadState { Running, AtBarrier, AtWarpOperation, Done, Faulted };

struct Block {
  const Function &kernel;
  const Launch &launch;
  const Memory &memory;
  std::vector<uint8_t> shared;
  Dimensions index;
  Fault fault;
};

struct Thread {
  Block *block;
  const Function *function;
  uint64_t *slots;
  /// The parameters of the frame: those of the function and of its calls.
  uint8_t *params;
  uint64_t paramBytes;
  /// The stack, and where the frame begins in it.
  uint8_t *local;
  uint64_t localBytes;
  uint64_t localBase;
  ThreadState state;
  /// Where it goes on.
  const Instruction *resume;
  /// Within the block.
  uint32_t index;
  std::vector<Frame> frames;

  /// Ends the kernel. Returns null for a handler to return.
  const Instruction *fail(const Instruction *instruction, FaultKind kind,
                          const std::string &message);

  /// Stops until others are there, too.
  const Instruction *wait(const Instruction *instruction, ThreadState reason) {
    state = reason;
    resume = instruction;
    return nullptr;
  }
};

/// An exchange between the threads of a warp. It runs once all that are named
/// by the mask, the last operand, are there.
struct WarpOperation {
  static constexpr unsigned maskOperand = Instruction::maxOperands - 1;

  /// `lanes` has 32 elements, null where a thread is not of the mask.
  void (*run)(const Instruction *instruction, Thread *const *lanes);
};

/// Ends a thread, or returns from a function.
const Instruction *returnFromFunction(Thread &thread, const Instruction *);

/// Calls the function in the data of the instruction.
const Instruction *callFunction(Thread &thread, const Instruction *);

} // namespace ptx_emulator

#endif // PTX_EMULATOR_INTERPRETER_INTERPRETER_H
