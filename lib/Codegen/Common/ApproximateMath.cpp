//===- ApproximateMath.cpp - Polynomials for math on f32 ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "quant-bnn/Support/MathBuilder.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNAPPROXIMATEMATHPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using quant_bnn::MathBuilder;

namespace {
/// Expands erf, exp, expm1 and log1p. Upstream's pattern for exp converts a NaN
/// to an integer, and those for the others call its approximations of exp and
/// log.
template <typename MathOp>
struct BuildSeries : OpRewritePattern<MathOp> {
  using Build = Value (MathBuilder::*)(Value);
  BuildSeries(MLIRContext *context, Build build)
      : OpRewritePattern<MathOp>(context), build(build) {}

  LogicalResult matchAndRewrite(MathOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!getElementTypeOrSelf(type).isF32())
      return rewriter.notifyMatchFailure(op, "not of f32");
    MathBuilder builder(op.getLoc(), rewriter, type);
    rewriter.replaceOp(op, (builder.*build)(op.getOperand()));
    return success();
  }

  Build build;
};

struct QuantBNNApproximateMathPass
    : quant_bnn::impl::QuantBNNApproximateMathPassBase<
          QuantBNNApproximateMathPass> {
  void runOnOperation() override {
    // Upstream's patterns treat a tensor like a scalar.
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa<math::ErfOp, math::ExpOp, math::ExpM1Op, math::Log1pOp,
              math::TanhOp>(op) &&
          !isa<TensorType>(op->getResult(0).getType()))
        ops.push_back(op);
    });
    RewritePatternSet patterns(&getContext());
    populateMathPolynomialApproximationPatterns(patterns, [](StringRef name) {
      return name == math::TanhOp::getOperationName();
    });
    patterns.add<BuildSeries<math::ErfOp>>(&getContext(),
                                           &MathBuilder::buildErf);
    patterns.add<BuildSeries<math::ExpOp>>(&getContext(),
                                           &MathBuilder::buildExp);
    patterns.add<BuildSeries<math::ExpM1Op>>(&getContext(),
                                             &MathBuilder::buildExpM1);
    patterns.add<BuildSeries<math::Log1pOp>>(&getContext(),
                                             &MathBuilder::buildLog1p);
    GreedyRewriteConfig config;
    config.setStrictness(GreedyRewriteStrictness::ExistingOps)
        .enableFolding(false);
    (void)applyOpPatternsGreedily(ops, std::move(patterns), config);
  }
};
} // namespace
