//===- Compare.h - Where two functions differ -------------------*- C++ -*-===//
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

/// How a body and a candidate differ.
///
/// Two results are the same if they are the same bits or both a NaN. The sign
/// of a zero counts, unless an op with nsz made it; a poison of the body is
/// whatever the candidate has.
struct Differences {
  bool atNaN = false;
  bool atInfinity = false;
  bool inSignOfZero = false;
  /// There is a difference beyond those.
  bool atNumber = false;
  /// How many floats those are, leaving out constants that are a rounding
  /// apart.
  uint64_t numFar = 0;
  /// The ends of intervals on which they differ, beyond those and in those.
  llvm::SmallVector<int64_t> keys, keysBeyondReals;

  bool none() const {
    return !atNaN && !atInfinity && !inSignOfZero && !atNumber;
  }
  /// Equal on real numbers.
  bool onlyBeyondReals() const { return !atNumber; }
};

Differences compare(const FloatLine &line, llvm::ArrayRef<Piece> body,
                    llvm::ArrayRef<Piece> candidate);

/// "at x = 0 the body gives 0, the op 1" for one of the keys of `differences`,
/// or an empty text where none is found: results that are not evaluated (exp,
/// tanh) or agree on all that was tried.
std::string describe(const FloatLine &line, const Differences &differences,
                     const Expr *body, const Expr *candidate);

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_COMPARE_H
