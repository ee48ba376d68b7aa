//===- IntegerTest.cpp - Integers, bits, comparisons and moves ------------===//
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

TEST(IntegerTest, Arithmetic) {
  EXPECT_EQ(evaluate("add.s32", "r:rr", {0x7fffffff, 1}), 0x80000000u);
  EXPECT_EQ(evaluate("sub.s16", "h:hh", {0, 1}), 0xffffu);
  EXPECT_EQ(evaluate("mul.lo.s16", "h:hh", {0x8001, 0xffff}), 0x7fffu);
  EXPECT_EQ(evaluate("mul.hi.u64", "d:dd", {UINT64_MAX, UINT64_MAX}),
            UINT64_MAX - 1);
  EXPECT_EQ(evaluate("mul.hi.s32", "r:rr", {uint32_t(-1), 2}), UINT32_MAX);
  EXPECT_EQ(evaluate("mul.wide.s32", "d:rr", {uint32_t(-3), 5}), uint64_t(-15));
  EXPECT_EQ(evaluate("mul.wide.u16", "r:hh", {0xffff, 0xffff}), 0xfffe0001u);
  EXPECT_EQ(evaluate("mad.lo.s32", "r:rrr", {3, 4, 5}), 17u);
  EXPECT_EQ(evaluate("mad.wide.u32", "d:rrd", {UINT32_MAX, 2, 1}),
            0x1ffffffffu);
  EXPECT_EQ(evaluate("abs.s16", "h:h", {0xfffe}), 2u);
  EXPECT_EQ(evaluate("neg.s64", "d:d", {1}), UINT64_MAX);
  EXPECT_EQ(evaluate("min.s32", "r:rr", {uint32_t(-1), 1}), UINT32_MAX);
  EXPECT_EQ(evaluate("min.u32", "r:rr", {uint32_t(-1), 1}), 1u);
  EXPECT_EQ(evaluate("add.s16x2", "r:rr", {0x0001ffff, 0x00020001}), 0x30000u);
}

TEST(IntegerTest, Division) {
  EXPECT_EQ(evaluate("div.s32", "r:rr", {uint32_t(-7), 2}), uint32_t(-3));
  EXPECT_EQ(evaluate("rem.s32", "r:rr", {uint32_t(-7), 2}), uint32_t(-1));
  EXPECT_EQ(evaluate("div.u32", "r:rr", {uint32_t(-7), 2}), 0x7ffffffcu);
  EXPECT_EQ(evaluate("div.u32", "r:rr", {7, 0}), UINT32_MAX);
  EXPECT_EQ(evaluate("rem.u32", "r:rr", {7, 0}), 7u);
  EXPECT_EQ(evaluate("div.s32", "r:rr", {0x80000000, uint32_t(-1)}),
            0x80000000u);
  EXPECT_EQ(evaluate("rem.s32", "r:rr", {0x80000000, uint32_t(-1)}), 0u);
}

TEST(IntegerTest, ShiftsAreClamped) {
  EXPECT_EQ(evaluate("shl.b32", "r:rr", {1, 31}), 0x80000000u);
  EXPECT_EQ(evaluate("shl.b32", "r:rr", {1, 32}), 0u);
  EXPECT_EQ(evaluate("shr.u32", "r:rr", {0x80000000, 32}), 0u);
  EXPECT_EQ(evaluate("shr.s32", "r:rr", {0x80000000, 1000}), UINT32_MAX);
  EXPECT_EQ(evaluate("shr.s16", "h:hr", {0x8000, 3}), 0xf000u);
  EXPECT_EQ(evaluate("shr.u16", "h:hr", {0x8000, 16}), 0u);
  EXPECT_EQ(evaluate("shl.b64", "d:dr", {1, 63}), uint64_t(1) << 63);
  EXPECT_EQ(evaluate("shf.l.wrap.b32", "r:rrr", {0x80000000, 1, 33}), 3u);
  EXPECT_EQ(evaluate("shf.l.clamp.b32", "r:rrr", {0x80000000, 1, 33}),
            0x80000000u);
  EXPECT_EQ(evaluate("shf.r.wrap.b32", "r:rrr", {2, 1, 1}), 0x80000001u);
}

TEST(IntegerTest, Bits) {
  EXPECT_EQ(evaluate("popc.b32", "r:r", {0xf0f0}), 8u);
  EXPECT_EQ(evaluate("popc.b64", "r:d", {UINT64_MAX}), 64u);
  EXPECT_EQ(evaluate("clz.b32", "r:r", {0}), 32u);
  EXPECT_EQ(evaluate("clz.b32", "r:r", {1}), 31u);
  EXPECT_EQ(evaluate("clz.b64", "r:d", {1}), 63u);
  EXPECT_EQ(evaluate("brev.b32", "r:r", {1}), 0x80000000u);
  EXPECT_EQ(evaluate("not.b16", "h:h", {0x00ff}), 0xff00u);
  EXPECT_EQ(evaluate("not.pred", "p:p", {1}), 0u);
  EXPECT_EQ(evaluate("cnot.b32", "r:r", {0}), 1u);
  EXPECT_EQ(evaluate("xor.pred", "p:pp", {1, 1}), 0u);
  EXPECT_EQ(evaluate("bfe.u32", "r:rrr", {0xabcd1234, 8, 8}), 0x12u);
  EXPECT_EQ(evaluate("bfe.s32", "r:rrr", {0x00008000, 8, 8}), 0xffffff80u);
  EXPECT_EQ(evaluate("bfe.s32", "r:rrr", {0x80000000, 28, 8}), 0xfffffff8u);
  EXPECT_EQ(evaluate("bfi.b32", "r:rrrr", {0xff, 0x11111111, 8, 4}),
            0x11111f11u);
  EXPECT_EQ(evaluate("prmt.b32", "r:rrr", {0x33221100, 0x77665544, 0x7410}),
            0x77441100u);
  EXPECT_EQ(evaluate("prmt.b32", "r:rrr", {0x00008000, 0, 0x9999}), UINT32_MAX);
  EXPECT_EQ(evaluate("selp.b32", "r:rrp", {1, 2, 0}), 2u);
}

TEST(IntegerTest, LogicOfThree) {
  // The bits of the three operands run through all combinations.
  for (uint32_t table : {0x96, 0xe8, 0xca, 0x80, 0x01}) {
    uint32_t result = 0;
    for (int i = 0; i < 8; ++i)
      result |= (table >> i & 1) << i;
    EXPECT_EQ(evaluate("lop3.b32", "r:rrrr", {0xf0, 0xcc, 0xaa, table}) & 0xff,
              result);
  }
}

TEST(IntegerTest, Carries) {
  LoadedModule module(R"(.entry kernel(.param .u64 out)
{
  .reg .b32 %r<8>; .reg .b64 %d<4>;
  ld.param.b64 %d1, [out];
  add.cc.u32 %r1, -1, 1;
  addc.cc.u32 %r2, -1, 0;
  addc.u32 %r3, 5, 5;
  sub.cc.s32 %r4, 0, 1;
  subc.s32 %r5, 5, 5;
  mad.lo.cc.u32 %r6, 0x10001, 0xffff, 1;
  madc.hi.u32 %r7, -1, -1, 0;
  st.global.v4.b32 [%d1], {%r1, %r2, %r3, %r4};
  st.global.v2.b32 [%d1+16], {%r5, %r6};
  st.global.b32 [%d1+24], %r7;
  add.cc.s64 %d2, -1, 2;
  addc.s64 %d3, 0, 0;
  st.global.v2.b64 [%d1+32], {%d2, %d3};
  ret;
}
)");
  uint32_t *out = module.allocate(12);
  EXPECT_EQ(module.run({reinterpret_cast<uint64_t>(out)}).message, "");
  const uint32_t expected[] = {0,          0, 11, UINT32_MAX, UINT32_MAX, 0,
                               UINT32_MAX, 0, 1,  0,          1,          0};
  for (int i = 0; i < 12; ++i)
    EXPECT_EQ(out[i], expected[i]) << i;
}

TEST(IntegerTest, Moves) {
  LoadedModule module(R"(.entry kernel(.param .u64 out)
{
  .reg .b16 %h<5>; .reg .b32 %r<4>; .reg .b64 %d<4>;
  ld.param.b64 %d1, [out];
  mov.b16 %h1, 0x1111; mov.b16 %h2, 0x2222;
  mov.b32 %r1, {%h1, %h2};
  mov.b64 %d2, {%r1, 7};
  mov.b32 {%h3, _}, %r1;
  mov.b64 {%r2, %r3}, %d2;
  st.global.b64 [%d1], %d2;
  st.global.v2.b32 [%d1+8], {%r2, %r3};
  st.global.b16 [%d1+16], %h3;
  mov.b32 %r1, 0f40490FDB;
  st.global.b32 [%d1+20], %r1;
  ret;
}
)");
  uint32_t *out = module.allocate(8);
  EXPECT_EQ(module.run({reinterpret_cast<uint64_t>(out)}).message, "");
  EXPECT_EQ(out[0], 0x22221111u);
  EXPECT_EQ(out[1], 7u);
  EXPECT_EQ(out[2], 0x22221111u);
  EXPECT_EQ(out[3], 7u);
  EXPECT_EQ(out[4], 0x1111u);
  EXPECT_EQ(out[5], 0x40490fdbu);
}

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

TEST(IntegerTest, ComparisonsOfFloats) {
  struct Expectation {
    const char *name;
    /// The results for 1 and 2, 1 and 1, 2 and 1, -0 and 0, 1 and a NaN.
    bool results[5];
  };
  static constexpr Expectation expectations[] = {
      {"eq", {false, true, false, true, false}},
      {"ne", {true, false, true, false, false}},
      {"lt", {true, false, false, false, false}},
      {"le", {true, true, false, true, false}},
      {"gt", {false, false, true, false, false}},
      {"ge", {false, true, true, true, false}},
      {"equ", {false, true, false, true, true}},
      {"neu", {true, false, true, false, true}},
      {"ltu", {true, false, false, false, true}},
      {"leu", {true, true, false, true, true}},
      {"gtu", {false, false, true, false, true}},
      {"geu", {false, true, true, true, true}},
      {"num", {true, true, true, true, false}},
      {"nan", {false, false, false, false, true}},
  };
  const float pairs[5][2] = {
      {1, 2}, {1, 1}, {2, 1}, {-0.0f, 0.0f}, {1, std::nanf("")}};
  for (const Expectation &expectation : expectations)
    for (int i = 0; i < 5; ++i) {
      auto [a, b] = pairs[i];
      std::string name = std::string("setp.") + expectation.name;
      EXPECT_EQ(evaluate(name + ".f32", "p:rr", {bits(a), bits(b)}),
                expectation.results[i])
          << name << " of pair " << i;
      EXPECT_EQ(
          evaluate(name + ".bf16", "p:hh", {BF16::encode(a), BF16::encode(b)}),
          expectation.results[i])
          << name << " of pair " << i;
    }
}

TEST(IntegerTest, ComparisonsOfIntegers) {
  EXPECT_EQ(evaluate("setp.lt.s32", "p:rr", {uint32_t(-1), 0}), 1u);
  EXPECT_EQ(evaluate("setp.lt.u32", "p:rr", {uint32_t(-1), 0}), 0u);
  EXPECT_EQ(evaluate("setp.ge.s64", "p:dd", {0, uint64_t(-1)}), 1u);
  EXPECT_EQ(evaluate("setp.gt.u16", "p:hh", {0x8000, 0x7fff}), 1u);
  EXPECT_EQ(evaluate("setp.gt.s16", "p:hh", {0x8000, 0x7fff}), 0u);
  EXPECT_EQ(evaluate("setp.ne.b64", "p:dd", {uint64_t(1) << 40, 0}), 1u);
  EXPECT_EQ(evaluate("setp.eq.ftz.f32", "p:rr", {1, 0}), 1u);
}

TEST(IntegerTest, ComparisonsOfHalves) {
  LoadedModule module(R"(.entry kernel(.param .u64 out)
{
  .reg .pred %p<3>; .reg .b32 %r<3>; .reg .b64 %d<2>;
  ld.param.b64 %d1, [out];
  setp.lt.f16x2 %p1|%p2, 0x3c004000, 0x40003c00;
  selp.b32 %r1, 1, 2, %p1;
  selp.b32 %r2, 1, 2, %p2;
  st.global.v2.b32 [%d1], {%r1, %r2};
  ret;
}
)");
  uint32_t *out = module.allocate(2);
  EXPECT_EQ(module.run({reinterpret_cast<uint64_t>(out)}).message, "");
  EXPECT_EQ(out[0], 2u); // 2 < 1
  EXPECT_EQ(out[1], 1u); // 1 < 2
}
