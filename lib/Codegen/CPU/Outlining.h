//===- Outlining.h - Move code to functions of its own ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_OUTLINING_H
#define QUANT_BNN_LIB_CODEGEN_CPU_OUTLINING_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"

namespace quant_bnn::outlining {

/// Replaces the values `used`, which `region` of one block uses from outside:
/// constants by copies, and others by new arguments of the block. Returns what
/// the arguments stand for.
llvm::SmallVector<mlir::Value> isolate(mlir::Region &region,
                                       mlir::ValueRange used);

/// Creates a private function after `parent`, with those attributes of `parent`
/// that say how to compile it. If there is a symbol `name`, the function gets
/// another name that begins so.
mlir::func::FuncOp createFunction(mlir::SymbolTable &symbols,
                                  mlir::func::FuncOp parent,
                                  const llvm::Twine &name,
                                  mlir::FunctionType type);

} // namespace quant_bnn::outlining

#endif // QUANT_BNN_LIB_CODEGEN_CPU_OUTLINING_H
