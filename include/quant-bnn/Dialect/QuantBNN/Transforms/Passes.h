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

/// Which changes of results a rewrite may make.
enum class RewriteMode {
  /// None: results are equal bit for bit.
  Exact,
  /// Results may differ by rounding, and where a NaN occurs. A remark states
  /// each difference.
  Relaxed
};

#define GEN_PASS_DECL
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h.inc"

/// Adds patterns that replace each op with `linalg::AggregatedOpInterface`,
/// except `linalg.softmax`, by its decomposition.
void populateDecomposePatterns(mlir::RewritePatternSet &patterns);

#define GEN_PASS_REGISTRATION
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h.inc"

} // namespace quant_bnn

#endif // QUANT_BNN_DIALECT_QUANTBNN_TRANSFORMS_PASSES_H
