//===- PactData.h - Data of tests of pact -----------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_HARNESS_PACTDATA_H
#define QUANT_BNN_UNITTESTS_HARNESS_PACTDATA_H

#include "ElementTypes.h"

#include "Reference/UniformQuantizers.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

namespace quant_bnn::unittests {

/// The combinations of attributes of pact.
inline std::vector<reference::PactAttributes>
getPactAttributes(ElementType type) {
  using namespace reference;
  std::vector<PactAttributes> result;
  for (PactMode mode : {PactMode::signed_, PactMode::unsigned_})
    for (PactForm form : {PactForm::level, PactForm::value})
      for (int64_t bits : {int64_t(2), int64_t(8), getMaxBits(type)}) {
        result.push_back({bits, mode, form});
        if (bits != 8)
          continue;
        result.push_back({bits, mode, form});
        result.back().unrounded = true;
        if (form == PactForm::value)
          continue;
        result.push_back({bits, mode, form});
        result.back().gradient = PactGradient::compat;
      }
  result.push_back({1, PactMode::unsigned_, PactForm::value});
  for (PactAttributes &attributes : result)
    attributes.largestScale = getLargest(type);
  return result;
}

/// Returns the attributes as they are written.
inline std::string getText(const reference::PactAttributes &attributes,
                           bool isGradient) {
  using namespace reference;
  std::string text = llvm::formatv(
      "bits = {0} mode = {1} form = {2} grad = {3}", attributes.bits,
      attributes.mode == PactMode::signed_ ? "signed" : "unsigned",
      attributes.form == PactForm::level ? "level" : "value",
      attributes.gradient == PactGradient::full ? "full" : "compat");
  return attributes.unrounded && !isGradient ? text + " unrounded" : text;
}

/// Alphas of every magnitude, and invalid ones.
template <typename T>
std::vector<T> getAlphas(ElementType type) {
  std::vector<T> special = getSpecialValues<T>(type);
  T smallest = special[12], smallestNormal = special[18];
  std::vector<T> alphas = {T(2.2), T(1), T(0.5), T(10), T(1e-3),
                           // 1 / alpha^2 overflows.
                           T(type == ElementType::f64 ? 1e-200 : 1e-30),
                           // The scale and 1 / alpha do.
                           2 * smallestNormal, 3 * smallest, T(0), T(-1),
                           std::numeric_limits<T>::quiet_NaN(),
                           std::numeric_limits<T>::infinity()};
  for (T &alpha : alphas)
    alpha = roundTo<T>(type, alpha);
  return alphas;
}

/// A deviation of random values, some within the range to alpha and some not.
template <typename T>
double getDeviation(T alpha) {
  return std::isfinite(alpha) && alpha > 0 ? alpha : 1;
}

/// Values for a range to alpha: its ends and ties and their neighbours, and
/// values within and without.
template <typename T>
std::vector<T> getPactValues(ElementType type, T alpha) {
  std::vector<double> breakpoints = {double(alpha)};
  for (int i = 0; i < 128; ++i) {
    breakpoints.push_back(alpha * (2 * i + 1) / 254);
    breakpoints.push_back(alpha * (2 * i + 1) / 510);
  }
  std::vector<T> values = getNeighbourhoods<T>(type, breakpoints);
  auto append = [&](const std::vector<T> &more) {
    values.insert(values.end(), more.begin(), more.end());
  };
  append(getSpecialValues<T>(type));
  append(getRandomPatterns<T>(type, 3000, 5));
  append(getNormalValues<T>(type, 3000, 6, getDeviation(alpha)));
  // Fits shapes with an inner dimension of 3.
  values.resize(values.size() / 3 * 3);
  return values;
}

} // namespace quant_bnn::unittests

#endif // QUANT_BNN_UNITTESTS_HARNESS_PACTDATA_H
