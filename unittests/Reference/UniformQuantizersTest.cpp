//===- UniformQuantizersTest.cpp - Boundaries of DoReFa and min_max -------===//
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

QUANT_BNN_TYPED_SUITE(DoReFa);
QUANT_BNN_TYPED_SUITE(MinMax);
QUANT_BNN_TYPED_SUITE(Dequantize);

template <typename T>
std::vector<T> weights(const std::vector<T> &w, int64_t bits) {
  std::vector<T> y(w.size());
  weightDoReFa(w.data(), y.data(), w.size(), bits);
  return y;
}

template <typename T>
std::vector<T> weightGradients(const std::vector<T> &w, const std::vector<T> &g,
                               WeightDoReFaGradient gradient,
                               std::optional<T> m = std::nullopt) {
  std::vector<T> dw(w.size());
  weightDoReFaGrad(w.data(), g.data(), dw.data(), w.size(), gradient, m);
  return dw;
}

template <typename T>
std::pair<std::vector<T>, T> levels(const std::vector<T> &x, int64_t bits,
                                    bool unrounded = false) {
  std::vector<T> q(x.size());
  T s = minMax(x.data(), q.data(), x.size(), bits, unrounded);
  return {q, s};
}

//===----------------------------------------------------------------------===//
// DoReFa
//===----------------------------------------------------------------------===//

TYPED_TEST(DoReFa, InputClampsAndKeepsNan) {
  QUANT_BNN_TYPED_NAMES;
  for (int64_t bits : {1, 2, 8, 24}) {
    for (T x : {-inf, T(-1), -tiny, -T(0), T(0), tiny})
      EXPECT_EQ(inputDoReFa(x, bits), 0) << x;
    for (T x : {T(1), above(1), inf})
      EXPECT_EQ(inputDoReFa(x, bits), 1) << x;
    EXPECT_TRUE(std::isnan(inputDoReFa(nan, bits)));
  }
}

TYPED_TEST(DoReFa, InputTiesGoToEven) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_EQ(inputDoReFa<T>(T(0.5), 1), 0);
  EXPECT_EQ(inputDoReFa<T>(above(T(0.5)), 1), 1);
  // 0.5 times 3 is 1.5, which goes up to 2.
  EXPECT_EQ(inputDoReFa<T>(T(0.5), 2), T(2) / 3);
  EXPECT_EQ(inputDoReFa<T>(below(T(0.5)), 2), T(1) / 3);
  // 127.5 goes to 128.
  EXPECT_EQ(inputDoReFa<T>(T(0.5), 8), T(128) / 255);
}

TYPED_TEST(DoReFa, InputLevelsAreFixedPoints) {
  QUANT_BNN_TYPED_NAMES;
  for (int64_t bits : {1, 2, 3, 5, 8}) {
    int64_t steps = (int64_t(1) << bits) - 1;
    for (int64_t level = 0; level <= steps; ++level) {
      T value = T(level) / T(steps);
      EXPECT_EQ(inputDoReFa(value, bits), value);
    }
  }
}

TYPED_TEST(DoReFa, InputWindow) {
  QUANT_BNN_TYPED_NAMES;
  for (T x : {T(0), -T(0), tiny, T(1)})
    EXPECT_EQ(inputDoReFaWindowGrad<T>(x, 3), 3) << x;
  for (T x : {-tiny, above(1), inf, -inf, nan})
    for (T g : {T(3), inf, nan})
      EXPECT_EQ(inputDoReFaWindowGrad(x, g), 0) << x;
}

TYPED_TEST(DoReFa, WeightsReachBothEnds) {
  QUANT_BNN_TYPED_NAMES;
  for (int64_t bits : {1, 2, 8})
    for (T x : {tiny, T(1e-6), T(0.3), T(40), inf}) {
      EXPECT_EQ(weights<T>({x, -x}, bits), std::vector<T>({1, -1})) << x;
      EXPECT_EQ(weights<T>({x}, bits), std::vector<T>({1})) << x;
    }
}

TYPED_TEST(DoReFa, WeightZeroIsTheTie) {
  QUANT_BNN_TYPED_NAMES;
  T third = 2 * (T(2) / 3) - 1;
  EXPECT_EQ(weights<T>({1, 0, -T(0), -1}, 1), std::vector<T>({1, -1, -1, -1}));
  EXPECT_EQ(weights<T>({1, 0, -T(0), -1}, 2),
            std::vector<T>({1, third, third, -1}));
  // An all-zero tensor is quantized alike.
  EXPECT_EQ(weights<T>({0, -T(0)}, 1), std::vector<T>({-1, -1}));
  EXPECT_EQ(weights<T>({0, -T(0)}, 2), std::vector<T>({third, third}));
}

TYPED_TEST(DoReFa, OneNanWeightMakesAllNan) {
  QUANT_BNN_TYPED_NAMES;
  for (T y : weights<T>({1, nan, 0}, 2))
    EXPECT_TRUE(std::isnan(y));
  for (T dw :
       weightGradients<T>({1, nan, 0}, {1, 1, 1}, WeightDoReFaGradient::tanh))
    EXPECT_TRUE(std::isnan(dw));
}

TYPED_TEST(DoReFa, EmptyWeights) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_EQ(weights<T>({}, 2), std::vector<T>());
  EXPECT_EQ(weightGradients<T>({}, {}, WeightDoReFaGradient::tanh),
            std::vector<T>());
  EXPECT_EQ((maxAbs<T>(nullptr, 0)), 0);
}

TYPED_TEST(DoReFa, MaxAbs) {
  QUANT_BNN_TYPED_NAMES;
  auto max = [](const std::vector<T> &x) { return maxAbs(x.data(), x.size()); };
  EXPECT_EQ(max({-3, 2}), 3);
  EXPECT_FALSE(std::signbit(max({-T(0)})));
  EXPECT_EQ(max({1, -inf}), inf);
  EXPECT_TRUE(std::isnan(max({nan, inf})));
  EXPECT_TRUE(std::isnan(max({inf, -nan})));
}

TYPED_TEST(DoReFa, WeightGradients) {
  QUANT_BNN_TYPED_NAMES;
  std::vector<T> w = {0, T(0.5), -2}, g = {1, inf, -3};
  EXPECT_EQ(weightGradients(w, g, WeightDoReFaGradient::identity), g);
  EXPECT_EQ(weightGradients(w, g, WeightDoReFaGradient::zero),
            std::vector<T>({0, 0, 0}));

  T m = std::tanh(T(2));
  std::vector<T> dw = weightGradients(w, g, WeightDoReFaGradient::tanh);
  EXPECT_NEAR(dw[0], 1 / m, 4 * epsilon);
  EXPECT_EQ(dw[1], inf);
  EXPECT_NEAR(dw[2], -3 * (1 - m * m) / m, 16 * epsilon);
  // The residual stands for the maximum of w.
  EXPECT_EQ(weightGradients<T>(w, g, WeightDoReFaGradient::tanh, 2)[0], T(0.5));
}

TYPED_TEST(DoReFa, TanhGradientIsZeroWithoutAScale) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_EQ(
      weightGradients<T>({0, -T(0)}, {inf, nan}, WeightDoReFaGradient::tanh),
      std::vector<T>({0, 0}));
  EXPECT_EQ(weightGradients<T>({3}, {1}, WeightDoReFaGradient::tanh, T(0)),
            std::vector<T>({0}));
}

//===----------------------------------------------------------------------===//
// min_max
//===----------------------------------------------------------------------===//

TYPED_TEST(MinMax, TiesGoToEven) {
  QUANT_BNN_TYPED_NAMES;
  auto [q, s] = levels<T>({-2, -1, T(-0.5), 0, T(0.5), 1, 2}, 8);
  EXPECT_EQ(s, T(63.5));
  EXPECT_EQ(q, std::vector<T>({-127, -64, -32, 0, 32, 64, 127}));
}

TYPED_TEST(MinMax, Unrounded) {
  QUANT_BNN_TYPED_NAMES;
  auto [q, s] = levels<T>({-2, T(0.5)}, 8, /*unrounded=*/true);
  EXPECT_EQ(s, T(63.5));
  EXPECT_EQ(q, std::vector<T>({-127, T(31.75)}));
}

TYPED_TEST(MinMax, ZerosAndEmpty) {
  QUANT_BNN_TYPED_NAMES;
  auto [q, s] = levels<T>({0, -T(0)}, 8);
  EXPECT_EQ(s, 0);
  EXPECT_EQ(q, std::vector<T>({0, 0}));
  EXPECT_EQ(levels<T>({}, 8).second, 0);
}

TYPED_TEST(MinMax, OneNanMakesAllNan) {
  QUANT_BNN_TYPED_NAMES;
  auto [q, s] = levels<T>({1, nan, inf, 0}, 8);
  EXPECT_TRUE(std::isnan(s));
  for (T level : q)
    EXPECT_TRUE(std::isnan(level));
}

TYPED_TEST(MinMax, InfinityGivesAScaleOfZero) {
  QUANT_BNN_TYPED_NAMES;
  auto [q, s] = levels<T>({1, -inf, -3, inf}, 8);
  EXPECT_EQ(s, 0);
  EXPECT_EQ(q[0], 0);
  EXPECT_EQ(q[2], 0);
  EXPECT_TRUE(std::isnan(q[1]) && std::isnan(q[3]));
}

TYPED_TEST(MinMax, AScaleDoesNotOverflow) {
  QUANT_BNN_TYPED_NAMES;
  auto [q, s] = levels<T>({tiny, 0, -tiny}, 8);
  EXPECT_EQ(s, largest);
  EXPECT_EQ(q, std::vector<T>({0, 0, 0}));
  // The largest that is not limited, and the next smaller one.
  T m = T(127) / largest;
  auto [levelsOfM, sOfM] = levels<T>({m, -m}, 8);
  EXPECT_LE(sOfM, largest);
  EXPECT_EQ(levelsOfM, std::vector<T>({127, -127}));
  EXPECT_EQ(levels<T>({below(m)}, 8).second, largest);
}

TYPED_TEST(MinMax, TheLimitMayBeThatOfANarrowerType) {
  QUANT_BNN_TYPED_NAMES;
  T q, x = T(0.001);
  EXPECT_EQ(minMax(&x, &q, 1, 8, /*unrounded=*/false, 65504), 65504);
  EXPECT_EQ(q, 66);
  x = T(0.01);
  EXPECT_EQ(minMax(&x, &q, 1, 8, /*unrounded=*/false, 65504), 127 / x);
  EXPECT_EQ(q, 127);
}

TYPED_TEST(MinMax, GradientIsScaled) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_EQ(minMaxGrad<T>(T(63.5), -2), -127);
  EXPECT_EQ(minMaxGrad<T>(0, 3), 0);
  EXPECT_TRUE(std::isnan(minMaxGrad<T>(nan, 3)));
  EXPECT_TRUE(std::isnan(minMaxGrad<T>(0, inf)));
}

//===----------------------------------------------------------------------===//
// dequantize
//===----------------------------------------------------------------------===//

TYPED_TEST(Dequantize, DividesByTheScale) {
  QUANT_BNN_TYPED_NAMES;
  EXPECT_EQ(dequantize<T>(127, T(63.5)), 2);
  EXPECT_EQ(dequantize<T>(3, inf), 0);
  EXPECT_TRUE(std::isnan(dequantize<T>(nan, 2)));
  EXPECT_TRUE(std::isnan(dequantize<T>(1, nan)));
}

TYPED_TEST(Dequantize, IsZeroWhereTheScaleIs) {
  QUANT_BNN_TYPED_NAMES;
  for (T s : {T(0), -T(0)})
    for (T q : {T(0), T(3), inf, nan}) {
      EXPECT_EQ(dequantize(q, s), 0);
      T g = nan, dq = 7;
      Sum<T> ds = dequantizeGrad(&q, s, &g, &dq, 1);
      EXPECT_EQ(dq, 0);
      EXPECT_EQ(ds.value, 0);
      EXPECT_EQ(ds.absoluteTerms, 0);
    }
}

TYPED_TEST(Dequantize, Gradients) {
  QUANT_BNN_TYPED_NAMES;
  std::vector<T> q = {1, -2, 3}, g = {4, 8, -2}, dq(3);
  Sum<T> ds = dequantizeGrad(q.data(), T(2), g.data(), dq.data(), q.size());
  EXPECT_EQ(dq, std::vector<T>({2, 4, -1}));
  // -(4 - 16 - 6) / 4
  EXPECT_EQ(ds.value, T(4.5));
  EXPECT_EQ(ds.absoluteTerms, T(6.5));
  EXPECT_EQ((dequantizeGrad<T>(nullptr, 2, nullptr, nullptr, 0).value), 0);
}

} // namespace
