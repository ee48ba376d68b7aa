// RUN: bnn-opt %s --bnn-codegen-refuse-vendor-math --verify-diagnostics

llvm.func @__nv_erff(f32) -> f32
llvm.func @__ocml_erf_f32(f32) -> f32
// Defined, so that nothing is missing.
llvm.func @__nv_sinf(%x: f32) -> f32 {
  llvm.return %x : f32
}
llvm.func @other(f32) -> f32

llvm.func @kernel(%x: f32) -> f32 {
  // expected-error @below {{needs '__nv_erff' of the vendor's math library, which is not linked}}
  %0 = llvm.call @__nv_erff(%x) : (f32) -> f32
  // expected-error @below {{needs '__ocml_erf_f32' of the vendor's math library, which is not linked}}
  %1 = llvm.call @__ocml_erf_f32(%0) : (f32) -> f32
  %2 = llvm.call @__nv_sinf(%1) : (f32) -> f32
  %3 = llvm.call @other(%2) : (f32) -> f32
  llvm.return %3 : f32
}
