//===- Detail.h - Shared code of the quant_bnn ops --------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_DETAIL_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_DETAIL_H

#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "llvm/Support/MathExtras.h"

namespace quant_bnn::detail {

//===----------------------------------------------------------------------===//
// The binarizer family
//===----------------------------------------------------------------------===//

/// Builds -1 where x < 0 and +1 where x > 0; `zero` and `nan` select the value
/// at zeros and NaN.
mlir::Value buildSign(PayloadBuilder &builder, mlir::Value x, ZeroMode zero,
                      NanMode nan);

/// Builds a `sign` without `clip` that has the value of the binarizer `op`, or
/// returns null if `op` is such a `sign`.
mlir::Value buildSignInference(mlir::Operation *op, mlir::OpBuilder &builder,
                               mlir::Location loc);

/// Returns the values of `sign` at a negative number, a zero, a positive number
/// and a NaN.
SignValues getSignValues(ZeroMode zero, NanMode nan);

/// Returns the number of bits that distinguish the numbers among `values`.
unsigned getSignBitWidth(const SignValues &values);

/// The masks of x that determine the value of a binarizer: where it is the
/// value of positive x; if there is a third value, where it is the value of
/// negative x; and if NaN propagates, where it is NaN. `getNumSignMasks`
/// returns their number, and `buildSignMasks` builds them.
unsigned getNumSignMasks(const SignValues &values);
llvm::SmallVector<mlir::Value> buildSignMasks(PayloadBuilder &builder,
                                              const SignValues &values,
                                              mlir::Value x);

/// Builds the value of a binarizer, of type `type`, from its masks.
mlir::Value buildSignFromMasks(mlir::OpBuilder &builder, mlir::Location loc,
                               const SignValues &values, mlir::Type type,
                               mlir::ValueRange masks);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_DETAIL_H
