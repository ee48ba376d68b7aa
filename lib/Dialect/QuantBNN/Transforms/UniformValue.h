//===- UniformValue.h - Uniform float constants -----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_UNIFORMVALUE_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_UNIFORMVALUE_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

namespace quant_bnn {

/// Returns the float that all elements of `value` have if `value` is a
/// constant, or is splat, filled or broadcast from a constant. Returns nullopt
/// otherwise.
inline std::optional<llvm::APFloat> getUniformFloat(mlir::Value value) {
  if (auto splat = value.getDefiningOp<mlir::tensor::SplatOp>())
    value = splat.getInput();
  else if (auto fill = value.getDefiningOp<mlir::linalg::FillOp>())
    value = fill.value();
  else if (auto broadcast = value.getDefiningOp<mlir::vector::BroadcastOp>())
    value = broadcast.getSource();
  llvm::APFloat number(0.0);
  if (matchPattern(value, mlir::m_ConstantFloat(&number)))
    return number;
  return std::nullopt;
}

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_UNIFORMVALUE_H
