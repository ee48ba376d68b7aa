//===- Binarizers.cpp - Binarizers and their gradients --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference/Binarizers.h"

#include "Reference/Numerics.h"

#include <algorithm>

namespace quant_bnn::reference {

template <typename T>
T sign(T x, NanPolicy nan, ZeroPolicy zero) {
  if (std::isnan(x)) {
    switch (nan) {
    case NanPolicy::positive:
      return T(1);
    case NanPolicy::negative:
      return T(-1);
    case NanPolicy::propagate:
      return x;
    case NanPolicy::zero:
      return T(0);
    }
  }
  if (x == 0) {
    switch (zero) {
    case ZeroPolicy::positive:
      return T(1);
    case ZeroPolicy::negative:
      return T(-1);
    case ZeroPolicy::zero:
      return T(0);
    }
  }
  return x < 0 ? T(-1) : T(1);
}

template <typename T>
T heaviside(T x, double low) {
  return x > 0 ? T(1) : static_cast<T>(low);
}

template <typename T>
T approxSignGrad(T x, T g) {
  T magnitude = std::abs(x);
  return magnitude <= 1 ? (2 - 2 * magnitude) * g : T(0);
}

template <typename T>
T swishSignGrad(T x, T g, double beta) {
  T roundedBeta = static_cast<T>(beta);
  T roundedZ = roundedBeta * x;
  if (std::isinf(roundedZ))
    return T(0);

  // With e = exp(-abs z), tanh(z/2) = (1-e)/(1+e) up to the sign of z and
  // 1 / (1 + cosh z) = 2e / (1+e)^2: nothing overflows, nothing cancels.
  Wide<T> b = roundedBeta;
  Wide<T> z = std::abs(b * x);
  Wide<T> e = std::exp(-z);
  Wide<T> factor =
      b * (2 - z * (1 - e) / (1 + e)) * (2 * e / ((1 + e) * (1 + e)));
  return static_cast<T>(g * factor);
}

template <typename T>
T edeGrad(T x, T g, double t) {
  T roundedT = static_cast<T>(t);
  if (std::isinf(roundedT * x))
    return T(0);
  Wide<T> e = std::exp(-2 * std::abs(Wide<T>(roundedT) * x));
  Wide<T> scale = std::max(T(1), roundedT);
  return static_cast<T>(g * (scale * 4 * e / ((1 + e) * (1 + e))));
}

template float sign(float, NanPolicy, ZeroPolicy);
template double sign(double, NanPolicy, ZeroPolicy);
template float heaviside(float, double);
template double heaviside(double, double);
template float approxSignGrad(float, float);
template double approxSignGrad(double, double);
template float swishSignGrad(float, float, double);
template double swishSignGrad(double, double, double);
template float edeGrad(float, float, double);
template double edeGrad(double, double, double);

} // namespace quant_bnn::reference
