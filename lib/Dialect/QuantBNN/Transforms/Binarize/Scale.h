//===- Scale.h - Accumulators as floats -------------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_SCALE_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_SCALE_H

#include "Product.h"

namespace quant_bnn::binarize {

/// The factor from the integer accumulator of a bipolar product to its float
/// result: the product of both magnitudes, rounded to the type of the result.
struct Scale {
  llvm::SmallVector<llvm::APFloat, 1> factors;
  /// The loop of the product along which the factors differ, if there are
  /// several.
  std::optional<unsigned> loop;
};

/// Returns the scale of `product`, or returns nullopt and sets `refusal`. With
/// mode `Exact`, no sum of `numTerms` (or dynamic) terms may be rounded: a
/// float sum of +a and -a is exact if all multiples of a up to that number of
/// terms are floats.
std::optional<Scale> matchScale(Product product, const Signs &lhs,
                                const Signs &rhs, int64_t numTerms,
                                RewriteMode mode,
                                std::optional<Refusal> &refusal);

/// Whether the output to which the products are added is 0.
bool addsToZero(Product product);

/// Builds a tensor like the first of `inputs`, each element of which is what
/// `buildBody` builds from the elements of the inputs at `maps`.
mlir::Value
buildMap(mlir::ImplicitLocOpBuilder &builder, mlir::ValueRange inputs,
         llvm::ArrayRef<mlir::AffineMap> maps,
         llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location,
                                        mlir::ValueRange)>
             buildBody);

/// Builds the float result of `product` from `acc`, its integer accumulators:
/// applies `scale` and adds the output operand if that is not 0.
mlir::Value buildScaled(mlir::ImplicitLocOpBuilder &builder, Product product,
                        mlir::Value acc, const Scale &scale);

} // namespace quant_bnn::binarize

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_SCALE_H
