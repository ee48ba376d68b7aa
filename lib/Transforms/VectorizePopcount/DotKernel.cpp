//===- DotKernel.cpp - Rows of words in vectors ---------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Both operands are loaded as they are, several words of a row at once. What a
// row of the broadcast operand meets is read from memory once: further rows
// find it in the cache.
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quant_bnn::vectorize_popcount;

/// Outputs whose lanes are summed together, and whose packed words stay in the
/// first cache for all rows.
static constexpr int64_t outputsPerBlock = 4;
/// Outputs of a task: enough work to be worth it.
static constexpr int64_t outputsPerTask = 64;

namespace {
class DotEmitter : KernelEmitter {
public:
  explicit DotEmitter(const KernelEmitter &nest) : KernelEmitter(nest) {}
  void emit();

private:
  Value buildDiffering(ValueRange positions, Value mask);
  Value countRow();
  void emitOutputs(int64_t count);
  void emitTask(Value lower, Value upper);
};
} // namespace

/// The bits in which a vector of words at `positions` differs.
Value DotEmitter::buildDiffering(ValueRange positions, Value mask) {
  for (auto [loop, position] :
       llvm::zip_equal(contraction.reductions, positions))
    ivs[loop] = position;
  VectorType type = getWordVectorType();
  auto load = [&](const View &view) -> Value {
    SmallVector<Value> indices = buildIndices(view);
    if (!mask)
      return vector::LoadOp::create(b, type, view.base, indices);
    // Where both are zero, no bit differs.
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    return vector::MaskedLoadOp::create(b, type, view.base, indices, mask,
                                        zero);
  };
  return arith::XOrIOp::create(b, load(broadcast), load(packed));
}

/// Counts the bits in which the rows of words for the output at `ivs` differ:
/// some in each lane.
Value DotEmitter::countRow() {
  Value size = sizes[contraction.reductions.back()];
  Value rest = fold<arith::RemUIOp>(size, index(lanes));
  Value whole = fold<arith::SubIOp>(size, rest);
  SmallVector<ReductionLoop> loops;
  for (unsigned loop : ArrayRef(contraction.reductions).drop_back())
    loops.push_back({sizes[loop], 1});
  loops.push_back({whole, lanes});
  Value count = countBits(loops, 1, [&](ValueRange at, CountWords countWords) {
                  countWords(buildDiffering(at, Value()));
                }).front();
  if (getConstantIntValue(rest) == 0)
    return count;
  Value mask =
      vector::CreateMaskOp::create(b, getVectorType(b.getI1Type()), rest);
  // A loop that runs once, if anything is left.
  loops.back() = {fold<arith::MinUIOp>(rest, index(1)), 1};
  Value tail = countBits(loops, 1, [&](ValueRange at, CountWords countWords) {
                 SmallVector<Value> positions(at);
                 positions.back() = whole;
                 countWords(buildDiffering(positions, mask));
               }).front();
  return arith::AddIOp::create(b, count, tail);
}

/// Emits `count` outputs from the one at `ivs` on. Their rows come one after
/// another, as they are in memory: it streams.
void DotEmitter::emitOutputs(int64_t count) {
  Value first = ivs[contraction.lanes];
  SmallVector<Value> counts;
  for (int64_t i = 0; i < count; ++i) {
    ivs[contraction.lanes] = offset(first, i);
    counts.push_back(countRow());
  }
  // Together, so that LLVM sums the lanes of several at once.
  Value one = arith::ConstantOp::create(b, b.getI32IntegerAttr(1));
  for (auto [position, lanesCount] : llvm::enumerate(counts)) {
    Value total =
        vector::ReductionOp::create(b, vector::CombiningKind::ADD, lanesCount);
    ivs[contraction.lanes] = offset(first, position);
    SmallVector<Value> indices = buildIndices(output);
    Value before = memref::LoadOp::create(b, output.base, indices);
    Value twice = arith::ShLIOp::create(b, total, one);
    memref::StoreOp::create(b, arith::SubIOp::create(b, before, twice),
                            output.base, indices);
  }
  ivs[contraction.lanes] = first;
}

void DotEmitter::emitTask(Value lower, Value upper) {
  SmallVector<unsigned> rows = contraction.windows;
  if (contraction.rows)
    rows.push_back(*contraction.rows);
  for (int64_t count = outputsPerBlock; count > 0; count /= outputsPerBlock) {
    Value rest =
        fold<arith::RemUIOp>(fold<arith::SubIOp>(upper, lower), index(count));
    Value end = fold<arith::SubIOp>(upper, rest);
    buildFor(lower, end, count, [&](Value iv) {
      ivs[contraction.lanes] = iv;
      buildNest(rows, [&] { emitOutputs(count); });
    });
    lower = end;
  }
}

void DotEmitter::emit() {
  Value size = sizes[contraction.lanes];
  SmallVector<Value> uppers;
  for (unsigned loop : contraction.batches)
    uppers.push_back(sizes[loop]);
  uppers.push_back(size);
  SmallVector<int64_t> steps(contraction.batches.size(), 1);
  steps.push_back(outputsPerTask);
  buildTasks(uppers, steps, [&](ValueRange task) {
    for (auto [loop, iv] :
         llvm::zip_equal(contraction.batches, task.drop_back()))
      ivs[loop] = iv;
    Value end = offset(task.back(), outputsPerTask);
    emitTask(task.back(), fold<arith::MinUIOp>(end, size));
  });
}

void quant_bnn::vectorize_popcount::emitDotKernel(const KernelEmitter &nest) {
  DotEmitter(nest).emit();
}
