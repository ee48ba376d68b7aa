//===- Xnor.h - Binary matrix products that are measured --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_BENCHMARKS_XNOR_H
#define QUANT_BNN_BENCHMARKS_XNOR_H

#include <cstdint>

/// The sizes of Xnor.mlir.in: QUANT_BNN_MATMUL(NAME, ROWS, COLUMNS, DEPTH).
#define QUANT_BNN_MATMULS(QUANT_BNN_MATMUL)                                    \
  QUANT_BNN_MATMUL(1024, 1024, 1024, 1024)                                     \
  QUANT_BNN_MATMUL(4096, 4096, 4096, 4096)                                     \
  QUANT_BNN_MATMUL(1_row, 1, 4096, 4096)                                       \
  QUANT_BNN_MATMUL(4_rows, 4, 4096, 4096)                                      \
  QUANT_BNN_MATMUL(16_rows, 16, 4096, 4096)

/// Those of XnorConv.mlir.in: QUANT_BNN_CONV(SIZE, CHANNELS).
#define QUANT_BNN_CONVS(QUANT_BNN_CONV)                                        \
  QUANT_BNN_CONV(56, 64)                                                       \
  QUANT_BNN_CONV(28, 128)                                                      \
  QUANT_BNN_CONV(14, 256)                                                      \
  QUANT_BNN_CONV(7, 512)

/// Matrices of packed signs, in rows, and of their products.
struct Matrices {
  const uint32_t *a;
  const uint32_t *b;
  int32_t *out;
  int64_t rows, columns;
  /// Words of a row.
  int64_t words;
};

/// Multiplies as well as one can by hand. `columns` is a multiple of 16, and
/// `panel` has 16 elements for each word of a row.
void multiplyByHand(const Matrices &matrices, uint32_t *panel);

/// Compares and counts about as many bits as given, of what is in registers,
/// and returns how many.
double runPeak(double bits);

#endif // QUANT_BNN_BENCHMARKS_XNOR_H
