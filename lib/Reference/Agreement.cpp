//===- Agreement.cpp - When a result agrees -------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Reference/Agreement.h"

#include "Numerics.h"

#include <algorithm>

namespace quant_bnn::reference {

template <typename T>
bool equal(T a, T b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

template <typename T>
bool weightDoReFaAgrees(T actual, double preRounding, int64_t bits,
                        T (*roundToResult)(T)) {
  if (std::isnan(preRounding))
    return std::isnan(actual);
  T steps = unsignedSteps<T>(bits);
  double slack = 0.5 + weightDoReFaPreRoundingError *
                           std::numeric_limits<T>::epsilon() * double(steps);
  double first = std::max(0.0, std::ceil(preRounding - slack));
  double last = std::min(double(steps), std::floor(preRounding + slack));
  for (double level = first; level <= last; ++level) {
    T value = 2 * (static_cast<T>(level) / steps) - 1;
    if (equal(actual, roundToResult ? roundToResult(value) : value))
      return true;
  }
  return false;
}

template <typename T>
bool swishSignGradAgrees(T actual, T expected, T g, double beta,
                         double epsilon) {
  if (!std::isfinite(expected) || !std::isfinite(g))
    return equal(actual, expected) ||
           (!std::isfinite(g) && !std::isfinite(expected) &&
            !std::isfinite(actual));
  // The smallest number covers a bound that underflows.
  double bound = swishSignGradError * epsilon * std::abs(beta * g) +
                 std::numeric_limits<T>::denorm_min();
  return std::abs(double(actual) - double(expected)) <= bound;
}

template <typename T>
bool sumAgrees(T actual, Sum<T> expected, double factor, double epsilon) {
  if (!std::isfinite(expected.absoluteTerms))
    return !std::isfinite(actual);
  return std::abs(Wide<T>(actual) - Wide<T>(expected.value)) <=
         factor * epsilon * expected.absoluteTerms;
}

template bool equal(float, float);
template bool equal(double, double);
template bool weightDoReFaAgrees(float, double, int64_t, float (*)(float));
template bool weightDoReFaAgrees(double, double, int64_t, double (*)(double));
template bool swishSignGradAgrees(float, float, float, double, double);
template bool swishSignGradAgrees(double, double, double, double, double);
template bool sumAgrees(float, Sum<float>, double, double);
template bool sumAgrees(double, Sum<double>, double, double);

} // namespace quant_bnn::reference
