//===- Detail.h - What pipelines share --------------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_PIPELINES_DETAIL_H
#define QUANT_BNN_LIB_PIPELINES_DETAIL_H

#include "mlir/Pass/PassManager.h"

namespace quant_bnn {

void addCleanup(mlir::OpPassManager &pm);

/// Math on narrow floats to math on f32, which is approximated next.
void addExtendMath(mlir::OpPassManager &functions);

/// What has no counterpart on a target to what has: transfers of vectors,
/// arithmetic on bf16, views of buffers and affine indices.
void addExpansion(mlir::OpPassManager &functions);

/// Vectors to the LLVM dialect.
void addConvertVectors(mlir::OpPassManager &pm);

/// The kernels of a GPU module, with its math converted, to the LLVM dialect:
/// `conversion` is that of the target.
void addConvertKernels(mlir::OpPassManager &kernels,
                       std::unique_ptr<mlir::Pass> conversion);

/// Refuses ops of other dialects than `dialects`.
void addRefuseLeftovers(mlir::OpPassManager &pm,
                        llvm::ArrayRef<llvm::StringRef> dialects);

/// Refuses ops that host code which stays as it is does not have.
void addRefuseHostLeftovers(mlir::OpPassManager &pm);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_PIPELINES_DETAIL_H
