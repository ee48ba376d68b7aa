//===- PackedRows.h - Reshapes that keep rows -------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_PACKEDROWS_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_PACKEDROWS_H

#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace quant_bnn {

/// Whether `reshape`, a `tensor.expand_shape` or `tensor.collapse_shape`, keeps
/// the last dimension, apart from dimensions of size 1 beside it.
template <typename ReshapeOp>
bool keepsRows(ReshapeOp reshape) {
  auto groups = reshape.getReassociationIndices();
  if (groups.empty())
    return false;
  bool isExpansion = std::is_same_v<ReshapeOp, mlir::tensor::ExpandShapeOp>;
  llvm::ArrayRef<int64_t> shape =
      (isExpansion ? reshape.getResultType() : reshape.getSrcType()).getShape();
  return llvm::all_of(llvm::drop_end(groups.back()),
                      [&](int64_t dim) { return shape[dim] == 1; });
}

/// Whether rows of `type` are known to fill words of `wordBits`.
inline bool hasWholeWords(mlir::RankedTensorType type, unsigned wordBits) {
  int64_t length = type.getShape().back();
  return !mlir::ShapedType::isDynamic(length) && length % wordBits == 0;
}

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_PACKEDROWS_H
