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
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quant_bnn::detail {

/// Builds a tensor of `sizes` whose elements are all `value`.
mlir::Value buildFilled(mlir::ImplicitLocOpBuilder &builder,
                        llvm::ArrayRef<mlir::OpFoldResult> sizes,
                        mlir::Value value);

mlir::Value buildI32(mlir::ImplicitLocOpBuilder &builder,
                     mlir::OpFoldResult value);

/// Builds init - 2 popcount(a xor b), summed over the reduction iterators. The
/// body is a sum with a term that is multiplied by -2, since upstream tiles and
/// vectorizes sums, but not differences, as reductions.
mlir::Value
buildXnorContraction(mlir::ImplicitLocOpBuilder &builder, mlir::Value a,
                     mlir::Value b, mlir::Value init,
                     llvm::ArrayRef<mlir::AffineMap> maps,
                     llvm::ArrayRef<mlir::utils::IteratorType> iterators);

/// Builds the number of bits of 1 in every row of `words`, as `i32`.
mlir::Value buildRowPopcounts(mlir::ImplicitLocOpBuilder &builder,
                              mlir::Value words);

/// Sets the range of the elements of `acc`, each of which is a sum of
/// `depth` * `taps` products of -1, 0 or +1. A dynamic `depth` is the last
/// operand, and is in the last of `operandRanges`. `taps` is at most 2^31 - 1.
void setSumRange(mlir::Value acc, mlir::OpFoldResult depth, int64_t taps,
                 llvm::ArrayRef<mlir::ConstantIntRanges> operandRanges,
                 mlir::SetIntRangeFn setRange);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_BINARYCOMPUTE_H
