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

/// Returns the product of inputs that `op` adds to its result, or null.
static arith::MulFOp matchProduct(linalg::LinalgOp op) {
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
  OpOperand *lhs = quant_bnn::findInput(op, product.getLhs());
  OpOperand *rhs = quant_bnn::findInput(op, product.getRhs());
  bool isContraction = lhs && rhs && (isReused(op, lhs) || isReused(op, rhs));
  return isContraction ? product : arith::MulFOp();
}

bool quant_bnn::fusesProduct(linalg::LinalgOp op) {
  return static_cast<bool>(matchProduct(op));
}

linalg::LinalgOp quant_bnn::fuseProduct(linalg::LinalgOp op) {
  if (!fusesProduct(op))
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
  Value fused =
      math::FmaOp::create(builder, sum.getLoc(), product.getLhs(),
                          product.getRhs(), op.getRegionOutputArgs().front());
  sum.replaceAllUsesWith(fused);
  sum.erase();
  product.erase();
  return op;
}
