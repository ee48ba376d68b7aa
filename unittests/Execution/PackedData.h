//===- PackedData.h - Data of tests on packed bits --------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_EXECUTION_PACKEDDATA_H
#define QUANT_BNN_UNITTESTS_EXECUTION_PACKEDDATA_H

#include "Harness.h"

#include "Reference/Packing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Error.h"

#include <cstring>
#include <random>

namespace quant_bnn::unittests {

constexpr unsigned wordWidths[] = {8, 16, 32, 64};

//===----------------------------------------------------------------------===//
// Arrays
//===----------------------------------------------------------------------===//

inline NpyArray allocate(char kind, unsigned size,
                         llvm::ArrayRef<int64_t> shape) {
  return llvm::cantFail(NpyArray::allocate({kind, size}, shape));
}

/// The low bits of each of `words`.
inline NpyArray makeWords(llvm::ArrayRef<int64_t> shape,
                          const std::vector<uint64_t> &words, unsigned width) {
  NpyArray array = allocate('i', width / 8, shape);
  for (auto [i, word] : llvm::enumerate(words))
    for (unsigned byte = 0; byte != width / 8; ++byte)
      array.getBytes()[i * (width / 8) + byte] = char(word >> 8 * byte);
  return array;
}

inline std::vector<uint64_t> getWords(const void *data, size_t size,
                                      unsigned width) {
  const auto *bytes = static_cast<const unsigned char *>(data);
  std::vector<uint64_t> words(size);
  for (size_t i = 0; i != size; ++i)
    for (unsigned byte = 0; byte != width / 8; ++byte)
      words[i] |= uint64_t(bytes[i * (width / 8) + byte]) << 8 * byte;
  return words;
}

inline std::vector<uint64_t> getWords(const NpyView &view, unsigned width) {
  return getWords(view.data, view.getSizeInBytes() / (width / 8), width);
}

inline NpyArray makeIndex(int64_t value) {
  NpyArray array = allocate('i', 8, {});
  std::memcpy(array.getData(), &value, sizeof(value));
  return array;
}

inline int64_t getIndex(const NpyView &view) {
  int64_t value;
  std::memcpy(&value, view.data, sizeof(value));
  return value;
}

inline NpyArray makeBits(llvm::ArrayRef<int64_t> shape,
                         const std::vector<uint64_t> &bits) {
  NpyArray array = allocate('b', 1, shape);
  for (auto [i, bit] : llvm::enumerate(bits))
    array.getBytes()[i] = char(bit);
  return array;
}

inline NpyArray makeI32s(llvm::ArrayRef<int64_t> shape,
                         const std::vector<int32_t> &values) {
  NpyArray array = allocate('i', 4, shape);
  if (!values.empty())
    std::memcpy(array.getData(), values.data(), values.size() * 4);
  return array;
}

inline std::vector<int32_t> getI32s(const NpyView &view) {
  std::vector<int32_t> values(view.getSizeInBytes() / 4);
  if (!values.empty())
    std::memcpy(values.data(), view.data, values.size() * 4);
  return values;
}

//===----------------------------------------------------------------------===//
// Signs
//===----------------------------------------------------------------------===//

inline int64_t getNumElements(llvm::ArrayRef<int64_t> shape) {
  int64_t size = 1;
  for (int64_t dim : shape)
    size *= dim;
  return size;
}

/// Random +1 and -1, the same in every run.
inline std::vector<int8_t> getSigns(size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<int8_t> signs(size);
  for (int8_t &sign : signs)
    sign = random() >> 16 & 1 ? 1 : -1;
  return signs;
}

/// `signs` in rows of `depth`. There may be none.
inline std::vector<uint64_t>
packSigns(llvm::ArrayRef<int8_t> signs, size_t depth, unsigned width,
          reference::Polarity polarity = reference::Polarity::negative) {
  size_t rows = depth == 0 ? 0 : signs.size() / depth;
  std::vector<uint64_t> words(rows * reference::packedWords(depth, width));
  reference::pack(signs.data(), words.data(), rows, depth, width, polarity);
  return words;
}

/// Adds to `arguments` a packed tensor of `shape` as a function takes it: its
/// words and, with `isDynamic`, the number of elements in a row.
inline void
addPacked(std::vector<NpyArray> &arguments, llvm::ArrayRef<int64_t> shape,
          llvm::ArrayRef<int8_t> signs, unsigned width, bool isDynamic,
          reference::Polarity polarity = reference::Polarity::negative) {
  auto words = llvm::to_vector(shape);
  words.back() = reference::packedWords(shape.back(), width);
  arguments.push_back(
      makeWords(words, packSigns(signs, shape.back(), width, polarity), width));
  if (isDynamic)
    arguments.push_back(makeIndex(shape.back()));
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

inline std::string getName(reference::Polarity polarity) {
  return polarity == reference::Polarity::negative ? "negative" : "nonnegative";
}

/// Returns the type of a tensor of `shape`, whose dimensions are dynamic with
/// `isDynamic`.
inline std::string getTensor(llvm::ArrayRef<int64_t> shape,
                             llvm::StringRef element, bool isDynamic) {
  std::string type = "tensor<";
  for (int64_t size : shape)
    type += (isDynamic ? "?" : std::to_string(size)) + "x";
  return type + element.str() + ">";
}

/// Returns the type of a packed tensor of `shape`.
inline std::string
getPackedTensor(llvm::ArrayRef<int64_t> shape, unsigned width, bool isDynamic,
                reference::Polarity polarity = reference::Polarity::negative) {
  return getTensor(shape,
                   "i1, #quant_bnn.packed<i" + std::to_string(width) + ", " +
                       getName(polarity) + ">",
                   isDynamic);
}

} // namespace quant_bnn::unittests

#endif // QUANT_BNN_UNITTESTS_EXECUTION_PACKEDDATA_H
