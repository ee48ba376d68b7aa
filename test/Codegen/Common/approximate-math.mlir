// RUN: bnn-opt %s --bnn-codegen-approximate-math | FileCheck %s

// CHECK-LABEL: func @f32(
func.func @f32(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  // CHECK-NOT: math.tanh
  // CHECK-NOT: math.exp
  // CHECK: math.fma
  %0 = math.tanh %x : f32
  %1 = math.exp %v : vector<16xf32>
  return %0, %1 : f32, vector<16xf32>
}

// CHECK-LABEL: func @erf(
func.func @erf(%v: vector<16xf32>) -> vector<16xf32> {
  // CHECK-NOT: math.erf
  // CHECK: math.fma
  // CHECK: return
  %0 = math.erf %v : vector<16xf32>
  return %0 : vector<16xf32>
}

// A NaN is not converted to an integer, which would be undefined.
// CHECK-LABEL: func @exp_of_nan(
func.func @exp_of_nan(%x: f32) -> f32 {
  // CHECK-NOT: arith.fptosi
  // CHECK: return
  %0 = math.exp %x : f32
  return %0 : f32
}

// Nothing cancels: neither exp(x) - 1 nor log(1 + x).
// CHECK-LABEL: func @cancelling(
func.func @cancelling(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  // CHECK-NOT: math.expm1
  // CHECK-NOT: math.log1p
  // CHECK: math.fma
  %0 = math.expm1 %x : f32
  %1 = math.log1p %v : vector<16xf32>
  return %0, %1 : f32, vector<16xf32>
}

// CHECK-LABEL: func @other_types(
func.func @other_types(%x: f64, %y: vector<4xf64>) -> (f64, vector<4xf64>) {
  // CHECK: math.tanh %{{.*}} : f64
  // CHECK: math.exp %{{.*}} : vector<4xf64>
  // CHECK: math.erf %{{.*}} : f64
  %0 = math.tanh %x : f64
  %1 = math.exp %y : vector<4xf64>
  %2 = math.erf %0 : f64
  return %2, %1 : f64, vector<4xf64>
}

// CHECK-LABEL: func @tensors(
func.func @tensors(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: math.expm1
  // CHECK-NEXT: math.log1p
  // CHECK-NEXT: math.exp
  // CHECK-NEXT: math.tanh
  %0 = math.expm1 %x : tensor<4xf32>
  %1 = math.log1p %0 : tensor<4xf32>
  %2 = math.exp %1 : tensor<4xf32>
  %3 = math.tanh %2 : tensor<4xf32>
  return %3 : tensor<4xf32>
}

// CHECK-LABEL: func @other_functions(
func.func @other_functions(%x: f32) -> (f32, f32) {
  // CHECK: math.log
  // CHECK: math.sin
  %0 = math.log %x : f32
  %1 = math.sin %x : f32
  return %0, %1 : f32, f32
}
