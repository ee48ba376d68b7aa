//===- Numerics.h - Shared numerics of the reference ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_REFERENCE_NUMERICS_H
#define QUANT_BNN_UNITTESTS_REFERENCE_NUMERICS_H

#include <cfloat>
#include <cmath>
#include <cstdint>
#include <limits>

// Operations on float and double are rounded to float and double only if the
// machine does not evaluate them in a wider type.
static_assert(FLT_EVAL_METHOD == 0, "needs float and double arithmetic");
static_assert(std::numeric_limits<float>::is_iec559 &&
                  std::numeric_limits<double>::is_iec559,
              "needs IEEE 754 arithmetic");

namespace quant_bnn::reference {

/// The wider type in which transcendental functions and sums are evaluated.
template <typename T>
struct WideType;
template <>
struct WideType<float> {
  using type = double;
};
template <>
struct WideType<double> {
  using type = long double;
};
template <typename T>
using Wide = typename WideType<T>::type;

/// Rounds half to even, as nearbyint does in the default rounding mode.
template <typename T>
T roundEven(T x) {
  return std::nearbyint(x);
}

/// Limits x to [low, high]. A NaN x stays NaN.
template <typename T>
T clamp(T x, T low, T high) {
  return x < low ? low : x > high ? high : x;
}

/// Returns 2^bits - 1, the number of steps of an unsigned quantizer of that
/// many bits. Exact in T: the verifiers allow up to 24 bits.
template <typename T>
T unsignedSteps(int64_t bits) {
  return static_cast<T>((int64_t(1) << bits) - 1);
}

/// Returns 2^(bits-1) - 1, the largest level of a signed quantizer, whose range
/// is symmetric.
template <typename T>
T signedSteps(int64_t bits) {
  return unsignedSteps<T>(bits - 1);
}

/// Returns a scale that does not overflow: `s`, limited to `largest` and to the
/// largest number of T. A NaN stays NaN.
template <typename T>
T limitScale(T s, double largest) {
  if (largest >= std::numeric_limits<T>::max())
    largest = std::numeric_limits<T>::max();
  return s > largest ? static_cast<T>(largest) : s;
}

} // namespace quant_bnn::reference

#endif // QUANT_BNN_UNITTESTS_REFERENCE_NUMERICS_H
