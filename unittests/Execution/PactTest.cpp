//===- PactTest.cpp - pact and its gradient -------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PactData.h"
#include "ReductionData.h"

#include "Reference/Reference.h"
#include "llvm/Support/FormatVariadic.h"

using namespace quant_bnn;
using namespace quant_bnn::reference;
using namespace quant_bnn::unittests;

namespace {

const char *const functions = R"mlir(
  func.func @pact_{0}(%x: $T, %alpha: $E) -> ($T, $E) {{
    %q, %s = quant_bnn.pact %x, %alpha {1} : $T
    return %q, %s : $T, $E
  }
  func.func @pact_scalar_{0}(%x: $E, %alpha: $E) -> ($E, $E) {{
    %q, %s = quant_bnn.pact %x, %alpha {1} : $E
    return %q, %s : $E, $E
  }
  func.func @pact_grad_{0}(%x: $T, %g: $T, %alpha: $E) -> ($T, $E) {{
    %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %g {2} : $T
    return %dx, %dalpha : $T, $E
  }
  func.func @pact_grad_scale_{0}(%x: $T, %g: $T, %alpha: $E, %gs: $E)
      -> ($T, $E) {{
    %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %g scale_gradient %gs {2} : $T
    return %dx, %dalpha : $T, $E
  }
)mlir";

std::string getSource(ElementType type, const Shape &shape) {
  std::string source;
  for (auto [index, attributes] : llvm::enumerate(getPactAttributes(type)))
    source += llvm::formatv(functions, index, getText(attributes, false),
                            getText(attributes, true));
  return instantiate(source, type, shape);
}

template <typename T>
class PactCheck : public ReductionCheckBase<T> {
public:
  using ReductionCheckBase<T>::ReductionCheckBase;
  using Base = ReductionCheckBase<T>;
  using Base::call, Base::expectEqual, Base::type;

  void checkForward(size_t index, const PactAttributes &attributes, T alpha,
                    const std::vector<T> &x) const {
    std::vector<T> expected(x.size());
    std::transform(x.begin(), x.end(), expected.begin(),
                   [&](T x) { return pact(x, alpha, attributes); });
    auto [tensors, scalars] =
        call("pact_" + std::to_string(index), {x}, {alpha});
    expectEqual(tensors[0], expected, "q of pact");
    expectEqual(scalars, {pactScale(alpha, attributes)}, "s of pact");
  }

  void checkGradient(size_t index, const PactAttributes &attributes, T alpha,
                     const std::vector<T> &x, const std::vector<T> &g,
                     std::optional<T> gs) const {
    std::vector<T> expected(x.size());
    Sum<T> dalpha = pactGrad<T>(x.data(), alpha, g.data(), gs, expected.data(),
                                x.size(), attributes);
    std::string suffix = std::to_string(index);
    auto [tensors, scalars] =
        gs ? call("pact_grad_scale_" + suffix, {x, g}, {alpha, *gs})
           : call("pact_grad_" + suffix, {x, g}, {alpha});
    expectEqual(tensors[0], expected, "dx of pact");
    EXPECT_TRUE(sumAgrees(scalars[0], dalpha, sumError, getRounding<T>(type)))
        << "dalpha over " << x.size() << ": got " << scalars[0] << ", expected "
        << dalpha.value << " of " << dalpha.absoluteTerms;
  }

  /// The forward on a scalar is the same code for every value.
  void checkScalar(const Program &program, size_t index,
                   const PactAttributes &attributes, T alpha) const {
    T x = roundTo<T>(type, T(0.3));
    std::vector<NpyArray> arguments =
        makeArguments(makeScalar<T>(type, x), makeScalar<T>(type, alpha));
    CallResults results =
        program.call("pact_scalar_" + std::to_string(index), arguments);
    expectEqual(getValues<T>(type, results.getViews()[0]),
                {pact(x, alpha, attributes)}, "q of a scalar");
    expectEqual(getValues<T>(type, results.getViews()[1]),
                {pactScale(alpha, attributes)}, "s of a scalar");
  }
};

template <typename T>
void checkPact(ElementType type, const Shape &shape) {
  std::unique_ptr<Program> program = Program::compile(getSource(type, shape));
  ASSERT_TRUE(program);
  PactCheck<T> check(*program, type, shape);
  for (T alpha : getAlphas<T>(type)) {
    std::vector<T> x = getPactValues<T>(type, alpha);
    for (auto [index, attributes] : llvm::enumerate(getPactAttributes(type))) {
      SCOPED_TRACE(getText(attributes, false) +
                   ", alpha = " + testing::PrintToString(alpha));
      check.checkForward(index, attributes, alpha, x);
      if constexpr (std::is_same_v<T, float>)
        if (isNarrow(type))
          check.checkForward(index, attributes, alpha, getAllValues(type));
      check.checkScalar(*program, index, attributes, alpha);
      if (attributes.unrounded)
        continue;
      for (const std::vector<T> &g : getReductionCotangents<T>(type, x.size()))
        check.checkGradient(index, attributes, alpha, x, g, std::nullopt);
      // A sum of many terms takes long, and alpha does not matter to it.
      size_t longest = index % 4 == 0 && alpha == 1 ? 70002 : 999;
      for (size_t size : {size_t(0), size_t(3), size_t(15), size_t(33),
                          size_t(63), size_t(66), longest}) {
        std::vector<T> x =
            getNormalValues<T>(type, size, size, getDeviation(alpha));
        std::vector<T> g = getReductionCotangents<T>(type, size)[size % 2];
        check.checkGradient(index, attributes, alpha, x, g, std::nullopt);
        check.checkGradient(index, attributes, alpha, x, g, T(-1.5));
      }
      if (testing::Test::HasFailure())
        return;
    }
  }
}

const Shape flat = {"dynamic1", "?x", 1};

/// No step on the way to dalpha overflows or underflows where dalpha does not.
template <typename T>
void checkMagnitudes(ElementType type) {
  std::unique_ptr<Program> program = Program::compile(getSource(type, flat));
  ASSERT_TRUE(program);
  PactCheck<T> check(*program, type, flat);
  std::vector<T> magnitudes = getMagnitudes<T>(type);
  for (auto [index, attributes] : llvm::enumerate(getPactAttributes(type)))
    if (attributes.form == PactForm::level && !attributes.unrounded)
      for (T alpha : magnitudes)
        for (T x : magnitudes)
          for (T g : magnitudes) {
            SCOPED_TRACE(getText(attributes, false));
            check.checkGradient(index, attributes, alpha, {x}, {g}, g);
          }
}

const Shape small = {"dynamic4", "?x?x?x?x", 4};

TEST(Pact, F16) { checkPact<float>(ElementType::f16, flat); }
TEST(Pact, BF16) { checkPact<float>(ElementType::bf16, flat); }
TEST(Pact, F32) { checkPact<float>(ElementType::f32, flat); }
TEST(Pact, F64) { checkPact<double>(ElementType::f64, flat); }
TEST(Pact, MagnitudesF16) { checkMagnitudes<float>(ElementType::f16); }
TEST(Pact, MagnitudesBF16) { checkMagnitudes<float>(ElementType::bf16); }
TEST(Pact, MagnitudesF32) { checkMagnitudes<float>(ElementType::f32); }
TEST(Pact, MagnitudesF64) { checkMagnitudes<double>(ElementType::f64); }
TEST(Pact, SmallInnerDimensions) { checkPact<float>(ElementType::f32, small); }

} // namespace
