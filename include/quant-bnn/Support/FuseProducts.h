//===- FuseProducts.h - Fuse products into sums -----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_SUPPORT_FUSEPRODUCTS_H
#define QUANT_BNN_SUPPORT_FUSEPRODUCTS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace quant_bnn {

/// Returns the input of `op` whose block argument, extended or not, is `value`,
/// or null if there is none.
mlir::OpOperand *findInput(mlir::linalg::LinalgOp op, mlir::Value value);

/// Returns the product of inputs that `op` adds to its result, and that
/// `fuseProduct` fuses with the addition, or null.
mlir::arith::MulFOp matchProduct(mlir::linalg::LinalgOp op);

/// Rewrites the body of `op`, if `op` is a contraction of f32 or f64: the
/// multiplication of two inputs and the addition become a `math.fma`, so that
/// products are not rounded before they are added. An input of a contraction is
/// the same in several iterations of some loop. An input of bits is a factor if
/// each bit selects one of two constants, as in the product of
/// `quant-bnn-binarize` for one bipolar operand. A sum of products that another
/// op computes is no contraction, whether or not that op is fused into the sum.
/// Returns the op after the rewrite: a named op becomes a `linalg.generic`.
mlir::linalg::LinalgOp fuseProduct(mlir::linalg::LinalgOp op);

} // namespace quant_bnn

#endif // QUANT_BNN_SUPPORT_FUSEPRODUCTS_H
