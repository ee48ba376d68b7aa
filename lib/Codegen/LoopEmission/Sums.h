//===- Sums.h - Sums in the specified order ---------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_SUMS_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_SUMS_H

#include "Plan.h"

namespace quant_bnn::vectorize {

/// Whether `plan` adds the terms of sums in the order that the loops of its op
/// determine, whatever its operands are. Those of contractions may lie in lanes
/// where their operands do.
bool addsInOrder(const Plan &plan);

/// Replaces `op` by one that stores the terms of its sums and ones that sum
/// them, and returns these, or fails where there are no such sums, or more
/// terms than elements of any operand.
mlir::FailureOr<llvm::SmallVector<mlir::linalg::LinalgOp>>
separateSums(mlir::linalg::LinalgOp op);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_SUMS_H
