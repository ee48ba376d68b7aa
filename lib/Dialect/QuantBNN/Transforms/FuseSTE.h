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
// What keeps the value and the gradient
//===----------------------------------------------------------------------===//

void populateWindowPatterns(mlir::RewritePatternSet &patterns);

/// Reports each window under `root` that is next to an op and does not fit it.
void reportMissedWindows(mlir::Operation *root);

//===----------------------------------------------------------------------===//
// What keeps the value alone
//===----------------------------------------------------------------------===//

struct ValueOptions {
  /// Whether what differs in rounding or at NaN is rewritten too.
  RewriteMode mode;
  /// Whether no gradient will be taken of any function.
  bool valuesOnly;
};

void populateValuePatterns(mlir::RewritePatternSet &patterns,
                           const ValueOptions &options);

/// Reports each op under `root` that would be rewritten if it were not for
/// `options` or its gradient.
void reportMissedValues(mlir::Operation *root, const ValueOptions &options);

} // namespace quant_bnn::fuse_ste

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_FUSESTE_H
