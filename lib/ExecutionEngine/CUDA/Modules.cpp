//===- Modules.cpp - Loading and launching kernels ------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiled code loads its modules in static constructors. The runtime does not
// call the driver at that time, since a program may have kernels that it never
// runs, or may fork.
//
//===----------------------------------------------------------------------===//

#include "Modules.h"
#include "Context.h"

#include <cstring>
#include <map>
#include <memory>

using namespace quant_bnn::cuda;

/// A kernel needs an attribute to use more bytes of dynamic shared memory than
/// this.
static constexpr int32_t defaultSharedMemoryLimit = 48 * 1024;

/// The last kernel that this thread launched. Errors of its execution are
/// reported when the stream is waited for.
static thread_local const char *lastKernelName = nullptr;

const char *quant_bnn::cuda::getLastKernelName() { return lastKernelName; }

/// Returns a copy of `name` that is never freed, so that it can be printed at
/// any time.
static const char *internName(const std::string &name) {
  static std::mutex &mutex = *new std::mutex;
  static auto &names = *new std::map<std::string, int>;
  std::lock_guard<std::mutex> lock(mutex);
  return names.emplace(name, 0).first->first.c_str();
}

namespace {

struct Kernel {
  CUfunction handle;
  const char *name;
};

/// A module of device code, loaded into each context that launches from it.
class Module {
public:
  Module(const void *image, int optLevel) : image(image), optLevel(optLevel) {}
  ~Module();

  Kernel *lookup(const char *name);

private:
  struct Loaded {
    CUmodule handle;
    std::map<std::string, Kernel> kernels;
  };

  CUmodule load(const Context &context) const;

  const void *image;
  /// The level at which the driver optimizes PTX, or -1 if `image` is machine
  /// code.
  int optLevel;
  std::mutex mutex;
  std::map<const Context *, Loaded> loaded;
};

} // namespace

Module::~Module() {
  for (auto &[context, module] : loaded) {
    // Static destructors also unload modules, possibly after the driver has
    // shut down. Errors are ignored.
    const Driver &driver = getDriver();
    if (driver.cuCtxPushCurrent_v2(context->handle) != CUDA_SUCCESS)
      continue;
    driver.cuModuleUnload(module.handle);
    CUcontext popped;
    driver.cuCtxPopCurrent_v2(&popped);
  }
}

CUmodule Module::load(const Context &context) const {
  char log[4096] = "";
  int options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES,
                   CU_JIT_OPTIMIZATION_LEVEL};
  void *values[] = {log, reinterpret_cast<void *>(sizeof(log) - 1),
                    reinterpret_cast<void *>(intptr_t(optLevel))};
  CUmodule module;
  CUresult result = getDriver().cuModuleLoadDataEx(
      &module, image, optLevel < 0 ? 2 : 3, options, values);
  if (result == CUDA_SUCCESS)
    return module;

  int capability = getComputeCapability(context.device);
  std::string message = "cuModuleLoadDataEx for compute capability " +
                        std::to_string(capability / 10) + "." +
                        std::to_string(capability % 10) + ": " +
                        describe(getDriver(), result);
  if (*log)
    message += std::string("\n") + log;
  fail(message);
}

Kernel *Module::lookup(const char *name) {
  const Context &context = enterContext();
  std::lock_guard<std::mutex> lock(mutex);
  Loaded &module = loaded[&context];
  if (!module.handle)
    module.handle = load(context);
  auto [it, isNew] = module.kernels.try_emplace(name);
  Kernel &kernel = it->second;
  if (isNew) {
    kernel.name = internName(name);
    if (CUresult result = getDriver().cuModuleGetFunction(&kernel.handle,
                                                          module.handle, name))
      fail("cuModuleGetFunction of kernel '" + it->first + "'", result);
  }
  return &kernel;
}

//===----------------------------------------------------------------------===//
// Functions that compiled code calls
//===----------------------------------------------------------------------===//

QUANT_BNN_CUDA_EXPORT void *mgpuModuleLoad(void *image, size_t /*size*/) {
  return new Module(image, /*optLevel=*/-1);
}

QUANT_BNN_CUDA_EXPORT void *mgpuModuleLoadJIT(void *image, int optLevel) {
  return new Module(image, optLevel);
}

QUANT_BNN_CUDA_EXPORT void mgpuModuleUnload(void *module) {
  delete static_cast<Module *>(module);
}

QUANT_BNN_CUDA_EXPORT void *mgpuModuleGetFunction(void *module,
                                                  const char *name) {
  return static_cast<Module *>(module)->lookup(name);
}

static std::string printSizes(const intptr_t (&sizes)[3]) {
  return std::to_string(sizes[0]) + "x" + std::to_string(sizes[1]) + "x" +
         std::to_string(sizes[2]);
}

QUANT_BNN_CUDA_EXPORT void
mgpuLaunchKernel(void *function, intptr_t gridX, intptr_t gridY, intptr_t gridZ,
                 intptr_t blockX, intptr_t blockY, intptr_t blockZ,
                 int32_t sharedMemory, void *stream, void **parameters,
                 void **extra, size_t /*parameterCount*/) {
  auto *kernel = static_cast<Kernel *>(function);
  const intptr_t grid[] = {gridX, gridY, gridZ};
  const intptr_t block[] = {blockX, blockY, blockZ};
  // An empty tensor has no blocks, which is an error for the driver.
  if (gridX == 0 || gridY == 0 || gridZ == 0)
    return;
  auto describeLaunch = [&] {
    return std::string("cuLaunchKernel of kernel '") + kernel->name + "' on " +
           printSizes(grid) + " blocks of " + printSizes(block) + " threads";
  };
  // The driver takes 32 bits of each size.
  for (int i = 0; i < 3; ++i)
    if (grid[i] < 0 || grid[i] > INT32_MAX || block[i] < 0 ||
        block[i] > INT32_MAX)
      fail(describeLaunch() + ": a size is negative or above 2147483647");

  const Driver &driver = getDriver();
  enterContext();
  if (sharedMemory > defaultSharedMemoryLimit)
    if (CUresult result = driver.cuFuncSetAttribute(
            kernel->handle, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
            sharedMemory))
      fail("cuFuncSetAttribute of " + std::to_string(sharedMemory) +
               " bytes of shared memory for kernel '" + kernel->name + "'",
           result);
  if (CUresult result = driver.cuLaunchKernel(
          kernel->handle, gridX, gridY, gridZ, blockX, blockY, blockZ,
          sharedMemory, static_cast<CUstream>(stream), parameters, extra))
    fail(describeLaunch(), result);
  lastKernelName = kernel->name;
}
