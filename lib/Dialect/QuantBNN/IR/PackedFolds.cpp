//===- PackedFolds.cpp - Fold ops on packed constants ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Weights are packed at compile time, so packing and the ops that move packed
// bits are folded.
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace quant_bnn;

//===----------------------------------------------------------------------===//
// Bits of words
//===----------------------------------------------------------------------===//

/// Returns the bits of `words`, in rows of `depth`.
static SmallVector<bool> getBits(DenseIntElementsAttr words, int64_t depth) {
  unsigned wordBits = words.getElementType().getIntOrFloatBitWidth();
  int64_t rowWords = quant_bnn::detail::getWordCount(depth, wordBits);
  auto values =
      llvm::map_to_vector(words.getValues<APInt>(), [](const APInt &word) {
        return word.getZExtValue();
      });
  SmallVector<bool> bits;
  for (size_t row = 0; row != values.size(); row += rowWords)
    for (int64_t k = 0; k != depth; ++k)
      bits.push_back(values[row + k / wordBits] >> k % wordBits & 1);
  return bits;
}

/// Returns the bits of `words`, in rows of `depth`, or nullopt if `words` or
/// `depth` is not constant.
static std::optional<SmallVector<bool>> getBits(Attribute words,
                                                OpFoldResult depth) {
  auto constant = dyn_cast_if_present<DenseIntElementsAttr>(words);
  int64_t elements = quant_bnn::detail::getStaticDepth(depth);
  if (!constant || ShapedType::isDynamic(elements))
    return std::nullopt;
  return getBits(constant, elements);
}

/// Returns `bits`, in rows of `depth`, packed to words of `type`. The bits past
/// the end of a row are 0.
static Attribute packBits(RankedTensorType type, ArrayRef<bool> bits,
                          int64_t depth) {
  unsigned wordBits = type.getElementTypeBitWidth();
  int64_t rowWords = quant_bnn::detail::getWordCount(depth, wordBits);
  SmallVector<uint64_t> words(type.getNumElements());
  const bool *bit = bits.begin();
  for (size_t row = 0; row != words.size(); row += rowWords)
    for (int64_t k = 0; k != depth; ++k)
      words[row + k / wordBits] |= uint64_t(*bit++) << k % wordBits;
  return DenseElementsAttr::get(type,
                                llvm::map_to_vector(words, [&](uint64_t word) {
                                  return APInt(wordBits, word);
                                }));
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

/// Returns the bit of each element of `x`. The bit of an `i1` is its value.
static SmallVector<bool> getBitsOfElements(DenseElementsAttr x,
                                           Polarity polarity) {
  if (x.getElementType().isInteger(1))
    return SmallVector<bool>(x.getValues<bool>());
  auto type = cast<FloatType>(x.getElementType());
  APFloat zero = APFloat::getZero(type.getFloatSemantics());
  return llvm::map_to_vector(x.getValues<APFloat>(), [&](const APFloat &value) {
    return (value < zero) == (polarity == Polarity::negative);
  });
}

OpFoldResult PackOp::fold(FoldAdaptor adaptor) {
  RankedTensorType type = getWords().getType();
  int64_t depth = getX().getType().getShape().back();
  // Rows of whole words have no bits past their end, which would have to be
  // cleared.
  auto unpack = getX().getDefiningOp<UnpackOp>();
  if (unpack && unpack.getWords().getType() == type && !unpack.getDepth() &&
      depth % getWordBits() == 0 && unpack.getPolarity() == getPolarity())
    return unpack.getWords();
  auto x = dyn_cast_if_present<DenseElementsAttr>(adaptor.getX());
  if (!x || !type.hasStaticShape())
    return {};
  return packBits(type, getBitsOfElements(x, getPolarity()), depth);
}

OpFoldResult UnpackOp::fold(FoldAdaptor adaptor) {
  RankedTensorType type = getX().getType();
  bool isBit = type.getElementType().isInteger(1);
  if (isBit)
    if (Value x = quant_bnn::detail::getUnpackedBits(*this))
      return x;
  auto words = dyn_cast_if_present<DenseIntElementsAttr>(adaptor.getWords());
  if (!words || !type.hasStaticShape())
    return {};
  SmallVector<bool> bits = getBits(words, type.getShape().back());
  if (isBit)
    return DenseElementsAttr::get(type, ArrayRef<bool>(bits));
  const llvm::fltSemantics &semantics =
      cast<FloatType>(type.getElementType()).getFloatSemantics();
  bool oneIsNegative = getPolarity() == Polarity::negative;
  return DenseElementsAttr::get(
      type, llvm::map_to_vector(bits, [&](bool bit) {
        return APFloat::getOne(semantics, /*Negative=*/bit == oneIsNegative);
      }));
}

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

/// Folds casts that change neither the type nor the bits to their source; the
/// bits past the end of a row are 0 in both. Also merges consecutive casts, and
/// folds casts of constants.
OpFoldResult PackedCastOp::fold(FoldAdaptor adaptor) {
  if (!getFlip() && getSource().getType() == getType())
    return getSource();
  auto before = getSource().getDefiningOp<PackedCastOp>();
  if (before && before.getMixedDepth() == getMixedDepth()) {
    bool flip = before.getFlip() != getFlip();
    if (!flip && before.getSource().getType() == getType())
      return before.getSource();
    getSourceMutable().assign(before.getSource());
    setFlip(flip);
    return getResult();
  }
  std::optional<SmallVector<bool>> bits =
      getBits(adaptor.getSource(), getMixedDepth());
  if (!bits || !getType().hasStaticShape())
    return {};
  if (getFlip())
    for (bool &bit : *bits)
      bit = !bit;
  return packBits(getType(), *bits,
                  quant_bnn::detail::getStaticDepth(getMixedDepth()));
}

OpFoldResult PackedTransposeOp::fold(FoldAdaptor adaptor) {
  if (isIdentityPermutation(getPermutation()) &&
      getSource().getType() == getType())
    return getSource();
  std::optional<SmallVector<bool>> bits =
      getBits(adaptor.getSource(), getMixedDepth());
  if (!bits || !getType().hasStaticShape())
    return {};
  auto shape = llvm::to_vector(getSource().getType().getShape());
  shape.back() = quant_bnn::detail::getStaticDepth(getMixedDepth());
  SmallVector<int64_t> resultShape = applyPermutation(shape, getPermutation());
  // The strides of the source along the dimensions of the result.
  SmallVector<int64_t> steps =
      applyPermutation(computeStrides(shape), getPermutation());
  SmallVector<int64_t> resultSteps = computeStrides(resultShape);
  SmallVector<bool> moved(bits->size());
  for (auto [i, bit] : llvm::enumerate(moved))
    bit = (*bits)[linearize(delinearize(i, resultSteps), steps)];
  return packBits(getType(), moved, resultShape.back());
}

OpFoldResult PackedReshapeOp::fold(FoldAdaptor adaptor) {
  int64_t depth = getStaticShape().back();
  if (getSource().getType() == getType() && getType().hasStaticShape() &&
      getConstantIntValue(getMixedDepth()) == depth)
    return getSource();
  std::optional<SmallVector<bool>> bits =
      getBits(adaptor.getSource(), getMixedDepth());
  if (!bits || !getType().hasStaticShape() || ShapedType::isDynamic(depth))
    return {};
  return packBits(getType(), *bits, depth);
}
