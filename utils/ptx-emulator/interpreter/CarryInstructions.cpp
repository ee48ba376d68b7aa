//===- CarryInstructions.cpp - Arithmetic with a carry --------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// LLVM adds 128-bit integers with these instructions, and the functions of
// libdevice multiply long integers. The carry of a subtraction is the borrow.
//
//===----------------------------------------------------------------------===//

#include "ArithmeticDecoders.h"
#include "Decoder.h"
#include "Handlers.h"

using namespace ptx_emulator;

namespace {

struct Add {
  template <typename T>
  static UInt128 apply(T a, T b, bool carry) {
    return UInt128(a) + b + carry;
  }
};

struct Subtract {
  template <typename T>
  static UInt128 apply(T a, T b, bool carry) {
    return UInt128(a) - b - carry;
  }
};

/// Adds the low or the high half of a product, and a third operand.
template <bool isHigh>
struct MultiplyAdd {
  template <typename T>
  static UInt128 apply(T a, T b, T c, bool carry) {
    UInt128 product = UInt128(a) * b;
    T half = static_cast<T>(isHigh ? product >> (8 * sizeof(T)) : product);
    return UInt128(half) + c + carry;
  }
};

/// Whether the carry is read, and whether it is written (.cc).
struct CarryModifiers {
  bool reads;
  bool writes;
};

} // namespace

template <typename Op, typename T, size_t... indices>
static const Instruction *computeWithCarry(Thread &thread, const Instruction *i,
                                           std::index_sequence<indices...>) {
  auto modifiers = static_cast<unsigned>(i->immediate);
  bool carry = (modifiers & 1) && thread.slots[Carry];
  UInt128 result =
      Op::apply(read<Int<T>>(thread, i->operands[indices + 1])..., carry);
  thread.slots[i->operands[0]] = static_cast<T>(result);
  if (modifiers & 2)
    thread.slots[Carry] = static_cast<uint64_t>(result >> (8 * sizeof(T))) & 1;
  return i + 1;
}

template <typename Op, typename T, unsigned count>
static const Instruction *computeCarry(Thread &thread, const Instruction *i) {
  return computeWithCarry<Op, T>(thread, i, std::make_index_sequence<count>());
}

template <typename Op, unsigned count>
static Handler pickCarry(Type type) {
  switch (type) {
  case Type::U32:
  case Type::S32:
    return computeCarry<Op, uint32_t, count>;
  case Type::U64:
  case Type::S64:
    return computeCarry<Op, uint64_t, count>;
  default:
    return nullptr;
  }
}

static int64_t pack(const CarryModifiers &modifiers) {
  return modifiers.reads | modifiers.writes << 1;
}

template <typename Op>
static void decodeSum(FunctionDecoder &decoder, Mnemonic &mnemonic,
                      bool readsCarry) {
  CarryModifiers modifiers = {readsCarry, mnemonic.take("cc")};
  Type type = mnemonic.takeType();
  decoder.emit(pickCarry<Op, 2>(type), {type}, {type, type}).immediate =
      pack(modifiers);
}

void ptx_emulator::decodeCarryAdd(FunctionDecoder &decoder,
                                  Mnemonic &mnemonic) {
  decodeSum<Add>(decoder, mnemonic, /*readsCarry=*/false);
}

void ptx_emulator::decodeCarrySubtract(FunctionDecoder &decoder,
                                       Mnemonic &mnemonic) {
  decodeSum<Subtract>(decoder, mnemonic, /*readsCarry=*/false);
}

void ptx_emulator::decodeCarryMultiplyAdd(FunctionDecoder &decoder,
                                          Mnemonic &mnemonic, bool isHigh,
                                          bool readsCarry) {
  CarryModifiers modifiers = {readsCarry, mnemonic.take("cc")};
  Type type = mnemonic.takeType();
  // The high half of a signed product is different, and not supported.
  Handler handler = nullptr;
  if (type == Type::U32 || type == Type::U64)
    handler = isHigh ? pickCarry<MultiplyAdd<true>, 3>(type)
                     : pickCarry<MultiplyAdd<false>, 3>(type);
  decoder.emit(handler, {type}, {type, type, type}).immediate = pack(modifiers);
}

static void decodeMultiplyAddWithCarry(FunctionDecoder &decoder,
                                       Mnemonic &mnemonic) {
  bool isHigh = mnemonic.take("hi");
  if (!isHigh && !mnemonic.take("lo"))
    return decoder.error("unknown instruction");
  decodeCarryMultiplyAdd(decoder, mnemonic, isHigh, /*readsCarry=*/true);
}

template <typename Op>
static void decodeSumWithCarry(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  decodeSum<Op>(decoder, mnemonic, /*readsCarry=*/true);
}

void ptx_emulator::addCarryInstructions(InstructionMap &map) {
  map["addc"] = decodeSumWithCarry<Add>;
  map["subc"] = decodeSumWithCarry<Subtract>;
  map["madc"] = decodeMultiplyAddWithCarry;
}
