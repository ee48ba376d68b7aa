//===- Passes.h - Passes that know quantizers -------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_TRANSFORMS_PASSES_H
#define QUANT_BNN_DIALECT_QUANTBNN_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"
#include "quant-bnn/Dialect/QuantBNN/IR/RaiseForms.h"

namespace mlir {
class RewritePatternSet;
} // namespace mlir

namespace quant_bnn {

/// What a pass may change for the sake of a better op.
enum class RewriteMode {
  /// Not one bit of a result.
  Exact,
  /// What differs by rounding, or where a NaN is. A remark says which.
  Relaxed
};

#define GEN_PASS_DECL
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h.inc"

/// Replaces every `DecomposableOpInterface` op by its decomposition.
void populateDecomposePatterns(mlir::RewritePatternSet &patterns);

#define GEN_PASS_REGISTRATION
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h.inc"

} // namespace quant_bnn

#endif // QUANT_BNN_DIALECT_QUANTBNN_TRANSFORMS_PASSES_H
