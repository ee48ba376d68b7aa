//===- ElementwiseOps.cpp - Every elementwise op and its reference --------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementwiseOps.h"

#include "Reference/Reference.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace quant_bnn::reference;

namespace quant_bnn::unittests {

template <typename T, typename Function>
static ReferenceLoop<T> makeLoop(Function function) {
  if constexpr (std::is_invocable_v<Function, T>)
    return [=](const T *const *operands, T *result, size_t n) {
      for (size_t i = 0; i != n; ++i)
        result[i] = function(operands[0][i]);
    };
  else
    return [=](const T *const *operands, T *result, size_t n) {
      for (size_t i = 0; i != n; ++i)
        result[i] = function(operands[0][i], operands[1][i]);
    };
}

template <typename T>
bool ElementwiseOp::agrees(ElementType type, T actual, T expected, T g) const {
  if (beta)
    return swishSignGradAgrees(actual, expected, g, *beta,
                               getRounding<T>(type));
  // Most results are a copy or a constant, so try the comparison without the
  // slow rounding first.
  return equal(actual, expected) || equal(actual, roundTo(type, expected));
}
template bool ElementwiseOp::agrees(ElementType, float, float, float) const;
template bool ElementwiseOp::agrees(ElementType, double, double, double) const;

namespace {

/// Collects ops.
class Builder {
public:
  std::vector<ElementwiseOp> ops;

  /// Adds an op and its reference, a generic lambda on one or two elements.
  template <typename Function>
  ElementwiseOp &add(std::string assembly, std::vector<double> breakpoints,
                     Function function) {
    ElementwiseOp op;
    for (char c : assembly)
      if (isAlnum(c))
        op.name += c;
      else if (!op.name.empty() && op.name.back() != '_')
        op.name += '_';
    op.assembly = "quant_bnn." + assembly;
    op.numOperands = std::is_invocable_v<Function, float> ? 1 : 2;
    op.floatLoop = makeLoop<float>(function);
    op.doubleLoop = makeLoop<double>(function);
    op.breakpoints = std::move(breakpoints);
    ops.push_back(std::move(op));
    return ops.back();
  }

  template <typename Function>
  ElementwiseOp &addGradient(std::string assembly,
                             std::vector<double> breakpoints,
                             Function function) {
    ElementwiseOp &op =
        add(std::move(assembly), std::move(breakpoints), function);
    op.isGradient = true;
    return op;
  }

  void addForwards();
  void addInputDoReFa(int64_t bits);
  void addGradients();
  void addWindows(StringRef mnemonic, StringRef attribute, bool isOptional);
};

} // namespace

void Builder::addForwards() {
  const std::pair<StringRef, NanPolicy> policies[] = {
      {"", NanPolicy::positive},
      {" nan = negative", NanPolicy::negative},
      {" nan = propagate", NanPolicy::propagate}};
  const std::pair<StringRef, ZeroPolicy> zeroPolicies[] = {
      {" zero = negative", ZeroPolicy::negative},
      {" zero = zero", ZeroPolicy::zero}};
  for (auto [zeroAttribute, zero] : zeroPolicies) {
    for (auto [attribute, policy] : policies)
      add(("sign %0" + zeroAttribute + attribute).str(), {0},
          [policy = policy, zero = zero](auto x) {
            return sign(x, policy, zero);
          });
    for (StringRef op : {"approx_sign", "swish_sign"})
      add((op + " %0" + zeroAttribute).str(), {0},
          [zero = zero](auto x) { return sign(x, NanPolicy::positive, zero); });
  }
  for (StringRef op : {"sign", "approx_sign", "swish_sign"})
    add((op + " %0 zero = zero nan = zero").str(), {0}, [](auto x) {
      return sign(x, NanPolicy::zero, ZeroPolicy::zero);
    }).isRepresentative = op == "sign";
  for (StringRef op : {"sign", "approx_sign", "swish_sign"})
    for (auto [attribute, policy] : policies) {
      bool isRepresentative = op == "sign" && policy == NanPolicy::propagate;
      add((op + " %0" + attribute).str(), {0}, [policy = policy](auto x) {
        return sign(x, policy);
      }).isRepresentative = isRepresentative;
    }
  add("sign %0 clip = 1.0", {0},
      [](auto x) { return sign(x, NanPolicy::positive); });
  add("surrogate_sign #quant_bnn.ede<2.0>, %0 nan = negative", {0},
      [](auto x) { return sign(x, NanPolicy::negative); });
  add("ste_heaviside %0", {0}, [](auto x) {
    return heaviside(x, 0.0);
  }).isRepresentative = true;
  add("ste_heaviside %0 low = -1.0 clip = 1.0", {0},
      [](auto x) { return heaviside(x, -1.0); });
  for (int64_t bits = 1; bits <= 24; ++bits)
    addInputDoReFa(bits);

  auto first = [](auto x) { return x; };
  add("identity %0", {}, first);
  add("gradient_cancellation %0 threshold = 1.0", {1}, first);
  add("straight_through %0 for %1 clip = 1.0", {1},
      [](auto q, auto) { return q; });

  auto plainSign = [](auto x) { return sign(x, NanPolicy::positive); };
  add("qactivation %0 quantizer = \"identity\"", {}, first);
  add("qactivation %0 quantizer = \"sign\" threshold = 1.0", {0}, plainSign)
      .isRepresentative = true;
  add("qactivation %0 quantizer = \"approx_sign\"", {0}, plainSign);
  add("qactivation %0 quantizer = \"swish_sign\" beta = 4.0", {0}, plainSign);
  add("qactivation %0 quantizer = \"ste_heaviside\"", {0},
      [](auto x) { return heaviside(x, 0.0); });
  add("qactivation %0 quantizer = \"input_dorefa\" threshold = 1.0 bits = 2",
      {0, 1}, [](auto x) { return inputDoReFa(x, 2); });

  ElementwiseOp &op = add("dequantize %0, %1", {0, 63.5},
                          [](auto q, auto s) { return dequantize(q, s); });
  op.isRepresentative = op.takesScalar = true;
}

void Builder::addInputDoReFa(int64_t bits) {
  // The ties, of which there are up to 2^24: all of them for few bits, a part
  // of them for many.
  int64_t n = (int64_t(1) << bits) - 1;
  std::vector<double> breakpoints;
  for (int64_t i = 0; i <= 2 * n; i += std::max<int64_t>(1, n / 256))
    breakpoints.push_back(i / (2.0 * n));
  breakpoints.push_back(1);
  ElementwiseOp &op =
      add(formatv("input_dorefa %0 bits = {0}", bits), std::move(breakpoints),
          [=](auto x) { return inputDoReFa(x, bits); });
  op.bits = bits;
  op.isRepresentative = bits == 2 || bits == 8;
}

/// Adds the clipped gradient `mnemonic` with several limits in `attribute`,
/// and, if the attribute `isOptional`, without a limit.
void Builder::addWindows(StringRef mnemonic, StringRef attribute,
                         bool isOptional) {
  std::string operands = (mnemonic + " %0, %1").str();
  if (isOptional)
    addGradient(operands, {},
                [](auto x, auto g) { return windowGrad(x, g, std::nullopt); });
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::pair<StringRef, double> limits[] = {
      {"0.0", 0}, {"0.5", 0.5}, {"1.0", 1}, {"0x7FF0000000000000", infinity}};
  for (auto [text, limit] : limits)
    addGradient(
        formatv("{0} {1} = {2}", operands, attribute, text), {limit},
        [limit = limit](auto x, auto g) { return windowGrad(x, g, limit); })
        .isRepresentative = mnemonic == "sign_grad" && limit == 1;
}

void Builder::addGradients() {
  addGradient("identity_grad %0", {}, [](auto g) { return g; });
  addWindows("straight_through_grad", "clip", /*isOptional=*/true);
  addWindows("sign_grad", "clip", /*isOptional=*/true);
  addWindows("ste_heaviside_grad", "clip", /*isOptional=*/true);
  addWindows("gradient_cancellation_grad", "threshold", /*isOptional=*/false);
  addGradient("approx_sign_grad %0, %1", {0, 0.5, 1}, [](auto x, auto g) {
    return approxSignGrad(x, g);
  }).isRepresentative = true;
  for (double beta : {5.0, 0.5, 1.0, 12.0}) {
    // The root of the factor, and the points at which the factor underflows in
    // float and in double.
    std::vector<double> breakpoints = {0,          2.399357280520548 / beta,
                                       88 / beta,  104 / beta,
                                       709 / beta, 746 / beta};
    std::string attribute =
        beta == 5 ? "" : formatv(" beta = {0:f1}", beta).str();
    ElementwiseOp &op = addGradient(
        "swish_sign_grad %0, %1" + attribute, std::move(breakpoints),
        [beta](auto x, auto g) { return swishSignGrad(x, g, beta); });
    op.beta = beta;
    op.isRepresentative = beta == 5;
  }
  for (double t : {10.0, 1.0, 0.25}) {
    // Where the factor underflows in float and in double.
    std::vector<double> breakpoints = {0, 44 / t, 52 / t, 354 / t, 373 / t};
    ElementwiseOp &op =
        addGradient(formatv("surrogate_grad #quant_bnn.ede<{0:f2}>, %0, %1", t),
                    std::move(breakpoints),
                    [t](auto x, auto g) { return edeGrad(x, g, t); });
    op.beta = std::max(1.0, t);
    op.isRepresentative = t == 10;
  }
  addGradient("input_dorefa_grad %0, %1", {0, 1},
              [](auto, auto g) { return g; });
  addGradient("input_dorefa_grad %0, %1 grad = window", {0, 1},
              [](auto x, auto g) { return inputDoReFaWindowGrad(x, g); })
      .isRepresentative = true;
  ElementwiseOp &op =
      addGradient("min_max_grad %0, %1", {0, 63.5},
                  [](auto s, auto g) { return minMaxGrad(s, g); });
  op.isRepresentative = op.takesScalar = true;
}

const std::vector<ElementwiseOp> &getElementwiseOps() {
  static const std::vector<ElementwiseOp> ops = [] {
    Builder builder;
    builder.addForwards();
    builder.addGradients();
    return std::move(builder.ops);
  }();
  return ops;
}

} // namespace quant_bnn::unittests
