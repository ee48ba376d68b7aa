//===- MatrixInstructions.cpp - Products of matrices by a warp ------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// mma.sync on matrices of bits. The threads hold the elements as the PTX ISA
// specifies in "Matrix Fragments for mma.m8n8k128", ".m16n8k128" and
// ".m16n8k256".
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"
#include "Interpreter.h"

#include <algorithm>

using namespace ptx_emulator;

static constexpr uint32_t warpSize = 32;

namespace {

/// A product of m rows of k bits by 8 columns of k bits. In a thread, a
/// register of A or B holds 32 bits, and a register of C holds one sum.
template <unsigned m, unsigned k>
struct Shape {
  static constexpr unsigned n = 8;
  static constexpr unsigned countA = m * k / 32 / warpSize;
  static constexpr unsigned countB = n * k / 32 / warpSize;
  static constexpr unsigned countC = m * n / warpSize;
};

/// The position of a word in a row of A or in a column of B, or of a sum.
struct Position {
  unsigned row, column;
};

} // namespace

/// Bit i of A is in row groupID if 0 <= i < 32 or 64 <= i < 96, else in row
/// groupID + 8; in column threadID_in_group * 32 + i % 32, and 128 further if i
/// >= 64. A matrix with 8 rows only has bits 0 to 31.
static Position findA(unsigned lane, unsigned number) {
  unsigned groupID = lane >> 2, threadIDInGroup = lane % 4;
  unsigned i = 32 * number;
  unsigned row = i < 32 || (64 <= i && i < 96) ? groupID : groupID + 8;
  unsigned column = 32 * threadIDInGroup + (i < 64 ? 0 : 128);
  return {row, column / 32};
}

/// Bit i of B is in row threadID_in_group * 32 + i % 32, and 128 further if
/// i >= 32; in column groupID. A row of B is a position in its columns.
static Position findB(unsigned lane, unsigned number) {
  unsigned groupID = lane >> 2, threadIDInGroup = lane % 4;
  unsigned i = 32 * number;
  unsigned row = 32 * threadIDInGroup + (i < 32 ? 0 : 128);
  return {row / 32, groupID};
}

/// Sum i of C is in row groupID if i < 2, else in row groupID + 8; in column
/// threadID_in_group * 2 + i % 2.
static Position findC(unsigned lane, unsigned i) {
  unsigned groupID = lane >> 2, threadIDInGroup = lane % 4;
  return {i < 2 ? groupID : groupID + 8, threadIDInGroup * 2 + (i & 1)};
}

static uint32_t bitAnd(uint32_t a, uint32_t b) { return a & b; }
static uint32_t bitXor(uint32_t a, uint32_t b) { return a ^ b; }

/// Operands: the registers of D, A, B and C.
template <unsigned m, unsigned k, uint32_t (*combine)(uint32_t, uint32_t)>
static void multiply(const Instruction *i, Thread *const *lanes) {
  using S = Shape<m, k>;
  uint32_t a[m][k / 32], b[k / 32][S::n];
  const uint32_t *slotsA = i->operands + S::countC;
  const uint32_t *slotsB = slotsA + S::countA;
  const uint32_t *slotsC = slotsB + S::countB;
  for (uint32_t lane = 0; lane < warpSize; ++lane) {
    const uint64_t *slots = lanes[lane]->slots;
    for (unsigned number = 0; number < S::countA; ++number) {
      Position at = findA(lane, number);
      a[at.row][at.column] = static_cast<uint32_t>(slots[slotsA[number]]);
    }
    for (unsigned number = 0; number < S::countB; ++number) {
      Position at = findB(lane, number);
      b[at.row][at.column] = static_cast<uint32_t>(slots[slotsB[number]]);
    }
  }
  for (uint32_t lane = 0; lane < warpSize; ++lane) {
    uint64_t *slots = lanes[lane]->slots;
    // Registers of D may be those of C.
    uint32_t sums[S::countC];
    for (unsigned number = 0; number < S::countC; ++number) {
      Position at = findC(lane, number);
      sums[number] = static_cast<uint32_t>(slots[slotsC[number]]);
      for (unsigned word = 0; word < k / 32; ++word)
        sums[number] +=
            __builtin_popcount(combine(a[at.row][word], b[word][at.column]));
    }
    for (unsigned number = 0; number < S::countC; ++number)
      slots[i->operands[number]] = sums[number];
  }
}

/// Stops until all threads of the warp have arrived. Fails if the warp has
/// fewer than 32 threads.
static const Instruction *waitForWholeWarp(Thread &thread,
                                           const Instruction *i) {
  const Dimensions &size = thread.block->launch.block;
  if (thread.index / warpSize >= size.x * size.y * size.z / warpSize)
    return thread.fail(i, FaultKind::LaunchFailure,
                       "takes a warp of 32 threads");
  return thread.wait(i, ThreadState::AtWarpOperation);
}

namespace {

struct Entry {
  std::string_view shape;
  std::string_view operation;
  unsigned countA, countB, countC;
  WarpOperation run;
};

} // namespace

template <unsigned m, unsigned k, uint32_t (*combine)(uint32_t, uint32_t)>
static constexpr Entry makeEntry(std::string_view shape,
                                 std::string_view operation) {
  using S = Shape<m, k>;
  return {shape,     operation, S::countA,
          S::countB, S::countC, {multiply<m, k, combine>}};
}

/// Decodes the `count` registers of one matrix, `{%r1, %r2}`, and appends them
/// to `slots`.
template <typename Decode>
static void decodeFragment(FunctionDecoder &decoder, const Operand &operand,
                           unsigned count, std::vector<uint32_t> &slots,
                           Decode decode) {
  if (operand.kind != Operand::Vector || operand.elements.size() != count)
    return decoder.error("expected " + std::to_string(count) +
                         " registers of a matrix");
  for (const Operand &element : operand.elements)
    slots.push_back(decode(element));
}

static void decodeMultiply(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  static constexpr Entry entries[] = {
      makeEntry<8, 128, bitAnd>("m8n8k128", "and"),
      makeEntry<8, 128, bitXor>("m8n8k128", "xor"),
      makeEntry<16, 128, bitAnd>("m16n8k128", "and"),
      makeEntry<16, 128, bitXor>("m16n8k128", "xor"),
      makeEntry<16, 256, bitAnd>("m16n8k256", "and"),
      makeEntry<16, 256, bitXor>("m16n8k256", "xor"),
  };
  bool isKnown = mnemonic.take("sync") && mnemonic.take("aligned");
  std::string_view shape = mnemonic.peek();
  mnemonic.skip();
  for (const char *part : {"row", "col", "s32", "b1", "b1", "s32"})
    isKnown = isKnown && mnemonic.take(part);
  std::string_view operation = mnemonic.peek();
  mnemonic.skip();
  isKnown = isKnown && mnemonic.take("popc");
  const Entry *entry = nullptr;
  for (const Entry &candidate : entries)
    if (candidate.shape == shape && candidate.operation == operation)
      entry = &candidate;
  if (!isKnown || !entry)
    return decoder.error("unknown product of matrices");
  if (!decoder.expectOperands(4))
    return;
  const std::vector<Operand> &operands = decoder.operands();
  std::vector<uint32_t> slots;
  auto source = [&](const Operand &operand) {
    return decoder.source(operand, Type::B32);
  };
  decodeFragment(decoder, operands[0], entry->countC, slots,
                 [&](const Operand &operand) {
                   return decoder.destination(operand, Type::B32);
                 });
  decodeFragment(decoder, operands[1], entry->countA, slots, source);
  decodeFragment(decoder, operands[2], entry->countB, slots, source);
  decodeFragment(decoder, operands[3], entry->countC, slots, source);
  uint32_t mask = decoder.constant(UINT32_MAX);
  Instruction &instruction = decoder.emit(waitForWholeWarp);
  std::copy(slots.begin(), slots.end(), instruction.operands);
  instruction.operands[WarpOperation::maskOperand] = mask;
  instruction.data = &entry->run;
  decoder.getFunction().synchronizes = true;
}

void ptx_emulator::addMatrixInstructions(InstructionMap &map) {
  map["mma"] = decodeMultiply;
}
