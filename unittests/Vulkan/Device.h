//===- Device.h - A Vulkan device that runs compute shaders -----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_VULKAN_DEVICE_H
#define QUANT_BNN_UNITTESTS_VULKAN_DEVICE_H

#include "ShaderBinary.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <vulkan/vulkan_core.h>

#include <memory>

namespace quant_bnn {

/// Fails with `call` and the name of what it returned, unless that is success.
llvm::Error checkVulkan(VkResult result, llvm::StringRef call);

/// A structure of Vulkan with its type, and zeros in all other fields.
template <typename Info>
Info makeInfo(VkStructureType type) {
  Info info = {};
  info.sType = type;
  return info;
}

/// The first physical device of Vulkan 1.2 that has a queue for compute.
class Device {
public:
  static llvm::Expected<std::unique_ptr<Device>> find();
  ~Device();
  Device(const Device &) = delete;
  Device &operator=(const Device &) = delete;

  llvm::StringRef getName() const { return properties.deviceName; }

  /// Runs `binary` on as many workgroups, with one storage buffer for each of
  /// `buffers`, in the order of the bindings. They then hold what the shader
  /// left in them.
  llvm::Error run(const ShaderBinary &binary, uint32_t workgroups,
                  llvm::ArrayRef<llvm::MutableArrayRef<char>> buffers);

private:
  Device() = default;

  llvm::Error findPhysicalDevice();

  /// Creates the logical device, with what `binary` needs of it.
  llvm::Error enable(const ShaderBinary &binary);

  VkInstance instance = VK_NULL_HANDLE;
  VkPhysicalDevice physicalDevice = VK_NULL_HANDLE;
  VkPhysicalDeviceProperties properties = {};
  uint32_t queueFamily = 0;
  VkDevice device = VK_NULL_HANDLE;
};

} // namespace quant_bnn

#endif // QUANT_BNN_UNITTESTS_VULKAN_DEVICE_H
