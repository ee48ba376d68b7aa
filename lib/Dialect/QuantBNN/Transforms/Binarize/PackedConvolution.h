//===- PackedConvolution.h - Convolutions of packed images ------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_PACKEDCONVOLUTION_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_PACKEDCONVOLUTION_H

#include "Product.h"

namespace quant_bnn::binarize {

/// The most planes of a filter, and the most positions between two pixels, that
/// become ops of their own.
inline constexpr int64_t maxParts = 64;

/// A convolution of packed images: of planes, rows and columns, or of the
/// latter two.
struct PackedConvolution {
  /// [batch, image.., channels], or [batch, image.., groups, channels] with
  /// more than one group.
  mlir::Value x;
  /// [outputs, image.., channels].
  mlir::Value filter;
  /// The sizes of the result: [batch, image.., outputs].
  llvm::SmallVector<mlir::OpFoldResult> sizes;
  /// One for each dimension of an image. Strides are 1 along a dimension with
  /// zeros between its pixels.
  llvm::SmallVector<int64_t> strides, dilations;
  int64_t groups;
  Padding padding;

  unsigned getImageRank() const { return strides.size(); }
  /// The dimension of `padding` that is dimension `dim` of an image.
  unsigned getPaddingDim(unsigned dim) const {
    return dim + padding.distances.size() - getImageRank();
  }
};

/// Returns `value` with the dimensions `first` and `first + 1` as one.
mlir::Value collapsePair(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                         unsigned first);

/// Builds the sums of `conv`, a tensor of `i32`, by ops `xnor_conv_2d`: one for
/// each plane of the filter, and as many for each combination of positions
/// between two pixels of x if there are zeros. Sizes of images and filters in
/// such dimensions must be known, and so must be the number of planes of the
/// filter.
mlir::Value buildSums(mlir::ImplicitLocOpBuilder &builder,
                      const PackedConvolution &conv);

} // namespace quant_bnn::binarize

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_PACKEDCONVOLUTION_H
