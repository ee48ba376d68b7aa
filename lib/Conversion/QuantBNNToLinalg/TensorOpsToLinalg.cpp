//===- TensorOpsToLinalg.cpp - Gather and softmax as generic ops ----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ToLinalg.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

using namespace mlir;

namespace {
/// The dimensions of a result of `tensor.gather`: the batch dimensions of the
/// indices, and then the dimensions of the source, with or without those
/// gathered.
struct GatherDims {
  explicit GatherDims(tensor::GatherOp op)
      : batchRank(op.getIndicesType().getRank() - 1),
        sourceRank(op.getSourceType().getRank()), gathered(op.getGatherDims()),
        keepsGathered(op.getResultType().getRank() == batchRank + sourceRank) {}

  bool isGathered(int64_t dim) const {
    return llvm::is_contained(gathered, dim);
  }

  int64_t batchRank;
  int64_t sourceRank;
  ArrayRef<int64_t> gathered;
  bool keepsGathered;
};

struct GatherToGeneric : OpRewritePattern<tensor::GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::GatherOp op,
                                PatternRewriter &rewriter) const override;
};

struct DecomposeSoftmax : OpRewritePattern<linalg::SoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::SoftmaxOp op,
                                PatternRewriter &rewriter) const override;
};
} // namespace

static SmallVector<OpFoldResult> getResultSizes(OpBuilder &builder,
                                                tensor::GatherOp op,
                                                const GatherDims &dims) {
  Location loc = op.getLoc();
  RankedTensorType type = op.getResultType();
  SmallVector<std::pair<Value, int64_t>> origins;
  for (int64_t dim = 0; dim < dims.batchRank; ++dim)
    origins.emplace_back(op.getIndices(), dim);
  for (int64_t dim = 0; dim < dims.sourceRank; ++dim)
    if (!dims.isGathered(dim))
      origins.emplace_back(op.getSource(), dim);
    else if (dims.keepsGathered)
      origins.emplace_back(Value(), 1);
  SmallVector<OpFoldResult> sizes;
  for (auto [dim, origin] : llvm::enumerate(origins)) {
    auto [value, position] = origin;
    if (!type.isDynamicDim(dim))
      sizes.push_back(builder.getIndexAttr(type.getDimSize(dim)));
    else if (value)
      sizes.push_back(tensor::getMixedSize(builder, loc, value, position));
    else
      sizes.push_back(
          arith::ConstantIndexOp::create(builder, loc, 1).getResult());
  }
  return sizes;
}

/// Builds the element of the source at the current iteration of the generic.
static Value buildElement(OpBuilder &builder, Location loc, tensor::GatherOp op,
                          const GatherDims &dims) {
  SmallVector<Value> ivs;
  for (int64_t dim = 0, rank = op.getResultType().getRank(); dim < rank; ++dim)
    ivs.push_back(linalg::IndexOp::create(builder, loc, dim));
  ValueRange batch = ValueRange(ivs).take_front(dims.batchRank);
  ValueRange slice = ValueRange(ivs).drop_front(dims.batchRank);
  SmallVector<Value> indices(dims.sourceRank);
  for (auto [coordinate, dim] : llvm::enumerate(dims.gathered)) {
    SmallVector<Value> place(batch);
    place.push_back(arith::ConstantIndexOp::create(builder, loc, coordinate));
    Value index =
        tensor::ExtractOp::create(builder, loc, op.getIndices(), place);
    indices[dim] = getValueOrCreateCastToIndexLike(
        builder, loc, builder.getIndexType(), index);
  }
  int64_t kept = 0;
  for (int64_t dim = 0; dim < dims.sourceRank; ++dim)
    if (!dims.isGathered(dim))
      indices[dim] = slice[dims.keepsGathered ? dim : kept++];
  return tensor::ExtractOp::create(builder, loc, op.getSource(), indices);
}

LogicalResult
GatherToGeneric::matchAndRewrite(tensor::GatherOp op,
                                 PatternRewriter &rewriter) const {
  GatherDims dims(op);
  Location loc = op.getLoc();
  RankedTensorType type = op.getResultType();
  Value empty =
      tensor::EmptyOp::create(rewriter, loc, getResultSizes(rewriter, op, dims),
                              type.getElementType(), type.getEncoding());
  AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  rewriter.replaceOpWithNewOp<linalg::GenericOp>(
      op, type, ValueRange(), empty, identity, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange) {
        linalg::YieldOp::create(nested, nestedLoc,
                                buildElement(nested, nestedLoc, op, dims));
      });
  return success();
}

/// Decomposes softmax as upstream does, but computes narrow floats in f32 and
/// rounds once.
LogicalResult
DecomposeSoftmax::matchAndRewrite(linalg::SoftmaxOp op,
                                  PatternRewriter &rewriter) const {
  if (!op.hasPureTensorSemantics())
    return rewriter.notifyMatchFailure(op, "on buffers");
  Location loc = op.getLoc();
  auto type = cast<RankedTensorType>(op.getResult()[0].getType());
  Type computed = quant_bnn::getComputeType(type.getElementType());
  if (computed != type.getElementType()) {
    Value input = op.getInput();
    Type wideInput = op.getInputOperandType().clone(computed);
    input = arith::ExtFOp::create(rewriter, loc, wideInput, input);
    Value empty = tensor::EmptyOp::create(
        rewriter, loc, tensor::getMixedSizes(rewriter, loc, op.getOutput()),
        computed);
    Value wide = linalg::SoftmaxOp::create(rewriter, loc, empty.getType(),
                                           input, empty, op.getDimension())
                     .getResult()[0];
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, type, wide);
    return success();
  }
  FailureOr<SmallVector<Value>> results = op.decomposeOperation(rewriter);
  if (failed(results))
    return rewriter.notifyMatchFailure(op, "not decomposed");
  rewriter.replaceOp(op, *results);
  return success();
}

void quant_bnn::detail::populateTensorOpsToLinalgPatterns(
    RewritePatternSet &patterns) {
  patterns.add<DecomposeSoftmax, GatherToGeneric>(patterns.getContext());
}
