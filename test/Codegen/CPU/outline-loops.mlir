// RUN: bnn-opt %s --bnn-codegen-outline-loops="max-ops=4" --split-input-file | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-outline-loops --split-input-file \
// RUN:   | FileCheck %s --check-prefix=SHORT

// Loops in the order of the function, with what they use; constants are copied.
// SHORT-LABEL: func.func @loops(
// SHORT-COUNT-2: scf.for
// SHORT-NOT:     func.func private

// CHECK-LABEL: func.func @loops(
// CHECK-SAME:      %[[X:[^:]*]]: memref<64xf32>, %[[N:[^:]*]]: index) attributes {llvm.emit_c_interface, quant_bnn.signature
// CHECK:         call @loops_loop(%[[N]], %[[X]]) : (index, memref<64xf32>) -> ()
// CHECK:         %[[A:.*]] = memref.load %[[X]]
// CHECK:         call @loops_loop_0(%[[X]], %[[A]]) : (memref<64xf32>, f32) -> ()
// CHECK:         return
// CHECK:       func.func private @loops_loop(
// CHECK-SAME:      %[[N:[^:]*]]: index, %[[X:[^:]*]]: memref<64xf32>) attributes {llvm.linkage = #llvm.linkage<internal>, passthrough = ["noinline"]} {
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK:         scf.for %[[I:.*]] = %[[C0]] to %[[N]] step %[[C1]] {
// CHECK:           memref.load %[[X]][%[[I]]]
// CHECK:       func.func private @loops_loop_0(
// CHECK-SAME:      %[[X:[^:]*]]: memref<64xf32>, %[[A:[^:]*]]: f32)
// CHECK:           arith.addf %{{.*}}, %[[A]]
func.func @loops(%x: memref<64xf32>, %n: index) attributes {llvm.emit_c_interface, quant_bnn.signature = () -> ()} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  scf.for %i = %c0 to %n step %c1 {
    %v = memref.load %x[%i] : memref<64xf32>
    %negated = arith.negf %v : f32
    memref.store %negated, %x[%i] : memref<64xf32>
  }
  %a = memref.load %x[%c1] : memref<64xf32>
  scf.for %i = %c0 to %c64 step %c1 {
    %v = memref.load %x[%i] : memref<64xf32>
    %sum = arith.addf %v, %a : f32
    memref.store %sum, %x[%i] : memref<64xf32>
  }
  return
}

// -----

// A branch is moved with the loops in it.
// CHECK-LABEL: func.func @branch(
// CHECK-NEXT:    call @branch_loop(%{{.*}}, %{{.*}}) : (i1, memref<64xf32>) -> ()
// CHECK-NEXT:    return
func.func @branch(%c: i1, %x: memref<64xf32>) {
  scf.if %c {
    %c0 = arith.constant 0 : index
    %v = memref.load %x[%c0] : memref<64xf32>
    %negated = arith.negf %v : f32
    memref.store %negated, %x[%c0] : memref<64xf32>
  }
  return
}

// -----

// A loop with results stays, and so does one of few ops.
// CHECK-LABEL: func.func @stay(
// CHECK:         %[[A:.*]] = scf.for
// CHECK:         scf.for
// CHECK:         return %[[A]]
// CHECK-NOT:   func.func
func.func @stay(%x: memref<64xf32>, %zero: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %a = scf.for %i = %c0 to %c64 step %c1 iter_args(%sum = %zero) -> f32 {
    %v = memref.load %x[%i] : memref<64xf32>
    %next = arith.addf %sum, %v : f32
    scf.yield %next : f32
  }
  scf.for %i = %c0 to %c64 step %c1 {
    memref.store %zero, %x[%i] : memref<64xf32>
  }
  return %a : f32
}
