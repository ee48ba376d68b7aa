//===- Piecewise.cpp - Expressions as piecewise functions of x ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Analysis/ScalarFunction/Simplify.h"

using namespace mlir;
using namespace quant_bnn::scalar_function;

/// The maximal number of pieces: enough for the 2^11 levels of f16 and the cuts
/// between them.
static constexpr size_t maxPieces = 8192;

std::optional<SmallVector<Piece>>
quant_bnn::scalar_function::getPieces(ExprContext &context, const Expr *expr,
                                      Type xType, EvaluationOptions options) {
  FloatLine line(xType);
  int64_t minusInfinity = line.negativeInfinity();
  int64_t infinity = line.positiveInfinity();
  // NaNs, infinities and zeros are intervals of their own, and no interval has
  // both signs. -0 is key -1. The order is reversed, since the last interval is
  // processed first.
  SmallVector<std::pair<int64_t, int64_t>> intervals = {
      {infinity + 1, infinity + 1},
      {infinity, infinity},
      {1, infinity - 1},
      {0, 0},
      {-1, -1},
      {minusInfinity + 1, -2},
      {minusInfinity, minusInfinity},
      {minusInfinity - 1, minusInfinity - 1}};
  SmallVector<Piece> pieces;
  while (!intervals.empty()) {
    auto [low, high] = intervals.pop_back_val();
    if (options.range) {
      low = std::max(low, options.range->first);
      high = std::min(high, options.range->second);
    }
    if (low > high)
      continue;
    Simplifier simplifier(context, line, low, high, options);
    Piece piece = simplifier.simplify(expr);
    if (piece.value) {
      pieces.push_back(piece);
    } else {
      intervals.push_back({simplifier.getCut(), high});
      intervals.push_back({low, simplifier.getCut() - 1});
    }
    if (pieces.size() + intervals.size() > maxPieces)
      return std::nullopt;
  }
  return pieces;
}
