// What the pipeline makes runs on a Vulkan device: an argument of a kernel is the
// storage buffer of its number.

// RUN: bnn-opt %s --quant-bnn-lower-to-spirv-pipeline='memory=device denormals=any' -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: bnn-translate --gpu-binary-to-object --gpu-binary=dorefa_kernel %t.mlir -o %t.spv
// RUN: %if spirv-val %{ spirv-val --target-env vulkan1.1 %t.spv %}

// Nine elements: two vectors, and one.
// RUN: %if vulkan %{ %npy write %t.vectors.npy i32 [] 2 %}
// RUN: %if vulkan %{ %npy write %t.blocks.npy i32 [] 1 %}
// RUN: %if vulkan %{ %npy write %t.start.npy i32 [] 8 %}
// RUN: %if vulkan %{ %npy write %t.rest.npy i32 [] 1 %}
// RUN: %if vulkan %{ %npy write %t.x.npy f32 [9] -1 0 0.1 0.2 0.5 0.8 1 inf nan %}
// RUN: %if vulkan %{ %npy write %t.y.npy f32 [9] 7 %}

// CHECK-LABEL: func.func @dorefa(
// CHECK:         gpu.launch_func @dorefa_kernel::@dorefa_kernel
// CHECK-SAME:      args(%[[BLOCKS:.*]] : index, %[[VECTORS:.*]] : index, %{{.*}} : memref<?xf32>, %{{.*}} : memref<?xf32>, %[[START:.*]] : index, %[[REST:.*]] : index)
// RUN: %if vulkan %{ %vulkan_run %t.spv --entry=dorefa_kernel --arg=%t.blocks.npy \
// RUN:   --arg=%t.vectors.npy --arg=%t.x.npy --arg=%t.y.npy --arg=%t.start.npy \
// RUN:   --arg=%t.rest.npy --result=3=%t.out.npy %}
// RUN: %if vulkan %{ %npy check %t.out.npy f32 [9] 0 0 0 0x1.555556p-2 0x1.555556p-1 0x1.555556p-1 1 1 nan %}
func.func @dorefa(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.input_dorefa %x bits = 2 : tensor<?xf32>
  return %y : tensor<?xf32>
}
