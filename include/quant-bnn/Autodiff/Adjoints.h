//===- Adjoints.h - Reverse mode over SSA -----------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Builds the adjoint ops of a list of ops in reverse order, each from the
// operands and results of the op and the cotangents of the results. The list is
// the body of a function or the region of a structured op.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_AUTODIFF_ADJOINTS_H
#define QUANT_BNN_AUTODIFF_ADJOINTS_H

#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace mlir {
class FunctionOpInterface;
class IRMapping;
} // namespace mlir

namespace quant_bnn {

/// The cotangents known so far. A value without a cotangent has the cotangent
/// zero.
class Cotangents {
public:
  /// Returns the cotangent of `value`, or null.
  mlir::Value lookup(mlir::Value value) const {
    return cotangents.lookup(value);
  }

  /// Adds `cotangent`, which may be null, to the cotangent of `value`.
  void add(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
           mlir::Value cotangent);

private:
  llvm::DenseMap<mlir::Value, mlir::Value> cotangents;
};

/// Values that depend on the values for which gradients are taken.
using ActiveValues = llvm::DenseSet<mlir::Value>;

/// Returns the values for which `DifferentiableOpInterface::buildGradient`
/// returns a gradient: the operands of `op`, and the values that its regions
/// use from outside.
llvm::SmallVector<mlir::Value> getDifferentiatedValues(mlir::Operation *op);

/// Adds to `active` the results of `ops`, which are in order, that depend on
/// values in `active`.
void propagateActivity(llvm::ArrayRef<mlir::Operation *> ops,
                       ActiveValues &active);

/// Whether a float result of `function`, which is not recursive, depends on a
/// float argument.
bool isActive(mlir::FunctionOpInterface function);

/// Whether `value` may depend on a float argument of its function, or on the
/// argument of another block.
bool mayBeActive(mlir::Value value);

/// Builds the adjoints of `ops`, which are in order, from the `cotangents` of
/// their results, and adds the cotangents of the active values that `ops` use.
/// `active` holds the values for which gradients are wanted; the active results
/// of `ops` are added to it. Emits an error and fails at an op without a
/// gradient if its result has a cotangent and it uses an active value.
mlir::LogicalResult buildAdjoints(mlir::OpBuilder &builder,
                                  llvm::ArrayRef<mlir::Operation *> ops,
                                  ActiveValues &active, Cotangents &cotangents);

/// Returns the end of an error message: advice on `op`, which has no gradient.
llvm::StringRef getWayOut(mlir::Operation *op);

/// Whether `op` only ends the program or emits a message: it has no results and
/// no regions, and its only effects are writes that nothing reads.
bool isAssertion(mlir::Operation *op);

/// Erases the assertions within `op`.
void eraseAssertions(mlir::Operation *op);

/// Copies the ops of `block`, except its terminator and assertions, and returns
/// the copies. The forward pass executes the assertions.
llvm::SmallVector<mlir::Operation *> cloneOps(mlir::OpBuilder &builder,
                                              mlir::Block &block,
                                              mlir::IRMapping &mapping);

/// Returns the ops of `block`, without its terminator.
llvm::SmallVector<mlir::Operation *> getOps(mlir::Block &block);

/// Builds a zero with the type and the extents of `like`.
mlir::Value buildZero(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value like);

/// Whether `value` is a zero as built by `buildZero`.
bool isZero(mlir::Value value);

} // namespace quant_bnn

#endif // QUANT_BNN_AUTODIFF_ADJOINTS_H
