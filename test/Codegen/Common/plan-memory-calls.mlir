// What a private function allocates is part of the arena of its callers.

// RUN: bnn-opt %s --bnn-codegen-plan-memory --canonicalize --cse --split-input-file | FileCheck %s

// The results of @forward, its arena and what @backward takes share the arena of
// @step, in a call in a loop, too.
// CHECK-LABEL: func @step(
// CHECK-SAME:      %[[X:.*]]: memref<?xf32>, %{{.*}}: index)
// CHECK:         %[[ARENA:.*]] = memref.alloc(%{{.*}}) {alignment = 64 : i64} : memref<?xi8>
// CHECK-NOT:     memref.alloc
// CHECK:         scf.for
// CHECK:           %[[A:.*]] = memref.view %[[ARENA]][%{{.*}}][%[[N:.*]]] : memref<?xi8> to memref<?xf32>
// CHECK:           %[[B:.*]] = memref.view %[[ARENA]][%{{.*}}][] : memref<?xi8> to memref<8xf32>
// CHECK:           %[[FORWARD:.*]] = memref.view %[[ARENA]][%{{.*}}][%{{.*}}] : memref<?xi8> to memref<?xi8>
// CHECK:           %[[COUNT:.*]] = func.call @forward(%[[X]], %[[A]], %[[B]], %[[FORWARD]]) : (memref<?xf32>, memref<?xf32>, memref<8xf32>, memref<?xi8>) -> index
// CHECK:           %[[BACKWARD:.*]] = memref.view %[[ARENA]][%{{.*}}][] : memref<?xi8> to memref<64xi8>
// CHECK:           func.call @backward(%[[A]], %[[B]], %[[COUNT]], %[[BACKWARD]])
// CHECK-NOT:     memref.alloc
// CHECK:         memref.dealloc %[[ARENA]]
// CHECK-NEXT:    return
func.func @step(%x: memref<?xf32>, %steps: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %steps step %c1 {
    %a, %n, %b = func.call @forward(%x) : (memref<?xf32>) -> (memref<?xf32>, index, memref<8xf32>)
    func.call @backward(%a, %b, %n) : (memref<?xf32>, memref<8xf32>, index) -> ()
    memref.dealloc %a : memref<?xf32>
    memref.dealloc %b : memref<8xf32>
  }
  return
}

// CHECK:       func private @forward(%{{.*}}: memref<?xf32>, %[[A:.*]]: memref<?xf32>, %[[B:.*]]: memref<8xf32>, %[[ARENA:.*]]: memref<?xi8>) -> index {
// CHECK-NOT:     memref.alloc
// CHECK:         %[[T:.*]] = memref.view %[[ARENA]]
// CHECK:         linalg.exp {{.*}} outs(%[[T]]
// CHECK:         linalg.tanh {{.*}} outs(%[[A]]
// CHECK:         linalg.fill {{.*}} outs(%[[B]]
// CHECK:         return %{{.*}} : index
func.func private @forward(%x: memref<?xf32>) -> (memref<?xf32>, index, memref<8xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = memref.dim %x, %c0 : memref<?xf32>
  %t = memref.alloc(%n) : memref<?xf32>
  linalg.exp ins(%x : memref<?xf32>) outs(%t : memref<?xf32>)
  %a = memref.alloc(%n) : memref<?xf32>
  linalg.tanh ins(%t : memref<?xf32>) outs(%a : memref<?xf32>)
  memref.dealloc %t : memref<?xf32>
  %b = memref.alloc() : memref<8xf32>
  linalg.fill ins(%zero : f32) outs(%b : memref<8xf32>)
  return %a, %n, %b : memref<?xf32>, index, memref<8xf32>
}

// CHECK:       func private @backward(%{{.*}}: memref<?xf32>, %{{.*}}: memref<8xf32>, %{{.*}}: index, %{{.*}}: memref<64xi8>)
func.func private @backward(%a: memref<?xf32>, %b: memref<8xf32>, %n: index) {
  %t = memref.alloc() : memref<8xf32>
  linalg.exp ins(%b : memref<8xf32>) outs(%t : memref<8xf32>)
  memref.dealloc %t : memref<8xf32>
  return
}

// -----

// Of functions that call each other, one allocates for itself, and so does one
// that is used otherwise; their callers give them nothing.
// CHECK-LABEL: func private @recursive(
// CHECK-SAME:      %{{.*}}: memref<4xf32>, %{{.*}}: i1) {
// CHECK:         memref.alloc() {alignment = 64 : i64} : memref<128xi8>
// CHECK:         call @between(%{{.*}}, %{{.*}}) : (memref<4xf32>, memref<64xi8>) -> ()
func.func private @recursive(%x: memref<4xf32>, %again: i1) {
  %t = memref.alloc() : memref<4xf32>
  linalg.exp ins(%x : memref<4xf32>) outs(%t : memref<4xf32>)
  scf.if %again {
    func.call @between(%t) : (memref<4xf32>) -> ()
  }
  memref.dealloc %t : memref<4xf32>
  return
}

// CHECK:       func private @between(%{{.*}}: memref<4xf32>, %{{.*}}: memref<64xi8>) {
// CHECK-NOT:     memref.alloc
// CHECK:         call @recursive(%{{.*}}, %{{.*}}) : (memref<4xf32>, i1) -> ()
func.func private @between(%x: memref<4xf32>) {
  %false = arith.constant false
  %t = memref.alloc() : memref<4xf32>
  linalg.exp ins(%x : memref<4xf32>) outs(%t : memref<4xf32>)
  func.call @recursive(%t, %false) : (memref<4xf32>, i1) -> ()
  memref.dealloc %t : memref<4xf32>
  return
}

// CHECK:       func private @constant(%{{.*}}: memref<4xf32>) {
// CHECK:         memref.alloca() {alignment = 64 : i64} : memref<64xi8>
func.func private @constant(%x: memref<4xf32>) {
  %t = memref.alloc() : memref<4xf32>
  linalg.exp ins(%x : memref<4xf32>) outs(%t : memref<4xf32>)
  memref.dealloc %t : memref<4xf32>
  return
}

// CHECK:       func @users(
// CHECK-NOT:     memref.alloc
// CHECK:         return
func.func @users(%x: memref<4xf32>) -> ((memref<4xf32>) -> ()) {
  %true = arith.constant true
  %f = func.constant @constant : (memref<4xf32>) -> ()
  call @constant(%x) : (memref<4xf32>) -> ()
  call @recursive(%x, %true) : (memref<4xf32>, i1) -> ()
  return %f : (memref<4xf32>) -> ()
}

// -----

// A result stays a result if it is not a buffer of its own, or if its size is
// not known at the entry.
// CHECK-LABEL: func private @results(
// CHECK-SAME:      %{{.*}}: memref<index>) -> (memref<4xf32>, memref<4xf32>, memref<?xf32>)
// CHECK-COUNT-2: memref.alloc
// CHECK:         return
func.func private @results(%size: memref<index>) -> (memref<4xf32>, memref<4xf32>, memref<?xf32>) {
  %n = memref.load %size[] : memref<index>
  %a = memref.alloc() : memref<4xf32>
  %b = memref.alloc(%n) : memref<?xf32>
  return %a, %a, %b : memref<4xf32>, memref<4xf32>, memref<?xf32>
}

func.func @caller(%size: memref<index>) -> (memref<4xf32>, memref<4xf32>, memref<?xf32>) {
  %r:3 = call @results(%size) : (memref<index>) -> (memref<4xf32>, memref<4xf32>, memref<?xf32>)
  return %r#0, %r#1, %r#2 : memref<4xf32>, memref<4xf32>, memref<?xf32>
}

// -----

// A function that leads to itself by its address has no arena on the stack.
// CHECK-LABEL: func private @by_address(
// CHECK:         memref.alloc() {alignment = 64 : i64} : memref<64xi8>
func.func private @by_address(%x: memref<4xf32>) {
  %t = memref.alloc() : memref<4xf32>
  linalg.exp ins(%x : memref<4xf32>) outs(%t : memref<4xf32>)
  call @use_address(%t) : (memref<4xf32>) -> ()
  memref.dealloc %t : memref<4xf32>
  return
}

// CHECK-LABEL: func @use_address(
func.func @use_address(%x: memref<4xf32>) {
  %f = func.constant @by_address : (memref<4xf32>) -> ()
  func.call_indirect %f(%x) : (memref<4xf32>) -> ()
  return
}
