//===- DotEmitter.cpp - Rows of words in vectors --------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Both operands are loaded as they are, several words of a row at once. Packed
// words are read from memory once: a few rows of the broadcast operand use them
// from a register, and further rows from the cache.
//
//===----------------------------------------------------------------------===//

#include "DotEmitter.h"
#include "../../LoopEmission/MaskedAccess.h"
#include "Counting.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize_popcount;

/// The number of bytes by which packed words are prefetched.
static constexpr int64_t bytesAhead = 2048;
/// The number of rows that use packed words while these are in a register.
static constexpr int64_t rowsAtOnce = 4;
/// The time to load a vector of each operand and to count the bits that differ.
static constexpr int64_t picosecondsPerVector = 800;
/// A task has a multiple of this many outputs, so that two tasks do not store
/// to one line of the cache.
static constexpr int64_t outputsPerStep = 64;

DotEmitter::DotEmitter(const KernelEmitter &nest) : KernelEmitter(nest) {
  IntegerType word = contraction.getWordType();
  lanes = std::max<int64_t>(options.vectorBits / word.getWidth(), 1);
  words = getVectorType(word);
  stages.push_back(countsInBytes(options, word) ? getByteStage(words)
                                                : getWordStage(words));
  stages.push_back(
      getTotalStage(cast<VectorType>(stages.front().types.front())));
  Value bytes = fold<arith::MulIOp>(
      index_space::buildProduct(b, getSizes(contraction.reductions)),
      index(word.getWidth() / 8));
  bytes = fold<arith::MaxUIOp>(bytes, index(1));
  outputsAhead = fold<arith::DivUIOp>(
      fold<arith::AddIOp>(bytes, index(bytesAhead - 1)), bytes);
}

/// Emits `loops` over vectors of words for the outputs of `rows` rows from the
/// row at `at` on, and returns the number of differing bits of each output.
/// The position of the innermost reduction is `position`, unless that is null.
SmallVector<Value> DotEmitter::countBitsOfRows(const Positions &at,
                                               ArrayRef<ReductionLoop> loops,
                                               int64_t rows, Value position,
                                               Value mask) {
  // The lanes that are masked off are 0 in both operands: no bit differs.
  auto load = [&](const View &view, const Positions &word) {
    return loadMasked(b, words, view.base, buildIndices(view, word), mask);
  };
  return countBits(
      loops, rows, stages,
      [&](ValueRange positions, llvm::function_ref<void(Value)> count) {
        Positions word = enter(at, contraction.reductions, positions);
        if (position)
          word[contraction.reductions.back()] = position;
        Value column = load(packed, word);
        for (int64_t row : llvm::seq(rows)) {
          Value loaded = load(broadcast, atRow(word, row));
          count(arith::XOrIOp::create(b, loaded, column));
        }
      });
}

/// Emits the outputs of `rows` rows from the row at `at` on.
void DotEmitter::emitOutputs(const Positions &at, int64_t rows) {
  Value size = sizes[contraction.reductions.back()];
  Value whole = roundDown(size, lanes);
  Value rest = fold<arith::SubIOp>(size, whole);
  SmallVector<ReductionLoop> loops;
  for (unsigned loop : ArrayRef(contraction.reductions).drop_back())
    loops.push_back({sizes[loop]});
  loops.push_back({whole, lanes});
  SmallVector<Value> totals =
      countBitsOfRows(at, loops, rows, Value(), Value());
  if (getConstantIntValue(rest) != 0) {
    Value mask =
        vector::CreateMaskOp::create(b, getVectorType(b.getI1Type()), rest);
    // This loop runs once, or not at all if nothing is left.
    loops.back() = {fold<arith::MinUIOp>(rest, index(1)), 1, 1};
    for (auto [total, more] :
         llvm::zip_equal(totals, countBitsOfRows(at, loops, rows, whole, mask)))
      total = fold<arith::AddIOp>(total, more);
  }
  Value isWhole = arith::ConstantIntOp::create(b, 1, 1);
  for (auto [row, total] : llvm::enumerate(totals))
    addMultiple({total, /*mask=*/Value(), atRow(at, row)}, /*isFirst=*/isWhole,
                /*isLast=*/isWhole);
}

/// Emits outputs one after another, in the order of their packed words in
/// memory: processors prefetch one stream faster than several.
void DotEmitter::emitTask(const Positions &at, Value lower, Value upper) {
  buildFor(lower, upper, 1, [&](Value iv) {
    // Processors do not prefetch that far ahead on their own, past all words
    // that are counted before.
    Positions ahead =
        enter(at, contraction.lanes, fold<arith::AddIOp>(iv, outputsAhead));
    prefetchPacked(ahead, index(0), sizes[contraction.reductions.back()]);
    Positions column = enter(at, contraction.lanes, iv);
    buildNest(column, contraction.windows, [&](const Positions &window) {
      if (!contraction.rows)
        return emitOutputs(window, 1);
      buildRowBlocks(
          window, index(0), sizes[*contraction.rows], rowsAtOnce,
          [&](const Positions &row, int64_t rows) { emitOutputs(row, rows); });
    });
  });
}

void DotEmitter::emit() {
  beginEpilogue(/*elements=*/1);
  Value size = sizes[contraction.lanes];
  SmallVector<Value> uppers;
  for (unsigned loop : contraction.batches)
    uppers.push_back(sizes[loop]);
  uppers.push_back(size);
  SmallVector<Value> steps(contraction.batches.size(), index(1));
  steps.push_back(index(outputsPerStep));
  SmallVector<unsigned> loops = contraction.windows;
  if (contraction.rows)
    loops.push_back(*contraction.rows);
  Value outputs = index_space::buildProduct(b, getSizes(loops));
  outputs = fold<arith::MulIOp>(outputs, index(outputsPerStep));
  Value cost = fold<arith::CeilDivUIOp>(
      buildCost(outputs, picosecondsPerVector), index(lanes));
  buildTasks(uppers, steps, cost, [&](ValueRange task) {
    Positions batch =
        enter(Positions(sizes.size()), contraction.batches, task.drop_back());
    Value end = offset(task.back(), outputsPerStep);
    emitTask(batch, task.back(), fold<arith::MinUIOp>(end, size));
  });
}
