//===- Passes.h - Passes that emit loops for CPUs ---------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_CODEGEN_CPU_PASSES_H
#define QUANT_BNN_CODEGEN_CPU_PASSES_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/Pass.h"

namespace quant_bnn {

/// The elements of the vectors in which bits are counted.
enum class PopcountAccumulation {
  /// Words, for targets with an instruction that counts the bits of words.
  Words,
  /// Bytes, which are widened to words before they overflow.
  Bytes,
  /// Bytes, by tables that hold the counts of nibbles.
  Table
};

/// Instructions that look up bytes in a table of 16 bytes, and floats in a
/// table of 16 floats.
enum class LookupInstructions {
  None,
  /// pshufb of SSSE3, AVX2 or AVX-512BW, depending on the size of vectors, and
  /// vpermps of AVX-512.
  X86
};

#define GEN_PASS_DECL
#include "quant-bnn/Codegen/CPU/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quant-bnn/Codegen/CPU/Passes.h.inc"

} // namespace quant_bnn

#endif // QUANT_BNN_CODEGEN_CPU_PASSES_H
