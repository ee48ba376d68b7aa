//===- Models.h - Gradients of ops of other dialects ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_AUTODIFF_MODELS_H
#define QUANT_BNN_AUTODIFF_MODELS_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace quant_bnn {

/// Registers external models of `DifferentiableOpInterface` for the ops of
/// arith, func, linalg, math, scf and tensor that have a gradient.
void registerDifferentiableOpInterfaceModels(mlir::DialectRegistry &registry);

} // namespace quant_bnn

#endif // QUANT_BNN_AUTODIFF_MODELS_H
