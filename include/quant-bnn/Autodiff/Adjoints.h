//===- Adjoints.h - Reverse mode over SSA -----------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Builds the adjoint ops of a list of ops, each from its operands, its results
// and the cotangents of these, in reverse order. It serves a function's body as
// well as the regions of structured ops, whose gradients are made by it.
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

/// The cotangents known so far; what has none is zero.
class Cotangents {
public:
  /// The cotangent of `value`, or null.
  mlir::Value lookup(mlir::Value value) const {
    return cotangents.lookup(value);
  }

  /// Adds `cotangent`, which may be null, to that of `value`.
  void add(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
           mlir::Value cotangent);

private:
  llvm::DenseMap<mlir::Value, mlir::Value> cotangents;
};

/// Values that depend on what gradients are taken for.
using ActiveValues = llvm::DenseSet<mlir::Value>;

/// The values for which `DifferentiableOpInterface::buildGradient` returns a
/// gradient: the operands of `op`, and what its regions use from outside.
llvm::SmallVector<mlir::Value> getDifferentiatedValues(mlir::Operation *op);

/// Adds to `active` what of the results of `ops`, in order, depends on it.
void propagateActivity(llvm::ArrayRef<mlir::Operation *> ops,
                       ActiveValues &active);

/// Whether a float result of `function`, which is not recursive, depends on a
/// float argument.
bool isActive(mlir::FunctionOpInterface function);

/// Whether `value` may depend on a float argument of the function that it is
/// in, or on the argument of another block.
bool mayBeActive(mlir::Value value);

/// Builds the adjoints of `ops`, which are in order, from the `cotangents` of
/// their results, and adds those of the active values that they use. `active`
/// holds the values for which gradients are wanted, and is completed. Fails
/// with an error at an op that lies between these and has no gradient.
mlir::LogicalResult buildAdjoints(mlir::OpBuilder &builder,
                                  llvm::ArrayRef<mlir::Operation *> ops,
                                  ActiveValues &active, Cotangents &cotangents);

/// What to do about `op`, which has no gradient: the end of a message.
llvm::StringRef getWayOut(mlir::Operation *op);

/// Whether `op` may end the program or tell something, and does nothing else:
/// it has no results, and its effects are on nothing that is read.
bool isAssertion(mlir::Operation *op);

/// Erases the assertions within `op`.
void eraseAssertions(mlir::Operation *op);

/// Copies the ops of `block`, without its terminator and without assertions,
/// and returns the copies. The forward pass has made the assertions.
llvm::SmallVector<mlir::Operation *> cloneOps(mlir::OpBuilder &builder,
                                              mlir::Block &block,
                                              mlir::IRMapping &mapping);

/// The ops of `block`, without its terminator.
llvm::SmallVector<mlir::Operation *> getOps(mlir::Block &block);

/// A zero of the type and the extents of `like`.
mlir::Value buildZero(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value like);

/// Whether `value` is a zero as `buildZero` makes it.
bool isZero(mlir::Value value);

} // namespace quant_bnn

#endif // QUANT_BNN_AUTODIFF_ADJOINTS_H
