//===- MathBuilder.cpp - Elementary functions in arithmetic ---------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Support/MathBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace quant_bnn;
using arith::CmpFPredicate;

/// The constants of a float type of p bits.
struct quant_bnn::MathFormat {
  /// The degree of the series of e^r - 1 = r q(r): the first omitted term is
  /// below 2^-(p + 5) of the first term.
  int seriesDegree;
  /// The degree from which on omitted terms are below 2^-(p + 2), which is
  /// enough for a sum with 1.
  int shortDegree;
  /// The degree of the series log m = 2 (s + s^3 / 3 + ...) for s = (m - 1) /
  /// (m + 1), with abs s < 0.172 for m between sqrt(1/2) and sqrt(2): the first
  /// omitted term is below 2^-(p + 3) of the first term.
  int logDegree;
  /// ln 2 in two parts; the product of the first part with an exponent is
  /// exact.
  double ln2High, ln2Low;
  /// The sum of a number and this constant has the nearest integer in its low
  /// bits.
  double integerShift;
  /// e^x is infinite above this x, and 0 below its negative.
  double largestExponent;
  /// e^x is infinite at this x, but 2^(k - 1) is finite.
  double overflow;
  double smallestNormal;
  int64_t mantissaBits, exponentBias;
  /// The bits of sqrt(1/2).
  int64_t rootOfHalf;
};

static constexpr MathFormat f32Format = {
    /*seriesDegree=*/9,
    /*shortDegree=*/7,
    /*logDegree=*/11,
    /*ln2High=*/0x1.62e4p-1,
    /*ln2Low=*/0x1.7f7d1cp-20,
    /*integerShift=*/0x1.8p+23,
    /*largestExponent=*/105,
    /*overflow=*/89,
    /*smallestNormal=*/0x1p-126,
    /*mantissaBits=*/23,
    /*exponentBias=*/127,
    /*rootOfHalf=*/0x3f3504f3,
};

static constexpr MathFormat f64Format = {
    /*seriesDegree=*/14,
    /*shortDegree=*/13,
    /*logDegree=*/23,
    /*ln2High=*/0x1.62e42fefa3800p-1,
    /*ln2Low=*/0x1.ef35793c76730p-45,
    /*integerShift=*/0x1.8p+52,
    /*largestExponent=*/746,
    /*overflow=*/710,
    /*smallestNormal=*/0x1p-1022,
    /*mantissaBits=*/52,
    /*exponentBias=*/1023,
    /*rootOfHalf=*/0x3fe6a09e667f3bcd,
};

static constexpr double log2E = 0x1.71547652b82fep+0;

/// Above this x, the sum of e^x and e^-x is e^x, and the sum of e^x and 1
/// differs from e^x only by rounding.
static constexpr double largeArgument = 40;

MathBuilder::MathBuilder(Location loc, OpBuilder &builder, Type type)
    : PayloadBuilder(loc, builder, type),
      format(getElementTypeOrSelf(type).isF64() ? f64Format : f32Format) {
  bitsType = getIntegerType(getElementTypeOrSelf(type).getIntOrFloatBitWidth());
  if (auto shaped = dyn_cast<ShapedType>(type))
    bitsType = shaped.clone(bitsType);
}

//===----------------------------------------------------------------------===//
// Building blocks
//===----------------------------------------------------------------------===//

Value MathBuilder::fma(Value lhs, Value rhs, Value addend) {
  return math::FmaOp::create(*this, lhs, rhs, addend);
}

Value MathBuilder::sqrt(Value x) { return math::SqrtOp::create(*this, x); }

Value MathBuilder::copySign(Value x, Value sign) {
  return math::CopySignOp::create(*this, x, sign);
}

Value MathBuilder::toBits(Value x) {
  return arith::BitcastOp::create(*this, bitsType, x);
}

Value MathBuilder::fromBits(Value bits) {
  return arith::BitcastOp::create(*this, getComputeType(), bits);
}

Value MathBuilder::fromInteger(Value k) {
  return arith::SIToFPOp::create(*this, getComputeType(), k);
}

Value MathBuilder::integer(int64_t value) {
  return createScalarOrSplatConstant(*this, getLoc(), bitsType, value);
}

MathBuilder::Exponential MathBuilder::reduce(Value x, int degree) {
  Value shift = constant(format.integerShift);
  Value shifted = fma(x, constant(log2E), shift);
  Value wholeK = sub(shifted, shift);
  Value k = arith::SubIOp::create(*this, toBits(shifted), toBits(shift));
  Value r = fma(wholeK, constant(-format.ln2High), x);
  r = fma(wholeK, constant(-format.ln2Low), r);

  double factorial = 1;
  for (int i = 2; i <= degree; ++i)
    factorial *= i;
  Value q = constant(1 / factorial);
  for (int i = degree; i > 1; --i) {
    factorial /= i;
    q = fma(q, r, constant(1 / factorial));
  }
  return {k, mul(r, q)};
}

/// Builds 2^exponent, where `exponent` is the exponent of a normal number.
Value MathBuilder::buildPowerOf2(Value exponent) {
  Value biased =
      arith::AddIOp::create(*this, exponent, integer(format.exponentBias));
  return fromBits(
      arith::ShLIOp::create(*this, biased, integer(format.mantissaBits)));
}

/// Splits x, which is normal and positive. k is the exponent of x if the bits
/// of sqrt(1/2) are the origin.
MathBuilder::Scaled MathBuilder::scale(Value x) {
  Value bits = toBits(x), mantissaBits = integer(format.mantissaBits);
  Value offset = arith::SubIOp::create(*this, bits, integer(format.rootOfHalf));
  Value k = arith::ShRSIOp::create(*this, offset, mantissaBits);
  bits = arith::SubIOp::create(*this, bits,
                               arith::ShLIOp::create(*this, k, mantissaBits));
  return {k, fromBits(bits)};
}

/// Builds log(2^k (1 + f)) + correction, where `correction` is small and `k` is
/// a float.
Value MathBuilder::buildLog(Value k, Value f, Value correction) {
  Value s = div(f, add(f, constant(2)));
  Value square = mul(s, s);
  Value series = constant(2.0 / format.logDegree);
  for (int i = format.logDegree - 2; i > 1; i -= 2)
    series = fma(series, square, constant(2.0 / i));
  // log(1 + f) = f - s (f - s^2 series).
  Value rest = mul(s, sub(f, mul(square, series)));
  Value low = fma(k, constant(format.ln2Low), f);
  low = add(low, sub(correction, rest));
  return fma(k, constant(format.ln2High), low);
}

//===----------------------------------------------------------------------===//
// Exponentials
//===----------------------------------------------------------------------===//

Value MathBuilder::buildExp(Value x) {
  x = clamp(x, constant(-format.largestExponent),
            constant(format.largestExponent));
  Exponential power = reduce(x, format.shortDegree);
  // 2^k may not be a normal number, so the result is multiplied by two powers
  // of about k / 2.
  Value biased =
      arith::AddIOp::create(*this, power.k, integer(2 * format.exponentBias));
  Value half = arith::ShRUIOp::create(*this, biased, integer(1));
  Value otherHalf = arith::SubIOp::create(*this, biased, half);
  Value result = add(constant(1), power.p);
  for (Value exponent : {half, otherHalf})
    result = mul(result, fromBits(arith::ShLIOp::create(
                             *this, exponent, integer(format.mantissaBits))));
  return result;
}

/// Builds 2 (2^(k - 1) p + 2^(k - 1) - 1 / 2): rounded values do not cancel,
/// and only the last product overflows.
Value MathBuilder::buildExpM1(Value x) {
  Value limited = clamp(x, constant(-largeArgument), constant(format.overflow));
  Exponential power = reduce(limited, format.seriesDegree);
  Value half = buildPowerOf2(arith::SubIOp::create(*this, power.k, integer(1)));
  Value result = fma(half, power.p, sub(half, constant(0.5)));
  result = add(result, result);
  // Returns a small x itself: half of a subnormal number may not be
  // representable, and -0 stays -0.
  return select(cmp(CmpFPredicate::OLT, abs(x),
                    constant(std::ldexp(1.0, -int(format.mantissaBits) - 3))),
                x, result);
}

/// Builds (e^2a - 1) / (e^2a + 1), with the sign of x, for a = abs x.
Value MathBuilder::buildTanh(Value x) {
  // From a = 20 on, the result is 1.
  Value a = clamp(abs(x), constant(0), constant(20));
  Exponential square = reduce(add(a, a), format.seriesDegree);
  Value power = buildPowerOf2(square.k);
  // 2^k (1 + p) - 1, in which rounded values do not cancel.
  Value minusOne = fma(power, square.p, sub(power, constant(1)));
  Value result = div(minusOne, add(minusOne, constant(2)));
  return copySign(result, x);
}

/// Builds e^x / 2, which overflows at a larger x than e^x.
Value MathBuilder::buildLargeSinh(Value x) {
  Value root = buildExp(mul(x, constant(0.5)));
  return mul(mul(root, constant(0.5)), root);
}

/// Builds (t + t / (t + 1)) / 2 for t = e^abs x - 1, with the sign of x.
Value MathBuilder::buildSinh(Value x) {
  Value a = abs(x);
  Value large = constant(largeArgument);
  Value t = buildExpM1(clamp(a, constant(0), large));
  Value sum = add(t, div(t, add(t, constant(1))));
  Value result = select(cmp(CmpFPredicate::OGT, a, large), buildLargeSinh(a),
                        mul(sum, constant(0.5)));
  return copySign(result, x);
}

Value MathBuilder::buildCosh(Value x) {
  Value a = abs(x);
  Value large = constant(largeArgument);
  Value power = buildExp(clamp(a, constant(0), large));
  Value sum = add(power, div(constant(1), power));
  return select(cmp(CmpFPredicate::OGT, a, large), buildLargeSinh(a),
                mul(sum, constant(0.5)));
}

//===----------------------------------------------------------------------===//
// The error function
//===----------------------------------------------------------------------===//

/// Builds a polynomial of x, the coefficient of its lowest degree first.
Value MathBuilder::buildPolynomial(Value x, ArrayRef<double> coefficients) {
  Value result = constant(coefficients.back());
  for (double coefficient : llvm::reverse(coefficients.drop_back()))
    result = fma(result, x, constant(coefficient));
  return result;
}

/// Builds x + x p(x^2) near 0, and 1 - e^-q(abs x) with the sign of x
/// elsewhere. The polynomials are minimax fits on [0, 0.92] and on [0.92, 4]: p
/// of erf(x) / x - 1, q of -log(1 - erf(x)).
Value MathBuilder::buildErf(Value x) {
  assert(getElementTypeOrSelf(getComputeType()).isF32() && "fits are for f32");
  static constexpr double nearZero[] = {
      0x1.06eba8p-3, -0x1.812744p-2,  0x1.ce2e30p-4, -0x1.b811c2p-6,
      0x1.54e650p-8, -0x1.ab48dap-11, 0x1.603aacp-14};
  static constexpr double elsewhere[] = {
      0x1.b8323cp-13, 0x1.20ab6ap+0, 0x1.464a4ep-1,  0x1.a95314p-4,
      -0x1.6b6bbap-6, 0x1.8d5c10p-9, -0x1.986408p-13};
  Value a = abs(x), one = constant(1);
  Value small = fma(x, buildPolynomial(mul(x, x), nearZero), x);
  // From 4 on, the result is 1.
  Value q = buildPolynomial(clamp(a, constant(0), constant(4)), elsewhere);
  Value large = copySign(sub(one, buildExp(neg(q))), x);
  Value isSmall = cmp(CmpFPredicate::OLT, a, constant(0.921875));
  return select(isSmall, small, large);
}

//===----------------------------------------------------------------------===//
// Logarithms
//===----------------------------------------------------------------------===//

Value MathBuilder::buildLog(Value x) {
  // Scales a subnormal number to a normal one.
  Value isSmall = cmp(CmpFPredicate::OLT, x, constant(format.smallestNormal));
  int shift = format.mantissaBits + 2;
  Scaled scaled =
      scale(select(isSmall, mul(x, constant(std::ldexp(1.0, shift))), x));
  Value k = add(fromInteger(scaled.k),
                select(isSmall, constant(-shift), constant(0)));
  // m - 1 is exact.
  Value result = buildLog(k, sub(scaled.m, constant(1)), constant(0));

  Value infinity = constant(std::numeric_limits<double>::infinity());
  result = select(cmp(CmpFPredicate::OEQ, x, infinity), x, result);
  result =
      select(cmp(CmpFPredicate::OEQ, x, constant(0)), neg(infinity), result);
  // The result is NaN also for a NaN x.
  Value isNumber = cmp(CmpFPredicate::OGE, x, constant(0));
  return select(isNumber, result,
                constant(std::numeric_limits<double>::quiet_NaN()));
}

/// Builds log u + (1 + x - u) / u for u = 1 + x, rounded. If u is between
/// sqrt(1/2) and sqrt(2), uses the series of log(1 + x) at x itself.
Value MathBuilder::buildLog1p(Value x) {
  Value one = constant(1), zero = constant(0);
  Value u = add(one, x);
  Scaled scaled = scale(u);
  // Exact, by Dekker's FastTwoSum.
  Value error =
      select(isWithin(x, 1), sub(x, sub(u, one)), sub(one, sub(u, x)));
  Value isUnscaled = arith::CmpIOp::create(*this, arith::CmpIPredicate::eq,
                                           scaled.k, integer(0));
  Value f = select(isUnscaled, x, sub(scaled.m, one));
  Value correction = select(isUnscaled, zero, div(error, u));
  Value result = buildLog(fromInteger(scaled.k), f, correction);

  Value infinity = constant(std::numeric_limits<double>::infinity());
  // Returns an infinity and zeros, since the series does not preserve -0.
  Value isItself =
      arith::OrIOp::create(*this, cmp(CmpFPredicate::OEQ, x, infinity),
                           cmp(CmpFPredicate::OEQ, x, zero));
  result = select(isItself, x, result);
  result = select(cmp(CmpFPredicate::OEQ, x, neg(one)), neg(infinity), result);
  // The result is NaN also for a NaN x.
  Value isNumber = cmp(CmpFPredicate::OGE, x, neg(one));
  return select(isNumber, result,
                constant(std::numeric_limits<double>::quiet_NaN()));
}

/// Builds log(2 x).
Value MathBuilder::buildLogOfTwice(Value x) {
  return add(buildLog(x), constant(0x1.62e42fefa39efp-1));
}

/// Builds log1p(a + a^2 / (1 + sqrt(a^2 + 1))), with the sign of x, for a = abs
/// x.
Value MathBuilder::buildAsinh(Value x) {
  Value a = abs(x), one = constant(1);
  Value large = constant(std::ldexp(1.0, format.mantissaBits / 2 + 3));
  Value limited = clamp(a, constant(0), large);
  Value square = mul(limited, limited);
  Value root = add(one, sqrt(add(square, one)));
  Value result = buildLog1p(add(limited, div(square, root)));
  result =
      select(cmp(CmpFPredicate::OGT, a, large), buildLogOfTwice(a), result);
  return copySign(result, x);
}

/// Builds log1p(t + sqrt(2 t + t^2)) for t = x - 1.
Value MathBuilder::buildAcosh(Value x) {
  Value large = constant(std::ldexp(1.0, format.mantissaBits / 2 + 3));
  Value isLarge = cmp(CmpFPredicate::OGT, x, large);
  Value t = sub(select(isLarge, large, x), constant(1));
  Value root = sqrt(add(add(t, t), mul(t, t)));
  Value result = select(isLarge, buildLogOfTwice(x), buildLog1p(add(t, root)));
  // The result is NaN also for a NaN x.
  Value isNumber = cmp(CmpFPredicate::OGE, x, constant(1));
  return select(isNumber, result,
                constant(std::numeric_limits<double>::quiet_NaN()));
}

/// Builds log1p(2 a / (1 - a)) / 2, with the sign of x, for a = abs x.
Value MathBuilder::buildAtanh(Value x) {
  Value a = abs(x);
  Value quotient = div(add(a, a), sub(constant(1), a));
  return copySign(mul(buildLog1p(quotient), constant(0.5)), x);
}
