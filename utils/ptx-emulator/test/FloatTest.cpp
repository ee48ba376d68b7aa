//===- FloatTest.cpp - Arithmetic on floats -------------------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluation.h"

#include "gtest/gtest.h"

#include <algorithm>

using namespace ptx_emulator;

static constexpr float infinity = std::numeric_limits<float>::infinity();
static constexpr float nan32 = std::numeric_limits<float>::quiet_NaN();
static constexpr float smallest = std::numeric_limits<float>::denorm_min();
static constexpr float smallestNormal = std::numeric_limits<float>::min();

static uint32_t bits(float value) { return bitCast<uint32_t>(value); }

//===----------------------------------------------------------------------===//
// f32 and f64
//===----------------------------------------------------------------------===//

TEST(FloatTest, Arithmetic) {
  EXPECT_EQ(evaluateF32("add.rn.f32", {1, 2}), 3);
  EXPECT_EQ(evaluateF32("sub.rn.f32", {1, 2}), -1);
  EXPECT_EQ(evaluateF32("mul.rn.f32", {3, 2}), 6);
  EXPECT_EQ(evaluateF32("mul.f32", {3, 2}), 6);
  EXPECT_EQ(evaluateF32("div.rn.f32", {1, 3}), 1.0f / 3.0f);
  EXPECT_EQ(evaluateF32("div.full.f32", {1, 3}), 1.0f / 3.0f);
  EXPECT_EQ(evaluateF32("sqrt.rn.f32", {2}), std::sqrt(2.0f));
  EXPECT_EQ(evaluateF32("rcp.rn.f32", {3}), 1.0f / 3.0f);
  EXPECT_EQ(evaluateF32("ex2.approx.ftz.f32", {10}), 1024);
  EXPECT_EQ(evaluateF32("lg2.approx.f32", {8}), 3);
  EXPECT_EQ(bits(evaluateF32("div.rn.f32", {-1, 0})), bits(-infinity));
  // Only the high half of 1/3.
  EXPECT_EQ(evaluate("rcp.approx.ftz.f64", "d:d", {bitCast<uint64_t>(3.0)}),
            0x3fd5555500000000u);
  EXPECT_EQ(evaluate("rsqrt.approx.f64", "d:d", {bitCast<uint64_t>(0.25)}),
            bitCast<uint64_t>(2.0));
  EXPECT_EQ(evaluate("add.rn.f64", "d:dd",
                     {bitCast<uint64_t>(0.1), bitCast<uint64_t>(0.2)}),
            bitCast<uint64_t>(0.1 + 0.2));
}

TEST(FloatTest, AResultThatIsNoNumberIsCanonical) {
  EXPECT_EQ(evaluate("add.rn.f32", "r:rr", {0x7f800001, bits(1)}), 0x7fffffff);
  EXPECT_EQ(evaluate("sqrt.rn.f32", "r:r", {bits(-1)}), 0x7fffffff);
  EXPECT_EQ(evaluate("add.rn.f16", "h:hh", {0x7c00, 0xfc00}), 0x7fff);
  EXPECT_EQ(evaluate("mul.rn.bf16", "h:hh", {0x7f80, 0}), 0x7fff);
}

TEST(FloatTest, SubnormalNumbersAreFlushedOnlyWithFtz) {
  EXPECT_EQ(evaluateF32("add.rn.f32", {smallest, smallest}), 2 * smallest);
  EXPECT_EQ(bits(evaluateF32("mul.rn.f32", {-smallestNormal, 0.5f})),
            bits(-smallestNormal / 2));
  EXPECT_EQ(bits(evaluateF32("add.rn.ftz.f32", {smallest, smallest})), 0u);
  EXPECT_EQ(bits(evaluateF32("mul.rn.ftz.f32", {-smallestNormal, 0.5f})),
            bits(-0.0f));
  EXPECT_EQ(evaluateF32("add.rn.ftz.f32", {smallest, 1}), 1);
  EXPECT_EQ(bits(evaluateF32("abs.ftz.f32", {-smallest})), 0u);
}

TEST(FloatTest, RoundingModes) {
  // 1 + 2^-24 is halfway between 1 and its neighbor.
  float half = std::ldexp(1.0f, -24);
  float next = std::nextafter(1.0f, 2.0f);
  EXPECT_EQ(evaluateF32("add.rn.f32", {1, half}), 1);
  EXPECT_EQ(evaluateF32("add.rz.f32", {1, half}), 1);
  EXPECT_EQ(evaluateF32("add.rm.f32", {1, half}), 1);
  EXPECT_EQ(evaluateF32("add.rp.f32", {1, half}), next);
  EXPECT_EQ(evaluateF32("add.rz.f32", {-1, -half}), -1);
  EXPECT_EQ(evaluateF32("add.rm.f32", {-1, -half}), -next);
  EXPECT_EQ(evaluateF32("fma.rp.f32", {half, 1, 1}), next);
  EXPECT_EQ(evaluateF32("sqrt.rp.f32", {2}),
            std::nextafter(std::sqrt(2.0f), 2.0f));
  EXPECT_EQ(evaluate("div.rm.f64", "d:dd",
                     {bitCast<uint64_t>(-1.0), bitCast<uint64_t>(3.0)}),
            bitCast<uint64_t>(std::nextafter(-1.0 / 3.0, -1.0)));
}

TEST(FloatTest, FusedMultiplyAddRoundsOnce) {
  float a = 1 + std::ldexp(1.0f, -12);
  EXPECT_EQ(evaluateF32("fma.rn.f32", {a, a, -1}),
            std::ldexp(1.0f, -11) + std::ldexp(1.0f, -24));
  EXPECT_EQ(evaluateF32("mul.rn.f32", {a, a}) - 1, std::ldexp(1.0f, -11));
}

TEST(FloatTest, ExtremaOfNumbersAndOthers) {
  EXPECT_EQ(evaluateF32("min.f32", {nan32, 1}), 1);
  EXPECT_EQ(evaluateF32("max.f32", {1, nan32}), 1);
  EXPECT_EQ(bits(evaluateF32("min.f32", {nan32, nan32})), 0x7fffffff);
  EXPECT_EQ(bits(evaluateF32("min.NaN.f32", {nan32, 1})), 0x7fffffff);
  EXPECT_EQ(bits(evaluateF32("max.NaN.f32", {1, nan32})), 0x7fffffff);
  EXPECT_EQ(bits(evaluateF32("min.f32", {0.0f, -0.0f})), bits(-0.0f));
  EXPECT_EQ(bits(evaluateF32("max.f32", {-0.0f, 0.0f})), bits(0.0f));
  EXPECT_EQ(evaluateF32("max.NaN.f32", {-infinity, 2}), 2);
  EXPECT_EQ(evaluate("max.NaN.f16x2", "r:rr", {0x7e003c00, 0x3c004000}),
            0x7fff4000u);
}

TEST(FloatTest, SignsOfAnything) {
  EXPECT_EQ(evaluate("neg.f32", "r:r", {0x7f800001}), 0xff800001);
  EXPECT_EQ(evaluate("abs.f32", "r:r", {0xff800001}), 0x7f800001u);
  EXPECT_EQ(bits(evaluateF32("neg.f32", {0.0f})), bits(-0.0f));
  EXPECT_EQ(evaluateF32("copysign.f32", {-0.0f, 3}), -3);
  EXPECT_EQ(evaluate("neg.f16x2", "r:r", {0x3c000000}), 0xbc008000);
}

TEST(FloatTest, Tests) {
  EXPECT_EQ(evaluate("testp.infinite.f32", "p:r", {bits(-infinity)}), 1u);
  EXPECT_EQ(evaluate("testp.infinite.f32", "p:r", {bits(nan32)}), 0u);
  EXPECT_EQ(evaluate("testp.notanumber.f32", "p:r", {bits(nan32)}), 1u);
  EXPECT_EQ(evaluate("testp.finite.f64", "p:d", {bitCast<uint64_t>(1e300)}),
            1u);
}

//===----------------------------------------------------------------------===//
// f16 and bf16
//===----------------------------------------------------------------------===//

/// Returns rows of each value of 16 bits and `second`.
static std::vector<std::vector<uint64_t>> allBeside(uint64_t second) {
  std::vector<std::vector<uint64_t>> rows;
  for (uint64_t first = 0; first < 65536; ++first)
    rows.push_back({first, second});
  return rows;
}

/// Rounds a long double, which has 64 bits, to the nearest of all values of the
/// format, which a search finds.
template <typename Format>
class NearestSearch {
public:
  NearestSearch() {
    for (uint32_t bits = 0; !std::isinf(Format::decode(bits)); ++bits)
      values.push_back(Format::decode(bits));
  }

  uint16_t operator()(long double exact) const {
    if (std::isnan(exact))
      return Format::nan;
    uint16_t sign = std::signbit(exact) ? 0x8000 : 0;
    long double magnitude = std::fabs(exact);
    size_t above = std::lower_bound(values.begin(), values.end(), magnitude) -
                   values.begin();
    if (above < values.size() && values[above] == magnitude)
      return sign | above;
    // The first value that is too large stands for infinity.
    long double upper = above < values.size()
                            ? values[above]
                            : 2 * values.back() - values[values.size() - 2];
    long double lower = values[above - 1];
    long double toLower = magnitude - lower, toUpper = upper - magnitude;
    bool isUp = toUpper < toLower || (toUpper == toLower && above % 2 == 0);
    return sign | (isUp ? std::min(above, values.size()) : above - 1);
  }

private:
  std::vector<long double> values;
};

template <typename Format>
static void compareWithSearch(const std::string &suffix) {
  NearestSearch<Format> nearest;
  // 1 + an ulp, a large, a subnormal and a negative number, infinity.
  for (uint16_t second : {0x3c01, 0x7b00, 0x0003, 0xc123, 0x7c00}) {
    auto rows = allBeside(second);
    long double b = Format::decode(second);
    auto compare = [&](const std::string &name, auto compute) {
      std::vector<uint64_t> results = evaluateAll(name + suffix, "h:hh", rows);
      size_t mismatches = 0;
      for (size_t i = 0; i < rows.size(); ++i) {
        long double a = Format::decode(static_cast<uint16_t>(i));
        mismatches += results[i] != nearest(compute(a, b));
      }
      EXPECT_EQ(mismatches, 0u) << name << suffix << " with " << second;
    };
    compare("add.rn", [](long double a, long double b) { return a + b; });
    compare("sub.rn", [](long double a, long double b) { return a - b; });
    compare("mul.rn", [](long double a, long double b) { return a * b; });
  }
}

TEST(FloatTest, AllValuesOfF16) { compareWithSearch<F16>(".f16"); }

// Sums of bf16 may need more bits than long double has, but then they are not
// halfway between two values.
TEST(FloatTest, AllValuesOfBF16) { compareWithSearch<BF16>(".bf16"); }

// Each product is halfway between two values; only the tiny addend, for which
// the mantissa of f32 has no room, decides to which value it is rounded.
TEST(FloatTest, FusedMultiplyAddOfNarrowFloatsRoundsOnce) {
  EXPECT_EQ(evaluate("mul.rn.f16", "h:hh", {0x3c01, 0x3e00}), 0x3e02u);
  EXPECT_EQ(evaluate("fma.rn.f16", "h:hhh", {0x3c01, 0x3e00, 0x0001}), 0x3e02u);
  EXPECT_EQ(evaluate("fma.rn.f16", "h:hhh", {0x3c01, 0x3e00, 0x8001}), 0x3e01u);
  EXPECT_EQ(evaluate("mul.rn.bf16", "h:hh", {0xc4c0, 0xf59b}), 0x7ae8u);
  EXPECT_EQ(evaluate("fma.rn.bf16", "h:hhh", {0xc4c0, 0xf59b, 0x270d}),
            0x7ae9u);
  EXPECT_EQ(evaluate("fma.rn.bf16", "h:hhh", {0xc4c0, 0xf59b, 0xa70d}),
            0x7ae8u);
  EXPECT_EQ(
      evaluate("fma.rn.bf16x2", "r:rrr", {0xc4c0c4c0, 0xf59bf59b, 0x270da70d}),
      0x7ae97ae8u);
}
