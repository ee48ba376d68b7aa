//===- ElementwiseData.h - Operands of elementwise tests --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_HARNESS_ELEMENTWISEDATA_H
#define QUANT_BNN_UNITTESTS_HARNESS_ELEMENTWISEDATA_H

#include "ElementwiseOps.h"

namespace quant_bnn::unittests {

/// The operands of a call, as values and as arrays.
template <typename T>
struct Operands {
  Operands(ElementType type, std::vector<T> x)
      : values{std::move(x)},
        arrays(makeArguments(makeArray<T>(type, values[0]))) {}
  /// As many operands as the op has, with the shape `shape`.
  Operands(ElementType type, const ElementwiseOp &op,
           llvm::ArrayRef<int64_t> shape, const std::vector<T> &x,
           const std::vector<T> &y) {
    values.push_back(x);
    if (op.numOperands == 2)
      values.push_back(y);
    for (const std::vector<T> &value : values)
      arrays.push_back(makeArray<T>(type, shape, value));
  }
  Operands(ElementType type, std::pair<std::vector<T>, std::vector<T>> pairs)
      : values{std::move(pairs.first), std::move(pairs.second)},
        arrays(makeArguments(makeArray<T>(type, values[0]),
                             makeArray<T>(type, values[1]))) {}

  std::vector<std::vector<T>> values;
  std::vector<NpyArray> arrays;
};

/// The values of %0 at which the op is checked, beside those of its type.
template <typename T>
std::vector<T> getDirectedValues(const ElementwiseOp &op, ElementType type) {
  std::vector<T> values = getSpecialValues<T>(type);
  auto append = [&](const std::vector<T> &more) {
    values.insert(values.end(), more.begin(), more.end());
  };
  append(getNeighbourhoods<T>(type, op.breakpoints));
  return values;
}

template <typename T>
std::vector<T> getRandomValues(ElementType type, unsigned seed) {
  std::vector<T> values = getNormalValues<T>(type, 10000, seed);
  std::vector<T> patterns = getRandomPatterns<T>(type, 10000, seed);
  values.insert(values.end(), patterns.begin(), patterns.end());
  return values;
}

/// Pairs each of `first` with each of `second`.
template <typename T>
std::pair<std::vector<T>, std::vector<T>>
getProduct(const std::vector<T> &first, const std::vector<T> &second) {
  std::pair<std::vector<T>, std::vector<T>> product;
  for (T y : second)
    for (T x : first) {
      product.first.push_back(x);
      product.second.push_back(y);
    }
  return product;
}

/// What every op of one or of two operands is called with.
template <typename T>
struct CommonOperands {
  std::vector<Operands<T>> one, two;

  explicit CommonOperands(ElementType type) {
    std::vector<T> cotangents = getCotangents<T>(type);
    if constexpr (std::is_same_v<T, float>) {
      if (isNarrow(type)) {
        std::vector<float> all = getAllValues(type);
        two.emplace_back(type, getProduct(all, cotangents));
        one.emplace_back(type, std::move(all));
        one.back().arrays = makeArguments(makeAllPatterns(type));
        return;
      }
    }
    one.emplace_back(type, getRandomValues<T>(type, 1));
    two.emplace_back(type, getProduct(getRandomValues<T>(type, 1), cotangents));
    two.emplace_back(type, std::pair(getRandomValues<T>(type, 2),
                                     getRandomValues<T>(type, 3)));
  }
};

/// What `op` in particular is called with.
template <typename T>
std::optional<Operands<T>> getDirectedOperands(const ElementwiseOp &op,
                                               ElementType type) {
  if constexpr (std::is_same_v<T, float>) {
    if (isNarrow(type)) {
      if (op.numOperands == 1 || op.breakpoints.empty())
        return std::nullopt;
      auto [g, x] = getProduct(getAllValues(type),
                               getNeighbourhoods<float>(type, op.breakpoints));
      return Operands<T>(type, std::pair(std::move(x), std::move(g)));
    }
  }
  std::vector<T> directed = getDirectedValues<T>(op, type);
  if (op.numOperands == 1)
    return Operands<T>(type, std::move(directed));
  std::vector<T> second = getSpecialValues<T>(type);
  std::vector<T> cotangents = getCotangents<T>(type);
  second.insert(second.end(), cotangents.begin(), cotangents.end());
  return Operands<T>(type, getProduct(directed, second));
}

} // namespace quant_bnn::unittests

#endif // QUANT_BNN_UNITTESTS_HARNESS_ELEMENTWISEDATA_H
