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
/// determine, whatever its operands are. Sums of contractions have no such
/// order: their lanes may follow the operands.
bool addsInOrder(const Plan &plan);

/// Replaces `op` by an op that stores the terms of its sums and by ops that add
/// the terms up, and returns the new ops. Fails if `op` has no such sums, or if
/// there are more terms than elements of any operand.
mlir::FailureOr<llvm::SmallVector<mlir::linalg::LinalgOp>>
separateSums(mlir::linalg::LinalgOp op);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_SUMS_H
