//===- HostSymbols.h - What compiled code finds in the host -----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_EXECUTIONENGINE_HOSTSYMBOLS_H
#define QUANT_BNN_LIB_EXECUTIONENGINE_HOSTSYMBOLS_H

#include "mlir/IR/BuiltinOps.h"

namespace mlir {
class ExecutionEngine;
} // namespace mlir

namespace quant_bnn {

/// Emits an error where `module` uses a function that neither it nor the host
/// defines.
llvm::LogicalResult checkSymbols(mlir::ModuleOp module);

/// Gives the compiled `module` functions of this library: what is in MLIR's and
/// the compiler's runtime, which need not be there, and what in the C library
/// would end in a crash, an allocation that fails and abort.
void registerHostSymbols(mlir::ModuleOp module, mlir::ExecutionEngine &engine);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_EXECUTIONENGINE_HOSTSYMBOLS_H
