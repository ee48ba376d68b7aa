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

/// Erases the fill before `op` of each packed output of which the vectorized
/// `op` writes all words. If `op` has a single loop and other words may remain,
/// restricts the fill to these words.
void dropOverwrittenFills(mlir::linalg::LinalgOp op, const Options &options);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_PACKING_H
