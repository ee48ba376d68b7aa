//===- Reals.h - Expressions in real arithmetic -----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_ANALYSIS_SCALARFUNCTION_REALS_H
#define QUANT_BNN_ANALYSIS_SCALARFUNCTION_REALS_H

#include "quant-bnn/Analysis/ScalarFunction/Expr.h"

namespace quant_bnn::scalar_function {

/// Whether `expr` has tanh, exp or a function of these, and else only sums,
/// products and quotients: a function without steps or kinks, which two
/// different ones equal at a few points at most.
bool isAnalytic(const Expr *expr);

/// Whether two functions of x and g are equal in real arithmetic, up to the
/// rounding of constants to f32: whether they are at many samples of several
/// sizes. Both are analytic, though `b` may be written with steps.
bool areEqualInReals(const Expr *a, const Expr *b);

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_REALS_H
