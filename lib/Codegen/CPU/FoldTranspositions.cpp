//===- FoldTranspositions.cpp - Read operands of products transposed ------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../LoopEmission/Reductions.h"
#include "ContractionBlocking.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/PatternMatch.h"
#include "quant-bnn/Codegen/CPU/Passes.h"
#include "quant-bnn/Support/FuseProducts.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNFOLDTRANSPOSITIONSPASS
#include "quant-bnn/Codegen/CPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

/// Returns the map by which an op that accesses the result of `transpose` by
/// `map` accesses its operand.
static AffineMap getFoldedMap(linalg::TransposeOp transpose, AffineMap map) {
  SmallVector<AffineExpr> indices(map.getNumResults());
  for (auto [result, dim] : llvm::enumerate(transpose.getPermutation()))
    indices[dim] = map.getResult(result);
  return AffineMap::get(map.getNumDims(), 0, indices, map.getContext());
}

/// Whether an operand of `op` that is accessed by `map` can lie in panels whose
/// squares are transposed: it lies along the innermost of the reduced
/// dimensions, which select no element of the output, and the output lies along
/// another dimension of it.
static bool isTransposedOperand(linalg::LinalgOp op, AffineMap map) {
  AffineMap output = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!map.isProjectedPermutation() || map.getNumResults() == 0 ||
      output.getNumResults() == 0)
    return false;
  std::optional<unsigned> innermost;
  for (unsigned dim = 0; dim < op.getNumLoops(); ++dim)
    if (!output.isFunctionOfDim(dim))
      innermost = dim;
  auto last = dyn_cast<AffineDimExpr>(output.getResults().back());
  return innermost && last &&
         map.getResults().back() ==
             getAffineDimExpr(*innermost, op.getContext()) &&
         map.isFunctionOfDim(last.getPosition());
}

/// Whether the extents of `op` are known to be enough for such panels.
static bool isLarge(linalg::LinalgOp op, AffineMap map) {
  AffineMap output = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  int64_t rows = 1;
  for (auto [dim, extent] : llvm::enumerate(extents))
    if (output.isFunctionOfDim(dim) && !map.isFunctionOfDim(dim)) {
      if (ShapedType::isDynamic(extent))
        return false;
      rows = std::min(rows, vectorize::minRowsOfTransposedPanels) *
             std::min(extent, vectorize::minRowsOfTransposedPanels);
    }
  unsigned lanes =
      cast<AffineDimExpr>(output.getResults().back()).getPosition();
  return rows >= vectorize::minRowsOfTransposedPanels &&
         !ShapedType::isDynamic(extents[lanes]) &&
         extents[lanes] >= vectorize::minColumnsOfTransposedPanels;
}

/// Whether the op of `use` is a product that can read the operand of
/// `transpose`.
static bool canFold(linalg::TransposeOp transpose, OpOperand &use) {
  auto op = dyn_cast<linalg::LinalgOp>(use.getOwner());
  if (!op || !op.hasPureTensorSemantics() || op.getNumDpsInits() != 1 ||
      op.isDpsInit(&use) ||
      op.getIndexingMapsArray().size() != op->getNumOperands())
    return false;
  AffineMap map = getFoldedMap(transpose, op.getMatchingIndexingMap(&use));
  return isTransposedOperand(op, map) && isLarge(op, map);
}

/// Makes the op of each use of `transpose` read its operand, if all of them are
/// products that can.
static void fold(RewriterBase &rewriter, linalg::TransposeOp transpose) {
  if (!transpose.hasPureTensorSemantics())
    return;
  Value transposed = transpose->getResult(0);
  for (OpOperand &use : transposed.getUses())
    if (!canFold(transpose, use))
      return;
  SetVector<Operation *> users(transposed.user_begin(), transposed.user_end());
  for (Operation *user : users) {
    linalg::LinalgOp op = fuseProduct(cast<linalg::LinalgOp>(user));
    auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
    if (!generic || !vectorize::matchFusedProduct(op, 0))
      return;
  }
  for (OpOperand &use : llvm::make_early_inc_range(transposed.getUses())) {
    auto op = cast<linalg::GenericOp>(use.getOwner());
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    AffineMap &map = maps[use.getOperandNumber()];
    map = getFoldedMap(transpose, map);
    rewriter.modifyOpInPlace(op, [&] {
      op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
      use.set(transpose.getInput());
    });
  }
  rewriter.eraseOp(transpose);
}

namespace {
struct QuantBNNFoldTranspositionsPass
    : quant_bnn::impl::QuantBNNFoldTranspositionsPassBase<
          QuantBNNFoldTranspositionsPass> {
  void runOnOperation() override {
    SmallVector<linalg::TransposeOp> transpositions;
    getOperation()->walk(
        [&](linalg::TransposeOp op) { transpositions.push_back(op); });
    if (transpositions.empty())
      return markAllAnalysesPreserved();
    IRRewriter rewriter(&getContext());
    for (linalg::TransposeOp op : transpositions)
      fold(rewriter, op);
  }
};
} // namespace
