//===- Passes.h - Passes of SPIR-V kernels ----------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_CODEGEN_SPIRV_PASSES_H
#define QUANT_BNN_CODEGEN_SPIRV_PASSES_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Pass/Pass.h"

namespace quant_bnn {

/// How SPIR-V kernels treat subnormal numbers.
enum class Denormals {
  /// Devices preserve subnormal numbers.
  Preserve,
  /// Devices preserve subnormal numbers or flush them to zero.
  Any
};

#define GEN_PASS_DECL
#include "quant-bnn/Codegen/SPIRV/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quant-bnn/Codegen/SPIRV/Passes.h.inc"

} // namespace quant_bnn

#endif // QUANT_BNN_CODEGEN_SPIRV_PASSES_H
