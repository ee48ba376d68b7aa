//===- ReductionTest.cpp - Ops that reduce a tensor -----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReductionData.h"

#include "Reference/Reference.h"
#include "llvm/Support/FormatVariadic.h"

using namespace quant_bnn;
using namespace quant_bnn::reference;
using namespace quant_bnn::unittests;

namespace {

/// The shapes in which the ops are compiled. Longer tensors go to the first.
const Shape shapes[] = {
    {"dynamic1", "?x", 1},
    {"rank0", "", 0},
    {"mixed3", "?x3x?x", 3},
    {"dynamic4", "?x?x?x?x", 4},
};

std::vector<int64_t> getBits(ElementType type) {
  if (getMaxBits(type) == 8)
    return {2, 3, 8};
  return {2, 3, 8, getMaxBits(type)};
}

const char *const functions = R"mlir(
  func.func @weight_dorefa_tanh(%w: $T, %g: $T) -> $T {
    %dw = quant_bnn.weight_dorefa_grad %w, %g grad = tanh : $T
    return %dw : $T
  }
  func.func @weight_dorefa_max(%w: $T, %g: $T, %m: $E) -> $T {
    %dw = quant_bnn.weight_dorefa_grad %w, %g max %m grad = tanh : $T
    return %dw : $T
  }
  func.func @weight_dorefa_identity(%w: $T, %g: $T) -> $T {
    %dw = quant_bnn.weight_dorefa_grad %w, %g : $T
    return %dw : $T
  }
  func.func @weight_dorefa_zero(%w: $T, %g: $T) -> $T {
    %dw = quant_bnn.weight_dorefa_grad %w, %g grad = zero : $T
    return %dw : $T
  }
  func.func @min_max_grad(%g: $T, %s: $E) -> $T {
    %dx = quant_bnn.min_max_grad %s, %g : $T
    return %dx : $T
  }
  func.func @dequantize(%q: $T, %s: $E) -> $T {
    %x = quant_bnn.dequantize %q, %s : $T
    return %x : $T
  }
  func.func @dequantize_grad(%q: $T, %g: $T, %s: $E) -> ($T, $E) {
    %dq, %ds = quant_bnn.dequantize_grad %q, %s, %g : $T
    return %dq, %ds : $T, $E
  }
)mlir";

const char *const functionsOfBits = R"mlir(
  func.func @weight_dorefa_{0}(%w: $T) -> $T {{
    %y = quant_bnn.weight_dorefa %w bits = {0} : $T
    return %y : $T
  }
  func.func @qactivation_{0}(%w: $T) -> $T {{
    %y = quant_bnn.qactivation %w quantizer = "weight_dorefa" threshold = 1.0
        bits = {0} : $T
    return %y : $T
  }
  func.func @min_max_{0}(%x: $T) -> ($T, $E) {{
    %q, %s = quant_bnn.min_max %x bits = {0} : $T
    return %q, %s : $T, $E
  }
  func.func @min_max_unrounded_{0}(%x: $T) -> ($T, $E) {{
    %q, %s = quant_bnn.min_max %x bits = {0} unrounded : $T
    return %q, %s : $T, $E
  }
)mlir";

template <typename T>
class ReductionCheck : public ReductionCheckBase<T> {
public:
  using ReductionCheckBase<T>::ReductionCheckBase;
  using Base = ReductionCheckBase<T>;
  using Base::call, Base::expectEqual, Base::type;

  void checkForwards(const std::vector<T> &x) const;
  void checkRoundTrip(T x) const;
  void checkGradients(const std::vector<T> &x, const std::vector<T> &g) const;
  void checkWeightGradients(const std::vector<T> &w,
                            const std::vector<T> &g) const;
  void checkDequantizeGradient(const std::vector<T> &q, T s,
                               const std::vector<T> &g) const;
};

template <typename T>
void ReductionCheck<T>::checkForwards(const std::vector<T> &x) const {
  std::vector<T> expected(x.size());
  std::vector<double> preRounding(x.size());
  for (int64_t bits : getBits(type)) {
    std::string suffix = std::to_string(bits);
    weightDoReFaPreRounding(x.data(), preRounding.data(), x.size(), bits);
    for (std::string name : {"weight_dorefa_", "qactivation_"}) {
      std::vector<T> y = call(name + suffix, {x}).tensors[0];
      for (size_t i = 0; i != x.size(); ++i)
        ASSERT_TRUE(weightDoReFaAgrees(y[i], preRounding[i], bits,
                                       getRounding<T>(type)))
            << name << bits << " of " << x[i] << ": " << y[i];
    }
    for (bool unrounded : {false, true}) {
      T s = minMax(x.data(), expected.data(), x.size(), bits, unrounded,
                   getLargest(type));
      auto [tensors, scalars] =
          call((unrounded ? "min_max_unrounded_" : "min_max_") + suffix, {x});
      expectEqual(tensors[0], expected, "q of min_max");
      expectEqual(scalars, {s}, "s of min_max");
    }
  }
}

/// A tensor of one x comes back from its levels to within half a step, however
/// small x is.
template <typename T>
void ReductionCheck<T>::checkRoundTrip(T x) const {
  for (int64_t bits : getBits(type)) {
    auto [tensors, scalars] = call("min_max_" + std::to_string(bits), {{x}});
    // The largest x may be less than what its levels stand for.
    long double q = tensors[0][0], s = scalars[0];
    ASSERT_LE(std::abs(q / s - x), 1 / (2 * s))
        << bits << " bits: x = " << x << ", q = " << q << ", s = " << s;
  }
}

template <typename T>
void ReductionCheck<T>::checkWeightGradients(const std::vector<T> &w,
                                             const std::vector<T> &g) const {
  std::vector<T> expected(w.size());
  expectEqual(call("weight_dorefa_identity", {w, g}).tensors[0], g, "identity");
  expectEqual(call("weight_dorefa_zero", {w, g}).tensors[0], expected, "zero");

  auto checkTanh = [&](std::optional<T> residual) {
    weightDoReFaGrad(w.data(), g.data(), expected.data(), w.size(),
                     WeightDoReFaGradient::tanh, residual);
    std::vector<T> dw =
        residual ? call("weight_dorefa_max", {w, g}, {*residual}).tensors[0]
                 : call("weight_dorefa_tanh", {w, g}).tensors[0];
    T m = residual ? *residual : std::tanh(maxAbs(w.data(), w.size()));
    for (size_t i = 0; i != w.size(); ++i)
      ASSERT_TRUE(weightDoReFaGradAgrees(dw[i], expected[i], g[i], m,
                                         getRounding<T>(type)))
          << "tanh gradient at " << w[i] << ", g " << g[i] << ", m " << m
          << ": got " << dw[i] << ", expected " << expected[i];
  };
  checkTanh(std::nullopt);
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  for (T residual : {T(0.75), T(0), T(1), nan})
    checkTanh(residual);
}

template <typename T>
void ReductionCheck<T>::checkDequantizeGradient(const std::vector<T> &q, T s,
                                                const std::vector<T> &g) const {
  std::vector<T> expected(q.size());
  Sum<T> ds = dequantizeGrad(q.data(), s, g.data(), expected.data(), q.size());
  auto [tensors, scalars] = call("dequantize_grad", {q, g}, {s});
  expectEqual(tensors[0], expected, "dq");
  EXPECT_TRUE(sumAgrees(scalars[0], ds, sumError, getRounding<T>(type)))
      << "ds of s = " << s << " over " << q.size() << ": got " << scalars[0]
      << ", expected " << ds.value << " of " << ds.absoluteTerms;
}

template <typename T>
void ReductionCheck<T>::checkGradients(const std::vector<T> &x,
                                       const std::vector<T> &g) const {
  checkWeightGradients(x, g);
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  constexpr T infinity = std::numeric_limits<T>::infinity();
  std::vector<T> expected(x.size());
  for (T s : {T(63.5), T(-0.375), T(0), -T(0), nan, infinity}) {
    std::transform(g.begin(), g.end(), expected.begin(),
                   [&](T g) { return minMaxGrad(s, g); });
    expectEqual(call("min_max_grad", {g}, {s}).tensors[0], expected,
                "min_max_grad");
    std::transform(x.begin(), x.end(), expected.begin(),
                   [&](T q) { return dequantize(q, s); });
    expectEqual(call("dequantize", {x}, {s}).tensors[0], expected,
                "dequantize");
    checkDequantizeGradient(x, s, g);
  }
}

std::string getSource(ElementType type, const Shape &shape) {
  std::string source = functions;
  for (int64_t bits : getBits(type))
    source += llvm::formatv(functionsOfBits, bits);
  return instantiate(source, type, shape);
}

template <typename T>
void checkReductions(ElementType type) {
  for (const Shape &shape : shapes) {
    SCOPED_TRACE(shape.name);
    std::unique_ptr<Program> program = Program::compile(getSource(type, shape));
    ASSERT_TRUE(program);
    ReductionCheck<T> check(*program, type, shape);
    for (const std::vector<T> &x : getReductionData<T>(type, shape)) {
      check.checkForwards(x);
      for (const std::vector<T> &g : getReductionCotangents<T>(type, x.size()))
        check.checkGradients(x, g);
      if (testing::Test::HasFailure())
        return;
    }
  }
}

template <typename T>
void checkRoundTrips(ElementType type, const std::vector<T> &values) {
  std::unique_ptr<Program> program =
      Program::compile(getSource(type, shapes[0]));
  ASSERT_TRUE(program);
  ReductionCheck<T> check(*program, type, shapes[0]);
  for (T x : values) {
    if (!std::isfinite(x) || x == 0)
      continue;
    ASSERT_NO_FATAL_FAILURE(check.checkRoundTrip(x));
  }
}

/// No product or quotient on the way to ds overflows or underflows where ds
/// does not.
template <typename T>
void checkMagnitudes(ElementType type) {
  std::unique_ptr<Program> program =
      Program::compile(getSource(type, shapes[0]));
  ASSERT_TRUE(program);
  ReductionCheck<T> check(*program, type, shapes[0]);
  std::vector<T> magnitudes = getMagnitudes<T>(type);
  for (T s : magnitudes)
    for (T q : magnitudes)
      for (T g : magnitudes)
        check.checkDequantizeGradient({q}, s, {g});
  for (T s : magnitudes)
    EXPECT_EQ(check.call("dequantize_grad", {{s}, {s}}, {s}).scalars[0], -1);
}

TEST(Reduction, MagnitudesF16) { checkMagnitudes<float>(ElementType::f16); }
TEST(Reduction, MagnitudesBF16) { checkMagnitudes<float>(ElementType::bf16); }
TEST(Reduction, MagnitudesF32) { checkMagnitudes<float>(ElementType::f32); }
TEST(Reduction, MagnitudesF64) { checkMagnitudes<double>(ElementType::f64); }

TEST(Reduction, EveryF16RoundTrips) {
  checkRoundTrips<float>(ElementType::f16, getAllValues(ElementType::f16));
}
TEST(Reduction, SpecialValuesRoundTrip) {
  for (ElementType type : {ElementType::bf16, ElementType::f32})
    checkRoundTrips(type, getSpecialValues<float>(type));
  checkRoundTrips(ElementType::f64, getSpecialValues<double>(ElementType::f64));
}

TEST(Reduction, F16) { checkReductions<float>(ElementType::f16); }
TEST(Reduction, BF16) { checkReductions<float>(ElementType::bf16); }
TEST(Reduction, F32) { checkReductions<float>(ElementType::f32); }
TEST(Reduction, F64) { checkReductions<double>(ElementType::f64); }

} // namespace
