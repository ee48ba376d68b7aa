//===- PrivateCopies.h - Copies of functions for their module ---*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_COMMON_PRIVATECOPIES_H
#define QUANT_BNN_LIB_CODEGEN_COMMON_PRIVATECOPIES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace quant_bnn {

/// Returns an op of `moduleOp` that may have uses of symbols which cannot be
/// found, or null.
mlir::Operation *findHiddenUses(mlir::ModuleOp moduleOp);

/// Redirects the callers of `functions` within the module to private copies,
/// whose types stay the same when those of `functions` change. Emits an error
/// if an op of the module may hide callers.
llvm::LogicalResult
redirectCallers(llvm::ArrayRef<mlir::func::FuncOp> functions,
                mlir::ModuleOp moduleOp);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_CODEGEN_COMMON_PRIVATECOPIES_H
