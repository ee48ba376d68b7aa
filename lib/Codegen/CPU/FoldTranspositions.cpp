//===- FoldTranspositions.cpp - Read operands of products transposed ------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../LoopEmission/Reductions.h"
#include "ContractionBlocking.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
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

/// Returns the input by which `op`, a product of two inputs, multiplies
/// `input`; null if `op` is none.
static OpOperand *getOtherFactor(linalg::LinalgOp op, OpOperand &input) {
  Value lhs, rhs;
  if (math::FmaOp fma = vectorize::matchFusedProduct(op, 0)) {
    lhs = fma.getA();
    rhs = fma.getB();
  } else if (arith::MulFOp product = matchProduct(op)) {
    lhs = product.getLhs();
    rhs = product.getRhs();
  } else {
    return nullptr;
  }
  OpOperand *first = findInput(op, lhs), *second = findInput(op, rhs);
  if (op.getNumDpsInputs() != 2 || !first || !second || first == second)
    return nullptr;
  return first == &input ? second : first;
}

/// Whether each index of `output` is a dimension or a sum of two, of which
/// exactly one selects elements of an operand that is accessed by `map`, and
/// each dimension is in one index at most.
static bool hasApartRows(AffineMap output, AffineMap map) {
  llvm::SmallBitVector isPlaced(output.getNumDims());
  for (AffineExpr index : output.getResults()) {
    SmallVector<unsigned> dims;
    for (unsigned dim = 0; dim < output.getNumDims(); ++dim)
      if (index.isFunctionOfDim(dim))
        dims.push_back(dim);
    for (unsigned dim : dims) {
      if (isPlaced.test(dim))
        return false;
      isPlaced.set(dim);
    }
    if (dims.size() > 2 ||
        (dims.size() == 2 &&
         map.isFunctionOfDim(dims.front()) == map.isFunctionOfDim(dims.back())))
      return false;
  }
  return true;
}

/// Whether an operand of `op` that is accessed by `map`, and multiplied by
/// `other`, can lie in panels whose squares are transposed: it lies along the
/// innermost of the reduced dimensions, which select no element of the output,
/// and it alone lies along the output.
static bool isTransposedOperand(linalg::LinalgOp op, AffineMap map,
                                OpOperand *other) {
  AffineMap output = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!map.isProjectedPermutation() || map.getNumResults() == 0 ||
      output.getNumResults() == 0 || !hasApartRows(output, map))
    return false;
  std::optional<unsigned> innermost;
  for (unsigned dim = 0; dim < op.getNumLoops(); ++dim)
    if (!output.isFunctionOfDim(dim))
      innermost = dim;
  auto last = dyn_cast<AffineDimExpr>(output.getResults().back());
  return innermost && last &&
         map.getResults().back() ==
             getAffineDimExpr(*innermost, op.getContext()) &&
         map.isFunctionOfDim(last.getPosition()) &&
         !op.getMatchingIndexingMap(other).isFunctionOfDim(last.getPosition());
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
  auto isFloat = [](Value operand) {
    return isa<FloatType>(getElementTypeOrSelf(operand));
  };
  OpOperand *other = getOtherFactor(op, use);
  if (!other || !llvm::all_of(op.getDpsInputs(), isFloat))
    return false;
  AffineMap map = getFoldedMap(transpose, op.getMatchingIndexingMap(&use));
  return isTransposedOperand(op, map, other) && isLarge(op, map);
}

/// Makes the ops that can read the operand of `transpose` do that, if all users
/// of the result are such ops.
static void fold(RewriterBase &rewriter, linalg::TransposeOp transpose) {
  if (!transpose.hasPureTensorSemantics())
    return;
  Value transposed = transpose->getResult(0);
  for (OpOperand &use : transposed.getUses())
    if (!canFold(transpose, use))
      return;
  SetVector<Operation *> users(transposed.user_begin(), transposed.user_end());
  for (Operation *user : users) {
    auto op = cast<linalg::GenericOp>(
        fuseProduct(cast<linalg::LinalgOp>(user)).getOperation());
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    rewriter.modifyOpInPlace(op, [&] {
      for (OpOperand &operand : op->getOpOperands())
        if (operand.get() == transposed) {
          AffineMap &map = maps[operand.getOperandNumber()];
          map = getFoldedMap(transpose, map);
          operand.set(transpose.getInput());
        }
      op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
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
