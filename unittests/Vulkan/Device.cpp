//===- Device.cpp - A Vulkan device that runs compute shaders -------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Device.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/Twine.h"

using namespace quant_bnn;
using llvm::ArrayRef;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::SmallVector;
using llvm::StringRef;
using llvm::Twine;

/// The name of what a call returned, or its number where these calls should not
/// return it.
static std::string getName(VkResult result) {
  switch (result) {
#define NAME(RESULT)                                                           \
  case RESULT:                                                                 \
    return #RESULT
    NAME(VK_ERROR_DEVICE_LOST);
    NAME(VK_ERROR_EXTENSION_NOT_PRESENT);
    NAME(VK_ERROR_FEATURE_NOT_PRESENT);
    NAME(VK_ERROR_INCOMPATIBLE_DRIVER);
    NAME(VK_ERROR_INITIALIZATION_FAILED);
    NAME(VK_ERROR_INVALID_SHADER_NV);
    NAME(VK_ERROR_MEMORY_MAP_FAILED);
    NAME(VK_ERROR_OUT_OF_DEVICE_MEMORY);
    NAME(VK_ERROR_OUT_OF_HOST_MEMORY);
#undef NAME
  default:
    return "VkResult " + std::to_string(result);
  }
}

Error quant_bnn::checkVulkan(VkResult result, StringRef call) {
  if (result == VK_SUCCESS)
    return Error::success();
  return createStringError(call + ": " + getName(result));
}

//===----------------------------------------------------------------------===//
// Finding a device
//===----------------------------------------------------------------------===//

/// The first family of queues of `device` that takes compute shaders.
static std::optional<uint32_t> findComputeQueue(VkPhysicalDevice device) {
  uint32_t count = 0;
  vkGetPhysicalDeviceQueueFamilyProperties(device, &count, nullptr);
  SmallVector<VkQueueFamilyProperties> families(count);
  vkGetPhysicalDeviceQueueFamilyProperties(device, &count, families.data());
  for (auto [index, family] : llvm::enumerate(families))
    if (family.queueFlags & VK_QUEUE_COMPUTE_BIT)
      return index;
  return std::nullopt;
}

Error Device::findPhysicalDevice() {
  uint32_t count = 0;
  SmallVector<VkPhysicalDevice> devices;
  if (Error error =
          checkVulkan(vkEnumeratePhysicalDevices(instance, &count, nullptr),
                      "vkEnumeratePhysicalDevices"))
    return error;
  devices.resize(count);
  if (Error error = checkVulkan(
          vkEnumeratePhysicalDevices(instance, &count, devices.data()),
          "vkEnumeratePhysicalDevices"))
    return error;

  for (VkPhysicalDevice candidate : devices) {
    vkGetPhysicalDeviceProperties(candidate, &properties);
    std::optional<uint32_t> queue = findComputeQueue(candidate);
    if (properties.apiVersion < VK_API_VERSION_1_2 || !queue)
      continue;
    physicalDevice = candidate;
    queueFamily = *queue;
    return Error::success();
  }
  return createStringError("none of " + Twine(count) +
                           " Vulkan devices is of version 1.2 and computes");
}

Expected<std::unique_ptr<Device>> Device::find() {
  std::unique_ptr<Device> result(new Device());
  auto application =
      makeInfo<VkApplicationInfo>(VK_STRUCTURE_TYPE_APPLICATION_INFO);
  application.apiVersion = VK_API_VERSION_1_2;
  auto info =
      makeInfo<VkInstanceCreateInfo>(VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO);
  info.pApplicationInfo = &application;
  if (Error error =
          checkVulkan(vkCreateInstance(&info, nullptr, &result->instance),
                      "vkCreateInstance"))
    return error;
  if (Error error = result->findPhysicalDevice())
    return error;
  return result;
}

Device::~Device() {
  if (device)
    vkDestroyDevice(device, nullptr);
  if (instance)
    vkDestroyInstance(instance, nullptr);
}

//===----------------------------------------------------------------------===//
// Features
//===----------------------------------------------------------------------===//

namespace {

/// The chain of structures in which Vulkan lists features.
struct Features {
  Features() {
    core.pNext = &v11;
    v11.pNext = &v12;
  }
  Features(const Features &) = delete;
  Features &operator=(const Features &) = delete;

  VkPhysicalDeviceFeatures2 core = makeInfo<VkPhysicalDeviceFeatures2>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2);
  VkPhysicalDeviceVulkan11Features v11 =
      makeInfo<VkPhysicalDeviceVulkan11Features>(
          VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES);
  VkPhysicalDeviceVulkan12Features v12 =
      makeInfo<VkPhysicalDeviceVulkan12Features>(
          VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES);
};

/// A capability of SPIR-V and the feature of Vulkan that allows it.
struct CapabilityFeature {
  uint32_t capability;
  StringRef name;
  VkBool32 &(*get)(Features &);
};

/// A way to compute with floats, and the property that says it is there.
struct FloatControlProperty {
  uint32_t mode;
  uint32_t width;
  StringRef name;
  VkBool32 VkPhysicalDeviceVulkan12Properties::*property;
};

} // namespace

static const CapabilityFeature capabilityFeatures[] = {
    {9, "Float16",
     [](Features &f) -> VkBool32 & { return f.v12.shaderFloat16; }},
    {10, "Float64",
     [](Features &f) -> VkBool32 & { return f.core.features.shaderFloat64; }},
    {11, "Int64",
     [](Features &f) -> VkBool32 & { return f.core.features.shaderInt64; }},
    {22, "Int16",
     [](Features &f) -> VkBool32 & { return f.core.features.shaderInt16; }},
    {39, "Int8", [](Features &f) -> VkBool32 & { return f.v12.shaderInt8; }},
    {4433, "StorageBuffer16BitAccess",
     [](Features &f) -> VkBool32 & { return f.v11.storageBuffer16BitAccess; }},
    {4448, "StorageBuffer8BitAccess",
     [](Features &f) -> VkBool32 & { return f.v12.storageBuffer8BitAccess; }},
};

/// Those that every device has, or that execution modes say more about: Matrix,
/// Shader, and DenormPreserve to RoundingModeRTZ.
static bool isAlwaysAllowed(uint32_t capability) {
  return capability <= 1 || (capability >= 4464 && capability <= 4468);
}

static const FloatControlProperty floatControlProperties[] = {
#define FLOAT_CONTROL(MODE, NAME)                                              \
  {MODE, 16, #NAME,                                                            \
   &VkPhysicalDeviceVulkan12Properties::shader##NAME##Float16},                \
      {MODE, 32, #NAME,                                                        \
       &VkPhysicalDeviceVulkan12Properties::shader##NAME##Float32},            \
  {                                                                            \
    MODE, 64, #NAME,                                                           \
        &VkPhysicalDeviceVulkan12Properties::shader##NAME##Float64             \
  }
    FLOAT_CONTROL(4459, DenormPreserve),
    FLOAT_CONTROL(4460, DenormFlushToZero),
    FLOAT_CONTROL(4461, SignedZeroInfNanPreserve),
    FLOAT_CONTROL(4462, RoundingModeRTE),
    FLOAT_CONTROL(4463, RoundingModeRTZ),
#undef FLOAT_CONTROL
};

/// Sets the features in `enabled` that `capabilities` need.
static Error selectFeatures(ArrayRef<uint32_t> capabilities,
                            Features &available, Features &enabled) {
  for (uint32_t capability : capabilities) {
    if (isAlwaysAllowed(capability))
      continue;
    const CapabilityFeature *feature =
        llvm::find_if(capabilityFeatures, [&](const CapabilityFeature &entry) {
          return entry.capability == capability;
        });
    if (feature == std::end(capabilityFeatures))
      return createStringError("the shader declares capability " +
                               Twine(capability) +
                               ", which this program does not know");
    if (!feature->get(available))
      return createStringError("the device has not what capability " +
                               feature->name + " needs");
    feature->get(enabled) = VK_TRUE;
  }
  return Error::success();
}

static Error
checkFloatControls(ArrayRef<FloatControl> controls,
                   const VkPhysicalDeviceVulkan12Properties &properties) {
  for (FloatControl control : controls)
    for (const FloatControlProperty &entry : floatControlProperties)
      if (entry.mode == control.mode && entry.width == control.width &&
          !(properties.*entry.property))
        return createStringError("the device has no " + entry.name + " for f" +
                                 Twine(control.width));
  return Error::success();
}

Error Device::enable(const ShaderBinary &binary) {
  auto properties12 = makeInfo<VkPhysicalDeviceVulkan12Properties>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES);
  auto properties2 = makeInfo<VkPhysicalDeviceProperties2>(
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2);
  properties2.pNext = &properties12;
  vkGetPhysicalDeviceProperties2(physicalDevice, &properties2);
  if (Error error = checkFloatControls(binary.getFloatControls(), properties12))
    return error;

  Features available, enabled;
  vkGetPhysicalDeviceFeatures2(physicalDevice, &available.core);
  if (Error error =
          selectFeatures(binary.getCapabilities(), available, enabled))
    return error;

  float priority = 1;
  auto queue = makeInfo<VkDeviceQueueCreateInfo>(
      VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO);
  queue.queueFamilyIndex = queueFamily;
  queue.queueCount = 1;
  queue.pQueuePriorities = &priority;
  auto info =
      makeInfo<VkDeviceCreateInfo>(VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO);
  info.pNext = &enabled.core;
  info.queueCreateInfoCount = 1;
  info.pQueueCreateInfos = &queue;
  return checkVulkan(vkCreateDevice(physicalDevice, &info, nullptr, &device),
                     "vkCreateDevice");
}
