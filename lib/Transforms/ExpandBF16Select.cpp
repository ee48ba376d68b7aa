//===- ExpandBF16Select.cpp - Select bf16 by its bits ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "quant-bnn/Transforms/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNEXPANDBF16SELECTPASS
#include "quant-bnn/Transforms/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

namespace {
struct SelectBits : OpRewritePattern<arith::SelectOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::SelectOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!getElementTypeOrSelf(type).isBF16() || isa<TensorType>(type))
      return rewriter.notifyMatchFailure(op, "is not of bf16");
    Type bits = rewriter.getI16Type();
    if (auto vector = dyn_cast<VectorType>(type))
      bits = vector.clone(bits);
    auto cast = [&](Value value) {
      return rewriter.createOrFold<arith::BitcastOp>(op.getLoc(), bits, value);
    };
    Value selected = arith::SelectOp::create(
        rewriter, op.getLoc(), op.getCondition(), cast(op.getTrueValue()),
        cast(op.getFalseValue()));
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, type, selected);
    return success();
  }
};

struct QuantBNNExpandBF16SelectPass
    : quant_bnn::impl::QuantBNNExpandBF16SelectPassBase<
          QuantBNNExpandBF16SelectPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SelectBits>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
