//===- ZeroDerivatives.h - Ops with a zero derivative -----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_AUTODIFF_ZERODERIVATIVES_H
#define QUANT_BNN_LIB_AUTODIFF_ZERODERIVATIVES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quant-bnn/Autodiff/Passes.h"
#include "llvm/ADT/DenseSet.h"

namespace quant_bnn::differentiate {

/// Reports the ops in `function` and in the functions that it calls whose
/// derivative is 0 almost everywhere and that lie between a float argument and
/// a float result. `severity` selects an error, a warning or nothing. Ops in
/// `reported` are skipped, and reported ops are added to it. Fails if an error
/// was emitted. A value that depends on the bits of a float, or on an op whose
/// gradient is unknown, is always an error.
mlir::LogicalResult
reportZeroDerivatives(mlir::func::FuncOp function, ZeroDerivative severity,
                      llvm::DenseSet<mlir::Operation *> &reported);

} // namespace quant_bnn::differentiate

#endif // QUANT_BNN_LIB_AUTODIFF_ZERODERIVATIVES_H
