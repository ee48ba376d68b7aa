//===- ChannelsLast.cpp - Images with the channels as last dimension ------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"

#include "../UniformValue.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCHANNELSLASTPASS
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

//===----------------------------------------------------------------------===//
// Transpositions
//===----------------------------------------------------------------------===//

SmallVector<int64_t> channels_last::getToChannelsFirst(int64_t rank) {
  SmallVector<int64_t> order = {0, rank - 1};
  llvm::append_range(order, llvm::seq<int64_t>(1, rank - 1));
  return order;
}

SmallVector<int64_t> channels_last::getToChannelsLast(int64_t rank) {
  SmallVector<int64_t> order = {0};
  llvm::append_range(order, llvm::seq<int64_t>(2, rank));
  order.push_back(1);
  return order;
}

Value channels_last::getChannelsLast(Value value) {
  auto op = value.getDefiningOp<linalg::TransposeOp>();
  int64_t rank = op ? op.getPermutation().size() : 0;
  return rank > 2 && op.getPermutation() == ArrayRef(getToChannelsFirst(rank))
             ? op.getInput()
             : Value();
}

RankedTensorType channels_last::transpose(RankedTensorType type,
                                          ArrayRef<int64_t> permutation) {
  return type.clone(applyPermutation(type.getShape(), permutation));
}

/// Returns the dimensions that `broadcast` adds if they come in the order of
/// `permutation`, or nullopt if its input would have to be transposed.
static std::optional<SmallVector<int64_t>>
getBroadcastDims(linalg::BroadcastOp broadcast, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> added, kept;
  for (auto [dim, from] : llvm::enumerate(permutation))
    if (llvm::is_contained(broadcast.getDimensions(), from))
      added.push_back(dim);
    else
      kept.push_back(from);
  return llvm::is_sorted(kept) ? std::optional(added) : std::nullopt;
}

/// Returns the scalar that all elements of `value` are, or null.
static Value getScalar(Value value) {
  Value repeated = getRepeated(value);
  return repeated && !isa<ShapedType>(repeated.getType()) ? repeated : Value();
}

bool channels_last::isFree(Value value, ArrayRef<int64_t> permutation) {
  if (auto op = value.getDefiningOp<linalg::TransposeOp>())
    return applyPermutation(op.getPermutation(), permutation) ==
           llvm::to_vector(llvm::seq<int64_t>(permutation.size()));
  if (auto broadcast = value.getDefiningOp<linalg::BroadcastOp>())
    return getBroadcastDims(broadcast, permutation).has_value();
  return matchPattern(value, m_Constant()) ||
         value.getDefiningOp<tensor::EmptyOp>() || getScalar(value);
}

Value channels_last::transposePad(OpBuilder &builder, tensor::PadOp op,
                                  Value source, ArrayRef<int64_t> permutation) {
  Value padded = op.getConstantPaddingValue();
  if (!padded)
    return {};
  return tensor::PadOp::create(
      builder, op.getLoc(), transpose(op.getResultType(), permutation), source,
      applyPermutation(ArrayRef(op.getMixedLowPad()), permutation),
      applyPermutation(ArrayRef(op.getMixedHighPad()), permutation), padded,
      op.getNofold());
}

Value channels_last::transposeInsertSlice(OpBuilder &builder,
                                          tensor::InsertSliceOp op,
                                          Value source,
                                          ArrayRef<int64_t> permutation) {
  return tensor::InsertSliceOp::create(
      builder, op.getLoc(), source,
      transpose(builder, op.getLoc(), op.getDest(), permutation),
      applyPermutation(ArrayRef(op.getMixedOffsets()), permutation),
      applyPermutation(ArrayRef(op.getMixedSizes()), permutation),
      applyPermutation(ArrayRef(op.getMixedStrides()), permutation));
}

Value channels_last::transpose(OpBuilder &builder, Location loc, Value value,
                               ArrayRef<int64_t> permutation) {
  // Ops on windows look for the constant around their input, and between its
  // pixels, and find it before a transposition. (With one dimension of images,
  // both transpositions are the same, and the pad would go back.)
  Operation *producer = value.getDefiningOp();
  if (producer && producer->hasOneUse() && permutation.size() > 3) {
    if (auto pad = dyn_cast<tensor::PadOp>(producer);
        pad && pad.getConstantPaddingValue())
      return transposePad(builder, pad,
                          transpose(builder, loc, pad.getSource(), permutation),
                          permutation);
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(producer);
        insert &&
        insert.getSourceType().getRank() == insert.getType().getRank() &&
        isFree(insert.getDest(), permutation))
      return transposeInsertSlice(
          builder, insert,
          transpose(builder, loc, insert.getSource(), permutation),
          permutation);
  }
  RankedTensorType type =
      transpose(cast<RankedTensorType>(value.getType()), permutation);
  auto op = value.getDefiningOp<linalg::TransposeOp>();
  if (op && isFree(value, permutation))
    return op.getInput();
  DenseElementsAttr constant;
  if (matchPattern(value, m_Constant(&constant)) && constant.isSplat())
    return arith::ConstantOp::create(builder, loc, constant.resizeSplat(type));
  auto sizes = applyPermutation(
      ArrayRef(tensor::getMixedSizes(builder, loc, value)), permutation);
  Value empty = tensor::EmptyOp::create(
      builder, loc, sizes, type.getElementType(), type.getEncoding());
  // An extent that is a constant is static in the type of the empty tensor.
  if (empty.getType() != type)
    empty = tensor::CastOp::create(builder, loc, type, empty);
  if (value.getDefiningOp<tensor::EmptyOp>())
    return empty;
  if (Value scalar = getScalar(value))
    return linalg::FillOp::create(builder, loc, scalar, empty).getResult(0);
  if (auto broadcast = value.getDefiningOp<linalg::BroadcastOp>())
    if (auto dims = getBroadcastDims(broadcast, permutation))
      return linalg::BroadcastOp::create(builder, loc, broadcast.getInput(),
                                         empty, *dims)
          ->getResult(0);
  return linalg::TransposeOp::create(builder, loc, value, empty, permutation)
      ->getResult(0);
}

bool channels_last::isElementwise(Operation *op) {
  return op->getNumRegions() == 0 &&
         (mlir::OpTrait::hasElementwiseMappableTraits(op) ||
          isa<ElementwisePayloadOpInterface>(op));
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct QuantBNNChannelsLastPass
    : quant_bnn::impl::QuantBNNChannelsLastPassBase<QuantBNNChannelsLastPass> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    channels_last::populateNamedOpPatterns(patterns);
    channels_last::populateSinkPatterns(patterns);
    channels_last::populateFlattenPatterns(patterns);
    linalg::TransposeOp::getCanonicalizationPatterns(patterns, context);
    tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
