//===- PayloadEvaluator.h - Evaluate the math of one element ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_PAYLOADEVALUATOR_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_PAYLOADEVALUATOR_H

#include "quant-bnn/Support/PayloadBuilder.h"

namespace quant_bnn::detail {

/// Evaluates `payload` for `size` elements in T, which is float or double.
/// `operands` holds the elements of each operand; an operand of one element is
/// shared by all. Returns the elements of each result. Builds the payload once,
/// and creates no attribute for an element. Fails if the payload contains an
/// op that `PayloadBuilder` has no method for, except `arith.andi` of
/// conditions, or if the dialects arith and math are not loaded.
template <typename T>
llvm::FailureOr<llvm::SmallVector<llvm::SmallVector<T>>>
evaluatePayload(mlir::Location loc, Payload payload,
                llvm::ArrayRef<llvm::ArrayRef<T>> operands, size_t size);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_PAYLOADEVALUATOR_H
