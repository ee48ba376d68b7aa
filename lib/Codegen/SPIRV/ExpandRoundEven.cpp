//===- ExpandRoundEven.cpp - Round f64 by two additions -------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "quant-bnn/Codegen/SPIRV/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNEXPANDROUNDEVENPASS
#include "quant-bnn/Codegen/SPIRV/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {

/// Expands `math.roundeven` of f64. From 2^52 on every f64 is an integer, and
/// up to 2^53 the next one is 1 away. So adding 2^52 to |x| rounds to an
/// integer, half to even, and subtracting 2^52 is exact.
struct ExpandRoundEven : OpRewritePattern<math::RoundEvenOp> {
  using Base::Base;

  LogicalResult matchAndRewrite(math::RoundEvenOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (isa<TensorType>(type) || !getElementTypeOrSelf(type).isF64())
      return rewriter.notifyMatchFailure(op, "no scalar or vector of f64");
    ImplicitLocOpBuilder builder(op.getLoc(), rewriter);
    Value limit = createScalarOrSplatConstant(builder, op.getLoc(), type,
                                              APFloat(0x1.0p52));
    Value x = op.getOperand();
    Value magnitude = math::AbsFOp::create(builder, x);
    Value sum = arith::AddFOp::create(builder, magnitude, limit);
    Value rounded = arith::SubFOp::create(builder, sum, limit);
    Value withSign = math::CopySignOp::create(builder, rounded, x);
    // The condition is false for a NaN, which is not less than anything.
    Value hasFraction = arith::CmpFOp::create(
        builder, arith::CmpFPredicate::OLT, magnitude, limit);
    rewriter.replaceOpWithNewOp<arith::SelectOp>(op, hasFraction, withSign, x);
    return success();
  }
};

struct QuantBNNExpandRoundEvenPass
    : quant_bnn::impl::QuantBNNExpandRoundEvenPassBase<
          QuantBNNExpandRoundEvenPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandRoundEven>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace
