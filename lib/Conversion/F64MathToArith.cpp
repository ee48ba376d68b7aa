//===- F64MathToArith.cpp - Compute exp, tanh and log ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "quant-bnn/Conversion/Passes.h"
#include "quant-bnn/IR/PayloadBuilder.h"

#include <limits>

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCONVERTF64MATHTOARITHPASS
#include "quant-bnn/Conversion/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

/// e^r - 1 = r q(r) for abs r <= ln(2) / 2 by Taylor's series: the first term
/// left out is below 2^-60 of the first one.
static constexpr int seriesDegree = 14;
/// ln 2 in two parts; a product of the first with an integer of up to 11 bits
/// is exact.
static constexpr double ln2High = 0x1.62e42fefa3800p-1;
static constexpr double ln2Low = 0x1.ef35793c76730p-45;
static constexpr double log2E = 0x1.71547652b82fep+0;
/// Adding this leaves the nearest integer in the low bits.
static constexpr double integerShift = 0x1.8p+52;
/// e^x is infinite above, and 0 below minus this.
static constexpr double largestExponent = 746;
static constexpr int64_t mantissaBits = 52, exponentBias = 1023;
/// log m = 2 (s + s^3 / 3 + ...) for s = (m - 1) / (m + 1), with abs s < 0.172
/// for m between the roots of 1/2 and of 2: the first term left out is below
/// 2^-60 of the first one.
static constexpr int logDegree = 23;
/// The bits of the root of 1/2.
static constexpr int64_t rootOfHalf = 0x3fe6a09e667f3bcd;

namespace {
/// e^x = 2^k (1 + p), with abs p < 0.42.
struct Reduction {
  /// An integer.
  Value k;
  /// e^r - 1 for the rest r of x, which does not cancel.
  Value p;
};

class MathBuilder : public PayloadBuilder {
public:
  using PayloadBuilder::PayloadBuilder;

  Value buildExp(Value x);
  Value buildTanh(Value x);
  Value buildLog(Value x);

private:
  Value fma(Value lhs, Value rhs, Value addend) {
    return math::FmaOp::create(*this, lhs, rhs, addend);
  }
  Type getBitsType();
  Value integer(int64_t value);
  Reduction reduce(Value x);
  Value buildPowerOf2(Value exponent);
};

template <typename MathOp>
struct ConvertF64 : OpRewritePattern<MathOp> {
  using Build = Value (MathBuilder::*)(Value);
  ConvertF64(MLIRContext *context, Build build)
      : OpRewritePattern<MathOp>(context), build(build) {}

  LogicalResult matchAndRewrite(MathOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF64())
      return rewriter.notifyMatchFailure(op, "not of f64");
    MathBuilder builder(op.getLoc(), rewriter, op.getType());
    rewriter.replaceOp(op, (builder.*build)(op.getOperand()));
    return success();
  }

  Build build;
};

/// The logarithm of an f32 is that of an f64, rounded.
struct WidenLog : OpRewritePattern<math::LogOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::LogOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!getElementTypeOrSelf(type).isF32())
      return rewriter.notifyMatchFailure(op, "not of f32");
    Type wideType = rewriter.getF64Type();
    if (auto shaped = dyn_cast<ShapedType>(type))
      wideType = shaped.clone(wideType);
    MathBuilder builder(op.getLoc(), rewriter, wideType);
    Value wide = arith::ExtFOp::create(builder, wideType, op.getOperand());
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, type,
                                                 builder.buildLog(wide));
    return success();
  }
};

struct QuantBNNConvertF64MathToArithPass
    : quant_bnn::impl::QuantBNNConvertF64MathToArithPassBase<
          QuantBNNConvertF64MathToArithPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ConvertF64<math::ExpOp>>(&getContext(),
                                          &MathBuilder::buildExp);
    patterns.add<ConvertF64<math::TanhOp>>(&getContext(),
                                           &MathBuilder::buildTanh);
    patterns.add<ConvertF64<math::LogOp>>(&getContext(),
                                          &MathBuilder::buildLog);
    patterns.add<WidenLog>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace

/// The integers of the width and shape of floats.
Type MathBuilder::getBitsType() {
  Type type = getComputeType();
  if (auto shaped = dyn_cast<ShapedType>(type))
    return shaped.clone(getI64Type());
  return getI64Type();
}

Value MathBuilder::integer(int64_t value) {
  TypedAttr attr = getI64IntegerAttr(value);
  if (auto shaped = dyn_cast<ShapedType>(getBitsType()))
    attr = DenseElementsAttr::get(shaped, attr);
  return arith::ConstantOp::create(*this, attr);
}

Reduction MathBuilder::reduce(Value x) {
  Value shift = constant(integerShift);
  Value shifted = add(mul(x, constant(log2E)), shift);
  Value wholeK = sub(shifted, shift);
  auto toBits = [&](Value value) -> Value {
    return arith::BitcastOp::create(*this, getBitsType(), value);
  };
  Value k = arith::SubIOp::create(*this, toBits(shifted), toBits(shift));
  Value r = fma(wholeK, constant(-ln2High), x);
  r = fma(wholeK, constant(-ln2Low), r);

  double factorial = 1;
  for (int i = 2; i <= seriesDegree; ++i)
    factorial *= i;
  Value q = constant(1 / factorial);
  for (int i = seriesDegree; i > 1; --i) {
    factorial /= i;
    q = fma(q, r, constant(1 / factorial));
  }
  return {k, mul(r, q)};
}

/// 2^exponent for exponents of normal numbers.
Value MathBuilder::buildPowerOf2(Value exponent) {
  Value biased = arith::AddIOp::create(*this, exponent, integer(exponentBias));
  Value bits = arith::ShLIOp::create(*this, biased, integer(mantissaBits));
  return arith::BitcastOp::create(*this, getComputeType(), bits);
}

Value MathBuilder::buildExp(Value x) {
  x = clamp(x, constant(-largestExponent), constant(largestExponent));
  Reduction reduction = reduce(x);
  // 2^k itself may be no normal number: it is multiplied with in two halves.
  Value half = arith::ShRSIOp::create(*this, reduction.k, integer(1));
  Value otherHalf = arith::SubIOp::create(*this, reduction.k, half);
  Value result = add(constant(1), reduction.p);
  return mul(mul(result, buildPowerOf2(half)), buildPowerOf2(otherHalf));
}

/// (e^2a - 1) / (e^2a + 1), with the sign of x, for a = abs x.
Value MathBuilder::buildTanh(Value x) {
  // From here on the result is 1.
  Value a = clamp(abs(x), constant(0), constant(20));
  Reduction reduction = reduce(add(a, a));
  Value power = buildPowerOf2(reduction.k);
  // 2^k (1 + p) - 1, where nothing cancels that has been rounded.
  Value minusOne = fma(power, reduction.p, sub(power, constant(1)));
  Value result = div(minusOne, add(minusOne, constant(2)));
  return math::CopySignOp::create(*this, result, x);
}

/// x = 2^k m.
Value MathBuilder::buildLog(Value x) {
  auto toBits = [&](Value value) -> Value {
    return arith::BitcastOp::create(*this, getBitsType(), value);
  };
  // A subnormal number is made normal first.
  Value isSmall = cmp(arith::CmpFPredicate::OLT, x, constant(0x1.0p-1022));
  Value scaled = select(isSmall, mul(x, constant(0x1.0p54)), x);
  Value shift = select(isSmall, constant(-54), constant(0));
  // With the bits of the root of 1/2 as origin, the exponent is k.
  Value offset =
      arith::SubIOp::create(*this, toBits(scaled), integer(rootOfHalf));
  Value k = arith::ShRSIOp::create(*this, offset, integer(mantissaBits));
  Value bits = arith::SubIOp::create(
      *this, toBits(scaled),
      arith::ShLIOp::create(*this, k, integer(mantissaBits)));
  Value m = arith::BitcastOp::create(*this, getComputeType(), bits);
  Value wholeK =
      add(arith::SIToFPOp::create(*this, getComputeType(), k), shift);

  Value f = sub(m, constant(1));
  Value s = div(f, add(f, constant(2)));
  Value square = mul(s, s);
  Value series = constant(2.0 / logDegree);
  for (int i = logDegree - 2; i > 1; i -= 2)
    series = fma(series, square, constant(2.0 / i));
  // log m = f - s (f - s^2 series), where f is exact.
  Value rest = mul(s, sub(f, mul(square, series)));
  Value low = sub(fma(wholeK, constant(ln2Low), f), rest);
  Value result = fma(wholeK, constant(ln2High), low);

  Value infinity = constant(std::numeric_limits<double>::infinity());
  result = select(cmp(arith::CmpFPredicate::OEQ, x, infinity), x, result);
  result = select(cmp(arith::CmpFPredicate::OEQ, x, constant(0)), neg(infinity),
                  result);
  // Also of a NaN.
  Value isNumber = cmp(arith::CmpFPredicate::OGE, x, constant(0));
  return select(isNumber, result,
                constant(std::numeric_limits<double>::quiet_NaN()));
}
