//===- Passes.h - Passes of differentiation ---------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_AUTODIFF_PASSES_H
#define QUANT_BNN_AUTODIFF_PASSES_H

#include "mlir/Pass/Pass.h"

namespace quant_bnn {

/// Ops that the backward function of `quant-bnn-differentiate` recomputes
/// instead of taking their results as residuals.
enum class Recompute {
  /// Only ops that cost nothing.
  none,
  /// Also elementwise ops, so that the fewest bytes are saved.
  cheap
};

/// How `quant-bnn-differentiate` treats an op whose derivative is 0 almost
/// everywhere.
enum class ZeroDerivative {
  warn,
  error,
  /// The gradient is 0.
  silent
};

#define GEN_PASS_DECL
#include "quant-bnn/Autodiff/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quant-bnn/Autodiff/Passes.h.inc"

} // namespace quant_bnn

#endif // QUANT_BNN_AUTODIFF_PASSES_H
