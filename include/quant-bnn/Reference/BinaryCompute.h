//===- BinaryCompute.h - Products of signs ----------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The ops of binary compute on elements, which are +1 or -1: nothing is packed
// here.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_REFERENCE_BINARYCOMPUTE_H
#define QUANT_BNN_REFERENCE_BINARYCOMPUTE_H

#include <cstddef>
#include <cstdint>

namespace quant_bnn::reference {

/// acc[m, n] = sum over k of a[m, k] b[n, k], of `rows` and `columns` rows.
void xnorMatmul(const int8_t *a, const int8_t *b, int32_t *acc, size_t rows,
                size_t columns, size_t depth);

/// How windows walk along one dimension of images.
struct WindowWalk {
  int64_t kernel;
  int64_t stride = 1, dilation = 1, low = 0, high = 0;
};

/// The positions of a window along a dimension of `size`.
int64_t getNumPositions(int64_t size, const WindowWalk &walk);

/// Where tap `tap` of the window at `position` is, outside of the image as
/// well.
int64_t getTap(int64_t position, int64_t tap, const WindowWalk &walk);

struct ImageShape {
  int64_t batch, height, width, channels;
};

/// What a convolution sees outside of an image.
enum class PadValue { zero, one, minusOne };

/// `x` is of `shape` (NHWC), `filter` is outputs x kernel x channels of a
/// group, `acc` batch x positions x outputs.
void xnorConv2D(const int8_t *x, const int8_t *filter, int32_t *acc,
                const ImageShape &shape, int64_t outputs, int64_t groups,
                const WindowWalk &vertical, const WindowWalk &horizontal,
                PadValue padValue);

/// The maximum of windows that have a pixel each. `y` is batch x positions x
/// channels.
void xnorMaxPool2D(const int8_t *x, int8_t *y, const ImageShape &shape,
                   const WindowWalk &vertical, const WindowWalk &horizontal);

/// -1 where acc[row, n] < t[n], else +1; the other way round where flip[n].
void threshold(const int32_t *acc, const int32_t *t, const bool *flip,
               int8_t *signs, size_t rows, size_t channels);

} // namespace quant_bnn::reference

#endif // QUANT_BNN_REFERENCE_BINARYCOMPUTE_H
