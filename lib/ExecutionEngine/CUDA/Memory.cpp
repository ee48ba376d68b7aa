//===- Memory.cpp - Device memory and copies ------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Context.h"

#include <algorithm>
#include <unordered_set>

using namespace quant_bnn::cuda;

static CUdeviceptr toDevice(const void *pointer) {
  return reinterpret_cast<CUdeviceptr>(pointer);
}

static std::string printBytes(size_t size) {
  return " of " + std::to_string(size) + " bytes";
}

//===----------------------------------------------------------------------===//
// Allocation
//===----------------------------------------------------------------------===//

namespace {

/// The allocations that must be freed in stream order.
class StreamOrderedAllocations {
public:
  void insert(CUdeviceptr pointer) {
    std::lock_guard<std::mutex> lock(mutex);
    pointers.insert(pointer);
  }

  /// Removes `pointer`, and returns whether it was one of the allocations.
  bool remove(CUdeviceptr pointer) {
    std::lock_guard<std::mutex> lock(mutex);
    return pointers.erase(pointer) != 0;
  }

private:
  std::mutex mutex;
  std::unordered_set<CUdeviceptr> pointers;
};

} // namespace

static StreamOrderedAllocations &getStreamOrderedAllocations() {
  static auto &allocations = *new StreamOrderedAllocations;
  return allocations;
}

QUANT_BNN_CUDA_EXPORT void *mgpuMemAlloc(uint64_t size, void *stream,
                                         bool isHostShared) {
  const Driver &driver = getDriver();
  bool isStreamOrdered =
      enterContext().hasPool && stream != nullptr && !isHostShared;
  // The driver refuses to allocate 0 bytes.
  size = std::max<uint64_t>(size, 1);
  CUdeviceptr pointer;
  CUresult result;
  const char *function;
  if (isHostShared) {
    function = "cuMemAllocManaged";
    result = driver.cuMemAllocManaged(&pointer, size, CU_MEM_ATTACH_GLOBAL);
  } else if (isStreamOrdered) {
    function = "cuMemAllocAsync";
    result =
        driver.cuMemAllocAsync(&pointer, size, static_cast<CUstream>(stream));
  } else {
    function = "cuMemAlloc_v2";
    result = driver.cuMemAlloc_v2(&pointer, size);
  }
  if (result != CUDA_SUCCESS)
    fail(function + printBytes(size), result);
  if (isStreamOrdered)
    getStreamOrderedAllocations().insert(pointer);
  return reinterpret_cast<void *>(pointer);
}

QUANT_BNN_CUDA_EXPORT void mgpuMemFree(void *pointer, void *stream) {
  if (!pointer)
    return;
  const Driver &driver = getDriver();
  enterContext();
  if (getStreamOrderedAllocations().remove(toDevice(pointer)))
    check(
        driver.cuMemFreeAsync(toDevice(pointer), static_cast<CUstream>(stream)),
        "cuMemFreeAsync");
  else
    check(driver.cuMemFree_v2(toDevice(pointer)), "cuMemFree_v2");
}

//===----------------------------------------------------------------------===//
// Copying and filling
//===----------------------------------------------------------------------===//

QUANT_BNN_CUDA_EXPORT void mgpuMemcpy(void *to, void *from, size_t size,
                                      void *stream) {
  if (size == 0)
    return;
  enterContext();
  if (CUresult result = getDriver().cuMemcpyAsync(
          toDevice(to), toDevice(from), size, static_cast<CUstream>(stream)))
    fail("cuMemcpyAsync" + printBytes(size), result);
}

QUANT_BNN_CUDA_EXPORT void mgpuMemset32(void *to, unsigned value, size_t count,
                                        void *stream) {
  if (count == 0)
    return;
  enterContext();
  if (CUresult result = getDriver().cuMemsetD32Async(
          toDevice(to), value, count, static_cast<CUstream>(stream)))
    fail("cuMemsetD32Async" + printBytes(4 * count), result);
}

QUANT_BNN_CUDA_EXPORT void mgpuMemset16(void *to, unsigned short value,
                                        size_t count, void *stream) {
  if (count == 0)
    return;
  enterContext();
  if (CUresult result = getDriver().cuMemsetD16Async(
          toDevice(to), value, count, static_cast<CUstream>(stream)))
    fail("cuMemsetD16Async" + printBytes(2 * count), result);
}

//===----------------------------------------------------------------------===//
// Host memory that kernels access
//===----------------------------------------------------------------------===//

QUANT_BNN_CUDA_EXPORT void mgpuMemHostRegister(void *pointer, uint64_t size) {
  if (size == 0)
    return;
  enterContext();
  if (CUresult result = getDriver().cuMemHostRegister_v2(pointer, size, 0))
    fail("cuMemHostRegister_v2" + printBytes(size), result);
}

QUANT_BNN_CUDA_EXPORT void mgpuMemHostUnregister(void *pointer) {
  enterContext();
  check(getDriver().cuMemHostUnregister(pointer), "cuMemHostUnregister");
}

namespace {

/// The descriptor of a memref. The sizes and the strides follow the offset.
struct MemRefDescriptor {
  char *allocated;
  char *aligned;
  int64_t offset;

  const int64_t *getSizes() const { return &offset + 1; }
};

} // namespace

/// Returns the number of elements. Ends the process if they are not in
/// row-major order without gaps.
static int64_t getElementCount(int64_t rank, const MemRefDescriptor &memref) {
  const int64_t *sizes = memref.getSizes();
  const int64_t *strides = sizes + rank;
  int64_t count = 1;
  for (int64_t i = rank; i-- > 0;) {
    if (sizes[i] > 1 && strides[i] != count)
      fail("a memref with gaps cannot be registered: dimension " +
           std::to_string(i) + " has stride " + std::to_string(strides[i]) +
           " instead of " + std::to_string(count));
    count *= sizes[i];
  }
  return count;
}

QUANT_BNN_CUDA_EXPORT void mgpuMemHostRegisterMemRef(int64_t rank,
                                                     MemRefDescriptor *memref,
                                                     int64_t elementSize) {
  mgpuMemHostRegister(memref->aligned + memref->offset * elementSize,
                      getElementCount(rank, *memref) * elementSize);
}

QUANT_BNN_CUDA_EXPORT void mgpuMemHostUnregisterMemRef(int64_t rank,
                                                       MemRefDescriptor *memref,
                                                       int64_t elementSize) {
  // A memref without elements was not registered.
  if (getElementCount(rank, *memref) != 0)
    mgpuMemHostUnregister(memref->aligned + memref->offset * elementSize);
}

//===----------------------------------------------------------------------===//
// Functions for callers with device memory
//===----------------------------------------------------------------------===//

QUANT_BNN_CUDA_EXPORT int quant_bnn_cuda_get_compute_capability() {
  return getComputeCapability(enterContext().device);
}

QUANT_BNN_CUDA_EXPORT void *quant_bnn_cuda_allocate(size_t size) {
  return mgpuMemAlloc(size, /*stream=*/nullptr, /*isHostShared=*/false);
}

QUANT_BNN_CUDA_EXPORT void quant_bnn_cuda_free(void *pointer) {
  mgpuMemFree(pointer, getCallersStream());
}

QUANT_BNN_CUDA_EXPORT void quant_bnn_cuda_copy(void *to, const void *from,
                                               size_t size) {
  if (size == 0)
    return;
  CUstream stream = getCallersStream();
  mgpuMemcpy(to, const_cast<void *>(from), size, stream);
  check(getDriver().cuStreamSynchronize(stream), "cuStreamSynchronize");
}
