//===- Signs.h - Bipolar tensors --------------------------------*- C++ -*-===//
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

/// The magnitudes of a bipolar tensor, whose elements are all +a or -a, with a
/// finite and positive a. The elements are thus known by their signs.
struct Signs {
  /// a: one for all elements, or one for each index of dimension `dim`.
  llvm::SmallVector<llvm::APFloat, 1> magnitudes;
  /// Set if the magnitudes differ.
  std::optional<int64_t> dim;

  bool isUniform() const { return !dim; }
};

/// Why an op was not rewritten, and the location of the value that prevents it.
struct Refusal {
  mlir::Location loc;
  std::string reason;
};

/// Returns the tensor whose elements `op` moves, or some of them, or null if it
/// does something else.
mlir::Value getMovedTensor(mlir::Operation *op);

/// Returns the magnitudes of `value` if it is bipolar: the result of a sign
/// function, a constant, or either of these behind ops that move elements.
/// Otherwise returns nullopt and sets `refusal` to the value that may not be
/// bipolar.
std::optional<Signs> matchSigns(mlir::Value value,
                                std::optional<Refusal> &refusal);

} // namespace quant_bnn::binarize

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_BINARIZE_SIGNS_H
