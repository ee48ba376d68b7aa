//===- MemoryTest.cpp - Valid and invalid accesses ------------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluation.h"

#include "gtest/gtest.h"

#include <cstring>

using namespace ptx_emulator;

static uint64_t toAddress(const void *pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}

/// Returns a kernel that loads from its first parameter.
static std::string makeLoad(const std::string &load) {
  return ".entry kernel(.param .u64 in)\n{\n.reg .b16 %h<5>; .reg .b32 %r<5>; "
         ".reg .b64 %d<5>;\nld.param.b64 %d1, [in];\n" +
         load + "\nret;\n}\n";
}

//===----------------------------------------------------------------------===//
// Faults
//===----------------------------------------------------------------------===//

TEST(MemoryTest, AccessesHaveToBeAligned) {
  LoadedModule module(
      makeLoad("ld.global.v4.b32 {%r1, %r2, %r3, %r4}, [%d1];"));
  uint64_t data = toAddress(module.allocate(8));
  EXPECT_EQ(module.run({data}).kind, FaultKind::None);
  EXPECT_EQ(module.run({data + 16}).kind, FaultKind::None);
  Fault fault = module.run({data + 8});
  EXPECT_EQ(fault.kind, FaultKind::MisalignedAddress);
  EXPECT_EQ(fault.message.substr(0, fault.message.find("0x")),
            "'kernel' line 8, block (0, 0, 0), thread (0, 0, 0): misaligned "
            "access of 16 bytes at address ");
}

TEST(MemoryTest, AlignmentOfEachSize) {
  struct Case {
    const char *access;
    uint64_t size;
  };
  for (Case test :
       {Case{"ld.global.b16 %h1, [%d1];", 2}, Case{"ld.b32 %r1, [%d1];", 4},
        Case{"ld.global.v2.b16 {%h1, %h2}, [%d1];", 4},
        Case{"st.global.v2.b64 [%d1], {%d1, %d1};", 16},
        Case{"atom.global.add.f64 %d2, [%d1], %d1;", 8},
        Case{"red.global.add.u32 [%d1], 1;", 4}}) {
    LoadedModule module(makeLoad(test.access));
    uint64_t data = toAddress(module.allocate(8));
    EXPECT_EQ(module.run({data + test.size}).kind, FaultKind::None);
    EXPECT_EQ(module.run({data + test.size / 2}).kind,
              FaultKind::MisalignedAddress)
        << test.access;
  }
}

TEST(MemoryTest, OnlyAllocationsAreAccessible) {
  LoadedModule module(makeLoad("ld.global.b32 %r1, [%d1];"));
  uint64_t data = toAddress(module.allocate(3));
  EXPECT_EQ(module.run({data + 8}).kind, FaultKind::None);
  EXPECT_EQ(module.run({data + 12}).kind, FaultKind::IllegalAddress);
  EXPECT_EQ(module.run({data - 4}).kind, FaultKind::IllegalAddress);
  EXPECT_EQ(module.run({0}).kind, FaultKind::IllegalAddress);
  EXPECT_EQ(module.run({~uint64_t(3)}).kind, FaultKind::IllegalAddress);
  uint32_t host = 0;
  EXPECT_EQ(module.run({toAddress(&host)}).kind, FaultKind::IllegalAddress);
  EXPECT_TRUE(module.memory.registerHost(toAddress(&host), sizeof(host)));
  EXPECT_EQ(module.run({toAddress(&host)}).kind, FaultKind::None);
  EXPECT_TRUE(module.memory.unregisterHost(toAddress(&host)));
  EXPECT_EQ(module.run({toAddress(&host)}).kind, FaultKind::IllegalAddress);
  EXPECT_TRUE(module.memory.free(data));
  EXPECT_EQ(module.run({data}).kind, FaultKind::IllegalAddress);
}

TEST(MemoryTest, TheEndOfAnAllocationIsExact) {
  LoadedModule module(makeLoad("ld.global.b64 %d2, [%d1];"));
  uint64_t data = toAddress(module.allocate(3));
  EXPECT_EQ(module.run({data}).kind, FaultKind::None);
  EXPECT_EQ(module.run({data + 8}).kind, FaultKind::IllegalAddress);
}

TEST(MemoryTest, SharedMemoryHasAnEnd) {
  LoadedModule module(
      ".shared .align 4 .b8 buffer[12];\n.entry kernel(.param .u64 offset)\n{\n"
      ".reg .b32 %r<2>; .reg .b64 %d<3>;\nld.param.b64 %d1, [offset];\n"
      "mov.b64 %d2, buffer;\nadd.s64 %d2, %d2, %d1;\nst.shared.b32 [%d2], 1;\n"
      "ld.shared.b32 %r1, [buffer+8];\nret;\n}\n");
  EXPECT_EQ(module.run({8}).kind, FaultKind::None);
  EXPECT_EQ(module.run({16}).kind, FaultKind::IllegalAddress);
  EXPECT_EQ(module.run({16}, {}, {}, 4).kind, FaultKind::None);
  EXPECT_EQ(module.run({6}).kind, FaultKind::MisalignedAddress);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

TEST(MemoryTest, WhatIsNotWrittenIsNoNumber) {
  Memory memory;
  auto *data = reinterpret_cast<float *>(memory.allocate(8));
  EXPECT_NE(data[0], data[0]);
  EXPECT_NE(data[1], data[1]);
}

TEST(MemoryTest, ThereIsNoMoreThanTheDeviceHas) {
  Memory memory;
  EXPECT_EQ(memory.allocate(uint64_t(1) << 40), 0u);
  EXPECT_EQ(memory.allocate(~uint64_t(0)), 0u);
}

TEST(MemoryTest, HostMemoryIsRegisteredOnce) {
  Memory memory;
  EXPECT_TRUE(memory.registerHost(1000, 100));
  EXPECT_FALSE(memory.registerHost(1099, 10));
  EXPECT_FALSE(memory.registerHost(990, 11));
  EXPECT_TRUE(memory.registerHost(1100, 10));
  EXPECT_FALSE(memory.free(1000));
  EXPECT_TRUE(memory.unregisterHost(1000));
  EXPECT_FALSE(memory.unregisterHost(1000));
}

TEST(MemoryTest, NarrowValuesAreExtended) {
  LoadedModule module(makeLoad("ld.global.s8 %r1, [%d1];\n"
                               "ld.global.u8 %r2, [%d1];\n"
                               "ld.global.b8 %h1, [%d1];\n"
                               "ld.global.s16 %d2, [%d1];\n"
                               "st.global.v2.b32 [%d1], {%r1, %r2};\n"
                               "st.global.b16 [%d1+8], %h1;\n"
                               "st.global.b64 [%d1+16], %d2;\n"
                               "st.global.b8 [%d1+10], %d2;\n"));
  uint32_t *data = module.allocate(6);
  data[0] = 0x12348081;
  EXPECT_EQ(module.run({toAddress(data)}).message, "");
  EXPECT_EQ(data[0], 0xffffff81u);
  EXPECT_EQ(data[1], 0x81u);
  EXPECT_EQ(data[2], 0x810081u);
  EXPECT_EQ(data[4], 0xffff8081u);
  EXPECT_EQ(data[5], UINT32_MAX);
}

TEST(MemoryTest, VariablesHaveInitialValues) {
  LoadedModule module(R"(
.visible .global .align 4 .u32 word = 5;
.global .align 8 .u64 pointers[3] = {1, word, word+2};
.const .align 4 .f32 constants[2] = {0f3F800000, 0f40000000};
.global .align 1 .b8 bytes[6] = {1, 2, 255};
.entry kernel(.param .u64 out)
{
  .reg .b16 %h<3>; .reg .b32 %r<4>; .reg .b64 %d<5>;
  ld.param.b64 %d1, [out];
  ld.global.b64 %d2, [pointers+8];
  ld.global.b32 %r1, [%d2];
  ld.const.b32 %r2, [constants+4];
  ld.global.b32 %r3, [bytes];
  st.global.b32 [%d1], %r1;
  st.global.v2.b32 [%d1+8], {%r2, %r3};
  ld.global.b64 %d3, [pointers+16];
  sub.s64 %d3, %d3, %d2;
  st.global.b64 [%d1+16], %d3;
  st.global.b32 [word], 6;
  ret;
}
)");
  uint32_t *out = module.allocate(6);
  EXPECT_EQ(module.run({toAddress(out)}).message, "");
  EXPECT_EQ(out[0], 5u);
  EXPECT_EQ(out[2], 0x40000000u);
  EXPECT_EQ(out[3], 0xff0201u);
  EXPECT_EQ(out[4], 2u);
  EXPECT_EQ(module.run({toAddress(out)}).message, "");
  EXPECT_EQ(out[0], 6u);
}

TEST(MemoryTest, GenericAddressesOfEverySpace) {
  LoadedModule module(R"(
.shared .align 4 .b8 buffer[16];
.entry kernel(.param .u64 out)
{
  .local .align 8 .b8 stack[16];
  .reg .b32 %r<5>; .reg .b64 %d<8>;
  ld.param.b64 %d1, [out];
  mov.b64 %d2, buffer+4;
  cvta.shared.u64 %d3, %d2;
  st.b32 [%d3], 11;
  ld.shared.b32 %r1, [buffer+4];
  mov.b64 %d4, stack;
  cvta.local.u64 %d5, %d4;
  st.b32 [%d5+8], 22;
  ld.local.b32 %r2, [stack+8];
  mov.b64 %d6, out;
  cvta.param.u64 %d6, %d6;
  ld.b64 %d7, [%d6];
  cvta.to.shared.u64 %d3, %d3;
  ld.shared.b32 %r3, [%d3];
  cvta.to.global.u64 %d7, %d7;
  st.global.v2.b32 [%d7], {%r1, %r2};
  st.b32 [%d1+8], %r3;
  ret;
}
)");
  uint32_t *out = module.allocate(4);
  EXPECT_EQ(module.run({toAddress(out)}).message, "");
  EXPECT_EQ(out[0], 11u);
  EXPECT_EQ(out[1], 22u);
  EXPECT_EQ(out[2], 11u);
}

TEST(MemoryTest, StructuresAsParameters) {
  LoadedModule module(R"(
.entry kernel(.param .align 8 .b8 pair[16], .param .u64 index)
{
  .reg .b64 %d<5>;
  ld.param.b64 %d1, [pair];
  mov.b64 %d2, pair;
  ld.param.b64 %d3, [index];
  add.s64 %d2, %d2, %d3;
  ld.param.b64 %d4, [%d2];
  st.global.b64 [%d1], %d4;
  ret;
}
)");
  uint32_t *out = module.allocate(2);
  EXPECT_EQ(module.run({toAddress(out), 77, 8}).message, "");
  EXPECT_EQ(out[0], 77u);
  EXPECT_EQ(module.run({toAddress(out), 77, 24}).kind,
            FaultKind::IllegalAddress);
}

//===----------------------------------------------------------------------===//
// Atomic updates
//===----------------------------------------------------------------------===//

/// Returns the value of a word after `update`, which has the address of the
/// word in %d1. The word is `initial` before.
static uint32_t updateWord(const std::string &update, uint32_t initial) {
  LoadedModule module(makeLoad(update));
  uint32_t *word = module.allocate(1);
  *word = initial;
  EXPECT_EQ(module.run({toAddress(word)}).message, "");
  return *word;
}

TEST(MemoryTest, AtomicUpdates) {
  auto update = [](const std::string &name, uint32_t initial,
                   const std::string &value) {
    return updateWord("red.global." + name + " [%d1], " + value + ";", initial);
  };
  EXPECT_EQ(update("add.u32", 7, "-1"), 6u);
  EXPECT_EQ(update("max.u32", 7, "-1"), UINT32_MAX);
  EXPECT_EQ(update("max.s32", 7, "-1"), 7u);
  EXPECT_EQ(update("min.s32", 7, "-1"), UINT32_MAX);
  EXPECT_EQ(update("and.b32", 7, "12"), 4u);
  EXPECT_EQ(update("or.b32", 7, "12"), 15u);
  EXPECT_EQ(update("xor.b32", 7, "12"), 11u);
  EXPECT_EQ(update("inc.u32", 7, "7"), 0u);
  EXPECT_EQ(update("inc.u32", 6, "7"), 7u);
  EXPECT_EQ(update("dec.u32", 0, "7"), 7u);
  EXPECT_EQ(update("add.f32", 0x3f800000, "0f3F800000"), 0x40000000u);
  EXPECT_EQ(update("add.noftz.f16x2", 0x3c003c00, "0x3c004000"), 0x40004200u);
  EXPECT_EQ(updateWord("atom.global.cas.b32 %r1, [%d1], 7, 9;", 7), 9u);
  EXPECT_EQ(updateWord("atom.global.cas.b32 %r1, [%d1], 8, 9;", 7), 7u);
  EXPECT_EQ(updateWord("atom.acquire.sys.global.exch.b32 %r1, [%d1], 9;\n"
                       "st.global.b32 [%d1], %r1;",
                       7),
            7u);
}

TEST(MemoryTest, AtomicSumsFlushInGlobalMemoryOnly) {
  EXPECT_EQ(updateWord("red.global.add.f32 [%d1], 0f00000001;", 1), 0u);
  EXPECT_EQ(updateWord(".shared .align 4 .b8 word[4];\n"
                       "st.shared.b32 [word], 1;\n"
                       "red.shared.add.f32 [word], 0f00000001;\n"
                       "ld.shared.b32 %r1, [word];\n"
                       "st.global.b32 [%d1], %r1;",
                       0),
            2u);
}
