//===- Search.h - Switches of functions of integers -------------*- C++ -*-===//
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

/// The integers from `first` to `last`, inclusive.
struct IntegerRange {
  int64_t first, last;
};

/// A boolean function of an integer. The value is `first` before the first
/// switch, and is complemented at each of the integers `at`, which are in
/// ascending order.
struct Switches {
  bool first;
  llvm::SmallVector<int32_t, 1> at;
};

/// Returns the switches of `bit` over all integers a of `range`. `bit` is an i1
/// expression of symbolX, which is a rounded to `type`. Returns nullopt if
/// `bit` switches more than `maxSwitches` times, or if the switches cannot be
/// found.
std::optional<Switches> findSwitches(scalar_function::ExprContext &context,
                                     const scalar_function::Expr *bit,
                                     mlir::FloatType type, IntegerRange range,
                                     size_t maxSwitches);

} // namespace quant_bnn::fold_thresholds

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_FOLDTHRESHOLDS_SEARCH_H
