// RUN: bnn-opt %s --bnn-codegen-plan-memory=workspace=argument --canonicalize --cse --allow-unregistered-dialect \
// RUN:   --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func @f(
// CHECK-SAME:      %[[X:.*]]: memref<?x8xf32>, %[[Y:.*]]: memref<4xf32>, %[[K:.*]]: index, %[[WORKSPACE:.*]]: memref<?xi8>)
// CHECK:         %[[N:.*]] = memref.dim %[[X]], %c0
// CHECK:         %[[SIZE:.*]] = arith.addi %{{.*}}, %c64
// CHECK:         %[[BYTES:.*]] = memref.dim %[[WORKSPACE]], %c0
// CHECK:         %[[FITS:.*]] = arith.cmpi uge, %[[BYTES]], %[[SIZE]]
// CHECK:         cf.assert %[[FITS]], "@f requires a workspace of @f_workspace_size bytes"
// CHECK:         %[[ADDRESS:.*]] = memref.extract_aligned_pointer_as_index %[[WORKSPACE]]
// CHECK:         %[[REST:.*]] = arith.andi %[[ADDRESS]], %c63
// CHECK:         %[[ALIGNED:.*]] = arith.cmpi eq, %[[REST]], %c0
// CHECK:         cf.assert %[[ALIGNED]], "@f requires a workspace that is aligned to 64 bytes"
// CHECK:         memref.view %[[WORKSPACE]][%c64][%[[N]]] : memref<?xi8> to memref<?xi16>
// CHECK:         memref.view %[[WORKSPACE]][%c0][] : memref<?xi8> to memref<4xf32>
// CHECK-NOT:     memref.alloc
// CHECK:         return

// CHECK:       func @f_workspace_size(%[[N:.*]]: index, %[[K:.*]]: index) -> index
// CHECK:         %[[BYTES:.*]] = arith.muli %[[N]], %c2
// CHECK:         %[[ABOVE:.*]] = arith.addi %[[BYTES]], %c63
// CHECK:         %[[SLOT:.*]] = arith.andi %[[ABOVE]], %c-64
// CHECK:         %[[SIZE:.*]] = arith.addi %[[SLOT]], %c64
// CHECK:         return %[[SIZE]]

// What the module itself calls gets a part of the arena of its caller.
// CHECK:       func private @f_0(%{{.*}}: memref<?x8xf32>, %{{.*}}: memref<4xf32>, %{{.*}}: index, %{{.*}}: memref<?xi8>) {
// CHECK-NOT:     memref.alloc
// CHECK:       func @caller(%{{.*}}: memref<?x8xf32>, %{{.*}}: memref<4xf32>, %[[WORKSPACE:.*]]: memref<?xi8>)
// CHECK:         %[[ARENA:.*]] = memref.view %[[WORKSPACE]]
// CHECK:         call @f_0(%{{.*}}, %{{.*}}, %{{.*}}, %[[ARENA]])
// CHECK:       func @caller_workspace_size(%[[N:.*]]: index) -> index
// CHECK:         arith.muli %[[N]], %c2
func.func @f(%x: memref<?x8xf32>, %y: memref<4xf32>, %k: index) {
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?x8xf32>
  %a = memref.alloc(%n) : memref<?xi16>
  %b = memref.alloc() : memref<4xf32>
  "test.use"(%x, %y, %a, %b) : (memref<?x8xf32>, memref<4xf32>, memref<?xi16>, memref<4xf32>) -> ()
  memref.dealloc %a : memref<?xi16>
  memref.dealloc %b : memref<4xf32>
  return
}

func.func @caller(%x: memref<?x8xf32>, %y: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  call @f(%x, %y, %c0) : (memref<?x8xf32>, memref<4xf32>, index) -> ()
  return
}

// -----

// expected-error @below {{cannot have a workspace: there is a symbol '@g_workspace_size'}}
func.func @g() {
  return
}

func.func private @g_workspace_size()
