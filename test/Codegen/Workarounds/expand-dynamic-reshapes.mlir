// RUN: bnn-opt %s --bnn-codegen-expand-dynamic-reshapes --split-input-file | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-expand-dynamic-reshapes --expand-strided-metadata \
// RUN:   --split-input-file | FileCheck %s --check-prefix=AFTER

// CHECK-LABEL: func @several
//  CHECK-SAME: (%[[X:.*]]: memref<?x?xf32>, %[[A:.*]]: index, %[[B:.*]]: index, %[[C:.*]]: index)
//       CHECK: %[[BASE:.*]], %{{.*}}, %{{.*}}:2, %[[ROW:.*]]:2 = memref.extract_strided_metadata %[[X]]
//       CHECK: %[[STRIDE:.*]] = arith.muli %[[ROW]]#0, %[[B]]
//       CHECK: memref.reinterpret_cast %[[BASE]] to offset: [0], sizes: [%[[A]], %[[B]], %[[C]]], strides: [%[[STRIDE]], %[[ROW]]#0, 1]
// AFTER-LABEL: func @several
//   AFTER-NOT: memref.expand_shape
func.func @several(%x: memref<?x?xf32>, %a: index, %b: index, %c: index) -> memref<?x?x?xf32> {
  %y = memref.expand_shape %x [[0, 1], [2]] output_shape [%a, %b, %c]
      : memref<?x?xf32> into memref<?x?x?xf32>
  return %y : memref<?x?x?xf32>
}

// -----

// CHECK-LABEL: func @strided
//       CHECK: memref.reinterpret_cast {{.*}} offset: [%{{.*}}], sizes: [%{{.*}}, 4, %{{.*}}], strides: [%{{.*}}, %{{.*}}, %{{.*}}]
// AFTER-LABEL: func @strided
//   AFTER-NOT: memref.expand_shape
func.func @strided(%x: memref<?xf32, strided<[?], offset: ?>>, %a: index, %b: index)
    -> memref<?x4x?xf32, strided<[?, ?, ?], offset: ?>> {
  %y = memref.expand_shape %x [[0, 1, 2]] output_shape [%a, 4, %b]
      : memref<?xf32, strided<[?], offset: ?>> into memref<?x4x?xf32, strided<[?, ?, ?], offset: ?>>
  return %y : memref<?x4x?xf32, strided<[?, ?, ?], offset: ?>>
}

// -----

// CHECK-LABEL: func @one
//       CHECK: memref.expand_shape
// AFTER-LABEL: func @one
//   AFTER-NOT: memref.expand_shape
func.func @one(%x: memref<?xf32>, %a: index) -> memref<?x4xf32> {
  %y = memref.expand_shape %x [[0, 1]] output_shape [%a, 4] : memref<?xf32> into memref<?x4xf32>
  return %y : memref<?x4xf32>
}
