//===- ScatterAdd.h - Sums at computed places -------------------*- C++ -*-===//
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

/// A value, and the element of a tensor that it is added to.
struct Addend {
  mlir::Value value;
  llvm::SmallVector<mlir::Value> indices;
};

/// Computes the addend of the point `ivs` of a loop nest.
using AddendBuilder = llvm::function_ref<Addend(
    mlir::OpBuilder &builder, mlir::Location loc, mlir::ValueRange ivs)>;

/// A tensor of the type and extents of `like` with the sums of the addends of
/// each element, one for each point of a nest of loops from 0 to `extents`. The
/// loops are sequential, in row-major order, so a sum has the same bits for any
/// number of threads. It is accumulated in the compute type and rounded once.
mlir::Value buildScatterAdd(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Value like,
                            llvm::ArrayRef<mlir::OpFoldResult> extents,
                            AddendBuilder buildAddend);

/// Copies the ops of the body of `op` that compute `values` to where `builder`
/// is, at the point `ivs` of the loops of `op`. Operands are read at that point
/// with `tensor.extract`. `values` do not depend on what `op` accumulates.
llvm::SmallVector<mlir::Value> cloneAtPoint(mlir::OpBuilder &builder,
                                            mlir::linalg::LinalgOp op,
                                            mlir::ValueRange ivs,
                                            mlir::ValueRange values);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_AUTODIFF_SCATTERADD_H
