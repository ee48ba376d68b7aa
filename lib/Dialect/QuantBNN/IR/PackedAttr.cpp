//===- PackedAttr.cpp - The layout of packed tensors ----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quant_bnn;

LogicalResult PackedAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 IntegerType word, Polarity) {
  if (word.isSignless() &&
      llvm::is_contained({8u, 16u, 32u, 64u}, word.getWidth()))
    return success();
  return emitError() << "requires words of i8, i16, i32 or i64, but got "
                     << word;
}

LogicalResult
PackedAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                           function_ref<InFlightDiagnostic()> emitError) const {
  // The parser calls this method even if it found no element type.
  if (elementType && !elementType.isInteger(1))
    return emitError() << "requires elements of i1 in a packed tensor, but got "
                       << elementType;
  if (shape.empty())
    return emitError() << "requires a packed tensor of rank 1 or more";
  return success();
}

PackedAttr PackedAttr::find(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? dyn_cast_if_present<PackedAttr>(tensor.getEncoding())
                : PackedAttr();
}

RankedTensorType PackedAttr::getTensorType(ArrayRef<int64_t> shape) const {
  return RankedTensorType::get(shape, IntegerType::get(getContext(), 1), *this);
}

RankedTensorType PackedAttr::getWordsType(ArrayRef<int64_t> shape) const {
  auto words = llvm::to_vector(shape);
  if (!ShapedType::isDynamic(words.back()))
    words.back() = llvm::divideCeilSigned(words.back(), getWordBits());
  return RankedTensorType::get(words, getWord());
}

SmallVector<Type, 2> PackedAttr::getMaterializedTypes(Type type) {
  PackedAttr layout = find(type);
  if (!layout)
    return {type};
  ArrayRef<int64_t> shape = cast<RankedTensorType>(type).getShape();
  SmallVector<Type, 2> types = {layout.getWordsType(shape)};
  if (ShapedType::isDynamic(shape.back()))
    types.push_back(IndexType::get(type.getContext()));
  return types;
}

//===----------------------------------------------------------------------===//
// Canonicalization
//===----------------------------------------------------------------------===//

namespace {
/// Folds a cast of an empty packed tensor to more static sizes. The pattern of
/// `tensor.empty` in LLVM 22.1 does the same but drops the encoding, so this
/// one is tried first. To be deleted when upstream keeps encodings.
struct FoldCastOfPackedEmpty : OpRewritePattern<tensor::CastOp> {
  explicit FoldCastOfPackedEmpty(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/2) {}

  LogicalResult matchAndRewrite(tensor::CastOp op,
                                PatternRewriter &rewriter) const override;
};
} // namespace

LogicalResult
FoldCastOfPackedEmpty::matchAndRewrite(tensor::CastOp op,
                                       PatternRewriter &rewriter) const {
  auto empty = op.getSource().getDefiningOp<tensor::EmptyOp>();
  PackedAttr layout = PackedAttr::find(op.getType());
  if (!empty || !layout || !tensor::canFoldIntoProducerOp(op))
    return rewriter.notifyMatchFailure(
        op, "is not of an empty packed tensor, to more static sizes");
  auto type = cast<RankedTensorType>(op.getType());
  SmallVector<Value> sizes;
  for (auto [dim, size] : llvm::enumerate(type.getShape()))
    if (ShapedType::isDynamic(size))
      sizes.push_back(empty.getDynamicSize(dim));
  rewriter.replaceOpWithNewOp<tensor::EmptyOp>(
      op, type.getShape(), type.getElementType(), sizes, layout);
  return success();
}

void QuantBNNDialect::getCanonicalizationPatterns(
    RewritePatternSet &patterns) const {
  patterns.add<FoldCastOfPackedEmpty>(getContext());
}
