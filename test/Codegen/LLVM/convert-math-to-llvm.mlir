// RUN: bnn-opt %s --bnn-codegen-convert-math-to-llvm | FileCheck %s

// CHECK-DAG:   func.func private @expm1f(f32) -> f32
// CHECK-DAG:   func.func private @log1p(f64) -> f64
// CHECK-LABEL: func @f(
// CHECK:         call @expm1f
// CHECK-COUNT-2: call @log1p(
// CHECK:         llvm.intr.exp(%{{.*}}) : (f32) -> f32
// CHECK:         llvm.intr.floor(%{{.*}}) : (f32) -> f32
// CHECK:         call @erff(
func.func @f(%x: f32, %y: vector<2xf64>) -> (f32, vector<2xf64>, f32, f32, f32) {
  %0 = math.expm1 %x : f32
  %1 = math.log1p %y : vector<2xf64>
  %2 = math.exp %x : f32
  %3 = math.floor %x : f32
  %4 = math.erf %x : f32
  return %0, %1, %2, %3, %4 : f32, vector<2xf64>, f32, f32, f32
}
