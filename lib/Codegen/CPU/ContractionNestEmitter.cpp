//===- ContractionNestEmitter.cpp - What emitters of contractions share ---===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractionNestEmitter.h"
#include "../LoopEmission/Reductions.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize;

//===----------------------------------------------------------------------===//
// Terms
//===----------------------------------------------------------------------===//

/// Whether all terms are known to be in one block.
bool ContractionNestEmitter::hasOneBlock() const {
  std::optional<int64_t> terms = getConstantIntValue(termCount);
  return terms && *terms <= termsPerChain;
}

/// Returns the most terms of a block.
int64_t ContractionNestEmitter::getMostTerms() const {
  return hasOneBlock() ? *getConstantIntValue(termCount) : termsPerChain;
}

/// Whether no block ends inside of the innermost loop.
bool ContractionNestEmitter::hasWholeRuns() const {
  int64_t size = plan.loops[plan.inner.back()].size;
  return hasOneBlock() || (!ShapedType::isDynamic(size) && size > 0 &&
                           termsPerChain % size == 0);
}

/// Emits a loop from `lower` to `upper` that carries `state`.
State ContractionNestEmitter::buildLoop(
    Value lower, Value upper, const State &state,
    llvm::function_ref<State(Value, State)> body) {
  return unflatten(buildFor(lower, upper, index(1), flatten(state),
                            [&](Value iv, ValueRange values) {
                              return flatten(
                                  body(iv, unflatten(values, state)));
                            }),
                   state);
}

/// Emits the loop over the runs of `block`.
State ContractionNestEmitter::emitRuns(const Positions &at, const Block &block,
                                       State state, BuildRun body) {
  ArrayRef<unsigned> others = ArrayRef(plan.inner).drop_back();
  if (others.empty())
    return body(at, block.lower, block.upper,
                fold<arith::SubIOp>(index(0), block.lower), state);
  Value size = sizes[plan.inner.back()];
  // Without terms, there are no runs, whatever their size is.
  Value divisor = fold<arith::MaxUIOp>(size, index(1));
  Value first = fold<arith::DivUIOp>(block.lower, divisor);
  Value last = fold<arith::CeilDivUIOp>(block.upper, divisor);
  return buildLoop(first, last, state, [&](Value run, State values) {
    Value base = fold<arith::MulIOp>(run, size);
    Value lower = index(0), upper = size;
    if (!hasWholeRuns()) {
      lower =
          fold<arith::SubIOp>(fold<arith::MaxUIOp>(block.lower, base), base);
      upper = fold<arith::SubIOp>(
          fold<arith::MinUIOp>(block.upper, fold<arith::AddIOp>(base, size)),
          base);
    }
    Positions inRun =
        enter(at, others, index_space::delinearize(b, run, getSizes(others)));
    return body(inRun, lower, upper, fold<arith::SubIOp>(base, block.lower),
                values);
  });
}

/// Emits the loops over the terms of `block`. `body` emits one term, which gets
/// its position in the loops of the plan and its number in the block.
State ContractionNestEmitter::emitTerms(const Positions &at, const Block &block,
                                        State state, BuildBody body) {
  unsigned inner = plan.inner.back();
  if (plan.inner.size() == 1)
    return buildLoop(index(0), fold<arith::SubIOp>(block.upper, block.lower),
                     state, [&](Value iv, State values) {
                       Value term = fold<arith::AddIOp>(block.lower, iv);
                       return body(enter(at, inner, term), iv, values);
                     });
  return emitRuns(at, block, state,
                  [&](const Positions &inRun, Value lower, Value upper,
                      Value first, State values) {
                    return buildLoop(
                        lower, upper, values, [&](Value iv, State sums) {
                          return body(enter(inRun, inner, iv),
                                      fold<arith::AddIOp>(first, iv), sums);
                        });
                  });
}

/// Emits the blocks of terms, one after another.
void ContractionNestEmitter::emitBlocks(
    llvm::function_ref<void(const Block &)> body) {
  if (hasOneBlock())
    return body({index(0), termCount, {}});
  // Without terms, there is one empty block: the sums are the totals.
  Value end = fold<arith::MaxUIOp>(termCount, index(1));
  Value size = index(termsPerChain);
  buildCarryingFor(index(0), end, size, [&](Value lower) {
    Value next = fold<arith::AddIOp>(lower, size);
    body({lower, fold<arith::MinUIOp>(next, termCount),
          b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::uge, next,
                                        termCount)});
  });
}

//===----------------------------------------------------------------------===//
// Strips and rows
//===----------------------------------------------------------------------===//

/// Emits the columns from `lower` to `upper`, `width` at a time as long as
/// there are as many, and then `rest` at a time. `body` emits those from one
/// on, and is told which of the two it is.
void ContractionNestEmitter::emitColumns(
    Value lower, Value upper, int64_t width, int64_t rest,
    llvm::function_ref<void(Value, bool)> body) {
  Value columns = sizes[plan.vectorLoop];
  Value whole =
      fold<arith::SubIOp>(columns, fold<arith::RemUIOp>(columns, index(width)));
  if (getConstantIntValue(whole) != 0)
    buildCarryingFor(lower, fold<arith::MinUIOp>(upper, whole), index(width),
                     [&](Value first) { body(first, /*isWhole=*/true); });
  if (getConstantIntValue(fold<arith::SubIOp>(columns, whole)) != 0)
    buildCarryingFor(fold<arith::MaxUIOp>(lower, whole), upper, index(rest),
                     [&](Value first) { body(first, /*isWhole=*/false); });
}

/// Builds the strip of `vectors` vectors of `task` from column `first` on.
/// Lanes of the last vector may be out of bounds unless `isWhole`.
ContractionNestEmitter::Strip
ContractionNestEmitter::buildStrip(const Strip &task, Value first,
                                   int64_t vectors, bool isWhole) {
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

/// Builds the positions of `count` rows from row `first` on.
SmallVector<Positions> ContractionNestEmitter::buildRows(const Positions &at,
                                                         Value first,
                                                         int64_t count) {
  SmallVector<Value> extents = getSizes(blocking.rows);
  SmallVector<Value> position = index_space::delinearize(b, first, extents);
  SmallVector<Positions> rows;
  for (int64_t row = 0; row < count; ++row) {
    if (row > 0 && extents.size() == 1) {
      position.front() = fold<arith::AddIOp>(first, index(row));
    } else if (row > 0) {
      // As delinearize, without divisions.
      Value carry = index(1);
      for (size_t i = extents.size(); i-- > 0;) {
        Value next = fold<arith::AddIOp>(position[i], carry);
        if (i == 0) {
          position[i] = next;
          break;
        }
        Value wraps = b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::eq,
                                                    next, extents[i]);
        position[i] = b.createOrFold<arith::SelectOp>(wraps, index(0), next);
        carry = b.createOrFold<arith::SelectOp>(wraps, index(1), index(0));
      }
    }
    rows.push_back(enter(at, blocking.rows, position));
  }
  return rows;
}

/// Emits kernels over the rows of a strip. `emitKernel` emits one, of a number
/// of rows from one on.
void ContractionNestEmitter::emitRows(
    const Strip &strip, llvm::function_ref<void(Value, int64_t)> emitKernel) {
  // Kernels of a known rest, or of halves down to one row.
  SmallVector<int64_t> counts = {blocking.kernelRows};
  if (std::optional<int64_t> rows = getConstantIntValue(rowCount)) {
    if (int64_t rest = *rows % blocking.kernelRows)
      counts.push_back(rest);
  } else {
    counts.append({blocking.kernelRows / 2, 1});
  }
  Value lower = strip.firstRow;
  for (int64_t count : counts) {
    Value left = fold<arith::SubIOp>(strip.lastRow, lower);
    Value end = fold<arith::SubIOp>(strip.lastRow,
                                    fold<arith::RemUIOp>(left, index(count)));
    if (getConstantIntValue(fold<arith::SubIOp>(end, lower)) == 0)
      continue;
    buildCarryingFor(lower, end, index(count),
                     [&](Value row) { emitKernel(row, count); });
    lower = end;
  }
}

//===----------------------------------------------------------------------===//
// Totals
//===----------------------------------------------------------------------===//

/// Whether totals are kept apart from the results: those of several blocks if
/// the sums are not stored.
bool ContractionNestEmitter::keepsTotals() const {
  return epilogue && !epilogue->storesSums && !hasOneBlock();
}

/// Returns the indices in `totals` of `vector` of `row`.
SmallVector<Value> ContractionNestEmitter::getTotalIndices(const Strip &strip,
                                                           Value row,
                                                           int64_t vector) {
  return {fold<arith::SubIOp>(row, strip.firstRow),
          fold<arith::AddIOp>(strip.totalsColumn, index(vector * plan.lanes))};
}

/// Loads the total of the blocks before of `vector` of `row`, which is at `at`.
Value ContractionNestEmitter::loadTotal(const Strip &strip, const Positions &at,
                                        Value row, int64_t vector) {
  const Output &output = getOutput();
  if (keepsTotals())
    return vector::LoadOp::create(b, getVectorType(output.getElementType()),
                                  totals, getTotalIndices(strip, row, vector));
  if (hasOneBlock() && output.initial)
    return broadcast(output.initial);
  return BodyEmitter::loadVector(output, at, strip.vectors[vector], 0);
}

/// Stores `values`, the totals of `rows` by row and vector.
void ContractionNestEmitter::storeTotals(const Strip &strip,
                                         ArrayRef<Positions> rows,
                                         Value firstRow,
                                         ArrayRef<Value> values) {
  for (auto [distance, at] : llvm::enumerate(rows))
    for (int64_t vector : llvm::seq<int64_t>(strip.vectors.size())) {
      Value value = values[distance * strip.vectors.size() + vector];
      if (keepsTotals())
        vector::StoreOp::create(
            b, value, totals,
            getTotalIndices(
                strip, fold<arith::AddIOp>(firstRow, index(distance)), vector));
      else
        BodyEmitter::storeVector(value, getOutput(), at, strip.vectors[vector],
                                 0);
    }
}

/// Emits the totals before the first block, unless they are in the output.
void ContractionNestEmitter::emitInitialTotals(const Strip &strip) {
  const Output &output = getOutput();
  if (hasOneBlock() || (!keepsTotals() && !output.initial))
    return;
  buildCarryingFor(strip.firstRow, strip.lastRow, index(1), [&](Value row) {
    SmallVector<Positions> rows = buildRows(strip.at, row, 1);
    SmallVector<Value> values;
    for (const Step &step : strip.vectors)
      values.push_back(output.initial ? broadcast(output.initial)
                                      : BodyEmitter::loadVector(
                                            output, rows.front(), step, 0));
    storeTotals(strip, rows, row, values);
  });
}

/// Adds `sums` of `block`, by row and vector, to the totals of `rows` from
/// `firstRow` on, and stores these.
void ContractionNestEmitter::finishBlock(const Strip &strip, const Block &block,
                                         ArrayRef<Positions> rows,
                                         Value firstRow, ArrayRef<Value> sums) {
  const Output &output = getOutput();
  size_t vectors = strip.vectors.size();
  SmallVector<Value> values;
  for (auto [row, at] : llvm::enumerate(rows))
    for (size_t vector = 0; vector < vectors; ++vector) {
      Value total = loadTotal(
          strip, at, fold<arith::AddIOp>(firstRow, index(row)), vector);
      values.push_back(
          accumulate(b, output, {total}, sums[row * vectors + vector]).front());
    }
  auto store = [&] {
    for (auto [row, at] : llvm::enumerate(rows))
      for (size_t vector = 0; vector < vectors; ++vector)
        storeVector(values[row * vectors + vector], output, at,
                    strip.vectors[vector], 0);
  };
  if (!epilogue || hasOneBlock())
    return store();
  auto branch = scf::IfOp::create(b, block.isLast, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(branch.thenYield());
  store();
  b.setInsertionPoint(branch.elseYield());
  storeTotals(strip, rows, firstRow, values);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// Allocates memory that a task has for itself.
Value ContractionNestEmitter::allocate(ArrayRef<int64_t> shape, Type element) {
  return buffers.emplace_back(memref::AllocOp::create(
      b, MemRefType::get(shape, element), b.getI64IntegerAttr(cacheLineBytes)));
}

/// Emits the tasks at `at`, which is in the overlapping loops.
void ContractionNestEmitter::emitTasks(const Positions &at) {
  Value columns = sizes[plan.vectorLoop];
  int64_t width = getTaskColumns();
  SmallVector<Value> extents = getSizes(blocking.groups);
  extents.push_back(fold<arith::CeilDivUIOp>(rowCount, index(getTaskRows())));
  extents.push_back(fold<arith::CeilDivUIOp>(columns, index(width)));
  Value count = index_space::buildProduct(b, extents);

  auto emitRange = [&](Value lower, Value upper) {
    buffers.clear();
    allocateBuffers();
    buildCarryingFor(lower, upper, index(1), [&](Value iv) {
      SmallVector<Value> position = index_space::delinearize(b, iv, extents);
      Value column = fold<arith::MulIOp>(position.pop_back_val(), index(width));
      Value row =
          fold<arith::MulIOp>(position.pop_back_val(), index(getTaskRows()));
      auto getEnd = [&](Value begin, int64_t size, Value all) {
        return fold<arith::MinUIOp>(fold<arith::AddIOp>(begin, index(size)),
                                    all);
      };
      emitTask({enter(at, blocking.groups, position),
                row,
                getEnd(row, getTaskRows(), rowCount),
                index(0),
                {}},
               column, getEnd(column, width, columns));
    });
    for (Value buffer : buffers)
      memref::DeallocOp::create(b, buffer);
  };
  auto buildCostOfOne = [&] {
    Value sums = fold<arith::MulIOp>(
        fold<arith::MinUIOp>(rowCount, index(getTaskRows())),
        fold<arith::MinUIOp>(columns, index(width)));
    return fold<arith::MulIOp>(sums, buildCost(plan.inner));
  };
  buildTasks(count, buildCostOfOne, emitRange);
}

/// Emits the overlapping loops from number `level` on, and the tasks in them.
void ContractionNestEmitter::emitOverlaps(unsigned level, const Positions &at) {
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

void ContractionNestEmitter::emit() {
  prepare();
  rowCount = index_space::buildProduct(b, getSizes(blocking.rows));
  termCount = index_space::buildProduct(b, getSizes(plan.inner));
  if (blocking.mayNotPay) {
    auto isEnough = [&](Value count, int64_t least) {
      return b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::uge, count,
                                           index(least));
    };
    Value pays = isEnough(rowCount, blocking.minRows);
    if (blocking.minColumns > 0)
      pays = fold<arith::AndIOp>(
          pays, isEnough(sizes[plan.vectorLoop], blocking.minColumns));
    auto branch = scf::IfOp::create(b, pays, /*withElseRegion=*/true);
    op->moveBefore(branch.elseYield());
    b.setInsertionPoint(branch.thenYield());
  }
  emitOverlaps(0, Positions(plan.loops.size()));
}
