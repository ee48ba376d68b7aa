//===- Derivative.h - Gradients of expressions ------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_ANALYSIS_SCALARFUNCTION_DERIVATIVE_H
#define QUANT_BNN_ANALYSIS_SCALARFUNCTION_DERIVATIVE_H

#include "quant-bnn/Analysis/ScalarFunction/Piecewise.h"

namespace quant_bnn::scalar_function {

/// Whether `expr`, a function of symbolX of type `xType`, changes a gradient
/// that passes through it, as a clamp, a scaling, a relu or a tanh does.
/// Returns false for a step, which has no gradient and which an estimator
/// replaces, and for x, -x and conversions of x to another type.
bool hasOwnGradient(ExprContext &context, const Expr *expr, mlir::Type xType);

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_DERIVATIVE_H
