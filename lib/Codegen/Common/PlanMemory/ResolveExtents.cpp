//===- ResolveExtents.cpp - Extents of what views are of ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ResolveExtents.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace {
/// Rewrites an extent of a collapsed memref to one of its source, or to a
/// product of those. LLVM 22.1 does so for tensors only.
struct DimOfCollapse : OpRewritePattern<memref::DimOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(memref::DimOp op,
                                PatternRewriter &rewriter) const override {
    auto collapse = op.getSource().getDefiningOp<memref::CollapseShapeOp>();
    std::optional<int64_t> dim = op.getConstantIndex();
    if (!collapse || !dim || *dim >= collapse.getResultType().getRank())
      return rewriter.notifyMatchFailure(op, "is of no collapsed memref");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value extent;
    ReassociationIndices group = collapse.getReassociationIndices()[*dim];
    for (int64_t merged : group) {
      Value next = b.createOrFold<memref::DimOp>(collapse.getSrc(), merged);
      extent = extent ? b.createOrFold<arith::MulIOp>(extent, next) : next;
    }
    rewriter.replaceOp(op, extent);
    return success();
  }
};
} // namespace

LogicalResult quant_bnn::memory::resolveExtents(func::FuncOp function) {
  MLIRContext *context = function.getContext();
  RewritePatternSet patterns(context);
  patterns.add<DimOfCollapse>(context);
  memref::DimOp::getCanonicalizationPatterns(patterns, context);
  memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
  SmallVector<Operation *> extents;
  function.walk([&](memref::DimOp op) { extents.push_back(op); });
  GreedyRewriteConfig config;
  config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
  return applyOpPatternsGreedily(extents, std::move(patterns), config);
}
