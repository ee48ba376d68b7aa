//===- ModuleEntryPoints.cpp - Modules and launches -----------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Device.h"

#include <cstring>

using namespace ptx_emulator;

/// The maximum shared memory of a kernel by default, and with
/// cuFuncSetAttribute.
static constexpr uint64_t defaultSharedBytes = 48 * 1024;
static constexpr uint64_t maxSharedBytes = 227 * 1024;

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

/// Writes `message` to the buffer that `options` provide for errors of the
/// compiler, or to stderr if there is none.
static void reportErrors(const std::string &message, unsigned optionCount,
                         const int *options, void **values) {
  char *buffer = nullptr;
  size_t size = 0;
  for (unsigned i = 0; i < optionCount; ++i) {
    if (options[i] == 5) // CU_JIT_ERROR_LOG_BUFFER
      buffer = static_cast<char *>(values[i]);
    else if (options[i] == 6) // CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES
      size = reinterpret_cast<size_t>(values[i]);
  }
  if (buffer)
    std::snprintf(buffer, size, "%s", message.c_str());
  else
    std::fprintf(stderr, "ptx-emulator: %s\n", message.c_str());
}

/// Whether `image` is machine code: an object file or several.
static bool isBinary(const char *image) {
  uint32_t magic;
  std::memcpy(&magic, image, sizeof(magic));
  return magic == 0x464c457f || magic == 0xba55ed50;
}

//===----------------------------------------------------------------------===//
// Launching
//===----------------------------------------------------------------------===//

static Error toError(FaultKind kind) {
  switch (kind) {
  case FaultKind::None:
    return Success;
  case FaultKind::IllegalAddress:
    return IllegalAddress;
  case FaultKind::MisalignedAddress:
    return MisalignedAddress;
  case FaultKind::LaunchFailure:
    return LaunchFailed;
  }
  return LaunchFailed;
}

static bool isLegal(const Function &function, const Launch &launch) {
  const Dimensions &grid = launch.grid, &block = launch.block;
  uint64_t threads = uint64_t(block.x) * block.y * block.z;
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || threads == 0)
    return false;
  if (grid.x > INT32_MAX || grid.y > UINT16_MAX || grid.z > UINT16_MAX)
    return false;
  if (block.x > 1024 || block.y > 1024 || block.z > 64 ||
      threads > function.maximumThreads)
    return false;
  std::vector<uint64_t> required = function.requiredThreads;
  if (required.empty())
    return true;
  // A directive leaves out trailing sizes of 1.
  required.resize(3, 1);
  return required == std::vector<uint64_t>{block.x, block.y, block.z};
}

/// Returns a copy of the arguments, which may change as soon as the launch
/// returns.
static std::vector<uint8_t> copyArguments(const Function &function,
                                          void **arguments) {
  std::vector<uint8_t> bytes(function.parameterBytes, 0xff);
  for (size_t i = 0; i < function.parameters.size(); ++i)
    std::memcpy(bytes.data() + function.parameters[i].offset, arguments[i],
                function.parameters[i].size);
  return bytes;
}

static void execute(const Function &function, const Launch &launch) {
  Fault fault = run(function, launch, getSystem().memory);
  if (fault.kind == FaultKind::None)
    return;
  getSystem().stickyError = toError(fault.kind);
  std::fprintf(stderr, "ptx-emulator: %s\n", fault.message.c_str());
}

extern "C" {

int cuModuleLoadDataEx(Module **module, const void *image, unsigned optionCount,
                       int *options, void **values) {
  ENTER(CurrentContext);
  auto *text = static_cast<const char *>(image);
  if (isBinary(text)) {
    reportErrors("this driver runs PTX, and no machine code", optionCount,
                 options, values);
    return NoBinaryForGPU;
  }
  Diagnostics diagnostics;
  std::unique_ptr<Program> program =
      Program::load(text, getSystem().memory, diagnostics);
  if (!program) {
    reportErrors("PTX " + diagnostics.getText(), optionCount, options, values);
    return InvalidPTX;
  }
  *module = new Module{std::move(program)};
  getSystem().modules.insert(*module);
  return Success;
}

int cuModuleUnload(Module *module) {
  ENTER(CurrentContext);
  synchronizeAll();
  if (getSystem().modules.erase(module) == 0)
    return InvalidHandle;
  delete module;
  return Success;
}

int cuModuleGetFunction(Kernel **kernel, Module *module, const char *name) {
  ENTER(CurrentContext);
  System &system = getSystem();
  if (!system.modules.count(module))
    return InvalidHandle;
  const Function *function = module->program->findKernel(name);
  if (!function)
    return NotFound;
  Kernel &found = system.kernels[function];
  found = {function, defaultSharedBytes - function->sharedBytes};
  *kernel = &found;
  return Success;
}

int cuFuncSetAttribute(Kernel *kernel, int attribute, int value) {
  ENTER(CurrentContext);
  // CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
  if (attribute != 8 || value < 0 ||
      value + kernel->function->sharedBytes > maxSharedBytes)
    return InvalidValue;
  kernel->maxDynamicSharedBytes = value;
  return Success;
}

int cuLaunchKernel(Kernel *kernel, unsigned gridX, unsigned gridY,
                   unsigned gridZ, unsigned blockX, unsigned blockY,
                   unsigned blockZ, unsigned sharedBytes, void *handle,
                   void **arguments, void **extra) {
  ENTER(CurrentContext);
  Stream *stream = findStream(handle);
  if (!stream)
    return InvalidHandle;
  const Function &function = *kernel->function;
  Launch launch;
  launch.grid = {gridX, gridY, gridZ};
  launch.block = {blockX, blockY, blockZ};
  launch.dynamicSharedBytes = sharedBytes;
  if (!isLegal(function, launch) || extra ||
      (!arguments && !function.parameters.empty()) ||
      sharedBytes > kernel->maxDynamicSharedBytes)
    return InvalidValue;
  launch.parameters = copyArguments(function, arguments);
  submit(*stream, [&function, launch] { execute(function, launch); });
  return Success;
}

} // extern "C"
