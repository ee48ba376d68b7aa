//===- X86LevelTest.cpp - Unit tests of the levels of x86-64 --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "X86Registers.h"

#include "gtest/gtest.h"

#if defined(__x86_64__)

using namespace quant_bnn;

namespace {

constexpr X86Registers base = {0x80002001, 0, 0x00000005, 0};
constexpr X86Registers nehalem = {0x80982201, 0, 0x00000001, 0};
constexpr X86Registers haswell = {0xFED83203, 0x000003A9, 0x00000021, 0x7};
constexpr X86Registers zen3 = {0xFFFA3203, 0x219C07AB, 0x004003F3, 0x7};
/// Zen 3 with AVX-512.
constexpr X86Registers wide = {zen3.ecx1, zen3.ebx7 | 0xD0230000,
                               zen3.extendedECX, 0xE7};

TEST(X86LevelTest, levels) {
  EXPECT_EQ(getX86Level(base), 0);
  EXPECT_EQ(getX86Level(nehalem), 1);
  EXPECT_EQ(getX86Level(haswell), 2);
  EXPECT_EQ(getX86Level(zen3), 2);
  EXPECT_EQ(getX86Level(wide), 3);
}

TEST(X86LevelTest, registersThatTheSystemDoesNotSave) {
  X86Registers cpu = wide;
  // No masks.
  cpu.xcr0 = 0xC7;
  EXPECT_EQ(getX86Level(cpu), 2);
  // Nothing of AVX-512.
  cpu.xcr0 = 0x07;
  EXPECT_EQ(getX86Level(cpu), 2);
  // No halves of YMM.
  cpu.xcr0 = 0x03;
  EXPECT_EQ(getX86Level(cpu), 1);
  cpu.xcr0 = 0;
  EXPECT_EQ(getX86Level(cpu), 1);
}

TEST(X86LevelTest, levelsAreCumulative) {
  X86Registers cpu = wide;
  // Knights Landing has neither AVX-512BW nor -DQ nor -VL.
  cpu.ebx7 &= ~0xC0020000;
  EXPECT_EQ(getX86Level(cpu), 2);
  cpu = wide;
  cpu.extendedECX &= ~0x20; // LZCNT
  EXPECT_EQ(getX86Level(cpu), 1);
  cpu = wide;
  cpu.ecx1 &= ~0x800000; // POPCNT
  EXPECT_EQ(getX86Level(cpu), 0);
}

} // namespace

#endif // defined(__x86_64__)
