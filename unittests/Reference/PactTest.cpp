//===- PactTest.cpp - Boundaries of PACT ----------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TypedTest.h"

#include "Reference/UniformQuantizers.h"

#include <vector>

using namespace quant_bnn::reference;

namespace {

QUANT_BNN_TYPED_SUITE(Pact);

PactAttributes attributes(int64_t bits, PactMode mode, PactForm form,
                          PactGradient gradient = PactGradient::full) {
  return {bits, mode, form, gradient, /*unrounded=*/false};
}

const PactAttributes signedLevel =
    attributes(8, PactMode::signed_, PactForm::level);
const PactAttributes signedValue =
    attributes(8, PactMode::signed_, PactForm::value);
const PactAttributes unsignedLevel =
    attributes(2, PactMode::unsigned_, PactForm::level);
const PactAttributes unsignedValue =
    attributes(2, PactMode::unsigned_, PactForm::value);
const PactAttributes compat =
    attributes(8, PactMode::signed_, PactForm::level, PactGradient::compat);
const PactAttributes allForms[] = {signedLevel, signedValue, unsignedLevel,
                                   unsignedValue, compat};

template <typename T>
struct Gradients {
  std::vector<T> dx;
  Sum<T> dalpha;
};

template <typename T>
Gradients<T> gradients(const std::vector<T> &x, T alpha,
                       const std::vector<T> &g,
                       const PactAttributes &attributes,
                       std::optional<T> gs = std::nullopt) {
  std::vector<T> dx(x.size());
  Sum<T> dalpha =
      pactGrad(x.data(), alpha, g.data(), gs, dx.data(), x.size(), attributes);
  return {dx, dalpha};
}

TYPED_TEST(Pact, Scale) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_EQ(pactScale<T>(2, signedLevel), T(63.5));
  EXPECT_EQ(pactScale<T>(2, unsignedLevel), T(1.5));
  // n (1 / alpha) is rounded twice, which for these is not n / alpha.
  PactAttributes wide = unsignedLevel;
  wide.bits = 8;
  bool differs = false;
  for (T alpha = 1; alpha < 2; alpha += T(1) / 64) {
    EXPECT_EQ(pactScale<T>(alpha, wide), 255 * (1 / alpha));
    differs |= pactScale<T>(alpha, wide) != 255 / alpha;
  }
  EXPECT_TRUE(differs);
}

TYPED_TEST(Pact, AScaleDoesNotOverflow) {
  QUANT_BNN_TYPED_NAMES;
  for (PactAttributes form : allForms) {
    EXPECT_EQ(pactScale(tiny, form), largest);
    EXPECT_EQ(pact(tiny, tiny, form), 0);
    // No 0 times an infinity.
    Gradients<T> result = gradients<T>({tiny, 0}, tiny, {0, 0}, form, T(0));
    EXPECT_EQ(result.dx, std::vector<T>({0, 0}));
    EXPECT_EQ(result.dalpha.value, 0);
    form.largestScale = 65504;
    EXPECT_EQ(pactScale(T(1e-5), form), 65504);
    EXPECT_LT(pactScale(T(0.01), form), 65504);
  }
  PactAttributes level = signedLevel;
  level.largestScale = 65504;
  Gradients<T> result = gradients<T>({T(5e-6)}, T(1e-5), {2}, level);
  EXPECT_EQ(result.dx[0], 2 * 65504);
  EXPECT_NEAR(result.dalpha.value, -65504, 0.1);
}

TYPED_TEST(Pact, ClampsToTheRange) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_EQ(pact<T>(3, 2, signedLevel), 127);
  EXPECT_EQ(pact<T>(-inf, 2, signedLevel), -127);
  EXPECT_EQ(pact<T>(inf, 2, signedValue), 2);
  EXPECT_EQ(pact<T>(-inf, 2, unsignedLevel), 0);
  EXPECT_EQ(pact<T>(inf, 2, unsignedLevel), 3);
  EXPECT_EQ(pact<T>(inf, 2, unsignedValue), 2);
  for (const PactAttributes &form : allForms) {
    EXPECT_TRUE(std::isnan(pact<T>(nan, 2, form)));
    EXPECT_EQ(pact<T>(0, 2, form), 0);
    EXPECT_EQ(pact<T>(-T(0), 2, form), 0);
  }
}

TYPED_TEST(Pact, TiesGoToEven) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_EQ(pact<T>(1, 2, signedLevel), 64);
  EXPECT_EQ(pact<T>(-1, 2, signedLevel), -64);
  EXPECT_EQ(pact<T>(1, 2, unsignedLevel), 2);
  PactAttributes unrounded = signedLevel;
  unrounded.unrounded = true;
  EXPECT_EQ(pact<T>(1, 2, unrounded), T(63.5));
  unrounded.form = PactForm::value;
  EXPECT_EQ(pact<T>(1, 2, unrounded), 1);
}

TYPED_TEST(Pact, AnAlphaThatIsNotPositiveGivesZeros) {
  QUANT_BNN_TYPED_NAMES;
  for (const PactAttributes &form : allForms)
    for (T alpha : {T(0), -T(0), -tiny, T(-2), -inf, nan}) {
      EXPECT_EQ(pactScale(alpha, form), 0);
      for (T x : {T(0), T(1), inf, nan}) {
        EXPECT_EQ(pact(x, alpha, form), 0);
        for (T g : {T(1), inf, nan}) {
          Gradients<T> result = gradients<T>({x}, alpha, {g}, form, g);
          EXPECT_EQ(result.dx[0], 0);
          EXPECT_EQ(result.dalpha.value, 0);
          EXPECT_EQ(result.dalpha.absoluteTerms, 0);
        }
      }
    }
}

TYPED_TEST(Pact, AnInfiniteAlphaFollowsTheFormula) {
  QUANT_BNN_TYPED_NAMES;
  for (const PactAttributes &form : {signedLevel, unsignedLevel}) {
    EXPECT_EQ(pactScale(inf, form), 0);
    EXPECT_EQ(pact<T>(3, inf, form), 0);
    EXPECT_TRUE(std::isnan(pact(inf, inf, form)));
  }
  for (const PactAttributes &form : {signedValue, unsignedValue})
    EXPECT_TRUE(std::isnan(pact<T>(3, inf, form)));
}

TYPED_TEST(Pact, SignedValueGradients) {
  QUANT_BNN_TYPED_NAMES;
  Gradients<T> result =
      gradients<T>({-3, -2, above(-2), 0, below(2), 2, 3, inf, -inf, nan}, 2,
                   {1, 2, 4, 8, 16, 32, 64, 128, 256, 512}, signedValue);
  EXPECT_EQ(result.dx, std::vector<T>({0, 2, 4, 8, 16, 32, 0, 0, 0, 0}));
  EXPECT_EQ(result.dalpha.value, -1 - 2 + 32 + 64 + 128 - 256);
  EXPECT_EQ(result.dalpha.absoluteTerms, 1 + 2 + 32 + 64 + 128 + 256);
}

TYPED_TEST(Pact, UnsignedValueGradients) {
  QUANT_BNN_TYPED_NAMES;
  Gradients<T> result =
      gradients<T>({-2, -tiny, -T(0), 0, 1, 2, above(2), inf, -inf, nan}, 2,
                   {1, 2, 4, 8, 16, 32, 64, 128, 256, 512}, unsignedValue);
  EXPECT_EQ(result.dx, std::vector<T>({0, 0, 4, 8, 16, 32, 0, 0, 0, 0}));
  EXPECT_EQ(result.dalpha.value, 32 + 64 + 128);
}

TYPED_TEST(Pact, LevelGradients) {
  QUANT_BNN_TYPED_NAMES;
  // s = 63.5, s / alpha = 31.75
  Gradients<T> result = gradients<T>({-3, -2, 0, 1, 2, 3, nan}, 2,
                                     {1, 2, 4, 8, 16, 32, 64}, signedLevel);
  T s = T(63.5);
  EXPECT_EQ(result.dx, std::vector<T>({0, 2 * s, 4 * s, 8 * s, 16 * s, 0, 0}));
  EXPECT_EQ(result.dalpha.value, (4 - 8 - 32) * T(31.75));
  EXPECT_EQ(result.dalpha.absoluteTerms, (4 + 8 + 32) * T(31.75));

  // s = 1.5, s / alpha = 0.75
  result = gradients<T>({-1, 0, 1, 2, 3, nan}, 2, {1, 2, 4, 8, 16, 32},
                        unsignedLevel);
  EXPECT_EQ(result.dx, std::vector<T>({0, 3, 6, 12, 0, 0}));
  EXPECT_EQ(result.dalpha.value, -(4 + 16) * T(0.75));
}

TYPED_TEST(Pact, TheScaleHasACotangentInTheLevelForm) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_EQ((gradients<T>({}, 2, {}, signedLevel, T(4)).dalpha.value), -127);
  EXPECT_EQ((gradients<T>({1}, 2, {8}, unsignedLevel, T(4)).dalpha.value), -9);
  EXPECT_EQ((gradients<T>({1}, 2, {8}, signedValue, T(4)).dalpha.value), 0);
}

TYPED_TEST(Pact, GradientsSelect) {
  QUANT_BNN_TYPED_NAMES;
  for (const PactAttributes &form :
       {signedLevel, signedValue, unsignedLevel, unsignedValue})
    for (T g : {inf, nan}) {
      EXPECT_EQ(gradients<T>({3}, 2, {g}, form).dx[0], 0);
      EXPECT_EQ(gradients<T>({nan}, 2, {g}, form).dx[0], 0);
      EXPECT_EQ(gradients<T>({nan}, 2, {g}, form).dalpha.value, 0);
    }
}

TYPED_TEST(Pact, CompatMasksNothingAndDoesNotTrainAlpha) {
  QUANT_BNN_TYPED_NAMES;
  Gradients<T> result =
      gradients<T>({-3, 0, 3, nan, inf}, 2, {1, 2, 3, 4, 5}, compat, T(7));
  T s = T(63.5);
  EXPECT_EQ(result.dx, std::vector<T>({s, 2 * s, 3 * s, 4 * s, 5 * s}));
  EXPECT_EQ(result.dalpha.value, 0);
}

TYPED_TEST(Pact, Empty) {
  QUANT_BNN_TYPED_NAMES;
  for (const PactAttributes &form : allForms)
    EXPECT_EQ(gradients<T>({}, 2, {}, form).dalpha.value, 0);
}

} // namespace
