// RUN: bnn-opt %s --bnn-codegen-convert-cancelling-math-to-libm | FileCheck %s

// CHECK-DAG:   func.func private @expm1f(f32) -> f32
// CHECK-DAG:   func.func private @log1p(f64) -> f64
// CHECK-LABEL: func @f(
// CHECK:         call @expm1f
// CHECK-COUNT-2: call @log1p(
// CHECK:         math.exp %{{.*}} : f32
// CHECK:         math.floor %{{.*}} : f32
func.func @f(%x: f32, %y: vector<2xf64>) -> (f32, vector<2xf64>, f32, f32) {
  %0 = math.expm1 %x : f32
  %1 = math.log1p %y : vector<2xf64>
  %2 = math.exp %x : f32
  %3 = math.floor %x : f32
  return %0, %1, %2, %3 : f32, vector<2xf64>, f32, f32
}
