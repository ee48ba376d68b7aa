//===- Packing.h - One bit an element ---------------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_REFERENCE_PACKING_H
#define QUANT_BNN_REFERENCE_PACKING_H

#include <cstddef>
#include <cstdint>

namespace quant_bnn::reference {

/// Which elements have a bit of 1: those below 0, or all others. Both zeros and
/// a NaN are among the others.
enum class Polarity { negative, nonnegative };

/// The words that hold a row of `depth` bits: ceil(depth / wordBits).
size_t packedWords(size_t depth, unsigned wordBits);

/// Packs each of `rows` rows of `depth` elements into words of `wordBits` bits,
/// 64 at most, each in the low bits of one of `words`: the least significant
/// bit first, the bits past the end of a row 0. A bool is its bit, whatever the
/// polarity.
template <typename T>
void pack(const T *x, uint64_t *words, size_t rows, size_t depth,
          unsigned wordBits, Polarity polarity);

/// The inverse: -1 and +1, or the bit of a bool. Bits past the end of a row are
/// not read.
template <typename T>
void unpack(const uint64_t *words, T *x, size_t rows, size_t depth,
            unsigned wordBits, Polarity polarity);

} // namespace quant_bnn::reference

#endif // QUANT_BNN_REFERENCE_PACKING_H
