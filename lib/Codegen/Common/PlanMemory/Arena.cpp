//===- Arena.cpp - Offsets of buffers in shared memory --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arena.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quant_bnn::memory;

/// Places the buffers of constant size, the largest first, each at the lowest
/// offset where it meets no other that is in use at the same time.
static void placeStatic(ArrayRef<Buffer> buffers, Arena &arena) {
  SmallVector<const Buffer *> ordered;
  for (const Buffer &buffer : buffers)
    if (buffer.size.isStatic())
      ordered.push_back(&buffer);
  // Of equal size, the first one first. (A stable sort of GCC 12's library
  // calls a function that C++17 deprecates, which is an error in some presets.)
  llvm::sort(ordered, [](const Buffer *a, const Buffer *b) {
    return std::pair(-a->size.factor, a) < std::pair(-b->size.factor, b);
  });
  // In the order of their offsets.
  SmallVector<std::pair<const Buffer *, int64_t>> placed;
  for (const Buffer *buffer : ordered) {
    int64_t offset = 0;
    for (auto [other, otherOffset] : placed) {
      if (!buffer->overlaps(*other))
        continue;
      if (offset + buffer->size.factor <= otherOffset)
        break;
      offset = std::max<int64_t>(
          offset,
          llvm::alignTo(otherOffset + other->size.factor, arenaAlignment));
    }
    auto next = llvm::upper_bound(
        placed, offset, [](int64_t a, const auto &b) { return a < b.second; });
    placed.insert(next, {buffer, offset});
    arena.staticSize = std::max<int64_t>(
        arena.staticSize,
        llvm::alignTo(offset + buffer->size.factor, arenaAlignment));
  }
  arena.offsets = std::move(placed);
}

static Size *findSize(Slot &slot, const Size &size) {
  auto it = llvm::find_if(slot.sizes, [&](const Size &other) {
    return other.extents == size.extents;
  });
  return it == slot.sizes.end() ? nullptr : &*it;
}

/// Gives each other buffer a slot that is free, if possible one of a buffer
/// with the same extents.
static void placeDynamic(ArrayRef<Buffer> buffers, Arena &arena) {
  for (const Buffer &buffer : buffers) {
    if (buffer.size.isStatic())
      continue;
    Slot *chosen = nullptr;
    for (Slot &slot : arena.slots) {
      if (llvm::any_of(slot.buffers, [&](const Buffer *other) {
            return buffer.overlaps(*other);
          }))
        continue;
      bool isLike = findSize(slot, buffer.size);
      if (!chosen || isLike)
        chosen = &slot;
      if (isLike)
        break;
    }
    if (!chosen)
      chosen = &arena.slots.emplace_back();
    chosen->buffers.push_back(&buffer);
    if (Size *size = findSize(*chosen, buffer.size))
      size->factor = std::max(size->factor, buffer.size.factor);
    else
      chosen->sizes.push_back(buffer.size);
  }
}

Arena quant_bnn::memory::placeBuffers(ArrayRef<Buffer> buffers) {
  Arena arena;
  placeStatic(buffers, arena);
  placeDynamic(buffers, arena);
  return arena;
}
