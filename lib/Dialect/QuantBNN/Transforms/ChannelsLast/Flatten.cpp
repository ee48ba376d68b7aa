//===- Flatten.cpp - Transpositions of images that are flattened ----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/Matchers.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::channels_last;

/// Returns the op that produces `value` if it makes a row of each image, or
/// null.
static tensor::CollapseShapeOp getFlatten(Value value) {
  auto op = value.getDefiningOp<tensor::CollapseShapeOp>();
  if (!op)
    return {};
  SmallVector<ReassociationIndices> groups = op.getReassociationIndices();
  bool isFlatten =
      groups.size() == 2 && groups[0].size() == 1 && groups[1].size() > 1;
  return isFlatten ? op : tensor::CollapseShapeOp();
}

/// Returns the groups of dimensions of a tensor with `rank` of which those from
/// `begin` to `end` become one.
static SmallVector<ReassociationIndices> groupDims(int64_t rank, int64_t begin,
                                                   int64_t end) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t dim = 0; dim < rank; ++dim)
    if (dim > begin && dim < end)
      groups.back().push_back(dim);
    else
      groups.push_back({dim});
  return groups;
}

/// Whether `value` is computed from constants alone.
static bool isFromConstants(Value value) {
  llvm::SetVector<Value> values;
  values.insert(value);
  for (size_t i = 0; i < values.size(); ++i) {
    Operation *op = values[i].getDefiningOp();
    if (!op || !isMemoryEffectFree(op))
      return false;
    if (!matchPattern(op, m_Constant()))
      values.insert_range(op->getOperands());
  }
  return true;
}

namespace {
/// An elementwise op on a flattened image becomes one on the image.
struct SinkFlattenThroughElementwise : RewritePattern {
  explicit SinkFlattenThroughElementwise(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (op->getNumOperands() != 1 || op->getNumResults() != 1 ||
        !isElementwise(op))
      return failure();
    tensor::CollapseShapeOp flatten = getFlatten(op->getOperand(0));
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    if (!flatten || !getChannelsLast(flatten.getSrc()) || !type ||
        type.getEncoding() || type.getShape() != flatten.getType().getShape())
      return failure();
    IRMapping mapping;
    mapping.map(op->getOperand(0), flatten.getSrc());
    Operation *clone = rewriter.clone(*op, mapping);
    clone->getResult(0).setType(
        flatten.getSrcType().clone(type.getElementType()));
    rewriter.replaceOpWithNewOp<tensor::CollapseShapeOp>(
        op, type, clone->getResult(0), flatten.getReassociationIndices());
    return success();
  }
};

/// Returns the dimension of the right operand of `op` along which it is summed
/// up, if that of the left operand is the last one and both are matrices.
static std::optional<unsigned> getWeightDim(linalg::MatmulOp op) {
  if (!op.hasPureTensorSemantics())
    return std::nullopt;
  MLIRContext *context = op.getContext();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  auto isMap = [&](unsigned operand, ArrayRef<unsigned> dims) {
    return maps[operand] ==
           AffineMap::getMultiDimMapWithTargets(3, dims, context);
  };
  if (!isMap(0, {0, 2}) || !isMap(2, {0, 1}))
    return std::nullopt;
  if (isMap(1, {2, 1}))
    return 0;
  if (isMap(1, {1, 2}))
    return 1;
  return std::nullopt;
}

/// A product of flattened images with constant weights reads the elements of an
/// image in the order of channels-last, and the weights do, too.
struct FoldFlattenIntoMatmul : OpRewritePattern<linalg::MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::MatmulOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<unsigned> dim = getWeightDim(op);
    tensor::CollapseShapeOp flatten =
        dim ? getFlatten(op.getInputs()[0]) : tensor::CollapseShapeOp();
    Value last = flatten ? getChannelsLast(flatten.getSrc()) : Value();
    if (!last)
      return rewriter.notifyMatchFailure(op, "has no transposed images");
    Value weights = op.getInputs()[1];
    ArrayRef<int64_t> image = flatten.getSrcType().getShape().drop_front();
    auto type = cast<RankedTensorType>(weights.getType());
    if (!isFromConstants(weights) || ShapedType::isDynamicShape(image) ||
        !type.hasStaticShape())
      return rewriter.notifyMatchFailure(op, "has no constant weights");

    // The weights are those of a channel, a row and a column, by result, or by
    // result those of a channel, a row and a column.
    Location loc = op.getLoc();
    SmallVector<int64_t> shape(type.getShape());
    shape.erase(shape.begin() + *dim);
    shape.insert(shape.begin() + *dim, image.begin(), image.end());
    int64_t rank = shape.size(), end = *dim + image.size();
    Value expanded = tensor::ExpandShapeOp::create(
        rewriter, loc, type.clone(shape), weights, groupDims(rank, *dim, end));
    SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    std::rotate(order.begin() + *dim, order.begin() + *dim + 1,
                order.begin() + end);
    Value transposed = transpose(rewriter, loc, expanded, order);
    Value rows = tensor::CollapseShapeOp::create(
        rewriter, loc, type, transposed, groupDims(rank, *dim, end));
    Value flat =
        tensor::CollapseShapeOp::create(rewriter, loc, flatten.getType(), last,
                                        flatten.getReassociationIndices());
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputsMutable()[0].assign(flat);
      op.getInputsMutable()[1].assign(rows);
    });
    return success();
  }
};
} // namespace

void quant_bnn::channels_last::populateFlattenPatterns(
    RewritePatternSet &patterns) {
  patterns.add<SinkFlattenThroughElementwise, FoldFlattenIntoMatmul>(
      patterns.getContext());
}
