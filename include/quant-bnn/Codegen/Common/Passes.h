//===- Passes.h - Passes of every code generator ----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_CODEGEN_COMMON_PASSES_H
#define QUANT_BNN_CODEGEN_COMMON_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/Pass.h"

namespace quant_bnn {

/// Where the temporary buffers of a function are.
enum class Workspace {
  /// In memory that each call allocates once.
  Call,
  /// In memory that the calling thread keeps between calls.
  Thread,
  /// In memory that the caller passes as the last argument.
  Argument
};

#define GEN_PASS_DECL
#include "quant-bnn/Codegen/Common/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quant-bnn/Codegen/Common/Passes.h.inc"

} // namespace quant_bnn

#endif // QUANT_BNN_CODEGEN_COMMON_PASSES_H
