//===- ExpandMath.cpp - Expand math.clampf and math.fpowi -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ToLinalg.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

using namespace mlir;

/// Returns `element`, or a vector or tensor of it with the shape of `like`.
static Type cloneWith(Type like, Type element) {
  if (auto shaped = dyn_cast<ShapedType>(like))
    return shaped.clone(element);
  return element;
}

namespace {
/// Expands to min(max(x, low), high). The upstream expansion applies the bounds
/// in the opposite order.
struct ExpandClamp : OpRewritePattern<math::ClampFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::ClampFOp op,
                                PatternRewriter &rewriter) const override {
    Value raised = arith::MaximumFOp::create(
        rewriter, op.getLoc(), op.getValue(), op.getMin(), op.getFastmath());
    rewriter.replaceOpWithNewOp<arith::MinimumFOp>(op, raised, op.getMax(),
                                                   op.getFastmath());
    return success();
  }
};

/// Expands to the power of abs x, with the sign of x if n is odd, so that the
/// sign is right even where n is rounded. This rounding changes a finite result
/// by some hundred units in the last place at most, while repeated
/// multiplication changes the result by n units.
struct ExpandPower : OpRewritePattern<math::FPowIOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::FPowIOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = op.getType();
    Type wide =
        cloneWith(type, quant_bnn::getComputeType(getElementTypeOrSelf(type)));
    Value x = op.getLhs(), n = op.getRhs();
    if (wide != type)
      x = arith::ExtFOp::create(rewriter, loc, wide, x);
    if (isa<IndexType>(getElementTypeOrSelf(n)))
      n = arith::IndexCastOp::create(
          rewriter, loc, cloneWith(n.getType(), rewriter.getI64Type()), n);
    Value odd = n;
    if (!getElementTypeOrSelf(n).isInteger(1))
      odd = arith::TruncIOp::create(
          rewriter, loc, cloneWith(n.getType(), rewriter.getI1Type()), n);
    Value exponent = arith::SIToFPOp::create(rewriter, loc, wide, n);
    arith::FastMathFlags flags = op.getFastmath();
    Value magnitude = math::AbsFOp::create(rewriter, loc, x, flags);
    Value power =
        math::PowFOp::create(rewriter, loc, magnitude, exponent, flags);
    Value result = arith::SelectOp::create(
        rewriter, loc, odd,
        math::CopySignOp::create(rewriter, loc, power, x, flags), power);
    if (wide != type)
      result = arith::TruncFOp::create(rewriter, loc, type, result);
    rewriter.replaceOp(op, result);
    return success();
  }
};
} // namespace

void quant_bnn::detail::populateExpandMathPatterns(
    RewritePatternSet &patterns) {
  patterns.add<ExpandClamp, ExpandPower>(patterns.getContext());
}
