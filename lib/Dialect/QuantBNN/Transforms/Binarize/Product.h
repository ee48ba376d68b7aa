//===- Product.h - Float contractions and convolutions ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_PRODUCT_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_PRODUCT_H

#include "Signs.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"
#include <functional>

namespace quant_bnn::binarize {

/// A structured op that adds products of the elements of two tensors to a third
/// tensor.
struct Product {
  mlir::linalg::LinalgOp op;
  /// The two inputs, and the output to which the products are added.
  mlir::OpOperand *lhs, *rhs, *init;

  mlir::AffineMap getMap(mlir::OpOperand *operand) {
    return op.getMatchingIndexingMap(operand);
  }
  mlir::FloatType getType() {
    return mlir::cast<mlir::FloatType>(
        mlir::getElementTypeOrSelf(init->get().getType()));
  }
};

/// Returns `op` as a product of float tensors, or nullopt if it is not one.
std::optional<Product> matchProduct(mlir::linalg::LinalgOp op);

/// Loops of a product that are merged to one dimension.
using LoopGroup = llvm::SmallVector<unsigned, 2>;

/// Whether the results of `map` are exactly the loops of all `groups`, each
/// once, in any order.
bool coversDims(mlir::AffineMap map, llvm::ArrayRef<LoopGroup> groups);

/// Builds a tensor of the elements of `value` with one dimension for each of
/// `groups`, in their order. The results of `map`, the indexing map of `value`,
/// must be single loops. Transposes where needed; a group without loops becomes
/// a dimension of size 1.
mlir::Value buildGrouped(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                         mlir::AffineMap map, llvm::ArrayRef<LoopGroup> groups);

/// Builds the inverse of `buildGrouped`: a tensor with the dimensions of `map`
/// and with `sizes`, from `value`, which has one dimension for each of
/// `groups`.
mlir::Value buildUngrouped(mlir::ImplicitLocOpBuilder &builder,
                           mlir::Value value, mlir::AffineMap map,
                           llvm::ArrayRef<LoopGroup> groups,
                           llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// The options of the pass.
struct Options {
  unsigned wordBits;
  int64_t maxPlaneProducts;
  RewriteMode mode;
};

/// The padding of images, which are planes, rows and columns.
struct Padding {
  /// Before and after the planes, the rows and the columns. Negative if pixels
  /// there have no part in the product.
  std::array<int64_t, 6> sizes = {0, 0, 0, 0, 0, 0};
  /// The distances of planes, of rows and of columns, with zeros between them
  /// if above 1.
  std::array<int64_t, 3> distances = {1, 1, 1};
  /// Zero if there are zeros between pixels, or planes before or after.
  PadValue value = PadValue::zero;
};

/// A dimension of the left operand along which it is an image.
struct ImageDim {
  unsigned dim;
  /// Whether there may be zeros between pixels.
  bool mayHaveDistance;
};

/// The form of a bipolar product as a packed op.
struct PackedForm {
  /// The number of terms of each sum, or dynamic.
  int64_t numTerms;
  /// Those of planes, rows and columns, or the last of these. Empty if the
  /// operands are no images.
  llvm::SmallVector<ImageDim> imageDims;
  /// Builds the sums as a tensor of `i32` with the shape of the result. `lhs`
  /// and `rhs` have the shapes of the operands, and are either bipolar or bits
  /// that are 1 for -1. `lhs` need not include the padding of images that is
  /// given.
  std::function<mlir::Value(mlir::ImplicitLocOpBuilder &, mlir::Value lhs,
                            mlir::Value rhs, const Padding &)>
      build;
};

/// Returns the packed form of `product`, or returns nullopt and sets `refusal`.
std::optional<PackedForm> matchContraction(Product product,
                                           const Options &options,
                                           std::optional<Refusal> &refusal);
std::optional<PackedForm> matchConvolution(Product product,
                                           const Options &options,
                                           std::optional<Refusal> &refusal);

/// Builds a bipolar product on packed bits and returns its result, or returns
/// null and sets `refusal`.
mlir::Value binarizeSigns(Product product, const PackedForm &form,
                          const Options &options,
                          std::optional<Refusal> &refusal);

/// As above for two tensors of levels, by the products of each bit of one with
/// each bit of the other. May return null without setting `refusal`.
mlir::Value binarizeLevels(Product product, const PackedForm &form,
                           const Options &options,
                           std::optional<Refusal> &refusal);

/// Whether `value` is produced by a quantizer to levels, or is a constant whose
/// elements are levels of 2 to 4 bits on [-1, 1].
bool hasLevels(mlir::Value value);

/// Builds a product of which only `operand` is bipolar, with `signs`, as one
/// that reads `operand` as packed bits, each of which selects +a or -a. Returns
/// its result, or returns null and sets `refusal`.
mlir::Value buildSignSelect(Product product, mlir::OpOperand *operand,
                            const Signs &signs, const Options &options,
                            std::optional<Refusal> &refusal);

} // namespace quant_bnn::binarize

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_PRODUCT_H
