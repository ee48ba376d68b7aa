//===- Interpreter.h - Run kernels, thread by thread ------------*- C++ -*-===//
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
  /// The parameters, at the offsets in Function::parameters.
  std::vector<uint8_t> parameters;
};

enum class FaultKind {
  None,
  IllegalAddress,
  MisalignedAddress,
  /// A deadlock, a trap, a stack that is too deep, or the like.
  LaunchFailure,
};

/// The error that ended a kernel.
struct Fault {
  FaultKind kind = FaultKind::None;
  /// Names the access, the instruction and the thread.
  std::string message;
};

/// Runs `kernel` to its end or its first fault, and returns the fault.
Fault run(const Function &kernel, const Launch &launch, const Memory &memory);

//===----------------------------------------------------------------------===//
// The state of a running kernel
//===----------------------------------------------------------------------===//

/// The beginnings of these spaces in generic addresses; addresses of the host
/// are below.
constexpr uint64_t sharedWindow = uint64_t(1) << 56;
constexpr uint64_t localWindow = uint64_t(2) << 56;
constexpr uint64_t paramWindow = uint64_t(3) << 56;
constexpr uint64_t windowMask = ~uint64_t(0) << 56;

/// The state of a thread before it called a function, and the slots and
/// parameters of the callee.
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
  /// The stack, its size, and the position of the frame in it.
  uint8_t *local;
  uint64_t localBytes;
  uint64_t localBase;
  ThreadState state;
  /// The instruction at which the thread continues.
  const Instruction *resume;
  /// The number of the thread in the block.
  uint32_t index;
  std::vector<Frame> frames;

  /// Ends the kernel with a fault. Returns null for a handler to return.
  const Instruction *fail(const Instruction *instruction, FaultKind kind,
                          const std::string &message);

  /// Stops the thread at `instruction` until it is released. Returns null for a
  /// handler to return.
  const Instruction *wait(const Instruction *instruction, ThreadState reason) {
    state = reason;
    resume = instruction;
    return nullptr;
  }
};

/// An exchange between the threads of a warp, which runs once all threads in
/// the mask, the last operand, have arrived.
struct WarpOperation {
  static constexpr unsigned maskOperand = Instruction::maxOperands - 1;

  /// `lanes` has 32 elements, which are null for threads that are not in the
  /// mask.
  void (*run)(const Instruction *instruction, Thread *const *lanes);
};

/// Returns from a function, or ends the thread if it is in the kernel.
const Instruction *returnFromFunction(Thread &thread, const Instruction *);

/// Calls the function in the data of the instruction.
const Instruction *callFunction(Thread &thread, const Instruction *);

} // namespace ptx_emulator

#endif // PTX_EMULATOR_INTERPRETER_INTERPRETER_H
