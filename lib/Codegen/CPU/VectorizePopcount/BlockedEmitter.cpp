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
/// The time to compare a word of a row with a vector of a panel, and to count
/// the bits that differ.
static constexpr int64_t picosecondsPerVector = 450;
/// The rows whose outputs take as long as packing the panel.
static constexpr int64_t rowsPerPacking = 8;

BlockedEmitter::BlockedEmitter(const KernelEmitter &nest, Counting &counting)
    : KernelEmitter(nest), counting(counting), digits(counting.digits),
      shape(counting.shape) {
  lanes = counting.lanes;
  panelWidth = shape.vectors * lanes;
  sumsPerWord = epilogue ? epilogue->getSumsPerWord() : 1;
  taskWidth = std::max(panelWidth, sumsPerWord);
  tileSize = getPanelTile(contraction, digits, taskWidth, this->options);
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

/// Moves `at` from the first output of a task to the first output of `tile`.
Positions BlockedEmitter::atOutputs(const Positions &at, const Tile &tile) {
  return enter(at, contraction.lanes,
               offset(at[contraction.lanes], tile.outputs.first));
}

/// Emits the block of `rows` rows of outputs of `tile` at `at`.
void BlockedEmitter::emitBlock(const Positions &at, const Tile &tile,
                               int64_t rows) {
  VectorType vector = getVectorType(b.getIntegerType(digits.elementWidth));
  SmallVector<ReductionLoop> loops = getDigitLoops(tile);
  int64_t rowsAtOnce = counting.rowsAtOnce;
  int64_t vectors = tile.outputs.vectors;
  int64_t counters = llvm::divideCeil(rows, rowsAtOnce) * vectors;
  auto atOutput = [&](int64_t row, int64_t column) {
    return atRow(enter(at, contraction.lanes,
                       offset(at[contraction.lanes], column * lanes)),
                 row);
  };
  // Rows are far apart, and processors do not predict the next one.
  auto prefetch = [&] {
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t column = 0; column < vectors; ++column)
        prefetchForEpilogue(atOutput(row, column));
  };
  if (epilogue)
    buildIf(tile.isLast, prefetch, [] {});
  SmallVector<Value> counts = countBits(
      loops, counters, counting.stages,
      [&](ValueRange positions, llvm::function_ref<void(Value)> count) {
        Positions digit = atBroadcastDigit(at, tile, positions);
        Value row =
            fold<arith::AddIOp>(tile.firstRow, buildRow(loops, positions));
        SmallVector<Value> columns;
        for (int64_t column = 0; column < vectors; ++column)
          columns.push_back(vector::LoadOp::create(
              b, vector, tile.panel, ValueRange{row, index(column * lanes)}));
        for (int64_t r = 0; r < rows; r += rowsAtOnce) {
          Value joined = memref::LoadOp::create(
              b, broadcast.base, buildIndices(broadcast, atRow(digit, r)));
          Value spread = counting.spread(b, joined);
          for (Value column : columns)
            count(counting.compare(b, spread, column));
        }
      });

  for (auto [position, count] : llvm::enumerate(counts)) {
    int64_t counter = position / rowsAtOnce;
    int64_t row = counter / vectors * rowsAtOnce + position % rowsAtOnce;
    if (row >= rows)
      continue;
    addMultiple({count, tile.mask, atOutput(row, counter % vectors), row},
                tile.isFirst, tile.isLast);
  }
}

/// Emits blocks over all rows, or over the rows of a task.
void BlockedEmitter::emitRows(const Positions &at, ArrayRef<Tile> tiles) {
  auto emitBlocks = [&](const Positions &row, int64_t rows) {
    for (const Tile &tile : tiles)
      emitBlock(atOutputs(row, tile), tile, rows);
  };
  if (!contraction.rows)
    return emitBlocks(at, 1);
  const Task &task = tiles.front().task;
  bool isSplit = contraction.windows.empty() && task.upper;
  buildRowBlocks(at, isSplit ? task.lower : index(0),
                 isSplit ? task.upper : sizes[*contraction.rows], shape.rows,
                 emitBlocks);
}

/// Emits the rows of all windows, or of the windows of a task.
void BlockedEmitter::emitWindows(const Positions &at, ArrayRef<Tile> tiles) {
  if (contraction.windows.empty())
    return emitRows(at, tiles);
  const Task &task = tiles.front().task;
  if (!task.upper)
    return buildNest(at, contraction.windows,
                     [&](const Positions &window) { emitRows(window, tiles); });
  buildFor(task.lower, task.upper, 1, [&](Value window) {
    SmallVector<Value> position =
        index_space::delinearize(b, window, getSizes(contraction.windows));
    emitRows(enter(at, contraction.windows, position), tiles);
  });
}

/// Emits all outputs of `panels`, for the task at `at`.
void BlockedEmitter::emitPanels(const Positions &at, const Task &task,
                                ArrayRef<Outputs> panels) {
  SmallVector<Value> masks;
  for (const Outputs &outputs : panels)
    masks.push_back(outputs.valid
                        ? vector::CreateMaskOp::create(
                              b, getVectorType(b.getI1Type()), outputs.valid)
                              .getResult()
                        : Value());
  unsigned innermost = contraction.reductions.back();
  Value upper = sizes[innermost];
  // With a fill or an epilogue, outputs are stored even if nothing is counted.
  if (contraction.fill || epilogue)
    upper = fold<arith::MaxUIOp>(upper, index(1));
  buildFor(index(0), upper, tileSize, [&](Value iv) {
    SmallVector<ReductionLoop> reductions;
    for (unsigned loop : ArrayRef(contraction.reductions).drop_back())
      reductions.push_back({sizes[loop], 1});
    Value rest = fold<arith::SubIOp>(sizes[innermost], iv);
    reductions.push_back(
        {fold<arith::MinUIOp>(rest, index(tileSize)), 1, tileSize});
    Value isFirst =
        b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::eq, iv, index(0));
    Value isLast = b.createOrFold<arith::CmpIOp>(
        arith::CmpIPredicate::uge, offset(iv, tileSize), sizes[innermost]);
    SmallVector<Tile> tiles;
    for (auto [number, outputs] : llvm::enumerate(panels)) {
      Tile &tile =
          tiles.emplace_back(Tile{task, constantPanels, index(0), outputs, iv,
                                  reductions, isFirst, isLast, masks[number]});
      Positions start = atOutputs(at, tile);
      if (constantPanels) {
        tile.firstRow = buildConstantRow(start, iv);
        continue;
      }
      tile.panel = task.panels[number];
      emitPacking(start, tile);
    }
    emitWindows(at, tiles);
  });
}

/// Whether the outputs are a multiple of those of a task.
bool BlockedEmitter::hasOnlyWholeTasks() const {
  std::optional<int64_t> size = getConstantIntValue(sizes[contraction.lanes]);
  return size && *size % taskWidth == 0;
}

/// Emits whole panels at `at`, or panels of single vectors of the remaining
/// outputs.
void BlockedEmitter::emitTask(const Positions &at, const Task &task) {
  Value first = at[contraction.lanes];
  Value size = sizes[contraction.lanes];
  Value left = fold<arith::SubIOp>(size, first);
  Value isWhole = b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::uge, left,
                                                index(taskWidth));
  if (hasOnlyWholeTasks())
    isWhole = arith::ConstantIntOp::create(b, 1, 1);
  buildIf(
      isWhole,
      [&] {
        SmallVector<Outputs> panels;
        for (int64_t lane = 0; lane < taskWidth; lane += panelWidth)
          panels.push_back({lane, shape.vectors});
        emitPanels(at, task, panels);
      },
      [&] {
        // A word whose bits are several vectors takes as many panels.
        int64_t width = std::max(lanes, sumsPerWord);
        buildFor(first, size, width, [&](Value iv) {
          SmallVector<Outputs> panels;
          for (int64_t lane = 0; lane < width; lane += lanes) {
            Value end = fold<arith::MaxUIOp>(size, offset(iv, lane));
            Value valid = fold<arith::SubIOp>(end, offset(iv, lane));
            panels.push_back({lane, 1, valid});
          }
          emitPanels(enter(at, contraction.lanes, iv), task, panels);
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

/// Builds the picoseconds that a task takes.
Value BlockedEmitter::buildTaskCost() {
  Value rows = index_space::buildProduct(b, getSizes(contraction.windows));
  if (contraction.rows)
    rows = fold<arith::MulIOp>(rows, sizes[*contraction.rows]);
  rows = fold<arith::MinUIOp>(rows, index(minRowsPerTask));
  Value vectors = fold<arith::MulIOp>(
      offset(rows, rowsPerPacking), index(taskWidth / lanes * digits.perWord));
  return buildCost(vectors, picosecondsPerVector);
}

void BlockedEmitter::emit() {
  counting.begin(b);
  beginEpilogue(lanes);
  Value words = broadcast.base;
  if (digits.areNotWords())
    emitDigits();
  buildConstantPanels();

  SmallVector<Value> uppers, steps;
  for (unsigned loop : contraction.batches) {
    uppers.push_back(sizes[loop]);
    steps.push_back(index(1));
  }
  uppers.push_back(sizes[contraction.lanes]);
  steps.push_back(index(taskWidth));
  if (options.parallel) {
    uppers.push_back(buildSplitSize());
    steps.push_back(buildSplitStep());
  }
  SmallVector<unsigned> loops = contraction.batches;
  loops.push_back(contraction.lanes);
  Positions start(sizes.size() + (digitLoop ? 1 : 0));
  buildTasks(uppers, steps, buildTaskCost(), [&](ValueRange position) {
    Task task;
    if (options.parallel) {
      task.lower = position.back();
      task.upper = fold<arith::MinUIOp>(
          fold<arith::AddIOp>(task.lower, steps.back()), uppers.back());
    }
    if (!constantPanels)
      task.panels = buildPanels();
    emitTask(enter(start, loops, position.take_front(loops.size())), task);
    for (Value panel : task.panels)
      memref::DeallocOp::create(b, panel);
  });
  if (broadcast.base != words)
    memref::DeallocOp::create(b, broadcast.base);
  counting.end(b);
}
