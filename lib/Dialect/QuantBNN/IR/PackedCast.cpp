//===- PackedCast.cpp - Change words and polarity of packed bits ----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// A cast is computed on whole words, never on single bits. With nothing between
// an op that unpacks bits and an op that packs them, upstream's fusion would
// build an op with a loop whose range no operand determines.
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::detail;
using utils::IteratorType;

LogicalResult PackedCastOp::verify() {
  RankedTensorType type = getSource().getType();
  if (failed(verifyDepthForm(*this, getDepth(), getStaticDepthAttr())) ||
      failed(verifyDepth(*this, type, getMixedDepth())))
    return failure();
  auto shape = llvm::to_vector(type.getShape());
  shape.back() = detail::getStaticDepth(getMixedDepth());
  return verifyPackedShape(*this, "a result", getType(), shape);
}

SmallVector<OpFoldResult> PackedCastOp::getElementSizes(OpBuilder &builder,
                                                        Location loc) {
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, loc, getSource());
  sizes.back() = getMixedDepth();
  return sizes;
}

//===----------------------------------------------------------------------===//
// Complements
//===----------------------------------------------------------------------===//

/// Builds, in the body of an op over words, a mask of those bits of the current
/// word that hold elements of a row of `depth`. `loop` is the loop along the
/// row.
static Value buildUsedBits(ImplicitLocOpBuilder &builder, int64_t loop,
                           Type word, OpFoldResult depth) {
  unsigned bits = word.getIntOrFloatBitWidth();
  Value ones = arith::ConstantIntOp::create(builder, word, -1);
  if (isWholeWords(depth, bits))
    return ones;
  AffineExpr unused = builder.getAffineConstantExpr(bits) -
                      builder.getAffineDimExpr(1) +
                      builder.getAffineDimExpr(0) * static_cast<int64_t>(bits);
  OpFoldResult shift = affine::makeComposedFoldedAffineMax(
      builder, builder.getLoc(),
      AffineMap::get(2, 0, {unused, builder.getAffineConstantExpr(0)},
                     builder.getContext()),
      {linalg::IndexOp::create(builder, loop).getResult(), depth});
  return arith::ShRUIOp::create(
      builder, ones,
      arith::IndexCastUIOp::create(
          builder, word,
          getValueOrCreateConstantIndexOp(builder, builder.getLoc(), shift)));
}

/// Complements the bits of `depth` elements of each row of `bits`, a tensor of
/// integers.
static Value buildComplement(ImplicitLocOpBuilder &builder, Value bits,
                             OpFoldResult depth) {
  auto type = cast<RankedTensorType>(bits.getType());
  Value empty = tensor::EmptyOp::create(
      builder, tensor::getMixedSizes(builder, builder.getLoc(), bits),
      type.getElementType());
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  auto generic = linalg::GenericOp::create(
      builder, empty.getType(), bits, empty, ArrayRef{identity, identity},
      SmallVector<IteratorType>(type.getRank(), IteratorType::parallel),
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        Value used = buildUsedBits(body, type.getRank() - 1,
                                   type.getElementType(), depth);
        Value complement = arith::XOrIOp::create(body, arguments[0], used);
        linalg::YieldOp::create(body, complement);
      });
  return generic.getResult(0);
}

//===----------------------------------------------------------------------===//
// Widths
//===----------------------------------------------------------------------===//

/// Builds, in the body of an op whose last loop iterates over the parts of a
/// word, the distance of the current part from the least significant bit, as a
/// value of type `word`.
static Value buildPartShift(ImplicitLocOpBuilder &builder, int64_t loop,
                            unsigned partBits, Type word) {
  Value part = linalg::IndexOp::create(builder, loop);
  Value bits = arith::ConstantIndexOp::create(builder, partBits);
  return arith::IndexCastUIOp::create(
      builder, word, arith::MulIOp::create(builder, part, bits));
}

/// Builds the bits of `words` in words of the wider type `wide`, a tensor of
/// `sizes`.
static Value buildWider(ImplicitLocOpBuilder &builder, Value words, Type wide,
                        ArrayRef<OpFoldResult> sizes) {
  auto type = cast<RankedTensorType>(words.getType());
  int64_t rank = type.getRank();
  unsigned bits = type.getElementTypeBitWidth();
  int64_t parts = wide.getIntOrFloatBitWidth() / bits;
  // Words of 0 fill up the last wide word.
  SmallVector<OpFoldResult> low(rank, builder.getIndexAttr(0)), high = low;
  high.back() = affine::makeComposedFoldedAffineApply(
      builder, builder.getLoc(),
      builder.getAffineDimExpr(0) * parts - builder.getAffineDimExpr(1),
      {sizes.back(),
       tensor::getMixedSize(builder, builder.getLoc(), words, rank - 1)});
  if (!isZeroInteger(high.back()))
    words = buildPad(builder, builder.getLoc(), words, low, high,
                     /*ones=*/false);
  SmallVector<OpFoldResult> splitSizes(sizes);
  splitSizes.push_back(builder.getIndexAttr(parts));
  auto splitType =
      RankedTensorType::get(getStaticSizes(splitSizes), type.getElementType());
  auto flatShape = llvm::to_vector(splitType.getShape().drop_back());
  if (!ShapedType::isDynamic(flatShape.back()))
    flatShape.back() *= parts;
  words = buildTensorCast(
      builder, builder.getLoc(),
      RankedTensorType::get(flatShape, type.getElementType()), words);
  Value split = tensor::ExpandShapeOp::create(
      builder, splitType, words, getSplitReassociation(rank, rank - 1),
      splitSizes);
  Value empty = tensor::EmptyOp::create(builder, sizes, wide);
  Value zero = arith::ConstantIntOp::create(builder, wide, 0);
  Value zeros = linalg::FillOp::create(builder, zero, empty).getResult(0);
  AffineMap identity = builder.getMultiDimIdentityMap(rank + 1);
  SmallVector<IteratorType> iterators(rank + 1, IteratorType::parallel);
  iterators.back() = IteratorType::reduction;
  auto generic = linalg::GenericOp::create(
      builder, zeros.getType(), split, zeros,
      ArrayRef{identity, identity.dropResult(rank)}, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        Value part = arith::ShLIOp::create(
            body, arith::ExtUIOp::create(body, wide, arguments[0]),
            buildPartShift(body, rank, bits, wide));
        Value sum = arith::OrIOp::create(body, arguments[1], part);
        linalg::YieldOp::create(body, sum);
      });
  return generic.getResult(0);
}

/// Builds the bits of `words` in words of the narrower type `narrow`, a tensor
/// of `sizes`.
static Value buildNarrower(ImplicitLocOpBuilder &builder, Value words,
                           Type narrow, ArrayRef<OpFoldResult> sizes) {
  auto type = cast<RankedTensorType>(words.getType());
  int64_t rank = type.getRank();
  unsigned bits = narrow.getIntOrFloatBitWidth();
  int64_t parts = type.getElementTypeBitWidth() / bits;
  SmallVector<OpFoldResult> splitSizes =
      tensor::getMixedSizes(builder, builder.getLoc(), words);
  splitSizes.push_back(builder.getIndexAttr(parts));
  Value empty = tensor::EmptyOp::create(builder, splitSizes, narrow);
  AffineMap identity = builder.getMultiDimIdentityMap(rank + 1);
  auto generic = linalg::GenericOp::create(
      builder, empty.getType(), words, empty,
      ArrayRef{identity.dropResult(rank), identity},
      SmallVector<IteratorType>(rank + 1, IteratorType::parallel),
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        Value shifted = arith::ShRUIOp::create(
            body, arguments[0],
            buildPartShift(body, rank, bits, type.getElementType()));
        Value part = arith::TruncIOp::create(body, narrow, shifted);
        linalg::YieldOp::create(body, part);
      });
  Value flat = tensor::CollapseShapeOp::create(
      builder, generic.getResult(0), getSplitReassociation(rank, rank - 1));
  return buildSlice(builder, builder.getLoc(), flat,
                    SmallVector<OpFoldResult>(rank, builder.getIndexAttr(0)),
                    sizes,
                    SmallVector<OpFoldResult>(rank, builder.getIndexAttr(1)));
}

//===----------------------------------------------------------------------===//
// PackedCastOp
//===----------------------------------------------------------------------===//

Value PackedCastOp::buildOnElements(OpBuilder &builder, Location loc,
                                    ValueRange elements) {
  ImplicitLocOpBuilder b(loc, builder);
  // Words of one bit have no unused bits, so all bits are complemented.
  return getFlip() ? buildComplement(b, elements.front(), b.getIndexAttr(0))
                   : elements.front();
}

bool PackedCastOp::keepsWords() { return true; }

Value PackedCastOp::buildOnWords(OpBuilder &builder, Location loc) {
  ImplicitLocOpBuilder b(loc, builder);
  Value words = getSource();
  Type before = getSource().getType().getElementType(),
       after = getType().getElementType();
  SmallVector<OpFoldResult> sizes =
      getPackedSizes(*this, builder, getElementSizes(builder, loc));
  if (before.getIntOrFloatBitWidth() < after.getIntOrFloatBitWidth())
    words = buildWider(b, words, after, sizes);
  else if (before != after)
    words = buildNarrower(b, words, after, sizes);
  return getFlip() ? buildComplement(b, words, getMixedDepth()) : words;
}
