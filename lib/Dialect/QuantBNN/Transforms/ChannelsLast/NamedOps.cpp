//===- NamedOps.cpp - Named ops with the channels last --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn::channels_last;

/// Returns the attributes of `op` that are not of linalg, which caches maps in
/// one.
static SmallVector<NamedAttribute> getOtherAttributes(Operation *op) {
  return llvm::filter_to_vector(
      op->getDiscardableAttrs(), [](NamedAttribute attribute) {
        return !isa_and_present<linalg::LinalgDialect>(
            attribute.getNameDialect());
      });
}

namespace {
/// Replaces `FirstOp`, whose images have the channels after the batch, by
/// `LastOp` on transposed images and a filter whose dimensions are in the order
/// of `filterOrder`, or a window, whose dimensions stay.
template <typename FirstOp, typename LastOp>
struct ReplaceNamedOp : OpRewritePattern<FirstOp> {
  ReplaceNamedOp(MLIRContext *context, ArrayRef<int64_t> filterOrder)
      : OpRewritePattern<FirstOp>(context), filterOrder(filterOrder) {}

  LogicalResult matchAndRewrite(FirstOp op,
                                PatternRewriter &rewriter) const override {
    linalg::LinalgOp linalgOp = op;
    if (!linalgOp.hasPureTensorSemantics())
      return rewriter.notifyMatchFailure(op, "is on buffers");
    Location loc = op.getLoc();
    Value image = op.getInputs()[0], filter = op.getInputs()[1],
          init = op.getOutputs()[0];
    int64_t rank = cast<ShapedType>(image.getType()).getRank();
    SmallVector<int64_t> toLast = getToChannelsLast(rank);
    image = transpose(rewriter, loc, image, toLast);
    init = transpose(rewriter, loc, init, toLast);
    if (!filterOrder.empty())
      filter = transpose(rewriter, loc, filter, filterOrder);
    auto last = LastOp::create(rewriter, loc, TypeRange(init.getType()),
                               ValueRange{image, filter}, ValueRange(init),
                               op.getStrides(), op.getDilations(),
                               getOtherAttributes(op));
    rewriter.replaceOp(op, transpose(rewriter, loc, last->getResult(0),
                                     getToChannelsFirst(rank)));
    return success();
  }

  SmallVector<int64_t> filterOrder;
};

/// Replaces `FirstOp`, a convolution with groups of channels, which follow the
/// batch, by one whose groups come last. Images with the channels of all groups
/// in one dimension are transposed, and `filterOrder` is as above.
template <typename FirstOp>
struct ReplaceGroupedConv : OpRewritePattern<FirstOp> {
  ReplaceGroupedConv(MLIRContext *context, ArrayRef<int64_t> filterOrder)
      : OpRewritePattern<FirstOp>(context), filterOrder(filterOrder) {}

  LogicalResult matchAndRewrite(FirstOp op,
                                PatternRewriter &rewriter) const override {
    linalg::LinalgOp linalgOp = op;
    Value image = op.getInputs()[0], init = op.getOutputs()[0];
    auto type = cast<ShapedType>(image.getType()),
         initType = cast<ShapedType>(init.getType());
    if (!linalgOp.hasPureTensorSemantics())
      return rewriter.notifyMatchFailure(op, "is on buffers");
    auto hasStaticChannels = [](ShapedType type) {
      return !type.isDynamicDim(1) && !type.isDynamicDim(2);
    };
    if (!hasStaticChannels(type) || !hasStaticChannels(initType))
      return rewriter.notifyMatchFailure(op, "has unknown channels");
    Location loc = op.getLoc();
    image = expandLast(rewriter, loc,
                       transpose(rewriter, loc,
                                 collapse(rewriter, loc, image, first),
                                 getToChannelsLast(4)),
                       {type.getDimSize(1), type.getDimSize(2)}, last);
    init = transpose(rewriter, loc, init, {0, 3, 4, 1, 2});
    Value filter = transpose(rewriter, loc, op.getInputs()[1], filterOrder);
    auto grouped = linalg::Conv2DNhwgcGfhwcOp::create(
        rewriter, loc, TypeRange(init.getType()), ValueRange{image, filter},
        ValueRange(init), op.getStrides(), op.getDilations(),
        getOtherAttributes(op));
    Value joined = collapse(rewriter, loc, grouped->getResult(0), last);
    Value result = transpose(rewriter, loc, joined, getToChannelsFirst(4));
    rewriter.replaceOp(
        op, tensor::ExpandShapeOp::create(
                rewriter, loc, initType, result, first,
                tensor::getMixedSizes(rewriter, loc, op.getOutputs()[0])));
    return success();
  }

private:
  /// The channels of all groups as one dimension, after the batch and last.
  const SmallVector<ReassociationIndices> first = {{0}, {1, 2}, {3}, {4}},
                                          last = {{0}, {1}, {2}, {3, 4}};

  /// Returns `value` with the channels as one dimension. What a front end
  /// expanded for the convolution is as it was.
  static Value collapse(OpBuilder &builder, Location loc, Value value,
                        ArrayRef<ReassociationIndices> groups) {
    auto expand = value.getDefiningOp<tensor::ExpandShapeOp>();
    if (expand && expand.getReassociationIndices() == groups)
      return expand.getSrc();
    return tensor::CollapseShapeOp::create(builder, loc, value, groups);
  }

  /// Returns `value` with the last dimension as `channels`.
  static Value expandLast(OpBuilder &builder, Location loc, Value value,
                          ArrayRef<int64_t> channels,
                          ArrayRef<ReassociationIndices> groups) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> shape(type.getShape().drop_back());
    llvm::append_range(shape, channels);
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(builder, loc, value);
    sizes.pop_back();
    for (int64_t size : channels)
      sizes.push_back(builder.getIndexAttr(size));
    return tensor::ExpandShapeOp::create(builder, loc, type.clone(shape), value,
                                         groups, sizes);
  }

  SmallVector<int64_t> filterOrder;
};

/// Gives a convolution or a pool that is a `linalg.generic` its name.
struct NameConvolution : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || !linalg::isaConvolutionOpInterface(op))
      return rewriter.notifyMatchFailure(op, "is no convolution on tensors");
    SmallVector<NamedAttribute> attributes = getOtherAttributes(op);
    FailureOr<linalg::LinalgOp> named =
        linalg::specializeGenericOp(rewriter, op);
    if (failed(named))
      return rewriter.notifyMatchFailure(op, "has no name");
    for (NamedAttribute attribute : attributes)
      (*named)->setAttr(attribute.getName(), attribute.getValue());
    return success();
  }
};
} // namespace

void quant_bnn::channels_last::populateNamedOpPatterns(
    RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  using namespace linalg;
  patterns.add<NameConvolution>(context);
  patterns.add<ReplaceGroupedConv<Conv2DNgchwGfchwOp>>(
      context, ArrayRef<int64_t>{0, 1, 3, 4, 2});
  patterns.add<ReplaceGroupedConv<Conv2DNgchwFgchwOp>>(
      context, ArrayRef<int64_t>{1, 0, 3, 4, 2});
  patterns.add<ReplaceNamedOp<Conv1DNcwFcwOp, Conv1DNwcWcfOp>>(
      context, ArrayRef<int64_t>{2, 1, 0});
  patterns.add<ReplaceNamedOp<Conv2DNchwFchwOp, Conv2DNhwcHwcfOp>>(
      context, ArrayRef<int64_t>{2, 3, 1, 0});
  patterns.add<ReplaceNamedOp<Conv3DNcdhwFcdhwOp, Conv3DNdhwcDhwcfOp>>(
      context, ArrayRef<int64_t>{2, 3, 4, 1, 0});
  patterns.add<ReplaceNamedOp<DepthwiseConv1DNcwCwOp, DepthwiseConv1DNwcWcOp>>(
      context, ArrayRef<int64_t>{1, 0});
  patterns
      .add<ReplaceNamedOp<DepthwiseConv2DNchwChwOp, DepthwiseConv2DNhwcHwcOp>>(
          context, ArrayRef<int64_t>{1, 2, 0});
  patterns.add<
      ReplaceNamedOp<DepthwiseConv3DNcdhwCdhwOp, DepthwiseConv3DNdhwcDhwcOp>>(
      context, ArrayRef<int64_t>{1, 2, 3, 0});
  patterns.add<ReplaceNamedOp<PoolingNcwMaxOp, PoolingNwcMaxOp>,
               ReplaceNamedOp<PoolingNcwSumOp, PoolingNwcSumOp>,
               ReplaceNamedOp<PoolingNchwMaxOp, PoolingNhwcMaxOp>,
               ReplaceNamedOp<PoolingNchwSumOp, PoolingNhwcSumOp>>(
      context, ArrayRef<int64_t>());
}
