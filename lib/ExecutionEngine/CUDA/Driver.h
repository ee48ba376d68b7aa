//===- Driver.h - The CUDA driver, found at run time ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Declares the types and functions of the driver API that the runtime needs, so
// that the runtime can be built and loaded without CUDA.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_EXECUTIONENGINE_CUDA_DRIVER_H
#define QUANT_BNN_LIB_EXECUTIONENGINE_CUDA_DRIVER_H

#include <cstddef>
#include <cstdint>
#include <string>

#if __has_include("quant-bnn/ExecutionEngine/CUDA.h")
#include "quant-bnn/ExecutionEngine/CUDA.h" // Missing if these files are alone.
#endif

/// A function that compiled code or its caller looks up by name.
#define QUANT_BNN_CUDA_EXPORT extern "C" __attribute__((visibility("default")))

namespace quant_bnn {
namespace cuda {

using CUresult = int;
using CUdevice = int;
using CUdeviceptr = unsigned long long;
using CUcontext = struct OpaqueContext *;
using CUmodule = struct OpaqueModule *;
using CUfunction = struct OpaqueFunction *;
using CUstream = struct OpaqueStream *;
using CUevent = struct OpaqueEvent *;
using CUmemoryPool = struct OpaqueMemoryPool *;

constexpr CUresult CUDA_SUCCESS = 0;
constexpr int CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75;
constexpr int CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76;
constexpr int CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED = 115;
constexpr int CU_EVENT_DISABLE_TIMING = 2;
constexpr int CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES = 8;
constexpr int CU_JIT_ERROR_LOG_BUFFER = 5;
constexpr int CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6;
constexpr int CU_JIT_OPTIMIZATION_LEVEL = 7;
constexpr int CU_MEM_ATTACH_GLOBAL = 1;
constexpr int CU_MEMPOOL_ATTR_RELEASE_THRESHOLD = 4;
constexpr int CU_STREAM_DEFAULT = 0;

// clang-format off: one function a line.

/// X(name, parameters) for each function that every driver has.
#define QUANT_BNN_CUDA_FUNCTIONS(X)                                            \
  X(cuCtxGetCurrent, (CUcontext *))                                            \
  X(cuCtxGetDevice, (CUdevice *))                                              \
  X(cuCtxPopCurrent_v2, (CUcontext *))                                         \
  X(cuCtxPushCurrent_v2, (CUcontext))                                          \
  X(cuCtxSetCurrent, (CUcontext))                                              \
  X(cuCtxSynchronize, ())                                                      \
  X(cuDeviceGet, (CUdevice *, int))                                            \
  X(cuDeviceGetAttribute, (int *, int, CUdevice))                              \
  X(cuDevicePrimaryCtxRetain, (CUcontext *, CUdevice))                         \
  X(cuEventCreate, (CUevent *, unsigned))                                      \
  X(cuEventRecord, (CUevent, CUstream))                                        \
  X(cuEventSynchronize, (CUevent))                                             \
  X(cuFuncSetAttribute, (CUfunction, int, int))                                \
  X(cuGetErrorName, (CUresult, const char **))                                 \
  X(cuGetErrorString, (CUresult, const char **))                               \
  X(cuInit, (unsigned))                                                        \
  X(cuLaunchKernel, (CUfunction, unsigned, unsigned, unsigned, unsigned,       \
    unsigned, unsigned, unsigned, CUstream, void **, void **))                 \
  X(cuMemAllocManaged, (CUdeviceptr *, size_t, unsigned))                      \
  X(cuMemAlloc_v2, (CUdeviceptr *, size_t))                                    \
  X(cuMemFree_v2, (CUdeviceptr))                                               \
  X(cuMemHostRegister_v2, (void *, size_t, unsigned))                          \
  X(cuMemHostUnregister, (void *))                                             \
  X(cuMemcpyAsync, (CUdeviceptr, CUdeviceptr, size_t, CUstream))               \
  X(cuMemsetD16Async, (CUdeviceptr, unsigned short, size_t, CUstream))         \
  X(cuMemsetD32Async, (CUdeviceptr, unsigned, size_t, CUstream))               \
  X(cuModuleGetFunction, (CUfunction *, CUmodule, const char *))               \
  X(cuModuleLoadDataEx, (CUmodule *, const void *, unsigned, int *, void **))  \
  X(cuModuleUnload, (CUmodule))                                                \
  X(cuStreamCreate, (CUstream *, unsigned))                                    \
  X(cuStreamSynchronize, (CUstream))                                           \
  X(cuStreamWaitEvent, (CUstream, CUevent, unsigned))

/// X(name, parameters) for each function of memory pools, which CUDA 11.2
/// added.
#define QUANT_BNN_CUDA_POOL_FUNCTIONS(X)                                       \
  X(cuDeviceGetDefaultMemPool, (CUmemoryPool *, CUdevice))                     \
  X(cuMemAllocAsync, (CUdeviceptr *, size_t, CUstream))                        \
  X(cuMemFreeAsync, (CUdeviceptr, CUstream))                                   \
  X(cuMemPoolSetAttribute, (CUmemoryPool, int, void *))

// clang-format on

/// The functions of the driver, by their names.
struct Driver {
#define QUANT_BNN_CUDA_DECLARE(name, parameters) CUresult(*name) parameters;
  QUANT_BNN_CUDA_FUNCTIONS(QUANT_BNN_CUDA_DECLARE)
  QUANT_BNN_CUDA_POOL_FUNCTIONS(QUANT_BNN_CUDA_DECLARE)
#undef QUANT_BNN_CUDA_DECLARE

  /// Whether the driver has the functions of memory pools.
  bool hasPoolFunctions;
};

/// Returns the driver, initialized. If there is none, returns null and sets
/// `reason` to the reason.
const Driver *findDriver(std::string &reason);

/// Returns the driver, or ends the process if there is none.
const Driver &getDriver();

/// Returns the name and the description of the error `result`.
std::string describe(const Driver &driver, CUresult result);

/// Prints `message` to stderr and ends the process.
[[noreturn]] void fail(const std::string &message);

/// Prints the error `result` to stderr and ends the process. `action` names the
/// function of the driver and its purpose.
[[noreturn]] void fail(const std::string &action, CUresult result);

/// Ends the process if `result` is an error of `action`.
inline void check(CUresult result, const char *action) {
  if (result != CUDA_SUCCESS)
    fail(action, result);
}

} // namespace cuda
} // namespace quant_bnn

#endif // QUANT_BNN_LIB_EXECUTIONENGINE_CUDA_DRIVER_H
