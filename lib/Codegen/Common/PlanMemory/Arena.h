//===- Arena.h - Offsets of buffers in shared memory ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_ARENA_H
#define QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_ARENA_H

#include "Buffers.h"

namespace quant_bnn::memory {

/// A part of an arena that buffers share which are never in use at the same
/// time. It is as large as the largest of `sizes`, in which no two sizes have
/// the same extents.
struct Slot {
  llvm::SmallVector<Size, 1> sizes;
  llvm::SmallVector<const Buffer *> buffers;
};

/// An arena: buffers of constant size at constant offsets, then the slots of
/// the others, one after the other.
struct Arena {
  llvm::SmallVector<std::pair<const Buffer *, int64_t>> offsets;
  /// The bytes up to the first slot.
  int64_t staticSize = 0;
  llvm::SmallVector<Slot> slots;
};

/// Places `buffers`, which are in the order of their allocation.
Arena placeBuffers(llvm::ArrayRef<Buffer> buffers);

} // namespace quant_bnn::memory

#endif // QUANT_BNN_LIB_CODEGEN_COMMON_PLANMEMORY_ARENA_H
