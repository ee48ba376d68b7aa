//===- Packing.cpp - One bit per element ----------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference/Packing.h"

#include <algorithm>
#include <type_traits>

namespace quant_bnn::reference {

size_t packedWords(size_t depth, unsigned wordBits) {
  return depth / wordBits + (depth % wordBits != 0);
}

template <typename T>
static bool toBit(T x, Polarity polarity) {
  if constexpr (std::is_same_v<T, bool>)
    return x;
  else
    return (x < 0) == (polarity == Polarity::negative);
}

template <typename T>
static T fromBit(bool bit, Polarity polarity) {
  return bit == (polarity == Polarity::negative) ? T(-1) : T(1);
}

template <typename T>
void pack(const T *x, uint64_t *words, size_t rows, size_t depth,
          unsigned wordBits, Polarity polarity) {
  size_t wordsPerRow = packedWords(depth, wordBits);
  std::fill_n(words, rows * wordsPerRow, uint64_t(0));
  for (size_t row = 0; row != rows; ++row)
    for (size_t k = 0; k != depth; ++k)
      words[row * wordsPerRow + k / wordBits] |=
          uint64_t(toBit(x[row * depth + k], polarity)) << k % wordBits;
}

template <typename T>
void unpack(const uint64_t *words, T *x, size_t rows, size_t depth,
            unsigned wordBits, Polarity polarity) {
  size_t wordsPerRow = packedWords(depth, wordBits);
  for (size_t row = 0; row != rows; ++row)
    for (size_t k = 0; k != depth; ++k) {
      uint64_t word = words[row * wordsPerRow + k / wordBits];
      x[row * depth + k] = fromBit<T>(word >> k % wordBits & 1, polarity);
    }
}

template void pack(const bool *, uint64_t *, size_t, size_t, unsigned,
                   Polarity);
template void pack(const int8_t *, uint64_t *, size_t, size_t, unsigned,
                   Polarity);
template void pack(const float *, uint64_t *, size_t, size_t, unsigned,
                   Polarity);
template void pack(const double *, uint64_t *, size_t, size_t, unsigned,
                   Polarity);
template void unpack(const uint64_t *, float *, size_t, size_t, unsigned,
                     Polarity);
template void unpack(const uint64_t *, double *, size_t, size_t, unsigned,
                     Polarity);

} // namespace quant_bnn::reference
