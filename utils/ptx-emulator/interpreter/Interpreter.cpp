//===- Interpreter.cpp - Run kernels, thread by thread --------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Interpreter.h"

#include <algorithm>
#include <cstring>
#include <set>

using namespace ptx_emulator;

static constexpr unsigned warpSize = 32;

/// The size of the stack of a thread whose kernel calls functions.
static constexpr uint64_t stackBytes = 64 * 1024;
static constexpr size_t maxCallDepth = 256;

//===----------------------------------------------------------------------===//
// Threads
//===----------------------------------------------------------------------===//

static std::string print(uint32_t x, uint32_t y, uint32_t z) {
  return "(" + std::to_string(x) + ", " + std::to_string(y) + ", " +
         std::to_string(z) + ")";
}

const Instruction *Thread::fail(const Instruction *instruction, FaultKind kind,
                                const std::string &message) {
  state = ThreadState::Faulted;
  // The slots of a callee begin with a copy of the special registers.
  block->fault.kind = kind;
  block->fault.message =
      "'" + function->name + "' line " + std::to_string(instruction->line) +
      ", block " + print(block->index.x, block->index.y, block->index.z) +
      ", thread " + print(slots[TidX], slots[TidY], slots[TidZ]) + ": " +
      message;
  return nullptr;
}

/// Runs `thread` until it stops.
static void execute(Thread &thread) {
  const Instruction *instruction = thread.resume;
  do
    instruction = instruction->run(thread, instruction);
  while (instruction);
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

static void copySlice(uint8_t *to, const Slice &toSlice, const uint8_t *from,
                      const Slice &fromSlice) {
  std::memcpy(to + toSlice.offset, from + fromSlice.offset,
              std::min(toSlice.size, fromSlice.size));
}

const Instruction *ptx_emulator::callFunction(Thread &thread,
                                              const Instruction *i) {
  const Call &call = *static_cast<const Call *>(i->data);
  const Function &callee = *call.callee;
  uint64_t base = thread.localBase + thread.function->localBytes;
  if (thread.frames.size() == maxCallDepth ||
      base + callee.localBytes > thread.localBytes)
    return thread.fail(i, FaultKind::LaunchFailure, "the stack is too deep");

  Frame frame{i,
              thread.function,
              thread.slots,
              thread.params,
              thread.paramBytes,
              callee.initialSlots,
              std::vector<uint8_t>(callee.frameBytes, 0xff)};
  std::copy_n(thread.slots, SpecialSlotCount, frame.slots.begin());
  for (size_t k = 0; k < call.arguments.size(); ++k)
    copySlice(frame.params.data(), callee.parameters[k], thread.params,
              call.arguments[k]);
  thread.frames.push_back(std::move(frame));
  thread.function = &callee;
  thread.slots = thread.frames.back().slots.data();
  thread.params = thread.frames.back().params.data();
  thread.paramBytes = callee.frameBytes;
  thread.localBase = base;
  return callee.code.data();
}

const Instruction *ptx_emulator::returnFromFunction(Thread &thread,
                                                    const Instruction *i) {
  if (thread.frames.empty())
    return thread.wait(i, ThreadState::Done);
  Frame frame = std::move(thread.frames.back());
  thread.frames.pop_back();
  const Call &call = *static_cast<const Call *>(frame.call->data);
  for (size_t k = 0; k < call.results.size(); ++k)
    copySlice(frame.callerParams, call.results[k], frame.params.data(),
              thread.function->results[k]);
  thread.function = frame.caller;
  thread.slots = frame.callerSlots;
  thread.params = frame.callerParams;
  thread.paramBytes = frame.callerParamBytes;
  thread.localBase -= thread.function->localBytes;
  return frame.call + 1;
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

namespace {

/// Runs the blocks of a grid, one after the other.
class GridRunner {
public:
  GridRunner(const Function &kernel, const Launch &launch,
             const Memory &memory);

  Fault run();

private:
  void prepare(Thread &thread, size_t storage);
  void start(Thread &thread, uint32_t index);
  void runIndependentThreads();
  void runSynchronizedThreads();
  bool releaseWarp(size_t begin);
  bool releaseBarrier();
  void reportDeadlock();

  const Function &kernel;
  const Launch &launch;
  Block block;
  uint32_t threadCount;
  /// All threads of a block, or one thread that is reused if threads do not
  /// wait for one another.
  std::vector<Thread> threads;
  std::vector<uint64_t> slots;
  std::vector<uint8_t> local;
  std::vector<uint8_t> params;
};

} // namespace

GridRunner::GridRunner(const Function &kernel, const Launch &launch,
                       const Memory &memory)
    : kernel(kernel), launch(launch), block{kernel, launch, memory, {}, {}, {}},
      threadCount(launch.block.x * launch.block.y * launch.block.z),
      threads(kernel.synchronizes ? threadCount : 1) {
  block.shared.resize(kernel.sharedBytes + launch.dynamicSharedBytes);
  slots.resize(threads.size() * kernel.initialSlots.size());
  uint64_t localBytes = kernel.calls.empty() ? kernel.localBytes : stackBytes;
  local.resize(threads.size() * localBytes);
  params.resize(threads.size() * kernel.frameBytes);
  for (size_t i = 0; i < threads.size(); ++i) {
    threads[i].localBytes = localBytes;
    prepare(threads[i], i);
  }
}

/// Gives `thread` part number `storage` of the slots, the stacks and the
/// parameters of all threads.
void GridRunner::prepare(Thread &thread, size_t storage) {
  thread.block = &block;
  thread.function = &kernel;
  thread.slots = slots.data() + storage * kernel.initialSlots.size();
  thread.local = local.data() + storage * thread.localBytes;
  thread.params = params.data() + storage * kernel.frameBytes;
  thread.paramBytes = kernel.frameBytes;
}

void GridRunner::start(Thread &thread, uint32_t index) {
  thread.index = index;
  thread.state = ThreadState::Running;
  thread.resume = kernel.code.data();
  thread.localBase = 0;
  std::memcpy(thread.slots, kernel.initialSlots.data(),
              kernel.initialSlots.size() * sizeof(uint64_t));
  if (!launch.parameters.empty())
    std::memcpy(thread.params, launch.parameters.data(),
                launch.parameters.size());
  const Dimensions &size = launch.block, &grid = launch.grid;
  uint32_t lane = index % warpSize;
  uint32_t laneBit = uint32_t(1) << lane;
  const uint64_t special[SpecialSlotCount] = {
      index % size.x,
      index / size.x % size.y,
      index / size.x / size.y,
      size.x,
      size.y,
      size.z,
      block.index.x,
      block.index.y,
      block.index.z,
      grid.x,
      grid.y,
      grid.z,
      lane,
      index / warpSize,
      laneBit,
      laneBit | (laneBit - 1),
      laneBit - 1,
      ~(laneBit - 1),
      ~(laneBit | (laneBit - 1)),
      /*Carry=*/0,
  };
  std::memcpy(thread.slots, special, sizeof(special));
}

void GridRunner::runIndependentThreads() {
  Thread &thread = threads.front();
  for (uint32_t i = 0; i < threadCount; ++i) {
    start(thread, i);
    execute(thread);
    if (thread.state == ThreadState::Faulted)
      return;
  }
}

//===----------------------------------------------------------------------===//
// Synchronization
//===----------------------------------------------------------------------===//

static void release(Thread &thread) {
  thread.state = ThreadState::Running;
  ++thread.resume;
}

/// Runs the operations for which threads of the warp from `begin` on wait, if
/// all threads that take part have arrived. Returns whether there is such an
/// operation.
bool GridRunner::releaseWarp(size_t begin) {
  size_t end = std::min(begin + warpSize, threads.size());
  bool isReleased = false;
  for (size_t first = begin; first < end; ++first) {
    const Thread &leader = threads[first];
    if (leader.state != ThreadState::AtWarpOperation)
      continue;
    const Instruction *instruction = leader.resume;
    auto &operation = *static_cast<const WarpOperation *>(instruction->data);
    uint32_t maskSlot = instruction->operands[WarpOperation::maskOperand];
    uint64_t mask = leader.slots[maskSlot];
    Thread *lanes[warpSize] = {};
    bool isComplete = mask >> (first - begin) & 1;
    for (size_t i = begin; i < end; ++i) {
      if (!(mask >> (i - begin) & 1))
        continue;
      Thread &thread = threads[i];
      lanes[i - begin] = &thread;
      isComplete &= thread.state == ThreadState::AtWarpOperation &&
                    thread.resume == instruction &&
                    thread.slots[maskSlot] == mask;
    }
    if (!isComplete)
      continue;
    operation.run(instruction, lanes);
    for (Thread *thread : lanes)
      if (thread)
        release(*thread);
    isReleased = true;
  }
  return isReleased;
}

/// Releases the threads at each barrier at which enough threads have arrived.
/// Returns whether there is such a barrier.
bool GridRunner::releaseBarrier() {
  // Operands: the number of the barrier, and its number of threads, or 0 for
  // all.
  std::map<uint64_t, std::vector<Thread *>> waiting;
  size_t alive = 0;
  for (Thread &thread : threads) {
    alive += thread.state != ThreadState::Done;
    if (thread.state == ThreadState::AtBarrier)
      waiting[thread.slots[thread.resume->operands[0]]].push_back(&thread);
  }
  bool isReleased = false;
  for (auto &[barrier, arrived] : waiting) {
    Thread &first = *arrived.front();
    uint64_t expected = first.slots[first.resume->operands[1]];
    if (arrived.size() != (expected ? expected : alive))
      continue;
    for (Thread *thread : arrived)
      release(*thread);
    isReleased = true;
  }
  return isReleased;
}

void GridRunner::reportDeadlock() {
  for (Thread &thread : threads) {
    if (thread.state == ThreadState::Done)
      continue;
    thread.fail(thread.resume, FaultKind::LaunchFailure,
                "waits for threads that do not come");
    return;
  }
}

void GridRunner::runSynchronizedThreads() {
  for (uint32_t i = 0; i < threadCount; ++i)
    start(threads[i], i);
  for (;;) {
    bool isDone = true;
    for (Thread &thread : threads) {
      if (thread.state == ThreadState::Running)
        execute(thread);
      if (thread.state == ThreadState::Faulted)
        return;
      isDone &= thread.state == ThreadState::Done;
    }
    if (isDone)
      return;
    bool isReleased = false;
    for (size_t warp = 0; warp < threads.size(); warp += warpSize)
      isReleased |= releaseWarp(warp);
    if (!isReleased && !releaseBarrier())
      return reportDeadlock();
  }
}

Fault GridRunner::run() {
  for (uint32_t z = 0; z < launch.grid.z; ++z)
    for (uint32_t y = 0; y < launch.grid.y; ++y)
      for (uint32_t x = 0; x < launch.grid.x; ++x) {
        block.index = {x, y, z};
        // A float that is read before it is written is a NaN.
        std::fill(block.shared.begin(), block.shared.end(), 0xff);
        if (kernel.synchronizes)
          runSynchronizedThreads();
        else
          runIndependentThreads();
        if (block.fault.kind != FaultKind::None)
          return block.fault;
      }
  return {};
}

/// Resets the last accessed range of each instruction, which may have been
/// freed since.
static void resetRanges(const Function &function,
                        std::set<const Function *> &visited) {
  static const Range none = {0, 0, false};
  if (!visited.insert(&function).second)
    return;
  for (const Instruction &instruction : function.code)
    instruction.range = &none;
  for (const auto &call : function.calls)
    resetRanges(*call->callee, visited);
}

Fault ptx_emulator::run(const Function &kernel, const Launch &launch,
                        const Memory &memory) {
  std::set<const Function *> visited;
  resetRanges(kernel, visited);
  return GridRunner(kernel, launch, memory).run();
}
