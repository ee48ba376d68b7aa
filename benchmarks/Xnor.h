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

/// Elements of a panel for each word of a row.
constexpr int64_t wordsPerPanelRow = 32;

/// Multiplies as well as one can by hand with an exclusive or, a count of bits
/// and an addition. `columns` is a multiple of 32, and so many rows of a panel
/// as a row has words are in `panel`.
void multiplyByHand(const Matrices &matrices, uint32_t *panel);

/// Reads both operands, of which each has a multiple of 128 words.
void readOperands(const Matrices &matrices);

/// Does what multiplyByHand does with about as many bits as given that are in
/// registers: a peak.
void runPeak(double bits);

/// Counts about as many bits as given by tables for two rows, in registers.
#ifdef __x86_64__
#define QUANT_BNN_HAS_TABLE_PEAK
void runTablePeak(double bits);
#endif

#endif // QUANT_BNN_BENCHMARKS_XNOR_H
