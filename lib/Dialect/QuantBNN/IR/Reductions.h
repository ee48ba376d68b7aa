//===- Reductions.h - Whole-tensor reductions -------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_REDUCTIONS_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_REDUCTIONS_H

#include "quant-bnn/Support/PayloadBuilder.h"
#include <utility>

namespace quant_bnn::detail {

/// Builds the largest magnitude of a ranked float tensor, a scalar of its
/// element type: 0 if the tensor is empty, NaN if any element is NaN.
mlir::Value buildMaxAbs(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::Value tensor);

/// Applies `payload`, which has two results, to every element of `operands`
/// (tensors of one shape, and scalars). Returns the first result as a tensor of
/// type `resultType` and the sum of the second as a scalar of the compute type,
/// in one pass over the operands.
std::pair<mlir::Value, mlir::Value>
buildElementwiseAndSum(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Type resultType, mlir::ValueRange operands,
                       Payload payload);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_REDUCTIONS_H
