//===- Random.h - Random choices ------------------------------ -*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_FUZZ_RANDOM_H
#define QUANT_BNN_UNITTESTS_FUZZ_RANDOM_H

#include "llvm/ADT/ArrayRef.h"

#include <random>

namespace quant_bnn::fuzz {

/// Random choices that depend only on the seed, on every machine.
class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}

  uint64_t bits() { return engine(); }
  unsigned below(unsigned n) { return engine() % n; }
  bool oneIn(unsigned n) { return below(n) == 0; }
  /// Returns a number that is uniform in [low, high).
  double between(double low, double high) {
    return low + (high - low) * double(engine() >> 11) * 0x1p-53;
  }

  template <typename Range>
  auto &pick(Range &&range) {
    return range[below(std::size(range))];
  }
  template <typename T>
  T pick(std::initializer_list<T> list) {
    return list.begin()[below(list.size())];
  }

private:
  std::mt19937_64 engine;
};

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_RANDOM_H
