//===- Reductions.h - Quantizers that reduce --------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_REDUCTIONS_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_REDUCTIONS_H

#include "Match.h"
#include "quant-bnn/Analysis/ScalarFunction/Extract.h"

namespace quant_bnn::raise_ste {

/// What a scalar is the largest of, over all elements of a tensor.
struct LargestMagnitude {
  /// The element.
  const Expr *x;
  /// abs tanh x rather than abs x
  bool ofTanh;
};

/// Recognizes the largest magnitude of a tensor: a linalg.reduce or
/// linalg.generic with maximumf over all dimensions, of abs x or abs tanh x
/// written in it or before it, from an init of at most 0. maxnumf, which drops
/// a NaN, is no match.
std::optional<LargestMagnitude> matchLargestMagnitude(ExprContext &context,
                                                      Extractor &extractor,
                                                      mlir::Value scalar);

/// The quantizer to the range of its tensor that `root` is, with the scalar `s`
/// being that range.
std::optional<Match> matchRangeQuantizer(ExprContext &context, const Expr *root,
                                         const Expr *s,
                                         LargestMagnitude largest);

} // namespace quant_bnn::raise_ste

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_REDUCTIONS_H
