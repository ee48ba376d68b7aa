//===- Search.cpp - Switches of functions of integers ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Search.h"
#include "quant-bnn/Analysis/ScalarFunction/Piecewise.h"

using namespace mlir;
using namespace quant_bnn::fold_thresholds;
using namespace quant_bnn::scalar_function;

/// The largest number of integers that are evaluated one by one.
static constexpr int64_t maxIntegers = int64_t(1) << 20;

static APFloat toFloat(FloatType type, int64_t a) {
  APFloat value(type.getFloatSemantics());
  value.convertFromAPInt(APInt(64, a, /*isSigned=*/true), /*IsSigned=*/true,
                         APFloat::rmNearestTiesToEven);
  return value;
}

/// Returns the first integer of `range` that is not below `bound` when rounded
/// to `type`, or the one after the last if there is none.
static int64_t findFirst(FloatType type, IntegerRange range,
                         const APFloat &bound) {
  int64_t low = range.first, high = range.last + 1;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (toFloat(type, middle) < bound)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

namespace {
/// Collects the switches of a bit over consecutive integers.
class Collector {
public:
  explicit Collector(size_t maxSwitches) : maxSwitches(maxSwitches) {}

  /// Records that the integers from `first` on have `bit`. Returns false if
  /// there are more than `maxSwitches` switches.
  bool add(int64_t first, bool bit) {
    if (!last)
      switches.first = bit;
    else if (*last != bit)
      switches.at.push_back(static_cast<int32_t>(first));
    last = bit;
    return switches.at.size() <= maxSwitches;
  }
  std::optional<Switches> get() const {
    return last ? std::optional(switches) : std::nullopt;
  }

private:
  size_t maxSwitches;
  Switches switches;
  std::optional<bool> last;
};
} // namespace

std::optional<Switches>
quant_bnn::fold_thresholds::findSwitches(ExprContext &context, const Expr *bit,
                                         FloatType type, IntegerRange range,
                                         size_t maxSwitches) {
  FloatLine line(type);
  EvaluationOptions options;
  options.range = {line.keyOf(toFloat(type, range.first)),
                   line.keyOf(toFloat(type, range.last))};
  std::optional<SmallVector<Piece>> pieces =
      getPieces(context, bit, type, options);
  if (!pieces)
    return std::nullopt;
  Collector result(maxSwitches);
  for (auto [i, piece] : llvm::enumerate(*pieces)) {
    int64_t first = findFirst(type, range, line.at(piece.low));
    int64_t end = i + 1 == pieces->size()
                      ? range.last + 1
                      : findFirst(type, range, line.at((*pieces)[i + 1].low));
    if (first >= end)
      continue;
    if (piece.value->opcode == Opcode::truth) {
      if (!result.add(first, piece.value->payload))
        return std::nullopt;
      continue;
    }
    if (!piece.value->evaluable || end - first > maxIntegers)
      return std::nullopt;
    for (int64_t a : llvm::seq(first, end))
      if (!result.add(
              a,
              Evaluator({toFloat(type, a), {}, {}}).evaluateTruth(piece.value)))
        return std::nullopt;
  }
  return result.get();
}
