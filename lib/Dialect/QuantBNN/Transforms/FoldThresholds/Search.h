//===- Search.h - Where functions of integers switch ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_FOLDTHRESHOLDS_SEARCH_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_FOLDTHRESHOLDS_SEARCH_H

#include "quant-bnn/Analysis/ScalarFunction/Expr.h"

namespace quant_bnn::fold_thresholds {

/// Integers, from the first to the last.
struct IntegerRange {
  int64_t first, last;
};

/// A function of an integer: `first`, which becomes its complement at each of
/// the integers `at`, in order.
struct Switches {
  bool first;
  llvm::SmallVector<int32_t, 1> at;
};

/// What equals `bit`, an i1 as an expression of symbolX, for every integer a of
/// `range`: symbolX is a, rounded to `type`. None if it switches more than
/// `maxSwitches` times, or if that is not known.
std::optional<Switches> findSwitches(scalar_function::ExprContext &context,
                                     const scalar_function::Expr *bit,
                                     mlir::FloatType type, IntegerRange range,
                                     size_t maxSwitches);

} // namespace quant_bnn::fold_thresholds

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_FOLDTHRESHOLDS_SEARCH_H
