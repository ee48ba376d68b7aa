//===- PackedFolds.cpp - Fold ops that move packed constants --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Weights are packed at compile time, so ops that move their bits are folded
// too.
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "quant-bnn/Reference/Packing.h"

using namespace mlir;
using namespace quant_bnn;

/// Returns the bits of `words`, in rows of `depth`, or nullopt if `words` or
/// `depth` is not constant.
static std::optional<SmallVector<bool>> getBits(Attribute words,
                                                OpFoldResult depth) {
  auto constant = dyn_cast_if_present<DenseIntElementsAttr>(words);
  int64_t elements = quant_bnn::detail::getStaticDepth(depth);
  if (!constant || ShapedType::isDynamic(elements))
    return std::nullopt;
  auto values =
      llvm::map_to_vector(constant.getValues<APInt>(), [](const APInt &word) {
        return word.getZExtValue();
      });
  int64_t rows =
      ShapedType::getNumElements(constant.getType().getShape().drop_back());
  SmallVector<bool> bits(rows * elements);
  reference::unpack(values.data(), bits.data(), rows, elements,
                    constant.getElementType().getIntOrFloatBitWidth(),
                    reference::Polarity::negative);
  return bits;
}

/// Returns `bits`, in rows of `depth`, packed to words of `type`.
static Attribute getWords(RankedTensorType type, ArrayRef<bool> bits,
                          int64_t depth) {
  unsigned wordBits = type.getElementTypeBitWidth();
  SmallVector<uint64_t> words(type.getNumElements());
  int64_t rows = ShapedType::getNumElements(type.getShape().drop_back());
  reference::pack(bits.data(), words.data(), rows, depth, wordBits,
                  reference::Polarity::negative);
  return DenseElementsAttr::get(type,
                                llvm::map_to_vector(words, [&](uint64_t word) {
                                  return APInt(wordBits, word);
                                }));
}

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
  return getWords(getType(), *bits,
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
  return getWords(getType(), moved, resultShape.back());
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
  return getWords(getType(), *bits, depth);
}
