//===- AgreementTest.cpp - The comparisons themselves ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TypedTest.h"

#include "Reference/Agreement.h"
#include "Reference/Binarizers.h"

using namespace quant_bnn::reference;

namespace {

QUANT_BNN_TYPED_SUITE(Agreement);

TYPED_TEST(Agreement, EqualIsByValue) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_TRUE(equal(T(0), -T(0)));
  EXPECT_TRUE(equal(nan, -nan));
  EXPECT_TRUE(equal(inf, inf));
  EXPECT_FALSE(equal(inf, -inf));
  EXPECT_FALSE(equal(nan, T(0)));
  EXPECT_FALSE(equal(T(0), tiny));
}

TYPED_TEST(Agreement, WeightLevelsHaveOneNeighbourAtATie) {
  QUANT_BNN_TYPED_NAMES;
  T third = 2 * (T(2) / 3) - 1;
  T minusThird = 2 * (T(1) / 3) - 1;
  EXPECT_TRUE(weightDoReFaAgrees<T>(third, 1.5, 2));
  EXPECT_TRUE(weightDoReFaAgrees<T>(minusThird, 1.5, 2));
  EXPECT_FALSE(weightDoReFaAgrees<T>(1, 1.5, 2));
  EXPECT_TRUE(weightDoReFaAgrees<T>(third, 1.51, 2));
  EXPECT_FALSE(weightDoReFaAgrees<T>(minusThird, 1.51, 2));
  EXPECT_FALSE(weightDoReFaAgrees<T>(above(third), 2, 2));
  EXPECT_TRUE(weightDoReFaAgrees<T>(nan, nan, 2));
  EXPECT_FALSE(weightDoReFaAgrees<T>(nan, 1.5, 2));
  EXPECT_FALSE(weightDoReFaAgrees<T>(third, nan, 2));
}

TYPED_TEST(Agreement, WeightLevelsMayBeRoundedToTheResult) {
  QUANT_BNN_TYPED_NAMES;
  T (*toQuarters)(T) = [](T x) { return std::nearbyint(4 * x) / 4; };
  EXPECT_TRUE(weightDoReFaAgrees<T>(T(0.25), 2, 2, toQuarters));
  EXPECT_FALSE(weightDoReFaAgrees<T>(T(0.25), 2, 2));
}

TYPED_TEST(Agreement, TheReferenceAgreesWithItself) {
  QUANT_BNN_TYPED_NAMES;
  T w[64], y[64];
  double v[64];
  for (int i = 0; i != 64; ++i)
    w[i] = std::sin(T(i)) * 2;
  for (int64_t bits : {1, 2, 8, 16, 24}) {
    weightDoReFa(w, y, 64, bits);
    weightDoReFaPreRounding(w, v, 64, bits);
    for (int i = 0; i != 64; ++i)
      EXPECT_TRUE(weightDoReFaAgrees(y[i], v[i], bits)) << bits << " " << w[i];
  }
}

TYPED_TEST(Agreement, TheSwishBoundHoldsForTheStableFormInT) {
  QUANT_BNN_TYPED_NAMES;
  // What a lowering does: the same form, every operation rounded to T.
  for (T b : {T(0.5), T(1), T(5), T(12)})
    for (int i = -4000; i != 4000; ++i) {
      T x = T(i) / 300, g = T(-3.7);
      T z = std::abs(b * x), e = std::exp(-z);
      T factor = b * (2 - z * ((1 - e) / (1 + e)));
      factor *= 2 * e / ((1 + e) * (1 + e));
      EXPECT_TRUE(
          swishSignGradAgrees<T>(g * factor, swishSignGrad<T>(x, g, b), g, b))
          << "x = " << x << ", beta = " << b;
    }
}

TYPED_TEST(Agreement, SwishIsAbsoluteAndStrictAtSpecialValues) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_TRUE(swishSignGradAgrees<T>(8 * epsilon, 0, 1, 1.0));
  EXPECT_FALSE(swishSignGradAgrees<T>(9 * epsilon, 0, 1, 1.0));
  EXPECT_TRUE(swishSignGradAgrees<T>(nan, nan, 1, 1.0));
  EXPECT_FALSE(swishSignGradAgrees<T>(nan, 0, 1, 1.0));
  EXPECT_FALSE(swishSignGradAgrees<T>(0, nan, 1, 1.0));
  // An infinite g: not finite on both sides, or 0 on both.
  EXPECT_TRUE(swishSignGradAgrees<T>(nan, -inf, inf, 1.0));
  EXPECT_TRUE(swishSignGradAgrees<T>(0, 0, inf, 1.0));
  EXPECT_FALSE(swishSignGradAgrees<T>(nan, 0, inf, 1.0));
  EXPECT_FALSE(swishSignGradAgrees<T>(0, -inf, inf, 1.0));
}

TYPED_TEST(Agreement, SumsAreMeasuredByTheirTerms) {
  QUANT_BNN_TYPED_NAMES;
  Sum<T> sum = {0, 10};
  EXPECT_TRUE(sumAgrees<T>(10 * epsilon, sum, 1));
  EXPECT_FALSE(sumAgrees<T>(11 * epsilon, sum, 1));
  EXPECT_FALSE(sumAgrees<T>(nan, sum, 1));
  EXPECT_TRUE(sumAgrees<T>(nan, Sum<T>{inf, inf}, 1));
  EXPECT_FALSE(sumAgrees<T>(0, Sum<T>{inf, inf}, 1));
  EXPECT_TRUE(sumAgrees<T>(0, Sum<T>{0, 0}, 1));
}

} // namespace
