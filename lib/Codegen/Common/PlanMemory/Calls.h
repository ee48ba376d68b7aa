//===- Calls.h - Memory that a function gets from its callers ---*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A private function whose uses are calls that are not recursive gets its arena
// and the buffers of its results from its callers. In a caller, they are
// buffers like any other.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_CALLS_H
#define QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_CALLS_H

#include "Plan.h"

namespace quant_bnn::memory {

/// A function with a body.
struct Callee {
  mlir::func::FuncOp function;
  /// Whether `calls` are all uses, so that the function may get arguments.
  bool hasOnlyCalls = false;
  /// Whether a call of the function may lead to another one before it returns,
  /// directly or by its address.
  bool mayCallItself = true;
  llvm::SmallVector<mlir::func::CallOp> calls = {};
};

/// Returns the functions of `moduleOp` that have a body, each after those that
/// it calls, unless it calls itself through them.
llvm::SmallVector<Callee, 0> orderByCalls(mlir::ModuleOp moduleOp);

/// Turns results that `callee` allocates, with extents that are known at its
/// entry, into arguments for which its callers allocate.
void takeResultBuffers(Callee &callee);

/// Makes the callers of `callee`, which `plan` is of, allocate its arena.
void takeArena(const Plan &plan, const Callee &callee);

} // namespace quant_bnn::memory

#endif // QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_CALLS_H
