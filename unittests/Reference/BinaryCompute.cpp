//===- BinaryCompute.cpp - Binary compute on +1 and -1 --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference/BinaryCompute.h"

namespace quant_bnn::reference {

void xnorMatmul(const int8_t *a, const int8_t *b, int32_t *acc, size_t rows,
                size_t columns, size_t depth) {
  for (size_t m = 0; m != rows; ++m)
    for (size_t n = 0; n != columns; ++n) {
      int32_t sum = 0;
      for (size_t k = 0; k != depth; ++k)
        sum += a[m * depth + k] * b[n * depth + k];
      acc[m * columns + n] = sum;
    }
}

//===----------------------------------------------------------------------===//
// Images
//===----------------------------------------------------------------------===//

int64_t getNumPositions(int64_t size, const WindowWalk &walk) {
  int64_t padded = size + walk.low + walk.high;
  int64_t extent = walk.dilation * (walk.kernel - 1) + 1;
  int64_t count = 0;
  while (count * walk.stride + extent <= padded)
    ++count;
  return count;
}

int64_t getTap(int64_t position, int64_t tap, const WindowWalk &walk) {
  return position * walk.stride + tap * walk.dilation - walk.low;
}

static bool isInside(const ImageShape &shape, int64_t row, int64_t column) {
  return row >= 0 && row < shape.height && column >= 0 && column < shape.width;
}

/// Returns the offset of the first channel of a pixel.
static int64_t getPixel(const ImageShape &shape, int64_t image, int64_t row,
                        int64_t column) {
  return ((image * shape.height + row) * shape.width + column) * shape.channels;
}

static int32_t getPadding(PadValue value) {
  if (value == PadValue::zero)
    return 0;
  return value == PadValue::one ? 1 : -1;
}

void xnorConv2D(const int8_t *x, const int8_t *filter, int32_t *acc,
                const ImageShape &shape, int64_t outputs, int64_t groups,
                const WindowWalk &vertical, const WindowWalk &horizontal,
                PadValue padValue) {
  int64_t depth = shape.channels / groups;
  int64_t rows = getNumPositions(shape.height, vertical);
  int64_t columns = getNumPositions(shape.width, horizontal);
  for (int64_t n = 0; n < shape.batch; ++n)
    for (int64_t h = 0; h < rows; ++h)
      for (int64_t w = 0; w < columns; ++w)
        for (int64_t o = 0; o < outputs; ++o) {
          int64_t firstChannel = o / (outputs / groups) * depth;
          int32_t sum = 0;
          for (int64_t i = 0; i < vertical.kernel; ++i)
            for (int64_t j = 0; j < horizontal.kernel; ++j)
              for (int64_t c = 0; c < depth; ++c) {
                int64_t row = getTap(h, i, vertical);
                int64_t column = getTap(w, j, horizontal);
                int32_t element =
                    isInside(shape, row, column)
                        ? x[getPixel(shape, n, row, column) + firstChannel + c]
                        : getPadding(padValue);
                int64_t tap = (o * vertical.kernel + i) * horizontal.kernel + j;
                sum += element * filter[tap * depth + c];
              }
          *acc++ = sum;
        }
}

//===----------------------------------------------------------------------===//
// Thresholds
//===----------------------------------------------------------------------===//

void threshold(const int32_t *acc, const int32_t *t, const bool *flip,
               int8_t *signs, size_t rows, size_t channels) {
  for (size_t row = 0; row != rows; ++row)
    for (size_t n = 0; n != channels; ++n) {
      bool isNegative = (acc[row * channels + n] < t[n]) != flip[n];
      signs[row * channels + n] = isNegative ? -1 : 1;
    }
}

} // namespace quant_bnn::reference
