//===- ContractionEmitter.cpp - Contractions by blocks --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In a contraction, one input lies along the lanes, and is the same for all
// rows: the iterations of some loops outside of the vector loop. A panel is a
// copy of a block of its terms, for a few vectors, which stays in the L1 cache
// while all rows of a task use it. A kernel has the sums of several rows by
// several vectors in registers. Blocks of terms are those of the order in which
// contractions add, so blocking does not change a bit: see "Sums" in
// docs/Semantics.md.
//
//===----------------------------------------------------------------------===//

#include "ContractionEmitter.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-vectorize-linalg"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize;

/// The most rows of a task, so that packing the panel is a small part of its
/// work.
static constexpr int64_t maxTaskRows = 256;

//===----------------------------------------------------------------------===//
// Strips and tasks
//===----------------------------------------------------------------------===//

/// Returns the number of rows of a task, which has whole kernels unless it is
/// the last one.
int64_t ContractionEmitter::getTaskRows() const {
  return maxTaskRows / blocking.kernelRows * blocking.kernelRows;
}

void ContractionEmitter::emitStrip(const Strip &strip) {
  if (hasOneBlock()) {
    Block block{index(0), termCount, {}};
    emitPacking(strip, block);
    return emitRows(strip, block);
  }
  emitInitialTotals(strip);
  // Without terms, there is one empty block: the sums are the totals.
  Value end = fold<arith::MaxUIOp>(termCount, index(1));
  Value size = index(termsPerChain);
  buildCarryingFor(index(0), end, size, [&](Value lower) {
    Value next = fold<arith::AddIOp>(lower, size);
    Block block{lower, fold<arith::MinUIOp>(next, termCount),
                b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::uge, next,
                                              termCount)};
    emitPacking(strip, block);
    emitRows(strip, block);
  });
}

/// Builds the strip of `vectors` vectors of `task` from column `first` on.
/// Lanes of the last vector may be out of bounds unless `isWhole`.
ContractionEmitter::Strip ContractionEmitter::buildStrip(const Strip &task,
                                                         Value first,
                                                         int64_t vectors,
                                                         bool isWhole) {
  Strip strip = task;
  for (int64_t vector = 0; vector < vectors; ++vector) {
    Step &step = strip.vectors.emplace_back();
    step.positions.push_back(
        fold<arith::AddIOp>(first, index(vector * plan.lanes)));
  }
  if (!isWhole)
    maskTail(strip.vectors.back(), sizes[plan.vectorLoop]);
  return strip;
}

/// Emits the columns of `task` from `lower` to `upper`, which are a multiple of
/// the width of a panel unless the last columns are among them.
void ContractionEmitter::emitColumns(const Strip &task, Value lower,
                                     Value upper) {
  int64_t width = getPanelWidth();
  Value columns = sizes[plan.vectorLoop];
  Value whole =
      fold<arith::SubIOp>(columns, fold<arith::RemUIOp>(columns, index(width)));
  Value end = fold<arith::MinUIOp>(upper, whole);
  if (getConstantIntValue(whole) != 0)
    buildCarryingFor(lower, end, index(width), [&](Value first) {
      emitStrip(buildStrip(task, first, blocking.kernelVectors,
                           /*isWhole=*/true));
    });
  std::optional<int64_t> count = getConstantIntValue(columns);
  if (count && *count % width == 0)
    return;
  // Fewer columns than a panel has: of a known number, or by single vectors.
  int64_t rest = count ? *count % width : plan.lanes;
  buildCarryingFor(
      fold<arith::MaxUIOp>(lower, whole), upper, index(rest), [&](Value first) {
        emitStrip(buildStrip(task, count ? whole : first,
                             llvm::divideCeil(rest, plan.lanes),
                             /*isWhole=*/count && rest % plan.lanes == 0));
      });
}

/// Emits the tasks at `at`, which is in the overlapping loops.
void ContractionEmitter::emitTasks(const Positions &at) {
  Value columns = sizes[plan.vectorLoop];
  // A task has all bits of a word.
  int64_t width =
      std::max(getPanelWidth(), epilogue ? epilogue->getSumsPerWord() : 1);
  SmallVector<Value> extents = getSizes(blocking.groups);
  extents.push_back(fold<arith::CeilDivUIOp>(rowCount, index(getTaskRows())));
  extents.push_back(fold<arith::CeilDivUIOp>(columns, index(width)));
  Value count = index_space::buildProduct(b, extents);

  auto emitRange = [&](Value lower, Value upper) {
    allocate();
    buildCarryingFor(lower, upper, index(1), [&](Value iv) {
      SmallVector<Value> position = index_space::delinearize(b, iv, extents);
      Value column = fold<arith::MulIOp>(position.pop_back_val(), index(width));
      Value row =
          fold<arith::MulIOp>(position.pop_back_val(), index(getTaskRows()));
      auto getEnd = [&](Value begin, int64_t size, Value all) {
        return fold<arith::MinUIOp>(fold<arith::AddIOp>(begin, index(size)),
                                    all);
      };
      emitColumns({enter(at, blocking.groups, position),
                   row,
                   getEnd(row, getTaskRows(), rowCount),
                   {}},
                  column, getEnd(column, width, columns));
    });
    memref::DeallocOp::create(b, panel);
    if (totals)
      memref::DeallocOp::create(b, totals);
  };
  auto buildCostOfOne = [&] {
    Value sums = fold<arith::MulIOp>(
        fold<arith::MinUIOp>(rowCount, index(getTaskRows())),
        fold<arith::MinUIOp>(columns, index(width)));
    return fold<arith::MulIOp>(sums, buildCost(plan.inner));
  };
  buildTasks(count, buildCostOfOne, emitRange);
}

/// Allocates the memory of a task.
void ContractionEmitter::allocate() {
  auto build = [&](int64_t rows, Type element) -> Value {
    return memref::AllocOp::create(
        b, MemRefType::get({rows, getPanelWidth()}, element),
        b.getI64IntegerAttr(64));
  };
  panel = build(hasOneBlock() ? *getConstantIntValue(termCount) : termsPerChain,
                blocking.packed->getElementType());
  totals = keepsTotals() ? build(getTaskRows(), getOutput().getElementType())
                         : Value();
}

/// Emits the overlapping loops from number `level` on, and the tasks in them.
void ContractionEmitter::emitOverlaps(unsigned level, const Positions &at) {
  if (level == blocking.overlaps.size())
    return emitTasks(at);
  Overlap overlap = blocking.overlaps[level];
  Value size = sizes[overlap.loop];
  buildCarryingFor(index(0), size, index(1), [&](Value iv) {
    if (overlap.descends)
      iv = fold<arith::SubIOp>(fold<arith::SubIOp>(size, index(1)), iv);
    emitOverlaps(level + 1, enter(at, overlap.loop, iv));
  });
}

void ContractionEmitter::emit() {
  prepare();
  rowCount = index_space::buildProduct(b, getSizes(blocking.rows));
  termCount = index_space::buildProduct(b, getSizes(plan.inner));
  if (blocking.mayNotPay) {
    Value pays = b.createOrFold<arith::CmpIOp>(
        arith::CmpIPredicate::uge, rowCount, index(minRowsOfBlocks));
    auto branch = scf::IfOp::create(b, pays, /*withElseRegion=*/true);
    op->moveBefore(branch.elseYield());
    b.setInsertionPoint(branch.thenYield());
  }
  emitOverlaps(0, Positions(plan.loops.size()));
}

bool quant_bnn::vectorize::emitContraction(const Plan &plan,
                                           const Options &options,
                                           const Epilogue *epilogue) {
  std::optional<Blocking> blocking = chooseBlocking(plan, options);
  if (!blocking)
    return false;
  linalg::LinalgOp op = plan.op;
  LDBG() << op.getLoc() << ": blocks of " << blocking->kernelRows
         << " rows and " << blocking->kernelVectors << " vectors";
  ContractionEmitter(plan, *blocking, options, epilogue).emit();
  return !blocking->mayNotPay;
}
