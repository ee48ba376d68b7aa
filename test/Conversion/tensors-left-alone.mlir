// Passes for scalars and vectors leave ops on tensors as they are.

// RUN: bnn-opt %s --bnn-codegen-approximate-math | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-compare-narrow-floats | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-expand-round-even | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-convert-math-to-arith | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-convert-math-to-intrinsics | FileCheck %s
// RUN: bnn-opt %s --convert-quant-bnn-to-arith | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-scalarize-vectors | FileCheck %s

// CHECK-LABEL: func @f32(
// CHECK-NEXT:    math.tanh %{{.*}} : tensor<?xf32>
// CHECK-NEXT:    math.exp %{{.*}} : tensor<?xf32>
// CHECK-NEXT:    math.log %{{.*}} : tensor<?xf32>
// CHECK-NEXT:    math.absf %{{.*}} : tensor<?xf32>
// CHECK-NEXT:    math.sqrt %{{.*}} : tensor<?xf32>
// CHECK-NEXT:    quant_bnn.sign %{{.*}} : tensor<?xf32>
// CHECK-NEXT:    return
func.func @f32(%x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = math.tanh %x : tensor<?xf32>
  %1 = math.exp %0 : tensor<?xf32>
  %2 = math.log %1 : tensor<?xf32>
  %3 = math.absf %2 : tensor<?xf32>
  %4 = math.sqrt %3 : tensor<?xf32>
  %5 = quant_bnn.sign %4 : tensor<?xf32>
  return %5 : tensor<?xf32>
}

// CHECK-LABEL: func @f64(
// CHECK-NEXT:    math.exp %{{.*}} : tensor<2x0xf64>
// CHECK-NEXT:    math.tanh %{{.*}} : tensor<2x0xf64>
// CHECK-NEXT:    math.log %{{.*}} : tensor<2x0xf64>
// CHECK-NEXT:    math.roundeven %{{.*}} : tensor<2x0xf64>
// CHECK-NEXT:    math.fma %{{.*}} : tensor<2x0xf64>
// CHECK-NEXT:    return
func.func @f64(%x: tensor<2x0xf64>) -> tensor<2x0xf64> {
  %0 = math.exp %x : tensor<2x0xf64>
  %1 = math.tanh %0 : tensor<2x0xf64>
  %2 = math.log %1 : tensor<2x0xf64>
  %3 = math.roundeven %2 : tensor<2x0xf64>
  %4 = math.fma %3, %2, %1 : tensor<2x0xf64>
  return %4 : tensor<2x0xf64>
}

// CHECK-LABEL: func @compare(
// CHECK:         arith.extf %{{.*}} : tensor<4xbf16> to tensor<4xf32>
// CHECK:         math.absf
// CHECK:         arith.cmpf ole, %{{.*}} : tensor<4xf32>
func.func @compare(%x: tensor<4xbf16>) -> tensor<4xi1> {
  %limit = arith.constant dense<1.0> : tensor<4xf32>
  %0 = arith.extf %x : tensor<4xbf16> to tensor<4xf32>
  %1 = math.absf %0 : tensor<4xf32>
  %2 = arith.cmpf ole, %1, %limit : tensor<4xf32>
  return %2 : tensor<4xi1>
}

// CHECK-LABEL: func @popcount(
// CHECK-NEXT:    math.ctpop %{{.*}} : tensor<?xi32>
func.func @popcount(%x: tensor<?xi32>) -> tensor<?xi32> {
  %0 = math.ctpop %x : tensor<?xi32>
  return %0 : tensor<?xi32>
}
