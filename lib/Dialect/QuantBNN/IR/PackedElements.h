//===- PackedElements.h - Shapes of packed elements -------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_PACKEDELEMENTS_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_PACKEDELEMENTS_H

#include "Detail.h"

namespace quant_bnn::detail {

unsigned getWordBits(mlir::Value words);

/// Whether `type` is known to have no elements.
bool isEmpty(mlir::RankedTensorType type);

/// Builds the sizes of the elements of `words`, whose rows have `depth`
/// elements.
llvm::SmallVector<mlir::OpFoldResult> buildSizes(mlir::OpBuilder &builder,
                                                 mlir::Location loc,
                                                 mlir::Value words,
                                                 mlir::OpFoldResult depth);

/// Returns the sizes of the elements of `words`, or dynamic where a size is not
/// static.
llvm::SmallVector<int64_t> getElementShape(mlir::Value words,
                                           mlir::OpFoldResult depth);

/// Checks the operand and the depth of an op that has one operand.
template <typename Op>
llvm::LogicalResult verifySource(Op op) {
  if (failed(verifyDepthForm(op, op.getDepth(), op.getStaticDepthAttr())))
    return mlir::failure();
  return verifyDepth(op, op.getSource().getType(), op.getMixedDepth());
}

/// Checks that `count`, the number of `what`, is the rank of `source`.
llvm::LogicalResult verifyCount(mlir::Operation *op, llvm::StringRef what,
                                size_t count, mlir::Value source);

/// Checks that there is an operand for each dynamic element of `values`.
llvm::LogicalResult verifyOperands(mlir::Operation *op, llvm::StringRef what,
                                   llvm::ArrayRef<int64_t> values,
                                   mlir::ValueRange operands);

/// Checks that no static element of `values` is negative.
llvm::LogicalResult verifyNonNegative(mlir::Operation *op, llvm::StringRef what,
                                      llvm::ArrayRef<int64_t> values);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_PACKEDELEMENTS_H
