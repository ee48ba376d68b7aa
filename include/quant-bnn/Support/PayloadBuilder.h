//===- PayloadBuilder.h - The math of one element ---------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_SUPPORT_PAYLOADBUILDER_H
#define QUANT_BNN_SUPPORT_PAYLOADBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace quant_bnn {

/// Builds float math on values of one compute type: a float scalar, or a vector
/// or tensor of floats. Every op is rounded as written and has no fast-math
/// flags.
class PayloadBuilder : public mlir::ImplicitLocOpBuilder {
public:
  PayloadBuilder(mlir::Location loc, mlir::OpBuilder &builder,
                 mlir::Type computeType)
      : ImplicitLocOpBuilder(loc, builder), computeType(computeType) {}

  /// Returns the type of every float value of the payload.
  mlir::Type getComputeType() const { return computeType; }

  /// Builds the constant `value`, rounded to the compute type.
  mlir::Value constant(double value);

  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value sub(mlir::Value lhs, mlir::Value rhs);
  mlir::Value mul(mlir::Value lhs, mlir::Value rhs);
  mlir::Value div(mlir::Value lhs, mlir::Value rhs);
  mlir::Value neg(mlir::Value value);
  mlir::Value abs(mlir::Value value);
  mlir::Value exp(mlir::Value value);
  mlir::Value tanh(mlir::Value value);
  /// Rounds `value` to the nearest integer, ties to even.
  mlir::Value roundEven(mlir::Value value);
  mlir::Value cmp(mlir::arith::CmpFPredicate predicate, mlir::Value lhs,
                  mlir::Value rhs);
  mlir::Value select(mlir::Value condition, mlir::Value trueValue,
                     mlir::Value falseValue);

  /// Limits `value` to [low, high]; a NaN `value` stays NaN.
  mlir::Value clamp(mlir::Value value, mlir::Value low, mlir::Value high);
  /// Builds the condition abs `value` <= limit, which is false at NaN.
  mlir::Value isWithin(mlir::Value value, double limit);
  /// Builds `level / n`, correctly rounded, for an integer `level` with abs
  /// level <= n < 2^24, or NaN. Uses no division where `splitReciprocal` has a
  /// result.
  mlir::Value divideLevel(mlir::Value level, int64_t n);

private:
  mlir::Type computeType;
};

/// Returns the type in which an op on `type` computes: `f32` instead of `f16`
/// and `bf16`, else the same, with the shape of `type`.
mlir::Type getComputeType(mlir::Type type);

/// Extends `value` to its compute type; returns `value` if it has that type.
mlir::Value widen(mlir::OpBuilder &builder, mlir::Location loc,
                  mlir::Value value);

/// Rounds `value` to the element type of `type`. Rounds the arms of a select
/// instead of its result, so that operands that were widened and only passed on
/// are not converted twice.
mlir::Value narrow(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::Value value, mlir::Type type);

/// The math of one element, on operands that are floats of the compute type or
/// conditions. A payload may have several results.
using Payload = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    PayloadBuilder &, mlir::ValueRange)>;

/// Applies `payload` to every element of `operands` and returns the results,
/// which all have the same shape. An operand without that shape is a scalar
/// that all elements share. On tensors, builds one `linalg.generic` into
/// `tensor.empty`.
llvm::SmallVector<mlir::Value> buildElementwise(mlir::OpBuilder &builder,
                                                mlir::Location loc,
                                                mlir::TypeRange resultTypes,
                                                mlir::ValueRange operands,
                                                Payload payload);

} // namespace quant_bnn

#endif // QUANT_BNN_SUPPORT_PAYLOADBUILDER_H
