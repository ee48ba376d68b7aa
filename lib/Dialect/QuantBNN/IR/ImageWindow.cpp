//===- ImageWindow.cpp - Windows that move over images --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImageWindow.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::detail;

LogicalResult quant_bnn::detail::verifyValues(Operation *op, StringRef name,
                                              ArrayRef<int64_t> values,
                                              size_t count, int64_t least) {
  if (values.size() != count)
    return op->emitOpError("requires ")
           << count << " values of " << name << ", but got " << values.size();
  for (int64_t value : values)
    if (value < least || value > std::numeric_limits<int32_t>::max())
      return op->emitOpError("requires ")
             << name << " from " << least << " to 2^31 - 1, but got " << value;
  return success();
}

LogicalResult quant_bnn::detail::verifyResultShape(Operation *op,
                                                   ArrayRef<int64_t> shape,
                                                   RankedTensorType result) {
  if (succeeded(verifyCompatibleShape(shape, result.getShape())))
    return success();
  return op->emitOpError("requires a result of ")
         << RankedTensorType::get(shape, result.getElementType())
         << ", but got " << result;
}

int64_t quant_bnn::detail::getPositions(int64_t size, int64_t kernel,
                                        const Walk &walk) {
  if (ShapedType::isDynamic(size) || ShapedType::isDynamic(kernel))
    return ShapedType::kDynamic;
  int64_t last =
      addExtents(size, walk.low, walk.high) - walk.dilation * (kernel - 1) - 1;
  return std::max<int64_t>(llvm::divideFloorSigned(last, walk.stride) + 1, 0);
}

OpFoldResult quant_bnn::detail::buildPositions(OpBuilder &builder, Location loc,
                                               OpFoldResult size,
                                               const Walk &walk) {
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

bool quant_bnn::detail::hasNoTaps(ArrayRef<OpFoldResult> sizes,
                                  ArrayRef<Walk> walks) {
  return llvm::any_of(sizes, isZeroInteger) ||
         llvm::any_of(walks, [](const Walk &walk) {
           return isZeroInteger(walk.kernel);
         });
}
