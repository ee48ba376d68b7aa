//===- Scale.h - Sums of signs as floats ------------------------*- C++ -*-===//
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

/// What an integer sum of signs is multiplied with: the product of two
/// magnitudes, as the op rounds it.
struct Scale {
  llvm::SmallVector<llvm::APFloat, 1> factors;
  /// The loop of the product that they differ along, where there are several.
  std::optional<unsigned> loop;
};

/// The scale of `product`, or nothing where the sum of `numTerms` (or dynamic)
/// of them could be rounded and `mode` is exact: float sums of +a and -a are
/// exact as long as multiples of a are.
std::optional<Scale> matchScale(Product product, const Signs &lhs,
                                const Signs &rhs, int64_t numTerms,
                                RewriteMode mode,
                                std::optional<Refusal> &refusal);

/// Whether what the products are added to is 0, so that the sum is theirs.
bool addsToZero(Product product);

/// `acc`, integers in the place of the result of `product`, as its floats.
mlir::Value buildScaled(mlir::ImplicitLocOpBuilder &builder, Product product,
                        mlir::Value acc, const Scale &scale);

} // namespace quant_bnn::binarize

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_SCALE_H
