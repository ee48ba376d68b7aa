// RUN: bnn-opt %s --bnn-codegen-convert-results-to-out-params=check-extents=true | FileCheck %s

// The extents of arguments are known at the entry.
//
// CHECK-LABEL: func @arguments(
// CHECK-SAME:      %[[X:.*]]: tensor<?x4xf32>, %[[N:.*]]: index,
// CHECK-SAME:      %[[OUT0:.*]]: memref<?x4xf32>, %[[OUT1:.*]]: memref<?xf32>
// CHECK-DAG:     %[[ROWS:.*]] = tensor.dim %[[X]], %{{.*}}
// CHECK-DAG:     %[[ROWS0:.*]] = memref.dim %[[OUT0]], %{{.*}}
// CHECK:         %[[EQUAL0:.*]] = arith.cmpi eq, %[[ROWS0]], %[[ROWS]]
// CHECK:         cf.assert %[[EQUAL0]], "@arguments requires dimension 0 of the buffer for result 0 to be that of the result"
// CHECK-DAG:     %[[DOUBLE:.*]] = arith.addi %[[N]], %[[N]]
// CHECK-DAG:     %[[ROWS1:.*]] = memref.dim %[[OUT1]], %{{.*}}
// CHECK:         %[[EQUAL1:.*]] = arith.cmpi eq, %[[ROWS1]], %[[DOUBLE]]
// CHECK:         cf.assert %[[EQUAL1]], "@arguments requires dimension 0 of the buffer for result 2 to be that of the result"
// CHECK-NOT:     cf.assert
// CHECK:         arith.negf
func.func @arguments(%x: tensor<?x4xf32>, %n: index)
    -> (tensor<?x4xf32>, f32, tensor<?xf32>) {
  %y = arith.negf %x : tensor<?x4xf32>
  %f = arith.constant 1.0 : f32
  %double = arith.addi %n, %n : index
  %empty = tensor.empty(%double) : tensor<?xf32>
  %z = linalg.fill ins(%f : f32) outs(%empty : tensor<?xf32>) -> tensor<?xf32>
  return %y, %f, %z : tensor<?x4xf32>, f32, tensor<?xf32>
}

// Another extent is compared where it is computed, before what has this extent.
//
// CHECK-LABEL: func @computed(
// CHECK:         %[[N:.*]] = memref.load
// CHECK:         %[[EQUAL:.*]] = arith.cmpi eq, %{{.*}}, %[[N]]
// CHECK:         cf.assert %[[EQUAL]]
// CHECK:         linalg.fill
func.func @computed(%x: memref<index>) -> tensor<?xf32> {
  %n = memref.load %x[] : memref<index>
  %f = arith.constant 1.0 : f32
  %empty = tensor.empty(%n) : tensor<?xf32>
  %z = linalg.fill ins(%f : f32) outs(%empty : tensor<?xf32>) -> tensor<?xf32>
  return %z : tensor<?xf32>
}

// CHECK-LABEL: func @static(
// CHECK-NOT:     cf.assert
// CHECK:         return
func.func @static(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = arith.negf %x : tensor<4xf32>
  return %y : tensor<4xf32>
}
