//===- Product.h - Products of tensors --------------------------*- C++ -*-===//
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

/// A structured op that adds the products of two tensors to a third.
struct Product {
  mlir::linalg::LinalgOp op;
  /// The two inputs, and what the products are added to.
  mlir::OpOperand *lhs, *rhs, *init;

  mlir::AffineMap getMap(mlir::OpOperand *operand) {
    return op.getMatchingIndexingMap(operand);
  }
  mlir::FloatType getType() {
    return mlir::cast<mlir::FloatType>(
        mlir::getElementTypeOrSelf(init->get().getType()));
  }
};

/// `op` as a product of floats on tensors, if it is one.
std::optional<Product> matchProduct(mlir::linalg::LinalgOp op);

/// Loops of a product that become one dimension.
using LoopGroup = llvm::SmallVector<unsigned, 2>;

/// Whether every dimension of `map` is walked by one loop of `groups` alone,
/// and each of them walks one.
bool coversDims(mlir::AffineMap map, llvm::ArrayRef<LoopGroup> groups);

/// `value`, whose dimensions are walked by single loops of `map`, with one
/// dimension for each of `groups`, in their order: transposed where that is
/// needed, and of size 1 for a group without loops.
mlir::Value buildGrouped(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                         mlir::AffineMap map, llvm::ArrayRef<LoopGroup> groups);

/// The inverse: `value` with the dimensions of `map`, of `sizes`.
mlir::Value buildUngrouped(mlir::ImplicitLocOpBuilder &builder,
                           mlir::Value value, mlir::AffineMap map,
                           llvm::ArrayRef<LoopGroup> groups,
                           llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// What to make, and where that may change.
struct Options {
  unsigned wordBits;
  int64_t maxPlaneProducts;
  RewriteMode mode;
};

/// What is around images.
struct Padding {
  /// Top, bottom, left, right.
  llvm::SmallVector<int64_t> sizes = {0, 0, 0, 0};
  PadValue value = PadValue::zero;
};

/// How a product of signs is computed by a packed op.
struct PackedForm {
  /// The terms of a sum, or dynamic.
  int64_t numTerms;
  /// Builds the sums, `i32` in the place of the result, from tensors in the
  /// place of the operands: of signs, or of bits that are 1 for -1. Images may
  /// lack what is around them.
  std::function<mlir::Value(mlir::ImplicitLocOpBuilder &, mlir::Value lhs,
                            mlir::Value rhs, const Padding &)>
      build;
};

/// The form of `product`, or nothing, and sets `refusal`.
std::optional<PackedForm> matchContraction(Product product,
                                           const Options &options,
                                           std::optional<Refusal> &refusal);
std::optional<PackedForm> matchConvolution(Product product,
                                           const Options &options,
                                           std::optional<Refusal> &refusal);

/// Replaces a product of two tensors of signs by one of packed bits and returns
/// its result, or returns null and sets `refusal`.
mlir::Value binarizeSigns(Product product, const PackedForm &form,
                          const Options &options,
                          std::optional<Refusal> &refusal);

/// The same for tensors of levels, by products of each of their bits.
mlir::Value binarizeLevels(Product product, const PackedForm &form,
                           const Options &options,
                           std::optional<Refusal> &refusal);

/// Whether `value` is made by a quantizer to levels, or a constant of levels
/// that are more than two.
bool hasLevels(mlir::Value value);

/// Replaces a product of which `operand` has `signs` by one that adds and
/// subtracts the other.
mlir::Value buildSignSelect(Product product, mlir::OpOperand *operand,
                            const Signs &signs, const Options &options,
                            std::optional<Refusal> &refusal);

} // namespace quant_bnn::binarize

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_PRODUCT_H
