//===- RawElements.cpp - Elements of tensors in memory --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Support/RawElements.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
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

/// Copies the elements of `from` to `to`, whose dimensions have `sizes`, and
/// whose neighbors along a dimension are `strides` elements apart in `from`.
template <typename T>
static void copyStrided(const T *from, T *&to, ArrayRef<int64_t> sizes,
                        ArrayRef<int64_t> strides) {
  if (sizes.empty()) {
    *to++ = *from;
    return;
  }
  for (int64_t i = 0; i < sizes.front(); ++i)
    copyStrided(from + i * strides.front(), to, sizes.drop_front(),
                strides.drop_front());
}

DenseElementsAttr quant_bnn::transposeElements(DenseElementsAttr elements,
                                               ArrayRef<int64_t> permutation) {
  ShapedType type = elements.getType();
  ArrayRef<int64_t> shape = type.getShape();
  SmallVector<int64_t> sizes = applyPermutation(shape, permutation);
  if (elements.isSplat())
    return elements.resizeSplat(type.clone(sizes));
  Type elementType = type.getElementType();
  int64_t bits =
      elementType.isIntOrFloat() ? elementType.getIntOrFloatBitWidth() : 0;
  SmallVector<int64_t> strides =
      applyPermutation(ArrayRef(computeStrides(shape)), permutation);
  std::vector<char> bytes(elements.getRawData().size());
  auto transpose = [&](auto element) {
    using T = decltype(element);
    const T *from = reinterpret_cast<const T *>(elements.getRawData().data());
    T *to = reinterpret_cast<T *>(bytes.data());
    copyStrided(from, to, sizes, strides);
    return DenseElementsAttr::getFromRawBuffer(type.clone(sizes), bytes);
  };
  switch (bits) {
  case 8:
    return transpose(uint8_t());
  case 16:
    return transpose(uint16_t());
  case 32:
    return transpose(uint32_t());
  case 64:
    return transpose(uint64_t());
  default:
    return {};
  }
}

SmallVector<bool> quant_bnn::transposeElements(ArrayRef<bool> elements,
                                               ArrayRef<int64_t> shape,
                                               ArrayRef<int64_t> permutation) {
  SmallVector<bool> transposed(elements.size());
  bool *to = transposed.data();
  copyStrided(elements.data(), to, applyPermutation(shape, permutation),
              applyPermutation(ArrayRef(computeStrides(shape)), permutation));
  return transposed;
}
