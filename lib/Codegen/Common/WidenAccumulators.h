//===- WidenAccumulators.h - Reduce f16 and bf16 in f32 ---------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_COMMON_WIDENACCUMULATORS_H
#define QUANT_BNN_LIB_CODEGEN_COMMON_WIDENACCUMULATORS_H

namespace mlir {
class Operation;
} // namespace mlir

namespace quant_bnn {

/// Runs the transformation of `bnn-codegen-widen-accumulators` on the `linalg`
/// ops in `root`.
void widenAccumulators(mlir::Operation *root);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_CODEGEN_COMMON_WIDENACCUMULATORS_H
