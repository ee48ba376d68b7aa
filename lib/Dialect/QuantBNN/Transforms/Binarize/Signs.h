//===- Signs.h - Tensors of +a and -a ---------------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_SIGNS_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_SIGNS_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/APFloat.h"
#include <optional>
#include <string>

namespace quant_bnn::binarize {

/// What is known of a tensor all of whose elements are +a or -a, with a > 0 and
/// finite: their signs are all that has to be kept.
struct Signs {
  /// a: one for all, or one for each index of dimension `dim`.
  llvm::SmallVector<llvm::APFloat, 1> magnitudes;
  /// Set where there are several.
  std::optional<int64_t> dim;

  bool isUniform() const { return !dim; }
};

/// Why something was left as it is: because of what `loc` locates.
struct Refusal {
  mlir::Location loc;
  std::string reason;
};

/// Finds out whether `value` has two values of one magnitude: it looks through
/// what moves elements, and at the functions of a sign and at constants.
/// Otherwise sets `refusal` to what it did not get past.
std::optional<Signs> matchSigns(mlir::Value value,
                                std::optional<Refusal> &refusal);

} // namespace quant_bnn::binarize

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_SIGNS_H
