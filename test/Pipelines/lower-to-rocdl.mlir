// REQUIRES: amdgpu-registered-target
// RUN: bnn-opt %s --quant-bnn-lower-to-rocdl-pipeline='host=keep memory=device' -o %t.mlir
// RUN: %python %S/Inputs/print_assembly.py %t.mlir | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-lower-to-rocdl-pipeline | bnn-translate --mlir-to-llvmir \
// RUN:   | FileCheck %s --check-prefix=LLVM

// 16 bytes at once, several times before anything is stored.
// CHECK:         .amdgcn_target "amdgcn-amd-amdhsa--gfx942"
// CHECK-LABEL:   sign_kernel:
// CHECK-COUNT-4: global_load_dwordx4
// CHECK-COUNT-4: global_store_dwordx4

// LLVM: call void @mgpuLaunchKernel(
func.func @sign(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.sign %x : tensor<?xf32>
  return %y : tensor<?xf32>
}

// CHECK-LABEL: rounded_kernel:
// CHECK:         v_rndne_f32
func.func @rounded(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.input_dorefa %x bits = 8 : tensor<?xf32>
  return %y : tensor<?xf32>
}
