//===- MemoryEntryPoints.cpp - Allocations, copies and fills --------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Device.h"

#include <cstring>

using namespace ptx_emulator;

using Address = unsigned long long;

static void *toPointer(Address address) {
  return reinterpret_cast<void *>(address);
}

/// Stands for the memory pool of every device.
static int poolHandle;

//===----------------------------------------------------------------------===//
// Kinds of addresses
//===----------------------------------------------------------------------===//

enum class Kind {
  Device,
  /// Registered memory, which a device copies without the help of the host.
  PinnedHost,
  PageableHost,
  /// A range that begins in an allocation and ends past it.
  Broken,
};

static Kind classify(Address address, size_t size) {
  const Memory &memory = getSystem().memory;
  const Range *range = memory.find(address, 1);
  if (!range)
    return Kind::PageableHost;
  if (!range->contains(address, size))
    return Kind::Broken;
  return range->isOwned ? Kind::Device : Kind::PinnedHost;
}

/// Whether memory of `kind` still is accessible when work on it begins; if not,
/// sets the sticky error.
static bool checkAlive(Kind kind, Address address, size_t size) {
  System &system = getSystem();
  if (kind == Kind::PageableHost || system.memory.find(address, size))
    return true;
  system.stickyError = IllegalAddress;
  return false;
}

static Error allocate(Address *address, size_t size) {
  if (size == 0)
    return InvalidValue;
  *address = getSystem().memory.allocate(size);
  return *address ? Success : OutOfMemory;
}

template <typename T>
static Error fill(Address to, T value, size_t count, void *handle) {
  Stream *stream = findStream(handle);
  if (!stream)
    return InvalidHandle;
  size_t size = count * sizeof(T);
  Kind kind = classify(to, size);
  if (to % sizeof(T) != 0 || kind == Kind::PageableHost || kind == Kind::Broken)
    return InvalidValue;
  submit(*stream, [=] {
    if (!checkAlive(kind, to, size))
      return;
    for (size_t i = 0; i < count; ++i)
      std::memcpy(toPointer(to + i * sizeof(T)), &value, sizeof(T));
  });
  return Success;
}

extern "C" {

//===----------------------------------------------------------------------===//
// Allocations
//===----------------------------------------------------------------------===//

int cuMemAlloc_v2(Address *address, size_t size) {
  ENTER(CurrentContext);
  return allocate(address, size);
}

int cuMemAllocManaged(Address *address, size_t size, unsigned flags) {
  ENTER(CurrentContext);
  if (flags != 1) // CU_MEM_ATTACH_GLOBAL
    return InvalidValue;
  return allocate(address, size);
}

int cuMemAllocAsync(Address *address, size_t size, void *handle) {
  ENTER(CurrentContext);
  if (!findStream(handle))
    return InvalidHandle;
  return allocate(address, size);
}

int cuMemFree_v2(Address address) {
  ENTER(CurrentContext);
  synchronizeAll();
  if (getSystem().stickyError != Success)
    return getSystem().stickyError;
  return getSystem().memory.free(address) ? Success : InvalidValue;
}

int cuMemFreeAsync(Address address, void *handle) {
  ENTER(CurrentContext);
  Stream *stream = findStream(handle);
  if (!stream)
    return InvalidHandle;
  if (classify(address, 1) != Kind::Device)
    return InvalidValue;
  submit(*stream, [address] {
    if (!getSystem().memory.free(address))
      getSystem().stickyError = IllegalAddress;
  });
  return Success;
}

int cuDeviceGetDefaultMemPool(void **pool, int) {
  ENTER(Initialization);
  *pool = &poolHandle;
  return Success;
}

int cuMemPoolSetAttribute(void *pool, int attribute, void *) {
  ENTER(Initialization);
  // CU_MEMPOOL_ATTR_RELEASE_THRESHOLD
  return pool == &poolHandle && attribute == 4 ? Success : InvalidValue;
}

int cuMemHostRegister_v2(void *pointer, size_t size, unsigned flags) {
  ENTER(CurrentContext);
  if (size == 0 || flags != 0)
    return InvalidValue;
  bool isNew =
      getSystem().memory.registerHost(reinterpret_cast<Address>(pointer), size);
  return isNew ? Success : HostMemoryAlreadyRegistered;
}

int cuMemHostUnregister(void *pointer) {
  ENTER(CurrentContext);
  synchronizeAll();
  bool wasThere =
      getSystem().memory.unregisterHost(reinterpret_cast<Address>(pointer));
  return wasThere ? Success : HostMemoryNotRegistered;
}

//===----------------------------------------------------------------------===//
// Copies and fills
//===----------------------------------------------------------------------===//

int cuMemcpyAsync(Address to, Address from, size_t size, void *handle) {
  ENTER(CurrentContext);
  Stream *stream = findStream(handle);
  if (!stream)
    return InvalidHandle;
  Kind toKind = classify(to, size), fromKind = classify(from, size);
  if (toKind == Kind::Broken || fromKind == Kind::Broken || !to || !from)
    return InvalidValue;
  // Pageable memory is read at once, and written before the call returns.
  std::vector<uint8_t> staged;
  if (fromKind == Kind::PageableHost)
    staged.assign(static_cast<uint8_t *>(toPointer(from)),
                  static_cast<uint8_t *>(toPointer(from)) + size);
  submit(*stream, [=, staged = std::move(staged)] {
    if (checkAlive(toKind, to, size) && checkAlive(fromKind, from, size))
      std::memmove(toPointer(to),
                   staged.empty() ? toPointer(from) : staged.data(), size);
  });
  if (toKind == Kind::PageableHost)
    stream->runUntil(stream->getEnd());
  return getSystem().stickyError;
}

int cuMemsetD16Async(Address to, unsigned short value, size_t count,
                     void *handle) {
  ENTER(CurrentContext);
  return fill(to, value, count, handle);
}

int cuMemsetD32Async(Address to, unsigned value, size_t count, void *handle) {
  ENTER(CurrentContext);
  return fill(to, value, count, handle);
}

} // extern "C"
