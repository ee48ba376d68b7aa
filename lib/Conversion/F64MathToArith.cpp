//===- F64MathToArith.cpp - Compute exp and tanh of f64 -------------------===//
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

struct QuantBNNConvertF64MathToArithPass
    : quant_bnn::impl::QuantBNNConvertF64MathToArithPassBase<
          QuantBNNConvertF64MathToArithPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ConvertF64<math::ExpOp>>(&getContext(),
                                          &MathBuilder::buildExp);
    patterns.add<ConvertF64<math::TanhOp>>(&getContext(),
                                           &MathBuilder::buildTanh);
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
