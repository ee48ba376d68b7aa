//===- Element.h - Numbers with error bounds --------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_FUZZ_ELEMENT_H
#define QUANT_BNN_UNITTESTS_FUZZ_ELEMENT_H

#include "mlir/IR/BuiltinTypes.h"

#include <cmath>
#include <limits>

namespace quant_bnn::fuzz {

/// A number of a scalar type. A double holds every float of the four types.
struct Element {
  double value = 0;
  /// An integer, sign-extended; an i1 is 0 or -1.
  int64_t integer = 0;
  /// The maximal distance from `value` of a result that docs/Semantics.md
  /// allows. If it is infinite, any number is allowed; if it is NaN, the number
  /// is undefined.
  double error = 0;

  static Element ofFloat(double value, double error = 0) {
    return {value, 0, error};
  }
  static Element ofInteger(int64_t integer) { return {0, integer, 0}; }
  static Element unknown() {
    return {0, 0, std::numeric_limits<double>::infinity()};
  }
  static Element undefined() {
    return {0, 0, std::numeric_limits<double>::quiet_NaN()};
  }

  bool isExact() const { return error == 0; }
  bool isKnown() const {
    return error < std::numeric_limits<double>::infinity();
  }
  bool isUndefined() const { return std::isnan(error); }
};

/// Returns `value` rounded to `type`, half to even.
double roundTo(mlir::FloatType type, double value);

/// Returns the distance from 1 to the next number of `type`.
double getEpsilon(mlir::FloatType type);

/// Returns the type in which ops on `type` compute: f32 for f16 and bf16.
mlir::FloatType getComputeType(mlir::FloatType type);

using FloatFunction = llvm::function_ref<double(llvm::ArrayRef<double>)>;

/// Applies `function`, which is monotone in each operand, to `operands` and
/// rounds the result to `type`. The error covers all values that the operands
/// may have.
Element apply(mlir::FloatType type, FloatFunction function,
              llvm::ArrayRef<Element> operands);

/// Applies `function` to integers; the result is unknown if an operand is.
Element
applyInteger(unsigned width,
             llvm::function_ref<int64_t(llvm::ArrayRef<int64_t>)> function,
             llvm::ArrayRef<Element> operands);

/// Evaluates a condition on floats, which is unknown if it differs among the
/// values that the operands may have.
Element
applyCondition(llvm::function_ref<bool(llvm::ArrayRef<double>)> function,
               llvm::ArrayRef<Element> operands);

/// Whether both may be the same number: NaN equals NaN, zeros of either sign
/// are equal, and an undefined `expected` agrees with any number.
bool agrees(mlir::Type type, const Element &expected, const Element &actual);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_ELEMENT_H
