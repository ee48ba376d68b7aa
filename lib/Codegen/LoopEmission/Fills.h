//===- Fills.h - What memory holds before an op -----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_FILLS_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_FILLS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace quant_bnn {

/// Returns the fill of `memref` before `op` in its block, with a value of the
/// type of its elements, or null if there is none, or if an op in between may
/// access the memory.
mlir::linalg::FillOp findFill(mlir::Operation *op, mlir::Value memref);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_FILLS_H
