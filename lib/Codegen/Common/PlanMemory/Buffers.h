//===- Buffers.h - Temporary buffers of a function --------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_BUFFERS_H
#define QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_BUFFERS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace quant_bnn::memory {

/// The alignment of an arena and of each buffer in it, in bytes.
constexpr int64_t arenaAlignment = 64;

/// A number of bytes: `factor` times the product of `extents`, which are values
/// of the function in an order that depends on the values only.
struct Size {
  int64_t factor;
  llvm::SmallVector<mlir::Value, 2> extents;

  bool isStatic() const { return extents.empty(); }
};

/// A buffer that is allocated and freed in one block.
struct Buffer {
  mlir::memref::AllocOp alloc;
  mlir::memref::DeallocOp dealloc;
  /// The positions of `alloc` and of the last use among the ops of the
  /// function. Two buffers whose intervals are disjoint are never in use at the
  /// same time.
  unsigned begin, end;
  Size size;

  bool overlaps(const Buffer &other) const {
    return begin <= other.end && other.begin <= end;
  }
};

/// Returns the buffers of `function` that can be placed at its entry, in the
/// order of their allocation. Calls `missed` with each other allocation, and
/// why it is not one.
llvm::SmallVector<Buffer, 0> findBuffers(
    mlir::func::FuncOp function,
    llvm::function_ref<void(mlir::memref::AllocOp, llvm::StringRef)> missed);

} // namespace quant_bnn::memory

#endif // QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_BUFFERS_H
