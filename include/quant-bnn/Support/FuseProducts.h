//===- FuseProducts.h - Products fused into sums ----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_SUPPORT_FUSEPRODUCTS_H
#define QUANT_BNN_SUPPORT_FUSEPRODUCTS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace quant_bnn {

/// The input of `op` that `value` of its body is, extended or not; or null.
mlir::OpOperand *findInput(mlir::linalg::LinalgOp op, mlir::Value value);

/// Rewrites the body of `op`, where it is a contraction of f32 or f64: each
/// product of two of its inputs is added without being rounded before, by
/// `math.fma`. An input of a contraction is the same in several iterations of
/// some loop: sums of what other ops have multiplied are none, whether or not
/// these are fused into them. Returns what `op` is then: a named op becomes a
/// generic one.
mlir::linalg::LinalgOp fuseProduct(mlir::linalg::LinalgOp op);

/// Whether `fuseProduct` rewrites `op`.
bool fusesProduct(mlir::linalg::LinalgOp op);

} // namespace quant_bnn

#endif // QUANT_BNN_SUPPORT_FUSEPRODUCTS_H
