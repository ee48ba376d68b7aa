// RUN: bnn-opt %s --bnn-codegen-outline-parallel --verify-diagnostics

func.func private @quant_bnn_parallel_for(index)

func.func @f(%x: memref<?xf32>, %n: index, %value: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @+1 {{cannot run on threads: there is a symbol '@quant_bnn_parallel_for'}}
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    memref.store %value, %x[%i] : memref<?xf32>
  }
  return
}
