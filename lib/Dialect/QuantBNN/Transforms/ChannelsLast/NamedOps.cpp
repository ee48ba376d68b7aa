//===- NamedOps.cpp - Named ops with the channels last --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"
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
} // namespace

void quant_bnn::channels_last::populateNamedOpPatterns(
    RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  using namespace linalg;
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
