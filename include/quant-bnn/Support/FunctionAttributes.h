//===- FunctionAttributes.h - Attributes of functions -----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The names of the attributes that the dialect verifies on functions, for code
// that does not use the dialect.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_SUPPORT_FUNCTIONATTRIBUTES_H
#define QUANT_BNN_SUPPORT_FUNCTIONATTRIBUTES_H

#include "llvm/ADT/StringRef.h"

namespace quant_bnn {

/// The type of a function before bufferization, for tools that call it.
inline constexpr llvm::StringLiteral signatureAttrName = "quant_bnn.signature";

/// On a function that `quant-bnn-differentiate` made: the function that
/// computes its gradients, a symbol.
inline constexpr llvm::StringLiteral backwardAttrName = "quant_bnn.backward";

/// On the same function: the indices of the results that are the leading
/// arguments of its backward function, an `array<i64>`.
inline constexpr llvm::StringLiteral residualsAttrName = "quant_bnn.residuals";

/// On an argument or result of a function: the argument gets no gradient, or
/// the result gets no cotangent. A unit attribute.
inline constexpr llvm::StringLiteral noGradientAttrName =
    "quant_bnn.no_gradient";

} // namespace quant_bnn

#endif // QUANT_BNN_SUPPORT_FUNCTIONATTRIBUTES_H
