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

/// Whether `expr` is a dimension divided by a constant, rounded down; returns
/// the constant.
std::optional<int64_t> matchPackedIndex(mlir::AffineExpr expr);

/// Finds how the body of `plan` takes bits from words and puts them there, or
/// fails where it uses packed operands in another way.
llvm::LogicalResult analyzePacking(Plan &plan);

/// Drops what fills the packed outputs of `op` before it, if all of its words
/// are written when `op` is vectorized, and what of them they are not
/// otherwise.
void dropOverwrittenFills(mlir::linalg::LinalgOp op, const Options &options);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_PACKING_H
