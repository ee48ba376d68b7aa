//===- Derivative.h - What has a gradient of its own ------------*- C++ -*-===//
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

/// Whether a gradient changes on its way through `expr` to symbolX, of type
/// `xType`: through a clamp, a scaling, a relu or a tanh. It does not through a
/// step, which has no gradient to pass and is what an estimator stands for, nor
/// through x, -x or x in another type.
bool hasOwnGradient(ExprContext &context, const Expr *expr, mlir::Type xType);

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_DERIVATIVE_H
