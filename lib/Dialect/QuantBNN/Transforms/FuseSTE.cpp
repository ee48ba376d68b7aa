//===- FuseSTE.cpp - Fuse straight-through estimators ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FuseSTE.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNFUSESTEPASS
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

namespace {
struct QuantBNNFuseSTEPass
    : quant_bnn::impl::QuantBNNFuseSTEPassBase<QuantBNNFuseSTEPass> {
  using QuantBNNFuseSTEPassBase::QuantBNNFuseSTEPassBase;

  void runOnOperation() override {
    fuse_ste::ValueOptions options{mode, valuesOnly};
    RewritePatternSet patterns(&getContext());
    // Canonicalization expands ops, such as `qactivation` into
    // `gradient_cancellation` and a quantizer.
    for (RegisteredOperationName op : getContext().getRegisteredOperations())
      if (isa<QuantBNNDialect>(op.getDialect()))
        op.getCanonicalizationPatterns(patterns, &getContext());
    fuse_ste::populateWindowPatterns(patterns);
    fuse_ste::populateValuePatterns(patterns, options);
    GreedyRewriteConfig config;
    config.enableFolding(false).setRegionSimplificationLevel(
        GreedySimplifyRegionLevel::Disabled);
    if (failed(
            applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      return signalPassFailure();
    fuse_ste::reportMissedWindows(getOperation());
    fuse_ste::reportMissedValues(getOperation(), options);
  }
};
} // namespace
