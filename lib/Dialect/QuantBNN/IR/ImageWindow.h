//===- ImageWindow.h - Windows that move over images ---------- -*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_IMAGEWINDOW_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_IMAGEWINDOW_H

#include "Detail.h"

namespace quant_bnn::detail {

/// How a window moves along one of the two dimensions of an image.
struct Walk {
  mlir::OpFoldResult kernel;
  int64_t stride, dilation, low, high;
};

/// The elements of `kernel`, `strides` and so on for the height and the width.
template <typename Op>
std::array<Walk, 2> getWalks(Op op, llvm::ArrayRef<mlir::OpFoldResult> kernel) {
  std::array<Walk, 2> walks;
  for (unsigned dim : {0, 1})
    walks[dim] = {kernel[dim], op.getStrides()[dim], op.getDilations()[dim],
                  op.getPadding()[2 * dim], op.getPadding()[2 * dim + 1]};
  return walks;
}

/// Checks that there are `count` of `values`, from `least` up. What is greater
/// than an `i32` would overflow where it is multiplied.
llvm::LogicalResult verifyValues(mlir::Operation *op, llvm::StringRef name,
                                 llvm::ArrayRef<int64_t> values, size_t count,
                                 int64_t least);

/// Checks the attributes that walk a window over images.
template <typename Op>
llvm::LogicalResult verifyWalks(Op op) {
  if (failed(verifyValues(op, "strides", op.getStrides(), 2, 1)) ||
      failed(verifyValues(op, "dilations", op.getDilations(), 2, 1)))
    return mlir::failure();
  return verifyValues(op, "padding", op.getPadding(), 4, 0);
}

/// Checks that `result` has `shape`, as far as that is known.
llvm::LogicalResult verifyResultShape(mlir::Operation *op,
                                      llvm::ArrayRef<int64_t> shape,
                                      mlir::RankedTensorType result);

/// The positions of a window along `size`, where all of that is known.
int64_t getPositions(int64_t size, int64_t kernel, const Walk &walk);
mlir::OpFoldResult buildPositions(mlir::OpBuilder &builder, mlir::Location loc,
                                  mlir::OpFoldResult size, const Walk &walk);

/// Whether there are no positions, or no taps. The bounds of a structured op
/// tell nothing then: its accesses would not verify.
bool hasNoTaps(llvm::ArrayRef<mlir::OpFoldResult> sizes,
               llvm::ArrayRef<Walk> walks);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_IMAGEWINDOW_H
