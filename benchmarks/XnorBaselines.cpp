//===- XnorBaselines.cpp - Counting differing bits by hand ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiled by the clang that compiles the kernels, with the same flags.
//
//===----------------------------------------------------------------------===//

#include "Xnor.h"
#include <algorithm>

namespace {
#ifdef __AVX512VPOPCNTDQ__
constexpr int bytes = 64;
#else
constexpr int bytes = 32;
#endif
typedef uint32_t Words __attribute__((ext_vector_type(bytes / 4)));
typedef uint16_t Halves __attribute__((ext_vector_type(bytes / 2)));
typedef uint8_t Bytes __attribute__((ext_vector_type(bytes)));

constexpr int lanes = bytes / 4;
constexpr int rowsPerBlock = 3;
constexpr int vectorsPerBlock = 16 / lanes;

/// Counts in words where there is an instruction for that, else in bytes.
#ifdef __AVX512VPOPCNTDQ__
typedef Words Counter;
constexpr int64_t maxSteps = INT64_MAX;
Counter count(Words words) { return __builtin_elementwise_popcount(words); }
Words widen(Counter counter) { return counter; }
#else
typedef Bytes Counter;
constexpr int64_t maxSteps = 31;
Counter count(Words words) {
  return __builtin_elementwise_popcount(__builtin_bit_cast(Bytes, words));
}
Words widen(Counter counter) {
  Halves halves = __builtin_bit_cast(Halves, counter);
  halves = (halves & uint16_t(255)) + (halves >> 8);
  Words words = __builtin_bit_cast(Words, halves);
  return (words & 65535u) + (words >> 16);
}
#endif

template <int rows>
void multiplyBlock(const Matrices &matrices, const uint32_t *panel, int64_t row,
                   int64_t column) {
  Words totals[rows][vectorsPerBlock] = {};
  for (int64_t begin = 0; begin < matrices.words;) {
    int64_t end = begin + std::min(maxSteps, matrices.words - begin);
    Counter counters[rows][vectorsPerBlock] = {};
    for (int64_t k = begin; k < end; ++k) {
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; ++r) {
        Words word = matrices.a[(row + r) * matrices.words + k];
#pragma clang loop unroll(full)
        for (int v = 0; v < vectorsPerBlock; ++v)
          counters[r][v] += count(word ^ *reinterpret_cast<const Words *>(
                                             panel + k * 16 + v * lanes));
      }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; ++r)
#pragma clang loop unroll(full)
      for (int v = 0; v < vectorsPerBlock; ++v)
        totals[r][v] += widen(counters[r][v]);
    begin = end;
  }
  auto depth = static_cast<uint32_t>(32 * matrices.words);
  for (int r = 0; r < rows; ++r)
    for (int v = 0; v < vectorsPerBlock; ++v)
      *reinterpret_cast<Words *>(matrices.out + (row + r) * matrices.columns +
                                 column + v * lanes) = depth - 2 * totals[r][v];
}
} // namespace

void multiplyByHand(const Matrices &matrices, uint32_t *panel) {
  for (int64_t column = 0; column < matrices.columns; column += 16) {
    for (int64_t lane = 0; lane < 16; ++lane)
      for (int64_t k = 0; k < matrices.words; ++k)
        panel[k * 16 + lane] = matrices.b[(column + lane) * matrices.words + k];
    int64_t row = 0;
    for (; row + rowsPerBlock <= matrices.rows; row += rowsPerBlock)
      multiplyBlock<rowsPerBlock>(matrices, panel, row, column);
    for (; row < matrices.rows; ++row)
      multiplyBlock<1>(matrices, panel, row, column);
  }
}

double runPeak(double bits) {
  constexpr int counters = 6;
  Counter sums[counters] = {};
  Words x = {}, y = {};
  auto steps = static_cast<int64_t>(bits / (8 * bytes * counters)) + 1;
  for (int64_t i = 0; i < steps; ++i) {
#pragma clang loop unroll(full)
    for (int c = 0; c < counters; ++c) {
      Words differing = x ^ y;
      // Computed anew each time.
      asm volatile("" : "+v"(differing), "+v"(x));
      sums[c] += count(differing);
    }
  }
  for (Counter &sum : sums)
    asm volatile("" ::"v"(sum));
  return double(steps) * 8 * bytes * counters;
}
