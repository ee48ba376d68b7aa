//===- ConstantValues.h - What depends on constants alone -------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_PIPELINES_EVALUATECONSTANTS_CONSTANTVALUES_H
#define QUANT_BNN_LIB_PIPELINES_EVALUATECONSTANTS_CONSTANTVALUES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quant-bnn/ExecutionEngine/JITFunction.h"
#include "llvm/ADT/SetVector.h"

namespace quant_bnn {

/// The values of a module that depend on constants alone.
class ConstantValues {
public:
  explicit ConstantValues(mlir::Operation *root);

  /// The values to evaluate: used by others, and computed from a constant with
  /// different elements.
  llvm::ArrayRef<mlir::Value> getResults() const { return results; }

  /// The constants from which they are computed, as memory holds them; not
  /// those that an attribute holds in another form.
  llvm::ArrayRef<CallArgument> getArguments() const { return arguments; }

  /// Builds a public function that computes the results from the arguments. It
  /// contains no assertion: further results are tensors of i1 that say whether
  /// the assertions on the way hold.
  mlir::func::FuncOp buildFunction(mlir::OpBuilder &builder,
                                   llvm::StringRef name) const;

  /// Erases the assertions on the way, which are known to hold.
  void eraseAssertions();

private:
  bool isConstant(mlir::Value value) const;
  void visit(mlir::Operation *op);
  void findNeeded();

  /// By constant tensor: the elements of the largest constant with different
  /// elements that it depends on, or 0.
  llvm::DenseMap<mlir::Value, int64_t> numElements;
  /// The ops on elements that computing these tensors takes.
  int64_t elementOps = 0;
  /// The ops that compute these tensors, in the order of the module.
  llvm::SmallVector<mlir::Operation *> ops;
  llvm::SmallVector<mlir::Value> results;
  /// The ops that the results depend on.
  llvm::SetVector<mlir::Operation *> needed;
  llvm::SmallVector<mlir::Value> sources;
  llvm::SmallVector<CallArgument> arguments;
};

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_PIPELINES_EVALUATECONSTANTS_CONSTANTVALUES_H
