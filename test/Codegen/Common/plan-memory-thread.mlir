// RUN: bnn-opt %s --bnn-codegen-plan-memory=workspace=thread --canonicalize --cse \
// RUN:   --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func @f(
// CHECK-SAME:      %[[X:.*]]: memref<?xf32>)
// CHECK-DAG:     %[[N:.*]] = memref.dim %[[X]], %c0
// CHECK:         %[[SIZE:.*]] = arith.andi %{{.*}}, %c-64
// CHECK:         %[[ARENA:.*]] = call @quant_bnn_take_workspace(%[[SIZE]]) : (index) -> memref<?xi8>
// CHECK:         %[[T:.*]] = memref.view %[[ARENA]][%c0][%[[N]]] : memref<?xi8> to memref<?xf32>
// CHECK:         linalg.exp {{.*}} outs(%[[T]]
// CHECK:         call @quant_bnn_return_workspace(%[[ARENA]]) : (memref<?xi8>) -> ()
// CHECK-NEXT:    return

// What the module itself calls has its arena in that of the caller.
// CHECK:       func private @f_0(%{{.*}}: memref<?xf32>, %{{.*}}: memref<?xi8>) {
// CHECK-NOT:     quant_bnn_take_workspace
// CHECK:       func @caller(
// CHECK:         %[[ARENA:.*]] = call @quant_bnn_take_workspace
// CHECK:         %[[PART:.*]] = memref.view %[[ARENA]]
// CHECK:         call @f_0(%{{.*}}, %[[PART]])
// CHECK:         call @quant_bnn_return_workspace(%[[ARENA]])

// CHECK:       func @none(
// CHECK-NOT:     quant_bnn_take_workspace
// CHECK:       func private @quant_bnn_take_workspace(index) -> memref<?xi8> attributes {llvm.emit_c_interface}
// CHECK:       func private @quant_bnn_return_workspace(memref<?xi8>) attributes {llvm.emit_c_interface}
func.func @f(%x: memref<?xf32>) {
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?xf32>
  %t = memref.alloc(%n) : memref<?xf32>
  linalg.exp ins(%x : memref<?xf32>) outs(%t : memref<?xf32>)
  linalg.tanh ins(%t : memref<?xf32>) outs(%x : memref<?xf32>)
  memref.dealloc %t : memref<?xf32>
  return
}

func.func @caller(%x: memref<?xf32>) {
  call @f(%x) : (memref<?xf32>) -> ()
  return
}

func.func @none(%x: memref<?xf32>) {
  linalg.exp ins(%x : memref<?xf32>) outs(%x : memref<?xf32>)
  return
}

// -----

// expected-error @below {{cannot have a workspace: there is a symbol '@quant_bnn_take_workspace'}}
func.func @g(%x: memref<4xf32>) {
  %t = memref.alloc() : memref<4xf32>
  linalg.exp ins(%x : memref<4xf32>) outs(%t : memref<4xf32>)
  memref.dealloc %t : memref<4xf32>
  return
}

func.func private @quant_bnn_take_workspace()
