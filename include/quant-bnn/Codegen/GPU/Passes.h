//===- Passes.h - Passes that emit GPU kernels ------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_CODEGEN_GPU_PASSES_H
#define QUANT_BNN_CODEGEN_GPU_PASSES_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/Pass.h"

namespace quant_bnn {

/// Instructions of a GPU's tensor cores that multiply matrices of bits.
enum class BitMMA {
  None,
  /// They count the bits that differ, of 8 rows or of 16.
  XorM8N8K128,
  XorM16N8K256,
  /// They count the bits that are 1 in both.
  AndM16N8K256
};

#define GEN_PASS_DECL
#include "quant-bnn/Codegen/GPU/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quant-bnn/Codegen/GPU/Passes.h.inc"

} // namespace quant_bnn

#endif // QUANT_BNN_CODEGEN_GPU_PASSES_H
