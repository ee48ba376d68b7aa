//===- RawElements.cpp - Elements of tensors in memory --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Support/RawElements.h"
#include "llvm/ADT/SmallVectorExtras.h"

using namespace mlir;

int64_t quant_bnn::getRawBytes(ShapedType type) {
  Type element = type.getElementType();
  int64_t bits = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  return llvm::divideCeil(bits, 8) * type.getNumElements();
}

DenseElementsAttr quant_bnn::readRawElements(ShapedType type,
                                             ArrayRef<char> data) {
  if (!type.getElementType().isIntOrIndexOrFloat() ||
      int64_t(data.size()) != getRawBytes(type))
    return {};
  if (!type.getElementType().isInteger(1))
    return DenseElementsAttr::getFromRawBuffer(type, data);
  return DenseElementsAttr::get(
      type, ArrayRef<bool>(llvm::map_to_vector(
                data, [](char byte) { return byte != 0; })));
}
