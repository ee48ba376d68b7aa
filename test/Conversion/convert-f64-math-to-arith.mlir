// RUN: bnn-opt %s --quant-bnn-convert-f64-math-to-arith | FileCheck %s

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

// CHECK-LABEL: func @others(
// CHECK:         math.exp %{{.*}} : f32
// CHECK:         math.sin %{{.*}} : f64
func.func @others(%x: f32, %y: f64) -> (f32, f64) {
  %0 = math.exp %x : f32
  %1 = math.sin %y : f64
  return %0, %1 : f32, f64
}
