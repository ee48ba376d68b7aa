//===- Packing.h - Bits of elements in words --------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_PACKING_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_PACKING_H

#include "Plan.h"

namespace quant_bnn::vectorize {

/// Returns the constant if `expr` is a dimension divided by a constant, rounded
/// down, or nullopt.
std::optional<int64_t> matchPackedIndex(mlir::AffineExpr expr);

/// Finds the operations of the body of `plan` that extract bits from words and
/// insert bits into words. Fails if the body uses packed operands in another
/// way.
llvm::LogicalResult analyzePacking(Plan &plan);

/// Marks each packed output of `op` that is filled with 0 before `op`, and
/// erases the fill if the vectorized `op` writes all words. If `op` has a
/// single loop and other words may remain, restricts the fill to these words. A
/// plan for `op` must be built, and emitted, after this.
void dropOverwrittenFills(mlir::linalg::LinalgOp op, const Options &options);

/// Whether output `number` of `op` was marked by `dropOverwrittenFills`.
bool isMarkedCleared(mlir::linalg::LinalgOp op, unsigned number);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_PACKING_H
