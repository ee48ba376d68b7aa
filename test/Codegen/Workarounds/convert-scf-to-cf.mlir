// RUN: bnn-opt %s --bnn-codegen-convert-scf-to-cf | FileCheck %s

// The same as of upstream's pass, loops that a conversion makes included.
// CHECK-LABEL: func @nested
// CHECK-NOT:     scf
// CHECK:         cf.cond_br
// CHECK-NOT:     scf
// CHECK:         return
func.func @nested(%c: i1, %m: memref<?xf32>, %x: f32, %n: index) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    memref.store %x, %m[%i] : memref<?xf32>
  }
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> f32 {
    %next = scf.if %c -> f32 {
      %y = memref.load %m[%i] : memref<?xf32>
      scf.yield %y : f32
    } else {
      scf.yield %s : f32
    }
    scf.yield %next : f32
  }
  return %sum : f32
}

// Loops keep what is meant for LLVM.
// CHECK-LABEL: func @annotated
// CHECK:         cf.br ^{{.*}} {loop_annotation = #{{.*}}}
#unroll = #llvm.loop_annotation<unroll = <count = 4 : i32>>
func.func @annotated(%m: memref<?xf32>, %x: f32, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    memref.store %x, %m[%i] : memref<?xf32>
  } {loop_annotation = #unroll}
  return
}
