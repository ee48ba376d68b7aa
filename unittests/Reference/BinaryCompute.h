//===- BinaryCompute.h - Binary compute on +1 and -1 ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The ops of binary compute on unpacked elements, which are +1 or -1.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_REFERENCE_BINARYCOMPUTE_H
#define QUANT_BNN_UNITTESTS_REFERENCE_BINARYCOMPUTE_H

#include <cstddef>
#include <cstdint>

namespace quant_bnn::reference {

/// Computes acc[m, n] = sum over k of a[m, k] b[n, k], where `a` has `rows`
/// rows and `b` has `columns` rows, of `depth` elements each.
void xnorMatmul(const int8_t *a, const int8_t *b, int32_t *acc, size_t rows,
                size_t columns, size_t depth);

/// The windows of a convolution along one dimension: the size of a window, its
/// stride and dilation, and the padding before and after the image.
struct WindowWalk {
  int64_t kernel;
  int64_t stride = 1, dilation = 1, low = 0, high = 0;
};

/// Returns the number of positions of a window along a dimension of `size`.
int64_t getNumPositions(int64_t size, const WindowWalk &walk);

/// Returns the index in the image of tap `tap` of the window at `position`. The
/// index may be outside of the image.
int64_t getTap(int64_t position, int64_t tap, const WindowWalk &walk);

struct ImageShape {
  int64_t batch, height, width, channels;
};

/// The value that a convolution reads outside of an image.
enum class PadValue { zero, one, minusOne };

/// Computes a binary convolution. `x` has the shape `shape` (NHWC), `filter` is
/// outputs x kernel x channels of a group, and `acc` is batch x positions x
/// outputs.
void xnorConv2D(const int8_t *x, const int8_t *filter, int32_t *acc,
                const ImageShape &shape, int64_t outputs, int64_t groups,
                const WindowWalk &vertical, const WindowWalk &horizontal,
                PadValue padValue);

/// Computes signs[row, n] = -1 where acc[row, n] < t[n], else +1, or the
/// opposite sign where flip[n] holds.
void threshold(const int32_t *acc, const int32_t *t, const bool *flip,
               int8_t *signs, size_t rows, size_t channels);

} // namespace quant_bnn::reference

#endif // QUANT_BNN_UNITTESTS_REFERENCE_BINARYCOMPUTE_H
