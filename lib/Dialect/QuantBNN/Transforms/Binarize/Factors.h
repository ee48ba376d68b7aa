//===- Factors.h - Factors of the operands of products ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_FACTORS_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_FACTORS_H

#include "Product.h"
#include "Signs.h"

namespace quant_bnn::binarize {

/// Replaces `product`, an operand of which is a bipolar tensor times a factor
/// for all elements or for each index of dimensions of the result, by the
/// product of the bipolar tensor, times the factor. Returns the new product, or
/// returns nullopt if there is no such operand. Sets `refusal` if there is one
/// that stays: with mode `Exact`, the factor must be one power of two.
std::optional<Product> moveFactor(Product product, RewriteMode mode,
                                  std::optional<Refusal> &refusal);

} // namespace quant_bnn::binarize

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_FACTORS_H
