// RUN: bnn-opt %s --bnn-codegen-emulate-narrow-floats --split-input-file --verify-diagnostics

func.func @atomic(%x: memref<?xbf16>, %y: memref<?xf16>, %v: bf16, %w: f16, %i: index) -> (bf16, f16) {
  %0 = memref.atomic_rmw addf %w, %y[%i] : (f16, memref<?xf16>) -> f16
  %1 = memref.atomic_rmw assign %v, %x[%i] : (bf16, memref<?xbf16>) -> bf16
  // expected-error @below {{'memref.atomic_rmw' op of kind 'addf' on bf16 cannot be rounded once: use a buffer of f32}}
  %2 = memref.atomic_rmw addf %v, %x[%i] : (bf16, memref<?xbf16>) -> bf16
  return %2, %0 : bf16, f16
}
