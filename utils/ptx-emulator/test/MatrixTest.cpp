//===- MatrixTest.cpp - Products of matrices by a warp --------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluation.h"

#include "gtest/gtest.h"

#include <random>

using namespace ptx_emulator;

namespace {

using Bits = std::vector<std::vector<bool>>;
using Sums = std::vector<std::vector<uint32_t>>;

struct Shape {
  unsigned m, k;
  const char *name;
  unsigned getCountA() const { return m * k / 1024; }
  unsigned getCountB() const { return k / 128; }
  unsigned getCountC() const { return m / 4; }
};

} // namespace

static constexpr Shape shapes[] = {
    {8, 128, "m8n8k128"}, {16, 128, "m16n8k128"}, {16, 256, "m16n8k256"}};

static Bits makeBits(unsigned rows, unsigned columns, std::mt19937 &random) {
  Bits bits(rows, std::vector<bool>(columns));
  for (std::vector<bool> &row : bits)
    for (unsigned i = 0; i < columns; ++i)
      row[i] = random() >> 7 & 1;
  return bits;
}

/// Returns `count` registers from `first` on as a vector.
static std::string makeVector(unsigned first, unsigned count) {
  std::string text = "{";
  for (unsigned i = 0; i < count; ++i)
    text += (i ? ", %x" : "%x") + std::to_string(first + i);
  return text + "}";
}

/// Returns a kernel that multiplies matrices. The parameter points to the
/// registers of A, B and C, thread by thread; the kernel replaces C by D.
static std::string makeKernel(const Shape &shape,
                              const std::string &operation) {
  unsigned a = shape.getCountA(), b = shape.getCountB(), c = shape.getCountC();
  std::string text =
      ".entry kernel(.param .u64 data)\n{\n.reg .b32 %x<16>, %tid;\n"
      ".reg .b64 %address;\nld.param.b64 %address, [data];\n"
      "mov.u32 %tid, %tid.x;\nmad.wide.u32 %address, %tid, " +
      std::to_string(4 * (a + b + c)) + ", %address;\n";
  for (unsigned i = 0; i < a + b + c; ++i)
    text += "ld.global.b32 %x" + std::to_string(i) + ", [%address+" +
            std::to_string(4 * i) + "];\n";
  text += std::string("mma.sync.aligned.") + shape.name +
          ".row.col.s32.b1.b1.s32." + operation + ".popc " +
          makeVector(a + b, c) + ", " + makeVector(0, a) + ", " +
          makeVector(a, b) + ", " + makeVector(a + b, c) + ";\n";
  for (unsigned i = a + b; i < a + b + c; ++i)
    text += "st.global.b32 [%address+" + std::to_string(4 * i) + "], %x" +
            std::to_string(i) + ";\n";
  return text + "ret;\n}\n";
}

/// Multiplies `a` by `b`, whose rows are columns of the second matrix, and adds
/// `c`. Each bit is where the PTX ISA specifies that a thread holds it.
static Sums multiply(const Shape &shape, const std::string &operation,
                     const Bits &a, const Bits &b, const Sums &c) {
  unsigned countA = shape.getCountA(), countB = shape.getCountB();
  unsigned countC = shape.getCountC(), count = countA + countB + countC;
  LoadedModule module(makeKernel(shape, operation));
  uint32_t *data = module.allocate(32 * count);
  auto rowOfC = [](unsigned lane, unsigned i) { return lane / 4 + i / 2 * 8; };
  auto columnOfC = [](unsigned lane, unsigned i) {
    return lane % 4 * 2 + i % 2;
  };
  for (unsigned lane = 0; lane < 32; ++lane) {
    uint32_t *registers = data + lane * count;
    for (unsigned i = 0; i < 32 * countA; ++i) {
      unsigned row = lane / 4 + (i / 32 % 2) * 8;
      unsigned column = lane % 4 * 32 + i % 32 + i / 64 * 128;
      registers[i / 32] |= uint32_t(a[row][column]) << i % 32;
    }
    registers += countA;
    for (unsigned i = 0; i < 32 * countB; ++i) {
      unsigned row = lane % 4 * 32 + i % 32 + i / 32 * 128;
      registers[i / 32] |= uint32_t(b[lane / 4][row]) << i % 32;
    }
    registers += countB;
    for (unsigned i = 0; i < countC; ++i)
      registers[i] = c[rowOfC(lane, i)][columnOfC(lane, i)];
  }
  EXPECT_EQ(module.run({reinterpret_cast<uint64_t>(data)}, {32, 1, 1}).message,
            "");
  Sums result = c;
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned i = 0; i < countC; ++i)
      result[rowOfC(lane, i)][columnOfC(lane, i)] =
          data[lane * count + countA + countB + i];
  return result;
}

TEST(MatrixTest, ProductsOfBits) {
  std::mt19937 random(1);
  for (const Shape &shape : shapes)
    for (std::string operation : {"and", "xor"}) {
      Bits a = makeBits(shape.m, shape.k, random);
      Bits b = makeBits(8, shape.k, random);
      Sums c(shape.m, std::vector<uint32_t>(8));
      for (std::vector<uint32_t> &row : c)
        for (uint32_t &element : row)
          element = random();
      Sums expected = c;
      for (unsigned i = 0; i < shape.m; ++i)
        for (unsigned j = 0; j < 8; ++j)
          for (unsigned bit = 0; bit < shape.k; ++bit)
            expected[i][j] += operation == "and" ? a[i][bit] && b[j][bit]
                                                 : a[i][bit] != b[j][bit];
      EXPECT_EQ(multiply(shape, operation, a, b, c), expected)
          << shape.name << " " << operation;
    }
}

TEST(MatrixTest, AWarpThatIsNotWhole) {
  LoadedModule module(makeKernel(shapes[0], "xor"));
  uint32_t *data = module.allocate(48 * 4);
  Fault fault = module.run({reinterpret_cast<uint64_t>(data)}, {48, 1, 1});
  EXPECT_EQ(fault.kind, FaultKind::LaunchFailure);
  EXPECT_NE(fault.message.find("takes a warp of 32 threads"),
            std::string::npos);
}
