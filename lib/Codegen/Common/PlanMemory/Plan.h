//===- Plan.h - A function and the arena of its buffers ---------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_PLAN_H
#define QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_PLAN_H

#include "Arena.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quant_bnn::memory {

/// A function, its temporary buffers, and the arena in which they lie.
struct Plan {
  mlir::func::FuncOp function;
  llvm::SmallVector<Buffer, 0> buffers;
  Arena arena;

  /// Whether the size of the arena is a constant.
  bool isStatic() const { return arena.slots.empty(); }
};

/// Plans the memory of `function`. A remark says which buffers stay as they
/// are.
Plan makePlan(mlir::func::FuncOp function);

/// The type of a piece of memory that is an arena of `plan`.
mlir::MemRefType getArenaType(const Plan &plan);

/// Builds the entry numbers of `function` for a call with `arguments`.
llvm::SmallVector<mlir::Value> buildNumbers(mlir::ImplicitLocOpBuilder &b,
                                            mlir::func::FuncOp function,
                                            mlir::ValueRange arguments);

/// Builds the size of the arena of `plan` in a call whose entry numbers are
/// `numbers`.
mlir::Value buildArenaSize(mlir::ImplicitLocOpBuilder &b, const Plan &plan,
                           mlir::ValueRange numbers);

/// Allocates an arena of `plan` where `b` is, for a call whose entry numbers
/// are `numbers`.
mlir::Value allocateArena(mlir::ImplicitLocOpBuilder &b, const Plan &plan,
                          mlir::ValueRange numbers);

/// Replaces the buffers of `plan` by parts of `arena`.
void replaceBuffers(const Plan &plan, mlir::Value arena);

} // namespace quant_bnn::memory

#endif // QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_PLAN_H
