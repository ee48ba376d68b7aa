//===- ErrorTest.cpp - Unknown PTX is an error ----------------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluation.h"

#include "gtest/gtest.h"

using namespace ptx_emulator;

TEST(ErrorTest, KnownStatementsHaveNone) {
  EXPECT_EQ(getStatementError(""), "");
  EXPECT_EQ(getStatementError("add.s32 %r1, %r2, 1;"), "");
  EXPECT_EQ(getStatementError("{ .reg .b32 x; mov.b64 {x, %r1}, %d1; }\n"
                              "{ .reg .b32 x; mov.b64 {%r1, x}, %d1; }"),
            "");
}

TEST(ErrorTest, Statements) {
  struct Case {
    const char *statement;
    const char *message;
  };
  static constexpr Case cases[] = {
      {"frobnicate.b32 %r1, %r2;", "unknown instruction 'frobnicate.b32'"},
      {"tanh.approx.f32 %r1, %r2;", "unknown instruction 'tanh.approx.f32'"},
      {"add.cc.s16 %h1, %h2, %h3;", "unknown type"},
      {"madc.hi.s32 %r1, %r2, %r3, %r4;", "unknown type"},
      {"madc.u32 %r1, %r2, %r3, %r4;", "unknown instruction"},
      {"sqrt.approx.f64 %d1, %d2;", "unknown type"},
      {"add.s32.sat %r1, %r2, %r3;", "unknown instruction 'add.s32.sat'"},
      {"add.rn.ftz.f64 %d1, %d2, %d3;", "unknown type"},
      {"add.sat.f32 %r1, %r2, %r3;", "unknown type"},
      {"fma.rn.relu.f16 %h1, %h2, %h3, %h4;", "unknown type"},
      {"min.NaN.f64 %d1, %d2, %d3;", "unknown type"},
      {"mad.lo.f32 %r1, %r2, %r3, %r4;", "unknown type"},
      {"mul.s32 %r1, %r2, %r3;", "unknown instruction"},
      {"sqrt.f32 %r1, %r2;", "expected a rounding"},
      {"cvt.f16.f32 %h1, %r1;", "unknown conversion"},
      {"cvt.rn.f32.f16 %r1, %h1;", "unknown conversion"},
      {"cvt.s32.f32 %r1, %r2;", "unknown conversion"},
      {"cvt.rn.s32.f32 %r1, %r2;", "unknown conversion"},
      {"cvt.rz.f64.s64 %d1, %d2;", "unknown conversion"},
      {"cvt.rn.relu.bf16.f32 %h1, %r1;", "unknown conversion"},
      {"cvt.rn.tf32.f32 %r1, %r2;", "unknown conversion"},
      {"cvt.rn.f16x2.f64 %r1, %d1, %d2;", "unknown conversion"},
      {"setp.lt.b32 %p1, %r1, %r2;", "unknown comparison"},
      {"setp.equ.s32 %p1, %r1, %r2;", "unknown comparison"},
      {"setp.eq.and.s32 %p1, %r1, %r2, %p2;", "unknown comparison"},
      {"setp.eq.f16x2 %p1, %r1, %r2;", "expected two predicates"},
      {"ld.global.v8.b32 {%r1, %r2}, [%d1];", "unknown type"},
      {"ld.global.v2.b32 {%r1, %r2, %r3}, [%d1];", "expected 2 registers"},
      {"ld.global.v4.b64 {%d1, %d2, %d3, %d4}, [%d1];", "unknown access"},
      {"ld.global.b32 %r1, %d1;", "expected an address"},
      {"ld.shared::cluster.b32 %r1, [%d1];", "unknown type"},
      {"ld.global.b32 %h1, [%d1];",
       "expected a register for the result, not '%h1'"},
      {"ld.global.b32 %r1, [%r2];",
       "register '%r2' has another size than the instruction"},
      {"ld.global.b32 %r1, [nothing];",
       "expected a register or a constant, not 'nothing'"},
      {"st.const.b32 [%d1], %r1;", "unknown access"},
      {"atom.global.add.f16 %h1, [%d1], %h2;", "unknown atomic operation"},
      {"atom.local.add.u32 %r1, [%d1], %r2;", "unknown atomic operation"},
      {"atom.global.mul.u32 %r1, [%d1], %r2;", "unknown atomic operation"},
      {"add.s32 %h1, %h2, %h3;",
       "expected a register for the result, not '%h1'"},
      {"add.s32 %d1, %r2, %r3;",
       "register '%d1' has another size than the instruction"},
      {"add.s32 %r1, %h2, %r3;",
       "register '%h2' has another size than the instruction"},
      {"add.s32 %r1, %r2;", "expected 3 operands"},
      {"add.s32 %r9, %r2, %r3;",
       "expected a register for the result, not '%r9'"},
      {"add.s32 %tid.x, %r2, %r3;",
       "expected a register for the result, not '%tid.x'"},
      {"mov.u32 %r1, %clock;",
       "expected a register or a constant, not '%clock'"},
      {"add.s32 %r1, %r2, 0x100000000;",
       "a literal does not fit into the type of the instruction"},
      {"add.rn.f64 %d1, %d2, 0f3F800000;",
       "a literal has another size than the instruction"},
      {"mov.b64 %d1, {%r1, %r2, %r3};", "unknown move of a vector"},
      {"bra $nowhere;", "unknown label '$nowhere'"},
      {"brx.idx %r1, $nowhere;", "unknown list of labels '$nowhere'"},
      {"@%r1 ret;", "register '%r1' has another size than the instruction"},
      {"call.uni nothing;", "undefined function 'nothing'"},
      {"call (%r1), %d1, (%r2), prototype;", "only direct calls are supported"},
      {"bar.arrive 0, 32;", "unknown barrier"},
      {"fence.proxy.async;", "unknown fence"},
      {"vote.sync.most.pred %p1, %p2, -1;", "unknown vote"},
      {"vote.sync.ballot.pred %p1, %p2, -1;", "unknown vote"},
      {"shfl.bfly.b32 %r1, %r2, 1, 31, -1;", "unknown shuffle"},
      {"redux.sync.add.b32 %r1, %r2, -1;", "unknown reduction"},
      {"mma.sync.aligned.m8n8k128.row.col.s32.b1.b1.s32.or.popc"
       " {%r1, %r2}, {%r3}, {%r4}, {%r1, %r2};",
       "unknown product of matrices"},
      {"mma.sync.aligned.m8n8k32.row.col.s32.s4.s4.s32"
       " {%r1, %r2}, {%r3}, {%r4}, {%r1, %r2};",
       "unknown product of matrices"},
      {"mma.sync.aligned.m16n8k128.row.col.s32.b1.b1.s32.xor.popc"
       " {%r1, %r2, %r3, %r4}, {%r5}, {%r6}, {%r1, %r2, %r3, %r4};",
       "expected 2 registers of a matrix"},
      {"prmt.b32.f4e %r1, %r2, %r3, 0;", "unknown instruction 'prmt.b32.f4e'"},
      {"cvta.to.global.u32 %r1, %r2;", "unknown type"},
      {"$twice: $twice: ret;", "label '$twice' is defined twice"},
      {".reg .b32 %r0;", "register '%r0' is declared twice"},
      {"{ .reg .b32 %r0; }", "register '%r0' is declared twice"},
      {"{ .reg .b32 %x; } { .reg .b64 %x; }",
       "register '%x' is declared twice"},
      {".reg .b33 %x;", "unknown type '.b33'"},
      {".pragma;", "expected a string, not ';'"},
      {"add.s32 %r1 %r2, %r3;", "expected ';', not '%r2'"},
      {"mov.b32 %r1, 0f3F80;", "expected a number, not '0f3F80'"},
      {"mov.b32 %r1, 12ab;", "expected a number, not '12ab'"},
      {"[%r1];", "expected a statement, not '['"},
  };
  for (const Case &test : cases) {
    std::string error = getStatementError(test.statement);
    EXPECT_EQ(error.substr(error.find(": ") + 2), test.message)
        << test.statement;
  }
}

TEST(ErrorTest, Modules) {
  struct Case {
    const char *module;
    const char *error;
  };
  static constexpr Case cases[] = {
      {".entry a()\n{\nret;\n}\n.entry a()\n{\nret;\n}\n",
       "line 8: function 'a' is defined twice"},
      {".texture .u64 t;\n",
       "line 4: expected a function or a variable, not '.texture'"},
      {".section .text { }\n", "line 4: unknown section '.text'"},
      {".entry a() .reqnctapercluster 2\n{ }\n",
       "line 4: expected a directive of a function, not '.reqnctapercluster'"},
      {".global .pred a;\n", "line 4: a variable cannot be of type '.pred'"},
      {".global .u32 a[1] = {1, 2};\n",
       "line 4: 'a' has more values than elements"},
      {".extern .global .b8 a[];\n", "line 4: 'a' is not defined"},
      {".global .u64 a = b;\n", "line 4: unknown initial value 'b'"},
      {".global .u64 a = 0f3F800000;\n", "line 4: unknown initial value"},
      {".shared .u32 a = 1;\n",
       "line 4: a shared variable has no initial value"},
      {".entry a()\n{\n.shared .b8 b[50000];\nret;\n}\n",
       "line 4: 'a' has 50000 bytes of shared memory, more than 49152"},
      {".func a()\n{\n.shared .b8 b[4];\nret;\n}\n",
       "line 4: shared variables of functions that are no kernels are not "
       "supported"},
      {".extern .func a;\n.entry b()\n{\ncall.uni a;\nret;\n}\n",
       "line 7: undefined function 'a'"},
      {".func a(.param .b32 x)\n{\nret;\n}\n.entry b()\n{\ncall.uni a;\nret;\n"
       "}\n",
       "line 10: a call has another number of arguments or results than the "
       "function"},
      {".func a(.param .b32 x)\n{\nret;\n}\n.entry b()\n{\ncall.uni a, (y);\n"
       "ret;\n}\n",
       "line 10: 'y' is no parameter"},
      {".shared .u32 a;\n.entry b()\n{\nst.global.b32 [a], 1;\nret;\n}\n",
       "line 7: 'a' is in another space"},
      {".shared .u32 a;\n.entry b()\n{\n.reg .b32 %r;\nmov.b32 %r, a;\nret;\n"
       "}\n",
       "line 8: an address has 64 bits"},
  };
  for (const Case &test : cases)
    EXPECT_EQ(getLoadError(test.module), test.error) << test.module;
}

TEST(ErrorTest, Headers) {
  auto getError = [](const char *text) {
    Diagnostics diagnostics;
    parse(text, diagnostics);
    return diagnostics.getText();
  };
  EXPECT_EQ(getError(""), "line 1: expected '.version', not ''");
  EXPECT_EQ(getError(".version 8.0\n.target sm_90, debug\n.address_size 32\n"),
            "line 4: addresses have to be of 64 bits");
  EXPECT_EQ(getError(".version 8.0\n.target gfx942\n.address_size 64\n"),
            "line 2: expected a target, not 'gfx942'");
}
