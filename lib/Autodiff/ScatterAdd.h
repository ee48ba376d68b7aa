//===- ScatterAdd.h - Sums at computed indices ------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_AUTODIFF_SCATTERADD_H
#define QUANT_BNN_LIB_AUTODIFF_SCATTERADD_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace quant_bnn::detail {

/// A value, and the indices of the tensor element to which the value is added.
struct Addend {
  mlir::Value value;
  llvm::SmallVector<mlir::Value> indices;
};

/// Builds the addend of the point `ivs` of a loop nest.
using AddendBuilder = llvm::function_ref<Addend(
    mlir::OpBuilder &builder, mlir::Location loc, mlir::ValueRange ivs)>;

/// Builds a tensor of the type and extents of `like`. Each element is the sum
/// of its addends, of which there is one for each point of a nest of loops from
/// 0 to `extents`. The loops are sequential, in row-major order, so a sum has
/// the same bits for any number of threads. A sum is accumulated in the compute
/// type and rounded once.
mlir::Value buildScatterAdd(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Value like,
                            llvm::ArrayRef<mlir::OpFoldResult> extents,
                            AddendBuilder buildAddend);

/// Copies the ops of the body of `op` that compute `values` to the insertion
/// point of `builder`, for the point `ivs` of the loops of `op`. Operands are
/// read at that point with `tensor.extract`. `values` must not depend on
/// accumulators of `op`.
llvm::SmallVector<mlir::Value> cloneAtPoint(mlir::OpBuilder &builder,
                                            mlir::linalg::LinalgOp op,
                                            mlir::ValueRange ivs,
                                            mlir::ValueRange values);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_AUTODIFF_SCATTERADD_H
