//===- ReplaceEmptyTensors.cpp - Tensors without elements -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Bufferization copies the operands of concatenations and of padding to views
// of the result. A view must begin within its buffer, so an operand that is
// known to be empty must not get a view. A buffer with an extent of 0 and
// dynamic extents must not be reshaped either.
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quant-bnn/Codegen/Common/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNREPLACEEMPTYTENSORSPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

/// Returns the value that `value` has the elements or the extents of, or null.
static Value getOrigin(Value value) {
  if (auto op = value.getDefiningOp<DestinationStyleOpInterface>())
    return op.getTiedOpOperand(cast<OpResult>(value))->get();
  if (auto cast = value.getDefiningOp<tensor::CastOp>())
    if (isa<RankedTensorType>(cast.getSource().getType()))
      return cast.getSource();
  return Value();
}

/// Returns the dimensions along which `value` is known to have the extent 0, by
/// a type or by constants that canonicalization would bring into the type.
static SmallVector<int64_t> getEmptyDims(Value value) {
  llvm::SmallBitVector isEmpty(
      cast<RankedTensorType>(value.getType()).getRank());
  auto add = [&](Value known) {
    auto type = cast<RankedTensorType>(known.getType());
    for (auto [dim, extent] : llvm::enumerate(type.getShape()))
      if (extent == 0)
        isEmpty.set(dim);
  };
  add(value);
  while (Value origin = getOrigin(value)) {
    value = origin;
    add(value);
  }
  SmallVector<OpFoldResult> sizes;
  if (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>()) {
    llvm::SmallBitVector dropped = slice.getDroppedDims();
    for (auto [dim, size] : llvm::enumerate(slice.getMixedSizes()))
      if (!dropped[dim])
        sizes.push_back(size);
  } else if (auto empty = value.getDefiningOp<tensor::EmptyOp>()) {
    sizes = empty.getMixedSizes();
  }
  for (auto [dim, size] : llvm::enumerate(sizes))
    if (isZeroInteger(size))
      isEmpty.set(dim);
  return SmallVector<int64_t>(isEmpty.set_bits());
}

/// Whether `value` is known to have no elements.
static bool isEmpty(Value value) { return !getEmptyDims(value).empty(); }

namespace {
/// Replaces an op whose result is known to be empty by `tensor.empty`.
template <typename OpTy>
struct ReplaceEmptyResult : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override;
};

/// Drops the insertion of, or into, a tensor without elements.
struct DropEmptyInsertion : OpRewritePattern<tensor::InsertSliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::InsertSliceOp op,
                                PatternRewriter &rewriter) const override {
    if (!isEmpty(op.getSource()) && !isEmpty(op.getDest()))
      return rewriter.notifyMatchFailure(op, "may have elements");
    rewriter.replaceOp(op, op.getDest());
    return success();
  }
};

struct DropEmptyOperands : OpRewritePattern<tensor::ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::ConcatOp op,
                                PatternRewriter &rewriter) const override;
};

/// Replaces the padding of a tensor without elements by a `tensor.generate` of
/// the padding.
struct GeneratePadding : OpRewritePattern<tensor::PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::PadOp op,
                                PatternRewriter &rewriter) const override;
};

struct QuantBNNReplaceEmptyTensorsPass
    : quant_bnn::impl::QuantBNNReplaceEmptyTensorsPassBase<
          QuantBNNReplaceEmptyTensorsPass> {
  void runOnOperation() override;
};
} // namespace

/// Whether an operand is empty along another dimension than the concatenated
/// one. All operands have the same extent there, so the result is empty, too.
static bool hasOtherEmptyDim(tensor::ConcatOp op) {
  return llvm::any_of(op.getInputs(), [&](Value input) {
    return llvm::any_of(getEmptyDims(input),
                        [&](uint64_t dim) { return dim != op.getDim(); });
  });
}

static bool isResultEmpty(Operation *op) {
  if (isEmpty(op->getResult(0)))
    return true;
  if (auto concat = dyn_cast<tensor::ConcatOp>(op))
    return hasOtherEmptyDim(concat);
  return isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp,
             tensor::ExtractSliceOp>(op) &&
         isEmpty(op->getOperand(0));
}

/// Casts `value` to `type`, which may have fewer or more static extents.
static Value castTo(OpBuilder &builder, Location loc, Type type, Value value) {
  return value.getType() == type
             ? value
             : tensor::CastOp::create(builder, loc, type, value);
}

/// Returns the dynamic extents of the result of `op`, or fails if `op` cannot
/// reify them.
static FailureOr<SmallVector<Value>> getOpenExtents(OpBuilder &builder,
                                                    Operation *op) {
  ReifiedRankedShapedTypeDims sizes;
  if (failed(reifyResultShapes(builder, op, sizes)))
    return failure();
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  SmallVector<Value> extents;
  for (auto [dim, size] : llvm::enumerate(sizes.front()))
    if (type.isDynamicDim(dim))
      extents.push_back(
          getValueOrCreateConstantIndexOp(builder, op->getLoc(), size));
  return extents;
}

template <typename OpTy>
LogicalResult
ReplaceEmptyResult<OpTy>::matchAndRewrite(OpTy op,
                                          PatternRewriter &rewriter) const {
  if (!isResultEmpty(op))
    return rewriter.notifyMatchFailure(op, "may have elements");
  FailureOr<SmallVector<Value>> extents = getOpenExtents(rewriter, op);
  if (failed(extents))
    return rewriter.notifyMatchFailure(op, "extents are not known");
  rewriter.replaceOpWithNewOp<tensor::EmptyOp>(op, op.getResultType(),
                                               *extents);
  return success();
}

LogicalResult
DropEmptyOperands::matchAndRewrite(tensor::ConcatOp op,
                                   PatternRewriter &rewriter) const {
  SmallVector<Value> inputs =
      llvm::filter_to_vector(op.getInputs(), [&](Value input) {
        return !llvm::is_contained(getEmptyDims(input), int64_t(op.getDim()));
      });
  if (inputs.empty() || inputs.size() == op.getInputs().size())
    return rewriter.notifyMatchFailure(op, "no operand, or each, is empty");
  Value concat = inputs.front();
  if (inputs.size() != 1)
    concat =
        tensor::ConcatOp::create(rewriter, op.getLoc(), op.getDim(), inputs);
  rewriter.replaceOp(op,
                     castTo(rewriter, op.getLoc(), op.getResultType(), concat));
  return success();
}

LogicalResult
GeneratePadding::matchAndRewrite(tensor::PadOp op,
                                 PatternRewriter &rewriter) const {
  if (!isEmpty(op.getSource()))
    return rewriter.notifyMatchFailure(op, "may have elements");
  FailureOr<SmallVector<Value>> extents = getOpenExtents(rewriter, op);
  if (failed(extents))
    return rewriter.notifyMatchFailure(op, "extents are not known");
  auto generate = tensor::GenerateOp::create(rewriter, op.getLoc(),
                                             op.getResultType(), *extents);
  rewriter.inlineRegionBefore(op.getRegion(), generate.getBody(),
                              generate.getBody().begin());
  rewriter.replaceOp(op, generate);
  return success();
}

void QuantBNNReplaceEmptyTensorsPass::runOnOperation() {
  MLIRContext *context = &getContext();
  RewritePatternSet patterns(context);
  // The benefit makes an empty result be replaced before empty operands.
  patterns.add<ReplaceEmptyResult<tensor::CollapseShapeOp>,
               ReplaceEmptyResult<tensor::ConcatOp>,
               ReplaceEmptyResult<tensor::ExpandShapeOp>,
               ReplaceEmptyResult<tensor::ExtractSliceOp>,
               ReplaceEmptyResult<tensor::PadOp>>(context, /*benefit=*/2);
  patterns.add<DropEmptyInsertion, DropEmptyOperands, GeneratePadding>(context);
  // Upstream's folds divide by extents of 0.
  GreedyRewriteConfig config;
  config.enableFolding(false);
  if (failed(
          applyPatternsGreedily(getOperation(), std::move(patterns), config)))
    signalPassFailure();
}
