// RUN: bnn-opt %s --bnn-codegen-fill-borders --canonicalize --split-input-file | FileCheck %s

// Rows above and below, and columns between them.
// CHECK-LABEL: func @pad(
// CHECK-SAME:      %[[X:.*]]: memref<8x8xf32>, %[[V:.*]]: f32)
// CHECK:         %[[B:.*]] = memref.alloc() : memref<11x9xf32>
// CHECK-NOT:     linalg.map
// CHECK:         %[[ABOVE:.*]] = memref.subview %[[B]][0, 0] [1, 9] [1, 1]
// CHECK:         linalg.fill ins(%[[V]] : f32) outs(%[[ABOVE]] :
// CHECK:         %[[BELOW:.*]] = memref.subview %[[B]][9, 0] [2, 9] [1, 1]
// CHECK:         linalg.fill ins(%[[V]] : f32) outs(%[[BELOW]] :
// CHECK:         %[[RIGHT:.*]] = memref.subview %[[B]][1, 8] [8, 1] [1, 1]
// CHECK:         linalg.fill ins(%[[V]] : f32) outs(%[[RIGHT]] :
// CHECK-NOT:     linalg.fill
// CHECK:         memref.copy %[[X]],
func.func @pad(%x: memref<8x8xf32>, %v: f32) -> memref<11x9xf32> {
  %b = memref.alloc() : memref<11x9xf32>
  linalg.map outs(%b : memref<11x9xf32>) (%old: f32) {
    linalg.yield %v : f32
  }
  %part = memref.subview %b[1, 0] [8, 8] [1, 1] : memref<11x9xf32> to memref<8x8xf32, strided<[9, 1], offset: 9>>
  memref.copy %x, %part : memref<8x8xf32> to memref<8x8xf32, strided<[9, 1], offset: 9>>
  return %b : memref<11x9xf32>
}

// -----

// Amounts that are not known, and an op that computes the part.
// CHECK-LABEL: func @dynamic(
// CHECK-SAME:      %[[X:.*]]: memref<?xf32>, %[[N:[^:]*]]: index, %[[LOW:[^:]*]]: index, %[[SIZE:[^:]*]]: index, %[[V:.*]]: f32)
// CHECK:         %[[B:.*]] = memref.alloc(%[[SIZE]])
// CHECK-DAG:     %[[END:.*]] = arith.addi %[[LOW]], %[[N]]
// CHECK-DAG:     %[[REST:.*]] = arith.subi %[[SIZE]], %[[END]]
// CHECK:         memref.subview %[[B]][0] [%[[LOW]]] [1]
// CHECK:         memref.subview %[[B]][%[[END]]] [%[[REST]]] [1]
// CHECK:         linalg.generic
func.func @dynamic(%x: memref<?xf32>, %n: index, %low: index, %size: index, %v: f32) -> memref<?xf32> {
  %b = memref.alloc(%size) : memref<?xf32>
  linalg.map outs(%b : memref<?xf32>) (%old: f32) {
    linalg.yield %v : f32
  }
  %part = memref.subview %b[%low] [%n] [1] : memref<?xf32> to memref<?xf32, strided<[1], offset: ?>>
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : memref<?xf32>) outs(%part : memref<?xf32, strided<[1], offset: ?>>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.negf %in : f32
    linalg.yield %0 : f32
  }
  return %b : memref<?xf32>
}

// -----

// The old values are read: by an op in between, by the op itself, and along a
// stride of 2.
// CHECK-LABEL: func @read(
// CHECK-COUNT-3: linalg.map
// CHECK-NOT:     linalg.fill
func.func @read(%x: memref<4xf32>, %v: f32) -> (memref<8xf32>, memref<8xf32>, memref<8xf32>, f32) {
  %c0 = arith.constant 0 : index
  %a = memref.alloc() : memref<8xf32>
  linalg.map outs(%a : memref<8xf32>) (%old: f32) {
    linalg.yield %v : f32
  }
  %part = memref.subview %a[2] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1], offset: 2>>
  %first = memref.load %part[%c0] : memref<4xf32, strided<[1], offset: 2>>
  memref.copy %x, %part : memref<4xf32> to memref<4xf32, strided<[1], offset: 2>>

  %b = memref.alloc() : memref<8xf32>
  linalg.map outs(%b : memref<8xf32>) (%old: f32) {
    linalg.yield %v : f32
  }
  %added = memref.subview %b[2] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1], offset: 2>>
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : memref<4xf32>) outs(%added : memref<4xf32, strided<[1], offset: 2>>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.addf %in, %out : f32
    linalg.yield %0 : f32
  }

  %c = memref.alloc() : memref<8xf32>
  linalg.map outs(%c : memref<8xf32>) (%old: f32) {
    linalg.yield %v : f32
  }
  %even = memref.subview %c[0] [4] [2] : memref<8xf32> to memref<4xf32, strided<[2]>>
  memref.copy %x, %even : memref<4xf32> to memref<4xf32, strided<[2]>>
  return %a, %b, %c, %first : memref<8xf32>, memref<8xf32>, memref<8xf32>, f32
}
