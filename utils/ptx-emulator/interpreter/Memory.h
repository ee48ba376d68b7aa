//===- Memory.h - What a device can address ---------------------*- C++ -*-===//
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

/// An allocation. Its address is that of the host, too.
struct Range {
  uint64_t begin;
  uint64_t end;
  /// Whether the memory is that of the range, or of the host.
  bool isOwned;

  bool contains(uint64_t address, uint64_t size) const {
    return address >= begin && address < end && size <= end - address;
  }
};

/// The allocations that are alive.
class Memory {
public:
  Memory() = default;
  Memory(const Memory &) = delete;
  ~Memory();

  /// Returns `size` bytes, all of them 0xff: a float that is read before it is
  /// written is a NaN. Returns 0 if there is not that much.
  uint64_t allocate(uint64_t size);

  /// Makes memory of the host accessible. Returns false if some of it is.
  bool registerHost(uint64_t begin, uint64_t size);

  /// Ends what begins at `address`. Returns false if nothing of that kind does.
  bool free(uint64_t address) { return remove(address, /*isOwned=*/true); }
  bool unregisterHost(uint64_t address) {
    return remove(address, /*isOwned=*/false);
  }

  /// Returns the range with all of these bytes, which stays where it is until
  /// it is freed, or null.
  const Range *find(uint64_t address, uint64_t size) const;

private:
  bool remove(uint64_t address, bool isOwned);

  std::map<uint64_t, Range> ranges;
  uint64_t total = 0;
};

} // namespace ptx_emulator

#endif // PTX_EMULATOR_INTERPRETER_MEMORY_H
