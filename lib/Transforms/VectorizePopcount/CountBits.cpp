//===- CountBits.cpp - Accumulate the bits of vectors ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize_popcount;

/// Words whose bits a byte of each can count: 31 * 8 < 256.
static constexpr int64_t maxWordsPerByte = 31;

std::optional<int64_t> ReductionLoop::getTripCount() const {
  std::optional<int64_t> size = getConstantIntValue(upper);
  if (!size)
    return std::nullopt;
  return llvm::divideCeil(*size, step);
}

/// Whether bits are counted in bytes. Narrow words are: few targets count the
/// bits of those.
bool KernelEmitter::countsInBytes() const {
  return options.accumulation == PopcountAccumulation::Bytes ||
         contraction.getWordType().getWidth() < 32;
}

/// What bits of one vector are counted in.
VectorType KernelEmitter::getCounterType() {
  if (!countsInBytes())
    return getWordVectorType();
  return VectorType::get(lanes * contraction.getWordType().getWidth() / 8,
                         b.getI8Type());
}

/// The bits that `counters` count in each lane.
Value KernelEmitter::widen(Value counters) {
  int64_t width = contraction.getWordType().getWidth();
  auto type = cast<VectorType>(counters.getType());
  // Adds neighbors, until each word has one count.
  for (int64_t half = type.getElementTypeBitWidth(); half < width; half *= 2) {
    type =
        VectorType::get(lanes * width / (2 * half), b.getIntegerType(2 * half));
    auto splat = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(
          b, DenseElementsAttr::get(
                 type, b.getIntegerAttr(type.getElementType(), value)));
    };
    Value pairs = vector::BitCastOp::create(b, type, counters);
    Value low =
        arith::AndIOp::create(b, pairs, splat((int64_t(1) << half) - 1));
    Value high = arith::ShRUIOp::create(b, pairs, splat(half));
    counters = arith::AddIOp::create(b, low, high);
  }
  VectorType result = getVectorType(b.getI32Type());
  if (width < 32)
    return arith::ExtUIOp::create(b, result, counters);
  if (width > 32)
    return arith::TruncIOp::create(b, result, counters);
  return counters;
}

SmallVector<Value> KernelEmitter::buildZeros(VectorType type, unsigned count) {
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
  return SmallVector<Value>(count, zero);
}

/// Emits the loops from `positions.size()` on, which add to `counters`.
SmallVector<Value> KernelEmitter::emitCounters(ArrayRef<ReductionLoop> loops,
                                               SmallVector<Value> &positions,
                                               ValueRange counters,
                                               BuildDiffering buildDiffering) {
  if (positions.size() < loops.size()) {
    const ReductionLoop &loop = loops[positions.size()];
    return buildFor(index(0), loop.upper, loop.step, counters,
                    [&](Value iv, ValueRange values) {
                      positions.push_back(iv);
                      SmallVector<Value> results = emitCounters(
                          loops, positions, values, buildDiffering);
                      positions.pop_back();
                      return results;
                    });
  }
  SmallVector<Value> results;
  VectorType type = getCounterType();
  buildDiffering(positions, [&](Value words) {
    Value differing = vector::BitCastOp::create(b, type, words);
    results.push_back(arith::AddIOp::create(
        b, counters[results.size()], math::CtPopOp::create(b, differing)));
  });
  return results;
}

SmallVector<Value> KernelEmitter::countBits(ArrayRef<ReductionLoop> loops,
                                            unsigned count,
                                            BuildDiffering buildDiffering) {
  // Loops from `inner` on count less than a byte can, and so do `steps` of the
  // one around them.
  unsigned inner = countsInBytes() ? loops.size() : 0;
  int64_t words = 1;
  for (; inner > 0; --inner) {
    std::optional<int64_t> trips = loops[inner - 1].getTripCount();
    if (!trips || *trips * words > maxWordsPerByte)
      break;
    words *= std::max<int64_t>(*trips, 1);
  }
  int64_t steps = maxWordsPerByte / words;

  SmallVector<Value> positions;
  auto emitBlock = [&](ValueRange totals,
                       llvm::function_ref<SmallVector<Value>(ValueRange)> emit)
      -> SmallVector<Value> {
    SmallVector<Value> results;
    for (auto [total, counters] :
         llvm::zip_equal(totals, emit(buildZeros(getCounterType(), count))))
      results.push_back(fold<arith::AddIOp>(widen(counters), total));
    return results;
  };
  auto emitTotals = [&](auto &self, ValueRange totals) -> SmallVector<Value> {
    unsigned level = positions.size();
    if (level == inner)
      return emitBlock(totals, [&](ValueRange counters) {
        return emitCounters(loops, positions, counters, buildDiffering);
      });
    const ReductionLoop &loop = loops[level];
    bool isBlocked = level + 1 == inner;
    return buildFor(
        index(0), loop.upper, loop.step * (isBlocked ? steps : 1), totals,
        [&](Value iv, ValueRange values) -> SmallVector<Value> {
          if (!isBlocked) {
            positions.push_back(iv);
            SmallVector<Value> results = self(self, values);
            positions.pop_back();
            return results;
          }
          // A part of this loop, of as many steps as a byte can count.
          Value rest = fold<arith::SubIOp>(loop.upper, iv);
          SmallVector<ReductionLoop> part(loops);
          part[level].upper =
              fold<arith::MinUIOp>(rest, index(steps * loop.step));
          return emitBlock(values, [&](ValueRange counters) {
            return emitCounters(part, positions, counters,
                                [&](ValueRange inPart, CountWords countWords) {
                                  SmallVector<Value> shifted(inPart);
                                  shifted[level] =
                                      fold<arith::AddIOp>(iv, shifted[level]);
                                  buildDiffering(shifted, countWords);
                                });
          });
        });
  };
  return emitTotals(emitTotals,
                    buildZeros(getVectorType(b.getI32Type()), count));
}
