//===- ToLinalg.h - Patterns of the conversion to linalg --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CONVERSION_QUANTBNNTOLINALG_TOLINALG_H
#define QUANT_BNN_LIB_CONVERSION_QUANTBNNTOLINALG_TOLINALG_H

#include "mlir/IR/PatternMatch.h"

namespace quant_bnn::detail {

/// Expands `math.clampf` and `math.fpowi`, on scalars, vectors and tensors.
void populateExpandMathPatterns(mlir::RewritePatternSet &patterns);

/// Replaces chains of `tensor.insert_slice` by one insertion of a
/// concatenation.
void populateJoinInsertSlicesPatterns(mlir::RewritePatternSet &patterns);

/// Rewrites `tensor.gather` and `linalg.softmax` to generic ops.
void populateTensorOpsToLinalgPatterns(mlir::RewritePatternSet &patterns);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_CONVERSION_QUANTBNNTOLINALG_TOLINALG_H
