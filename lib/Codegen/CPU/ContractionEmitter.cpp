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
// docs/Semantics.md. The panels of a constant input are a constant.
//
//===----------------------------------------------------------------------===//

#include "ContractionEmitter.h"
#include "../LoopEmission/MaskedAccess.h"
#include "../LoopEmission/Reductions.h"
#include "../LoopEmission/Transposition.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize;

/// The most rows of a task, so that packing the panel is a small part of its
/// work.
static constexpr int64_t maxTaskRows = 256;
/// The panels of a task stay in the L2 cache.
static constexpr int64_t maxPanelBytes = 128 << 10;

//===----------------------------------------------------------------------===//
// Panels and kernels
//===----------------------------------------------------------------------===//

/// Returns the type of the elements of panels.
Type ContractionEmitter::getPanelType() const {
  return blocking.bitFactor ? blocking.bitFactor->value.getType()
                            : blocking.packed->getElementType();
}

/// Returns the number of panels of a task. The rows of a panel are short and
/// far apart in the packed input, so several panels are copied at once. Threads
/// get one panel at a time, so that there are enough tasks for them.
int64_t ContractionEmitter::getPanels() const {
  int64_t width = getPanelWidth();
  int64_t bytes = getPanelType().getIntOrFloatBitWidth() / 8;
  int64_t most =
      options.parallel ? 1 : maxPanelBytes / (termsPerChain * width * bytes);
  if (int64_t columns = plan.loops[plan.vectorLoop].size;
      !ShapedType::isDynamic(columns))
    most = std::min<int64_t>(most, llvm::divideCeil(columns, width));
  // A task has all bits of a word.
  int64_t least =
      epilogue ? llvm::divideCeil(epilogue->getSumsPerWord(), width) : 1;
  return std::max(most, least);
}

/// Returns the number of rows of a panel: the terms of a block, and those of a
/// square that reaches past their end.
int64_t ContractionEmitter::getPanelRows() const {
  return getMostTerms() + (plan.transposedLoop ? plan.lanes - 1 : 0);
}

/// Returns the packed input if it is known, and the same for all tasks.
std::optional<ConstantMemory> ContractionEmitter::getConstantInput() const {
  bool isStatic = llvm::all_of(plan.inner, [&](unsigned loop) {
    return !ShapedType::isDynamic(plan.loops[loop].size);
  });
  int64_t columns = plan.loops[plan.vectorLoop].size;
  // Lanes that are out of bounds take memory, and so do bits in panels.
  if (!isStatic || blocking.bitFactor || ShapedType::isDynamic(columns) ||
      columns < getPanelWidth() / 2 || !blocking.groups.empty() ||
      !blocking.overlaps.empty())
    return std::nullopt;
  const Access &packed = *blocking.packed;
  return ConstantMemory::get(bases[packed.operand->getOperandNumber()],
                             packed.indices, plan.loops.size());
}

/// Builds all panels of `input`. Lanes that are out of bounds are 0.
Value ContractionEmitter::buildConstantPanels(const ConstantMemory &input) {
  int64_t columns = plan.loops[plan.vectorLoop].size, width = getPanelWidth();
  auto sizes = llvm::map_to_vector(
      plan.inner, [&](unsigned loop) { return plan.loops[loop].size; });
  int64_t terms = ShapedType::getNumElements(sizes);
  SmallVector<int64_t> strides = computeSuffixProduct(sizes);
  SmallVector<int64_t> shape = {int64_t(llvm::divideCeil(columns, width)),
                                terms, width};
  Type element = blocking.packed->getElementType();
  int64_t bytes = element.getIntOrFloatBitWidth() / 8;
  std::vector<char> data(ShapedType::getNumElements(shape) * bytes);
  SmallVector<int64_t> ivs(plan.loops.size());
  for (int64_t term = 0; term < terms; ++term) {
    for (auto [loop, iv] :
         llvm::zip_equal(plan.inner, mlir::delinearize(term, strides)))
      ivs[loop] = iv;
    for (int64_t column = 0; column < columns; ++column) {
      ivs[plan.vectorLoop] = column;
      int64_t position = (column / width * terms + term) * width;
      llvm::copy(input.getElement(ivs),
                 data.begin() + (position + column % width) * bytes);
    }
  }
  return buildConstantMemory(b, shape, element, data);
}

/// Loads what panels hold of the vector of `step` at `at`.
Value ContractionEmitter::loadFactor(const Positions &at, const Step &step) {
  Value loaded = BodyEmitter::loadVector(*blocking.packed, at, step, 0);
  if (!blocking.bitFactor)
    return loaded;
  auto splat = [&](FloatAttr value) {
    return broadcast(arith::ConstantOp::create(b, value));
  };
  return arith::SelectOp::create(b, loaded, splat(blocking.bitFactor->ifSet),
                                 splat(blocking.bitFactor->ifClear));
}

/// Emits the copy of the packed input to the panels of the columns from `lower`
/// to `upper`. Lanes that are out of bounds are 0.
void ContractionEmitter::emitPacking(const Strip &task, const Block &block,
                                     Value lower, Value upper) {
  emitTerms(task.at, block, {}, [&](const Positions &at, Value row, State) {
    emitStrips(task, lower, upper, [&](const Strip &strip) {
      for (auto [vector, step] : llvm::enumerate(strip.vectors))
        vector::StoreOp::create(b, loadFactor(at, step), panels,
                                getPanelIndices(strip, row, vector));
    });
    return State();
  });
}

/// Emits the transposition of a square of the packed input to the panel of
/// `strip`, from row `row` on: columns of vector number `vector` from `at` on
/// along the transposed loop, in the lanes of `mask` unless that is null.
void ContractionEmitter::emitSquare(const Positions &at, const Strip &strip,
                                    int64_t vector, Value row, Value mask) {
  const Access &packed = *blocking.packed;
  VectorType type = getVectorType(packed.getElementType());
  Value base = bases[packed.operand->getOperandNumber()];
  const Step &step = strip.vectors[vector];
  SmallVector<Value> vectors;
  for (int64_t lane = 0; lane < plan.lanes; ++lane) {
    Value column = fold<arith::AddIOp>(step.positions.front(), index(lane));
    // What lanes that are out of bounds hold does not matter.
    if (step.mask)
      column = fold<arith::MinUIOp>(
          column, fold<arith::SubIOp>(sizes[plan.vectorLoop], index(1)));
    vectors.push_back(loadMasked(
        b, type, base, buildIndices(packed, enter(at, plan.vectorLoop, column)),
        mask));
  }
  transposeParts(b, vectors);
  for (auto [distance, transposed] : llvm::enumerate(vectors))
    vector::StoreOp::create(
        b, transposed, panels,
        getPanelIndices(strip, fold<arith::AddIOp>(row, index(distance)),
                        vector));
}

/// Emits the copy of the packed input, which lies along the innermost reduced
/// loop, to the panels of the columns from `lower` to `upper`. A square may
/// reach past the end of a run; the next run, if any, is written over that.
void ContractionEmitter::emitTransposedPacking(const Strip &task,
                                               const Block &block, Value lower,
                                               Value upper) {
  unsigned loop = *plan.transposedLoop;
  auto emitRun = [&](const Strip &strip, int64_t vector, const Positions &at,
                     Value begin, Value end, Value first) {
    auto emit = [&](Value position, Value mask) {
      emitSquare(enter(at, loop, position), strip, vector,
                 fold<arith::AddIOp>(first, position), mask);
    };
    Value length = fold<arith::SubIOp>(end, begin);
    Value whole = fold<arith::SubIOp>(
        end, fold<arith::RemUIOp>(length, index(plan.lanes)));
    buildCarryingFor(begin, whole, index(plan.lanes),
                     [&](Value position) { emit(position, Value()); });
    if (getConstantIntValue(fold<arith::SubIOp>(end, whole)) == 0)
      return;
    buildCarryingFor(whole, end, index(plan.lanes), [&](Value position) {
      emit(position,
           vector::CreateMaskOp::create(b, getVectorType(b.getI1Type()),
                                        fold<arith::SubIOp>(end, position)));
    });
  };
  emitStrips(task, lower, upper, [&](const Strip &strip) {
    for (int64_t vector : llvm::seq<int64_t>(strip.vectors.size()))
      emitRuns(
          task.at, block, {},
          [&](const Positions &at, Value begin, Value end, Value first, State) {
            emitRun(strip, vector, at, begin, end, first);
            return State();
          });
  });
}

SmallVector<Value> ContractionEmitter::getPanelIndices(const Strip &strip,
                                                       Value row,
                                                       int64_t vector) {
  Value width = index(getPanelWidth());
  Value column = fold<arith::AddIOp>(panelsColumn, strip.totalsColumn);
  return {fold<arith::DivUIOp>(column, width),
          fold<arith::AddIOp>(panelsTerm, row),
          fold<arith::AddIOp>(fold<arith::RemUIOp>(column, width),
                              index(vector * plan.lanes))};
}

Value ContractionEmitter::loadVector(const Access &access, const Positions &at,
                                     const Step &step, int64_t part) {
  if (access.operand != blocking.packed->operand)
    return BodyEmitter::loadVector(access, at, step, part);
  return vector::LoadOp::create(b, getVectorType(getPanelType()), panels,
                                getPanelIndices(*current, panelRow, part));
}

SmallVector<Value>
ContractionEmitter::getLoadedValues(const Access &input) const {
  if (!blocking.bitFactor || input.operand != blocking.packed->operand)
    return BodyEmitter::getLoadedValues(input);
  return {blocking.bitFactor->value, blocking.bitFactor->selected};
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
                      current = &strip;
                      panelRow = row;
                      return emitBodies(inner, step, values);
                    });

  finishBlock(strip, block, positions, firstRow, state.front());
}

//===----------------------------------------------------------------------===//
// Strips and tasks
//===----------------------------------------------------------------------===//

int64_t ContractionEmitter::getTaskRows() const {
  return maxTaskRows / blocking.kernelRows * blocking.kernelRows;
}

/// Emits the columns of `task` from `lower` to `upper` by strips as wide as a
/// panel.
void ContractionEmitter::emitStrips(
    const Strip &task, Value lower, Value upper,
    llvm::function_ref<void(const Strip &)> body) {
  int64_t width = getPanelWidth();
  // Fewer columns than a panel has: of a known number, or by single vectors.
  int64_t rest = plan.lanes;
  std::optional<int64_t> columns = getConstantIntValue(sizes[plan.vectorLoop]);
  if (columns && *columns % width != 0)
    rest = *columns % width;
  emitColumns(lower, upper, width, rest, [&](Value first, bool isWhole) {
    int64_t vectors = blocking.kernelVectors;
    if (!isWhole) {
      vectors = llvm::divideCeil(rest, plan.lanes);
      if (columns)
        first = index(*columns - rest);
      isWhole = columns && rest % plan.lanes == 0;
    }
    Strip strip = buildStrip(task, first, vectors, isWhole);
    strip.totalsColumn = fold<arith::SubIOp>(first, lower);
    body(strip);
  });
}

void ContractionEmitter::emitTask(const Strip &task, Value lower, Value upper) {
  panelsColumn = hasConstantPanels ? lower : index(0);
  emitStrips(task, lower, upper,
             [&](const Strip &strip) { emitInitialTotals(strip); });
  emitBlocks([&](const Block &block) {
    panelsTerm = hasConstantPanels ? block.lower : index(0);
    if (!hasConstantPanels && plan.transposedLoop)
      emitTransposedPacking(task, block, lower, upper);
    else if (!hasConstantPanels)
      emitPacking(task, block, lower, upper);
    emitStrips(task, lower, upper, [&](const Strip &strip) {
      emitRows(strip, [&](Value row, int64_t count) {
        emitKernel(strip, block, row, count);
      });
    });
  });
}

void ContractionEmitter::allocateBuffers() {
  std::optional<ConstantMemory> input = getConstantInput();
  hasConstantPanels = input.has_value();
  panels = input ? buildConstantPanels(*input)
                 : allocate({getPanels(), getPanelRows(), getPanelWidth()},
                            getPanelType());
  totals = keepsTotals() ? allocate({getTaskRows(), getTaskColumns()},
                                    getOutput().getElementType())
                         : Value();
}
