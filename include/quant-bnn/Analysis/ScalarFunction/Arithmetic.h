//===- Arithmetic.h - Exact evaluation of ops on floats ---------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_ANALYSIS_SCALARFUNCTION_ARITHMETIC_H
#define QUANT_BNN_ANALYSIS_SCALARFUNCTION_ARITHMETIC_H

#include "quant-bnn/Analysis/ScalarFunction/Expr.h"
#include "llvm/ADT/DenseMap.h"

namespace quant_bnn::scalar_function {

/// Maps the floats of a type, in order, to consecutive integer keys: -NaN,
/// -inf, ..., -0, +0, ..., +inf, +NaN. The two zeros have different keys, and
/// all NaNs of a sign have the same key. Consecutive keys are neighbouring
/// floats.
class FloatLine {
public:
  explicit FloatLine(mlir::Type type);

  int64_t first() const { return -infinity - 2; } // -NaN
  int64_t last() const { return infinity + 1; }   // +NaN
  int64_t negativeInfinity() const { return -infinity - 1; }
  int64_t positiveInfinity() const { return infinity; }
  bool isNaN(int64_t key) const { return key == first() || key == last(); }
  bool isInfinite(int64_t key) const {
    return key == negativeInfinity() || key == positiveInfinity();
  }

  llvm::APFloat at(int64_t key) const;
  int64_t keyOf(const llvm::APFloat &value) const;
  mlir::Type getType() const { return type; }

private:
  mlir::Type type;
  const llvm::fltSemantics &semantics;
  int64_t infinity;
};

/// Returns how `a` compares with `b`.
Order compare(const llvm::APFloat &a, const llvm::APFloat &b);

/// Whether `predicate`, a set of orders, holds for operands that compare as
/// `order`.
bool holds(uintptr_t predicate, Order order);

/// Returns the result of an op with this opcode on floats, rounded to `type`.
llvm::APFloat apply(Opcode opcode, mlir::Type type,
                    llvm::ArrayRef<llvm::APFloat> operands);

/// The values of the symbols of an expression. `g` and `s` are needed only if
/// the expression has them.
struct Assignment {
  llvm::APFloat x;
  std::optional<llvm::APFloat> g;
  std::optional<llvm::APFloat> s;
};

/// Evaluates evaluable expressions. Ignores fast-math flags: the value of an op
/// is its value without the flags.
class Evaluator {
public:
  explicit Evaluator(Assignment assignment)
      : assignment(std::move(assignment)) {}
  llvm::APFloat evaluate(const Expr *expr);
  bool evaluateTruth(const Expr *expr);

private:
  Assignment assignment;
  llvm::DenseMap<const Expr *, llvm::APFloat> floats;
  llvm::DenseMap<const Expr *, bool> truths;
};

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_ARITHMETIC_H
