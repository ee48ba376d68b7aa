//===- StripGradients.cpp - Rewrite quantizers for inference --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNSTRIPGRADIENTSPASS
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

namespace {
struct BuildInference : OpInterfaceRewritePattern<QuantizerOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(QuantizerOpInterface op,
                                PatternRewriter &rewriter) const override {
    Value value = op.buildInference(rewriter, op.getLoc());
    if (!value)
      return rewriter.notifyMatchFailure(op, "has nothing to strip");
    rewriter.replaceOp(op, value);
    return success();
  }
};

/// Rewrites f(f(x)) to f(x), which preserves only the value.
struct ApplyOnce : OpTraitRewritePattern<quant_bnn::OpTrait::ValueIdempotent> {
  using OpTraitRewritePattern::OpTraitRewritePattern;

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    Operation *inner = op->getOperand(0).getDefiningOp();
    if (!inner || inner->getName() != op->getName() ||
        inner->getAttrDictionary() != op->getAttrDictionary())
      return rewriter.notifyMatchFailure(op, "is not of its own output");
    rewriter.replaceOp(op, inner);
    return success();
  }
};

struct QuantBNNStripGradientsPass
    : quant_bnn::impl::QuantBNNStripGradientsPassBase<
          QuantBNNStripGradientsPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<BuildInference, ApplyOnce>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
