//===- PackedSliceOps.cpp - Concatenate, slice and pad packed bits --------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackedElements.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::detail;

//===----------------------------------------------------------------------===//
// PackedConcatOp
//===----------------------------------------------------------------------===//

/// Returns the sizes of the concatenated elements, or dynamic where a size is
/// not static. Fails if the sources do not fit.
static FailureOr<SmallVector<int64_t>>
inferConcatShape(PackedConcatOp op, ArrayRef<OpFoldResult> depths) {
  SmallVector<int64_t> shape;
  for (auto [source, depth] : llvm::zip_equal(op.getSources(), depths)) {
    SmallVector<int64_t> next = getElementShape(source, depth);
    if (shape.empty()) {
      shape = next;
      continue;
    }
    if (next.size() != shape.size())
      return failure();
    for (auto [dim, size] : llvm::enumerate(next)) {
      int64_t &sum = shape[dim];
      if (dim == op.getDim()) {
        bool isDynamic =
            ShapedType::isDynamic(sum) || ShapedType::isDynamic(size);
        sum = isDynamic ? ShapedType::kDynamic : addExtents(sum, size);
      } else if (ShapedType::isDynamic(sum)) {
        sum = size;
      } else if (!ShapedType::isDynamic(size) && sum != size) {
        return failure();
      }
    }
  }
  return shape;
}

LogicalResult PackedConcatOp::verify() {
  if (getSources().empty())
    return emitOpError("requires a source, but got none");
  if (getStaticDepths().size() != getSources().size())
    return emitOpError("requires a depth for each of ")
           << getSources().size() << " sources, but got "
           << getStaticDepths().size();
  if (failed(verifyOperands(*this, "depths", getStaticDepths(), getDepths())))
    return failure();
  SmallVector<OpFoldResult> depths = getMixedDepths();
  Type word = getElementTypeOrSelf(getType());
  for (auto [source, depth] : llvm::zip_equal(getSources(), depths)) {
    auto type = cast<RankedTensorType>(source.getType());
    if (type.getElementType() != word)
      return emitOpError("requires sources of ")
             << word << " as the result, but got " << type;
    if (failed(verifyDepth(*this, type, depth)))
      return failure();
  }
  int64_t rank = getType().getRank(), dim = getDim();
  if (dim < 0 || dim >= rank)
    return emitOpError("requires a dim from 0 to ")
           << rank - 1 << ", but got " << dim;
  FailureOr<SmallVector<int64_t>> shape = inferConcatShape(*this, depths);
  if (failed(shape))
    return emitOpError("requires sources with the same sizes but that of "
                       "dimension ")
           << getDim() << ", but got " << getSources().getTypes();
  return verifyPackedShape(*this, "a result", getType(), *shape);
}

SmallVector<OpFoldResult> PackedConcatOp::getElementSizes(OpBuilder &builder,
                                                          Location loc) {
  SmallVector<OpFoldResult> depths = getMixedDepths();
  SmallVector<OpFoldResult> sizes =
      buildSizes(builder, loc, getSources().front(), depths.front());
  AffineExpr sum = builder.getAffineDimExpr(0) + builder.getAffineDimExpr(1);
  for (auto [source, depth] :
       llvm::drop_begin(llvm::zip_equal(getSources(), depths)))
    sizes[getDim()] = affine::makeComposedFoldedAffineApply(
        builder, loc, sum,
        {sizes[getDim()], buildSizes(builder, loc, source, depth)[getDim()]});
  return sizes;
}

/// Concatenates `sources` along `dim` to a tensor of `sizes`. Empty sources are
/// skipped, because upstream inserts each source into the result, where an
/// empty source must not begin past the end.
static Value buildConcat(OpBuilder &builder, Location loc, int64_t dim,
                         ValueRange sources, ArrayRef<OpFoldResult> sizes) {
  SmallVector<Value> others;
  bool isResultEmpty = llvm::any_of(sizes, isZeroInteger);
  for (Value source : sources) {
    auto type = cast<RankedTensorType>(source.getType());
    if (!isEmpty(type))
      others.push_back(source);
    else if (type.getDimSize(dim) != 0)
      isResultEmpty = true;
  }
  if (isResultEmpty || others.empty())
    return tensor::EmptyOp::create(
        builder, loc, sizes, getElementTypeOrSelf(sources.front().getType()));
  return tensor::ConcatOp::create(builder, loc, dim, others);
}

Value PackedConcatOp::buildOnElements(OpBuilder &builder, Location loc,
                                      ValueRange elements) {
  return buildConcat(builder, loc, getDim(), elements,
                     getElementSizes(builder, loc));
}

bool PackedConcatOp::keepsWords() {
  if (static_cast<int64_t>(getDim()) != getType().getRank() - 1)
    return true;
  SmallVector<OpFoldResult> depths = getMixedDepths();
  llvm::erase_if(depths, isZeroInteger);
  return depths.empty() ||
         llvm::all_of(ArrayRef(depths).drop_back(), [&](OpFoldResult depth) {
           return isWholeWords(depth, ::getWordBits(getResult()));
         });
}

Value PackedConcatOp::buildOnWords(OpBuilder &builder, Location loc) {
  return buildConcat(
      builder, loc, getDim(), getSources(),
      getPackedSizes(*this, builder, getElementSizes(builder, loc)));
}

//===----------------------------------------------------------------------===//
// PackedSliceOp
//===----------------------------------------------------------------------===//

LogicalResult PackedSliceOp::verify() {
  if (failed(verifySource(*this)))
    return failure();
  std::tuple<StringRef, ArrayRef<int64_t>, ValueRange> lists[] = {
      {"offsets", getStaticOffsets(), getOffsets()},
      {"sizes", getStaticSizes(), getSizes()},
      {"strides", getStaticStrides(), getStrides()}};
  for (auto [name, values, operands] : lists)
    if (failed(verifyCount(*this, name, values.size(), getSource())) ||
        failed(verifyOperands(*this, name, values, operands)) ||
        failed(verifyNonNegative(*this, name, values)))
      return failure();
  SmallVector<int64_t> shape = getElementShape(getSource(), getMixedDepth());
  for (auto [dim, size] : llvm::enumerate(shape)) {
    int64_t offset = getStaticOffsets()[dim], count = getStaticSizes()[dim],
            stride = getStaticStrides()[dim];
    if (!ShapedType::isStaticShape({size, offset, count, stride}) || count == 0)
      continue;
    uint64_t last =
        llvm::SaturatingMultiplyAdd<uint64_t>(count - 1, stride, offset);
    if (last >= static_cast<uint64_t>(size))
      return emitOpError("requires a slice of the ")
             << size << " elements of dimension " << dim << ", but got one to "
             << last;
  }
  return verifyPackedShape(*this, "a result", getResult().getType(),
                           getStaticSizes());
}

SmallVector<OpFoldResult> PackedSliceOp::getElementSizes(OpBuilder &builder,
                                                         Location) {
  return getMixedValues(getStaticSizes(), getSizes(), builder);
}

Value quant_bnn::detail::buildSlice(OpBuilder &builder, Location loc,
                                    Value source,
                                    ArrayRef<OpFoldResult> offsets,
                                    ArrayRef<OpFoldResult> sizes,
                                    ArrayRef<OpFoldResult> strides) {
  auto type = cast<RankedTensorType>(source.getType());
  if (isEmpty(type) || llvm::any_of(sizes, isZeroInteger))
    return tensor::EmptyOp::create(builder, loc, sizes, type.getElementType());
  return tensor::ExtractSliceOp::create(builder, loc, source, offsets, sizes,
                                        strides);
}

Value PackedSliceOp::buildOnElements(OpBuilder &builder, Location loc,
                                     ValueRange elements) {
  return buildSlice(builder, loc, elements.front(),
                    getMixedValues(getStaticOffsets(), getOffsets(), builder),
                    getElementSizes(builder, loc),
                    getMixedValues(getStaticStrides(), getStrides(), builder));
}

bool PackedSliceOp::keepsWords() {
  Builder builder(getContext());
  unsigned bits = ::getWordBits(getSource());
  OpFoldResult size =
      getMixedValues(getStaticSizes(), getSizes(), builder).back();
  int64_t offset = getStaticOffsets().back();
  if (ShapedType::isDynamic(offset) || offset % bits != 0 ||
      getStaticStrides().back() != 1)
    return false;
  // Bits of the last word that the slice leaves out would have to be cleared.
  if (isWholeWords(size, bits) ||
      (offset == 0 && isEqualConstantIntOrValue(size, getMixedDepth())))
    return true;
  std::optional<int64_t> count = getConstantIntValue(size);
  return count && offset + *count == getConstantIntValue(getMixedDepth());
}

Value PackedSliceOp::buildOnWords(OpBuilder &builder, Location loc) {
  SmallVector<OpFoldResult> offsets =
      getMixedValues(getStaticOffsets(), getOffsets(), builder);
  offsets.back() = builder.getIndexAttr(getStaticOffsets().back() /
                                        ::getWordBits(getSource()));
  return buildSlice(
      builder, loc, getSource(), offsets,
      getPackedSizes(*this, builder, getElementSizes(builder, loc)),
      getMixedValues(getStaticStrides(), getStrides(), builder));
}

//===----------------------------------------------------------------------===//
// PackedPadOp
//===----------------------------------------------------------------------===//

LogicalResult PackedPadOp::verify() {
  if (failed(verifySource(*this)) ||
      failed(verifyCount(*this, "low", getStaticLow().size(), getSource())) ||
      failed(verifyCount(*this, "high", getStaticHigh().size(), getSource())) ||
      failed(verifyOperands(*this, "low", getStaticLow(), getLow())) ||
      failed(verifyOperands(*this, "high", getStaticHigh(), getHigh())) ||
      failed(verifyNonNegative(*this, "low", getStaticLow())) ||
      failed(verifyNonNegative(*this, "high", getStaticHigh())))
    return failure();
  SmallVector<int64_t> shape = getElementShape(getSource(), getMixedDepth());
  for (auto [size, low, high] :
       llvm::zip_equal(shape, getStaticLow(), getStaticHigh()))
    size = ShapedType::isStaticShape({size, low, high})
               ? addExtents(low, size, high)
               : ShapedType::kDynamic;
  return verifyPackedShape(*this, "a result", getResult().getType(), shape);
}

/// Builds the sizes of a tensor of `sizes` that is padded by `low` and `high`.
static SmallVector<OpFoldResult> addSizes(OpBuilder &builder, Location loc,
                                          ArrayRef<OpFoldResult> low,
                                          SmallVector<OpFoldResult> sizes,
                                          ArrayRef<OpFoldResult> high) {
  AffineExpr sum = builder.getAffineDimExpr(0) + builder.getAffineDimExpr(1) +
                   builder.getAffineDimExpr(2);
  for (auto [before, size, after] : llvm::zip_equal(low, sizes, high))
    size = affine::makeComposedFoldedAffineApply(builder, loc, sum,
                                                 {before, size, after});
  return sizes;
}

SmallVector<OpFoldResult> PackedPadOp::getElementSizes(OpBuilder &builder,
                                                       Location loc) {
  return addSizes(builder, loc,
                  getMixedValues(getStaticLow(), getLow(), builder),
                  buildSizes(builder, loc, getSource(), getMixedDepth()),
                  getMixedValues(getStaticHigh(), getHigh(), builder));
}

Value quant_bnn::detail::buildPad(OpBuilder &builder, Location loc,
                                  Value source, ArrayRef<OpFoldResult> low,
                                  ArrayRef<OpFoldResult> high, bool ones) {
  auto type = cast<RankedTensorType>(source.getType());
  Value value = arith::ConstantIntOp::create(
      builder, loc, type.getElementType(), ones ? -1 : 0);
  // Upstream inserts the source into the result, where an empty source must not
  // begin past the end.
  if (isEmpty(type)) {
    SmallVector<OpFoldResult> sizes = addSizes(
        builder, loc, low, tensor::getMixedSizes(builder, loc, source), high);
    Value empty =
        tensor::EmptyOp::create(builder, loc, sizes, type.getElementType());
    return linalg::FillOp::create(builder, loc, value, empty).getResult(0);
  }
  return tensor::PadOp::create(builder, loc, /*resultType=*/Type(), source, low,
                               high, value);
}

Value PackedPadOp::buildOnElements(OpBuilder &builder, Location loc,
                                   ValueRange elements) {
  return buildPad(builder, loc, elements.front(),
                  getMixedValues(getStaticLow(), getLow(), builder),
                  getMixedValues(getStaticHigh(), getHigh(), builder),
                  getOnes());
}

bool PackedPadOp::keepsWords() {
  auto isZero = [](int64_t size) { return size == 0; };
  bool addsNothing = llvm::all_of(getStaticLow(), isZero) &&
                     llvm::all_of(getStaticHigh(), isZero);
  return addsNothing ||
         (isZero(getStaticLow().back()) && isZero(getStaticHigh().back()) &&
          (!getOnes() ||
           isWholeWords(getMixedDepth(), ::getWordBits(getSource()))));
}

Value PackedPadOp::buildOnWords(OpBuilder &builder, Location loc) {
  return buildPad(builder, loc, getSource(),
                  getMixedValues(getStaticLow(), getLow(), builder),
                  getMixedValues(getStaticHigh(), getHigh(), builder),
                  getOnes());
}
