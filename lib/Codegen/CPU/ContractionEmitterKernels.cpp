//===- ContractionEmitterKernels.cpp - Kernels of contractions ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../LoopEmission/Reductions.h"
#include "ContractionEmitter.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize;

//===----------------------------------------------------------------------===//
// Terms
//===----------------------------------------------------------------------===//

/// Whether all terms are known to be in one block.
bool ContractionEmitter::hasOneBlock() const {
  std::optional<int64_t> terms = getConstantIntValue(termCount);
  return terms && *terms <= termsPerChain;
}

/// Whether no block ends inside of the innermost loop.
bool ContractionEmitter::hasWholeRuns() const {
  int64_t size = plan.loops[plan.inner.back()].size;
  return hasOneBlock() || (!ShapedType::isDynamic(size) && size > 0 &&
                           termsPerChain % size == 0);
}

/// Emits the loops over the terms of `block`. `body` emits one term, where it
/// is in the loops of the plan, and which row of the panel it has.
State ContractionEmitter::emitTerms(const Positions &at, const Block &block,
                                    State state, BuildBody body) {
  auto emitRun = [&](Value lower, Value upper, State before,
                     llvm::function_ref<State(Value, State)> emitTerm) {
    return unflatten(buildFor(lower, upper, index(1), flatten(before),
                              [&](Value iv, ValueRange values) {
                                return flatten(
                                    emitTerm(iv, unflatten(values, before)));
                              }),
                     before);
  };
  unsigned inner = plan.inner.back();
  ArrayRef<unsigned> others = ArrayRef(plan.inner).drop_back();
  if (others.empty())
    return emitRun(index(0), fold<arith::SubIOp>(block.upper, block.lower),
                   state, [&](Value iv, State values) {
                     Value term = fold<arith::AddIOp>(block.lower, iv);
                     return body(enter(at, inner, term), iv, values);
                   });
  Value size = sizes[inner];
  // Without terms, there are no runs, whatever their size is.
  Value divisor = fold<arith::MaxUIOp>(size, index(1));
  Value first = fold<arith::DivUIOp>(block.lower, divisor);
  Value last = fold<arith::CeilDivUIOp>(block.upper, divisor);
  return emitRun(first, last, state, [&](Value run, State values) {
    Value base = fold<arith::MulIOp>(run, size);
    Value lower = index(0), upper = size;
    if (!hasWholeRuns()) {
      lower =
          fold<arith::SubIOp>(fold<arith::MaxUIOp>(block.lower, base), base);
      upper = fold<arith::SubIOp>(
          fold<arith::MinUIOp>(block.upper, fold<arith::AddIOp>(base, size)),
          base);
    }
    Value row = fold<arith::SubIOp>(base, block.lower);
    Positions inRun =
        enter(at, others, index_space::delinearize(b, run, getSizes(others)));
    return emitRun(lower, upper, values, [&](Value iv, State sums) {
      return body(enter(inRun, inner, iv), fold<arith::AddIOp>(row, iv), sums);
    });
  });
}

/// Emits the copy of the packed input to the panel. Lanes that are out of
/// bounds are 0.
void ContractionEmitter::emitPacking(const Strip &strip, const Block &block) {
  emitTerms(strip.at, block, {}, [&](const Positions &at, Value row, State) {
    for (auto [vector, step] : llvm::enumerate(strip.vectors))
      vector::StoreOp::create(
          b, BodyEmitter::loadVector(*blocking.packed, at, step, 0), panel,
          ValueRange{row, index(vector * plan.lanes)});
    return State();
  });
}

Value ContractionEmitter::loadVector(const Access &access, const Positions &at,
                                     const Step &step, int64_t part) {
  if (access.operand != blocking.packed->operand)
    return BodyEmitter::loadVector(access, at, step, part);
  return vector::LoadOp::create(b, getVectorType(access.getElementType()),
                                panel,
                                ValueRange{panelRow, index(part * plan.lanes)});
}

//===----------------------------------------------------------------------===//
// Totals
//===----------------------------------------------------------------------===//

/// Whether totals are kept apart from the results: those of several blocks if
/// the sums are not stored.
bool ContractionEmitter::keepsTotals() const {
  return epilogue && !epilogue->storesSums && !hasOneBlock();
}

/// Returns the indices in `totals` of `vector` of `row`.
SmallVector<Value> ContractionEmitter::getTotalIndices(const Strip &strip,
                                                       Value row,
                                                       int64_t vector) {
  return {fold<arith::SubIOp>(row, strip.firstRow), index(vector * plan.lanes)};
}

/// Loads the total of the blocks before of `vector` of `row`, which is at `at`.
Value ContractionEmitter::loadTotal(const Strip &strip, const Positions &at,
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
void ContractionEmitter::storeTotals(const Strip &strip,
                                     ArrayRef<Positions> rows, Value firstRow,
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
void ContractionEmitter::emitInitialTotals(const Strip &strip) {
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

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// Builds the positions of `count` rows from row `first` on.
SmallVector<Positions>
ContractionEmitter::buildRows(const Positions &at, Value first, int64_t count) {
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

/// Emits the sums of `block` in `rows` rows from `firstRow` on.
void ContractionEmitter::emitKernel(const Strip &strip, const Block &block,
                                    Value firstRow, int64_t rows) {
  SmallVector<Positions> positions = buildRows(strip.at, firstRow, rows);
  SmallVector<Scope> scopes;
  for (const Positions &at : positions) {
    Scope &scope = scopes.emplace_back(Scope{at, {}, {}});
    defineCaptures(scope);
    emitUniform(scope);
  }
  Step step;
  for (const Step &vector : strip.vectors)
    step.positions.push_back(vector.positions.front());

  const Output &output = getOutput();
  int64_t vectors = strip.vectors.size();
  State state(1);
  state.front().assign(rows * vectors,
                       buildNeutral(b, *output.combiner,
                                    getVectorType(output.getElementType())));
  state = emitTerms(Positions(plan.loops.size()), block, state,
                    [&](const Positions &term, Value row, State values) {
                      SmallVector<Scope> inner;
                      for (const Scope &scope : scopes) {
                        Scope &entered = inner.emplace_back(scope);
                        for (unsigned loop : plan.inner)
                          entered.at[loop] = term[loop];
                      }
                      panelRow = row;
                      return emitBodies(inner, step, values);
                    });

  SmallVector<Value> values;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t vector = 0; vector < vectors; ++vector) {
      Value total =
          loadTotal(strip, positions[row],
                    fold<arith::AddIOp>(firstRow, index(row)), vector);
      values.push_back(
          accumulate(b, output, {total}, state.front()[row * vectors + vector])
              .front());
    }
  auto store = [&] {
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t vector = 0; vector < vectors; ++vector)
        storeVector(values[row * vectors + vector], output, positions[row],
                    strip.vectors[vector], 0);
  };
  if (!epilogue || hasOneBlock())
    return store();
  auto branch = scf::IfOp::create(b, block.isLast, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(branch.thenYield());
  store();
  b.setInsertionPoint(branch.elseYield());
  storeTotals(strip, positions, firstRow, values);
}

/// Emits kernels over the rows of a strip.
void ContractionEmitter::emitRows(const Strip &strip, const Block &block) {
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
                     [&](Value row) { emitKernel(strip, block, row, count); });
    lower = end;
  }
}
