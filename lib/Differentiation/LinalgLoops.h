//===- LinalgLoops.h - Generics over the loops of another op ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIFFERENTIATION_LINALGLOOPS_H
#define QUANT_BNN_LIB_DIFFERENTIATION_LINALGLOOPS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/OwningOpRef.h"

namespace quant_bnn::detail {

/// A tensor or scalar as an op's loops read it.
struct LoopOperand {
  mlir::Value value;
  mlir::AffineMap map;
};

/// A generic to be, over the same loops as `op`, that reads what `op` reads and
/// more.
class LoopBuilder {
public:
  /// `extra` are inputs beside those of `op`. `out` is what is computed: the
  /// value at `out.map` is stored, or accumulated where several iterations have
  /// it. `builder` is where the generic will be.
  LoopBuilder(mlir::OpBuilder &builder, mlir::linalg::LinalgOp op,
              llvm::ArrayRef<LoopOperand> extra, LoopOperand out);

  /// Whether several iterations contribute to one element.
  bool accumulates() const;

  /// Where the body is built, at the end of what the body of `op` computes.
  mlir::OpBuilder &getBodyBuilder() { return bodyBuilder; }
  /// The value in the new body of one in the body of `op`, or captured by it.
  mlir::Value map(mlir::Value value) const {
    return mapping.lookupOrDefault(value);
  }
  /// The element of an extra input.
  mlir::Value getExtra(unsigned index) const;
  /// What is accumulated so far.
  mlir::Value getAccumulator() const { return body->getArguments().back(); }
  /// Lets the init operand `index` of `op` read as `value`.
  void mapInit(unsigned index, mlir::Value value);
  /// Copies the body of `op`, all of whose inits have been mapped, and returns
  /// the copied ops.
  llvm::SmallVector<mlir::Operation *> cloneBody();

  /// Builds the generic, which yields `value`.
  mlir::Value finish(mlir::OpBuilder &builder, mlir::Location loc,
                     mlir::Value value);

private:
  void removeUnused();
  void orderByOutput();
  void transposeForLanes(mlir::OpBuilder &builder, mlir::Location loc);
  mlir::Value buildMatmul(mlir::OpBuilder &builder, mlir::Location loc);

  mlir::linalg::LinalgOp op;
  /// The inputs of `op`, the extra ones, and the inits of `op`.
  llvm::SmallVector<LoopOperand> inputs;
  unsigned ownInputs;
  LoopOperand out;
  llvm::SmallVector<mlir::utils::IteratorType> iterators;
  /// Holds the body as long as there is no generic, so that its ops find the
  /// symbols that they name, and their regions the values that they capture.
  mlir::OwningOpRef<mlir::scf::ExecuteRegionOp> holder;
  mlir::Block *body;
  mlir::OpBuilder bodyBuilder;
  mlir::IRMapping mapping;
};

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_DIFFERENTIATION_LINALGLOOPS_H
