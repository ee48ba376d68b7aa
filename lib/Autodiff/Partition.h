//===- Partition.h - Split a joint forward and backward ---------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_AUTODIFF_PARTITION_H
#define QUANT_BNN_LIB_AUTODIFF_PARTITION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quant-bnn/Autodiff/Passes.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

namespace quant_bnn::differentiate {

/// A dimension of a cotangent.
struct CotangentDim {
  mlir::Value cotangent;
  int64_t dim;
};

/// A function that computes the forward and the backward pass.
struct Joint {
  mlir::func::FuncOp function;
  /// The arguments that are not cotangents.
  unsigned numArguments;
  /// The results that are not gradients.
  unsigned numResults;
  /// Extents that the backward pass takes from its cotangents.
  llvm::DenseMap<mlir::Value, CotangentDim> extents;

  mlir::Block &getBody() const {
    return mlir::func::FuncOp(function).getBody().front();
  }
  mlir::ValueRange getArguments() const {
    return getBody().getArguments().take_front(numArguments);
  }
  mlir::ValueRange getCotangents() const {
    return getBody().getArguments().drop_front(numArguments);
  }
  mlir::Operation *getTerminator() const { return getBody().getTerminator(); }
  mlir::ValueRange getResults() const {
    return getTerminator()->getOperands().take_front(numResults);
  }
  mlir::ValueRange getGradients() const {
    return getTerminator()->getOperands().drop_front(numResults);
  }
};

/// Returns the values of the forward pass to save for the backward pass:
/// arguments first, and then results of ops in the order of the ops.
llvm::SmallVector<mlir::Value> chooseResiduals(const Joint &joint,
                                               Recompute recompute);

/// Fills the body of `forward`, which returns the results and `residuals`.
void buildForward(const Joint &joint, llvm::ArrayRef<mlir::Value> residuals,
                  mlir::func::FuncOp forward);

/// Fills the body of `backward`, from `residuals` and cotangents to gradients.
void buildBackward(const Joint &joint, llvm::ArrayRef<mlir::Value> residuals,
                   mlir::func::FuncOp backward);

} // namespace quant_bnn::differentiate

#endif // QUANT_BNN_LIB_AUTODIFF_PARTITION_H
