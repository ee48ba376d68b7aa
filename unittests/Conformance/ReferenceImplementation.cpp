//===- ReferenceImplementation.cpp - Conformance ops, by the reference ----===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConformanceCheck.h"

#include "llvm/ADT/StringSwitch.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace quant_bnn::reference;

namespace quant_bnn::unittests {

template <typename T, typename Function>
static std::vector<T> mapElements(const std::vector<T> &x, Function function) {
  std::vector<T> result;
  for (T element : x)
    result.push_back(function(element));
  return result;
}

template <typename T, typename Function>
static std::vector<T> mapElements(const std::vector<T> &x,
                                  const std::vector<T> &g, Function function) {
  std::vector<T> result;
  for (size_t i = 0; i != x.size(); ++i)
    result.push_back(function(x[i], g[i]));
  return result;
}

template <typename T>
static Outcome<T> runReference(const ConformanceOp &quantizer,
                               const std::vector<T> &x,
                               const std::vector<T> &g) {
  Outcome<T> result;
  StringRef op = quantizer.getQuantizer();
  auto window = [](std::optional<double> clip) {
    return [clip](T x, T g) { return windowGrad(x, g, clip); };
  };

  if (op.ends_with("sign")) {
    NanPolicy nan = StringSwitch<NanPolicy>(quantizer.get("nan", "positive"))
                        .Case("positive", NanPolicy::positive)
                        .Case("negative", NanPolicy::negative)
                        .Case("propagate", NanPolicy::propagate);
    result.y = mapElements(x, [&](T x) { return sign(x, nan); });
  }
  if (op == "sign") {
    result.dx = mapElements(x, g, window(quantizer.get("clip")));
  } else if (op == "approx_sign") {
    result.dx = mapElements(x, g, approxSignGrad<T>);
  } else if (op == "swish_sign") {
    double beta = quantizer.getBeta();
    result.dx =
        mapElements(x, g, [&](T x, T g) { return swishSignGrad(x, g, beta); });
  } else if (op == "identity" || op == "gradient_cancellation") {
    result.y = x;
    result.dx = mapElements(
        x, g,
        window(op == "identity" ? std::nullopt : quantizer.get("threshold")));
  } else if (op == "ste_heaviside") {
    double low = quantizer.get("low").value_or(0.0);
    result.y = mapElements(x, [&](T x) { return heaviside(x, low); });
    result.dx = mapElements(x, g, window(quantizer.get("clip")));
  } else if (op == "input_dorefa") {
    int64_t bits = quantizer.getBits();
    result.y = mapElements(x, [&](T x) { return inputDoReFa(x, bits); });
    result.dx = g;
  } else if (op == "weight_dorefa") {
    int64_t bits = quantizer.getBits();
    result.y.resize(x.size());
    weightDoReFa(x.data(), result.y.data(), x.size(), bits);
    result.preRounding.resize(x.size());
    weightDoReFaPreRounding(x.data(), result.preRounding.data(), x.size(),
                            bits);
    WeightDoReFaGradient gradient = quantizer.get("grad", "identity") == "zero"
                                        ? WeightDoReFaGradient::zero
                                        : WeightDoReFaGradient::identity;
    result.dx.resize(x.size());
    weightDoReFaGrad<T>(x.data(), g.data(), result.dx.data(), x.size(),
                        gradient, std::nullopt);
  } else if (op == "min_max") {
    result.y.resize(x.size());
    T s = minMax(x.data(), result.y.data(), x.size(), quantizer.getBits(),
                 /*unrounded=*/false);
    result.scale = s;
    result.dx = mapElements(g, [&](T g) { return minMaxGrad(s, g); });
  } else if (op == "pact") {
    PactAttributes attributes = quantizer.getPactAttributes();
    T alpha = static_cast<T>(quantizer.get("alpha").value());
    result.scale = pactScale(alpha, attributes);
    result.y = mapElements(x, [&](T x) { return pact(x, alpha, attributes); });
    result.dx.resize(x.size());
    result.dalpha = pactGrad<T>(x.data(), alpha, g.data(), std::nullopt,
                                result.dx.data(), x.size(), attributes);
  } else {
    ADD_FAILURE() << "no such op: " << op.str();
  }

  if (quantizer.op == "qactivation")
    result.dx = mapElements(x, result.dx, window(quantizer.get("threshold")));
  return result;
}

Outcome<float> ReferenceImplementation::run(const ConformanceOp &op,
                                            const std::vector<float> &x,
                                            const std::vector<float> &g) const {
  return runReference(op, x, g);
}

Outcome<double>
ReferenceImplementation::run(const ConformanceOp &op,
                             const std::vector<double> &x,
                             const std::vector<double> &g) const {
  return runReference(op, x, g);
}

} // namespace quant_bnn::unittests
