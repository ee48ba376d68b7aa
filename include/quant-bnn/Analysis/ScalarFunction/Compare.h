//===- Compare.h - Differences between two functions ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_ANALYSIS_SCALARFUNCTION_COMPARE_H
#define QUANT_BNN_ANALYSIS_SCALARFUNCTION_COMPARE_H

#include "quant-bnn/Analysis/ScalarFunction/Piecewise.h"

namespace quant_bnn::scalar_function {

/// The differences between a body and a candidate.
///
/// Two results are the same if they have the same bits or are both NaN. The
/// sign of a zero counts, unless an op with nsz computed the zero. A poison
/// result of the body equals any result of the candidate.
struct Differences {
  bool atNaN = false;
  bool atInfinity = false;
  bool inSignOfZero = false;
  /// Whether there is a difference other than these.
  bool atNumber = false;
  /// The number of floats with a difference `atNumber`, without constants that
  /// are a few roundings apart.
  uint64_t numFar = 0;
  /// `keys` has ends of the intervals with a difference `atNumber`, and
  /// `keysBeyondReals` those of intervals with other differences.
  llvm::SmallVector<int64_t> keys, keysBeyondReals;

  bool none() const {
    return !atNaN && !atInfinity && !inSignOfZero && !atNumber;
  }
  /// Whether the functions are equal on real numbers.
  bool onlyBeyondReals() const { return !atNumber; }
};

/// Compares the pieces of a body with those of a candidate.
Differences compare(const FloatLine &line, llvm::ArrayRef<Piece> body,
                    llvm::ArrayRef<Piece> candidate);

/// Returns a text such as "at x = 0 the body gives 0, the op 1" for one of the
/// keys of `differences`. Returns an empty text if the results cannot be
/// evaluated (exp, tanh) or agree at all keys.
std::string describe(const FloatLine &line, const Differences &differences,
                     const Expr *body, const Expr *candidate);

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_COMPARE_H
