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
#include "mlir/Pass/PassManager.h"

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

/// The instruction that rounds f32 to bf16 on a target.
enum class BF16Instruction {
  /// There is none, or none that is known.
  None,
  /// vcvtneps2bf16 of AVX512_BF16, which takes subnormal numbers for zeros.
  AVX512
};

#define GEN_PASS_DECL
#include "quant-bnn/Codegen/Common/Passes.h.inc"

/// Creates a pass that runs the passes that `populate` adds, on ops named
/// `anchor`, if there is an op whose name or dialect is among `ops`.
std::unique_ptr<mlir::Pass> createQuantBNNRunIfPresentPass(
    llvm::StringRef anchor, llvm::ArrayRef<llvm::StringRef> ops,
    llvm::function_ref<void(mlir::OpPassManager &)> populate);

#define GEN_PASS_REGISTRATION
#include "quant-bnn/Codegen/Common/Passes.h.inc"

} // namespace quant_bnn

#endif // QUANT_BNN_CODEGEN_COMMON_PASSES_H
