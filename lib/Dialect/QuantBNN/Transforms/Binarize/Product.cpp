//===- Product.cpp - Float contractions and convolutions ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Product.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "quant-bnn/Support/FuseProducts.h"

using namespace mlir;
using namespace quant_bnn::binarize;

std::optional<Product> quant_bnn::binarize::matchProduct(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() || op.getNumDpsInputs() != 2 ||
      op.getNumDpsInits() != 1)
    return std::nullopt;
  // The ops that are built have no encodings.
  for (Value operand : op->getOperands())
    if (auto type = dyn_cast<RankedTensorType>(operand.getType());
        !type || type.getEncoding())
      return std::nullopt;
  OpOperand *init = op.getDpsInitOperand(0);
  if (!isa<FloatType>(getElementTypeOrSelf(init->get().getType())))
    return std::nullopt;
  auto sum = op.getBlock()
                 ->getTerminator()
                 ->getOperand(0)
                 .getDefiningOp<arith::AddFOp>();
  if (!sum)
    return std::nullopt;
  Value old = op.getRegionOutputArgs().front();
  Value added = sum.getLhs() == old ? sum.getRhs() : sum.getLhs();
  if (sum.getLhs() != old && sum.getRhs() != old)
    return std::nullopt;
  auto product = added.getDefiningOp<arith::MulFOp>();
  if (!product)
    return std::nullopt;
  OpOperand *lhs = quant_bnn::findInput(op, product.getLhs());
  OpOperand *rhs = quant_bnn::findInput(op, product.getRhs());
  if (!lhs || !rhs || lhs == rhs)
    return std::nullopt;
  return Product{op, op.getDpsInputOperand(0), op.getDpsInputOperand(1), init};
}

//===----------------------------------------------------------------------===//
// Dimensions
//===----------------------------------------------------------------------===//

bool quant_bnn::binarize::coversDims(AffineMap map,
                                     ArrayRef<LoopGroup> groups) {
  SmallVector<AffineExpr> loops;
  for (const LoopGroup &group : groups)
    for (unsigned loop : group)
      loops.push_back(getAffineDimExpr(loop, map.getContext()));
  return std::is_permutation(loops.begin(), loops.end(),
                             map.getResults().begin(), map.getResults().end());
}

/// Returns the dimension of `map` that is `loop`, which must exist.
static int64_t getDim(AffineMap map, unsigned loop) {
  for (auto [dim, expr] : llvm::enumerate(map.getResults()))
    if (expr == getAffineDimExpr(loop, map.getContext()))
      return dim;
  llvm_unreachable("the loop walks a dimension");
}

/// Returns the dimensions of `map` in the order of `groups`.
static SmallVector<int64_t> getOrder(AffineMap map,
                                     ArrayRef<LoopGroup> groups) {
  SmallVector<int64_t> order;
  for (const LoopGroup &group : groups)
    for (unsigned loop : group)
      order.push_back(getDim(map, loop));
  return order;
}

static Value buildTranspose(ImplicitLocOpBuilder &builder, Value value,
                            ArrayRef<int64_t> permutation) {
  if (isIdentityPermutation(permutation))
    return value;
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, builder.getLoc(), value);
  applyPermutationToVector(sizes, permutation);
  Value empty = tensor::EmptyOp::create(builder, sizes,
                                        getElementTypeOrSelf(value.getType()));
  return linalg::TransposeOp::create(builder, value, empty, permutation)
      .getResult()
      .front();
}

/// Returns, for each group with loops, the dimensions that its loops have if
/// all loops are ordered by group. Groups without loops are skipped; their
/// dimensions of size 1 are handled by `getUnitReassociation`.
static SmallVector<ReassociationIndices>
getReassociation(ArrayRef<LoopGroup> groups) {
  SmallVector<ReassociationIndices> reassociation;
  int64_t next = 0;
  for (const LoopGroup &group : groups) {
    if (group.empty())
      continue;
    ReassociationIndices &indices = reassociation.emplace_back();
    for (unsigned i = 0; i != group.size(); ++i)
      indices.push_back(next++);
  }
  return reassociation;
}

/// Returns, for each group with loops, its dimension among `groups`, together
/// with the dimensions of size 1 of the groups without loops that follow it.
/// Groups without loops before the first group with loops join that one.
static SmallVector<ReassociationIndices>
getUnitReassociation(ArrayRef<LoopGroup> groups) {
  SmallVector<ReassociationIndices> reassociation;
  ReassociationIndices waiting;
  for (auto [dim, group] : llvm::enumerate(groups)) {
    int64_t index = dim;
    if (!group.empty()) {
      reassociation.push_back(waiting);
      reassociation.back().push_back(index);
      waiting.clear();
    } else if (reassociation.empty()) {
      waiting.push_back(index);
    } else {
      reassociation.back().push_back(index);
    }
  }
  return reassociation;
}

static bool hasUnits(ArrayRef<LoopGroup> groups) {
  return llvm::any_of(groups,
                      [](const LoopGroup &group) { return group.empty(); });
}

static Value buildExpand(ImplicitLocOpBuilder &builder, Value value,
                         ArrayRef<ReassociationIndices> reassociation,
                         ArrayRef<OpFoldResult> sizes) {
  auto shape = llvm::map_to_vector(sizes, [](OpFoldResult size) {
    return getConstantIntValue(size).value_or(ShapedType::kDynamic);
  });
  auto type =
      RankedTensorType::get(shape, getElementTypeOrSelf(value.getType()));
  return tensor::ExpandShapeOp::create(builder, type, value, reassociation,
                                       sizes);
}

Value quant_bnn::binarize::buildGrouped(ImplicitLocOpBuilder &builder,
                                        Value value, AffineMap map,
                                        ArrayRef<LoopGroup> groups) {
  value = buildTranspose(builder, value, getOrder(map, groups));
  SmallVector<ReassociationIndices> reassociation = getReassociation(groups);
  if (static_cast<int64_t>(reassociation.size()) <
      cast<RankedTensorType>(value.getType()).getRank())
    value = tensor::CollapseShapeOp::create(builder, value, reassociation);
  if (!hasUnits(groups))
    return value;
  SmallVector<OpFoldResult> merged =
      tensor::getMixedSizes(builder, builder.getLoc(), value);
  SmallVector<OpFoldResult> sizes;
  auto next = merged.begin();
  for (const LoopGroup &group : groups)
    sizes.push_back(group.empty() ? builder.getIndexAttr(1) : *next++);
  return buildExpand(builder, value, getUnitReassociation(groups), sizes);
}

Value quant_bnn::binarize::buildUngrouped(ImplicitLocOpBuilder &builder,
                                          Value value, AffineMap map,
                                          ArrayRef<LoopGroup> groups,
                                          ArrayRef<OpFoldResult> sizes) {
  if (hasUnits(groups))
    value = tensor::CollapseShapeOp::create(builder, value,
                                            getUnitReassociation(groups));
  SmallVector<int64_t> order = getOrder(map, groups);
  SmallVector<ReassociationIndices> reassociation = getReassociation(groups);
  if (reassociation.size() < order.size()) {
    SmallVector<OpFoldResult> ordered(sizes);
    applyPermutationToVector(ordered, order);
    value = buildExpand(builder, value, reassociation, ordered);
  }
  return buildTranspose(builder, value, invertPermutationVector(order));
}
