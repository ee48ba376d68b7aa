//===- Simplify.h - Simplify expressions on an interval of x ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_ANALYSIS_SCALARFUNCTION_SIMPLIFY_H
#define QUANT_BNN_ANALYSIS_SCALARFUNCTION_SIMPLIFY_H

#include "quant-bnn/Analysis/ScalarFunction/Piecewise.h"

namespace quant_bnn::scalar_function {

/// The maximal number of levels into which a rounding is cut; a rounding with
/// more levels stays an expression. f16 has levels of at most 11 bits.
constexpr int64_t maxLevels = 2200;

/// Brings expressions to a normal form that holds for every x of one interval,
/// or determines where the interval must be cut. All x of the interval have the
/// same sign, and each infinity and NaN is an interval of its own.
class Simplifier {
public:
  Simplifier(ExprContext &context, const FloatLine &line, int64_t low,
             int64_t high, EvaluationOptions options);

  /// Returns `expr` in normal form, with a null value if the interval must be
  /// cut.
  Piece simplify(const Expr *expr);

  /// Returns the first key of the upper part, after `simplify` requested a cut.
  int64_t getCut() const { return cut; }

private:
  struct Result {
    const Expr *expr = nullptr;
    bool anyZero = false;
  };

  Result visit(const Expr *expr);
  Result visitSelect(const Expr *expr);
  Result visitTruth(const Expr *expr);
  const Expr *visitCompare(const Expr *expr, const Expr *lhs, const Expr *rhs);
  Result visitFloat(const Expr *expr);
  const Expr *simplifyFloat(const Expr *expr,
                            llvm::ArrayRef<const Expr *> operands);
  const Expr *simplifyAdd(const Expr *a, const Expr *b);
  const Expr *simplifyMul(const Expr *a, const Expr *b);
  const Expr *simplifyDiv(const Expr *a, const Expr *b);
  const Expr *simplifyMinMax(const Expr *expr, const Expr *a, const Expr *b);
  const Expr *simplifyRounding(const Expr *expr, const Expr *a);

  /// Returns a constant if the interval is a single float, or if `expr` is
  /// monotone and has the same value at both ends. Returns `expr` otherwise.
  const Expr *flatten(const Expr *expr);
  const Expr *negate(const Expr *expr);
  const Expr *constant(const Expr *like, double value);
  const Expr *build(Opcode opcode, const Expr *like,
                    llvm::ArrayRef<const Expr *> operands);
  /// Builds the same node for either order of the operands.
  const Expr *buildCommutative(Opcode opcode, const Expr *a, const Expr *b);

  llvm::APFloat atLow(const Expr *expr) { return lowValues.evaluate(expr); }
  llvm::APFloat atHigh(const Expr *expr) { return highValues.evaluate(expr); }
  llvm::APFloat at(const Expr *expr, int64_t key) const;
  /// Returns +1 if `expr` does not decrease as x increases, -1 if it does not
  /// increase, and 0 if neither is known. If the result is not 0, `expr` is not
  /// NaN within the interval.
  int monotonicity(const Expr *expr);
  int computeMonotonicity(const Expr *expr);
  bool isMonotone(const Expr *expr) { return monotonicity(expr) != 0; }
  bool isFinite(const Expr *expr);
  /// Returns the sign bit of `expr` if `expr` has one sign and is not 0
  /// throughout the interval, or nullopt if that is not known.
  std::optional<bool> getSign(const Expr *expr);
  /// Requests a cut at the first key at which `predicate` differs from its
  /// value at the lower end, and returns null.
  template <typename Predicate>
  const Expr *cutWhere(Predicate predicate);

  ExprContext &context;
  const FloatLine &line;
  int64_t low, high;
  EvaluationOptions options;
  Evaluator lowValues, highValues;
  llvm::DenseMap<const Expr *, Result> results;
  llvm::DenseMap<const Expr *, int> monotonicities;
  int64_t cut = 0;
};

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_SIMPLIFY_H
