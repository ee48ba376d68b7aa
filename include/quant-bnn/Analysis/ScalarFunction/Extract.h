//===- Extract.h - What values compute, as graphs ---------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_ANALYSIS_SCALARFUNCTION_EXTRACT_H
#define QUANT_BNN_ANALYSIS_SCALARFUNCTION_EXTRACT_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "quant-bnn/Analysis/ScalarFunction/Expr.h"
#include "llvm/ADT/DenseMap.h"
#include <functional>

namespace quant_bnn::scalar_function {

/// What a value computes, one element of it where it is a vector or tensor.
///
/// It looks through elementwise ops of arith and math, whatever they are on,
/// and through structured ops on tensors whose element depends on the same
/// element of their operands; so an expression is the same in one loop, in
/// several, and in none. Constants, splats and fills are constants. Everything
/// else, and what is further away than a number of ops, is an input that is not
/// looked into.
class Extractor {
public:
  /// What a value is to somebody who knows better, or null.
  using Leaves = std::function<const Expr *(mlir::Value)>;

  explicit Extractor(ExprContext &context, Leaves leaves = {})
      : context(context), leaves(std::move(leaves)) {}

  const Expr *get(mlir::Value value);

  /// The values that are known to be `expr`.
  llvm::ArrayRef<mlir::Value> getValues(const Expr *expr) const;

private:
  const Expr *compute(mlir::Value value);
  const Expr *computeOp(mlir::Operation *op);
  const Expr *computeArgument(mlir::BlockArgument argument);
  const Expr *getConstant(mlir::Value value);
  const Expr *getUnknown(mlir::Value value);

  ExprContext &context;
  Leaves leaves;
  llvm::DenseMap<mlir::Value, const Expr *> exprs;
  llvm::DenseMap<const Expr *, llvm::SmallVector<mlir::Value, 2>> values;
  unsigned numOps = 0;
  unsigned depth = 0;
};

/// The map by which a structured op on tensors makes element i of its results
/// of element i of operands with the same map; null if it does not.
mlir::AffineMap getElementMap(mlir::linalg::LinalgOp op);

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_EXTRACT_H
