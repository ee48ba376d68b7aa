//===- AccumulatorFunction.h - Floats as functions of integers --*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_FOLDTHRESHOLDS_ACCUMULATORFUNCTION_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_FOLDTHRESHOLDS_ACCUMULATORFUNCTION_H

#include "quant-bnn/Analysis/ScalarFunction/Extract.h"

namespace quant_bnn::fold_thresholds {

/// A constant that differs between channels: an unknown of an expression, and
/// the value of that unknown for each channel.
struct ChannelConstant {
  const scalar_function::Expr *unknown;
  mlir::DenseFPElementsAttr values;
};

/// A tensor whose element i, in row-major order, is a function of element i of
/// a tensor of integers. Both tensors have the same last dimension, the
/// channels.
class AccumulatorFunction {
public:
  AccumulatorFunction(scalar_function::ExprContext &context, mlir::Value value);

  /// Returns the function as an expression of symbolX, which is the integer
  /// converted to a float of `getType`, and of the unknowns of `getChannels`.
  const scalar_function::Expr *getExpr() const { return expr; }
  mlir::FloatType getType() const { return type; }
  llvm::ArrayRef<ChannelConstant> getChannels() const { return channels; }
  /// Returns the tensor of integers, of `i32`, or null if the value is not a
  /// function of one.
  mlir::Value getAccumulators() const { return accumulators; }
  /// Returns a value on which the function depends and that is neither the
  /// integer nor a channel constant, or null if there is none.
  mlir::Value findUnknown() const;

private:
  const scalar_function::Expr *getLeaf(mlir::Value value);
  const scalar_function::Expr *getChannel(mlir::Value value,
                                          mlir::DenseFPElementsAttr constant);
  const scalar_function::Expr *getChannelArgument(mlir::BlockArgument argument);
  const scalar_function::Expr *getConversion(mlir::arith::SIToFPOp conversion);

  scalar_function::ExprContext &context;
  /// Holds the expansions of quantizers, outside of the module.
  mlir::Block expansions;
  scalar_function::Extractor extractor;
  int64_t numChannels;
  llvm::SmallVector<ChannelConstant> channels;
  mlir::Value accumulators;
  mlir::FloatType type;
  const scalar_function::Expr *expr;
};

} // namespace quant_bnn::fold_thresholds

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_FOLDTHRESHOLDS_ACCUMULATORFUNCTION_H
