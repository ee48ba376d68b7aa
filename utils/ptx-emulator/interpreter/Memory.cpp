//===- Memory.cpp - The memory that a device can address ------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memory.h"

#include <cstdlib>
#include <cstring>

using namespace ptx_emulator;

/// The alignment of an allocation by the driver.
static constexpr uint64_t alignment = 256;

/// The size of the memory of the device, in bytes.
static constexpr uint64_t capacity = uint64_t(8) << 30;

static void *toPointer(uint64_t address) {
  return reinterpret_cast<void *>(address);
}

Memory::~Memory() {
  for (const auto &[begin, range] : ranges)
    if (range.isOwned)
      std::free(toPointer(begin));
}

uint64_t Memory::allocate(uint64_t size) {
  if (size > capacity || total + size > capacity)
    return 0;
  uint64_t rounded = (size + alignment - 1) / alignment * alignment;
  void *pointer = std::aligned_alloc(alignment, rounded);
  if (!pointer)
    return 0;
  std::memset(pointer, 0xff, rounded);
  uint64_t begin = reinterpret_cast<uint64_t>(pointer);
  ranges[begin] = {begin, begin + size, /*isOwned=*/true};
  total += size;
  return begin;
}

bool Memory::registerHost(uint64_t begin, uint64_t size) {
  auto next = ranges.lower_bound(begin);
  if (next != ranges.end() && next->first < begin + size)
    return false;
  if (next != ranges.begin() && std::prev(next)->second.end > begin)
    return false;
  ranges[begin] = {begin, begin + size, /*isOwned=*/false};
  return true;
}

bool Memory::remove(uint64_t address, bool isOwned) {
  auto it = ranges.find(address);
  if (it == ranges.end() || it->second.isOwned != isOwned)
    return false;
  if (isOwned) {
    total -= it->second.end - it->second.begin;
    std::free(toPointer(address));
  }
  ranges.erase(it);
  return true;
}

const Range *Memory::find(uint64_t address, uint64_t size) const {
  auto it = ranges.upper_bound(address);
  if (it == ranges.begin())
    return nullptr;
  const Range &range = std::prev(it)->second;
  return range.contains(address, size) ? &range : nullptr;
}
