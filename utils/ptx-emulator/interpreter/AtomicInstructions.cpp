//===- AtomicInstructions.cpp - Atomic updates ----------------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Addresses.h"
#include "Handlers.h"

#include <algorithm>

using namespace ptx_emulator;

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

namespace {

struct Add {
  template <typename T>
  static T apply(T a, T b) {
    return a + b;
  }
};

struct Minimum {
  template <typename T>
  static T apply(T a, T b) {
    return std::min(a, b);
  }
};

struct Maximum {
  template <typename T>
  static T apply(T a, T b) {
    return std::max(a, b);
  }
};

struct Exchange {
  template <typename T>
  static T apply(T, T b) {
    return b;
  }
};

struct CompareAndSwap {
  template <typename T>
  static T apply(T a, T expected, T desired) {
    return a == expected ? desired : a;
  }
};

/// Increment counts from 0 up to b, and Decrement from b down to 0; then each
/// begins again.
struct Increment {
  static uint32_t apply(uint32_t a, uint32_t b) { return a >= b ? 0 : a + 1; }
};

struct Decrement {
  static uint32_t apply(uint32_t a, uint32_t b) {
    return a == 0 || a > b ? b : a - 1;
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Handlers
//===----------------------------------------------------------------------===//

template <typename Op, typename Format, size_t... indices>
static typename Format::Bits update(const Thread &thread, const Instruction *i,
                                    typename Format::Bits old,
                                    std::index_sequence<indices...>) {
  return Format::encode(Op::apply(
      Format::decode(old), read<Format>(thread, i->operands[indices + 2])...));
}

/// Operands: the old value, the address, the sources.
template <typename Op, typename Format, unsigned sourceCount>
static const Instruction *atomic(Thread &thread, const Instruction *i) {
  uint64_t address = thread.slots[i->operands[1]] + i->immediate;
  typename Format::Bits old;
  uint8_t *pointer = translateSlowly(thread, i, i->space, address, sizeof(old));
  if (!pointer)
    return nullptr;
  std::memcpy(&old, pointer, sizeof(old));
  auto updated = update<Op, Format>(thread, i, old,
                                    std::make_index_sequence<sourceCount>());
  std::memcpy(pointer, &updated, sizeof(updated));
  thread.slots[i->operands[0]] = old;
  return i + 1;
}

/// Devices flush subnormal numbers in global memory, and not in shared memory.
static const Instruction *atomicAddF32(Thread &thread, const Instruction *i) {
  uint64_t address = thread.slots[i->operands[1]] + i->immediate;
  bool isShared =
      i->space == Space::Shared ||
      (i->space == Space::Generic && (address & windowMask) == sharedWindow);
  return isShared ? atomic<Add, F32, 1>(thread, i)
                  : atomic<Add, F32Ftz, 1>(thread, i);
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

static Handler pickAdd(Type type) {
  switch (type) {
  case Type::U32:
  case Type::S32:
    return atomic<Add, Int<uint32_t>, 1>;
  case Type::U64:
    return atomic<Add, Int<uint64_t>, 1>;
  case Type::F16:
    return atomic<Add, F16, 1>;
  case Type::BF16:
    return atomic<Add, BF16, 1>;
  case Type::F16x2:
    return atomic<OnHalves<Add, F16, 2>, Int<uint32_t>, 1>;
  case Type::BF16x2:
    return atomic<OnHalves<Add, BF16, 2>, Int<uint32_t>, 1>;
  case Type::F32:
    return atomicAddF32;
  case Type::F64:
    return atomic<Add, F64, 1>;
  default:
    return nullptr;
  }
}

template <typename Op>
static Handler pickExtremum(Type type) {
  switch (type) {
  case Type::U32:
    return atomic<Op, Int<uint32_t>, 1>;
  case Type::U64:
    return atomic<Op, Int<uint64_t>, 1>;
  case Type::S32:
    return atomic<Op, Int<int32_t>, 1>;
  case Type::S64:
    return atomic<Op, Int<int64_t>, 1>;
  default:
    return nullptr;
  }
}

template <typename Op, unsigned count>
static Handler pickBits(Type type) {
  switch (type) {
  case Type::B16:
    return count == 2 ? Handler(atomic<Op, Int<uint16_t>, count>) : nullptr;
  case Type::B32:
    return atomic<Op, Int<uint32_t>, count>;
  case Type::B64:
    return atomic<Op, Int<uint64_t>, count>;
  default:
    return nullptr;
  }
}

static Handler pickOperation(std::string_view name, Type type) {
  if (name == "add")
    return pickAdd(type);
  if (name == "min")
    return pickExtremum<Minimum>(type);
  if (name == "max")
    return pickExtremum<Maximum>(type);
  if (name == "and")
    return pickBits<And, 1>(type);
  if (name == "or")
    return pickBits<Or, 1>(type);
  if (name == "xor")
    return pickBits<Xor, 1>(type);
  if (name == "exch")
    return pickBits<Exchange, 1>(type);
  if (name == "cas")
    return pickBits<CompareAndSwap, 2>(type);
  if (type != Type::U32)
    return nullptr;
  if (name == "inc")
    return atomic<Increment, Int<uint32_t>, 1>;
  if (name == "dec")
    return atomic<Decrement, Int<uint32_t>, 1>;
  return nullptr;
}

/// Takes the order and the scope, which have no effect, since threads run one
/// after another.
static void skipOrdering(Mnemonic &mnemonic) {
  for (std::string_view order : {"relaxed", "acquire", "release", "acq_rel"})
    mnemonic.take(order);
  for (std::string_view scope : {"cta", "cluster", "gpu", "sys"})
    mnemonic.take(scope);
}

static void decodeUpdate(FunctionDecoder &decoder, Mnemonic &mnemonic,
                         bool returnsOld) {
  skipOrdering(mnemonic);
  Space space = takeSpace(mnemonic);
  std::string_view name = mnemonic.peek();
  mnemonic.skip();
  // f16 and bf16 have .noftz, and no other type does.
  bool isNoFtz = mnemonic.take("noftz");
  Type type = mnemonic.takeType();
  bool isNarrow = type == Type::F16 || type == Type::BF16 ||
                  type == Type::F16x2 || type == Type::BF16x2;
  Handler handler = pickOperation(name, type);
  if (!handler || isNoFtz != isNarrow || space == Space::Const ||
      space == Space::Local || space == Space::Param)
    return decoder.error("unknown atomic operation");

  size_t sourceCount = name == "cas" ? 2 : 1;
  if (!decoder.expectOperands(returnsOld + 1 + sourceCount))
    return;
  const std::vector<Operand> &operands = decoder.operands();
  uint32_t slots[4] = {};
  slots[0] =
      returnsOld ? decoder.destination(operands[0], type) : decoder.newSlot();
  int64_t offset;
  slots[1] = decodeAddress(decoder, operands[returnsOld], space, offset);
  for (size_t k = 0; k < sourceCount; ++k)
    slots[2 + k] = decoder.source(operands[returnsOld + 1 + k], type);
  Instruction &instruction = decoder.emit(handler);
  std::copy(std::begin(slots), std::end(slots), instruction.operands);
  instruction.immediate = offset;
  instruction.space = space;
}

static void decodeAtomic(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  decodeUpdate(decoder, mnemonic, /*returnsOld=*/true);
}

static void decodeReduction(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  decodeUpdate(decoder, mnemonic, /*returnsOld=*/false);
}

void ptx_emulator::addAtomicInstructions(InstructionMap &map) {
  map["atom"] = decodeAtomic;
  map["red"] = decodeReduction;
}
