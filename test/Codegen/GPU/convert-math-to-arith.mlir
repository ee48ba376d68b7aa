// RUN: bnn-opt %s --bnn-codegen-convert-math-to-arith | FileCheck %s

// That the results are right is tested where kernels are executed
// (unittests/Execution/MathTest.cpp).

// CHECK-LABEL: func @exp(
// CHECK-NOT:     math.exp
// CHECK-COUNT-2: arith.shli %{{.*}} : i64
// CHECK:         return
func.func @exp(%x: f64) -> f64 {
  %y = math.exp %x : f64
  return %y : f64
}

// CHECK-LABEL: func @tanh(
// CHECK-NOT:     math.tanh
// CHECK:         arith.shli %{{.*}} : vector<2xi64>
// CHECK:         arith.divf
// CHECK:         math.copysign %{{.*}} : vector<2xf64>
func.func @tanh(%x: vector<2xf64>) -> vector<2xf64> {
  %y = math.tanh %x : vector<2xf64>
  return %y : vector<2xf64>
}

// CHECK-LABEL: func @without_cancellation(
// CHECK-NOT:     math.{{(a?(cos|sin|tan)h|expm1|log1p)}}
// CHECK:         return
func.func @without_cancellation(%x: f32, %y: vector<2xf64>)
    -> (f32, vector<2xf64>, f32, vector<2xf64>, f32, vector<2xf64>, f32) {
  %0 = math.acosh %x : f32
  %1 = math.asinh %y : vector<2xf64>
  %2 = math.atanh %x : f32
  %3 = math.cosh %y : vector<2xf64>
  %4 = math.expm1 %x : f32
  %5 = math.log1p %y : vector<2xf64>
  %6 = math.sinh %x : f32
  return %0, %1, %2, %3, %4, %5, %6
      : f32, vector<2xf64>, f32, vector<2xf64>, f32, vector<2xf64>, f32
}

// CHECK-LABEL: func @tensors(
// CHECK:         math.log %{{.*}} : tensor<4xf32>
// CHECK:         math.expm1 %{{.*}} : tensor<4xf64>
func.func @tensors(%x: tensor<4xf32>, %y: tensor<4xf64>) -> (tensor<4xf32>, tensor<4xf64>) {
  %0 = math.log %x : tensor<4xf32>
  %1 = math.expm1 %y : tensor<4xf64>
  return %0, %1 : tensor<4xf32>, tensor<4xf64>
}

// CHECK-LABEL: func @others(
// CHECK:         math.exp %{{.*}} : f32
// CHECK:         math.sin %{{.*}} : f64
func.func @others(%x: f32, %y: f64) -> (f32, f64) {
  %0 = math.exp %x : f32
  %1 = math.sin %y : f64
  return %0, %1 : f32, f64
}
