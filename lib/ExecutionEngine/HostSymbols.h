//===- HostSymbols.h - Host symbols for compiled code -----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_EXECUTIONENGINE_HOSTSYMBOLS_H
#define QUANT_BNN_LIB_EXECUTIONENGINE_HOSTSYMBOLS_H

#include "mlir/IR/BuiltinOps.h"

namespace llvm::orc {
class LLJIT;
} // namespace llvm::orc

namespace mlir {
class ExecutionEngine;
} // namespace mlir

namespace quant_bnn {

/// Emits an error if `module` uses a function that neither `module` nor the
/// host defines.
llvm::LogicalResult checkSymbols(mlir::ModuleOp module);

/// Registers functions of this library for the compiled `module`: `memrefCopy`
/// of MLIR's runtime, which may not be linked, and functions of the C library
/// that would end in a crash, which are abort and failing allocations.
void registerHostSymbols(mlir::ModuleOp module, mlir::ExecutionEngine &engine);

/// Defines the same functions for object code that is loaded.
llvm::Error defineHostSymbols(llvm::orc::LLJIT &loader);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_EXECUTIONENGINE_HOSTSYMBOLS_H
