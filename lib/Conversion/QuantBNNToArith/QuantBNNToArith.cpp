//===- QuantBNNToArith.cpp - Expand elementwise ops -----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "quant-bnn/Conversion/Passes.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

namespace quant_bnn {
#define GEN_PASS_DEF_CONVERTQUANTBNNTOARITHPASS
#include "quant-bnn/Conversion/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

namespace {
struct ExpandPayload
    : OpInterfaceRewritePattern<ElementwisePayloadOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(ElementwisePayloadOpInterface op,
                                PatternRewriter &rewriter) const override {
    if (isa<TensorType>(op->getResult(0).getType()))
      return rewriter.notifyMatchFailure(op, "is on a tensor");
    rewriter.replaceOp(op, expandPayload(rewriter, op));
    return success();
  }
};

struct ConvertQuantBNNToArithPass
    : quant_bnn::impl::ConvertQuantBNNToArithPassBase<
          ConvertQuantBNNToArithPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateQuantBNNToArithPatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace

void quant_bnn::populateQuantBNNToArithPatterns(RewritePatternSet &patterns) {
  patterns.add<ExpandPayload>(patterns.getContext());
}
