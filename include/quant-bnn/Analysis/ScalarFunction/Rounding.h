//===- Rounding.h - Rounding that is written by other ops -------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_ANALYSIS_SCALARFUNCTION_ROUNDING_H
#define QUANT_BNN_ANALYSIS_SCALARFUNCTION_ROUNDING_H

#include "quant-bnn/Analysis/ScalarFunction/Expr.h"

namespace quant_bnn::scalar_function {

/// Returns v if `expr` is roundeven v as front ends write it for TOSA, which
/// has no such op: floor v if v - floor v is below 1/2, or is 1/2 and floor v
/// is even, else ceil v. Returns null otherwise. Both have equal bits for every
/// v.
const Expr *matchRoundEven(ExprContext &context, const Expr *expr);

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_ROUNDING_H
