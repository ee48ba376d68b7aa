//===- BlockedEmitter.cpp - Blocks of outputs in registers ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A panel holds the words of the packed operand for a few vectors of outputs;
// the words of one position of the reductions are side by side. Each word of a
// row of the other operand is compared with all lanes of a vector, so there are
// no horizontal sums. A block of several rows by several vectors of outputs has
// its counters in registers, so that a loaded value is used several times.
//
//===----------------------------------------------------------------------===//

#include "BlockedEmitter.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize_popcount;

/// Rows of a task, so that packing the panel is a small part of its work.
static constexpr int64_t minRowsPerTask = 512;

BlockedEmitter::BlockedEmitter(const KernelEmitter &nest, Counting &counting)
    : KernelEmitter(nest), counting(counting), digits(counting.digits),
      shape(counting.shape) {
  lanes = counting.lanes;
  if (digits.areNotWords() && !contraction.isContiguous)
    digitLoop = sizes.size();
}

/// Returns the loops over the digits of the panel.
SmallVector<ReductionLoop> BlockedEmitter::getDigitLoops(const Tile &tile) {
  SmallVector<ReductionLoop> loops = tile.reductions;
  if (digitLoop) {
    loops.push_back({index(digits.perWord)});
    return loops;
  }
  ReductionLoop &inner = loops.back();
  inner.upper = fold<arith::MulIOp>(inner.upper, index(digits.perWord));
  inner.maxSize = *inner.maxSize * digits.perWord;
  return loops;
}

/// Builds the positions at `at` of a digit of the broadcast operand, where
/// `positions` are those of the loops over the digits of the panel.
Positions BlockedEmitter::atBroadcastDigit(const Positions &at,
                                           const Tile &tile,
                                           ValueRange positions) {
  Positions digit = enter(at, contraction.reductions,
                          positions.take_front(contraction.reductions.size()));
  if (digitLoop)
    digit[*digitLoop] = positions.back();
  Value &inner = digit[contraction.reductions.back()];
  Value lower = tile.lower;
  if (!digitLoop)
    lower = fold<arith::MulIOp>(lower, index(digits.perWord));
  inner = fold<arith::AddIOp>(lower, inner);
  return digit;
}

/// Emits the block of outputs at `at`.
void BlockedEmitter::emitBlock(const Positions &at, const Tile &tile,
                               const BlockShape &block) {
  VectorType vector = getVectorType(b.getIntegerType(digits.elementWidth));
  SmallVector<ReductionLoop> loops = getDigitLoops(tile);
  int64_t rowsAtOnce = counting.rowsAtOnce;
  int64_t counters = llvm::divideCeil(block.rows, rowsAtOnce) * block.vectors;
  SmallVector<Value> counts = countBits(
      loops, counters, counting.stages,
      [&](ValueRange positions, llvm::function_ref<void(Value)> count) {
        Positions digit = atBroadcastDigit(at, tile, positions);
        Value row = buildRow(loops, positions);
        SmallVector<Value> columns;
        for (int64_t column = 0; column < block.vectors; ++column)
          columns.push_back(
              vector::LoadOp::create(b, vector, tile.task.panel,
                                     ValueRange{row, index(column * lanes)}));
        for (int64_t r = 0; r < block.rows; r += rowsAtOnce) {
          Value joined = memref::LoadOp::create(
              b, broadcast.base, buildIndices(broadcast, atRow(digit, r)));
          Value spread = counting.spread(b, joined);
          for (Value column : columns)
            count(counting.compare(b, spread, column));
        }
      });

  for (auto [position, count] : llvm::enumerate(counts)) {
    int64_t counter = position / rowsAtOnce;
    int64_t row = counter / block.vectors * rowsAtOnce + position % rowsAtOnce;
    if (row >= block.rows)
      continue;
    Positions vector =
        enter(at, contraction.lanes,
              offset(at[contraction.lanes], counter % block.vectors * lanes));
    addMultiple(atRow(vector, row), count, tile.mask, tile.isFirst);
  }
}

/// Emits blocks over all rows, or over the rows of a task.
void BlockedEmitter::emitRows(const Positions &at, const Tile &tile,
                              int64_t vectors) {
  if (!contraction.rows)
    return emitBlock(at, tile, {1, vectors});
  bool isSplit = contraction.windows.empty() && tile.task.upper;
  buildRowBlocks(at, isSplit ? tile.task.lower : index(0),
                 isSplit ? tile.task.upper : sizes[*contraction.rows],
                 shape.rows, [&](const Positions &row, int64_t rows) {
                   emitBlock(row, tile, {rows, vectors});
                 });
}

/// Emits all outputs for a panel of `vectors` vectors from the output at `at`
/// on, with `valid` outputs, or whole vectors if `valid` is null.
void BlockedEmitter::emitPanel(const Positions &at, const Task &task,
                               int64_t vectors, Value valid) {
  Value mask;
  if (valid)
    mask = vector::CreateMaskOp::create(b, getVectorType(b.getI1Type()), valid);
  unsigned innermost = contraction.reductions.back();
  int64_t maxWords = getPanelTile();
  Value upper = sizes[innermost];
  // With a fill, outputs are stored even if nothing is counted.
  if (contraction.fill)
    upper = fold<arith::MaxUIOp>(upper, index(1));
  buildFor(index(0), upper, maxWords, [&](Value iv) {
    SmallVector<ReductionLoop> reductions;
    for (unsigned loop : ArrayRef(contraction.reductions).drop_back())
      reductions.push_back({sizes[loop], 1});
    Value rest = fold<arith::SubIOp>(sizes[innermost], iv);
    reductions.push_back(
        {fold<arith::MinUIOp>(rest, index(maxWords)), 1, maxWords});
    Value isFirst =
        b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::eq, iv, index(0));
    Tile tile{task, iv, reductions, isFirst, mask};
    emitPacking(at, tile, vectors, valid);
    emitWindows(at, tile, vectors);
  });
}

/// Emits the rows of all windows, or of the windows of a task.
void BlockedEmitter::emitWindows(const Positions &at, const Tile &tile,
                                 int64_t vectors) {
  if (contraction.windows.empty())
    return emitRows(at, tile, vectors);
  if (!tile.task.upper)
    return buildNest(at, contraction.windows, [&](const Positions &window) {
      emitRows(window, tile, vectors);
    });
  buildFor(tile.task.lower, tile.task.upper, 1, [&](Value window) {
    SmallVector<Value> position =
        index_space::delinearize(b, window, getSizes(contraction.windows));
    emitRows(enter(at, contraction.windows, position), tile, vectors);
  });
}

/// Emits the whole panel at `at`, or single vectors of the remaining outputs.
void BlockedEmitter::emitTask(const Positions &at, const Task &task) {
  Value first = at[contraction.lanes];
  Value size = sizes[contraction.lanes];
  int64_t width = shape.vectors * lanes;
  Value left = fold<arith::SubIOp>(size, first);
  Value isWhole = b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::uge, left,
                                                index(width));
  // If the size is a multiple of a panel, all panels are whole.
  if (std::optional<int64_t> known = getConstantIntValue(size))
    if (*known % width == 0)
      isWhole = arith::ConstantIntOp::create(b, 1, 1);
  buildIf(
      isWhole, [&] { emitPanel(at, task, shape.vectors, Value()); },
      [&] {
        buildFor(first, size, lanes, [&](Value iv) {
          emitPanel(enter(at, contraction.lanes, iv), task, 1,
                    fold<arith::SubIOp>(size, iv));
        });
      });
}

/// Builds the number of windows, or of rows if there are no windows, which
/// tasks share.
Value BlockedEmitter::buildSplitSize() {
  if (contraction.windows.empty() && contraction.rows)
    return sizes[*contraction.rows];
  return index_space::buildProduct(b, getSizes(contraction.windows));
}

/// Builds the number of windows or rows that are enough for a task.
Value BlockedEmitter::buildSplitStep() {
  if (contraction.windows.empty())
    return index(minRowsPerTask);
  Value rows = contraction.rows ? sizes[*contraction.rows] : index(1);
  rows = fold<arith::MaxUIOp>(rows, index(1));
  return fold<arith::DivUIOp>(offset(rows, minRowsPerTask - 1), rows);
}

void BlockedEmitter::emit() {
  counting.begin(b);
  Value words = broadcast.base;
  if (digits.areNotWords())
    emitDigits();

  SmallVector<Value> uppers, steps;
  for (unsigned loop : contraction.batches) {
    uppers.push_back(sizes[loop]);
    steps.push_back(index(1));
  }
  uppers.push_back(sizes[contraction.lanes]);
  steps.push_back(index(shape.vectors * lanes));
  if (options.parallel) {
    uppers.push_back(buildSplitSize());
    steps.push_back(buildSplitStep());
  }
  SmallVector<unsigned> loops = contraction.batches;
  loops.push_back(contraction.lanes);
  Positions start(sizes.size() + (digitLoop ? 1 : 0));
  buildTasks(uppers, steps, [&](ValueRange position) {
    Task task;
    if (options.parallel) {
      task.lower = position.back();
      task.upper = fold<arith::MinUIOp>(
          fold<arith::AddIOp>(task.lower, steps.back()), uppers.back());
    }
    task.panel = buildPanel();
    emitTask(enter(start, loops, position.take_front(loops.size())), task);
    memref::DeallocOp::create(b, task.panel);
  });
  if (broadcast.base != words)
    memref::DeallocOp::create(b, broadcast.base);
  counting.end(b);
}
