//===- ReifiedSizes.h - Sizes without a use of the value --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_REIFIEDSIZES_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_REIFIEDSIZES_H

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

namespace quant_bnn {

/// Returns the sizes of the tensor `x`, computed without a use of `x` if its
/// producer reifies its result shapes.
inline llvm::SmallVector<mlir::OpFoldResult>
getReifiedSizes(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x) {
  mlir::ReifiedRankedShapedTypeDims shapes;
  mlir::Operation *producer = x.getDefiningOp();
  if (producer && succeeded(reifyResultShapes(builder, producer, shapes)))
    return shapes[mlir::cast<mlir::OpResult>(x).getResultNumber()];
  return mlir::tensor::getMixedSizes(builder, loc, x);
}

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_REIFIEDSIZES_H
