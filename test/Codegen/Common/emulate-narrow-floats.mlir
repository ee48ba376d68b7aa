// RUN: bnn-opt %s --bnn-codegen-emulate-narrow-floats | FileCheck %s --implicit-check-not=fastmath
// RUN: bnn-opt %s --bnn-codegen-emulate-narrow-floats=math-only | FileCheck %s --check-prefix=MATH
// Folders keep the rounding between two ops.
// RUN: bnn-opt %s --bnn-codegen-emulate-narrow-floats --canonicalize | FileCheck %s --check-prefix=FOLD

// CHECK-LABEL: func @each_op
// CHECK:         %[[X:.*]] = arith.extf %{{.*}} : bf16 to f32
// CHECK:         %[[Y:.*]] = arith.extf %{{.*}} : bf16 to f32
// CHECK:         %[[SUM:.*]] = arith.addf %[[X]], %[[Y]] : f32
// CHECK:         %[[ROUNDED:.*]] = arith.truncf %[[SUM]] : f32 to bf16
// CHECK:         %[[WIDE:.*]] = arith.extf %[[ROUNDED]] : bf16 to f32
// CHECK:         arith.mulf %[[WIDE]], %{{.*}} : f32
// FOLD-LABEL:  func @each_op
// FOLD:          %[[ROUNDED:.*]] = arith.truncf %{{.*}} : f32 to bf16
// FOLD:          arith.extf %[[ROUNDED]] : bf16 to f32
// MATH-LABEL:  func @each_op
// MATH-NEXT:     arith.addf %{{.*}} : bf16
func.func @each_op(%x: bf16, %y: bf16) -> bf16 {
  %0 = arith.addf %x, %y : bf16
  %1 = arith.mulf %0, %y : bf16
  return %1 : bf16
}

// CHECK-LABEL: func @math
// CHECK:         math.fma %{{.*}} : vector<4xf32>
// CHECK:         math.exp %{{.*}} : f32
// CHECK:         math.absf %{{.*}} : f16
// MATH-LABEL:  func @math
// MATH:          math.fma %{{.*}} : vector<4xf32>
// MATH:          math.exp %{{.*}} : f32
// MATH:          math.absf %{{.*}} : f16
func.func @math(%v: vector<4xbf16>, %x: f16) -> (vector<4xbf16>, f16, f16) {
  %0 = math.fma %v, %v, %v : vector<4xbf16>
  %1 = math.exp %x : f16
  %2 = math.absf %x : f16
  return %0, %1, %2 : vector<4xbf16>, f16, f16
}

// CHECK-LABEL: func @vectors
// CHECK:         vector.reduction <add>, %{{.*}} : vector<4xf32> into f32
func.func @vectors(%v: vector<4xbf16>) -> bf16 {
  %0 = vector.reduction <add>, %v : vector<4xbf16> into bf16
  return %0 : bf16
}

// CHECK-LABEL: func @bits
// CHECK-NOT:     extf
// CHECK:         return
func.func @bits(%c: i1, %x: bf16, %y: bf16, %z: f16) -> (bf16, i16, f16) {
  %0 = arith.select %c, %x, %y : bf16
  %1 = arith.bitcast %0 : bf16 to i16
  %2 = arith.addf %z, %z : f16
  return %0, %1, %2 : bf16, i16, f16
}

// CHECK-LABEL: func @tensors
// CHECK-NEXT:    arith.addf %{{.*}} : tensor<4xbf16>
// CHECK-NEXT:    math.exp %{{.*}} : tensor<4xbf16>
func.func @tensors(%x: tensor<4xbf16>) -> tensor<4xbf16> {
  %0 = arith.addf %x, %x : tensor<4xbf16>
  %1 = math.exp %0 : tensor<4xbf16>
  return %1 : tensor<4xbf16>
}

// Through f32, but rounded once.
// CHECK-LABEL: func @conversions
// CHECK:         %[[NEAREST:.*]] = arith.truncf %{{.*}} : f64 to f32
// CHECK:         %[[ODD:.*]] = arith.ori
// CHECK:         %[[FLOAT:.*]] = arith.bitcast %[[ODD]] : i32 to f32
// CHECK:         arith.truncf %[[FLOAT]] : f32 to bf16
// CHECK:         %[[WIDE:.*]] = arith.extf %{{.*}} : bf16 to f32
// CHECK:         arith.extf %[[WIDE]] : f32 to f64
// CHECK:         arith.sitofp %{{.*}} : i64 to f64
// CHECK:         arith.uitofp %{{.*}} : i8 to f32
// CHECK:         arith.fptosi %{{.*}} : f32 to i32
func.func @conversions(%x: f64, %y: bf16, %i: i64, %j: i8) -> (bf16, f64, bf16, bf16, i32) {
  %0 = arith.truncf %x : f64 to bf16
  %1 = arith.extf %y : bf16 to f64
  %2 = arith.sitofp %i : i64 to bf16
  %3 = arith.uitofp %j : i8 to bf16
  %4 = arith.fptosi %y : bf16 to i32
  return %0, %1, %2, %3, %4 : bf16, f64, bf16, bf16, i32
}
