//===- LinalgLoops.h - Generics over the loops of another op ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_AUTODIFF_LINALGLOOPS_H
#define QUANT_BNN_LIB_AUTODIFF_LINALGLOOPS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/OwningOpRef.h"

namespace quant_bnn::detail {

/// A tensor or scalar, and the indexing map of its accesses.
struct LoopOperand {
  mlir::Value value;
  mlir::AffineMap map;
};

/// Builds a generic over the same loops as `op`, which reads the inputs of `op`
/// and more.
class LoopBuilder {
public:
  /// `extra` are inputs in addition to those of `op`. `out` is the output: the
  /// value at `out.map` is stored, or accumulated if several iterations have
  /// the same element. `builder` must insert where the generic will be.
  LoopBuilder(mlir::OpBuilder &builder, mlir::linalg::LinalgOp op,
              llvm::ArrayRef<LoopOperand> extra, LoopOperand out);

  /// Whether several iterations contribute to one element of the output.
  bool accumulates() const;

  /// Returns the builder of the body, which inserts after the copy of the body
  /// of `op`.
  mlir::OpBuilder &getBodyBuilder() { return bodyBuilder; }
  /// Returns the value in the new body for a value in the body of `op`, or
  /// captured by it.
  mlir::Value map(mlir::Value value) const {
    return mapping.lookupOrDefault(value);
  }
  /// Returns the element of the extra input `index`.
  mlir::Value getExtra(unsigned index) const;
  /// Returns the value that has been accumulated so far.
  mlir::Value getAccumulator() const { return body->getArguments().back(); }
  /// Maps the init operand `index` of `op`, as its body reads it, to `value`.
  void mapInit(unsigned index, mlir::Value value);
  /// Copies the body of `op`, whose inits must all have been mapped, and
  /// returns the copied ops.
  llvm::SmallVector<mlir::Operation *> cloneBody();

  /// Builds the generic, which yields `value`, and returns its result. Builds a
  /// matmul instead where the generic is one.
  mlir::Value finish(mlir::OpBuilder &builder, mlir::Location loc,
                     mlir::Value value);

private:
  void removeUnused();
  void orderByOutput();
  void transposeForLanes(mlir::OpBuilder &builder, mlir::Location loc);
  mlir::Value buildMatmul(mlir::OpBuilder &builder, mlir::Location loc);

  mlir::linalg::LinalgOp op;
  /// The inputs of `op`, the extra inputs, and the inits of `op`.
  llvm::SmallVector<LoopOperand> inputs;
  unsigned ownInputs;
  LoopOperand out;
  llvm::SmallVector<mlir::utils::IteratorType> iterators;
  /// Holds the body until the generic is built, so that symbol lookup works in
  /// its ops, and their regions can capture values.
  mlir::OwningOpRef<mlir::scf::ExecuteRegionOp> holder;
  mlir::Block *body;
  mlir::OpBuilder bodyBuilder;
  mlir::IRMapping mapping;
};

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_AUTODIFF_LINALGLOOPS_H
