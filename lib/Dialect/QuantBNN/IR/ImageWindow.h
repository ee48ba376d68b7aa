//===- ImageWindow.h - Windows that move over images ------------*- C++ -*-===//
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

/// The kernel size, stride, dilation and padding of a window along one of the
/// two dimensions of an image.
struct Walk {
  mlir::OpFoldResult kernel;
  int64_t stride, dilation, low, high;
};

/// Returns the sizes of `kernel` and the attributes of `op` for the height and
/// the width.
template <typename Op>
std::array<Walk, 2> getWalks(Op op, llvm::ArrayRef<mlir::OpFoldResult> kernel) {
  std::array<Walk, 2> walks;
  for (unsigned dim : {0, 1})
    walks[dim] = {kernel[dim], op.getStrides()[dim], op.getDilations()[dim],
                  op.getPadding()[2 * dim], op.getPadding()[2 * dim + 1]};
  return walks;
}

/// Checks that there are `count` elements of `values`, each from `least` to
/// 2^31 - 1. A larger value could overflow in a product. Errors call the values
/// `name`.
llvm::LogicalResult verifyValues(mlir::Operation *op, llvm::StringRef name,
                                 llvm::ArrayRef<int64_t> values, size_t count,
                                 int64_t least);

/// Checks the attributes of `op` that move a window over images.
template <typename Op>
llvm::LogicalResult verifyWalks(Op op) {
  if (failed(verifyValues(op, "strides", op.getStrides(), 2, 1)) ||
      failed(verifyValues(op, "dilations", op.getDilations(), 2, 1)))
    return mlir::failure();
  return verifyValues(op, "padding", op.getPadding(), 4, 0);
}

/// Checks that `result` has `shape`, as far as the sizes are static.
llvm::LogicalResult verifyResultShape(mlir::Operation *op,
                                      llvm::ArrayRef<int64_t> shape,
                                      mlir::RankedTensorType result);

/// Returns the number of positions of a window along `size`; `getPositions`
/// returns dynamic if `size` or `kernel` is.
int64_t getPositions(int64_t size, int64_t kernel, const Walk &walk);
mlir::OpFoldResult buildPositions(mlir::OpBuilder &builder, mlir::Location loc,
                                  mlir::OpFoldResult size, const Walk &walk);

/// Whether a window is known to have no positions or no taps. A structured op
/// cannot be built then, because its accesses would not verify.
bool hasNoTaps(llvm::ArrayRef<mlir::OpFoldResult> sizes,
               llvm::ArrayRef<Walk> walks);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_IMAGEWINDOW_H
