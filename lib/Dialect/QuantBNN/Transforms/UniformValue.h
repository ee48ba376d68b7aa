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

/// Returns the value whose elements, or which itself, `value` repeats: the
/// input of a splat, a fill, a broadcast or a `linalg.generic` that only yields
/// it, or a scalar from outside. Returns null if `value` is none of these.
inline mlir::Value getRepeated(mlir::Value value) {
  using namespace mlir;
  if (auto splat = value.getDefiningOp<tensor::SplatOp>())
    return splat.getInput();
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    return fill.value();
  if (auto broadcast = value.getDefiningOp<vector::BroadcastOp>())
    return broadcast.getSource();
  if (auto broadcast = value.getDefiningOp<linalg::BroadcastOp>())
    return broadcast.getInput();
  auto generic = value.getDefiningOp<linalg::GenericOp>();
  if (!generic || generic.getNumDpsInits() != 1 ||
      generic.getNumParallelLoops() != generic.getNumLoops())
    return {};
  Value yielded = generic.getBlock()->getTerminator()->getOperand(0);
  if (yielded.getParentBlock() != generic.getBlock())
    return yielded;
  auto argument = dyn_cast<BlockArgument>(yielded);
  return argument && argument.getOwner() == generic.getBlock() &&
                 argument.getArgNumber() < generic.getNumDpsInputs()
             ? generic.getDpsInputs()[argument.getArgNumber()]
             : Value();
}

/// Returns the float that all elements of `value` have if `value` is a
/// constant, or repeats one. Returns nullopt otherwise.
inline std::optional<llvm::APFloat> getUniformFloat(mlir::Value value) {
  while (mlir::Value repeated = getRepeated(value))
    value = repeated;
  llvm::APFloat number(0.0);
  if (matchPattern(value, mlir::m_ConstantFloat(&number)))
    return number;
  return std::nullopt;
}

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_UNIFORMVALUE_H
