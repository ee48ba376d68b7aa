//===- Reductions.h - Reductions in vector lanes ----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_REDUCTIONS_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_REDUCTIONS_H

#include "Plan.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quant_bnn::vectorize {

/// Returns how the result of output number `index` of `op` combines with the
/// old value, or nullopt if it is not a single combiner.
std::optional<mlir::vector::CombiningKind>
matchCombiner(mlir::linalg::LinalgOp op, unsigned index);

/// Whether output number `index` of `op` is a sum of floats.
bool isFloatSum(mlir::linalg::LinalgOp op, unsigned index);

/// Returns the fma that adds a product to output number `index` of `op`, or
/// null.
mlir::math::FmaOp matchFusedProduct(mlir::linalg::LinalgOp op, unsigned index);

/// Builds the neutral element of `kind`, in every lane of `type`.
mlir::Value buildNeutral(mlir::ImplicitLocOpBuilder &builder,
                         mlir::vector::CombiningKind kind, mlir::Type type);

/// An accumulated value: a sum, and for a compensated sum also its rounding
/// errors.
using Carry = llvm::SmallVector<mlir::Value>;

Carry buildNeutralCarry(mlir::ImplicitLocOpBuilder &builder,
                        const Output &output, mlir::Type type);

/// Builds `carry` with `value` added.
Carry accumulate(mlir::ImplicitLocOpBuilder &builder, const Output &output,
                 const Carry &carry, mlir::Value value);

/// Builds the combination of all `values` in a balanced tree.
mlir::Value combineAll(mlir::ImplicitLocOpBuilder &builder,
                       mlir::vector::CombiningKind kind,
                       llvm::SmallVector<mlir::Value> values);

/// Builds the value of `carry`: its sum, with the rounding errors added.
mlir::Value finishCarry(mlir::ImplicitLocOpBuilder &builder,
                        const Output &output, const Carry &carry);

/// Builds the scalar that all lanes of `value` combine to.
mlir::Value combineLanes(mlir::ImplicitLocOpBuilder &builder,
                         mlir::vector::CombiningKind kind, mlir::Value value);

/// Builds the scalar that all lanes of `carry` combine to.
mlir::Value reduceCarry(mlir::ImplicitLocOpBuilder &builder,
                        const Output &output, const Carry &carry);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_REDUCTIONS_H
