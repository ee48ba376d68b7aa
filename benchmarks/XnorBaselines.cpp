//===- XnorBaselines.cpp - Counting differing bits by hand ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In intrinsics, so that nothing here depends on what a compiler makes of a
// vector. Compiled by the clang that compiles the kernels, with the same flags.
//
//===----------------------------------------------------------------------===//

#include "Xnor.h"
#include <algorithm>
#ifdef __x86_64__
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

//===----------------------------------------------------------------------===//
// Registers
//===----------------------------------------------------------------------===//

namespace {
#if defined(__AVX512VPOPCNTDQ__)
typedef __m512i Vector;
constexpr int lanes = 16, rowsPerBlock = 8;
constexpr int64_t maxSteps = INT64_MAX;
Vector zero() { return _mm512_setzero_si512(); }
Vector load(const uint32_t *words) { return _mm512_loadu_si512(words); }
Vector splat(uint32_t word) { return _mm512_set1_epi32(int(word)); }
Vector differ(Vector x, Vector y) { return _mm512_xor_si512(x, y); }
Vector count(Vector sum, Vector bits) {
  return _mm512_add_epi32(sum, _mm512_popcnt_epi32(bits));
}
Vector widen(Vector total, Vector sum) { return _mm512_add_epi32(total, sum); }
void store(int32_t *out, int32_t depth, Vector total) {
  _mm512_storeu_si512(out, _mm512_sub_epi32(splat(uint32_t(depth)),
                                            _mm512_slli_epi32(total, 1)));
}
#elif defined(__AVX2__)
typedef __m256i Vector;
constexpr int lanes = 8, rowsPerBlock = 3;
constexpr int64_t maxSteps = 31;
Vector zero() { return _mm256_setzero_si256(); }
Vector load(const uint32_t *words) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(words));
}
Vector splat(uint32_t word) { return _mm256_set1_epi32(int(word)); }
Vector differ(Vector x, Vector y) { return _mm256_xor_si256(x, y); }
Vector count(Vector sum, Vector bits) {
  const Vector nibbles = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  const Vector mask = _mm256_set1_epi8(15);
  Vector low = _mm256_and_si256(bits, mask);
  Vector high = _mm256_and_si256(_mm256_srli_epi16(bits, 4), mask);
  return _mm256_add_epi8(sum,
                         _mm256_add_epi8(_mm256_shuffle_epi8(nibbles, low),
                                         _mm256_shuffle_epi8(nibbles, high)));
}
Vector widen(Vector total, Vector sum) {
  // Products with 1, of which pairs are added.
  Vector pairs = _mm256_maddubs_epi16(sum, _mm256_set1_epi8(1));
  return _mm256_add_epi32(total,
                          _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
void store(int32_t *out, int32_t depth, Vector total) {
  _mm256_storeu_si256(
      reinterpret_cast<__m256i *>(out),
      _mm256_sub_epi32(splat(uint32_t(depth)), _mm256_slli_epi32(total, 1)));
}
#elif defined(__aarch64__)
typedef uint8x16_t Vector;
constexpr int lanes = 4, rowsPerBlock = 8;
constexpr int64_t maxSteps = 31;
Vector zero() { return vdupq_n_u8(0); }
Vector load(const uint32_t *words) {
  return vreinterpretq_u8_u32(vld1q_u32(words));
}
Vector splat(uint32_t word) { return vreinterpretq_u8_u32(vdupq_n_u32(word)); }
Vector differ(Vector x, Vector y) { return veorq_u8(x, y); }
Vector count(Vector sum, Vector bits) { return vaddq_u8(sum, vcntq_u8(bits)); }
Vector widen(Vector total, Vector sum) {
  return vreinterpretq_u8_u32(
      vpadalq_u16(vreinterpretq_u32_u8(total), vpaddlq_u8(sum)));
}
void store(int32_t *out, int32_t depth, Vector total) {
  uint32x4_t twice = vshlq_n_u32(vreinterpretq_u32_u8(total), 1);
  vst1q_s32(out, vsubq_s32(vdupq_n_s32(depth), vreinterpretq_s32_u32(twice)));
}
#else
#error "there is no baseline for this machine"
#endif

constexpr int vectorsPerBlock = 2;
constexpr int columnsPerPanel = vectorsPerBlock * lanes;

/// Makes the compiler forget what is in a register.
#ifdef __x86_64__
template <typename T>
void forget(T &vector) {
  asm volatile("" : "+v"(vector));
}
#else
template <typename T>
void forget(T &vector) {
  asm volatile("" : "+w"(vector));
}
#endif

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

template <int rows>
void multiplyBlock(const Matrices &matrices, const uint32_t *panel, int64_t row,
                   int64_t column) {
  Vector totals[rows][vectorsPerBlock];
  for (auto &totalsOfRow : totals)
    std::fill_n(totalsOfRow, vectorsPerBlock, zero());
  for (int64_t begin = 0; begin < matrices.words;) {
    int64_t end = begin + std::min(maxSteps, matrices.words - begin);
    Vector sums[rows][vectorsPerBlock];
    for (auto &sumsOfRow : sums)
      std::fill_n(sumsOfRow, vectorsPerBlock, zero());
    for (int64_t k = begin; k < end; ++k) {
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; ++r) {
        Vector word = splat(matrices.a[(row + r) * matrices.words + k]);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectorsPerBlock; ++v)
          sums[r][v] = count(
              sums[r][v],
              differ(word, load(panel + k * columnsPerPanel + v * lanes)));
      }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; ++r)
#pragma clang loop unroll(full)
      for (int v = 0; v < vectorsPerBlock; ++v)
        totals[r][v] = widen(totals[r][v], sums[r][v]);
    begin = end;
  }
  for (int r = 0; r < rows; ++r)
    for (int v = 0; v < vectorsPerBlock; ++v)
      store(matrices.out + (row + r) * matrices.columns + column + v * lanes,
            int32_t(32 * matrices.words), totals[r][v]);
}
} // namespace

void multiplyByHand(const Matrices &matrices, uint32_t *panel) {
  for (int64_t column = 0; column < matrices.columns;
       column += columnsPerPanel) {
    for (int64_t lane = 0; lane < columnsPerPanel; ++lane)
      for (int64_t k = 0; k < matrices.words; ++k)
        panel[k * columnsPerPanel + lane] =
            matrices.b[(column + lane) * matrices.words + k];
    int64_t row = 0;
    for (; row + rowsPerBlock <= matrices.rows; row += rowsPerBlock)
      multiplyBlock<rowsPerBlock>(matrices, panel, row, column);
    for (; row < matrices.rows; ++row)
      multiplyBlock<1>(matrices, panel, row, column);
  }
}

static void readWords(const uint32_t *words, int64_t count) {
  constexpr int vectors = 8;
  Vector any[vectors];
  std::fill_n(any, vectors, zero());
  for (int64_t i = 0; i < count; i += vectors * lanes)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; ++v)
      any[v] = differ(any[v], load(words + i + v * lanes));
  for (Vector &vector : any)
    forget(vector);
}

void readOperands(const Matrices &matrices) {
  readWords(matrices.a, matrices.rows * matrices.words);
  readWords(matrices.b, matrices.columns * matrices.words);
}

//===----------------------------------------------------------------------===//
// Rates of registers
//===----------------------------------------------------------------------===//

void runPeak(double bits) {
  constexpr int counters = 6;
  Vector sums[counters];
  std::fill_n(sums, counters, zero());
  Vector x = zero(), y = zero();
  // Otherwise the xor is known to be x.
  forget(y);
  auto steps = static_cast<int64_t>(bits / (32 * lanes * counters)) + 1;
  for (int64_t i = 0; i < steps; ++i) {
#pragma clang loop unroll(full)
    for (int c = 0; c < counters; ++c) {
      forget(x);
      sums[c] = count(sums[c], differ(x, y));
    }
  }
  for (Vector &sum : sums)
    forget(sum);
}

#ifdef __AVX2__
void runTablePeak(double bits) {
  constexpr int counters = 4;
#ifdef __AVX512BW__
  typedef __m512i Bytes;
  auto lookUp = [](Bytes table, Bytes nibbles) {
    return _mm512_shuffle_epi8(table, nibbles);
  };
  auto add = [](Bytes x, Bytes y) { return _mm512_add_epi8(x, y); };
  auto getHigh = [](Bytes x) {
    return _mm512_and_si512(_mm512_srli_epi16(x, 4), _mm512_set1_epi8(15));
  };
#else
  typedef __m256i Bytes;
  auto lookUp = [](Bytes table, Bytes nibbles) {
    return _mm256_shuffle_epi8(table, nibbles);
  };
  auto add = [](Bytes x, Bytes y) { return _mm256_add_epi8(x, y); };
  auto getHigh = [](Bytes x) {
    return _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(15));
  };
#endif
  // So many counts fit in the half of a byte.
  constexpr int lookups = 3;
  Bytes sums[counters] = {}, high[counters] = {}, table = {}, nibbles = {};
  auto steps =
      static_cast<int64_t>(bits / (8 * lookups * sizeof(Bytes) * counters)) + 1;
  for (int64_t i = 0; i < steps; ++i) {
#pragma clang loop unroll(full)
    for (int c = 0; c < counters; ++c) {
      Bytes both = lookUp(table, nibbles);
#pragma clang loop unroll(full)
      for (int k = 1; k < lookups; ++k) {
        forget(table);
        both = add(both, lookUp(table, nibbles));
      }
      forget(table);
      sums[c] = add(sums[c], both);
      high[c] = add(high[c], getHigh(both));
    }
  }
  for (int c = 0; c < counters; ++c) {
    forget(sums[c]);
    forget(high[c]);
  }
}
#endif
