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

/// How the result of `output` number `index` of `op` combines with its old
/// value, or nothing.
std::optional<mlir::vector::CombiningKind>
matchCombiner(mlir::linalg::LinalgOp op, unsigned index);

/// Whether output number `index` of `op` is a sum of floats.
bool isFloatSum(mlir::linalg::LinalgOp op, unsigned index);

/// The op that fuses a product into output number `index` of `op`, or null.
mlir::math::FmaOp matchFusedProduct(mlir::linalg::LinalgOp op, unsigned index);

/// What `kind` leaves unchanged, in every lane of `type`.
mlir::Value buildNeutral(mlir::ImplicitLocOpBuilder &builder,
                         mlir::vector::CombiningKind kind, mlir::Type type);

/// What is accumulated: a sum, and of a compensated one also its rounding
/// errors.
using Carry = llvm::SmallVector<mlir::Value>;

Carry buildNeutralCarry(mlir::ImplicitLocOpBuilder &builder,
                        const Output &output, mlir::Type type);

/// `carry` with `value` added to it.
Carry accumulate(mlir::ImplicitLocOpBuilder &builder, const Output &output,
                 const Carry &carry, mlir::Value value);

/// All of `values` combined in a balanced tree.
mlir::Value combineAll(mlir::ImplicitLocOpBuilder &builder,
                       mlir::vector::CombiningKind kind,
                       llvm::SmallVector<mlir::Value> values);

/// What `carry` stands for: its sum, with the rounding errors.
mlir::Value finishCarry(mlir::ImplicitLocOpBuilder &builder,
                        const Output &output, const Carry &carry);

/// The scalar that all lanes of `value` combine to.
mlir::Value combineLanes(mlir::ImplicitLocOpBuilder &builder,
                         mlir::vector::CombiningKind kind, mlir::Value value);

/// The scalar that all lanes of `carry` combine to.
mlir::Value reduceCarry(mlir::ImplicitLocOpBuilder &builder,
                        const Output &output, const Carry &carry);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_REDUCTIONS_H
