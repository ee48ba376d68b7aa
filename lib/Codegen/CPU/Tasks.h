//===- Tasks.h - Loops whose iterations threads share -----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_TASKS_H
#define QUANT_BNN_LIB_CODEGEN_CPU_TASKS_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

/// A loop is shared by threads in tasks of several iterations each. The number
/// of iterations depends on estimates of times, which are in picoseconds, and
/// never changes a result.
namespace quant_bnn::tasks {

/// Emits an error unless `taskTime`, an option of a pass in nanoseconds, is
/// between 0 and a second.
llvm::LogicalResult checkTaskTime(int64_t taskTime, mlir::MLIRContext *context);

/// Builds the least number of iterations that take `taskNanoseconds`, if each
/// takes `cost`.
mlir::Value buildLeast(mlir::ImplicitLocOpBuilder &b, mlir::Value cost,
                       int64_t taskNanoseconds);

/// Builds the number of iterations of a task of a loop of `count` iterations
/// that take `cost` each: as many as take `taskNanoseconds`, or all if the loop
/// takes less than five times as long.
mlir::Value buildGrain(mlir::ImplicitLocOpBuilder &b, mlir::Value count,
                       mlir::Value cost, int64_t taskNanoseconds);

/// Whether a loop of `count` iterations is known to be one task of `grain`.
bool isOneTask(mlir::Value count, mlir::Value grain);

/// Builds a loop of `count` iterations in parallel tasks of `grain` iterations:
/// an `scf.parallel`, or an `scf.for` if there is known to be only one task.
void buildLoop(mlir::ImplicitLocOpBuilder &b, mlir::Value count,
               mlir::Value grain, llvm::function_ref<void(mlir::Value)> body);

/// Builds tasks of `grain` iterations of a loop of `count`. `body` emits the
/// iterations from the first value to the second one.
void buildRanges(mlir::ImplicitLocOpBuilder &b, mlir::Value count,
                 mlir::Value grain,
                 llvm::function_ref<void(mlir::Value, mlir::Value)> body);

/// Returns the time that the ops of `block` take for an element if one
/// instruction computes `vectorBits` bits.
int64_t estimateBody(mlir::Block &block, int64_t vectorBits);

/// Returns the time that an element takes in a loop over single elements, whose
/// body is `block`.
int64_t estimateElement(mlir::Block &block);

/// Returns the time that reading or writing `bits` bits takes.
int64_t estimateAccess(int64_t bits);

} // namespace quant_bnn::tasks

#endif // QUANT_BNN_LIB_CODEGEN_CPU_TASKS_H
