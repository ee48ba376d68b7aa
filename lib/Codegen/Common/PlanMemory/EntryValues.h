//===- EntryValues.h - Values that are known at the entry -------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An integer is known at the entry of a function if pure ops compute it from
// the extents of arguments and from arguments of type index.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_ENTRYVALUES_H
#define QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_ENTRYVALUES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

namespace quant_bnn::memory {

/// The extents and the numbers from which the sizes of a call follow: for each
/// argument of `function`, in order, the argument itself if it is an index, or
/// its dynamic extents if it is a memref.
struct EntryNumber {
  unsigned argument;
  std::optional<unsigned> dim;
};
llvm::SmallVector<EntryNumber> getEntryNumbers(mlir::func::FuncOp function);

bool isKnownAtEntry(mlir::Value value, mlir::func::FuncOp function);

/// Whether `value` is known at the entry of `function`, and not negative for
/// any arguments: it is computed from extents and constants by sums, products
/// and quotients.
bool isExtentAtEntry(mlir::Value value, mlir::func::FuncOp function);

/// Builds `value`, which is known at the entry of `function`, where `builder`
/// is. `numbers` are the values of the entry numbers there, and `mapping` has
/// what was built before.
mlir::Value buildEntryValue(mlir::OpBuilder &builder, mlir::Value value,
                            mlir::func::FuncOp function,
                            mlir::ValueRange numbers, mlir::IRMapping &mapping);

} // namespace quant_bnn::memory

#endif // QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_ENTRYVALUES_H
