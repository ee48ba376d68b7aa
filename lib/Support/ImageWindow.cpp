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
  if (ShapedType::isDynamic(size) || ShapedType::isDynamic(kernel))
    return ShapedType::kDynamic;
  // The sum of the extents saturates.
  int64_t padded = std::min<uint64_t>(
      llvm::SaturatingAdd<uint64_t>(size, walk.low, walk.high),
      std::numeric_limits<int64_t>::max());
  int64_t last = padded - walk.dilation * (kernel - 1) - 1;
  return std::max<int64_t>(llvm::divideFloorSigned(last, walk.stride) + 1, 0);
}

OpFoldResult quant_bnn::buildPositions(OpBuilder &builder, Location loc,
                                       OpFoldResult size, const Walk &walk) {
  std::optional<int64_t> known = getConstantIntValue(size);
  std::optional<int64_t> kernel = getConstantIntValue(walk.kernel);
  if (known && kernel)
    return builder.getIndexAttr(getPositions(*known, *kernel, walk));
  AffineExpr sizeExpr = builder.getAffineDimExpr(0);
  AffineExpr kernelExpr = builder.getAffineDimExpr(1);
  AffineExpr last =
      sizeExpr + (walk.low + walk.high) - (kernelExpr - 1) * walk.dilation - 1;
  AffineMap map = AffineMap::get(
      2, 0, {last.floorDiv(walk.stride) + 1, builder.getAffineConstantExpr(0)},
      builder.getContext());
  return affine::makeComposedFoldedAffineMax(builder, loc, map,
                                             {size, walk.kernel});
}

bool quant_bnn::hasNoTaps(ArrayRef<OpFoldResult> sizes, ArrayRef<Walk> walks) {
  return llvm::any_of(sizes, isZeroInteger) ||
         llvm::any_of(walks, [](const Walk &walk) {
           return isZeroInteger(walk.kernel);
         });
}
