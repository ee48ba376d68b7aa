// REQUIRES: nvptx-registered-target
// RUN: bnn-opt %S/Inputs/math-kernels.mlir \
// RUN:   --pass-pipeline="builtin.module(gpu.module(bnn-codegen-convert-math-to-intrinsics,convert-gpu-to-nvvm),nvvm-attach-target{chip=sm_90},gpu-module-to-binary{format=isa})" \
// RUN:   | FileCheck %s --implicit-check-not=.extern

// Instructions, and no call of libdevice.

// CHECK:     .entry f16
// CHECK-DAG: sqrt.rn.f32
// CHECK-DAG: fma.rn.f16x2
// CHECK-DAG: abs.f16x2
// CHECK-DAG: cvt.rni.f16.f16
// CHECK-DAG: cvt.rmi.f16.f16
// CHECK-DAG: cvt.rpi.f16.f16

// CHECK:     .entry f32
// CHECK-DAG: sqrt.rn.f32
// CHECK-DAG: fma.rn.f32
// CHECK-DAG: abs.f32
// CHECK-DAG: cvt.rni.f32.f32
// CHECK-DAG: copysign.f32
// CHECK-DAG: cvt.rmi.f32.f32
// CHECK-DAG: cvt.rpi.f32.f32

// CHECK:     .entry f64
// CHECK-DAG: sqrt.rn.f64
// CHECK-DAG: fma.rn.f64
// CHECK-DAG: abs.f64
// CHECK-DAG: cvt.rni.f64.f64
// CHECK-DAG: copysign.f64
// CHECK-DAG: cvt.rmi.f64.f64
// CHECK-DAG: cvt.rpi.f64.f64

// CHECK:     .entry words
// CHECK:     popc.b32
