//===- AccumulatorFunction.h - Floats made of integers ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_TRANSFORMS_FOLDTHRESHOLDS_ACCUMULATORFUNCTION_H
#define QUANT_BNN_LIB_TRANSFORMS_FOLDTHRESHOLDS_ACCUMULATORFUNCTION_H

#include "../RaiseSTE/Extract.h"

namespace quant_bnn::fold_thresholds {

/// What differs from channel to channel: an unknown of an expression and its
/// value for each channel.
struct ChannelConstant {
  const raise_ste::Expr *unknown;
  mlir::DenseFPElementsAttr values;
};

/// A tensor whose element i, in row-major order, is a function of element i of
/// a tensor of integers. Both have the same last dimension, the channels.
class AccumulatorFunction {
public:
  AccumulatorFunction(raise_ste::ExprContext &context, mlir::Value value);

  /// The function: of symbolX, which is an integer as a float of `getType`, and
  /// of the unknowns of channels.
  const raise_ste::Expr *getExpr() const { return expr; }
  mlir::FloatType getType() const { return type; }
  llvm::ArrayRef<ChannelConstant> getChannels() const { return channels; }
  /// The integers, `i32`; null if `value` is no such function at all.
  mlir::Value getAccumulators() const { return accumulators; }
  /// A value that the function depends on, and that is none of these; or null.
  mlir::Value findUnknown() const;

private:
  const raise_ste::Expr *getLeaf(mlir::Value value);
  const raise_ste::Expr *getChannel(mlir::Value value,
                                    mlir::DenseFPElementsAttr constant);
  const raise_ste::Expr *getChannelArgument(mlir::BlockArgument argument);
  const raise_ste::Expr *getConversion(mlir::arith::SIToFPOp conversion);

  raise_ste::ExprContext &context;
  /// Of quantizers, outside of the module.
  mlir::Block expansions;
  raise_ste::Extractor extractor;
  int64_t numChannels;
  llvm::SmallVector<ChannelConstant> channels;
  mlir::Value accumulators;
  mlir::FloatType type;
  const raise_ste::Expr *expr;
};

} // namespace quant_bnn::fold_thresholds

#endif // QUANT_BNN_LIB_TRANSFORMS_FOLDTHRESHOLDS_ACCUMULATORFUNCTION_H
