// RUN: bnn-opt %s --split-input-file --bnn-codegen-outline-parallel | FileCheck %s

// The number of iterations is the number of tasks. What the body uses is in a
// struct on the stack, but for constants.
// CHECK-LABEL: func.func @scale(
// CHECK-SAME:      %[[X:[^:]*]]: memref<?xf32>, %[[N:[^:]*]]: index, %[[FACTOR:[^:]*]]: f32)
// CHECK:         %[[CONTEXT:.*]] = llvm.alloca {{.*}} x !llvm.struct<(struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>, f32)>
// CHECK:         %[[TASKS:.*]] = arith.ceildivui
// CHECK:         llvm.store %{{.*}}, %[[CONTEXT]]
// CHECK:         %[[ENTRY:.*]] = constant @scale_task_entry : (!llvm.ptr, i64) -> ()
// CHECK:         %[[TASK:.*]] = builtin.unrealized_conversion_cast %[[ENTRY]]
// CHECK:         %[[COUNT:.*]] = builtin.unrealized_conversion_cast %[[TASKS]] : index to i64
// CHECK:         llvm.call @quant_bnn_parallel_for(%[[TASK]], %[[CONTEXT]], %[[COUNT]])
// CHECK-NEXT:    return

// CHECK:       func.func private @scale_task(
// CHECK-SAME:      %[[I:[^:]*]]: index, %[[X:[^:]*]]: memref<?xf32>, %[[FACTOR:[^:]*]]: f32) attributes {llvm.linkage = #llvm.linkage<internal>}
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK:         %[[OFFSET:.*]] = arith.muli %[[I]], %[[C4]]
// CHECK:         %[[POSITION:.*]] = arith.addi %[[OFFSET]], %[[C1]]
// CHECK:         memref.load %[[X]][%[[POSITION]]]
// CHECK:         return

// CHECK:       func.func private @scale_task_entry(
// CHECK-SAME:      %[[CONTEXT:[^:]*]]: !llvm.ptr, %[[I:[^:]*]]: i64) attributes {llvm.linkage = #llvm.linkage<internal>}
// CHECK:         %[[NUMBER:.*]] = builtin.unrealized_conversion_cast %[[I]] : i64 to index
// CHECK:         llvm.load %[[CONTEXT]]
// CHECK:         call @scale_task(%[[NUMBER]], %{{.*}}, %{{.*}}) : (index, memref<?xf32>, f32) -> ()
// CHECK:         return
func.func @scale(%x: memref<?xf32>, %n: index, %factor: f32) {
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.parallel (%i) = (%c1) to (%n) step (%c4) {
    %value = memref.load %x[%i] : memref<?xf32>
    %product = arith.mulf %value, %factor : f32
    memref.store %product, %x[%i] : memref<?xf32>
  }
  return
}

// -----

// The number of the task gives the index along each dimension.
// CHECK-LABEL: func.func @matrix(
// CHECK:         arith.muli
// CHECK:       func.func private @matrix_task(%[[I:[^:]*]]: index,
// CHECK:         arith.remui %[[I]], %[[COLUMNS:.*]] : index
// CHECK:         arith.divui %[[I]], %[[COLUMNS]] : index
func.func @matrix(%x: memref<?x?xf32>, %rows: index, %columns: index, %value: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i, %j) = (%c0, %c0) to (%rows, %columns) step (%c1, %c1) {
    memref.store %value, %x[%i, %j] : memref<?x?xf32>
  }
  return
}

// -----

// Names that are taken, and a declaration that is there already.
// CHECK-LABEL: func.func private @two_task()
// CHECK-NOT:     llvm.func @quant_bnn_parallel_for
// CHECK:         constant @two_task_0_entry
// CHECK:         constant @two_task_1_entry
// CHECK:       func.func private @two_task_1(
// CHECK:       func.func private @two_task_1_entry(
// CHECK:       func.func private @two_task_0(
// CHECK:       func.func private @two_task_0_entry(
llvm.func @quant_bnn_parallel_for(!llvm.ptr, !llvm.ptr, i64)
func.func private @two_task()
func.func @two(%x: memref<?xi8>, %n: index, %value: i8) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    memref.store %value, %x[%i] : memref<?xi8>
  }
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    memref.store %value, %x[%i] : memref<?xi8>
  }
  return
}

// -----

// A loop in another one is part of a task of that one.
// CHECK-LABEL: func.func @nested(
// CHECK:         llvm.call @quant_bnn_parallel_for
// CHECK:       func.func private @nested_task(
// CHECK:         scf.parallel
// CHECK-NOT:     _task
// CHECK:       func.func private @nested_task_entry(
// CHECK-NOT:   @nested_task_0
func.func @nested(%x: memref<?x?xf32>, %n: index, %value: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    scf.parallel (%j) = (%c0) to (%n) step (%c1) {
      memref.store %value, %x[%i, %j] : memref<?x?xf32>
    }
  }
  return
}

// -----

// Tasks are compiled like the function. What says how to call the function is
// not for them.
// CHECK-LABEL: func.func @attributes(
// CHECK:       func.func private @attributes_task(
// CHECK-SAME:      attributes {llvm.linkage = #llvm.linkage<internal>, passthrough = ["cold"], target_features = #llvm.target_features<["+avx2"]>}
// CHECK:       func.func private @attributes_task_entry(
// CHECK-SAME:      attributes {llvm.linkage = #llvm.linkage<internal>, passthrough = ["cold"], target_features = #llvm.target_features<["+avx2"]>}
func.func @attributes(%n: index) attributes {
    llvm.emit_c_interface, passthrough = ["cold"], quant_bnn.signature = (index) -> (),
    target_features = #llvm.target_features<["+avx2"]>} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
  }
  return
}
