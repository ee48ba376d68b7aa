//===- ZeroDerivatives.h - Ops that no gradient passes ----------*- C++ -*-===//
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

/// Reports the ops, in `function` and in what it calls, whose derivative is 0
/// almost everywhere and that lie between a float argument and a float result,
/// each as `severity` says and unless `reported` has it. Fails with an error
/// where a value depends on the bits of a float, or on an op of which nothing
/// is known.
mlir::LogicalResult
reportZeroDerivatives(mlir::func::FuncOp function, ZeroDerivative severity,
                      llvm::DenseSet<mlir::Operation *> &reported);

} // namespace quant_bnn::differentiate

#endif // QUANT_BNN_LIB_AUTODIFF_ZERODERIVATIVES_H
