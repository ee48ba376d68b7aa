//===- ContextEntryPoints.cpp - Errors, devices and contexts --------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Device.h"

#include <map>

using namespace ptx_emulator;

namespace {

struct ErrorText {
  const char *name;
  const char *description;
};

} // namespace

static const ErrorText *findText(int error) {
  static const std::map<int, ErrorText> texts = {
      {Success, {"CUDA_SUCCESS", "no error"}},
      {InvalidValue, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}},
      {OutOfMemory, {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"}},
      {NotInitialized, {"CUDA_ERROR_NOT_INITIALIZED", "initialization error"}},
      {NoDevice,
       {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"}},
      {InvalidDevice, {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"}},
      {InvalidContext,
       {"CUDA_ERROR_INVALID_CONTEXT", "invalid device context"}},
      {NoBinaryForGPU,
       {"CUDA_ERROR_NO_BINARY_FOR_GPU",
        "no kernel image is available for execution on the device"}},
      {InvalidPTX, {"CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"}},
      {InvalidHandle, {"CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"}},
      {NotFound, {"CUDA_ERROR_NOT_FOUND", "named symbol not found"}},
      {IllegalAddress,
       {"CUDA_ERROR_ILLEGAL_ADDRESS",
        "an illegal memory access was encountered"}},
      {HostMemoryAlreadyRegistered,
       {"CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED",
        "part or all of the requested memory range is already mapped"}},
      {HostMemoryNotRegistered,
       {"CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED",
        "pointer does not correspond to a registered memory region"}},
      {MisalignedAddress,
       {"CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"}},
      {LaunchFailed,
       {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"}},
  };
  auto it = texts.find(error);
  return it == texts.end() ? nullptr : &it->second;
}

/// Whether there is a device of that number.
static bool isDevice(int ordinal) {
  return ordinal >= 0 &&
         static_cast<size_t>(ordinal) < getSystem().contexts.size();
}

extern "C" {

int cuGetErrorName(int error, const char **name) {
  const ErrorText *text = findText(error);
  *name = text ? text->name : nullptr;
  return text ? Success : InvalidValue;
}

int cuGetErrorString(int error, const char **description) {
  const ErrorText *text = findText(error);
  *description = text ? text->description : nullptr;
  return text ? Success : InvalidValue;
}

int cuInit(unsigned flags) {
  ENTER(Nothing);
  System &system = getSystem();
  int devices = getSetting("PTX_EMULATOR_DEVICES", 1);
  if (devices == 0)
    return NoDevice;
  if (flags != 0)
    return InvalidValue;
  while (system.contexts.size() < static_cast<size_t>(devices))
    system.contexts.push_back({static_cast<int>(system.contexts.size())});
  system.isInitialized = true;
  return Success;
}

int cuDeviceGet(int *device, int ordinal) {
  ENTER(Initialization);
  if (!isDevice(ordinal))
    return InvalidDevice;
  *device = ordinal;
  return Success;
}

int cuDeviceGetAttribute(int *value, int attribute, int device) {
  ENTER(Initialization);
  if (!isDevice(device))
    return InvalidDevice;
  switch (attribute) {
  case 75: // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
    *value = getSetting("PTX_EMULATOR_CAPABILITY", 90) / 10;
    return Success;
  case 76: // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR
    *value = getSetting("PTX_EMULATOR_CAPABILITY", 90) % 10;
    return Success;
  case 115: // CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED
    *value = getSetting("PTX_EMULATOR_POOLS", 1);
    return Success;
  default:
    return InvalidValue;
  }
}

int cuDevicePrimaryCtxRetain(Context **context, int device) {
  ENTER(Initialization);
  if (!isDevice(device))
    return InvalidDevice;
  *context = &getSystem().contexts[device];
  return Success;
}

int cuCtxGetCurrent(Context **context) {
  ENTER(Initialization);
  *context = getCurrentContext();
  return Success;
}

int cuCtxSetCurrent(Context *context) {
  ENTER(Initialization);
  getCurrentContext() = context;
  return Success;
}

int cuCtxPushCurrent_v2(Context *context) {
  ENTER(Initialization);
  getContextStack().push_back(context);
  return Success;
}

int cuCtxPopCurrent_v2(Context **context) {
  ENTER(Initialization);
  *context = getCurrentContext();
  if (getContextStack().size() > 1)
    getContextStack().pop_back();
  else
    getCurrentContext() = nullptr;
  return Success;
}

int cuCtxGetDevice(int *device) {
  ENTER(CurrentContext);
  *device = getCurrentContext()->device;
  return Success;
}

int cuCtxSynchronize() {
  ENTER(CurrentContext);
  synchronizeAll();
  return getSystem().stickyError;
}

} // extern "C"
