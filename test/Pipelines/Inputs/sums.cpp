//===- sums.cpp - The order of sums, by another implementation ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Computes the sums of sums.mlir as docs/Semantics.md says, and compares their
// bits with those of compiled code, whose results are wherever they may be.
//
//===----------------------------------------------------------------------===//

#include "sums.h"

extern "C" {
void _mlir_ciface_with_store(MemRef<float, 1> *, MemRef<float, 1> *,
                             MemRef<float, 0> *);
void _mlir_ciface_wide(MemRef<float, 1> *, MemRef<double, 0> *);
void _mlir_ciface_rows(MemRef<float, 2> *, MemRef<float, 1> *,
                       MemRef<float, 1> *);
void _mlir_ciface_columns(MemRef<float, 2> *, MemRef<float, 1> *,
                          MemRef<float, 1> *);
void _mlir_ciface_broadcast(MemRef<float, 2> *, MemRef<float, 1> *,
                            MemRef<float, 0> *);
using Product = void(MemRef<float, 2> *, MemRef<float, 2> *, MemRef<float, 2> *,
                     MemRef<float, 2> *);
Product _mlir_ciface_matmul, _mlir_ciface_product, _mlir_ciface_tall,
    _mlir_ciface_transposed;
void _mlir_ciface_taps(MemRef<float, 2> *, MemRef<float, 3> *,
                       MemRef<float, 2> *, MemRef<float, 2> *);
void _mlir_ciface_batched(MemRef<float, 3> *, MemRef<float, 3> *,
                          MemRef<float, 3> *, MemRef<float, 3> *);
void _mlir_ciface_image(MemRef<float, 4> *, MemRef<float, 4> *,
                        MemRef<float, 1> *, MemRef<float, 4> *);
void _mlir_ciface_overlapping(MemRef<float, 2> *, MemRef<float, 3> *,
                              MemRef<float, 2> *, MemRef<float, 2> *);
void _mlir_ciface_around(MemRef<float, 3> *, MemRef<float, 1> *,
                         MemRef<float, 1> *);
}

//===----------------------------------------------------------------------===//
// The order
//===----------------------------------------------------------------------===//

/// A sum that carries its rounding errors.
template <typename T>
struct Compensated {
  T sum, error = T(-0.0);
  void add(T value) {
    T old = sum;
    sum = old + value;
    T added = sum - old;
    error += (old - (sum - added)) + (value - added);
  }
  T get() const { return error < 0 || error > 0 ? sum + error : sum; }
};

/// What is reduced along its last dimension: rows of terms.
template <typename T>
class Reduction {
public:
  explicit Reduction(T initial) : total{initial} { clear(); }
  void addRow(const std::vector<T> &terms) {
    const size_t block = 16384;
    size_t n = terms.size();
    for (size_t i = 0; i < n; ++i) {
      accumulators[i % 64] += terms[i];
      if ((i + 1) % block == 0)
        finishBlock();
    }
    held += n % block;
    if (held >= block)
      finishBlock();
  }
  T get() {
    finishBlock();
    return total.get();
  }

private:
  void clear() {
    accumulators.fill(T(-0.0));
    held = 0;
  }
  void finishBlock() {
    for (int half = 32; half > 0; half /= 2)
      for (int i = 0; i < half; ++i)
        accumulators[i] += accumulators[i + half];
    total.add(accumulators[0]);
    clear();
  }
  std::array<T, 64> accumulators;
  Compensated<T> total;
  size_t held;
};

/// The lanes of a contraction along a reduced dimension.
static float getDot(float initial, const std::vector<float> &x,
                    const std::vector<float> &w) {
  std::array<float, 64> accumulators;
  accumulators.fill(-0.0f);
  for (size_t i = 0; i < x.size(); ++i)
    accumulators[i % 64] = std::fma(x[i], w[i], accumulators[i % 64]);
  for (int half = 32; half > 0; half /= 2)
    for (int i = 0; i < half; ++i)
      accumulators[i] += accumulators[i + half];
  return initial + accumulators[0];
}

/// The sum of products of a contraction whose lanes accumulate.
class Products {
public:
  explicit Products(float initial) : total(initial) {}
  void add(float x, float w) {
    block = std::fma(x, w, block);
    if (++held == 256)
      finishBlock();
  }
  float get() {
    finishBlock();
    return total;
  }

private:
  void finishBlock() {
    total += block;
    block = -0.0f;
    held = 0;
  }
  float block = -0.0f, total;
  int held = 0;
};

/// What lanes accumulate.
template <typename T>
class Chain {
public:
  explicit Chain(T initial) : total{initial} {}
  void add(T term) {
    block += term;
    if (++held == 256)
      finishBlock();
  }
  T get() {
    finishBlock();
    return total.get();
  }

private:
  void finishBlock() {
    total.add(block);
    block = T(-0.0);
    held = 0;
  }
  T block = T(-0.0);
  Compensated<T> total;
  int held = 0;
};

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

static void checkVectors(int64_t n, int offset) {
  std::vector<float> x = getRandom(n);
  Reduction<float> sum(0);
  sum.addRow(x);
  Reduction<double> wide(0);
  wide.addRow(std::vector<double>(x.begin(), x.end()));
  Buffer in(n, (offset * 3) % 64), out(n, offset);
  MemRef<float, 1> inRef(in.get(x), {n}), outRef(out.get(), {n});
  float total;
  double wideTotal;
  MemRef<float, 0> totalRef(&total);
  MemRef<double, 0> wideRef(&wideTotal);
  _mlir_ciface_with_store(&inRef, &outRef, &totalRef);
  compare("with_store", n, offset, total, sum.get());
  _mlir_ciface_wide(&inRef, &wideRef);
  compare("wide", n, offset, wideTotal, wide.get());
}

static void checkMatrices(int64_t m, int64_t n, int offset) {
  std::vector<float> x = getRandom(m * n), init = getRandom(m + n);
  Buffer in(m * n, offset), start(m + n, 0), out(m + n, offset);
  MemRef<float, 2> inRef(in.get(x), {m, n});
  MemRef<float, 1> rowInit(start.get(init), {m}), rowSums(out.get(), {m});
  _mlir_ciface_rows(&inRef, &rowInit, &rowSums);
  for (int64_t i = 0; i < m; ++i) {
    Reduction<float> sum(init[i]);
    sum.addRow({x.begin() + i * n, x.begin() + (i + 1) * n});
    compare("rows", n, offset, out.get()[i], sum.get());
  }
  MemRef<float, 1> columnInit(start.get(), {n}), columnSums(out.get(), {n});
  _mlir_ciface_columns(&inRef, &columnInit, &columnSums);
  for (int64_t j = 0; j < n; ++j) {
    Chain<float> sum(init[j]);
    for (int64_t i = 0; i < m; ++i)
      sum.add(x[i * n + j]);
    compare("columns", m, offset, out.get()[j], sum.get());
  }
}

static void checkAround(int64_t m, int64_t n, int offset) {
  std::vector<float> x = getRandom(m * 3 * n), init = getRandom(3);
  Buffer in(m * 3 * n, offset), start(3, 0), out(3, offset);
  MemRef<float, 3> inRef(in.get(x), {m, 3, n});
  MemRef<float, 1> initRef(start.get(init), {3}), sums(out.get(), {3});
  _mlir_ciface_around(&inRef, &initRef, &sums);
  for (int64_t j = 0; j < 3; ++j) {
    Reduction<float> sum(init[j]);
    for (int64_t i = 0; i < m; ++i) {
      auto row = x.begin() + (i * 3 + j) * n;
      sum.addRow({row, row + n});
    }
    compare("around", m * n, offset, out.get()[j], sum.get());
  }
}

static void checkBroadcast(int64_t m, int64_t n, int offset) {
  std::vector<float> x = getRandom(m * n), b = getRandom(n), terms(m * n);
  for (int64_t i = 0; i < m * n; ++i)
    terms[i] = x[i] * b[i % n];
  Reduction<float> sum(0);
  sum.addRow(terms);
  Buffer in(m * n, offset), factors(n, 0);
  float total;
  MemRef<float, 2> inRef(in.get(x), {m, n});
  MemRef<float, 1> factorRef(factors.get(b), {n});
  MemRef<float, 0> totalRef(&total);
  _mlir_ciface_broadcast(&inRef, &factorRef, &totalRef);
  compare("broadcast", m * n, offset, total, sum.get());
}

static void checkProducts(int64_t m, int64_t n, int64_t k, int offset) {
  std::vector<float> a = getRandom(m * k), b = getRandom(k * n),
                     init = getRandom(m * n), transposed(n * k);
  for (int64_t i = 0; i < k * n; ++i)
    transposed[i % n * k + i / n] = b[i];
  Buffer lhs(m * k, offset), rhs(k * n, 0), start(m * n, 0), out(m * n, offset);
  MemRef<float, 2> lhsRef(lhs.get(a), {m, k}), rhsRef(rhs.get(b), {k, n}),
      initRef(start.get(init), {m, n}), outRef(out.get(), {m, n});
  for (Product *product :
       {_mlir_ciface_matmul, _mlir_ciface_product, _mlir_ciface_tall}) {
    if (product == _mlir_ciface_tall && (m != 263 || n != 40 || k != 300))
      continue;
    product(&lhsRef, &rhsRef, &initRef, &outRef);
    for (int64_t i = 0; i < m * n; ++i) {
      Products sum(init[i]);
      for (int64_t l = 0; l < k; ++l)
        sum.add(a[i / n * k + l], b[l * n + i % n]);
      compare("product", k, offset, out.get()[i], sum.get());
    }
  }
  MemRef<float, 2> transposedRef(rhs.get(transposed), {n, k});
  _mlir_ciface_transposed(&lhsRef, &transposedRef, &initRef, &outRef);
  for (int64_t i = 0; i < m * n; ++i) {
    auto x = a.begin() + i / n * k;
    auto w = transposed.begin() + i % n * k;
    Products sum(init[i]);
    for (int64_t l = 0; l < k; ++l)
      sum.add(x[l], w[l]);
    bool isBlocked = m >= 16 && n >= 8;
    compare("transposed", k, offset, out.get()[i],
            isBlocked ? sum.get() : getDot(init[i], {x, x + k}, {w, w + k}));
  }
}

static void checkTaps(int64_t m, int64_t c, int offset) {
  std::vector<float> x = getRandom((m + 2) * c), w = getRandom(3 * c * 8),
                     init = getRandom(m * 8);
  Buffer in((m + 2) * c, offset), weights(3 * c * 8, 0), start(m * 8, 0),
      out(m * 8, offset);
  MemRef<float, 2> inRef(in.get(x), {m + 2, c}),
      initRef(start.get(init), {m, 8}), outRef(out.get(), {m, 8});
  MemRef<float, 3> weightRef(weights.get(w), {3, c, 8});
  _mlir_ciface_taps(&inRef, &weightRef, &initRef, &outRef);
  for (int64_t i = 0; i < m * 8; ++i) {
    Products sum(init[i]);
    for (int64_t t = 0; t < 3; ++t)
      for (int64_t l = 0; l < c; ++l)
        sum.add(x[(i / 8 + t) * c + l], w[(t * c + l) * 8 + i % 8]);
    compare("taps", c, offset, out.get()[i], sum.get());
  }
}

static void checkBatched(int64_t batch, int64_t m, int64_t n, int64_t k,
                         int offset) {
  std::vector<float> a = getRandom(batch * m * k), b = getRandom(batch * k * n),
                     init = getRandom(batch * m * n);
  Buffer lhs(batch * m * k, offset), rhs(batch * k * n, offset),
      start(batch * m * n, 0), out(batch * m * n, offset);
  MemRef<float, 3> lhsRef(lhs.get(a), {batch, m, k}),
      rhsRef(rhs.get(b), {batch, k, n}),
      initRef(start.get(init), {batch, m, n}), outRef(out.get(), {batch, m, n});
  _mlir_ciface_batched(&lhsRef, &rhsRef, &initRef, &outRef);
  for (int64_t i = 0; i < batch * m * n; ++i) {
    Products sum(init[i]);
    for (int64_t l = 0; l < k; ++l)
      sum.add(a[i / n * k + l], b[(i / (m * n) * k + l) * n + i % n]);
    compare("batched", k, offset, out.get()[i], sum.get());
  }
}

static void checkImage(int offset) {
  const int64_t height = 7, width = 6, channels = 100, filters = 40;
  std::vector<float> x = getRandom(2 * (height + 2) * (width + 2) * channels),
                     w = getRandom(9 * channels * filters),
                     bias = getRandom(filters);
  int64_t size = 2 * height * width * filters;
  Buffer in(x.size(), offset), weights(w.size(), 0), biases(filters, 0),
      out(size, offset);
  MemRef<float, 4> inRef(in.get(x), {2, height + 2, width + 2, channels}),
      weightRef(weights.get(w), {3, 3, channels, filters}),
      outRef(out.get(), {2, height, width, filters});
  MemRef<float, 1> biasRef(biases.get(bias), {filters});
  _mlir_ciface_image(&inRef, &weightRef, &biasRef, &outRef);
  for (int64_t i = 0; i < size; ++i) {
    int64_t f = i % filters, column = i / filters % width,
            row = i / (filters * width) % height,
            n = i / (filters * width * height);
    Products sum(0);
    for (int64_t tap = 0; tap < 9; ++tap)
      for (int64_t c = 0; c < channels; ++c)
        sum.add(x[((n * (height + 2) + row + tap / 3) * (width + 2) + column +
                   tap % 3) *
                      channels +
                  c],
                w[(tap * channels + c) * filters + f]);
    compare("image", i, offset, out.get()[i], sum.get() + bias[f]);
  }
}

static void checkOverlapping(int64_t m, int64_t k, int offset) {
  int64_t rows = 2 * m + 1;
  std::vector<float> y = getRandom(m * k), w = getRandom(3 * k * 40),
                     init = getRandom(rows * 40);
  Buffer in(m * k, offset), weights(3 * k * 40, 0), start(rows * 40, 0),
      out(rows * 40, offset);
  MemRef<float, 2> inRef(in.get(y), {m, k}),
      initRef(start.get(init), {rows, 40}), outRef(out.get(), {rows, 40});
  MemRef<float, 3> weightRef(weights.get(w), {3, k, 40});
  _mlir_ciface_overlapping(&inRef, &weightRef, &initRef, &outRef);
  for (int64_t r = 0; r < rows * 40; ++r) {
    float total = init[r];
    for (int64_t i = 0; i < m; ++i) {
      int64_t tap = r / 40 - 2 * i;
      if (tap < 0 || tap > 2)
        continue;
      Products sum(total);
      for (int64_t f = 0; f < k; ++f)
        sum.add(y[i * k + f], w[(tap * k + f) * 40 + r % 40]);
      total = sum.get();
    }
    compare("overlapping", k, offset, out.get()[r], total);
  }
}

int main() {
  for (int offset : {0, 16, 32, 48}) {
    for (int64_t n :
         {0,   1,    7,    15,    16,    17,    63,    64,    65,    100,
          127, 1000, 4096, 16383, 16384, 16385, 16484, 50000, 65536, 100003})
      checkVectors(n, offset);
    for (int64_t m : {0, 1, 2, 255, 256, 257, 700})
      for (int64_t n : {1, 5, 16, 33, 64, 100, 200})
        checkMatrices(m, n, offset);
    checkMatrices(3, 20000, offset);
    for (int64_t m : {0, 1, 300})
      for (int64_t n : {1, 64, 147})
        checkAround(m, n, offset);
    checkAround(3, 17000, offset);
    for (int64_t n : {1, 7, 100, 129, 5000})
      checkBroadcast(7, n, offset);
    for (int64_t k : {0, 1, 63, 255, 256, 257, 1000})
      checkProducts(3, 37, k, offset);
    for (int64_t c : {0, 1, 85, 86, 100, 128, 256, 300})
      for (int64_t m : {3, 29})
        checkTaps(m, c, offset);
    // By blocks: several tasks, and rows and columns that are left over.
    for (int64_t k : {0, 1, 256, 300, 600})
      checkProducts(277, 70, k, offset);
    checkProducts(263, 40, 300, offset);
    // Around the least rows and columns of a transposed matrix in panels.
    checkProducts(16, 8, 300, offset);
    checkProducts(15, 8, 300, offset);
    checkProducts(16, 7, 300, offset);
    checkBatched(3, 19, 41, 300, offset);
    checkBatched(2, 5, 41, 100, offset);
    checkImage(offset);
    for (int64_t k : {0, 1, 256, 300}) {
      checkOverlapping(3, k, offset);
      checkOverlapping(29, k, offset);
    }
  }
  std::printf("%d comparisons, %d failures\n", comparisons, failures);
  return failures != 0;
}
