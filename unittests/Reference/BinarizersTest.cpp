//===- BinarizersTest.cpp - Boundaries of the binarizers ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TypedTest.h"

#include "Reference/Binarizers.h"
#include "Reference/GradientControl.h"

using namespace quant_bnn::reference;

namespace {

QUANT_BNN_TYPED_SUITE(Binarizers);
QUANT_BNN_TYPED_SUITE(GradientControl);

TYPED_TEST(Binarizers, SignIsPositiveAtBothZeros) {
  QUANT_BNN_TYPED_NAMES;
  for (NanPolicy policy :
       {NanPolicy::positive, NanPolicy::negative, NanPolicy::propagate}) {
    for (T x : {T(0), -T(0), tiny, T(0.3), inf})
      EXPECT_EQ(sign(x, policy), 1) << x;
    for (T x : {-tiny, T(-0.3), -inf})
      EXPECT_EQ(sign(x, policy), -1) << x;
  }
}

TYPED_TEST(Binarizers, SignOfNanIsAPolicy) {
  QUANT_BNN_TYPED_NAMES;
  for (T x : {nan, -nan}) {
    EXPECT_EQ(sign(x, NanPolicy::positive), 1);
    EXPECT_EQ(sign(x, NanPolicy::negative), -1);
    EXPECT_TRUE(std::isnan(sign(x, NanPolicy::propagate)));
  }
}

TYPED_TEST(Binarizers, SignOfZeroIsAPolicy) {
  QUANT_BNN_TYPED_NAMES;
  const std::pair<ZeroPolicy, T> policies[] = {{ZeroPolicy::positive, T(1)},
                                               {ZeroPolicy::negative, T(-1)},
                                               {ZeroPolicy::zero, T(0)}};
  for (auto [policy, value] : policies) {
    for (T x : {T(0), -T(0)}) {
      EXPECT_EQ(sign(x, NanPolicy::positive, policy), value);
      EXPECT_FALSE(std::signbit(sign(x, NanPolicy::zero, ZeroPolicy::zero)));
    }
    for (T x : {tiny, T(0.3), inf})
      EXPECT_EQ(sign(x, NanPolicy::negative, policy), 1) << x;
    for (T x : {-tiny, T(-0.3), -inf})
      EXPECT_EQ(sign(x, NanPolicy::positive, policy), -1) << x;
    EXPECT_EQ(sign(nan, NanPolicy::positive, policy), 1);
    EXPECT_EQ(sign(nan, NanPolicy::negative, policy), -1);
    EXPECT_TRUE(std::isnan(sign(nan, NanPolicy::propagate, policy)));
    EXPECT_EQ(sign(nan, NanPolicy::zero, policy), 0);
  }
}

TYPED_TEST(Binarizers, HeavisideIsLowAtZeroAndNan) {
  QUANT_BNN_TYPED_NAMES;
  for (double low : {0.0, -1.0}) {
    for (T x : {T(0), -T(0), -tiny, -inf, nan})
      EXPECT_EQ(heaviside(x, low), low) << x;
    for (T x : {tiny, T(1), inf})
      EXPECT_EQ(heaviside(x, low), 1) << x;
  }
}

TYPED_TEST(Binarizers, ApproxSignGrad) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_EQ(approxSignGrad<T>(0, 3), 6);
  EXPECT_EQ(approxSignGrad<T>(T(-0.25), 3), T(4.5));
  EXPECT_EQ(approxSignGrad<T>(below(1), 1), epsilon);
  for (T x : {T(1), T(-1), above(1), largest, inf, -inf, nan})
    EXPECT_EQ(approxSignGrad<T>(x, 1), 0) << x;
}

TYPED_TEST(Binarizers, ApproxSignGradSelects) {
  QUANT_BNN_TYPED_NAMES;
  for (T g : {inf, -inf, nan}) {
    for (T x : {above(1), below(-1), largest, inf, nan})
      EXPECT_EQ(approxSignGrad(x, g), 0) << x;
    // The edge is inside, where the factor is 0.
    EXPECT_TRUE(std::isnan(approxSignGrad<T>(1, g)));
  }
}

TYPED_TEST(Binarizers, SwishSignGrad) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_EQ(swishSignGrad<T>(0, 1, 5.0), 5);
  EXPECT_EQ(swishSignGrad<T>(-T(0), -2, 0.5), -1);
  for (T x : {T(0.1), T(0.7), T(3), T(30)})
    EXPECT_EQ(swishSignGrad<T>(x, 1, 5.0), swishSignGrad<T>(-x, 1, 5.0)) << x;
  // The factor changes sign at z = 2.39935728...
  EXPECT_GT(swishSignGrad<T>(T(2.3993), 1, 1.0), 0);
  EXPECT_LT(swishSignGrad<T>(T(2.3994), 1, 1.0), 0);
  EXPECT_NEAR(swishSignGrad<T>(T(3.4358), 1, 1.0), -0.07382874633775127, 1e-8);
}

TYPED_TEST(Binarizers, SwishSignGradNeitherOverflowsNorMakesNan) {
  QUANT_BNN_TYPED_NAMES;
  // z is infinite for x = inf, and for a finite x times beta.
  for (T g : {T(1), -T(0), inf, nan})
    for (T x : {inf, -inf, largest, -largest})
      EXPECT_EQ(swishSignGrad(x, g, 5.0), 0) << x;
  EXPECT_EQ(swishSignGrad<T>(largest, 1, 0.5), 0);
  EXPECT_EQ(swishSignGrad<T>(T(1e4), 1, 1.0), 0);
  EXPECT_TRUE(std::isnan(swishSignGrad<T>(nan, 1, 5.0)));
  EXPECT_TRUE(std::isnan(swishSignGrad<T>(1, nan, 5.0)));
  EXPECT_EQ(swishSignGrad<T>(0, inf, 5.0), inf);
}

TYPED_TEST(Binarizers, SwishSignGradRoundsBeta) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_EQ(swishSignGrad<T>(0, 1, 0.1), T(0.1));
  EXPECT_EQ(swishSignGrad<T>(1, 1, 0.1), swishSignGrad<T>(1, 1, T(0.1)));
}

TYPED_TEST(GradientControl, NoClipIsTheIdentity) {
  QUANT_BNN_TYPED_NAMES;
  for (T x : {T(0), T(1e30), inf, nan}) {
    EXPECT_EQ(windowGrad<T>(x, 3, std::nullopt), 3);
    EXPECT_TRUE(std::isnan(windowGrad(x, nan, std::nullopt)));
  }
}

TYPED_TEST(GradientControl, TheClipIsInside) {
  QUANT_BNN_TYPED_NAMES;
  for (double clip : {0.3, 1.0, 1.3, 2.0}) {
    T edge = static_cast<T>(clip);
    for (T x : {T(0), -T(0), edge, -edge, below(edge)})
      EXPECT_EQ(windowGrad<T>(x, 3, clip), 3) << x;
    for (T x : {above(edge), below(-edge), inf, -inf, nan})
      EXPECT_EQ(windowGrad<T>(x, 3, clip), 0) << x;
  }
}

TYPED_TEST(GradientControl, AClipOfZeroPassesZeroAlone) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_EQ(windowGrad<T>(0, 3, 0.0), 3);
  EXPECT_EQ(windowGrad<T>(-T(0), 3, 0.0), 3);
  EXPECT_EQ(windowGrad<T>(tiny, 3, 0.0), 0);
}

TYPED_TEST(GradientControl, AnInfiniteClipPassesAllButNan) {
  QUANT_BNN_TYPED_NAMES;
  double clip = std::numeric_limits<double>::infinity();
  for (T x : {T(0), largest, inf, -inf})
    EXPECT_EQ(windowGrad<T>(x, 3, clip), 3) << x;
  EXPECT_EQ(windowGrad<T>(nan, 3, clip), 0);
}

TYPED_TEST(GradientControl, TheMaskSelects) {
  QUANT_BNN_TYPED_NAMES;
  for (T g : {inf, -inf, nan})
    EXPECT_EQ(windowGrad<T>(2, g, 1.0), 0);
  EXPECT_EQ(windowGrad<T>(1, inf, 1.0), inf);
}

} // namespace
