//===- ControlTest.cpp - Branches, calls, barriers and warps --------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluation.h"

#include "gtest/gtest.h"

using namespace ptx_emulator;

static uint64_t toAddress(const void *pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}

/// Returns a kernel whose threads store %r0 to an array, the parameter. %r1 is
/// the index of the thread, and %d1 the address of its element.
static std::string makeKernel(const std::string &body,
                              const std::string &before = "") {
  return before + R"(.entry kernel(.param .u64 out)
{
  .reg .pred %p<8>; .reg .b32 %r<8>; .reg .b64 %d<8>;
  ld.param.b64 %d1, [out];
  mov.u32 %r1, %tid.x;
  mul.wide.u32 %d2, %r1, 4;
  add.s64 %d1, %d1, %d2;
)" + body +
         R"(
  st.global.b32 [%d1], %r0;
  ret;
}
)";
}

/// Returns the values that `threads` threads store.
static std::vector<uint32_t> runThreads(const std::string &module,
                                        uint32_t threads) {
  LoadedModule loaded(module);
  uint32_t *out = loaded.allocate(threads);
  Fault fault = loaded.run({toAddress(out)}, {threads, 1, 1});
  EXPECT_EQ(fault.message, "");
  return std::vector<uint32_t>(out, out + threads);
}

using Words = std::vector<uint32_t>;

//===----------------------------------------------------------------------===//
// Branches and calls
//===----------------------------------------------------------------------===//

TEST(ControlTest, GuardsAndLoops) {
  // The sum of the numbers below the index; thread 2 exits.
  EXPECT_EQ(runThreads(makeKernel(R"(
  mov.b32 %r0, 0;
  mov.b32 %r2, 0;
  setp.eq.b32 %p2, %r1, 2;
  @%p2 exit;
$loop:
  setp.ge.u32 %p1, %r2, %r1;
  @%p1 bra $end;
  add.s32 %r0, %r0, %r2;
  add.s32 %r2, %r2, 1;
  bra.uni $loop;
$end:
  @!%p1 mov.b32 %r0, 1000;
)"),
                       5),
            (Words{0, 0, 0, 3, 6}));
}

TEST(ControlTest, IndirectBranches) {
  std::string module = makeKernel(R"(
  mov.b32 %r0, 0;
$list: .branchtargets $zero, $one, $zero;
  brx.idx %r1, $list;
$one:
  add.s32 %r0, %r0, 10;
$zero:
  add.s32 %r0, %r0, 1;
)");
  EXPECT_EQ(runThreads(module, 3), (Words{1, 11, 1}));
  LoadedModule loaded(module);
  uint32_t *out = loaded.allocate(4);
  EXPECT_EQ(loaded.run({toAddress(out)}, {4, 1, 1}).kind,
            FaultKind::LaunchFailure);
}

TEST(ControlTest, Calls) {
  // Each frame has its own registers, parameters and stack.
  EXPECT_EQ(runThreads(makeKernel(R"(
  {
  .param .b32 param0;
  .param .b32 retval0;
  st.param.b32 [param0], %r1;
  call.uni (retval0), factorial, (param0);
  ld.param.b32 %r0, [retval0];
  }
)",
                                  R"(
.func (.param .b32 result) factorial(.param .b32 n)
{
  .local .align 4 .b8 saved[4];
  .reg .pred %p<2>; .reg .b32 %r<5>;
  ld.param.b32 %r1, [n];
  mov.b32 %r4, 1;
  st.local.b32 [saved], %r1;
  setp.eq.b32 %p1, %r1, 0;
  @%p1 bra $done;
  sub.s32 %r2, %r1, 1;
  {
  .param .b32 param0;
  .param .b32 retval0;
  st.param.b32 [param0], %r2;
  call.uni (retval0), factorial, (param0);
  ld.param.b32 %r3, [retval0];
  }
  ld.local.b32 %r1, [saved];
  mul.lo.s32 %r4, %r3, %r1;
$done:
  st.param.b32 [result], %r4;
  ret;
}
)"),
                       6),
            (Words{1, 1, 2, 6, 24, 120}));
}

TEST(ControlTest, AStackHasAnEnd) {
  LoadedModule module(".func f()\n{\ncall.uni f;\nret;\n}\n"
                      ".entry kernel()\n{\ncall.uni f, ();\nret;\n}\n");
  EXPECT_EQ(module.run({}).kind, FaultKind::LaunchFailure);
}

TEST(ControlTest, ExitEndsTheThreadInAFunction) {
  LoadedModule module(".func f()\n{\nexit;\n}\n"
                      ".entry kernel(.param .u64 out)\n{\n.reg .b64 %d<2>;\n"
                      "ld.param.b64 %d1, [out];\ncall.uni f;\n"
                      "st.global.b32 [%d1], 1;\nret;\n}\n");
  uint32_t *out = module.allocate(1);
  EXPECT_EQ(module.run({toAddress(out)}, {2, 1, 1}).kind, FaultKind::None);
  EXPECT_EQ(*out, 0u);
}

TEST(ControlTest, Traps) {
  LoadedModule module(".entry kernel()\n{\ntrap;\n}\n");
  EXPECT_EQ(module.run({}).message,
            "'kernel' line 6, block (0, 0, 0), thread (0, 0, 0): trap");
}

TEST(ControlTest, SpecialRegisters) {
  LoadedModule module(R"(.entry kernel(.param .u64 out)
{
  .reg .b32 %r<13>; .reg .b64 %d<4>;
  ld.param.b64 %d1, [out];
  mov.u32 %r1, %tid.x; mov.u32 %r2, %tid.y; mov.u32 %r3, %tid.z;
  mov.u32 %r4, %ntid.x; mov.u32 %r5, %ntid.y;
  mad.lo.s32 %r6, %r3, %r5, %r2;
  mad.lo.s32 %r6, %r6, %r4, %r1;
  mov.u32 %r7, %ctaid.y; mov.u32 %r8, %nctaid.x; mov.u32 %r9, %ctaid.x;
  mad.lo.s32 %r7, %r7, %r8, %r9;
  mad.lo.s32 %r10, %r7, 60, %r6;
  mul.wide.u32 %d2, %r10, 4;
  add.s64 %d3, %d1, %d2;
  mov.u32 %r11, %warpid; mov.u32 %r12, %laneid;
  mad.lo.s32 %r11, %r11, 32, %r12;
  mad.lo.s32 %r11, %r7, 1000, %r11;
  st.global.b32 [%d3], %r11;
  ret;
}
)");
  uint32_t *out = module.allocate(6 * 60);
  Fault fault = module.run({toAddress(out)}, {3, 4, 5}, {2, 3, 1});
  EXPECT_EQ(fault.message, "");
  for (uint32_t i = 0; i < 6 * 60; ++i)
    EXPECT_EQ(out[i], i / 60 * 1000 + i % 60);
}

//===----------------------------------------------------------------------===//
// Barriers
//===----------------------------------------------------------------------===//

static const char treeReduction[] = R"(
  mov.b64 %d3, buffer;
  add.s64 %d4, %d3, %d2;
  st.shared.b32 [%d4], %r1;
  mov.b32 %r2, 64;
$loop:
  bar.sync 0;
  setp.ge.u32 %p1, %r1, %r2;
  @%p1 bra $next;
  mul.wide.u32 %d5, %r2, 4;
  add.s64 %d5, %d4, %d5;
  ld.shared.b32 %r3, [%d5];
  ld.shared.b32 %r4, [%d4];
  add.s32 %r4, %r4, %r3;
  st.shared.b32 [%d4], %r4;
$next:
  shr.u32 %r2, %r2, 1;
  setp.ne.b32 %p2, %r2, 0;
  @%p2 bra $loop;
  bar.sync 0;
  ld.shared.b32 %r0, [buffer];
)";

TEST(ControlTest, ATreeOfSumsInSharedMemory) {
  Words sums = runThreads(
      makeKernel(treeReduction, ".shared .align 4 .b8 buffer[512];\n"), 128);
  EXPECT_EQ(sums, Words(128, 127 * 128 / 2));
}

TEST(ControlTest, WithoutBarriersItIsWrong) {
  std::string body = treeReduction;
  for (size_t at; (at = body.find("bar.sync 0;")) != std::string::npos;)
    body.erase(at, 11);
  Words sums =
      runThreads(makeKernel(body, ".shared .align 4 .b8 buffer[512];\n"), 128);
  EXPECT_NE(sums, Words(128, 127 * 128 / 2));
}

TEST(ControlTest, DynamicSharedMemoryIsBehindTheStatic) {
  LoadedModule module(makeKernel(
      "mov.b64 %d3, dynamic;\nadd.s64 %d3, %d3, %d2;\n"
      "st.shared.b32 [%d3], %r1;\nst.shared.b32 [static], 99;\nbar.sync 0;\n"
      "xor.b32 %r2, %r1, 1;\nmul.wide.u32 %d4, %r2, 4;\n"
      "mov.b64 %d3, dynamic;\nadd.s64 %d4, %d3, %d4;\n"
      "ld.shared.b32 %r0, [%d4];\n",
      ".extern .shared .align 16 .b8 dynamic[];\n"
      ".shared .align 4 .b8 static[4];\n"));
  uint32_t *out = module.allocate(2);
  EXPECT_EQ(module.run({toAddress(out)}, {2, 1, 1}, {}, 8).message, "");
  EXPECT_EQ(out[0], 1u);
  EXPECT_EQ(out[1], 0u);
  EXPECT_EQ(module.run({toAddress(out)}, {2, 1, 1}, {}, 4).kind,
            FaultKind::IllegalAddress);
}

TEST(ControlTest, ThreadsThatHaveEndedDoNotHoldABarrier) {
  EXPECT_EQ(runThreads(makeKernel("mov.b32 %r0, 5;\nsetp.eq.b32 %p1, %r1, 1;\n"
                                  "@%p1 exit;\nbarrier.sync 0;\n"),
                       3),
            (Words{5, 0, 5}));
}

TEST(ControlTest, BarriersOfSomeThreads) {
  // Only threads 0 to 31 reach barrier 1.
  EXPECT_EQ(runThreads(makeKernel("mov.b32 %r0, 5;\nsetp.ge.u32 %p1, %r1, 32;\n"
                                  "@%p1 bra $end;\nbar.sync 1, 32;\n$end:\n"),
                       64),
            Words(64, 5));
}

TEST(ControlTest, ABarrierThatSomeDoNotReach) {
  LoadedModule module(makeKernel("setp.eq.b32 %p1, %r1, 0;\n@%p1 bar.sync 0;\n"
                                 "bar.sync 1;\nmov.b32 %r0, 0;\n"));
  uint32_t *out = module.allocate(2);
  Fault fault = module.run({toAddress(out)}, {2, 1, 1});
  EXPECT_EQ(fault.kind, FaultKind::LaunchFailure);
  EXPECT_NE(fault.message.find("waits for threads that do not come"),
            std::string::npos);
}

//===----------------------------------------------------------------------===//
// Warps
//===----------------------------------------------------------------------===//

static Words iota(uint32_t count, uint32_t (*function)(uint32_t)) {
  Words words;
  for (uint32_t i = 0; i < count; ++i)
    words.push_back(function(i));
  return words;
}

TEST(ControlTest, Shuffles) {
  EXPECT_EQ(
      runThreads(makeKernel("shfl.sync.bfly.b32 %r0, %r1, 16, 31, -1;"), 64),
      iota(64, [](uint32_t i) { return i ^ 16; }));
  EXPECT_EQ(runThreads(makeKernel("shfl.sync.up.b32 %r0, %r1, 3, 0, -1;"), 32),
            iota(32, [](uint32_t i) { return i < 3 ? i : i - 3; }));
  EXPECT_EQ(
      runThreads(makeKernel("shfl.sync.down.b32 %r0, %r1, 3, 31, -1;"), 32),
      iota(32, [](uint32_t i) { return i + 3 > 31 ? i : i + 3; }));
  EXPECT_EQ(
      runThreads(makeKernel("shfl.sync.idx.b32 %r0, %r1, 7, 31, -1;"), 32),
      Words(32, 7));
  // Segments of 8 lanes.
  EXPECT_EQ(
      runThreads(makeKernel("shfl.sync.idx.b32 %r0, %r1, 1, 0x1807, -1;"), 32),
      iota(32, [](uint32_t i) { return i / 8 * 8 + 1; }));
  EXPECT_EQ(
      runThreads(makeKernel("shfl.sync.down.b32 %r2|%p1, %r1, 1, 0x1807, -1;\n"
                            "selp.b32 %r0, %r2, 100, %p1;"),
                 16),
      iota(16, [](uint32_t i) { return i % 8 == 7 ? 100 : i + 1; }));
}

TEST(ControlTest, Votes) {
  std::string isThird = "rem.u32 %r2, %r1, 3;\nsetp.eq.b32 %p1, %r2, 0;\n";
  EXPECT_EQ(runThreads(
                makeKernel(isThird + "vote.sync.ballot.b32 %r0, %p1, -1;"), 32),
            Words(32, 0x49249249));
  EXPECT_EQ(
      runThreads(makeKernel(isThird + "vote.sync.ballot.b32 %r0, !%p1, -1;"),
                 32),
      Words(32, ~0x49249249u));
  auto decide = [&](const std::string &vote, const std::string &mask) {
    // Only the threads of the mask vote.
    return runThreads(
        makeKernel(isThird +
                   "mov.b32 %r0, 7;\nmov.u32 %r3, %lanemask_eq;\n"
                   "and.b32 %r3, %r3, " +
                   mask + ";\nsetp.eq.b32 %p3, %r3, 0;\n@%p3 bra $end;\n" +
                   "vote.sync." + vote + ".pred %p2, %p1, " + mask +
                   ";\nselp.b32 %r0, 1, 0, %p2;\n$end:\n"),
        4);
  };
  EXPECT_EQ(decide("all", "9"), (Words{1, 7, 7, 1}));
  EXPECT_EQ(decide("all", "15"), (Words{0, 0, 0, 0}));
  EXPECT_EQ(decide("any", "6"), (Words{7, 0, 0, 7}));
  EXPECT_EQ(decide("any", "15"), (Words{1, 1, 1, 1}));
  EXPECT_EQ(decide("uni", "6"), (Words{7, 1, 1, 7}));
  EXPECT_EQ(decide("uni", "3"), (Words{0, 0, 7, 7}));
}

TEST(ControlTest, Reductions) {
  EXPECT_EQ(runThreads(makeKernel("redux.sync.add.u32 %r0, %r1, -1;"), 32),
            Words(32, 496));
  EXPECT_EQ(runThreads(makeKernel("sub.s32 %r2, %r1, 5;\n"
                                  "redux.sync.min.s32 %r0, %r2, -1;"),
                       32),
            Words(32, uint32_t(-5)));
  EXPECT_EQ(runThreads(makeKernel("redux.sync.or.b32 %r0, %r1, -1;"), 32),
            Words(32, 31));
}

TEST(ControlTest, WarpsMeetAtBarriers) {
  // Each lane reads what its neighbor wrote before.
  EXPECT_EQ(runThreads(makeKernel("mov.b64 %d3, buffer;\n"
                                  "add.s64 %d4, %d3, %d2;\n"
                                  "st.shared.b32 [%d4], %r1;\n"
                                  "bar.warp.sync -1;\n"
                                  "xor.b32 %r2, %r1, 1;\n"
                                  "mul.wide.u32 %d5, %r2, 4;\n"
                                  "add.s64 %d5, %d3, %d5;\n"
                                  "ld.shared.b32 %r0, [%d5];\n",
                                  ".shared .align 4 .b8 buffer[256];\n"),
                       64),
            iota(64, [](uint32_t i) { return i ^ 1; }));
}

TEST(ControlTest, AWarpThatIsNotComplete) {
  LoadedModule module(makeKernel("setp.eq.b32 %p1, %r1, 0;\n@%p1 exit;\n"
                                 "shfl.sync.idx.b32 %r0, %r1, 0, 31, -1;\n"));
  uint32_t *out = module.allocate(4);
  EXPECT_EQ(module.run({toAddress(out)}, {4, 1, 1}).kind,
            FaultKind::LaunchFailure);
}
