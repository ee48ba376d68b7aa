//===- ImageWindow.h - Windows that move over images ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_SUPPORT_IMAGEWINDOW_H
#define QUANT_BNN_SUPPORT_IMAGEWINDOW_H

#include "mlir/IR/Builders.h"

namespace quant_bnn {

/// The kernel size, stride, dilation and padding of a window along one of the
/// two dimensions of an image.
struct Walk {
  mlir::OpFoldResult kernel;
  int64_t stride, dilation;
  mlir::OpFoldResult low, high;
};

/// Returns the number of positions of a window along `size`; `getPositions`
/// returns dynamic if `size`, `kernel` or the padding is, which may be null.
int64_t getPositions(int64_t size, int64_t kernel, const Walk &walk);
mlir::OpFoldResult buildPositions(mlir::OpBuilder &builder, mlir::Location loc,
                                  mlir::OpFoldResult size, const Walk &walk);

/// The elements along one dimension of an image that a range of positions of a
/// window reads, and the padding that it reads before and after them.
struct WindowTile {
  mlir::OpFoldResult offset, size, low, high;
};

/// Builds the part of `size` elements that `count` positions from `first` on
/// read. A window on this part, with its padding, has `count` positions again,
/// unless the dilation is above 1 and the window has no taps.
WindowTile buildWindowTile(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::OpFoldResult size, const Walk &walk,
                           mlir::OpFoldResult first, mlir::OpFoldResult count);

/// Whether a window is known to have no positions or no taps. A structured op
/// cannot be built then, because its accesses would not verify.
bool hasNoTaps(llvm::ArrayRef<mlir::OpFoldResult> sizes,
               llvm::ArrayRef<Walk> walks);

} // namespace quant_bnn

#endif // QUANT_BNN_SUPPORT_IMAGEWINDOW_H
