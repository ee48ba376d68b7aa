// RUN: bnn-opt %s --bnn-codegen-nest-spirv-modules | FileCheck %s

// CHECK:      gpu.module @kernels {
// CHECK-NEXT:   spirv.module @__spv__kernels
// CHECK:        gpu.func @kernel
// CHECK:      spirv.module @other
spirv.module @__spv__kernels Logical GLSL450 {}
gpu.module @kernels {
  gpu.func @kernel() kernel {
    gpu.return
  }
}
spirv.module @other Logical GLSL450 {}
