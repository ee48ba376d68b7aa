//===- SinkTranspositions.cpp - Transpose results instead of operands -----===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::channels_last;

/// Whether it pays to transpose `values`, which have `rank` dimensions, to
/// channels-last, and what is computed from them back: some have the channels
/// last, and at least as many as do not. With one dimension of images, both
/// transpositions are the same, so there have to be more, lest they take turns.
static bool pays(ValueRange values, int64_t rank) {
  if (rank < 3)
    return false;
  int64_t removed = 0, added = 0;
  for (Value value : values)
    if (getChannelsLast(value))
      ++removed;
    else if (!isFree(value, getToChannelsLast(rank)))
      ++added;
  return removed > added || (rank > 3 && removed > 0 && removed == added);
}

//===----------------------------------------------------------------------===//
// Elementwise ops
//===----------------------------------------------------------------------===//

namespace {
struct SinkThroughElementwise : RewritePattern {
  explicit SinkThroughElementwise(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (op->getNumResults() == 0 || !isElementwise(op))
      return failure();
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    auto hasShape = [&](Type other) {
      auto tensor = dyn_cast<RankedTensorType>(other);
      return tensor && !tensor.getEncoding() &&
             tensor.getShape() == type.getShape();
    };
    if (!type || !llvm::all_of(op->getResultTypes(), hasShape))
      return failure();
    SmallVector<Value> tensors;
    for (Value operand : op->getOperands())
      if (isa<ShapedType>(operand.getType())) {
        if (!hasShape(operand.getType()))
          return failure();
        tensors.push_back(operand);
      }
    if (!pays(tensors, type.getRank()))
      return failure();
    SmallVector<int64_t> toLast = getToChannelsLast(type.getRank());
    IRMapping mapping;
    for (Value tensor : tensors)
      if (!mapping.contains(tensor))
        mapping.map(tensor, transpose(rewriter, op->getLoc(), tensor, toLast));
    Operation *clone = rewriter.clone(*op, mapping);
    SmallVector<Value> results;
    for (Value result : clone->getResults()) {
      result.setType(
          transpose(cast<RankedTensorType>(result.getType()), toLast));
      results.push_back(transpose(rewriter, op->getLoc(), result,
                                  getToChannelsFirst(type.getRank())));
    }
    rewriter.replaceOp(op, results);
    return success();
  }
};

/// The loops of an op of which all are parallel come in the order of
/// channels-last.
struct SinkThroughGeneric : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    int64_t rank = op.getNumLoops();
    if (!op.hasPureTensorSemantics() || op.getNumParallelLoops() != rank)
      return rewriter.notifyMatchFailure(op, "is not elementwise");
    SmallVector<Value> whole;
    for (OpOperand &operand : op->getOpOperands()) {
      bool isWhole = op.getMatchingIndexingMap(&operand).isIdentity();
      if (op.isDpsInit(&operand) && !isWhole)
        return rewriter.notifyMatchFailure(op, "permutes its results");
      if (isWhole)
        whole.push_back(operand.get());
    }
    if (!pays(whole, rank))
      return rewriter.notifyMatchFailure(op, "has no transposed operand");

    Location loc = op.getLoc();
    SmallVector<int64_t> toLast = getToChannelsLast(rank);
    SmallVector<int64_t> toFirst = getToChannelsFirst(rank);
    auto loops = llvm::map_to_vector(
        toFirst, [&](int64_t dim) { return rewriter.getAffineDimExpr(dim); });
    SmallVector<Value> inputs, inits;
    SmallVector<AffineMap> maps;
    for (OpOperand &operand : op->getOpOperands()) {
      AffineMap map = op.getMatchingIndexingMap(&operand);
      Value value = operand.get();
      if (map.isIdentity()) {
        value = transpose(rewriter, loc, value, toLast);
        maps.push_back(map);
      } else {
        maps.push_back(map.replaceDimsAndSymbols(loops, {}, rank, 0));
      }
      (op.isDpsInput(&operand) ? inputs : inits).push_back(value);
    }
    auto last = linalg::GenericOp::create(
        rewriter, loc, TypeRange(ValueRange(inits)), inputs, inits, maps,
        op.getIteratorTypesArray(), op.getDoc().value_or(StringRef()),
        op.getLibraryCall().value_or(StringRef()), nullptr,
        llvm::to_vector(op->getDiscardableAttrs()));
    rewriter.inlineRegionBefore(op.getRegion(), last.getRegion(),
                                last.getRegion().begin());
    last.walk([&](linalg::IndexOp index) {
      rewriter.modifyOpInPlace(index,
                               [&] { index.setDim(toFirst[index.getDim()]); });
    });
    SmallVector<Value> results;
    for (Value result : last.getResults())
      results.push_back(transpose(rewriter, loc, result, toFirst));
    rewriter.replaceOp(op, results);
    return success();
  }
};

/// An op that reduces reads the transposed tensor by another map. A contraction
/// might then add its products in another order.
struct FoldIntoReduction : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getNumReductionLoops() == 0 || op.getNumDpsInputs() != 1)
      return rewriter.notifyMatchFailure(op, "does not reduce one tensor");
    OpOperand *input = op.getDpsInputOperand(0);
    Value last = getChannelsLast(input->get());
    if (!last)
      return rewriter.notifyMatchFailure(op, "has no transposed operand");
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    AffineMap &map = maps.front();
    map =
        AffineMap::get(map.getNumDims(), 0,
                       applyPermutation(map.getResults(),
                                        getToChannelsLast(map.getNumResults())),
                       map.getContext());
    rewriter.modifyOpInPlace(op, [&] {
      input->set(last);
      op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
    });
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Ops that move elements
//===----------------------------------------------------------------------===//

/// The op `OpTy` on one tensor, its source.
template <typename OpTy>
struct SinkThroughMove : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    Value source = op.getSource();
    Value last = getChannelsLast(source);
    if (!last || !type ||
        type.getRank() != cast<ShapedType>(source.getType()).getRank())
      return rewriter.notifyMatchFailure(op, "moves no transposed tensor");
    SmallVector<int64_t> toLast = getToChannelsLast(type.getRank());
    Value moved = build(rewriter, op, last, transpose(type, toLast), toLast);
    if (!moved)
      return rewriter.notifyMatchFailure(op, "moves elements in another way");
    rewriter.replaceOp(op, transpose(rewriter, op.getLoc(), moved,
                                     getToChannelsFirst(type.getRank())));
    return success();
  }

private:
  /// Builds `op` on `last`, with its operands in the order of `toLast`, or
  /// returns null if that cannot be.
  static Value build(OpBuilder &builder, OpTy op, Value last,
                     RankedTensorType type, ArrayRef<int64_t> toLast);
};

template <>
Value SinkThroughMove<tensor::PadOp>::build(OpBuilder &builder,
                                            tensor::PadOp op, Value last,
                                            RankedTensorType type,
                                            ArrayRef<int64_t> toLast) {
  return transposePad(builder, op, last, toLast);
}

template <>
Value SinkThroughMove<tensor::InsertSliceOp>::build(OpBuilder &builder,
                                                    tensor::InsertSliceOp op,
                                                    Value last,
                                                    RankedTensorType type,
                                                    ArrayRef<int64_t> toLast) {
  return isFree(op.getDest(), toLast)
             ? transposeInsertSlice(builder, op, last, toLast)
             : Value();
}

template <>
Value SinkThroughMove<tensor::ExtractSliceOp>::build(OpBuilder &builder,
                                                     tensor::ExtractSliceOp op,
                                                     Value last,
                                                     RankedTensorType type,
                                                     ArrayRef<int64_t> toLast) {
  return tensor::ExtractSliceOp::create(
      builder, op.getLoc(), type, last,
      applyPermutation(ArrayRef(op.getMixedOffsets()), toLast),
      applyPermutation(ArrayRef(op.getMixedSizes()), toLast),
      applyPermutation(ArrayRef(op.getMixedStrides()), toLast));
}

template <>
Value SinkThroughMove<tensor::CastOp>::build(OpBuilder &builder,
                                             tensor::CastOp op, Value last,
                                             RankedTensorType type,
                                             ArrayRef<int64_t>) {
  return tensor::CastOp::create(builder, op.getLoc(), type, last);
}

struct SinkThroughConcat : OpRewritePattern<tensor::ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::ConcatOp op,
                                PatternRewriter &rewriter) const override {
    int64_t rank = op.getResultType().getRank();
    if (!pays(op.getInputs(), rank))
      return rewriter.notifyMatchFailure(op, "has no transposed operand");
    SmallVector<int64_t> toLast = getToChannelsLast(rank);
    auto inputs = llvm::map_to_vector(op.getInputs(), [&](Value input) {
      return transpose(rewriter, op.getLoc(), input, toLast);
    });
    auto concat = tensor::ConcatOp::create(
        rewriter, op.getLoc(), transpose(op.getResultType(), toLast),
        llvm::find(toLast, int64_t(op.getDim())) - toLast.begin(), inputs);
    rewriter.replaceOp(
        op, transpose(rewriter, op.getLoc(), concat, getToChannelsFirst(rank)));
    return success();
  }
};
} // namespace

void quant_bnn::channels_last::populateSinkPatterns(
    RewritePatternSet &patterns) {
  patterns.add<SinkThroughElementwise, SinkThroughGeneric, FoldIntoReduction,
               SinkThroughMove<tensor::PadOp>,
               SinkThroughMove<tensor::InsertSliceOp>,
               SinkThroughMove<tensor::ExtractSliceOp>,
               SinkThroughMove<tensor::CastOp>, SinkThroughConcat>(
      patterns.getContext());
}
