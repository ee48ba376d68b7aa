//===- ResolveExtents.h - Extents of what views are of ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_RESOLVEEXTENTS_H
#define QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_RESOLVEEXTENTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace quant_bnn::memory {

/// Replaces extents of views in `function` by those of the memrefs that they
/// are views of.
llvm::LogicalResult resolveExtents(mlir::func::FuncOp function);

} // namespace quant_bnn::memory

#endif // QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_RESOLVEEXTENTS_H
