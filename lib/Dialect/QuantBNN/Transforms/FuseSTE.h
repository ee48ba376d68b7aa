//===- FuseSTE.h - The two kinds of fusion ----------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_FUSESTE_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_FUSESTE_H

#include "mlir/IR/PatternMatch.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"

namespace quant_bnn::fuse_ste {

inline constexpr llvm::StringLiteral category = "quant-bnn-fuse-ste";

//===----------------------------------------------------------------------===//
// Rewrites that preserve the value and the gradient
//===----------------------------------------------------------------------===//

void populateWindowPatterns(mlir::RewritePatternSet &patterns);

/// Emits a missed remark for each clipping window under `root` that cannot be
/// fused into an adjacent op.
void reportMissedWindows(mlir::Operation *root);

//===----------------------------------------------------------------------===//
// Rewrites that preserve only the value
//===----------------------------------------------------------------------===//

struct ValueOptions {
  /// `Relaxed` also allows rewrites that change the result at NaN, or where a
  /// scaled value underflows to 0.
  RewriteMode mode;
  /// Whether no gradient will be taken of any function.
  bool valuesOnly;
};

void populateValuePatterns(mlir::RewritePatternSet &patterns,
                           const ValueOptions &options);

/// Emits a missed remark for each op under `root` that `options`, the gradient
/// or another use of the operand keeps from being rewritten.
void reportMissedValues(mlir::Operation *root, const ValueOptions &options);

} // namespace quant_bnn::fuse_ste

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_FUSESTE_H
