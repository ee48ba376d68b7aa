//===- Detail.h - Shared parts of pipelines ---------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_PIPELINES_DETAIL_H
#define QUANT_BNN_LIB_PIPELINES_DETAIL_H

#include "mlir/Pass/PassManager.h"
#include "quant-bnn/Codegen/Common/Passes.h"

namespace quant_bnn {

void addCleanup(mlir::OpPassManager &pm);

/// Adds the conversion of math on narrow floats to math on f32, which is
/// approximated next.
void addExtendMath(mlir::OpPassManager &functions);

/// Adds passes that expand ops without a counterpart on a target: transfers of
/// vectors, arithmetic on bf16, views of buffers and affine indices.
/// `instruction` rounds to bf16.
void addExpansion(mlir::OpPassManager &functions,
                  BF16Instruction instruction = BF16Instruction::None);

/// Adds passes that convert the kernels of a GPU module, whose math is
/// converted already, to the LLVM dialect. `conversion` is the conversion of
/// the target.
void addConvertKernels(mlir::OpPassManager &kernels,
                       std::unique_ptr<mlir::Pass> conversion);

/// Adds a pass that refuses ops of dialects other than `dialects`.
void addRefuseLeftovers(mlir::OpPassManager &pm,
                        llvm::ArrayRef<llvm::StringRef> dialects);

/// Adds a pass that refuses ops of dialects that host code does not use if it
/// is not lowered to the LLVM dialect.
void addRefuseHostLeftovers(mlir::OpPassManager &pm);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_PIPELINES_DETAIL_H
