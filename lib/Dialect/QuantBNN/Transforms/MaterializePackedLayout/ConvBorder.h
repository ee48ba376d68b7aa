//===- ConvBorder.h - Binary convolution among zeros ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_MATERIALIZEPACKEDLAYOUT_CONVBORDER_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_MATERIALIZEPACKEDLAYOUT_CONVBORDER_H

#include "Words.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "quant-bnn/Support/ImageWindow.h"

namespace quant_bnn::packed {

/// The values to add to the sums of a convolution that reads zeros around the
/// images as bits of 0 and begins the accumulation with 0. They depend on the
/// taps that are inside of the image, and on the filter.
struct ConvBorder {
  /// By class of the row, class of the column, and filter, as `i32`.
  mlir::Value values;
  /// The classes of position d0, a row or a column. Positions of a class have
  /// the same taps inside.
  mlir::AffineExpr rowClass, columnClass;
};

/// Builds the border of a convolution of images with sizes `xSizes` with
/// `filters`, whose results have `sizes`. `filterBits` are the bits of the
/// filters if these are constant, and else null. If an extent of the images or
/// of the filters is dynamic, each position along it is a class.
ConvBorder buildConvBorder(mlir::ImplicitLocOpBuilder &builder,
                           const Words &filters,
                           mlir::DenseElementsAttr filterBits,
                           llvm::ArrayRef<Walk> walks,
                           llvm::ArrayRef<mlir::OpFoldResult> xSizes,
                           llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// Adds the values of `border` to `sums`, whose dimensions are image, row,
/// column, and those of a filter.
mlir::Value addConvBorder(mlir::ImplicitLocOpBuilder &builder, mlir::Value sums,
                          const ConvBorder &border);

} // namespace quant_bnn::packed

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_MATERIALIZEPACKEDLAYOUT_CONVBORDER_H
