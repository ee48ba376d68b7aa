//===- ConversionTest.cpp - The instruction cvt ---------------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluation.h"

#include "gtest/gtest.h"

using namespace ptx_emulator;

static uint32_t bits(float value) { return bitCast<uint32_t>(value); }
static uint64_t bits(double value) { return bitCast<uint64_t>(value); }

//===----------------------------------------------------------------------===//
// f16 and bf16
//===----------------------------------------------------------------------===//

static std::vector<std::vector<uint64_t>> allHalves() {
  std::vector<std::vector<uint64_t>> rows;
  for (uint64_t i = 0; i < 65536; ++i)
    rows.push_back({i});
  return rows;
}

/// Returns the value of `half` by the definition of the format.
static float decodeHalf(uint32_t half, int mantissaBits, int bias) {
  int exponent = (half & 0x7fff) >> mantissaBits;
  float mantissa = half & ((1 << mantissaBits) - 1);
  float scale = std::ldexp(1.0f, -mantissaBits);
  float magnitude = exponent == 0
                        ? std::ldexp(mantissa * scale, 1 - bias)
                        : std::ldexp(1 + mantissa * scale, exponent - bias);
  return half & 0x8000 ? -magnitude : magnitude;
}

static void checkHalf(const std::string &name, int mantissaBits, int bias,
                      uint32_t infinity) {
  std::vector<uint64_t> widened =
      evaluateAll("cvt.f32." + name, "r:h", allHalves());
  std::vector<std::vector<uint64_t>> exact, ties;
  for (uint32_t half = 0; half < 65536; ++half) {
    float value = bitCast<float>(static_cast<uint32_t>(widened[half]));
    uint32_t magnitude = half & 0x7fff;
    EXPECT_EQ(std::isnan(value), magnitude > infinity) << half;
    EXPECT_EQ(std::isinf(value), magnitude == infinity) << half;
    if (magnitude < infinity) {
      EXPECT_EQ(bits(value), bits(decodeHalf(half, mantissaBits, bias)));
    }
    exact.push_back({bits(value)});
    // Halfway to the next magnitude, which may be that of infinity.
    float step = magnitude + 1 < infinity
                     ? decodeHalf(half + 1, mantissaBits, bias) - value
                     : value - decodeHalf(half - 1, mantissaBits, bias);
    float tie = value + step / 2;
    ties.push_back({bits(tie)});
    ties.push_back({bits(std::nextafter(tie, 0.0f))});
    ties.push_back({bits(std::nextafter(tie, tie * 2))});
  }

  std::vector<uint64_t> narrowed =
      evaluateAll("cvt.rn." + name + ".f32", "h:r", exact);
  for (uint32_t half = 0; half < 65536; ++half)
    EXPECT_EQ(narrowed[half], (half & 0x7fff) > infinity ? 0x7fff : half);

  narrowed = evaluateAll("cvt.rn." + name + ".f32", "h:r", ties);
  std::vector<uint64_t> towardZero =
      evaluateAll("cvt.rz." + name + ".f32", "h:r", ties);
  for (uint32_t half = 0; half < 65536; ++half) {
    if ((half & 0x7fff) >= infinity)
      continue;
    EXPECT_EQ(narrowed[3 * half], half + half % 2) << half;
    EXPECT_EQ(narrowed[3 * half + 1], half) << half;
    EXPECT_EQ(narrowed[3 * half + 2], half + 1) << half;
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(towardZero[3 * half + i], half) << half;
  }
}

TEST(ConversionTest, AllValuesOfF16) { checkHalf("f16", 10, 15, 0x7c00); }
TEST(ConversionTest, AllValuesOfBF16) { checkHalf("bf16", 7, 127, 0x7f80); }

TEST(ConversionTest, NarrowingRoundsOnce) {
  // Just above halfway between 1 and its neighbor in f16; in f32 it is halfway.
  double value = 1 + std::ldexp(1.0, -11) + std::ldexp(1.0, -40);
  EXPECT_EQ(evaluate("cvt.rn.f16.f64", "h:d", {bits(value)}), 0x3c01u);
  // Just above halfway between 2^62 and its neighbor in bf16, from an integer
  // that f64 cannot hold.
  uint64_t integer = (uint64_t(257) << 54) + 1;
  EXPECT_EQ(evaluate("cvt.rn.bf16.u64", "h:d", {integer}), 0x5e81u);
  EXPECT_EQ(evaluate("cvt.rn.bf16.u64", "h:d", {integer - 1}), 0x5e80u);
}

TEST(ConversionTest, Pairs) {
  EXPECT_EQ(evaluate("cvt.rn.f16x2.f32", "r:rr", {bits(1.0f), bits(-2.0f)}),
            0x3c00c000u);
  EXPECT_EQ(evaluate("cvt.rn.bf16x2.f32", "r:rr", {bits(1.0f), bits(-2.0f)}),
            0x3f80c000u);
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

static int32_t toS32(const char *rounding, float value) {
  return static_cast<int32_t>(evaluate(
      std::string("cvt.") + rounding + ".s32.f32", "r:r", {bits(value)}));
}

TEST(ConversionTest, RoundingToIntegers) {
  EXPECT_EQ(toS32("rni", 2.5f), 2);
  EXPECT_EQ(toS32("rni", 3.5f), 4);
  EXPECT_EQ(toS32("rzi", -2.7f), -2);
  EXPECT_EQ(toS32("rmi", -2.1f), -3);
  EXPECT_EQ(toS32("rpi", 2.1f), 3);
  EXPECT_EQ(evaluate("cvt.rni.f32.f32", "r:r", {bits(-0.4f)}), bits(-0.0f));
  EXPECT_EQ(evaluate("cvt.rpi.f16.f16", "h:h", {0x3c01}), 0x4000u);
  EXPECT_EQ(evaluate("cvt.rmi.f64.f64", "d:d", {bits(-1e-300)}), bits(-1.0));
}

TEST(ConversionTest, IntegersAreClamped) {
  float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(toS32("rzi", 1e10f), INT32_MAX);
  EXPECT_EQ(toS32("rzi", -1e10f), INT32_MIN);
  EXPECT_EQ(toS32("rzi", nan), 0);
  EXPECT_EQ(evaluate("cvt.rzi.u32.f32", "r:r", {bits(-1.0f)}), 0u);
  EXPECT_EQ(evaluate("cvt.rzi.u32.f32", "r:r", {bits(4294967296.0f)}),
            UINT32_MAX);
  EXPECT_EQ(evaluate("cvt.rzi.s16.f32", "h:r", {bits(70000.0f)}), 0x7fffu);
  EXPECT_EQ(evaluate("cvt.rzi.s64.f32", "d:r", {bits(1e30f)}),
            uint64_t(INT64_MAX));
  EXPECT_EQ(evaluate("cvt.rzi.s64.f32", "d:r", {bits(nan)}), uint64_t(1) << 63);
  EXPECT_EQ(evaluate("cvt.rzi.u32.f64", "r:d",
                     {bits(std::numeric_limits<double>::quiet_NaN())}),
            uint64_t(1) << 31);
}

TEST(ConversionTest, FromIntegers) {
  EXPECT_EQ(evaluate("cvt.rn.f32.s32", "r:r", {uint32_t(-16777217)}),
            bits(-16777216.0f));
  EXPECT_EQ(evaluate("cvt.rp.f32.u32", "r:r", {16777217}), bits(16777218.0f));
  EXPECT_EQ(evaluate("cvt.rz.f32.u64", "r:d", {UINT64_MAX}),
            bits(std::nextafter(std::ldexp(1.0f, 64), 0.0f)));
  EXPECT_EQ(evaluate("cvt.rn.f64.u64", "d:d", {UINT64_MAX}),
            bits(std::ldexp(1.0, 64)));
  EXPECT_EQ(evaluate("cvt.rn.f16.s32", "h:r", {uint32_t(-65536)}), 0xfc00u);
}

TEST(ConversionTest, BetweenIntegers) {
  EXPECT_EQ(evaluate("cvt.s32.s8", "r:r", {0x80}), 0xffffff80u);
  EXPECT_EQ(evaluate("cvt.u32.u8", "r:r", {0x1ff}), 0xffu);
  EXPECT_EQ(evaluate("cvt.s64.s32", "d:r", {0x80000000}), 0xffffffff80000000u);
  EXPECT_EQ(evaluate("cvt.u16.u32", "h:r", {0x12345}), 0x2345u);
  EXPECT_EQ(evaluate("cvt.sat.s8.s32", "r:r", {1000}), 127u);
  EXPECT_EQ(evaluate("cvt.sat.u8.s32", "r:r", {uint32_t(-5)}), 0u);
  // The result is extended to a wider register.
  EXPECT_EQ(evaluate("cvt.s8.s32", "r:r", {0x180}), 0xffffff80u);
}

TEST(ConversionTest, Saturation) {
  EXPECT_EQ(evaluate("cvt.sat.f32.f32", "r:r", {bits(1.5f)}), bits(1.0f));
  EXPECT_EQ(evaluate("cvt.sat.f32.f32", "r:r", {bits(-0.5f)}), 0u);
  EXPECT_EQ(evaluate("cvt.sat.f32.f32", "r:r", {0x7fc00000}), 0u);
  EXPECT_EQ(evaluate("cvt.rn.sat.f16.f32", "h:r", {bits(7.0f)}), 0x3c00u);
}

TEST(ConversionTest, Flushing) {
  EXPECT_EQ(evaluate("cvt.f64.f32", "d:r", {1}), bits(std::ldexp(1.0, -149)));
  EXPECT_EQ(evaluate("cvt.ftz.f64.f32", "d:r", {1}), 0u);
  EXPECT_EQ(evaluate("cvt.rn.ftz.f32.f64", "r:d", {bits(-1e-40)}), bits(-0.0f));
  EXPECT_EQ(evaluate("cvt.rpi.ftz.f32.f32", "r:r", {1}), 0u);
}
