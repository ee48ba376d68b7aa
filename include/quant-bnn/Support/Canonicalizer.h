//===- Canonicalizer.h - The canonicalizer that keeps values ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_SUPPORT_CANONICALIZER_H
#define QUANT_BNN_SUPPORT_CANONICALIZER_H

#include <memory>

namespace mlir {
class Pass;
} // namespace mlir

namespace quant_bnn {

/// Creates MLIR's canonicalizer without its patterns that change values: those
/// that convert an integer to a narrow float at once, where two ops round
/// twice.
std::unique_ptr<mlir::Pass> createExactCanonicalizerPass();

} // namespace quant_bnn

#endif // QUANT_BNN_SUPPORT_CANONICALIZER_H
