// RUN: bnn-opt %s --pass-pipeline='builtin.module(func.func(bnn-codegen-run-if-present{ops=scf.for,linalg pipeline=cse}))' \
// RUN:   | FileCheck %s
// RUN: not bnn-opt %s --bnn-codegen-run-if-present="ops=linalg pipeline=no-such-pass" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=ERROR

// ERROR: cannot parse 'no-such-pass'
// RUN: not bnn-opt %s --bnn-codegen-run-if-present="ops=linalg pipeline=cse" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=ANCHOR
// ANCHOR: 'builtin.module' op is not the anchor, 'func.func'

// CHECK-LABEL:   func @without(
// CHECK-COUNT-2:   arith.constant 1 : index
func.func @without() -> (index, index) {
  %0 = arith.constant 1 : index
  %1 = arith.constant 1 : index
  return %0, %1 : index, index
}

// By the name of an op.
// CHECK-LABEL:   func @with_op(
// CHECK:           arith.constant 1 : index
// CHECK-NOT:       arith.constant
// CHECK:           scf.for
func.func @with_op(%n: index, %x: memref<index>) -> (index, index) {
  %0 = arith.constant 1 : index
  %1 = arith.constant 1 : index
  scf.for %i = %0 to %n step %1 {
    memref.store %i, %x[] : memref<index>
  }
  return %0, %1 : index, index
}

// By the name of a dialect.
// CHECK-LABEL:   func @with_dialect(
// CHECK-COUNT-1:   arith.constant 1.000000e+00 : f32
// CHECK-NOT:       arith.constant
// CHECK:           linalg.fill
func.func @with_dialect(%x: memref<4xf32>) -> (f32, f32) {
  %0 = arith.constant 1.0 : f32
  %1 = arith.constant 1.0 : f32
  linalg.fill ins(%0 : f32) outs(%x : memref<4xf32>)
  return %0, %1 : f32, f32
}
