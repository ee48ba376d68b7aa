//===- PackedElements.cpp - Shapes of packed elements ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackedElements.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::detail;

unsigned quant_bnn::detail::getWordBits(Value words) {
  return getElementTypeOrSelf(words.getType()).getIntOrFloatBitWidth();
}

bool quant_bnn::detail::isEmpty(RankedTensorType type) {
  return llvm::is_contained(type.getShape(), 0);
}

SmallVector<OpFoldResult> quant_bnn::detail::buildSizes(OpBuilder &builder,
                                                        Location loc,
                                                        Value words,
                                                        OpFoldResult depth) {
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, words);
  sizes.back() = depth;
  return sizes;
}

SmallVector<int64_t> quant_bnn::detail::getElementShape(Value words,
                                                        OpFoldResult depth) {
  auto shape =
      llvm::to_vector(cast<RankedTensorType>(words.getType()).getShape());
  shape.back() = getStaticDepth(depth);
  return shape;
}

LogicalResult quant_bnn::detail::verifyCount(Operation *op, StringRef what,
                                             size_t count, Value source) {
  auto type = cast<RankedTensorType>(source.getType());
  if (count == static_cast<size_t>(type.getRank()))
    return success();
  return op->emitOpError("requires one of ")
         << what << " for every dimension of " << type << ", but got " << count;
}

LogicalResult quant_bnn::detail::verifyOperands(Operation *op, StringRef what,
                                                ArrayRef<int64_t> values,
                                                ValueRange operands) {
  size_t count = llvm::count_if(values, ShapedType::isDynamic);
  if (count == operands.size())
    return success();
  return op->emitOpError("requires ") << count << " operands for " << what
                                      << ", but got " << operands.size();
}

LogicalResult quant_bnn::detail::verifyNonNegative(Operation *op,
                                                   StringRef what,
                                                   ArrayRef<int64_t> values) {
  for (int64_t value : values)
    if (!ShapedType::isDynamic(value) && value < 0)
      return op->emitOpError("requires ")
             << what << " of at least 0, but got " << value;
  return success();
}
