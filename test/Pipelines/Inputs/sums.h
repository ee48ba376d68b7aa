//===- sums.h - Compare sums of compiled code -------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_TEST_PIPELINES_INPUTS_SUMS_H
#define QUANT_BNN_TEST_PIPELINES_INPUTS_SUMS_H

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

template <typename T, int Rank>
struct MemRef {
  T *allocated, *aligned;
  int64_t offset = 0;
  int64_t sizes[Rank], strides[Rank];
  MemRef(T *data, std::array<int64_t, Rank> shape)
      : allocated(data), aligned(data) {
    int64_t stride = 1;
    for (int i = Rank - 1; i >= 0; --i) {
      sizes[i] = shape[i];
      strides[i] = stride;
      stride *= shape[i];
    }
  }
};
template <typename T>
struct MemRef<T, 0> {
  T *allocated, *aligned;
  int64_t offset = 0;
  explicit MemRef(T *data) : allocated(data), aligned(data) {}
};

inline int failures = 0, comparisons = 0;

template <typename T>
inline void compare(const char *name, int64_t size, int offset, T actual,
                    T expected) {
  ++comparisons;
  if (!std::memcmp(&actual, &expected, sizeof(T)))
    return;
  if (++failures < 20)
    std::printf("%s of %ld at %d: %a, but expected %a\n", name, long(size),
                offset, double(actual), double(expected));
}

inline std::vector<float> getRandom(int64_t size) {
  static uint64_t state = 1;
  std::vector<float> values(size);
  for (float &value : values) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    value = std::ldexp(float(int32_t(state >> 32)), int(state >> 28 & 7) - 34);
  }
  return values;
}

/// Memory whose address is `offset` more than a multiple of 64.
class Buffer {
public:
  Buffer(int64_t size, int offset)
      : memory(size * sizeof(float) + 128), size(size) {
    auto address = reinterpret_cast<uintptr_t>(memory.data());
    start = memory.data() + (64 - address % 64) % 64 + offset;
  }
  float *get() { return reinterpret_cast<float *>(start); }
  float *get(const std::vector<float> &values) {
    std::memcpy(start, values.data(), size * sizeof(float));
    return get();
  }

private:
  std::vector<char> memory;
  int64_t size;
  char *start;
};

#endif // QUANT_BNN_TEST_PIPELINES_INPUTS_SUMS_H
