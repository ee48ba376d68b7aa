// Softmax, gather and clampf reach every GPU; fpowi needs a pow.

// REQUIRES: nvptx-registered-target, amdgpu-registered-target
// RUN: split-file %s %t
// RUN: bnn-opt %t/lowered.mlir --quant-bnn-lower-to-nvvm-pipeline | FileCheck %t/lowered.mlir
// RUN: bnn-opt %t/lowered.mlir --quant-bnn-lower-to-rocdl-pipeline=host=keep | FileCheck %t/lowered.mlir
// RUN: bnn-opt %t/lowered.mlir --quant-bnn-lower-to-spirv-pipeline | FileCheck %t/lowered.mlir
// RUN: not bnn-opt %t/power.mlir --quant-bnn-lower-to-nvvm-pipeline 2>&1 | FileCheck %t/power.mlir
// RUN: not bnn-opt %t/power.mlir --quant-bnn-lower-to-rocdl-pipeline=host=keep 2>&1 | FileCheck %t/power.mlir
// RUN: bnn-opt %t/power.mlir --quant-bnn-lower-to-spirv-pipeline | FileCheck %t/power.mlir --check-prefix=SPIRV

//--- lowered.mlir
// CHECK-NOT: {{linalg\.softmax|tensor\.gather|math\.clampf}}
// CHECK: gpu.binary
func.func @f(%x: tensor<8x4xf32>, %low: tensor<8x4xf32>, %high: tensor<8x4xf32>, %i: tensor<3x1xi32>) -> tensor<3x4xf32> {
  %0 = math.clampf %x to [%low, %high] : tensor<8x4xf32>
  %e = tensor.empty() : tensor<8x4xf32>
  %1 = linalg.softmax dimension(1) ins(%0 : tensor<8x4xf32>) outs(%e : tensor<8x4xf32>) -> tensor<8x4xf32>
  %2 = tensor.gather %1[%i] gather_dims([0]) : (tensor<8x4xf32>, tensor<3x1xi32>) -> tensor<3x4xf32>
  return %2 : tensor<3x4xf32>
}

//--- power.mlir
func.func @power(%x: tensor<4xf32>, %n: tensor<4xi32>) -> tensor<4xf32> {
  // CHECK: [[#@LINE+3]]:{{[0-9]+}}: error: needs '__{{nv_powf|ocml_pow_f32}}' of the vendor's math library
  // SPIRV-NOT: math.fpowi
  // SPIRV: gpu.binary
  %0 = math.fpowi %x, %n : tensor<4xf32>, tensor<4xi32>
  return %0 : tensor<4xf32>
}
