//===- ResolveExtents.h - Extents of results from operands ------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_SUPPORT_RESOLVEEXTENTS_H
#define QUANT_BNN_SUPPORT_RESOLVEEXTENTS_H

#include "mlir/IR/Value.h"

namespace mlir {
class RewritePatternSet;
} // namespace mlir

namespace quant_bnn {

/// Returns a ranked operand that has the extents of `result`: the destination
/// of a destination-style op, the source of a cast, or the first shaped operand
/// of an elementwise op. Returns null if there is none.
mlir::Value getSameExtents(mlir::OpResult result);

/// Adds patterns that replace `tensor.dim` of a result by extents of operands.
/// A result has the extents of the operand of getSameExtents. Upstream's
/// patterns infer the extents of a structured op from its loops, which gives
/// too large extents for the scatter that is the gradient of a sliding window.
void populateResolveExtentsPatterns(mlir::RewritePatternSet &patterns);

} // namespace quant_bnn

#endif // QUANT_BNN_SUPPORT_RESOLVEEXTENTS_H
