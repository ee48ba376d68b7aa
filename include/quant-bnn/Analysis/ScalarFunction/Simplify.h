//===- Simplify.h - An expression on one interval of x ----------*- C++ -*-===//
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

/// The most levels that a rounding is cut into; with more it stays an
/// expression. 11 bits are the most that f16 has.
constexpr int64_t maxLevels = 2200;

/// Brings expressions to a normal form that holds for every x of one interval,
/// or says where the interval has to be cut. The interval has one sign, and its
/// infinities and NaNs are intervals of their own.
class Simplifier {
public:
  Simplifier(ExprContext &context, const FloatLine &line, int64_t low,
             int64_t high, EvaluationOptions options);

  /// An empty value where the interval must be cut.
  Piece simplify(const Expr *expr);

  /// The first key of the upper part, once `simplify` asked for a cut.
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

  /// A rounding stays an expression of its own; everything else that has one
  /// value at both ends, and is monotone, is that constant.
  const Expr *flatten(const Expr *expr);
  const Expr *negate(const Expr *expr);
  const Expr *constant(const Expr *like, double value);
  const Expr *build(Opcode opcode, const Expr *like,
                    llvm::ArrayRef<const Expr *> operands);
  /// The same for either order of the operands.
  const Expr *buildCommutative(Opcode opcode, const Expr *a, const Expr *b);

  llvm::APFloat atLow(const Expr *expr) { return lowValues.evaluate(expr); }
  llvm::APFloat atHigh(const Expr *expr) { return highValues.evaluate(expr); }
  llvm::APFloat at(const Expr *expr, int64_t key) const;
  /// +1 where `expr` does not fall as x grows, -1 where it does not rise, 0 if
  /// that is not known. It is then no NaN within the interval.
  int monotonicity(const Expr *expr);
  int computeMonotonicity(const Expr *expr);
  bool isMonotone(const Expr *expr) { return monotonicity(expr) != 0; }
  bool isFinite(const Expr *expr);
  /// The sign bit that `expr` has throughout and is not zero with.
  std::optional<bool> getSign(const Expr *expr);
  /// Asks for a cut at the first key at which `predicate` is not what it is at
  /// the lower end.
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
