//===- KernelEmitterCountBits.cpp - Loops that count bits -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each stage of a counter covers the loops that it can count. If one loop is
// too long for a stage, the stage covers parts of that loop.
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"

using namespace mlir;
using namespace quant_bnn::vectorize_popcount;

/// Innermost loops of up to this many steps are fully unrolled.
static constexpr int64_t maxUnrolledSteps = 4;

SmallVector<Value> KernelEmitter::countBits(ArrayRef<ReductionLoop> allLoops,
                                            unsigned count,
                                            ArrayRef<CounterStage> stages,
                                            BuildStep buildStep) {
  SmallVector<ReductionLoop> loops(allLoops);
  SmallVector<Value> positions;

  /// Returns the maximum number of steps of the loops from `level` on, if
  /// known.
  auto getMaxSteps = [&](unsigned level) -> std::optional<int64_t> {
    int64_t steps = 1;
    for (const ReductionLoop &loop : ArrayRef(loops).drop_front(level)) {
      std::optional<int64_t> trips = loop.getMaxTripCount();
      if (!trips ||
          llvm::MulOverflow(steps, std::max<int64_t>(*trips, 1), steps))
        return std::nullopt;
    }
    return steps;
  };
  auto buildZeros = [&](const CounterStage &stage) {
    SmallVector<Value> zeros;
    for (Type type : stage.types)
      zeros.push_back(arith::ConstantOp::create(b, b.getZeroAttr(type)));
    SmallVector<Value> counters;
    for (unsigned i = 0; i < count; ++i)
      llvm::append_range(counters, zeros);
    return counters;
  };
  auto addStage = [&](const CounterStage &stage, ValueRange counters,
                      ValueRange counted) {
    SmallVector<Value> results;
    size_t width = counted.size() / count;
    for (unsigned i = 0; i < count; ++i)
      llvm::append_range(
          results,
          stage.add(b,
                    counters.slice(i * stage.types.size(), stage.types.size()),
                    counted.slice(i * width, width)));
    return results;
  };

  /// Adds the counts of the loops from `level` on to `counters` of stage `top`.
  auto emit = [&](auto &self, unsigned level, unsigned top,
                  ValueRange counters) -> SmallVector<Value> {
    auto emitLoop = [&](unsigned stage, ValueRange initial) {
      const ReductionLoop loop = loops[level];
      auto emitIteration = [&](Value iv, ValueRange values) {
        if (loop.offset)
          iv = fold<arith::AddIOp>(loop.offset, iv);
        positions.push_back(iv);
        SmallVector<Value> results = self(self, level + 1, stage, values);
        positions.pop_back();
        return results;
      };
      std::optional<int64_t> size = getConstantIntValue(loop.upper);
      if (!size || *size > maxUnrolledSteps * loop.step ||
          level + 1 < loops.size())
        return buildFor(index(0), loop.upper, loop.step, initial,
                        emitIteration);
      SmallVector<Value> values(initial);
      for (int64_t iv = 0; iv < *size; iv += loop.step)
        values = emitIteration(index(iv), values);
      return values;
    };
    if (top == 0) {
      if (level < loops.size())
        return emitLoop(0, counters);
      SmallVector<Value> counted;
      buildStep(positions, [&](Value value) { counted.push_back(value); });
      return addStage(stages.front(), counters, counted);
    }
    const CounterStage &lower = stages[top - 1];
    auto emitLower = [&](ValueRange totals) {
      SmallVector<Value> counted =
          self(self, level, top - 1, buildZeros(lower));
      return addStage(stages[top], totals, counted);
    };
    std::optional<int64_t> steps = getMaxSteps(level);
    if (!lower.maxSteps || (steps && *steps <= *lower.maxSteps))
      return emitLower(counters);
    std::optional<int64_t> inner = getMaxSteps(level + 1);
    if (!inner || 2 * *inner > *lower.maxSteps)
      return emitLoop(top, counters);
    // This loop is split into parts that are as long as the stage can count.
    const ReductionLoop loop = loops[level];
    int64_t length = *lower.maxSteps / *inner * loop.step;
    auto emitPart = [&](Value iv, Value size, ValueRange totals) {
      Value offset = loop.offset ? fold<arith::AddIOp>(loop.offset, iv) : iv;
      loops[level] = {size, loop.step, length, offset};
      SmallVector<Value> results = emitLower(totals);
      loops[level] = loop;
      return results;
    };
    Value lowerBound = index(0);
    SmallVector<Value> totals(counters);
    if (*lower.maxSteps <= maxUnrolledSteps) {
      // Whole parts have a constant length, so their steps are unrolled.
      Value end = roundDown(loop.upper, length);
      totals = buildFor(lowerBound, end, length, totals,
                        [&](Value iv, ValueRange values) {
                          return emitPart(iv, index(length), values);
                        });
      lowerBound = end;
    }
    return buildFor(lowerBound, loop.upper, length, totals,
                    [&](Value iv, ValueRange values) {
                      Value rest = fold<arith::SubIOp>(loop.upper, iv);
                      return emitPart(iv,
                                      fold<arith::MinUIOp>(rest, index(length)),
                                      values);
                    });
  };
  unsigned last = stages.size() - 1;
  return emit(emit, 0, last, buildZeros(stages.back()));
}
