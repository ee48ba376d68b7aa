// REQUIRES: amdgpu-registered-target
// RUN: bnn-opt %S/Inputs/math-kernels.mlir \
// RUN:   --pass-pipeline="builtin.module(gpu.module(bnn-codegen-convert-math-to-intrinsics,convert-gpu-to-rocdl{chipset=gfx942}),rocdl-attach-target{chip=gfx942},gpu-module-to-binary{format=isa})" \
// RUN:   | FileCheck %s --implicit-check-not=__ocml

// Instructions, and no call of the device libraries.

// CHECK:     f16:
// CHECK-DAG: v_sqrt_f16
// CHECK-DAG: v_pk_fma_f16
// CHECK-DAG: v_rndne_f16
// CHECK-DAG: v_bfi_b32
// CHECK-DAG: v_floor_f16
// CHECK-DAG: v_ceil_f16

// CHECK:     f32:
// CHECK-DAG: v_sqrt_f32
// CHECK-DAG: v_pk_fma_f32
// CHECK-DAG: v_rndne_f32
// CHECK-DAG: v_bfi_b32
// CHECK-DAG: v_floor_f32
// CHECK-DAG: v_ceil_f32

// CHECK:     f64:
// CHECK-DAG: v_rsq_f64
// CHECK-DAG: v_fma_f64
// CHECK-DAG: v_rndne_f64
// CHECK-DAG: v_bfi_b32
// CHECK-DAG: v_floor_f64
// CHECK-DAG: v_ceil_f64

// CHECK:     words:
// CHECK:     s_bcnt1_i32_b32
