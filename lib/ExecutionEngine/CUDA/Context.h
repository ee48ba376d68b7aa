//===- Context.h - CUDA contexts of compiled code ---------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_EXECUTIONENGINE_CUDA_CONTEXT_H
#define QUANT_BNN_LIB_EXECUTIONENGINE_CUDA_CONTEXT_H

#include "Driver.h"

#include <mutex>
#include <unordered_map>
#include <vector>

namespace quant_bnn {
namespace cuda {

/// Information about a context of the driver.
struct Context {
  CUcontext handle;
  CUdevice device;
  /// Whether memory is allocated in stream order, from a pool that keeps freed
  /// memory.
  bool hasPool;
};

/// Returns the context that is current in this thread. If there is none, makes
/// one current. Ends the process if there is no device.
const Context &enterContext();

/// Returns the number of the device whose context is made current.
int getDefaultDevice();

/// Returns 10 times the compute capability of `device`.
int getComputeCapability(CUdevice device);

/// A pool of streams or events, which are reused after they are given back: the
/// driver takes microseconds to create one.
template <typename Handle>
class HandlePool {
public:
  /// Returns a handle of `context`, from `create` if none is free.
  template <typename Create>
  Handle take(const Context &context, Create create) {
    std::lock_guard<std::mutex> lock(mutex);
    std::vector<Handle> &free = freeHandles[&context];
    if (!free.empty()) {
      Handle handle = free.back();
      free.pop_back();
      return handle;
    }
    Handle handle = create();
    contexts[handle] = &context;
    return handle;
  }

  /// Returns `handle` to the pool. Ignores a handle that was not taken from the
  /// pool, since it belongs to its creator.
  void giveBack(Handle handle) {
    std::lock_guard<std::mutex> lock(mutex);
    auto it = contexts.find(handle);
    if (it != contexts.end())
      freeHandles[it->second].push_back(handle);
  }

private:
  std::mutex mutex;
  std::unordered_map<Handle, const Context *> contexts;
  std::unordered_map<const Context *, std::vector<Handle>> freeHandles;
};

/// Returns the stream that the caller has set, or null.
CUstream getCallersStream();

} // namespace cuda
} // namespace quant_bnn

#endif // QUANT_BNN_LIB_EXECUTIONENGINE_CUDA_CONTEXT_H
