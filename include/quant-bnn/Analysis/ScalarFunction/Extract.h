//===- Extract.h - Expressions of SSA values --------------------*- C++ -*-===//
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

/// Builds the expression of an SSA value, or of one element if the value is a
/// vector or tensor.
///
/// The extractor looks through elementwise ops of arith and math on scalars,
/// vectors and tensors, and through structured ops on tensors in which an
/// element of a result depends on the same element of the operands. The
/// expression is thus the same for one loop, several loops and no loop.
/// Constants, splats and fills are constants. All other values are opaque
/// inputs, and so are values that are more than a certain number of ops away.
class Extractor {
public:
  /// Returns the expression that the caller assigns to a value, or null.
  using Leaves = std::function<const Expr *(mlir::Value)>;

  explicit Extractor(ExprContext &context, Leaves leaves = {})
      : context(context), leaves(std::move(leaves)) {}

  /// Returns the expression of `value`.
  const Expr *get(mlir::Value value);

  /// Returns the values whose expression is `expr`, of those extracted so far.
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

/// Whether `type` is that of a tensor with one element, of any rank.
bool hasOneElement(mlir::Type type);

/// Returns the indexing map of the results of `op` if element i of each result
/// depends on element i of the operands with the same map. Returns null if it
/// does not, or if `op` is not on tensors.
mlir::AffineMap getElementMap(mlir::linalg::LinalgOp op);

} // namespace quant_bnn::scalar_function

#endif // QUANT_BNN_ANALYSIS_SCALARFUNCTION_EXTRACT_H
