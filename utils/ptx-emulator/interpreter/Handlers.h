//===- Handlers.h - How handlers read and write operands --------*- C++ -*-===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef PTX_EMULATOR_INTERPRETER_HANDLERS_H
#define PTX_EMULATOR_INTERPRETER_HANDLERS_H

#include "FloatFormats.h"
#include "Interpreter.h"

#include <type_traits>
#include <utility>

namespace ptx_emulator {

/// Integers for products of 64-bit integers.
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

/// Integers as formats, with the members of the formats in FloatFormats.h.
template <typename T>
struct Int {
  using Bits = std::make_unsigned_t<T>;
  using Value = T;
  static Value decode(Bits bits) { return static_cast<T>(bits); }
  static Bits encode(Value value) { return static_cast<Bits>(value); }
};

struct Predicate {
  using Bits = uint8_t;
  using Value = bool;
  static Value decode(Bits bits) { return bits & 1; }
  static Bits encode(bool value) { return value; }
};

// Operations of more than one group of instructions.

struct And {
  template <typename T>
  static T apply(T a, T b) {
    return a & b;
  }
};

struct Or {
  template <typename T>
  static T apply(T a, T b) {
    return a | b;
  }
};

struct Xor {
  template <typename T>
  static T apply(T a, T b) {
    return a ^ b;
  }
};

template <typename Format>
typename Format::Value read(const Thread &thread, uint32_t slot) {
  return Format::decode(static_cast<typename Format::Bits>(thread.slots[slot]));
}

/// Writes a slot. The bits of the slot above those of its register are 0.
template <typename Format>
void write(Thread &thread, uint32_t slot, typename Format::Value value) {
  thread.slots[slot] = Format::encode(value);
}

template <typename Op, typename Result, typename... Sources, size_t... indices>
void computeOperands(Thread &thread, const Instruction *i,
                     std::index_sequence<indices...>) {
  write<Result>(thread, i->operands[0],
                Op::apply(read<Sources>(thread, i->operands[indices + 1])...));
}

/// result = Op::apply(sources...)
template <typename Op, typename Result, typename... Sources>
const Instruction *compute(Thread &thread, const Instruction *i) {
  computeOperands<Op, Result, Sources...>(
      thread, i, std::make_index_sequence<sizeof...(Sources)>());
  return i + 1;
}

/// Returns the handler of Op on `count` sources, where sources and result are
/// of one format.
template <typename Op, typename Format, unsigned count>
constexpr Handler computeSame() {
  if constexpr (count == 1)
    return compute<Op, Format, Format>;
  else if constexpr (count == 2)
    return compute<Op, Format, Format, Format>;
  else
    return compute<Op, Format, Format, Format, Format>;
}

/// Applies Op to both halves of 32 bits.
template <typename Op, typename Format, unsigned count>
struct OnHalves {
  template <typename... Sources>
  static uint32_t apply(Sources... sources) {
    auto half = [&](int shift) -> uint32_t {
      return Format::encode(Op::apply(
          Format::decode(static_cast<uint16_t>(sources >> shift))...));
    };
    return half(0) | half(16) << 16;
  }
  static constexpr Handler handler =
      computeSame<OnHalves, Int<uint32_t>, count>();
};

} // namespace ptx_emulator

#endif // PTX_EMULATOR_INTERPRETER_HANDLERS_H
