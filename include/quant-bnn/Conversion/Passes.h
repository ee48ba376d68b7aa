//===- Passes.h - Conversions of quant_bnn ----------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_CONVERSION_PASSES_H
#define QUANT_BNN_CONVERSION_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir {
class RewritePatternSet;
} // namespace mlir

namespace quant_bnn {

#define GEN_PASS_DECL
#include "quant-bnn/Conversion/Passes.h.inc"

/// Adds patterns that expand elementwise ops on scalars and vectors.
void populateQuantBNNToArithPatterns(mlir::RewritePatternSet &patterns);

#define GEN_PASS_REGISTRATION
#include "quant-bnn/Conversion/Passes.h.inc"

} // namespace quant_bnn

#endif // QUANT_BNN_CONVERSION_PASSES_H
