// REQUIRES: nvptx-registered-target
// RUN: bnn-opt %s --quant-bnn-lower-to-nvvm-pipeline='host=keep memory=device chip=sm_80' -o %t.mlir
// RUN: %python %S/Inputs/print_assembly.py %t.mlir | FileCheck %s
// RUN: FileCheck %s --check-prefix=DEVICE --input-file=%t.mlir
// RUN: bnn-opt %s --quant-bnn-lower-to-nvvm-pipeline='host=keep' | FileCheck %s --check-prefix=HOST
// RUN: bnn-opt %s --quant-bnn-lower-to-nvvm-pipeline | bnn-translate --mlir-to-llvmir | FileCheck %s --check-prefix=LLVM

// 16 bytes at once, several times before anything is stored; then one by one.
// CHECK-LABEL:   .entry sign_kernel(
// CHECK-COUNT-4: ld.global.v4.b32
// CHECK-COUNT-4: st.global.v4.b32
// CHECK:         ld.global.v4.b32
// CHECK:         st.global.v4.b32
// CHECK:         ld.global.b32
// CHECK:         st.global.b32

// A kernel takes a pointer for each buffer.
// DEVICE-LABEL: func.func @sign(%{{.*}}: memref<?xf32>) -> memref<?xf32>
// DEVICE:         gpu.alloc
// DEVICE-COUNT-1: gpu.launch_func @sign_kernel::@sign_kernel
// DEVICE-NOT:     gpu.memcpy
// DEVICE-LABEL: gpu.binary @sign_kernel [#gpu.object<#nvvm.target<O = 3, chip = "sm_80">

// HOST-LABEL: func.func private @sign_on_device(
// HOST-LABEL: func.func @sign(
// HOST:         gpu.memcpy
// HOST:         call @sign_on_device
// HOST:         gpu.memcpy

// Modules are loaded when the program starts.
// LLVM: @llvm.global_ctors
// LLVM-LABEL: define { ptr, ptr, i64, [1 x i64], [1 x i64] } @sign(
// LLVM: call ptr @mgpuStreamCreate()
// LLVM: call void @mgpuLaunchKernel(
func.func @sign(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.sign %x : tensor<?xf32>
  return %y : tensor<?xf32>
}

// bf16 takes 16 bytes at once too, and is rounded on integers.
// CHECK-LABEL: .entry bf16_kernel(
// CHECK:         ld.global.v4.b32
// CHECK:         cvt.rni.f32.f32
// CHECK:         st.global.v4.b32
func.func @bf16(%x: tensor<?xbf16>) -> tensor<?xbf16> {
  %y = quant_bnn.input_dorefa %x bits = 8 : tensor<?xbf16>
  return %y : tensor<?xbf16>
}

// A chain is one kernel, and nothing is contracted.
// CHECK-LABEL: .entry chain_kernel(
// CHECK-NOT:     fma
// CHECK:         mul.rn.f32
// CHECK:         add.rn.f32
// CHECK:         st.global
// CHECK-NOT:   .entry chain_kernel(
func.func @chain(%x: tensor<?xf32>, %s: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {
  %0 = arith.mulf %x, %s : tensor<?xf32>
  %1 = arith.addf %0, %b : tensor<?xf32>
  %2 = quant_bnn.gradient_cancellation_grad %1, %x threshold = 1.0 : tensor<?xf32>
  return %2 : tensor<?xf32>
}

// A value and its mask come from one kernel. The one before clears words that
// nothing is left for.
// CHECK-LABEL: .entry value_and_mask_kernel(
// CHECK-NOT:     ld.global
// CHECK-LABEL: .entry value_and_mask_kernel(
// CHECK:         ld.global.v4.b32
// CHECK:         st.global.v4.b32
// CHECK:         st.global.b8
// CHECK-NOT:   .entry value_and_mask_kernel
func.func @value_and_mask(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xi1, #quant_bnn.packed<i8>>) {
  %y = quant_bnn.sign %x : tensor<?xf32>
  %bits = quant_bnn.pack %x : tensor<?xf32> to tensor<?xi1, #quant_bnn.packed<i8>>
  return %y, %bits : tensor<?xf32>, tensor<?xi1, #quant_bnn.packed<i8>>
}

// A reduction takes no atomics: what it starts from, shares, what combines them.
// CHECK-LABEL: .entry pact_grad_kernel(
// CHECK-LABEL: .entry pact_grad_kernel(
// CHECK-NOT:     atom
// CHECK:         .shared
// CHECK:         bar.sync
// CHECK-LABEL: .entry pact_grad_kernel(
// CHECK-NOT:     atom
// CHECK:         bar.sync
func.func @pact_grad(%x: tensor<?xf32>, %alpha: f32, %g: tensor<?xf32>) -> (tensor<?xf32>, f32) {
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %g bits = 4 form = value : tensor<?xf32>
  return %dx, %dalpha : tensor<?xf32>, f32
}
