// REQUIRES: nvptx-registered-target, amdgpu-registered-target
// RUN: not bnn-opt %s --quant-bnn-lower-to-nvvm-pipeline 2>&1 | FileCheck %s
// RUN: not bnn-opt %s --quant-bnn-lower-to-rocdl-pipeline=host=keep 2>&1 | FileCheck %s

func.func @erfc(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: [[#@LINE+1]]:{{[0-9]+}}: error: needs '__{{nv_erfcf|ocml_erfc_f32}}' of the vendor's math library
  %y = math.erfc %x : tensor<8xf32>
  return %y : tensor<8xf32>
}
