//===- BinaryCompute.h - Shared code of binary products ---------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_BINARYCOMPUTE_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_BINARYCOMPUTE_H

#include "Detail.h"

namespace quant_bnn::detail {

/// Whether dimension `i` of `a` and `j` of `b` may have the same size.
bool isSameDim(mlir::RankedTensorType a, int64_t i, mlir::RankedTensorType b,
               int64_t j);

/// Checks that two packed operands, described as `what` in the error, have one
/// encoding and rows of the same length, which is at most 2^31 - 1.
llvm::LogicalResult verifyRows(mlir::Operation *op, llvm::StringRef what,
                               mlir::RankedTensorType a,
                               mlir::RankedTensorType b);

/// Sets the range of the elements of `acc`, each of which is a sum of
/// `length` * `taps` products of -1, 0 or +1. `length` may be dynamic; `taps`
/// is at most 2^31 - 1.
void setSumRange(mlir::Value acc, int64_t length, int64_t taps,
                 mlir::SetIntRangeFn setRange);

/// Returns `sizes`, the sizes of a tensor of `type`, as attributes where `type`
/// is static and as values elsewhere, which upstream requires of reified sizes.
llvm::SmallVector<mlir::OpFoldResult>
matchSizes(mlir::OpBuilder &builder, mlir::Location loc,
           mlir::RankedTensorType type,
           llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// Returns the loops of `product`, which are the dimensions of its result.
llvm::SmallVector<mlir::Range> getResultLoops(mlir::OpBuilder &builder,
                                              mlir::Operation *product);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_BINARYCOMPUTE_H
