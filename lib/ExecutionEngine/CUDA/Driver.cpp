//===- Driver.cpp - The CUDA driver, found at run time --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver.h"

#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>

using namespace quant_bnn::cuda;

static constexpr const char libraryName[] = "libcuda.so.1";

template <typename Function>
static bool lookup(void *library, const char *name, Function &function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

/// Fills in `driver`. Returns the reason why it cannot be used, or an empty
/// text.
static std::string load(Driver &driver) {
  void *library = dlopen(libraryName, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return std::string(libraryName) + " cannot be loaded (" + dlerror() + ")";

#define QUANT_BNN_CUDA_LOOKUP(name, parameters)                                \
  if (!lookup(library, #name, driver.name))                                    \
    return std::string(libraryName) + " has no function " #name;
  QUANT_BNN_CUDA_FUNCTIONS(QUANT_BNN_CUDA_LOOKUP)
#undef QUANT_BNN_CUDA_LOOKUP

  driver.hasPoolFunctions = true;
#define QUANT_BNN_CUDA_LOOKUP(name, parameters)                                \
  driver.hasPoolFunctions &= lookup(library, #name, driver.name);
  QUANT_BNN_CUDA_POOL_FUNCTIONS(QUANT_BNN_CUDA_LOOKUP)
#undef QUANT_BNN_CUDA_LOOKUP

  if (CUresult result = driver.cuInit(0))
    return "cuInit: " + describe(driver, result);
  return "";
}

namespace {

struct LoadedDriver {
  Driver driver = {};
  std::string reason = load(driver);
};

} // namespace

const Driver *quant_bnn::cuda::findDriver(std::string &reason) {
  // Never destroyed: compiled code unloads its modules after the static objects
  // of this library would be destroyed.
  static const LoadedDriver &loaded = *new LoadedDriver;
  reason = loaded.reason;
  return reason.empty() ? &loaded.driver : nullptr;
}

/// Returns the driver, or ends the process if there is none.
static const Driver &requireDriver() {
  std::string reason;
  const Driver *driver = findDriver(reason);
  if (!driver)
    fail("no CUDA device: " + reason);
  return *driver;
}

const Driver &quant_bnn::cuda::getDriver() {
  static const Driver &driver = requireDriver();
  return driver;
}

std::string quant_bnn::cuda::describe(const Driver &driver, CUresult result) {
  const char *name = nullptr;
  const char *text = nullptr;
  driver.cuGetErrorName(result, &name);
  driver.cuGetErrorString(result, &text);
  if (!name || !text)
    return "error " + std::to_string(result);
  return std::string(name) + " (" + text + ")";
}

void quant_bnn::cuda::fail(const std::string &message) {
  std::fflush(stdout);
  std::fprintf(stderr, "quant-bnn: error: %s\n", message.c_str());
  std::fflush(stderr);
  // Not exit: destructors would unload modules, which would fail again.
  std::_Exit(1);
}

void quant_bnn::cuda::fail(const std::string &action, CUresult result) {
  fail(action + ": " + describe(getDriver(), result));
}
