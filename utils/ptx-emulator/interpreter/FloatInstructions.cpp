//===- FloatInstructions.cpp - Arithmetic on floats -----------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The approximations of devices (ex2.approx, lg2.approx, rcp.approx, ...) are
// computed in double and rounded: a device may differ from that in the last
// bits. tanh.approx has an error that tests could see, and is not supported.
//
//===----------------------------------------------------------------------===//

#include "ArithmeticDecoders.h"
#include "Decoder.h"
#include "Handlers.h"

#include <cfenv>

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

struct Subtract {
  template <typename T>
  static T apply(T a, T b) {
    return a - b;
  }
};

struct Multiply {
  template <typename T>
  static T apply(T a, T b) {
    return a * b;
  }
};

struct Divide {
  template <typename T>
  static T apply(T a, T b) {
    return a / b;
  }
};

struct SquareRoot {
  template <typename T>
  static T apply(T a) {
    return std::sqrt(a);
  }
};

struct Reciprocal {
  template <typename T>
  static T apply(T a) {
    return 1 / a;
  }
};

struct FusedMultiplyAdd {
  template <typename T>
  static T apply(T a, T b, T c) {
    return std::fma(a, b, c);
  }
};

/// An fma on f16 and bf16, whose product is exact in double.
struct NarrowFusedMultiplyAdd {
  static double apply(double a, double b, double c) {
    return addToOdd(a * b, c);
  }
};

/// Computes Op in another rounding mode. The values are volatile, since a
/// compiler assumes that operations on floats are independent of the mode.
template <typename Op, int mode>
struct Directed {
  template <typename First, typename... Rest>
  static First apply(First first, Rest... rest) {
    return compute(first, rest...);
  }

private:
  template <typename T>
  static T compute(volatile T a) {
    std::fesetround(mode);
    volatile T result = Op::apply(T(a));
    std::fesetround(FE_TONEAREST);
    return result;
  }
  template <typename T>
  static T compute(volatile T a, volatile T b) {
    std::fesetround(mode);
    volatile T result = Op::apply(T(a), T(b));
    std::fesetround(FE_TONEAREST);
    return result;
  }
  template <typename T>
  static T compute(volatile T a, volatile T b, volatile T c) {
    std::fesetround(mode);
    volatile T result = Op::apply(T(a), T(b), T(c));
    std::fesetround(FE_TONEAREST);
    return result;
  }
};

/// The minimum of a number and a NaN is the number; the minimum of -0 and 0 is
/// -0.
struct Minimum {
  template <typename T>
  static T apply(T a, T b) {
    if (a != a || b != b)
      return a != a ? b : a;
    if (a == b)
      return std::signbit(a) ? a : b;
    return a < b ? a : b;
  }
};

struct Maximum {
  template <typename T>
  static T apply(T a, T b) {
    if (a != a || b != b)
      return a != a ? b : a;
    if (a == b)
      return std::signbit(a) ? b : a;
    return a < b ? b : a;
  }
};

/// With .NaN, the result for a number and a NaN is the NaN.
template <typename Op>
struct PropagatingNan {
  template <typename T>
  static T apply(T a, T b) {
    return a != a ? a : b != b ? b : Op::apply(a, b);
  }
};

/// Operates on bits, so that a NaN keeps its payload.
struct NegateBits {
  template <typename T>
  static T apply(T a) {
    return a ^ T(1) << (8 * sizeof(T) - 1);
  }
};

struct AbsoluteBits {
  template <typename T>
  static T apply(T a) {
    return a & ~(T(1) << (8 * sizeof(T) - 1));
  }
};

/// The sign of the first and the magnitude of the second.
struct CopySignBits {
  template <typename T>
  static T apply(T a, T b) {
    T sign = T(1) << (8 * sizeof(T) - 1);
    return (a & sign) | (b & ~sign);
  }
};

/// A function that devices approximate.
template <double (*function)(double)>
struct Approximation {
  static float apply(float a) { return static_cast<float>(function(a)); }
};

/// An approximation on f64, of which only the high half is computed.
template <double (*function)(double)>
struct HighHalf {
  static double apply(double a) {
    uint64_t bits = bitCast<uint64_t>(function(a));
    return bitCast<double>(bits >> 32 << 32);
  }
};

double exp2OfDouble(double a) { return std::exp2(a); }
double log2OfDouble(double a) { return std::log2(a); }
double sinOfDouble(double a) { return std::sin(a); }
double cosOfDouble(double a) { return std::cos(a); }
double rsqrtOfDouble(double a) { return 1 / std::sqrt(a); }
double rcpOfDouble(double a) { return 1 / a; }
double sqrtOfDouble(double a) { return std::sqrt(a); }

template <typename Format, bool (*test)(double)>
const Instruction *testProperty(Thread &thread, const Instruction *i) {
  double value = read<Format>(thread, i->operands[1]);
  thread.slots[i->operands[0]] = test(value);
  return i + 1;
}

bool isFinite(double a) { return std::isfinite(a); }
bool isInfinite(double a) { return std::isinf(a); }
bool isNumber(double a) { return a == a; }
bool isNotANumber(double a) { return a != a; }

} // namespace

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

template <typename Op, unsigned count>
static Handler pickNarrow(Type type) {
  switch (type) {
  case Type::F16:
    return computeSame<Op, F16, count>();
  case Type::BF16:
    return computeSame<Op, BF16, count>();
  case Type::F16x2:
    return OnHalves<Op, F16, count>::handler;
  case Type::BF16x2:
    return OnHalves<Op, BF16, count>::handler;
  default:
    return nullptr;
  }
}

template <typename Op, unsigned count>
static Handler pickWide(Type type, bool flushes) {
  if (type == Type::F64 && !flushes)
    return computeSame<Op, F64, count>();
  if (type != Type::F32)
    return nullptr;
  return flushes ? computeSame<Op, F32Ftz, count>()
                 : computeSame<Op, F32, count>();
}

template <typename Op, unsigned count>
static Handler pickRounded(Type type, bool flushes, Rounding rounding) {
  switch (rounding) {
  case Rounding::Nearest:
    return pickWide<Op, count>(type, flushes);
  case Rounding::TowardZero:
    return pickWide<Directed<Op, FE_TOWARDZERO>, count>(type, flushes);
  case Rounding::Down:
    return pickWide<Directed<Op, FE_DOWNWARD>, count>(type, flushes);
  case Rounding::Up:
    return pickWide<Directed<Op, FE_UPWARD>, count>(type, flushes);
  }
  return nullptr;
}

static bool takeRounding(Mnemonic &mnemonic, Rounding &rounding) {
  rounding = Rounding::Nearest;
  if (mnemonic.take("rn"))
    return true;
  if (mnemonic.take("rz"))
    rounding = Rounding::TowardZero;
  else if (mnemonic.take("rm"))
    rounding = Rounding::Down;
  else if (mnemonic.take("rp"))
    rounding = Rounding::Up;
  else
    return false;
  return true;
}

static void emitSame(FunctionDecoder &decoder, Handler handler, Type type,
                     unsigned count) {
  if (count == 1)
    decoder.emit(handler, {type}, {type});
  else if (count == 2)
    decoder.emit(handler, {type}, {type, type});
  else
    decoder.emit(handler, {type}, {type, type, type});
}

/// Decodes the modifiers and operands of a rounded operation.
template <typename Op, typename NarrowOp, unsigned count>
static void decodeRounded(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  Rounding rounding;
  takeRounding(mnemonic, rounding);
  bool flushes = mnemonic.take("ftz");
  Type type = mnemonic.takeType();
  Handler handler = pickRounded<Op, count>(type, flushes, rounding);
  // LLVM prints .ftz for f16 only with the attribute that flushes f32.
  if (!handler && rounding == Rounding::Nearest && !flushes)
    handler = pickNarrow<NarrowOp, count>(type);
  emitSame(decoder, handler, type, count);
}

static bool isFloatModifier(std::string_view part) {
  Type type = parseType(part);
  return part == "rn" || part == "rz" || part == "rm" || part == "rp" ||
         part == "ftz" || part == "NaN" || part == "approx" || part == "full" ||
         type == Type::F16 || type == Type::BF16 || type == Type::F32 ||
         type == Type::F64 || type == Type::F16x2 || type == Type::BF16x2;
}

template <typename Op, InstructionDecoder decodeInteger>
static void decodeArithmetic(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  if (isFloatModifier(mnemonic.peek()))
    decodeRounded<Op, Op, 2>(decoder, mnemonic);
  else
    decodeInteger(decoder, mnemonic);
}

static void decodeDivide(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  if (!isFloatModifier(mnemonic.peek()))
    return decodeIntegerDivide(decoder, mnemonic);
  if (!mnemonic.take("full") && !mnemonic.take("approx")) {
    Rounding rounding;
    takeRounding(mnemonic, rounding);
    bool flushes = mnemonic.take("ftz");
    Type type = mnemonic.takeType();
    return emitSame(decoder, pickRounded<Divide, 2>(type, flushes, rounding),
                    type, 2);
  }
  bool flushes = mnemonic.take("ftz");
  Type type = mnemonic.takeType();
  Handler handler =
      type == Type::F32 ? pickWide<Divide, 2>(type, flushes) : nullptr;
  emitSame(decoder, handler, type, 2);
}

template <typename Op, InstructionDecoder decodeInteger>
static void decodeExtremum(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  if (!isFloatModifier(mnemonic.peek()))
    return decodeInteger(decoder, mnemonic);
  bool flushes = mnemonic.take("ftz");
  bool propagatesNan = mnemonic.take("NaN");
  Type type = mnemonic.takeType();
  using Propagating = PropagatingNan<Op>;
  Handler handler = propagatesNan ? pickWide<Propagating, 2>(type, flushes)
                                  : pickWide<Op, 2>(type, flushes);
  if (!handler && !flushes)
    handler = propagatesNan ? pickNarrow<Propagating, 2>(type)
                            : pickNarrow<Op, 2>(type);
  // There is no min.NaN.f64.
  if (propagatesNan && type == Type::F64)
    handler = nullptr;
  emitSame(decoder, handler, type, 2);
}

template <typename Op, unsigned count>
static Handler pickOnBits(Type type) {
  switch (type) {
  case Type::F16:
  case Type::BF16:
    return computeSame<Op, Int<uint16_t>, count>();
  case Type::F32:
    return computeSame<Op, Int<uint32_t>, count>();
  case Type::F64:
    return computeSame<Op, Int<uint64_t>, count>();
  case Type::F16x2:
  case Type::BF16x2:
    return OnHalves<Op, Int<uint16_t>, count>::handler;
  default:
    return nullptr;
  }
}

/// Applies Op to f32, where subnormal results are zeros.
template <typename Op>
struct Flushed {
  static uint32_t apply(uint32_t a) { return F32Ftz::flush(Op::apply(a)); }
};

template <typename Op, InstructionDecoder decodeInteger>
static void decodeSignChange(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  if (!isFloatModifier(mnemonic.peek()))
    return decodeInteger(decoder, mnemonic);
  bool flushes = mnemonic.take("ftz");
  Type type = mnemonic.takeType();
  Handler handler = pickOnBits<Op, 1>(type);
  if (flushes)
    handler = type == Type::F32
                  ? Handler(computeSame<Flushed<Op>, Int<uint32_t>, 1>())
                  : nullptr;
  emitSame(decoder, handler, type, 1);
}

static void decodeCopySign(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  Type type = mnemonic.takeType();
  Handler handler = type == Type::F32 || type == Type::F64
                        ? pickOnBits<CopySignBits, 2>(type)
                        : nullptr;
  emitSame(decoder, handler, type, 2);
}

template <double (*function)(double)>
static void decodeApproximation(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  bool isApproximate = mnemonic.take("approx");
  bool flushes = mnemonic.take("ftz");
  Type type = mnemonic.takeType();
  Handler handler = nullptr;
  if (isApproximate && type == Type::F32)
    handler = flushes ? compute<Approximation<function>, F32Ftz, F32Ftz>
                      : compute<Approximation<function>, F32, F32>;
  emitSame(decoder, handler, type, 1);
}

/// Decodes an approximate reciprocal. rcp.approx.ftz.f64 and rsqrt.approx.f64
/// are the first values of an iteration.
template <double (*function)(double)>
static void decodeReciprocal(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  Mnemonic copy = mnemonic;
  copy.take("approx");
  bool flushes = copy.take("ftz");
  if (copy.peek() != "f64")
    return decodeApproximation<function>(decoder, mnemonic);
  copy.takeType();
  mnemonic = copy;
  Handler handler = flushes ? compute<HighHalf<function>, F64Ftz, F64Ftz>
                            : compute<HighHalf<function>, F64, F64>;
  emitSame(decoder, handler, Type::F64, 1);
}

/// Decodes sqrt or rcp, which have a rounding or are approximate.
template <typename Op, InstructionDecoder decodeApproximate>
static void decodeRoundedOrApproximate(FunctionDecoder &decoder,
                                       Mnemonic &mnemonic) {
  if (mnemonic.peek() == "approx")
    return decodeApproximate(decoder, mnemonic);
  Rounding rounding;
  if (!takeRounding(mnemonic, rounding))
    return decoder.error("expected a rounding");
  bool flushes = mnemonic.take("ftz");
  Type type = mnemonic.takeType();
  emitSame(decoder, pickRounded<Op, 1>(type, flushes, rounding), type, 1);
}

template <typename Format>
static Handler pickTest(std::string_view property) {
  if (property == "finite")
    return testProperty<Format, isFinite>;
  if (property == "infinite")
    return testProperty<Format, isInfinite>;
  if (property == "number")
    return testProperty<Format, isNumber>;
  if (property == "notanumber")
    return testProperty<Format, isNotANumber>;
  return nullptr;
}

static void decodeTest(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  std::string_view property = mnemonic.peek();
  mnemonic.skip();
  Type type = mnemonic.takeType();
  Handler handler = nullptr;
  if (type == Type::F32)
    handler = pickTest<F32>(property);
  else if (type == Type::F64)
    handler = pickTest<F64>(property);
  decoder.emit(handler, {Type::Pred}, {type});
}

void ptx_emulator::addFloatInstructions(InstructionMap &map) {
  map["add"] = decodeArithmetic<Add, decodeIntegerAdd>;
  map["sub"] = decodeArithmetic<Subtract, decodeIntegerSubtract>;
  map["mul"] = decodeArithmetic<Multiply, decodeIntegerMultiply>;
  map["div"] = decodeDivide;
  map["fma"] = decodeRounded<FusedMultiplyAdd, NarrowFusedMultiplyAdd, 3>;
  map["min"] = decodeExtremum<Minimum, decodeIntegerMinimum>;
  map["max"] = decodeExtremum<Maximum, decodeIntegerMaximum>;
  map["neg"] = decodeSignChange<NegateBits, decodeIntegerNegate>;
  map["abs"] = decodeSignChange<AbsoluteBits, decodeIntegerAbsolute>;
  map["copysign"] = decodeCopySign;
  map["sqrt"] =
      decodeRoundedOrApproximate<SquareRoot, decodeApproximation<sqrtOfDouble>>;
  map["rcp"] =
      decodeRoundedOrApproximate<Reciprocal, decodeReciprocal<rcpOfDouble>>;
  map["rsqrt"] = decodeReciprocal<rsqrtOfDouble>;
  map["ex2"] = decodeApproximation<exp2OfDouble>;
  map["lg2"] = decodeApproximation<log2OfDouble>;
  map["sin"] = decodeApproximation<sinOfDouble>;
  map["cos"] = decodeApproximation<cosOfDouble>;
  map["testp"] = decodeTest;
}
