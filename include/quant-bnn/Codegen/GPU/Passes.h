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

/// Tensor core instructions that multiply matrices of bits.
enum class BitMMA {
  None,
  /// Xor: count the bits that differ, for 8 or 16 rows.
  XorM8N8K128,
  XorM16N8K256,
  /// And: counts the bits that are 1 in both operands.
  AndM16N8K256
};

#define GEN_PASS_DECL
#include "quant-bnn/Codegen/GPU/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quant-bnn/Codegen/GPU/Passes.h.inc"

} // namespace quant_bnn

#endif // QUANT_BNN_CODEGEN_GPU_PASSES_H
