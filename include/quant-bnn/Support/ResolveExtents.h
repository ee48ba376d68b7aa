//===- ResolveExtents.h - Extents of results by those of operands -*- C++ -*-=//
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

/// A ranked value that is known before `result` and has its extents: the
/// destination of an op that has destinations, what a cast casts, the first
/// tensor of an elementwise op; or null.
mlir::Value getSameExtents(mlir::OpResult result);

/// Adds patterns that express `tensor.dim` of a result by extents of the
/// operands. Those of upstream infer the extents of a structured op from its
/// loops, which for the scatter that the gradient of a window is gives more
/// than there are: here a result with a destination has the extents of that.
void populateResolveExtentsPatterns(mlir::RewritePatternSet &patterns);

} // namespace quant_bnn

#endif // QUANT_BNN_SUPPORT_RESOLVEEXTENTS_H
