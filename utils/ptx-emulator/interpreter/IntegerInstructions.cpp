//===- IntegerInstructions.cpp - Arithmetic on integers -------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ArithmeticDecoders.h"
#include "Decoder.h"
#include "Handlers.h"

using namespace ptx_emulator;

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// An unsigned type in which sums and products wrap. A narrower type would be
/// promoted to int and could overflow.
template <typename T>
using Wrapping =
    std::conditional_t<sizeof(T) < 4, uint32_t, std::make_unsigned_t<T>>;

namespace {

struct Add {
  template <typename T>
  static T apply(T a, T b) {
    return static_cast<T>(Wrapping<T>(a) + Wrapping<T>(b));
  }
};

struct Subtract {
  template <typename T>
  static T apply(T a, T b) {
    return static_cast<T>(Wrapping<T>(a) - Wrapping<T>(b));
  }
};

struct MultiplyLow {
  template <typename T>
  static T apply(T a, T b) {
    return static_cast<T>(Wrapping<T>(a) * Wrapping<T>(b));
  }
};

struct MultiplyHigh {
  template <typename T>
  static T apply(T a, T b) {
    using Wide = std::conditional_t<std::is_signed_v<T>, Int128, UInt128>;
    return static_cast<T>(Wide(a) * Wide(b) >> (8 * sizeof(T)));
  }
};

/// The product in a type of twice the size.
template <typename Wide>
struct MultiplyWide {
  template <typename T>
  static Wide apply(T a, T b) {
    return static_cast<Wide>(a) * static_cast<Wide>(b);
  }
};

template <typename Multiply>
struct MultiplyAdd {
  template <typename T, typename U>
  static U apply(T a, T b, U c) {
    return Add::apply<U>(Multiply::apply(a, b), c);
  }
};

/// A division by 0 sets all bits, as on devices.
struct Divide {
  template <typename T>
  static T apply(T a, T b) {
    if (b == 0)
      return static_cast<T>(-1);
    if (std::is_signed_v<T> && b == static_cast<T>(-1))
      return Subtract::apply<T>(0, a);
    return a / b;
  }
};

struct Remainder {
  template <typename T>
  static T apply(T a, T b) {
    if (b == 0)
      return a;
    if (std::is_signed_v<T> && b == static_cast<T>(-1))
      return 0;
    return a % b;
  }
};

struct Minimum {
  template <typename T>
  static T apply(T a, T b) {
    return a < b ? a : b;
  }
};

struct Maximum {
  template <typename T>
  static T apply(T a, T b) {
    return a < b ? b : a;
  }
};

struct Negate {
  template <typename T>
  static T apply(T a) {
    return Subtract::apply<T>(0, a);
  }
};

struct Absolute {
  template <typename T>
  static T apply(T a) {
    return a < 0 ? Negate::apply(a) : a;
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

template <typename Op, unsigned count>
static Handler pickInteger(Type type) {
  switch (type) {
  case Type::U16:
    return computeSame<Op, Int<uint16_t>, count>();
  case Type::U32:
    return computeSame<Op, Int<uint32_t>, count>();
  case Type::U64:
    return computeSame<Op, Int<uint64_t>, count>();
  case Type::S16:
    return computeSame<Op, Int<int16_t>, count>();
  case Type::S32:
    return computeSame<Op, Int<int32_t>, count>();
  case Type::S64:
    return computeSame<Op, Int<int64_t>, count>();
  case Type::U16x2:
    return OnHalves<Op, Int<uint16_t>, count>::handler;
  case Type::S16x2:
    return OnHalves<Op, Int<int16_t>, count>::handler;
  default:
    return nullptr;
  }
}

template <typename Op>
static void decodeBinary(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  Type type = mnemonic.takeType();
  decoder.emit(pickInteger<Op, 2>(type), {type}, {type, type});
}

template <typename Op>
static void decodeUnary(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  Type type = mnemonic.takeType();
  decoder.emit(pickInteger<Op, 1>(type), {type}, {type});
}

template <typename T, typename Wide>
static Handler wideMultiply(bool adds) {
  using Product = MultiplyWide<Wide>;
  return adds ? compute<MultiplyAdd<Product>, Int<Wide>, Int<T>, Int<T>,
                        Int<Wide>>
              : compute<Product, Int<Wide>, Int<T>, Int<T>>;
}

static void decodeWide(FunctionDecoder &decoder, Type type, bool adds) {
  Handler handler = nullptr;
  Type wide = Type::Invalid;
  switch (type) {
  case Type::U16:
    wide = Type::U32;
    handler = wideMultiply<uint16_t, uint32_t>(adds);
    break;
  case Type::S16:
    wide = Type::S32;
    handler = wideMultiply<int16_t, int32_t>(adds);
    break;
  case Type::U32:
    wide = Type::U64;
    handler = wideMultiply<uint32_t, uint64_t>(adds);
    break;
  case Type::S32:
    wide = Type::S64;
    handler = wideMultiply<int32_t, int64_t>(adds);
    break;
  default:
    break;
  }
  if (adds)
    decoder.emit(handler, {wide}, {type, type, wide});
  else
    decoder.emit(handler, {wide}, {type, type});
}

static void decodeMultiplyAdd(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  bool isHigh = mnemonic.take("hi");
  if (mnemonic.take("wide"))
    return decodeWide(decoder, mnemonic.takeType(), /*adds=*/true);
  if (!isHigh && !mnemonic.take("lo"))
    return decoder.error("unknown instruction");
  if (mnemonic.peek() == "cc")
    return decodeCarryMultiplyAdd(decoder, mnemonic, isHigh,
                                  /*readsCarry=*/false);
  Type type = mnemonic.takeType();
  decoder.emit(isHigh ? pickInteger<MultiplyAdd<MultiplyHigh>, 3>(type)
                      : pickInteger<MultiplyAdd<MultiplyLow>, 3>(type),
               {type}, {type, type, type});
}

void ptx_emulator::decodeIntegerAdd(FunctionDecoder &decoder,
                                    Mnemonic &mnemonic) {
  if (mnemonic.peek() == "cc")
    return decodeCarryAdd(decoder, mnemonic);
  decodeBinary<Add>(decoder, mnemonic);
}

void ptx_emulator::decodeIntegerSubtract(FunctionDecoder &decoder,
                                         Mnemonic &mnemonic) {
  if (mnemonic.peek() == "cc")
    return decodeCarrySubtract(decoder, mnemonic);
  decodeBinary<Subtract>(decoder, mnemonic);
}

void ptx_emulator::decodeIntegerMultiply(FunctionDecoder &decoder,
                                         Mnemonic &mnemonic) {
  if (mnemonic.take("lo"))
    return decodeBinary<MultiplyLow>(decoder, mnemonic);
  if (mnemonic.take("hi"))
    return decodeBinary<MultiplyHigh>(decoder, mnemonic);
  if (mnemonic.take("wide"))
    return decodeWide(decoder, mnemonic.takeType(), /*adds=*/false);
  decoder.error("unknown instruction");
}

void ptx_emulator::decodeIntegerDivide(FunctionDecoder &decoder,
                                       Mnemonic &mnemonic) {
  decodeBinary<Divide>(decoder, mnemonic);
}

void ptx_emulator::decodeIntegerMinimum(FunctionDecoder &decoder,
                                        Mnemonic &mnemonic) {
  decodeBinary<Minimum>(decoder, mnemonic);
}

void ptx_emulator::decodeIntegerMaximum(FunctionDecoder &decoder,
                                        Mnemonic &mnemonic) {
  decodeBinary<Maximum>(decoder, mnemonic);
}

void ptx_emulator::decodeIntegerNegate(FunctionDecoder &decoder,
                                       Mnemonic &mnemonic) {
  decodeUnary<Negate>(decoder, mnemonic);
}

void ptx_emulator::decodeIntegerAbsolute(FunctionDecoder &decoder,
                                         Mnemonic &mnemonic) {
  decodeUnary<Absolute>(decoder, mnemonic);
}

void ptx_emulator::addIntegerInstructions(InstructionMap &map) {
  map["mad"] = decodeMultiplyAdd;
  map["rem"] = decodeBinary<Remainder>;
}
