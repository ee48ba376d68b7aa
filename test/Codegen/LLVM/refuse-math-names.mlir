// RUN: bnn-opt %s --bnn-codegen-refuse-math-names --split-input-file --verify-diagnostics
// RUN: not bnn-opt %s --quant-bnn-lower-to-llvm-pipeline --split-input-file 2>&1 | FileCheck %s

// CHECK: needs 'exp' of the C math library

// expected-note @below {{by a function of that name}}
func.func @exp(%x: f64) -> f64 {
  // expected-error @below {{needs 'exp' of the C math library, which the module hides}}
  %0 = math.exp %x : f64
  return %0 : f64
}

// expected-note @below {{by a function of that name}}
func.func @powf(%x: vector<4xf16>) -> vector<4xf16> {
  // expected-error @below {{needs 'powf' of the C math library, which the module hides}}
  %0 = math.powf %x, %x : vector<4xf16>
  return %0 : vector<4xf16>
}

// -----

// Of another type, of integers, not of the library, and the library itself.
func.func @tanh(%x: f32) -> f32 {
  %0 = math.tanh %x : f32
  return %0 : f32
}
func.func @ctpop(%x: i32) -> i32 {
  %0 = math.ctpop %x : i32
  return %0 : i32
}
func.func @absf(%x: f64) -> f64 {
  %0 = math.absf %x : f64
  return %0 : f64
}
func.func private @log(f64) -> f64
func.func @logarithm(%x: f64) -> f64 {
  %0 = math.log %x : f64
  return %0 : f64
}
