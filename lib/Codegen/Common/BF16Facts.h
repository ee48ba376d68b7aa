//===- BF16Facts.h - What is known of floats before rounding ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_COMMON_BF16FACTS_H
#define QUANT_BNN_LIB_CODEGEN_COMMON_BF16FACTS_H

#include "mlir/IR/Value.h"
#include <optional>

namespace quant_bnn {

/// What is known of a float of f32 or bf16, or of the elements of a vector.
struct BF16Facts {
  /// bf16 has the value.
  bool isBF16 = false;
  /// The value is a NaN, or zero, or at least 2 to this power in magnitude. At
  /// least -126, so that the value is never a subnormal number.
  std::optional<int> leastExponent;
};

/// The facts of the values in a function, found in one walk over its ops.
class BF16FactsAnalysis {
public:
  explicit BF16FactsAnalysis(mlir::Operation *root);

  BF16Facts get(mlir::Value value) const;

private:
  BF16Facts compute(mlir::Operation *op) const;

  llvm::DenseMap<mlir::Value, BF16Facts> facts;
};

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_CODEGEN_COMMON_BF16FACTS_H
