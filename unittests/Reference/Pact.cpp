//===- Pact.cpp - PACT and its gradient -----------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference/UniformQuantizers.h"

#include "Reference/Numerics.h"

#include <algorithm>
#include <cassert>

namespace quant_bnn::reference {

template <typename T>
T pactScale(T alpha, const PactAttributes &attributes) {
  if (!(alpha > 0))
    return T(0);
  if (attributes.mode == PactMode::signed_)
    return limitScale(signedSteps<T>(attributes.bits) / alpha,
                      attributes.largestScale);
  return limitScale(unsignedSteps<T>(attributes.bits) * (1 / alpha),
                    attributes.largestScale);
}

template <typename T>
T pact(T x, T alpha, const PactAttributes &attributes) {
  if (!(alpha > 0))
    return T(0);
  T s = pactScale(alpha, attributes);
  T level;
  if (attributes.mode == PactMode::signed_) {
    T limit = signedSteps<T>(attributes.bits);
    level = clamp(s * x, -limit, limit);
  } else {
    level = clamp(x, T(0), alpha) * s;
  }
  if (!attributes.unrounded)
    level = roundEven(level);
  return attributes.form == PactForm::value ? level / s : level;
}

template <typename T>
Sum<T> pactGrad(const T *x, T alpha, const T *g, std::optional<T> gs, T *dx,
                size_t n, const PactAttributes &attributes) {
  if (!(alpha > 0)) {
    std::fill_n(dx, n, T(0));
    return {T(0), T(0)};
  }
  T s = pactScale(alpha, attributes);
  if (attributes.gradient == PactGradient::compat) {
    assert(attributes.form == PactForm::level && "compat is of the level form");
    std::transform(g, g + n, dx, [&](T gradient) { return gradient * s; });
    return {T(0), T(0)};
  }

  bool isSigned = attributes.mode == PactMode::signed_;
  bool isLevel = attributes.form == PactForm::level;
  Wide<T> sum = 0, absoluteTerms = 0;
  auto add = [&](Wide<T> term) {
    sum += term;
    absoluteTerms += std::abs(term);
  };
  for (size_t i = 0; i != n; ++i) {
    bool inRange = x[i] >= (isSigned ? -alpha : T(0)) && x[i] <= alpha;
    if (isLevel) {
      dx[i] = inRange ? g[i] * s : T(0);
      if (inRange)
        add(-Wide<T>(g[i]) * (x[i] / alpha * s));
    } else {
      dx[i] = inRange ? g[i] : T(0);
      if (x[i] >= alpha)
        add(g[i]);
      else if (isSigned && x[i] <= -alpha)
        add(-g[i]);
    }
  }
  if (isLevel && gs)
    add(-Wide<T>(*gs / alpha) * s);
  return {static_cast<T>(sum), static_cast<T>(absoluteTerms)};
}

template float pactScale(float, const PactAttributes &);
template double pactScale(double, const PactAttributes &);
template float pact(float, float, const PactAttributes &);
template double pact(double, double, const PactAttributes &);
template Sum<float> pactGrad(const float *, float, const float *,
                             std::optional<float>, float *, size_t,
                             const PactAttributes &);
template Sum<double> pactGrad(const double *, double, const double *,
                              std::optional<double>, double *, size_t,
                              const PactAttributes &);

} // namespace quant_bnn::reference
