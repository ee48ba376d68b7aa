//===- Reductions.h - Quantizers to the range of a tensor -------*- C++ -*-===//
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

/// The largest magnitude of all elements of a tensor.
struct LargestMagnitude {
  /// An element x of the tensor.
  const Expr *x;
  /// Whether the magnitude is abs tanh x rather than abs x.
  bool ofTanh;
};

/// Matches `scalar` with the largest magnitude of a tensor, or returns nullopt.
/// The scalar must have the maximumf over all dimensions, in one linalg.reduce
/// or linalg.generic or in several, of abs x or abs tanh x in its body or
/// before it, from an init of at most 0. maxnumf, which drops a NaN, does not
/// match.
std::optional<LargestMagnitude> matchLargestMagnitude(ExprContext &context,
                                                      Extractor &extractor,
                                                      mlir::Value scalar);

/// Matches `root` with a quantizer to the range of its tensor, where the scalar
/// `s` is the `largest` magnitude. Returns nullopt if no quantizer equals
/// `root` at positive magnitudes.
std::optional<Match> matchRangeQuantizer(ExprContext &context, const Expr *root,
                                         const Expr *s,
                                         LargestMagnitude largest);

} // namespace quant_bnn::raise_ste

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_REDUCTIONS_H
