//===- FuseProducts.cpp - Fuse products into sums -------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Support/FuseProducts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

OpOperand *quant_bnn::findInput(linalg::LinalgOp op, Value value) {
  if (auto extension = value.getDefiningOp<arith::ExtFOp>())
    value = extension.getIn();
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner() != op.getBlock())
    return nullptr;
  OpOperand *operand = op.getMatchingOpOperand(argument);
  return op.isDpsInput(operand) ? operand : nullptr;
}

/// Whether `operand` of `op` is the same in several iterations of some loop.
static bool isReused(linalg::LinalgOp op, OpOperand *operand) {
  AffineMap map = op.getMatchingIndexingMap(operand);
  return llvm::any_of(llvm::seq(op.getNumLoops()), [&](unsigned loop) {
    return !map.isFunctionOfDim(loop);
  });
}

/// Returns the input of `op` that `value`, a factor of a product, is: the input
/// itself, or one of two constants, as a bit of the input says. Null if there
/// is none.
static OpOperand *findFactor(linalg::LinalgOp op, Value value) {
  Value factor = value;
  if (auto extension = factor.getDefiningOp<arith::ExtFOp>())
    factor = extension.getIn();
  auto select = factor.getDefiningOp<arith::SelectOp>();
  if (!select)
    return quant_bnn::findInput(op, value);
  if (!matchPattern(select.getTrueValue(), m_Constant()) ||
      !matchPattern(select.getFalseValue(), m_Constant()))
    return nullptr;
  Value bit = select.getCondition();
  if (auto truncation = bit.getDefiningOp<arith::TruncIOp>())
    bit = truncation.getIn();
  if (auto shift = bit.getDefiningOp<arith::ShRUIOp>())
    bit = shift.getLhs();
  return quant_bnn::findInput(op, bit);
}

arith::MulFOp quant_bnn::matchProduct(linalg::LinalgOp op) {
  if (op.getNumDpsInits() != 1 || op.getNumReductionLoops() == 0)
    return {};
  BlockArgument old = op.getRegionOutputArgs().front();
  auto sum = op.getBlock()
                 ->getTerminator()
                 ->getOperand(0)
                 .getDefiningOp<arith::AddFOp>();
  if (!sum || !sum->hasOneUse() || !old.hasOneUse() ||
      !(old.getType().isF32() || old.getType().isF64()) ||
      (sum.getLhs() != old && sum.getRhs() != old))
    return {};
  Value added = sum.getLhs() == old ? sum.getRhs() : sum.getLhs();
  auto product = added.getDefiningOp<arith::MulFOp>();
  if (!product || !product->hasOneUse())
    return {};
  OpOperand *lhs = findFactor(op, product.getLhs());
  OpOperand *rhs = findFactor(op, product.getRhs());
  bool isContraction = lhs && rhs && (isReused(op, lhs) || isReused(op, rhs));
  return isContraction ? product : arith::MulFOp();
}

linalg::LinalgOp quant_bnn::fuseProduct(linalg::LinalgOp op) {
  if (!matchProduct(op))
    return op;
  // Named ops verify their bodies, so a named op is generalized first.
  if (!isa<linalg::GenericOp>(op)) {
    IRRewriter rewriter(op);
    FailureOr<linalg::GenericOp> generic =
        linalg::generalizeNamedOp(rewriter, op);
    if (failed(generic))
      return op;
    op = *generic;
  }
  arith::MulFOp product = matchProduct(op);
  auto sum = cast<arith::AddFOp>(*product->user_begin());
  OpBuilder builder(sum);
  Value fused = math::FmaOp::create(
      builder, sum.getLoc(), product.getLhs(), product.getRhs(),
      op.getRegionOutputArgs().front(), sum.getFastmathAttr());
  sum.replaceAllUsesWith(fused);
  sum.erase();
  product.erase();
  return op;
}
