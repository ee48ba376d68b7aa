// RUN: bnn-opt %s --bnn-codegen-convert-math-to-intrinsics | FileCheck %s

// CHECK-LABEL: func @scalars
// CHECK-SAME:    %[[X:.*]]: f32, %[[Y:.*]]: f32, %[[N:.*]]: i32
// CHECK-NEXT:    llvm.call_intrinsic "llvm.fabs"(%[[X]]) : (f32) -> f32
// CHECK-NEXT:    llvm.call_intrinsic "llvm.ceil"(%[[X]]) : (f32) -> f32
// CHECK-NEXT:    llvm.call_intrinsic "llvm.copysign"(%[[X]], %[[Y]]) : (f32, f32) -> f32
// CHECK-NEXT:    llvm.call_intrinsic "llvm.ctpop"(%[[N]]) : (i32) -> i32
// CHECK-NEXT:    llvm.call_intrinsic "llvm.floor"(%[[X]]) : (f32) -> f32
// CHECK-NEXT:    llvm.call_intrinsic "llvm.fma"(%[[X]], %[[Y]], %[[X]]) : (f32, f32, f32) -> f32
// CHECK-NEXT:    llvm.call_intrinsic "llvm.roundeven"(%[[X]]) : (f32) -> f32
// CHECK-NEXT:    llvm.call_intrinsic "llvm.sqrt"(%[[X]]) : (f32) -> f32
func.func @scalars(%x: f32, %y: f32, %n: i32)
    -> (f32, f32, f32, i32, f32, f32, f32, f32) {
  %abs = math.absf %x : f32
  %ceil = math.ceil %x : f32
  %copysign = math.copysign %x, %y : f32
  %ctpop = math.ctpop %n : i32
  %floor = math.floor %x : f32
  %fma = math.fma %x, %y, %x : f32
  %roundeven = math.roundeven %x : f32
  %sqrt = math.sqrt %x : f32
  return %abs, %ceil, %copysign, %ctpop, %floor, %fma, %roundeven, %sqrt
      : f32, f32, f32, i32, f32, f32, f32, f32
}

// CHECK-LABEL: func @vectors
// CHECK:         "llvm.fabs"({{.*}}) : (vector<8xf16>) -> vector<8xf16>
// CHECK:         "llvm.ctpop"({{.*}}) : (vector<2xi64>) -> vector<2xi64>
func.func @vectors(%x: vector<8xf16>, %n: vector<2xi64>)
    -> (vector<8xf16>, vector<2xi64>) {
  %abs = math.absf %x : vector<8xf16>
  %ctpop = math.ctpop %n : vector<2xi64>
  return %abs, %ctpop : vector<8xf16>, vector<2xi64>
}

// CHECK-LABEL: func @fast_math
// CHECK:         "llvm.fabs"(%{{.*}}) {fastmathFlags = #llvm.fastmath<nnan>}
func.func @fast_math(%x: f32) -> f32 {
  %abs = math.absf %x fastmath<nnan> : f32
  return %abs : f32
}

// LLVM has no such types.
// CHECK-LABEL: func @left
// CHECK:         math.absf
// CHECK:         math.ctpop
func.func @left(%x: vector<2x2xf32>, %n: index) -> (vector<2x2xf32>, index) {
  %abs = math.absf %x : vector<2x2xf32>
  %ctpop = math.ctpop %n : index
  return %abs, %ctpop : vector<2x2xf32>, index
}

// No instruction rounds it as the library does.
// CHECK-LABEL: func @no_instruction
// CHECK:         math.tanh
func.func @no_instruction(%x: f32) -> f32 {
  %tanh = math.tanh %x : f32
  return %tanh : f32
}
