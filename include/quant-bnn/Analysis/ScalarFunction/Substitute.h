//===- Substitute.h - Rewriting of expression graphs ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_ANALYSIS_SCALARFUNCTION_SUBSTITUTE_H
#define QUANT_BNN_ANALYSIS_SCALARFUNCTION_SUBSTITUTE_H

#include "quant-bnn/Analysis/ScalarFunction/Expr.h"
#include "llvm/ADT/DenseMap.h"

namespace quant_bnn::scalar_function {

using Replacements = llvm::SmallDenseMap<const Expr *, const Expr *, 4>;

/// Returns `root` with each node that is a key of `replacements` replaced.
const Expr *substitute(ExprContext &context, const Expr *root,
                       const Replacements &replacements);

/// An expression in which some ops are replaced by ops that are equal in real
/// arithmetic.
struct Relaxed {
  const Expr *expr;
  bool reciprocal = false; // a division instead of a product, or the reverse
  bool mask = false;       // a select instead of a product with 0 or 1
  bool singleRounding = false; // f16 and bf16 computed in f32, rounded once
};

/// Replaces, for n = 2^k - 1 and for an n that is no constant, products with
/// the rounded 1/n by divisions by n and divisions by the rounded 1/n by
/// products with n. Replaces a product with a select between a value and 0 by a
/// select between the product and 0.
Relaxed relax(ExprContext &context, const Expr *root);

/// Rewrites ops of `relaxed` in f16 or bf16 to f32, and rounds the result once.
void widen(ExprContext &context, Relaxed &relaxed);

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_SUBSTITUTE_H
