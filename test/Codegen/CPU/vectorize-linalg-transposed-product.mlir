// Squares of a transposed operand of many rows are transposed on the way to panels.

// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg=vector-width=128 --canonicalize --cse | FileCheck %s

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (n, k)>
#y = affine_map<(m, n, k) -> (m, n)>

// A panel of 8 columns has room for the last square of 3 rows too many. The rest of
// three terms is loaded with a mask.
// CHECK-LABEL: func @product
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<16x7xf32>, %[[W:[a-z0-9]+]]: memref<8x7xf32>, %[[Y:[a-z0-9]+]]:
// CHECK:         %[[PANELS:.*]] = memref.alloc() {{.*}} : memref<1x10x8xf32>
// CHECK-COUNT-4: vector.load %[[W]]
// CHECK:         vector.shuffle
// CHECK:         vector.store %{{.*}}, %[[PANELS]][%c0, %c0, %c0]
// CHECK:         %[[MASK:.*]] = vector.c{{.*}}_mask
// CHECK:         vector.maskedload %[[W]][%{{.*}}], %[[MASK]]
// CHECK:         vector.store %{{.*}}, %[[PANELS]][%c0, %c6, %c0]
// CHECK:         math.fma {{.*}} : vector<4xf32>
// CHECK-NOT:     vector.reduction
func.func @product(%x: memref<16x7xf32>, %w: memref<8x7xf32>, %y: memref<16x8xf32>) {
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<16x7xf32>, memref<8x7xf32>) outs(%y : memref<16x8xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = math.fma %a, %b, %c : f32
    linalg.yield %0 : f32
  }
  return
}

// Few rows or columns are reduced in lanes along the terms.
// CHECK-LABEL: func @few_rows
// CHECK-NOT:     memref.alloc
// CHECK:         vector.extract %{{.*}}[0] : f32 from vector<1xf32>
// CHECK:         return
func.func @few_rows(%x: memref<15x7xf32>, %w: memref<8x7xf32>, %y: memref<15x8xf32>) {
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<15x7xf32>, memref<8x7xf32>) outs(%y : memref<15x8xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = math.fma %a, %b, %c : f32
    linalg.yield %0 : f32
  }
  return
}
// CHECK-LABEL: func @few_columns
// CHECK-NOT:     memref.alloc
// CHECK:         vector.extract %{{.*}}[0] : f32 from vector<1xf32>
// CHECK:         return
func.func @few_columns(%x: memref<16x7xf32>, %w: memref<7x7xf32>, %y: memref<16x7xf32>) {
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<16x7xf32>, memref<7x7xf32>) outs(%y : memref<16x7xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = math.fma %a, %b, %c : f32
    linalg.yield %0 : f32
  }
  return
}

// With dynamic extents, a branch decides.
// CHECK-LABEL: func @dynamic
// CHECK-DAG:     %[[ROWS:.*]] = arith.cmpi uge, %{{.*}}, %c16
// CHECK-DAG:     %[[COLUMNS:.*]] = arith.cmpi uge, %{{.*}}, %c8
// CHECK:         %[[BOTH:.*]] = arith.andi %[[ROWS]], %[[COLUMNS]]
// CHECK:         scf.if %[[BOTH]]
// CHECK:           memref.alloc
// CHECK:           math.fma
// CHECK:         } else {
// CHECK-NOT:       memref.alloc
// CHECK:           math.fma
func.func @dynamic(%x: memref<?x7xf32>, %w: memref<?x7xf32>, %y: memref<?x?xf32>) {
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<?x7xf32>, memref<?x7xf32>) outs(%y : memref<?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = math.fma %a, %b, %c : f32
    linalg.yield %0 : f32
  }
  return
}

// No operand of this product lies along the columns, nor do all along the terms.
// CHECK-LABEL: func @both_transposed
// CHECK:         memref.alloc
// CHECK:         math.fma {{.*}} : vector<4xf32>
func.func @both_transposed(%x: memref<7x16xf32>, %w: memref<8x7xf32>, %y: memref<16x8xf32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, #w, #y],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<7x16xf32>, memref<8x7xf32>) outs(%y : memref<16x8xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = math.fma %a, %b, %c : f32
    linalg.yield %0 : f32
  }
  return
}
