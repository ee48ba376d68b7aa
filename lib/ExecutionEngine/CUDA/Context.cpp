//===- Context.cpp - CUDA contexts of compiled code -----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Context.h"

#include <cstdlib>
#include <memory>

using namespace quant_bnn::cuda;

/// The device that mgpuSetDefaultDevice set, or -1.
static thread_local int defaultDevice = -1;

/// The context that the runtime made current in this thread, and may replace.
static thread_local CUcontext installedContext = nullptr;

int quant_bnn::cuda::getDefaultDevice() {
  if (defaultDevice >= 0)
    return defaultDevice;
  const char *text = std::getenv("QUANT_BNN_CUDA_DEVICE");
  if (!text)
    return 0;
  char *end;
  long device = std::strtol(text, &end, 10);
  if (end == text || *end != '\0' || device < 0 || device > 1 << 20)
    fail("QUANT_BNN_CUDA_DEVICE is '" + std::string(text) +
         "', which is not the number of a device");
  return static_cast<int>(device);
}

int quant_bnn::cuda::getComputeCapability(CUdevice device) {
  const Driver &driver = getDriver();
  int major, minor;
  check(driver.cuDeviceGetAttribute(
            &major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device),
        "cuDeviceGetAttribute of the compute capability");
  check(driver.cuDeviceGetAttribute(
            &minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device),
        "cuDeviceGetAttribute of the compute capability");
  return 10 * major + minor;
}

/// Makes the pool of `device` keep freed memory, instead of returning it to the
/// system at each synchronization. Returns whether there is a pool.
static bool preparePool(CUdevice device) {
  const Driver &driver = getDriver();
  int isSupported = 0;
  if (!driver.hasPoolFunctions ||
      driver.cuDeviceGetAttribute(&isSupported,
                                  CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED,
                                  device) != CUDA_SUCCESS ||
      !isSupported)
    return false;
  CUmemoryPool pool;
  check(driver.cuDeviceGetDefaultMemPool(&pool, device),
        "cuDeviceGetDefaultMemPool");
  uint64_t threshold = UINT64_MAX;
  check(driver.cuMemPoolSetAttribute(pool, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD,
                                     &threshold),
        "cuMemPoolSetAttribute");
  return true;
}

/// Returns the information about `handle`, which is current.
static const Context &lookupContext(CUcontext handle) {
  static std::mutex &mutex = *new std::mutex;
  static auto &contexts =
      *new std::unordered_map<CUcontext, std::unique_ptr<Context>>;
  std::lock_guard<std::mutex> lock(mutex);
  std::unique_ptr<Context> &context = contexts[handle];
  if (!context) {
    CUdevice device;
    check(getDriver().cuCtxGetDevice(&device), "cuCtxGetDevice");
    context.reset(new Context{handle, device, preparePool(device)});
  }
  return *context;
}

/// Returns the primary context of the device with the number `ordinal`.
static CUcontext getPrimaryContext(int ordinal) {
  static std::mutex &mutex = *new std::mutex;
  static auto &contexts = *new std::unordered_map<int, CUcontext>;
  std::lock_guard<std::mutex> lock(mutex);
  CUcontext &context = contexts[ordinal];
  if (!context) {
    const Driver &driver = getDriver();
    std::string which = " of device " + std::to_string(ordinal);
    CUdevice device;
    if (CUresult result = driver.cuDeviceGet(&device, ordinal))
      fail("cuDeviceGet" + which, result);
    if (CUresult result = driver.cuDevicePrimaryCtxRetain(&context, device))
      fail("cuDevicePrimaryCtxRetain" + which, result);
  }
  return context;
}

const Context &quant_bnn::cuda::enterContext() {
  const Driver &driver = getDriver();
  CUcontext current;
  check(driver.cuCtxGetCurrent(&current), "cuCtxGetCurrent");
  if (!current || current == installedContext) {
    CUcontext wanted = getPrimaryContext(getDefaultDevice());
    if (current != wanted)
      check(driver.cuCtxSetCurrent(wanted), "cuCtxSetCurrent");
    current = installedContext = wanted;
  }
  return lookupContext(current);
}

QUANT_BNN_CUDA_EXPORT void mgpuSetDefaultDevice(int32_t device) {
  defaultDevice = device;
}
