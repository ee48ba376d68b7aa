// Ops and functions of which nothing is known are refused.

// RUN: split-file %s %t
// RUN: not bnn-opt %t/call.mlir --mlir-very-unsafe-disable-verifier-on-parsing \
// RUN:   --quant-bnn-differentiate=functions=f 2>&1 | FileCheck %s --check-prefix=CALL
// CALL: error: 'func.call' op cannot be differentiated: no function named @missing

// RUN: not bnn-opt %t/op.mlir --allow-unregistered-dialect \
// RUN:   --quant-bnn-differentiate=functions=f 2>&1 | FileCheck %s --check-prefix=OP
// OP: op.mlir:6:10: error: 'unknown.op' op cannot be differentiated: it may have side effects

//--- call.mlir
func.func @f(%x: f32) -> f32 {
  %y = func.call @missing(%x) : (f32) -> f32
  return %y : f32
}

//--- op.mlir
func.func @f(%x: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %y = scf.for %i = %c0 to %c4 step %c1 iter_args(%a = %x) -> f32 {
    %b = "unknown.op"(%a) : (f32) -> f32
    scf.yield %b : f32
  }
  return %y : f32
}
