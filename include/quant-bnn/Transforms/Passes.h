//===- Passes.h - Transforms of quant_bnn -----------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_TRANSFORMS_PASSES_H
#define QUANT_BNN_TRANSFORMS_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/Pass.h"

namespace mlir {
class RewritePatternSet;
} // namespace mlir

namespace quant_bnn {

/// What the backward function of `quant-bnn-differentiate` computes again
/// instead of having it saved.
enum class Recompute {
  /// Only what costs nothing.
  none,
  /// Elementwise ops too, so that the fewest bytes are saved.
  cheap
};

/// What `quant-bnn-differentiate` does about an op whose derivative is 0 almost
/// everywhere.
enum class ZeroDerivative {
  warn,
  error,
  /// The gradient is 0.
  silent
};

/// What a vector counts the bits of words in.
enum class PopcountAccumulation {
  /// Words, where the target has an instruction that counts their bits.
  Words,
  /// Bytes, which are added to words before they overflow.
  Bytes,
  /// Bytes, to which tables are added that have the counts of nibbles.
  Table
};

/// Instructions that look up bytes in a table of 16 bytes.
enum class LookupInstructions {
  None,
  /// pshufb of SSSE3, AVX2 or AVX-512BW, depending on the size of vectors.
  X86
};

/// Instructions of a GPU's tensor cores that multiply matrices of bits.
enum class BitMMA {
  None,
  /// They count the bits that differ, of 8 rows or of 16.
  XorM8N8K128,
  XorM16N8K256,
  /// They count the bits that are 1 in both.
  AndM16N8K256
};

/// What a pass may change for the sake of a better op.
enum class RewriteMode {
  /// Not one bit of a result.
  Exact,
  /// What differs by rounding, or where a NaN is. A remark says which.
  Relaxed
};

/// The gradient of a quantizer that is raised from code that states none.
enum class Estimator {
  /// Straight-through, with a warning.
  Unspecified,
  /// The cotangent, unchanged or within the range of the quantizer.
  StraightThrough,
  /// The cotangent, 0 outside of a window.
  Clip,
  /// That of `approx_sign`.
  ApproxSign,
  /// That of `swish_sign`.
  SwishSign,
  /// None: what has no op with the gradient 0 stays written out.
  None
};

#define GEN_PASS_DECL
#include "quant-bnn/Transforms/Passes.h.inc"

/// Replaces every `DecomposableOpInterface` op by its decomposition.
void populateDecomposePatterns(mlir::RewritePatternSet &patterns);

#define GEN_PASS_REGISTRATION
#include "quant-bnn/Transforms/Passes.h.inc"

} // namespace quant_bnn

#endif // QUANT_BNN_TRANSFORMS_PASSES_H
