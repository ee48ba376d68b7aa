//===- PackedShapeOps.cpp - Transpose and reshape packed bits -------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackedElements.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::detail;

//===----------------------------------------------------------------------===//
// PackedTransposeOp
//===----------------------------------------------------------------------===//

LogicalResult PackedTransposeOp::verify() {
  if (failed(verifySource(*this)) ||
      failed(verifyCount(*this, "permutation", getPermutation().size(),
                         getSource())))
    return failure();
  if (!isPermutationVector(getPermutation()))
    return emitOpError("requires a permutation of the dimensions, but got ")
           << getPermutation();
  SmallVector<int64_t> shape = getElementShape(getSource(), getMixedDepth());
  applyPermutationToVector(shape, getPermutation());
  return verifyPackedShape(*this, "a result", getResult().getType(), shape);
}

SmallVector<OpFoldResult> PackedTransposeOp::getElementSizes(OpBuilder &builder,
                                                             Location loc) {
  SmallVector<OpFoldResult> sizes =
      buildSizes(builder, loc, getSource(), getMixedDepth());
  applyPermutationToVector(sizes, getPermutation());
  return sizes;
}

static Value buildTranspose(OpBuilder &builder, Location loc, Value source,
                            ArrayRef<int64_t> permutation) {
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, source);
  applyPermutationToVector(sizes, permutation);
  Value empty = tensor::EmptyOp::create(builder, loc, sizes,
                                        getElementTypeOrSelf(source.getType()));
  return linalg::TransposeOp::create(builder, loc, source, empty, permutation)
      .getResult()
      .front();
}

Value PackedTransposeOp::buildOnElements(OpBuilder &builder, Location loc,
                                         ValueRange elements) {
  return buildTranspose(builder, loc, elements.front(), getPermutation());
}

bool PackedTransposeOp::keepsWords() {
  int64_t last = getPermutation().size() - 1;
  return getPermutation().back() == last;
}

Value PackedTransposeOp::buildOnWords(OpBuilder &builder, Location loc) {
  return buildTranspose(builder, loc, getSource(), getPermutation());
}

//===----------------------------------------------------------------------===//
// PackedReshapeOp
//===----------------------------------------------------------------------===//

LogicalResult PackedReshapeOp::verify() {
  if (failed(verifySource(*this)) ||
      failed(verifyOperands(*this, "shape", getStaticShape(), getShape())) ||
      failed(verifyNonNegative(*this, "a shape", getStaticShape())))
    return failure();
  if (getStaticShape().empty())
    return emitOpError("requires a shape of rank 1 or more, but got none");
  SmallVector<int64_t> before = getElementShape(getSource(), getMixedDepth());
  ArrayRef<int64_t> after = getStaticShape();
  if (ShapedType::isStaticShape(before) && ShapedType::isStaticShape(after) &&
      ShapedType::getNumElements(before) != ShapedType::getNumElements(after))
    return emitOpError("requires a shape of ")
           << ShapedType::getNumElements(before) << " elements, but got one of "
           << ShapedType::getNumElements(after);
  return verifyPackedShape(*this, "a result", getResult().getType(), after);
}

SmallVector<OpFoldResult> PackedReshapeOp::getElementSizes(OpBuilder &builder,
                                                           Location) {
  return getMixedValues(getStaticShape(), getShape(), builder);
}

/// Collapses all dimensions of `source` to one, and expands that one to
/// `sizes`.
static Value buildReshape(OpBuilder &builder, Location loc, Value source,
                          ArrayRef<OpFoldResult> sizes) {
  auto type = cast<RankedTensorType>(source.getType());
  // Build empty tensors directly, because upstream divides by the other sizes.
  if (isEmpty(type) || llvm::any_of(sizes, isZeroInteger))
    return tensor::EmptyOp::create(builder, loc, sizes, type.getElementType());
  if (type.getRank() > 1)
    source = tensor::CollapseShapeOp::create(
        builder, loc, source,
        ReassociationIndices(llvm::to_vector(llvm::seq(type.getRank()))));
  if (sizes.size() == 1)
    return source;
  auto expanded =
      RankedTensorType::get(getStaticSizes(sizes), type.getElementType());
  // The expanded dimension must be static exactly where all sizes of the result
  // are static.
  int64_t size = expanded.hasStaticShape() ? expanded.getNumElements()
                                           : ShapedType::kDynamic;
  source = buildTensorCast(
      builder, loc, RankedTensorType::get(size, type.getElementType()), source);
  return tensor::ExpandShapeOp::create(
      builder, loc, expanded, source,
      ReassociationIndices(llvm::to_vector(llvm::seq(expanded.getRank()))),
      sizes);
}

Value PackedReshapeOp::buildOnElements(OpBuilder &builder, Location loc,
                                       ValueRange elements) {
  return buildReshape(builder, loc, elements.front(),
                      getElementSizes(builder, loc));
}

bool PackedReshapeOp::keepsWords() {
  Builder builder(getContext());
  OpFoldResult before = getMixedDepth();
  OpFoldResult after =
      getMixedValues(getStaticShape(), getShape(), builder).back();
  unsigned bits = ::getWordBits(getSource());
  return isEqualConstantIntOrValue(before, after) ||
         (isWholeWords(before, bits) && isWholeWords(after, bits));
}

Value PackedReshapeOp::buildOnWords(OpBuilder &builder, Location loc) {
  return buildReshape(
      builder, loc, getSource(),
      getPackedSizes(*this, builder, getElementSizes(builder, loc)));
}
