//===- UniformQuantizers.cpp - Uniform quantizers and gradients -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference/UniformQuantizers.h"

#include "Reference/Numerics.h"

#include <algorithm>

namespace quant_bnn::reference {

template <typename T>
T maxAbs(const T *x, size_t n) {
  T result = 0;
  for (size_t i = 0; i != n; ++i) {
    if (std::isnan(x[i]))
      return x[i];
    result = std::max(result, std::abs(x[i]));
  }
  return result;
}

template <typename T>
T inputDoReFa(T x, int64_t bits) {
  T steps = unsignedSteps<T>(bits);
  return roundEven(clamp(x, T(0), T(1)) * steps) / steps;
}

template <typename T>
T inputDoReFaWindowGrad(T x, T g) {
  return x >= 0 && x <= 1 ? g : T(0);
}

/// Returns tanh x, evaluated in the wider type and rounded to T. tanh and its
/// correct rounding are monotonic, but the tanh of a library need not be. The
/// tanh of the wider type is monotonic down to the last bit of T.
template <typename T>
static T roundedTanh(T x) {
  return static_cast<T>(std::tanh(Wide<T>(x)));
}

template <typename T>
void weightDoReFa(const T *w, T *y, size_t n, int64_t bits) {
  T steps = unsignedSteps<T>(bits);
  T m = roundedTanh(maxAbs(w, n));
  for (size_t i = 0; i != n; ++i) {
    T a = m == 0 ? T(0) : roundedTanh(w[i]) / (2 * m);
    y[i] = 2 * (roundEven((a + T(0.5)) * steps) / steps) - 1;
  }
}

template <typename T>
void weightDoReFaPreRounding(const T *w, double *v, size_t n, int64_t bits) {
  Wide<T> m = std::tanh(Wide<T>(maxAbs(w, n)));
  for (size_t i = 0; i != n; ++i) {
    Wide<T> a = m == 0 ? Wide<T>(0) : std::tanh(Wide<T>(w[i])) / (2 * m);
    v[i] =
        static_cast<double>((a + Wide<T>(0.5)) * unsignedSteps<Wide<T>>(bits));
  }
}

template <typename T>
void weightDoReFaGrad(const T *w, const T *g, T *dw, size_t n,
                      WeightDoReFaGradient gradient, std::optional<T> m) {
  switch (gradient) {
  case WeightDoReFaGradient::identity:
    std::copy_n(g, n, dw);
    return;
  case WeightDoReFaGradient::zero:
    std::fill_n(dw, n, T(0));
    return;
  case WeightDoReFaGradient::tanh:
    T scale = m ? *m : roundedTanh(maxAbs(w, n));
    for (size_t i = 0; i != n; ++i) {
      T t = roundedTanh(w[i]);
      dw[i] = scale == 0 ? T(0) : g[i] * (1 - t * t) / scale;
    }
    return;
  }
}

template <typename T>
T minMax(const T *x, T *q, size_t n, int64_t bits, bool unrounded,
         double largest) {
  T m = maxAbs(x, n);
  T s = m == 0 ? T(0) : limitScale(signedSteps<T>(bits) / m, largest);
  for (size_t i = 0; i != n; ++i) {
    T scaled = clamp(x[i], -m, m) * s;
    q[i] = unrounded ? scaled : roundEven(scaled);
  }
  return s;
}

template <typename T>
T minMaxGrad(T s, T g) {
  return g * s;
}

template <typename T>
T dequantize(T q, T s) {
  return s == 0 ? T(0) : q / s;
}

template <typename T>
Sum<T> dequantizeGrad(const T *q, T s, const T *g, T *dq, size_t n) {
  Wide<T> sum = 0, absoluteTerms = 0;
  for (size_t i = 0; i != n; ++i) {
    dq[i] = dequantize(g[i], s);
    Wide<T> term = Wide<T>(dq[i]) * dequantize(q[i], s);
    sum += term;
    absoluteTerms += std::abs(term);
  }
  return {static_cast<T>(-sum), static_cast<T>(absoluteTerms)};
}

template float maxAbs(const float *, size_t);
template double maxAbs(const double *, size_t);
template float inputDoReFa(float, int64_t);
template double inputDoReFa(double, int64_t);
template float inputDoReFaWindowGrad(float, float);
template double inputDoReFaWindowGrad(double, double);
template void weightDoReFa(const float *, float *, size_t, int64_t);
template void weightDoReFa(const double *, double *, size_t, int64_t);
template void weightDoReFaPreRounding(const float *, double *, size_t, int64_t);
template void weightDoReFaPreRounding(const double *, double *, size_t,
                                      int64_t);
template void weightDoReFaGrad(const float *, const float *, float *, size_t,
                               WeightDoReFaGradient, std::optional<float>);
template void weightDoReFaGrad(const double *, const double *, double *, size_t,
                               WeightDoReFaGradient, std::optional<double>);
template float minMax(const float *, float *, size_t, int64_t, bool, double);
template double minMax(const double *, double *, size_t, int64_t, bool, double);
template float minMaxGrad(float, float);
template double minMaxGrad(double, double);
template float dequantize(float, float);
template double dequantize(double, double);
template Sum<float> dequantizeGrad(const float *, float, const float *, float *,
                                   size_t);
template Sum<double> dequantizeGrad(const double *, double, const double *,
                                    double *, size_t);

} // namespace quant_bnn::reference
