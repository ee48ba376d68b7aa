//===- Piecewise.h - Expressions as piecewise functions of x ----*- C++ -*-===//
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

/// The value of an expression for every x from `low` to `high`, which are keys
/// of a FloatLine: a constant, or an expression of x and the other symbols in
/// normal form.
struct Piece {
  int64_t low;
  int64_t high;
  const Expr *value;
  /// Whether the value is a zero whose sign is unspecified, for example because
  /// an op with nsz computed it.
  bool anyZero = false;
};

struct EvaluationOptions {
  /// Assume that symbolS is positive.
  bool positiveScalar = false;
  /// Assume that a scale, which is an expression of symbolS alone, is below the
  /// largest number of the type, so that the limit of quantizers on the scale
  /// has no effect.
  bool finiteScale = false;
  /// Assume that every rounded level that is divided by its number of steps n
  /// is between -n and n.
  bool boundedLevels = false;
  /// The keys of the first and of the last x to consider. All x by default.
  std::optional<std::pair<int64_t, int64_t>> range;
};

/// Returns the pieces of `expr` as a function of x of type `xType`, in order
/// and without gaps, or nullopt if there are too many pieces.
///
/// The pieces are exact. The result of an op on a piece is computed in the
/// arithmetic of its type, or follows from an identity that holds bit for bit.
/// Where the result is not one expression on the whole piece (a comparison
/// changes, a sign changes, a rounding steps), the piece is cut and both parts
/// are simplified again. The position of the cut is found by bisection, since
/// the value that is compared or rounded is monotone in x. No result relies on
/// samples: a constant piece has the same value at every float in it.
std::optional<llvm::SmallVector<Piece>>
getPieces(ExprContext &context, const Expr *expr, mlir::Type xType,
          EvaluationOptions options = {});

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_PIECEWISE_H
