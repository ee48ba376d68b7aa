//===- Dispatch.cpp - Run a compute shader on buffers ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Device.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace quant_bnn;
using llvm::ArrayRef;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::MutableArrayRef;
using llvm::SmallVector;
using llvm::Twine;

/// Returns from the function with the error of a call that fails.
#define RETURN_IF_FAILED(CALL, ...)                                            \
  if (Error error = checkVulkan(CALL(__VA_ARGS__), #CALL))                     \
  return error

static Error checkLimits(const VkPhysicalDeviceLimits &limits,
                         const ShaderBinary &binary, uint32_t workgroups,
                         ArrayRef<MutableArrayRef<char>> buffers) {
  if (binary.getNumBindings() > buffers.size())
    return createStringError(
        "'" + binary.getEntry() + "' uses " + Twine(binary.getNumBindings()) +
        " bindings, but there are " + Twine(buffers.size()) + " buffers");
  if (buffers.size() > limits.maxPerStageDescriptorStorageBuffers)
    return createStringError(
        Twine(buffers.size()) + " buffers are more than the " +
        Twine(limits.maxPerStageDescriptorStorageBuffers) + " of the device");
  if (workgroups > limits.maxComputeWorkGroupCount[0])
    return createStringError(
        Twine(workgroups) + " workgroups are more than the " +
        Twine(limits.maxComputeWorkGroupCount[0]) + " of the device");
  auto [x, y, z] = binary.getWorkgroupSize();
  uint64_t invocations = uint64_t(x) * y * z;
  if (invocations > limits.maxComputeWorkGroupInvocations)
    return createStringError(
        "a workgroup of " + Twine(invocations) + " is larger than the " +
        Twine(limits.maxComputeWorkGroupInvocations) + " of the device");
  for (auto [index, buffer] : llvm::enumerate(buffers))
    if (buffer.size() > limits.maxStorageBufferRange)
      return createStringError(
          "buffer " + Twine(index) + " of " + Twine(buffer.size()) +
          " bytes is larger than the " + Twine(limits.maxStorageBufferRange) +
          " of the device");
  return Error::success();
}

namespace {

/// A shader, what it is bound to and the commands that run it. The members are
/// null until they are created, which Vulkan's functions to destroy accept.
class Dispatch {
public:
  Dispatch(VkPhysicalDevice physicalDevice, VkDevice device,
           uint32_t queueFamily)
      : physicalDevice(physicalDevice), device(device),
        queueFamily(queueFamily) {}
  ~Dispatch();

  Error run(const ShaderBinary &binary, uint32_t workgroups,
            ArrayRef<MutableArrayRef<char>> contents);

private:
  /// A buffer in memory of its own, which the host sees, too.
  struct Buffer {
    VkBuffer buffer;
    VkDeviceMemory memory;
    VkDeviceSize size;
    void *data;
  };

  Error createBuffer(ArrayRef<char> contents);
  Error createPipeline(const ShaderBinary &binary);
  Error bindBuffers();
  Error submit(uint32_t workgroups);

  VkPhysicalDevice physicalDevice;
  VkDevice device;
  uint32_t queueFamily;

  SmallVector<Buffer> buffers;
  VkShaderModule shader = VK_NULL_HANDLE;
  VkDescriptorSetLayout setLayout = VK_NULL_HANDLE;
  VkPipelineLayout pipelineLayout = VK_NULL_HANDLE;
  VkPipeline pipeline = VK_NULL_HANDLE;
  VkDescriptorPool descriptorPool = VK_NULL_HANDLE;
  VkDescriptorSet descriptorSet = VK_NULL_HANDLE;
  VkCommandPool commandPool = VK_NULL_HANDLE;
};

} // namespace

Dispatch::~Dispatch() {
  vkDestroyCommandPool(device, commandPool, nullptr);
  vkDestroyDescriptorPool(device, descriptorPool, nullptr);
  vkDestroyPipeline(device, pipeline, nullptr);
  vkDestroyPipelineLayout(device, pipelineLayout, nullptr);
  vkDestroyDescriptorSetLayout(device, setLayout, nullptr);
  vkDestroyShaderModule(device, shader, nullptr);
  for (const Buffer &buffer : buffers) {
    vkDestroyBuffer(device, buffer.buffer, nullptr);
    vkFreeMemory(device, buffer.memory, nullptr);
  }
}

/// The first type of memory among the bits of `allowed` that the host can map
/// and need not flush.
static Expected<uint32_t> findHostMemory(VkPhysicalDevice device,
                                         uint32_t allowed) {
  VkPhysicalDeviceMemoryProperties memory;
  vkGetPhysicalDeviceMemoryProperties(device, &memory);
  VkMemoryPropertyFlags needed = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                                 VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  for (uint32_t i = 0; i < memory.memoryTypeCount; ++i)
    if ((allowed >> i & 1) &&
        (memory.memoryTypes[i].propertyFlags & needed) == needed)
      return i;
  return createStringError("the device has no memory that the host sees");
}

Error Dispatch::createBuffer(ArrayRef<char> contents) {
  Buffer &buffer = buffers.emplace_back();
  auto info =
      makeInfo<VkBufferCreateInfo>(VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO);
  // No buffer is empty, and a device may access whole words.
  buffer.size = std::max<uint64_t>(llvm::alignTo(contents.size(), 4), 4);
  info.size = buffer.size;
  info.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT;
  RETURN_IF_FAILED(vkCreateBuffer, device, &info, nullptr, &buffer.buffer);

  VkMemoryRequirements requirements;
  vkGetBufferMemoryRequirements(device, buffer.buffer, &requirements);
  Expected<uint32_t> type =
      findHostMemory(physicalDevice, requirements.memoryTypeBits);
  if (!type)
    return type.takeError();
  auto allocation =
      makeInfo<VkMemoryAllocateInfo>(VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO);
  allocation.allocationSize = requirements.size;
  allocation.memoryTypeIndex = *type;
  RETURN_IF_FAILED(vkAllocateMemory, device, &allocation, nullptr,
                   &buffer.memory);
  RETURN_IF_FAILED(vkBindBufferMemory, device, buffer.buffer, buffer.memory, 0);
  RETURN_IF_FAILED(vkMapMemory, device, buffer.memory, 0, VK_WHOLE_SIZE, 0,
                   &buffer.data);
  std::memcpy(buffer.data, contents.data(), contents.size());
  return Error::success();
}

Error Dispatch::createPipeline(const ShaderBinary &binary) {
  SmallVector<VkDescriptorSetLayoutBinding> bindings(buffers.size());
  for (auto [index, binding] : llvm::enumerate(bindings))
    binding = {static_cast<uint32_t>(index), VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
               1, VK_SHADER_STAGE_COMPUTE_BIT, nullptr};
  auto setInfo = makeInfo<VkDescriptorSetLayoutCreateInfo>(
      VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO);
  setInfo.bindingCount = bindings.size();
  setInfo.pBindings = bindings.data();
  RETURN_IF_FAILED(vkCreateDescriptorSetLayout, device, &setInfo, nullptr,
                   &setLayout);
  auto layoutInfo = makeInfo<VkPipelineLayoutCreateInfo>(
      VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO);
  layoutInfo.setLayoutCount = 1;
  layoutInfo.pSetLayouts = &setLayout;
  RETURN_IF_FAILED(vkCreatePipelineLayout, device, &layoutInfo, nullptr,
                   &pipelineLayout);

  auto shaderInfo = makeInfo<VkShaderModuleCreateInfo>(
      VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO);
  shaderInfo.codeSize = binary.getWords().size() * sizeof(uint32_t);
  shaderInfo.pCode = binary.getWords().data();
  RETURN_IF_FAILED(vkCreateShaderModule, device, &shaderInfo, nullptr, &shader);
  auto info = makeInfo<VkComputePipelineCreateInfo>(
      VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO);
  info.stage = makeInfo<VkPipelineShaderStageCreateInfo>(
      VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO);
  info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  info.stage.module = shader;
  info.stage.pName = binary.getEntry().c_str();
  info.layout = pipelineLayout;
  RETURN_IF_FAILED(vkCreateComputePipelines, device, VK_NULL_HANDLE, 1, &info,
                   nullptr, &pipeline);
  return Error::success();
}

Error Dispatch::bindBuffers() {
  VkDescriptorPoolSize poolSize = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                   static_cast<uint32_t>(buffers.size())};
  auto poolInfo = makeInfo<VkDescriptorPoolCreateInfo>(
      VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO);
  poolInfo.maxSets = 1;
  // No descriptors are no size.
  poolInfo.poolSizeCount = buffers.empty() ? 0 : 1;
  poolInfo.pPoolSizes = &poolSize;
  RETURN_IF_FAILED(vkCreateDescriptorPool, device, &poolInfo, nullptr,
                   &descriptorPool);
  auto info = makeInfo<VkDescriptorSetAllocateInfo>(
      VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO);
  info.descriptorPool = descriptorPool;
  info.descriptorSetCount = 1;
  info.pSetLayouts = &setLayout;
  RETURN_IF_FAILED(vkAllocateDescriptorSets, device, &info, &descriptorSet);

  for (auto [index, buffer] : llvm::enumerate(buffers)) {
    VkDescriptorBufferInfo bufferInfo = {buffer.buffer, 0, VK_WHOLE_SIZE};
    auto write =
        makeInfo<VkWriteDescriptorSet>(VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET);
    write.dstSet = descriptorSet;
    write.dstBinding = index;
    write.descriptorCount = 1;
    write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    write.pBufferInfo = &bufferInfo;
    vkUpdateDescriptorSets(device, 1, &write, 0, nullptr);
  }
  return Error::success();
}

Error Dispatch::submit(uint32_t workgroups) {
  auto poolInfo = makeInfo<VkCommandPoolCreateInfo>(
      VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO);
  poolInfo.queueFamilyIndex = queueFamily;
  RETURN_IF_FAILED(vkCreateCommandPool, device, &poolInfo, nullptr,
                   &commandPool);
  auto allocation = makeInfo<VkCommandBufferAllocateInfo>(
      VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO);
  allocation.commandPool = commandPool;
  allocation.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
  allocation.commandBufferCount = 1;
  VkCommandBuffer commands;
  RETURN_IF_FAILED(vkAllocateCommandBuffers, device, &allocation, &commands);

  auto begin = makeInfo<VkCommandBufferBeginInfo>(
      VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO);
  begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
  RETURN_IF_FAILED(vkBeginCommandBuffer, commands, &begin);
  vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
  vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_COMPUTE,
                          pipelineLayout, 0, 1, &descriptorSet, 0, nullptr);
  vkCmdDispatch(commands, workgroups, 1, 1);
  auto barrier = makeInfo<VkMemoryBarrier>(VK_STRUCTURE_TYPE_MEMORY_BARRIER);
  barrier.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT;
  barrier.dstAccessMask = VK_ACCESS_HOST_READ_BIT;
  vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                       VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &barrier, 0, nullptr,
                       0, nullptr);
  RETURN_IF_FAILED(vkEndCommandBuffer, commands);

  VkQueue queue;
  vkGetDeviceQueue(device, queueFamily, 0, &queue);
  auto submission = makeInfo<VkSubmitInfo>(VK_STRUCTURE_TYPE_SUBMIT_INFO);
  submission.commandBufferCount = 1;
  submission.pCommandBuffers = &commands;
  RETURN_IF_FAILED(vkQueueSubmit, queue, 1, &submission, VK_NULL_HANDLE);
  RETURN_IF_FAILED(vkQueueWaitIdle, queue);
  return Error::success();
}

Error Dispatch::run(const ShaderBinary &binary, uint32_t workgroups,
                    ArrayRef<MutableArrayRef<char>> contents) {
  for (ArrayRef<char> content : contents)
    if (Error error = createBuffer(content))
      return error;
  if (Error error = createPipeline(binary))
    return error;
  if (Error error = bindBuffers())
    return error;
  if (Error error = submit(workgroups))
    return error;
  for (auto [content, buffer] : llvm::zip(contents, buffers))
    std::memcpy(content.data(), buffer.data, content.size());
  return Error::success();
}

Error Device::run(const ShaderBinary &binary, uint32_t workgroups,
                  ArrayRef<MutableArrayRef<char>> buffers) {
  if (Error error = checkLimits(properties.limits, binary, workgroups, buffers))
    return error;
  if (Error error = enable(binary))
    return error;
  return Dispatch(physicalDevice, device, queueFamily)
      .run(binary, workgroups, buffers);
}
