//===- AccumulatorRanges.h - Ranges of sums ---------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_FOLDTHRESHOLDS_ACCUMULATORRANGES_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_FOLDTHRESHOLDS_ACCUMULATORRANGES_H

#include "Search.h"
#include "mlir/Analysis/DataFlowFramework.h"

namespace quant_bnn::fold_thresholds {

/// The ranges of the integers below an op, from an integer range analysis. The
/// analysis runs once, when the first range is requested, so the op must not
/// change before.
class AccumulatorRanges {
public:
  explicit AccumulatorRanges(mlir::Operation *root) : root(root) {}

  /// Returns the range of the elements of `integers`, a tensor of `i32`: all of
  /// `i32` if nothing is known.
  IntegerRange get(mlir::Value integers);

  /// Forgets the range of `value`, which is about to be erased.
  void forget(mlir::Value value) { solver.eraseState(value); }

private:
  mlir::Operation *root;
  bool hasRun = false;
  mlir::DataFlowSolver solver;
};

} // namespace quant_bnn::fold_thresholds

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_FOLDTHRESHOLDS_ACCUMULATORRANGES_H
