//===- Packing.h - One bit per element --------------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_REFERENCE_PACKING_H
#define QUANT_BNN_UNITTESTS_REFERENCE_PACKING_H

#include <cstddef>
#include <cstdint>

namespace quant_bnn::reference {

/// The elements that have a bit of 1: elements below 0, or all other elements,
/// which include both zeros and NaN.
enum class Polarity { negative, nonnegative };

/// Returns the number of words that hold a row of `depth` bits: ceil(depth /
/// wordBits).
size_t packedWords(size_t depth, unsigned wordBits);

/// Packs each of `rows` rows of `depth` elements into words of `wordBits` bits,
/// at most 64. Each word is in the low bits of an element of `words`, the least
/// significant bit comes first, and the bits past the end of a row are 0. The
/// bit of a bool is its value, for either polarity.
template <typename T>
void pack(const T *x, uint64_t *words, size_t rows, size_t depth,
          unsigned wordBits, Polarity polarity);

/// Unpacks words of `pack` to -1 and +1. Bits past the end of a row are not
/// read.
template <typename T>
void unpack(const uint64_t *words, T *x, size_t rows, size_t depth,
            unsigned wordBits, Polarity polarity);

} // namespace quant_bnn::reference

#endif // QUANT_BNN_UNITTESTS_REFERENCE_PACKING_H
