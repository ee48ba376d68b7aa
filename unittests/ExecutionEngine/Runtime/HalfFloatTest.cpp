//===- HalfFloatTest.cpp - Unit tests of conversions of f16 ---------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HalfFloat.h"

#include "llvm/ADT/APFloat.h"
#include "gtest/gtest.h"

#include <cmath>

using llvm::APFloat;

/// Returns the bits of `value` converted to `semantics`.
static uint64_t convert(APFloat value, const llvm::fltSemantics &semantics) {
  bool losesInfo;
  value.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  return value.bitcastToAPInt().getZExtValue();
}

static APFloat toAPFloat(uint16_t half) {
  return APFloat(APFloat::IEEEhalf(), llvm::APInt(16, half));
}

static uint32_t getBits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  return bits;
}

static void expectRounded(double value) {
  EXPECT_EQ(quant_bnn_round_to_half(value),
            convert(APFloat(value), APFloat::IEEEhalf()))
      << value;
}

TEST(HalfFloatTest, extend) {
  for (uint32_t half = 0; half < 0x10000; ++half)
    EXPECT_EQ(getBits(quant_bnn_extend_half(half)),
              convert(toAPFloat(half), APFloat::IEEEsingle()))
        << half;
}

TEST(HalfFloatTest, round) {
  // Each number, the middle to the next one, and what is beside both.
  for (uint32_t half = 0; half < 0x7C00; ++half) {
    double value = toAPFloat(half).convertToDouble();
    double next =
        half == 0x7BFF ? 65536 : toAPFloat(half + 1).convertToDouble();
    double middle = (value + next) / 2;
    for (double center : {value, middle})
      for (double near : {std::nextafter(center, -1.0), center,
                          std::nextafter(center, HUGE_VAL)}) {
        expectRounded(near);
        expectRounded(-near);
      }
  }
}

TEST(HalfFloatTest, roundSpecial) {
  for (double value : {HUGE_VAL, 65536.0, 1e300, 1e-300, 5e-324}) {
    expectRounded(value);
    expectRounded(-value);
  }
  for (uint64_t bits : {0x7FF8000000000000, 0x7FF0000000000001,
                        0x7FF0040000000000, 0x7FFFFFFFFFFFFFFF}) {
    double nan;
    memcpy(&nan, &bits, sizeof(nan));
    expectRounded(nan);
    expectRounded(-nan);
  }
}
