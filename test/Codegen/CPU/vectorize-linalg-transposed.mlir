// Elementwise ops of which some inputs lie along another loop than the outputs.

// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg --canonicalize --cse --split-input-file \
// RUN:   | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="parallel task-time=0" --canonicalize --cse \
// RUN:   --split-input-file | FileCheck %s --check-prefix=PARALLEL

// A square is transposed in registers. Extents that are multiples of its size
// need no masks.
// CHECK-LABEL: func @transpose(
// CHECK-SAME:      %[[X:[^:]*]]: memref<64x32xf32>, %[[Y:[^:]*]]: memref<32x64xf32>)
// CHECK:         %[[SQUARE:.*]] = memref.alloc() {alignment = 64 : i64} : memref<16x16xf32>
// CHECK:         scf.for
// CHECK:           %[[COLUMN:.*]] = arith.muli %{{.*}}, %c16
// CHECK:           scf.for %[[ROW:[a-z0-9]*]] = %c0 to %c32 step %c16
// CHECK:             vector.load %[[X]][%[[COLUMN]], %[[ROW]]] : memref<64x32xf32>, vector<16xf32>
// CHECK-COUNT-15:    vector.load %[[X]]
// CHECK-COUNT-64:    vector.shuffle
// CHECK-COUNT-16:    vector.store %{{.*}}, %[[SQUARE]]
// CHECK:             scf.for %[[I:[a-z0-9]*]] = %c0 to %c16 step %c1
// CHECK:               %[[R:.*]] = arith.addi %[[ROW]], %[[I]]
// CHECK:               %[[V:.*]] = vector.load %[[SQUARE]][%[[I]], %c0]
// CHECK:               vector.store %[[V]], %[[Y]][%[[R]], %[[COLUMN]]]
// CHECK-NOT:     mask
// CHECK:         memref.dealloc %[[SQUARE]]

// PARALLEL-LABEL: func @transpose(
// PARALLEL:         scf.parallel
// PARALLEL:           memref.alloc
func.func @transpose(%x: memref<64x32xf32>, %y: memref<32x64xf32>) {
  linalg.transpose ins(%x : memref<64x32xf32>) outs(%y : memref<32x64xf32>) permutation = [1, 0]
  return
}

// -----

// What hangs over is masked, and nothing past the end is read.
// CHECK-LABEL: func @dynamic(
// CHECK:         scf.if
// CHECK-COUNT-16:  vector.load %arg0
// CHECK:         } else {
// CHECK:           vector.create_mask
// CHECK:           arith.minui
// CHECK-COUNT-16:  vector.maskedload %arg0
// CHECK:           vector.maskedstore %arg1
func.func @dynamic(%x: memref<?x?xf32>, %y: memref<?x?xf32>) {
  linalg.transpose ins(%x : memref<?x?xf32>) outs(%y : memref<?x?xf32>) permutation = [1, 0]
  return
}

// -----

// The images are outside; for 16 outputs of a filter, all inputs come before the
// next outputs, so that lines of memory are read once.
// CHECK-LABEL: func @images(
// CHECK:         scf.for %{{.*}} = %c0 to %c12 step %c1
// CHECK:           arith.remui %{{.*}}, %c4
// CHECK:           arith.divui %{{.*}}, %c4
// CHECK:           scf.for {{.*}} %c32 step %c16
// CHECK-LABEL: func @filter(
// CHECK:         scf.for %{{.*}} = %c0 to %c2 step %c1
// CHECK:           scf.for %{{.*}} = %c0 to %c20 step %c1
// CHECK:             %[[TAPS:.*]] = vector.constant_mask [9] : vector<16xi1>
// CHECK-COUNT-16:    vector.maskedload {{.*}}, %[[TAPS]]
// CHECK:             scf.for %{{.*}} = %c0 to %c9 step %c1
// CHECK-NOT:           mask
// CHECK:               vector.store
func.func @images(%x: memref<3x8x8x32xf32>, %y: memref<3x32x8x8xf32>) {
  linalg.transpose ins(%x : memref<3x8x8x32xf32>) outs(%y : memref<3x32x8x8xf32>) permutation = [0, 3, 1, 2]
  return
}
func.func @filter(%x: memref<32x20x3x3xf32>, %y: memref<3x3x20x32xf32>) {
  linalg.transpose ins(%x : memref<32x20x3x3xf32>) outs(%y : memref<3x3x20x32xf32>) permutation = [2, 3, 1, 0]
  return
}

// -----

// An op on elements of both layouts, and on a value for each row.
// CHECK-LABEL: func @add(
// CHECK:         memref.alloc
// CHECK-NOT:     memref.alloc
// CHECK:         %[[S:.*]] = memref.load %arg2
// CHECK:         vector.broadcast %[[S]]
// CHECK:         vector.load %arg1
// CHECK-COUNT-2: arith.addf
func.func @add(%x: memref<64x32xf32>, %y: memref<32x64xf32>, %s: memref<32xf32>, %z: memref<32x64xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%x, %y, %s : memref<64x32xf32>, memref<32x64xf32>, memref<32xf32>) outs(%z : memref<32x64xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %out: f32):
    %0 = arith.addf %a, %b : f32
    %1 = arith.addf %0, %c : f32
    linalg.yield %1 : f32
  }
  return
}

// -----

// LLVM does better on few rows or columns.
// CHECK-LABEL: func @few(
// CHECK-NOT:     memref.alloc
// CHECK:         return
func.func @few(%x: memref<8x64xf32>, %y: memref<64x8xf32>) {
  linalg.transpose ins(%x : memref<8x64xf32>) outs(%y : memref<64x8xf32>) permutation = [1, 0]
  linalg.transpose ins(%y : memref<64x8xf32>) outs(%x : memref<8x64xf32>) permutation = [1, 0]
  return
}

// -----

// Inputs along two other loops, and outputs along two loops.
// CHECK-LABEL: func @two(
// CHECK-NOT:     memref.alloc
// CHECK:         return
func.func @two(%x: memref<32x32x32xf32>, %y: memref<32x32x32xf32>, %z: memref<32x32x32xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, k, j)>, affine_map<(i, j, k) -> (k, j, i)>, affine_map<(i, j, k) -> (i, j, k)>],
                  iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %y : memref<32x32x32xf32>, memref<32x32x32xf32>) outs(%z : memref<32x32x32xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, k, j)>],
                  iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : memref<32x32x32xf32>) outs(%y, %z : memref<32x32x32xf32>, memref<32x32x32xf32>) {
  ^bb0(%a: f32, %o0: f32, %o1: f32):
    linalg.yield %a, %a : f32, f32
  }
  return
}
