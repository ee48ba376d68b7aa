//===- Aliases.h - Memrefs that may share memory ----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_ALIASES_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_ALIASES_H

#include "mlir/IR/Operation.h"

namespace quant_bnn {

/// Returns the memref whose memory `memref` names, through views.
mlir::Value getBase(mlir::Value memref);

/// Whether a write to one of two memrefs may change the other.
bool mayAlias(mlir::Value a, mlir::Value b);

/// Whether `op` may read, write or free a memref for which `conflicts` holds,
/// or may do so with memory that is not known.
bool mayAccess(
    mlir::Operation *op,
    llvm::function_ref<bool(mlir::Value memref, bool isRead)> conflicts);

/// Whether `op` may read, write or free the memory of `memref`.
bool mayAccess(mlir::Operation *op, mlir::Value memref);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_ALIASES_H
