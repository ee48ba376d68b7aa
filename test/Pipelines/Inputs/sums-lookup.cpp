//===- sums-lookup.cpp - The order of sums by lookup ----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Computes the sums of sums-lookup.mlir as docs/Semantics.md says, and compares
// their bits with those of compiled code. WORD is the type of a word of bits.
//
//===----------------------------------------------------------------------===//

#include "sums.h"

extern "C" {
void _mlir_ciface_product(MemRef<float, 2> *, MemRef<WORD, 2> *,
                          MemRef<float, 2> *, MemRef<float, 2> *);
void _mlir_ciface_taps(MemRef<float, 2> *, MemRef<WORD, 3> *,
                       MemRef<float, 2> *, MemRef<float, 2> *);
void _mlir_ciface_scaled(MemRef<float, 2> *, MemRef<WORD, 2> *,
                         MemRef<float, 1> *, MemRef<float, 2> *);
}

/// The sum of products with bits: of four terms each, or in order.
class Products {
public:
  Products(float initial, bool hasGroups)
      : total(initial), groupSize(hasGroups ? 4 : 1) {}
  void add(float x, float w) {
    if (groupSize == 1)
      block = std::fma(x, w, block);
    else
      group = inGroup == 0 ? x * w : std::fma(x, w, group);
    if (++inGroup == groupSize)
      finishGroup();
    if (++inBlock == 256)
      finishBlock();
  }
  float get() {
    finishBlock();
    return total;
  }

private:
  void finishGroup() {
    if (groupSize > 1 && inGroup > 0)
      block += group;
    inGroup = 0;
  }
  void finishBlock() {
    finishGroup();
    total += block;
    block = -0.0f;
    inBlock = 0;
  }
  float group = 0, block = -0.0f, total;
  int groupSize, inGroup = 0, inBlock = 0;
};

constexpr int64_t wordBits = 8 * sizeof(WORD);

/// Random bits in rows of words. The bits past the end of a row are random,
/// too.
class Bits {
public:
  Bits(int64_t rows, int64_t columns)
      : rowWords((columns + wordBits - 1) / wordBits), words(rows * rowWords) {
    static uint64_t state = 1;
    for (WORD &word : words) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      word = WORD(state ^ state >> 32);
    }
  }
  bool get(int64_t row, int64_t column) const {
    return words[row * rowWords + column / wordBits] >> column % wordBits & 1;
  }

  int64_t rowWords;
  std::vector<WORD> words;
};

static void checkProduct(int64_t m) {
  const int64_t k = 300, n = 70;
  std::vector<float> a = getRandom(m * k), init = getRandom(m * n), out(m * n);
  Bits w(k, n);
  MemRef<float, 2> lhs(a.data(), {m, k}), start(init.data(), {m, n}),
      result(out.data(), {m, n});
  MemRef<WORD, 2> bits(w.words.data(), {k, w.rowWords});
  _mlir_ciface_product(&lhs, &bits, &start, &result);
  for (int64_t i = 0; i < m * n; ++i) {
    Products sum(init[i], m >= 4);
    for (int64_t l = 0; l < k; ++l)
      sum.add(a[i / n * k + l], w.get(l, i % n) ? -1 : 1);
    compare("product", m, 0, out[i], sum.get());
  }
}

static void checkTaps() {
  const int64_t m = 29, c = 87, n = 40;
  std::vector<float> x = getRandom((m + 2) * c), init = getRandom(m * n),
                     out(m * n);
  Bits w(3 * c, n);
  MemRef<float, 2> in(x.data(), {m + 2, c}), start(init.data(), {m, n}),
      result(out.data(), {m, n});
  MemRef<WORD, 3> bits(w.words.data(), {3, c, w.rowWords});
  _mlir_ciface_taps(&in, &bits, &start, &result);
  for (int64_t i = 0; i < m * n; ++i) {
    Products sum(init[i], true);
    for (int64_t l = 0; l < 3 * c; ++l)
      sum.add(x[(i / n + l / c) * c + l % c], w.get(l, i % n) ? 3.3f : 0.7f);
    compare("taps", c, 0, out[i], sum.get());
  }
}

static void checkScaled() {
  const int64_t m = 37, k = 300, n = 2100;
  std::vector<float> a = getRandom(m * k), b = getRandom(n), out(m * n);
  Bits w(k, n);
  MemRef<float, 2> lhs(a.data(), {m, k}), result(out.data(), {m, n});
  MemRef<float, 1> scale(b.data(), {n});
  MemRef<WORD, 2> bits(w.words.data(), {k, w.rowWords});
  _mlir_ciface_scaled(&lhs, &bits, &scale, &result);
  for (int64_t i = 0; i < m * n; ++i) {
    Products sum(0, true);
    for (int64_t l = 0; l < k; ++l)
      sum.add(a[i / n * k + l], w.get(l, i % n) ? -1 : 1);
    compare("scaled", i, 0, out[i], sum.get() * b[i % n]);
  }
}

int main() {
  for (int64_t m : {0, 1, 3, 4, 5, 41})
    checkProduct(m);
  checkTaps();
  checkScaled();
  std::printf("%d comparisons, %d failures\n", comparisons, failures);
  return failures != 0;
}
