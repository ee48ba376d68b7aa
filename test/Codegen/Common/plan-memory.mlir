// RUN: bnn-opt %s --bnn-codegen-plan-memory --canonicalize --cse --allow-unregistered-dialect \
// RUN:   --split-input-file | FileCheck %s

// Buffers that are not in use at the same time share bytes, even if they are
// freed later.
// CHECK-LABEL: func @constant_sizes(
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C1024:.*]] = arith.constant 1024 : index
// CHECK:         %[[ARENA:.*]] = memref.alloc() {alignment = 64 : i64} : memref<1536xi8>
// CHECK:         %[[A:.*]] = memref.view %[[ARENA]][%[[C1024]]][] : memref<1536xi8> to memref<64xf32>
// CHECK:         "test.use"(%[[A]])
// CHECK:         %[[B:.*]] = memref.view %[[ARENA]][%[[C0]]][] : memref<1536xi8> to memref<256xf32>
// CHECK:         "test.use"(%[[A]], %[[B]])
// CHECK:         %[[C:.*]] = memref.view %[[ARENA]][%[[C1024]]][] : memref<1536xi8> to memref<500xi8>
// CHECK:         "test.use"(%[[B]], %[[C]])
// CHECK-NOT:     memref.dealloc
// CHECK:         memref.dealloc %[[ARENA]]
// CHECK-NEXT:    return
func.func @constant_sizes() {
  %a = memref.alloc() : memref<64xf32>
  "test.use"(%a) : (memref<64xf32>) -> ()
  %b = memref.alloc() : memref<256xf32>
  "test.use"(%a, %b) : (memref<64xf32>, memref<256xf32>) -> ()
  %c = memref.alloc() : memref<500xi8>
  "test.use"(%b, %c) : (memref<256xf32>, memref<500xi8>) -> ()
  memref.dealloc %a : memref<64xf32>
  memref.dealloc %b : memref<256xf32>
  memref.dealloc %c : memref<500xi8>
  return
}

// -----

// The slot of two buffers with one extent has the size of the larger one. What
// computes an extent moves to the entry.
// CHECK-LABEL: func @extents(
// CHECK-SAME:      %[[X:.*]]: memref<?xf32>, %[[K:.*]]: index
// CHECK-DAG:     %[[MASK:.*]] = arith.constant -64 : index
// CHECK-DAG:     %[[N:.*]] = memref.dim %[[X]]
// CHECK-DAG:     %[[BYTES:.*]] = arith.muli %[[N]], %c8
// CHECK:         %[[ABOVE:.*]] = arith.addi %[[BYTES]], %c63
// CHECK:         %[[SLOT:.*]] = arith.andi %[[ABOVE]], %[[MASK]]
// CHECK:         %[[SUM:.*]] = arith.addi %[[N]], %[[K]]
// CHECK:         %[[EXTENT:.*]] = arith.maxsi %[[SUM]], %c0
// CHECK:         arith.muli %[[EXTENT]], %c4
// CHECK:         %[[TOTAL:.*]] = arith.addi %[[SLOT]]
// CHECK:         %[[ARENA:.*]] = memref.alloc(%[[TOTAL]]) {alignment = 64 : i64} : memref<?xi8>
// CHECK:         memref.view %[[ARENA]][%c0][%[[N]]] : memref<?xi8> to memref<?xf32>
// CHECK:         memref.view %[[ARENA]][%[[SLOT]]][%[[SUM]]] : memref<?xi8> to memref<?xi32>
// CHECK:         memref.view %[[ARENA]][%c0][%[[N]]] : memref<?xi8> to memref<?x2xf32>
func.func @extents(%x: memref<?xf32>, %k: index) {
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?xf32>
  %a = memref.alloc(%n) : memref<?xf32>
  %sum = arith.addi %n, %k : index
  %b = memref.alloc(%sum) : memref<?xi32>
  "test.use"(%a, %b) : (memref<?xf32>, memref<?xi32>) -> ()
  %c = memref.alloc(%n) : memref<?x2xf32>
  "test.use"(%b, %c) : (memref<?xi32>, memref<?x2xf32>) -> ()
  memref.dealloc %a : memref<?xf32>
  memref.dealloc %b : memref<?xi32>
  memref.dealloc %c : memref<?x2xf32>
  return
}

// -----

// The buffers of the branches share bytes, but not with the one around them.
// CHECK-LABEL: func @regions(
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C64:.*]] = arith.constant 64 : index
// CHECK:         %[[ARENA:.*]] = memref.alloc() {alignment = 64 : i64} : memref<128xi8>
// CHECK:         memref.view %[[ARENA]][%[[C0]]][] : memref<128xi8> to memref<16xf32>
// CHECK:         scf.for
// CHECK:           scf.if
// CHECK:             memref.view %[[ARENA]][%[[C64]]][] : memref<128xi8> to memref<8xf32>
// CHECK:           else
// CHECK:             memref.view %[[ARENA]][%[[C64]]][] : memref<128xi8> to memref<4xf32>
func.func @regions(%condition: i1, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc() : memref<16xf32>
  scf.for %i = %c0 to %n step %c1 {
    scf.if %condition {
      %b = memref.alloc() : memref<8xf32>
      "test.use"(%a, %b) : (memref<16xf32>, memref<8xf32>) -> ()
      memref.dealloc %b : memref<8xf32>
    } else {
      %c = memref.alloc() : memref<4xf32>
      "test.use"(%a, %c) : (memref<16xf32>, memref<4xf32>) -> ()
      memref.dealloc %c : memref<4xf32>
    }
  }
  memref.dealloc %a : memref<16xf32>
  return
}

// -----

// A buffer that may not be needed, of the extents of an argument.
// CHECK-LABEL: func @branch(
// CHECK:         %[[ARENA:.*]] = memref.alloc(%{{.*}}) {alignment = 64 : i64} : memref<?xi8>
// CHECK:         scf.if
// CHECK-NOT:       memref.alloc
// CHECK:           memref.view %[[ARENA]]
func.func @branch(%x: memref<?x5xf32>) {
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %c8 = arith.constant 8 : index
  %n = memref.dim %x, %c0 : memref<?x5xf32>
  %many = arith.cmpi uge, %n, %c8 : index
  scf.if %many {
    %rows = arith.muli %n, %c3 : index
    %a = memref.alloc(%rows) : memref<?xf32>
    "test.use"(%a) : (memref<?xf32>) -> ()
    memref.dealloc %a : memref<?xf32>
  }
  return
}

// -----

// An extent that is the product of others.
// CHECK-LABEL: func @merged(
// CHECK-SAME:      %[[X:.*]]: memref<?x5xf32>
// CHECK-DAG:     %[[C5:.*]] = arith.constant 5 : index
// CHECK-DAG:     %[[N:.*]] = memref.dim %[[X]]
// CHECK:         arith.muli %[[N]], %[[C5]]
// CHECK:         memref.alloc(%{{.*}}) {alignment = 64 : i64} : memref<?xi8>
// CHECK-NOT:     memref.alloc(
func.func @merged(%x: memref<?x5xf32>) {
  %c0 = arith.constant 0 : index
  %flat = memref.collapse_shape %x [[0, 1]] : memref<?x5xf32> into memref<?xf32>
  %n = memref.dim %flat, %c0 : memref<?xf32>
  %a = memref.alloc(%n) : memref<?xf32>
  "test.use"(%a) : (memref<?xf32>) -> ()
  memref.dealloc %a : memref<?xf32>
  return
}

// -----

// CHECK-LABEL: func @nothing_to_plan(
// CHECK-NOT:     memref
// CHECK:         return
func.func @nothing_to_plan() {
  return
}

// -----

// A view is a use of its buffer. An op that may return its operand under another
// name is one until the buffer is freed.
// CHECK-LABEL: func @aliases(
// CHECK:         memref.alloc() {alignment = 64 : i64} : memref<128xi8>
func.func @aliases() {
  %a = memref.alloc() : memref<16xf32>
  %view = memref.subview %a[8] [8] [1] : memref<16xf32> to memref<8xf32, strided<[1], offset: 8>>
  %b = memref.alloc() : memref<16xf32>
  %renamed = "test.rename"(%b) : (memref<16xf32>) -> memref<16xf32>
  "test.use"(%view) : (memref<8xf32, strided<[1], offset: 8>>) -> ()
  %c = memref.alloc() : memref<16xf32>
  "test.use"(%c, %renamed) : (memref<16xf32>, memref<16xf32>) -> ()
  %d = memref.alloc() : memref<16xf32>
  "test.use"(%d, %renamed) : (memref<16xf32>, memref<16xf32>) -> ()
  memref.dealloc %a : memref<16xf32>
  memref.dealloc %b : memref<16xf32>
  memref.dealloc %c : memref<16xf32>
  memref.dealloc %d : memref<16xf32>
  return
}
