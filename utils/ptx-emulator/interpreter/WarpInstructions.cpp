//===- WarpInstructions.cpp - Exchanges within a warp ---------------------===//
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

static constexpr uint32_t warpSize = 32;

/// Stops until all threads in the mask have arrived.
static const Instruction *waitForWarp(Thread &thread, const Instruction *i) {
  return thread.wait(i, ThreadState::AtWarpOperation);
}

/// Emits an exchange of the threads in the mask.
static Instruction &emitExchange(FunctionDecoder &decoder,
                                 const WarpOperation &operation,
                                 uint32_t maskSlot) {
  Instruction &instruction = decoder.emit(waitForWarp);
  instruction.operands[WarpOperation::maskOperand] = maskSlot;
  instruction.data = &operation;
  decoder.getFunction().synchronizes = true;
  return instruction;
}

//===----------------------------------------------------------------------===//
// bar.warp.sync
//===----------------------------------------------------------------------===//

void ptx_emulator::decodeWarpBarrier(FunctionDecoder &decoder,
                                     Mnemonic &mnemonic) {
  static const WarpOperation operation = {
      [](const Instruction *, Thread *const *) {}};
  if (!mnemonic.take("sync") || !decoder.expectOperands(1))
    return decoder.error("unknown barrier");
  emitExchange(decoder, operation,
               decoder.source(decoder.operands()[0], Type::B32));
}

//===----------------------------------------------------------------------===//
// vote.sync
//===----------------------------------------------------------------------===//

/// Calls `body` with each thread that takes part and its lane.
template <typename Body>
static void forEachLane(Thread *const *lanes, Body body) {
  for (uint32_t lane = 0; lane < warpSize; ++lane)
    if (lanes[lane])
      body(*lanes[lane], lane);
}

/// Operands: the result, the predicate, which is negated if the immediate is 1.
template <uint64_t (*decide)(uint32_t votes, uint32_t voters)>
static void vote(const Instruction *i, Thread *const *lanes) {
  uint32_t votes = 0, voters = 0;
  forEachLane(lanes, [&](Thread &thread, uint32_t lane) {
    uint32_t value = (thread.slots[i->operands[1]] ^ i->immediate) & 1;
    votes |= value << lane;
    voters |= uint32_t(1) << lane;
  });
  forEachLane(lanes, [&](Thread &thread, uint32_t) {
    thread.slots[i->operands[0]] = decide(votes, voters);
  });
}

static uint64_t all(uint32_t votes, uint32_t voters) { return votes == voters; }
static uint64_t any(uint32_t votes, uint32_t) { return votes != 0; }
static uint64_t uniform(uint32_t votes, uint32_t voters) {
  return votes == 0 || votes == voters;
}
static uint64_t ballot(uint32_t votes, uint32_t) { return votes; }

static void decodeVote(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  static const std::pair<std::string_view, WarpOperation> operations[] = {
      {"all", {vote<all>}},
      {"any", {vote<any>}},
      {"uni", {vote<uniform>}},
      {"ballot", {vote<ballot>}},
  };
  if (!mnemonic.take("sync") || !decoder.expectOperands(3))
    return decoder.error("unknown vote");
  const WarpOperation *operation = nullptr;
  for (const auto &[name, candidate] : operations)
    if (mnemonic.take(name))
      operation = &candidate;
  Type type = mnemonic.takeType();
  if (!operation ||
      type != (operation == &operations[3].second ? Type::B32 : Type::Pred))
    return decoder.error("unknown vote");
  const std::vector<Operand> &operands = decoder.operands();
  bool isNegated = operands[1].kind == Operand::Negated;
  Operand predicate{Operand::Name, operands[1].name, 0, {}};
  uint32_t result = decoder.destination(operands[0], type);
  uint32_t source = decoder.source(predicate, Type::Pred);
  uint32_t mask = decoder.source(operands[2], Type::B32);
  Instruction &instruction = emitExchange(decoder, *operation, mask);
  instruction.operands[0] = result;
  instruction.operands[1] = source;
  instruction.immediate = isNegated;
}

//===----------------------------------------------------------------------===//
// shfl.sync
//===----------------------------------------------------------------------===//

enum class ShuffleMode { Up, Down, Butterfly, Index };

namespace {

struct ShuffleSource {
  uint32_t lane;
  bool isInRange;
};

} // namespace

/// Returns the lane that `lane` reads. `clamp` has the last lane of a segment
/// in its low bits and the mask of segments above.
template <ShuffleMode mode>
static ShuffleSource findSource(uint32_t lane, uint32_t distance,
                                uint32_t clamp) {
  distance &= 31;
  uint32_t segment = clamp >> 8 & 31;
  uint32_t first = lane & segment;
  int last = static_cast<int>(first | (clamp & 31 & ~segment));
  int from;
  switch (mode) {
  case ShuffleMode::Up:
    from = static_cast<int>(lane) - static_cast<int>(distance);
    break;
  case ShuffleMode::Down:
    from = static_cast<int>(lane + distance);
    break;
  case ShuffleMode::Butterfly:
    from = static_cast<int>(lane ^ distance);
    break;
  case ShuffleMode::Index:
    from = static_cast<int>(first | (distance & ~segment));
    break;
  }
  bool isInRange = mode == ShuffleMode::Up ? from >= last : from <= last;
  return {isInRange ? static_cast<uint32_t>(from) : lane, isInRange};
}

/// Operands: the result, whether its source is in range, the value, the
/// distance, the clamp.
template <ShuffleMode mode>
static void shuffle(const Instruction *i, Thread *const *lanes) {
  // The value of a lane that does not take part is undefined.
  uint64_t values[warpSize];
  std::fill_n(values, warpSize, UINT32_MAX);
  forEachLane(lanes, [&](Thread &thread, uint32_t lane) {
    values[lane] = thread.slots[i->operands[2]];
  });
  forEachLane(lanes, [&](Thread &thread, uint32_t lane) {
    ShuffleSource source = findSource<mode>(lane, thread.slots[i->operands[3]],
                                            thread.slots[i->operands[4]]);
    thread.slots[i->operands[0]] = values[source.lane];
    thread.slots[i->operands[1]] = source.isInRange;
  });
}

static void decodeShuffle(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  static const std::pair<std::string_view, WarpOperation> operations[] = {
      {"up", {shuffle<ShuffleMode::Up>}},
      {"down", {shuffle<ShuffleMode::Down>}},
      {"bfly", {shuffle<ShuffleMode::Butterfly>}},
      {"idx", {shuffle<ShuffleMode::Index>}},
  };
  if (!mnemonic.take("sync") || !decoder.expectOperands(5))
    return decoder.error("unknown shuffle");
  const WarpOperation *operation = nullptr;
  for (const auto &[name, candidate] : operations)
    if (mnemonic.take(name))
      operation = &candidate;
  if (!operation || mnemonic.takeType() != Type::B32)
    return decoder.error("unknown shuffle");
  const std::vector<Operand> &operands = decoder.operands();
  bool hasPredicate = operands[0].kind == Operand::Pair;
  const Operand &result = hasPredicate ? operands[0].elements[0] : operands[0];
  uint32_t slots[] = {
      decoder.destination(result, Type::B32),
      hasPredicate ? decoder.destination(operands[0].elements[1], Type::Pred)
                   : decoder.newSlot(),
      decoder.source(operands[1], Type::B32),
      decoder.source(operands[2], Type::B32),
      decoder.source(operands[3], Type::B32),
  };
  uint32_t mask = decoder.source(operands[4], Type::B32);
  Instruction &instruction = emitExchange(decoder, *operation, mask);
  std::copy(std::begin(slots), std::end(slots), instruction.operands);
}

//===----------------------------------------------------------------------===//
// redux.sync
//===----------------------------------------------------------------------===//

template <typename T, T (*combine)(T, T)>
static void reduce(const Instruction *i, Thread *const *lanes) {
  bool isFirst = true;
  T result = 0;
  forEachLane(lanes, [&](Thread &thread, uint32_t) {
    T value = static_cast<T>(thread.slots[i->operands[1]]);
    result = isFirst ? value : combine(result, value);
    isFirst = false;
  });
  forEachLane(lanes, [&](Thread &thread, uint32_t) {
    thread.slots[i->operands[0]] = static_cast<uint32_t>(result);
  });
}

template <typename T>
static T add(T a, T b) {
  return static_cast<T>(uint32_t(a) + uint32_t(b));
}
template <typename T>
static T minimum(T a, T b) {
  return std::min(a, b);
}
template <typename T>
static T maximum(T a, T b) {
  return std::max(a, b);
}
static uint32_t bitAnd(uint32_t a, uint32_t b) { return a & b; }
static uint32_t bitOr(uint32_t a, uint32_t b) { return a | b; }
static uint32_t bitXor(uint32_t a, uint32_t b) { return a ^ b; }

static void decodeReduce(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  struct Entry {
    std::string_view name;
    Type type;
    WarpOperation operation;
  };
  static const Entry entries[] = {
      {"add", Type::U32, {reduce<uint32_t, add<uint32_t>>}},
      {"add", Type::S32, {reduce<int32_t, add<int32_t>>}},
      {"min", Type::U32, {reduce<uint32_t, minimum<uint32_t>>}},
      {"min", Type::S32, {reduce<int32_t, minimum<int32_t>>}},
      {"max", Type::U32, {reduce<uint32_t, maximum<uint32_t>>}},
      {"max", Type::S32, {reduce<int32_t, maximum<int32_t>>}},
      {"and", Type::B32, {reduce<uint32_t, bitAnd>}},
      {"or", Type::B32, {reduce<uint32_t, bitOr>}},
      {"xor", Type::B32, {reduce<uint32_t, bitXor>}},
  };
  bool isSync = mnemonic.take("sync");
  std::string_view name = mnemonic.peek();
  mnemonic.skip();
  Type type = mnemonic.takeType();
  const WarpOperation *operation = nullptr;
  for (const Entry &entry : entries)
    if (entry.name == name && entry.type == type)
      operation = &entry.operation;
  if (!isSync || !operation || !decoder.expectOperands(3))
    return decoder.error("unknown reduction");
  const std::vector<Operand> &operands = decoder.operands();
  uint32_t result = decoder.destination(operands[0], type);
  uint32_t source = decoder.source(operands[1], type);
  uint32_t mask = decoder.source(operands[2], Type::B32);
  Instruction &instruction = emitExchange(decoder, *operation, mask);
  instruction.operands[0] = result;
  instruction.operands[1] = source;
}

void ptx_emulator::addWarpInstructions(InstructionMap &map) {
  map["vote"] = decodeVote;
  map["shfl"] = decodeShuffle;
  map["redux"] = decodeReduce;
}
