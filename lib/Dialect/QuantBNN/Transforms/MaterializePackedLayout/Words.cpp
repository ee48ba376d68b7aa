//===- Words.cpp - Packed tensors as words --------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Words.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::packed;
using arith::CmpFPredicate;
using utils::IteratorType;

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

bool quant_bnn::packed::isWholeWords(OpFoldResult length, unsigned wordBits) {
  std::optional<int64_t> elements = getConstantIntValue(length);
  return elements && *elements % wordBits == 0;
}

OpFoldResult quant_bnn::packed::buildWordCount(OpBuilder &builder, Location loc,
                                               OpFoldResult length,
                                               unsigned wordBits) {
  OpFoldResult count = affine::makeComposedFoldedAffineApply(
      builder, loc, builder.getAffineDimExpr(0).ceilDiv(wordBits), {length});
  // A dynamic size of a type must be a value, even if it is a constant.
  if (isa<Value>(length))
    return getValueOrCreateConstantIndexOp(builder, loc, count);
  return count;
}

SmallVector<OpFoldResult>
quant_bnn::packed::getElementSizes(OpBuilder &builder, Location loc,
                                   const Words &words) {
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, loc, words.value);
  sizes.back() = words.length;
  return sizes;
}

SmallVector<OpFoldResult>
quant_bnn::packed::getWordSizes(OpBuilder &builder, Location loc,
                                ArrayRef<OpFoldResult> sizes,
                                unsigned wordBits) {
  auto words = llvm::to_vector(sizes);
  words.back() = buildWordCount(builder, loc, words.back(), wordBits);
  return words;
}

OpFoldResult quant_bnn::packed::buildCommonLength(ImplicitLocOpBuilder &builder,
                                                  Operation *op, const Words &a,
                                                  const Words &b) {
  if (!isEqualConstantIntOrValue(a.length, b.length)) {
    Location loc = builder.getLoc();
    Value isSame = arith::CmpIOp::create(
        builder, arith::CmpIPredicate::eq,
        getValueOrCreateConstantIndexOp(builder, loc, a.length),
        getValueOrCreateConstantIndexOp(builder, loc, b.length));
    cf::AssertOp::create(
        builder, isSame,
        (op->getName().getStringRef() + ": requires rows of the same length")
            .str());
  }
  return isa<Attribute>(a.length) ? a.length : b.length;
}

Value quant_bnn::packed::buildTensorCast(OpBuilder &builder, Location loc,
                                         Type type, Value value) {
  return value.getType() == type
             ? value
             : tensor::CastOp::create(builder, loc, type, value).getResult();
}

SmallVector<int64_t>
quant_bnn::packed::getStaticSizes(ArrayRef<OpFoldResult> sizes) {
  return llvm::map_to_vector(sizes, [](OpFoldResult size) {
    return getConstantIntValue(size).value_or(ShapedType::kDynamic);
  });
}

SmallVector<ReassociationIndices> quant_bnn::packed::getSplit(int64_t rank,
                                                              int64_t dim) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t i : llvm::seq(rank))
    if (i == dim)
      groups.push_back({i, i + 1});
    else
      groups.push_back({i < dim ? i : i + 1});
  return groups;
}

//===----------------------------------------------------------------------===//
// Bits of a word
//===----------------------------------------------------------------------===//

/// Builds the position of element `index` of a row in its word, as a value of
/// type `word`. The least significant bit has position 0.
static Value buildShift(ImplicitLocOpBuilder &builder, Value index, Type word) {
  Value bits =
      arith::ConstantIndexOp::create(builder, word.getIntOrFloatBitWidth());
  Value position = arith::RemUIOp::create(builder, index, bits);
  return arith::IndexCastUIOp::create(builder, word, position);
}

Value quant_bnn::packed::buildBit(ImplicitLocOpBuilder &builder, Value word,
                                  Value index) {
  Value shifted = arith::ShRUIOp::create(
      builder, word, buildShift(builder, index, word.getType()));
  return arith::TruncIOp::create(builder, builder.getI1Type(), shifted);
}

Value quant_bnn::packed::buildUsedBits(ImplicitLocOpBuilder &builder,
                                       Value index, IntegerType word,
                                       OpFoldResult length) {
  int64_t bits = word.getWidth();
  Value ones = arith::ConstantIntOp::create(builder, word, -1);
  if (isWholeWords(length, bits))
    return ones;
  AffineExpr unused = builder.getAffineConstantExpr(bits) -
                      builder.getAffineDimExpr(1) +
                      builder.getAffineDimExpr(0) * bits;
  OpFoldResult shift = affine::makeComposedFoldedAffineMax(
      builder, builder.getLoc(),
      AffineMap::get(2, 0, {unused, builder.getAffineConstantExpr(0)},
                     builder.getContext()),
      {index, length});
  return arith::ShRUIOp::create(
      builder, ones,
      arith::IndexCastUIOp::create(
          builder, word,
          getValueOrCreateConstantIndexOp(builder, builder.getLoc(), shift)));
}

Value quant_bnn::packed::buildRepeatedBit(ImplicitLocOpBuilder &builder,
                                          Value bit, Value index,
                                          IntegerType word,
                                          OpFoldResult length) {
  Value zero = arith::ConstantIntOp::create(builder, word, 0);
  APInt known;
  if (matchPattern(bit, m_ConstantInt(&known)))
    return known.isZero() ? zero : buildUsedBits(builder, index, word, length);
  return arith::SelectOp::create(
      builder, bit, buildUsedBits(builder, index, word, length), zero);
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

/// Returns the indexing maps of elements and of their words, for loops over the
/// `rank` dimensions of the elements.
static std::pair<AffineMap, AffineMap> getMaps(Builder &builder, int64_t rank,
                                               unsigned wordBits) {
  AffineMap elements = builder.getMultiDimIdentityMap(rank);
  auto results = llvm::to_vector(elements.getResults());
  results.back() = results.back().floorDiv(wordBits);
  return {elements, AffineMap::get(rank, 0, results, builder.getContext())};
}

/// Builds the bit to which `x`, a float or an `i1`, is packed.
static Value buildBitOf(ImplicitLocOpBuilder &builder, Value x,
                        Polarity polarity) {
  if (x.getType().isInteger(1))
    return x;
  x = widen(builder, builder.getLoc(), x);
  PayloadBuilder payload(builder.getLoc(), builder, x.getType());
  // The two predicates are complements: a NaN is not below 0.
  return payload.cmp(polarity == Polarity::negative ? CmpFPredicate::OLT
                                                    : CmpFPredicate::UGE,
                     x, payload.constant(0.0));
}

Words quant_bnn::packed::buildPack(OpBuilder &builder, Location loc,
                                   Value elements, PackedAttr layout) {
  IntegerType word = layout.getWord();
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, loc, elements);
  int64_t rank = sizes.size();
  Value empty = tensor::EmptyOp::create(
      builder, loc, getWordSizes(builder, loc, sizes, word.getWidth()), word);
  Value zero = arith::ConstantIntOp::create(builder, loc, word, 0);
  Value zeros = linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
  auto [elementMap, wordMap] = getMaps(builder, rank, word.getWidth());
  SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
  iterators.back() = IteratorType::reduction;
  auto generic = linalg::GenericOp::create(
      builder, loc, zeros.getType(), elements, zeros,
      ArrayRef{elementMap, wordMap}, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
        ImplicitLocOpBuilder body(nestedLoc, nested);
        Value bit = buildBitOf(body, arguments[0], layout.getPolarity());
        Value index = linalg::IndexOp::create(body, rank - 1);
        Value shift = buildShift(body, index, word);
        Value wide = arith::ExtUIOp::create(body, word, bit);
        Value shifted = arith::ShLIOp::create(body, wide, shift);
        Value sum = arith::OrIOp::create(body, arguments[1], shifted);
        linalg::YieldOp::create(body, sum);
      });
  return {generic.getResult(0), sizes.back()};
}

DenseElementsAttr quant_bnn::packed::packConstant(DenseElementsAttr bits) {
  auto type = cast<RankedTensorType>(bits.getType());
  PackedAttr layout = PackedAttr::find(type);
  unsigned wordBits = layout.getWordBits();
  int64_t length = type.getShape().back();
  RankedTensorType wordsType = layout.getWordsType(type.getShape());
  if (bits.isSplat() && (!bits.getSplatValue<bool>() || length % wordBits == 0))
    return DenseElementsAttr::get(wordsType, bits.getSplatValue<bool>()
                                                 ? APInt::getAllOnes(wordBits)
                                                 : APInt::getZero(wordBits));
  SmallVector<APInt> words(wordsType.getNumElements(), APInt(wordBits, 0));
  int64_t wordsPerRow = wordsType.getShape().back();
  for (auto [i, bit] : llvm::enumerate(bits.getValues<bool>()))
    if (bit) {
      int64_t k = i % length;
      words[i / length * wordsPerRow + k / wordBits].setBit(k % wordBits);
    }
  return DenseElementsAttr::get(wordsType, words);
}

Value quant_bnn::packed::buildUnpack(OpBuilder &builder, Location loc,
                                     const Words &words, PackedAttr layout,
                                     Type element) {
  SmallVector<OpFoldResult> sizes = getElementSizes(builder, loc, words);
  int64_t rank = sizes.size();
  Value empty = tensor::EmptyOp::create(builder, loc, sizes, element);
  auto [elementMap, wordMap] = getMaps(builder, rank, words.getWordBits());
  SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, empty.getType(), words.value, empty,
      ArrayRef{wordMap, elementMap}, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
        ImplicitLocOpBuilder body(nestedLoc, nested);
        Value x = buildBit(body, arguments[0],
                           linalg::IndexOp::create(body, rank - 1));
        if (isa<FloatType>(element)) {
          PayloadBuilder payload(nestedLoc, nested, element);
          double one = layout.getPolarity() == Polarity::negative ? -1.0 : 1.0;
          x = payload.select(x, payload.constant(one), payload.constant(-one));
        }
        linalg::YieldOp::create(body, x);
      });
  return generic.getResult(0);
}

//===----------------------------------------------------------------------===//
// Other words
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
  if (!isZeroInteger(high.back())) {
    Value zero =
        arith::ConstantIntOp::create(builder, type.getElementType(), 0);
    words = tensor::PadOp::create(builder, /*resultType=*/Type(), words, low,
                                  high, zero);
  }
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
      builder, splitType, words, getSplit(rank, rank - 1), splitSizes);
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
  // A slice must begin within its source.
  if (llvm::is_contained(type.getShape(), 0) ||
      llvm::any_of(sizes, isZeroInteger))
    return tensor::EmptyOp::create(builder, sizes, narrow);
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
  Value flat = tensor::CollapseShapeOp::create(builder, generic.getResult(0),
                                               getSplit(rank, rank - 1));
  return tensor::ExtractSliceOp::create(
      builder, flat, SmallVector<OpFoldResult>(rank, builder.getIndexAttr(0)),
      sizes, SmallVector<OpFoldResult>(rank, builder.getIndexAttr(1)));
}

Words quant_bnn::packed::buildWithWord(OpBuilder &builder, Location loc,
                                       const Words &words, IntegerType word) {
  if (words.getWord() == word)
    return words;
  ImplicitLocOpBuilder b(loc, builder);
  SmallVector<OpFoldResult> sizes = getWordSizes(
      builder, loc, getElementSizes(builder, loc, words), word.getWidth());
  bool isWider = words.getWordBits() < word.getWidth();
  return {isWider ? buildWider(b, words.value, word, sizes)
                  : buildNarrower(b, words.value, word, sizes),
          words.length};
}

Words quant_bnn::packed::buildPadded(ImplicitLocOpBuilder &builder,
                                     const Words &words,
                                     ArrayRef<OpFoldResult> low,
                                     ArrayRef<OpFoldResult> high, Value bit) {
  auto pad = tensor::PadOp::create(builder, /*resultType=*/Type(), words.value,
                                   low, high);
  int64_t rank = words.getType().getRank();
  SmallVector<Location> locs(rank, builder.getLoc());
  OpBuilder::InsertionGuard guard(builder);
  Block *body = builder.createBlock(
      &pad.getRegion(), {}, SmallVector<Type>(rank, builder.getIndexType()),
      locs);
  Value value = buildRepeatedBit(builder, bit, body->getArguments().back(),
                                 words.getWord(), words.length);
  tensor::YieldOp::create(builder, value);
  return {pad.getResult(), words.length};
}
