//===- Memory.h - The memory that a device can address ----------*- C++ -*-===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef PTX_EMULATOR_INTERPRETER_MEMORY_H
#define PTX_EMULATOR_INTERPRETER_MEMORY_H

#include <cstddef>
#include <cstdint>
#include <map>

namespace ptx_emulator {

/// An allocation, whose addresses are the same on the host.
struct Range {
  uint64_t begin;
  uint64_t end;
  /// Whether the range owns the memory, or else the host.
  bool isOwned;

  bool contains(uint64_t address, uint64_t size) const {
    return address >= begin && address < end && size <= end - address;
  }
};

/// All live allocations.
class Memory {
public:
  Memory() = default;
  Memory(const Memory &) = delete;
  ~Memory();

  /// Allocates `size` bytes and returns their address. Each byte is 0xff: a
  /// float that is read before it is written is a NaN. Returns 0 if there is
  /// not enough memory.
  uint64_t allocate(uint64_t size);

  /// Makes memory of the host accessible. Returns false if some of the memory
  /// already is.
  bool registerHost(uint64_t begin, uint64_t size);

  /// Removes the allocation, or the registered memory, that begins at
  /// `address`. Returns false if there is none of that kind.
  bool free(uint64_t address) { return remove(address, /*isOwned=*/true); }
  bool unregisterHost(uint64_t address) {
    return remove(address, /*isOwned=*/false);
  }

  /// Returns the range that has all `size` bytes at `address`, or null. The
  /// pointer is valid until the range is freed.
  const Range *find(uint64_t address, uint64_t size) const;

private:
  bool remove(uint64_t address, bool isOwned);

  std::map<uint64_t, Range> ranges;
  uint64_t total = 0;
};

} // namespace ptx_emulator

#endif // PTX_EMULATOR_INTERPRETER_MEMORY_H
