//===- Piecewise.h - Expressions as functions of x, by pieces ---*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_ANALYSIS_SCALARFUNCTION_PIECEWISE_H
#define QUANT_BNN_ANALYSIS_SCALARFUNCTION_PIECEWISE_H

#include "quant-bnn/Analysis/ScalarFunction/Arithmetic.h"

namespace quant_bnn::scalar_function {

/// What an expression is for every x from `low` to `high`, keys of a FloatLine:
/// a constant, or an expression of x and the other symbols in normal form.
struct Piece {
  int64_t low;
  int64_t high;
  const Expr *value;
  /// The value is a zero of whichever sign (an op with nsz made it).
  bool anyZero = false;
};

struct EvaluationOptions {
  /// Take symbolS to be positive.
  bool positiveScalar = false;
  /// Take what is computed of symbolS alone, a scale, to be below the largest
  /// number of the type: the limit that quantizers set it does not act.
  bool finiteScale = false;
  /// Take every rounded level that is divided by its number of steps n to be
  /// from -n to n.
  bool boundedLevels = false;
  /// The x to look at: keys of the first and of the last one. All by default.
  std::optional<std::pair<int64_t, int64_t>> range;
};

/// The pieces of `expr` over the x of type `xType`, in order and without gaps,
/// or nullopt if there would be too many.
///
/// Everything here is exact. What an op does to a piece is computed with the
/// arithmetic of its type or is an identity that holds to the bit; where the
/// result is not one expression on the whole piece (a comparison turns, a sign
/// changes, a rounding steps), the piece is cut there and both parts are looked
/// at anew. The place is found by bisection, since what is compared or rounded
/// is monotone in x. So no sample stands for others: a constant piece is that
/// constant at every float in it.
std::optional<llvm::SmallVector<Piece>>
getPieces(ExprContext &context, const Expr *expr, mlir::Type xType,
          EvaluationOptions options = {});

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_PIECEWISE_H
