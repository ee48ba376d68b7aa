//===- Agreement.cpp - When a result agrees with the reference ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference/Agreement.h"

#include "Reference/Numerics.h"

#include <algorithm>

namespace quant_bnn::reference {

template <typename T>
bool equal(T a, T b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

/// Whether `actual` is a rounded value within `bound` of `expected`.
template <typename T>
static bool isNear(T actual, Wide<T> expected, Wide<T> bound,
                   T (*roundToResult)(T)) {
  if (!roundToResult)
    return std::abs(actual - expected) <= bound;
  return actual >= roundToResult(static_cast<T>(expected - bound)) &&
         actual <= roundToResult(static_cast<T>(expected + bound));
}

/// Compares results if g or the gradient is infinite or NaN.
template <typename T>
static bool isAsInfinite(T actual, T expected, T g) {
  return equal(actual, expected) ||
         (!std::isfinite(g) && !std::isfinite(expected) &&
          !std::isfinite(actual));
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
bool weightDoReFaGradAgrees(T actual, T expected, T g, T m,
                            T (*roundToResult)(T)) {
  if (!std::isfinite(expected) || !std::isfinite(g))
    return isAsInfinite(actual, expected, g);
  if (m == 0)
    return actual == 0;
  constexpr T tiny = std::numeric_limits<T>::denorm_min();
  Wide<T> bound = weightDoReFaGradError * std::numeric_limits<T>::epsilon() *
                      std::abs(Wide<T>(g) / m) +
                  tiny;
  return isNear<T>(actual, expected, bound, roundToResult);
}

template <typename T>
bool swishSignGradAgrees(T actual, T expected, T g, double beta,
                         T (*roundToResult)(T)) {
  if (!std::isfinite(expected) || !std::isfinite(g))
    return isAsInfinite(actual, expected, g);
  // The smallest number covers a bound that underflows.
  constexpr T tiny = std::numeric_limits<T>::denorm_min();
  Wide<T> bound = swishSignGradError * std::numeric_limits<T>::epsilon() *
                      std::abs(Wide<T>(beta) * g) +
                  tiny;
  return isNear<T>(actual, expected, bound, roundToResult);
}

template <typename T>
bool sumAgrees(T actual, Sum<T> expected, double factor,
               T (*roundToResult)(T)) {
  if (!std::isfinite(expected.absoluteTerms))
    return !std::isfinite(actual) || std::isfinite(expected.value);
  // A few of the smallest numbers cover terms that underflow.
  constexpr T tiny = std::numeric_limits<T>::denorm_min();
  Wide<T> bound = factor * Wide<T>(std::numeric_limits<T>::epsilon()) *
                      expected.absoluteTerms +
                  8 * Wide<T>(tiny);
  return isNear<T>(actual, expected.value, bound, roundToResult);
}

template bool equal(float, float);
template bool equal(double, double);
template bool weightDoReFaAgrees(float, double, int64_t, float (*)(float));
template bool weightDoReFaAgrees(double, double, int64_t, double (*)(double));
template bool weightDoReFaGradAgrees(float, float, float, float,
                                     float (*)(float));
template bool weightDoReFaGradAgrees(double, double, double, double,
                                     double (*)(double));
template bool swishSignGradAgrees(float, float, float, double,
                                  float (*)(float));
template bool swishSignGradAgrees(double, double, double, double,
                                  double (*)(double));
template bool sumAgrees(float, Sum<float>, double, float (*)(float));
template bool sumAgrees(double, Sum<double>, double, double (*)(double));

} // namespace quant_bnn::reference
