//===- ImageWindow.cpp - Windows that move over images --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Support/ImageWindow.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quant_bnn;

int64_t quant_bnn::getPositions(int64_t size, int64_t kernel,
                                const Walk &walk) {
  auto getKnown = [](OpFoldResult size) {
    return size ? getConstantIntValue(size) : std::nullopt;
  };
  std::optional<int64_t> low = getKnown(walk.low), high = getKnown(walk.high);
  if (ShapedType::isDynamic(size) || ShapedType::isDynamic(kernel) || !low ||
      !high || *low < 0 || *high < 0)
    return ShapedType::kDynamic;
  // The sum of the extents saturates.
  int64_t padded =
      std::min<uint64_t>(llvm::SaturatingAdd<uint64_t>(size, *low, *high),
                         std::numeric_limits<int64_t>::max());
  int64_t last = padded - walk.dilation * (kernel - 1) - 1;
  return std::max<int64_t>(llvm::divideFloorSigned(last, walk.stride) + 1, 0);
}

OpFoldResult quant_bnn::buildPositions(OpBuilder &builder, Location loc,
                                       OpFoldResult size, const Walk &walk) {
  std::optional<int64_t> known = getConstantIntValue(size);
  std::optional<int64_t> kernel = getConstantIntValue(walk.kernel);
  if (known && kernel)
    if (int64_t positions = getPositions(*known, *kernel, walk);
        !ShapedType::isDynamic(positions))
      return builder.getIndexAttr(positions);
  AffineExpr sizeExpr, kernelExpr, low, high;
  bindDims(builder.getContext(), sizeExpr, kernelExpr, low, high);
  AffineExpr last =
      sizeExpr + (low + high) - (kernelExpr - 1) * walk.dilation - 1;
  AffineMap map = AffineMap::get(
      4, 0, {last.floorDiv(walk.stride) + 1, builder.getAffineConstantExpr(0)},
      builder.getContext());
  return affine::makeComposedFoldedAffineMax(
      builder, loc, map, {size, walk.kernel, walk.low, walk.high});
}

WindowTile quant_bnn::buildWindowTile(OpBuilder &builder, Location loc,
                                      OpFoldResult size, const Walk &walk,
                                      OpFoldResult first, OpFoldResult count) {
  AffineExpr d0, d1, d2;
  bindDims(builder.getContext(), d0, d1, d2);
  AffineExpr zero = builder.getAffineConstantExpr(0);
  auto apply = [&](AffineExpr expr, ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineApply(builder, loc, expr, operands);
  };
  auto getMap = [&](ArrayRef<AffineExpr> exprs, size_t numDims) {
    return AffineMap::get(numDims, 0, exprs, builder.getContext());
  };
  auto least = [&](ArrayRef<AffineExpr> exprs,
                   ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineMin(
        builder, loc, getMap(exprs, operands.size()), operands);
  };
  auto greatest = [&](ArrayRef<AffineExpr> exprs,
                      ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineMax(
        builder, loc, getMap(exprs, operands.size()), operands);
  };

  OpFoldResult begin = apply(d0 * walk.stride - d1, {first, walk.low});
  OpFoldResult extent =
      greatest({(d0 - 1) * walk.stride + (d1 - 1) * walk.dilation + 1, zero},
               {count, walk.kernel});
  bool hasLow = !isZeroInteger(walk.low), hasHigh = !isZeroInteger(walk.high);
  if (!hasLow && !hasHigh) {
    // Without positions, the image may be smaller than a window.
    if (!getConstantIntValue(count))
      extent = least({d0, d1}, {extent, size});
    return {begin, extent, builder.getIndexAttr(0), builder.getIndexAttr(0)};
  }
  WindowTile tile;
  tile.low = builder.getIndexAttr(0);
  tile.offset = begin;
  if (hasLow) {
    tile.low = least({d0, d1}, {greatest({-d0, zero}, {begin}), extent});
    tile.offset = greatest({d0, zero}, {begin});
  }
  // All positions may lie in the padding.
  tile.offset = least({d0, d1}, {tile.offset, size});
  OpFoldResult end = least({d0 + d1, d2}, {begin, extent, size});
  tile.size = greatest({d0 - d1, zero}, {end, tile.offset});
  tile.high = hasHigh ? apply(d0 - d1 - d2, {extent, tile.size, tile.low})
                      : OpFoldResult(builder.getIndexAttr(0));
  return tile;
}

bool quant_bnn::hasNoTaps(ArrayRef<OpFoldResult> sizes, ArrayRef<Walk> walks) {
  return llvm::any_of(sizes, isZeroInteger) ||
         llvm::any_of(walks, [](const Walk &walk) {
           return isZeroInteger(walk.kernel);
         });
}
