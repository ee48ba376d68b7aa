//===- BinaryProduct.h - Sums of products of packed bits --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_MATERIALIZEPACKEDLAYOUT_BINARYPRODUCT_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_MATERIALIZEPACKEDLAYOUT_BINARYPRODUCT_H

#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quant_bnn::packed {

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

} // namespace quant_bnn::packed

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_MATERIALIZEPACKEDLAYOUT_BINARYPRODUCT_H
