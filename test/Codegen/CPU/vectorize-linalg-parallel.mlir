// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="parallel nontemporal-threshold=0" \
// RUN:   --canonicalize --cse | FileCheck %s

#identity = affine_map<(d0) -> (d0)>
#rows = affine_map<(d0, d1) -> (d0, d1)>

// Each block of a task leaves a partial sum; they are added in order.
// CHECK-LABEL: func @sum
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[GRAIN:.*]] = arith.constant 65536 : index
// CHECK-DAG:     %[[BLOCK:.*]] = arith.constant 16384 : index
// CHECK:         %[[COUNT:.*]] = arith.ceildivui %[[SIZE:.*]], %[[BLOCK]]
// CHECK:         %[[PARTIAL:.*]] = memref.alloc(%[[COUNT]]) : memref<?xf32>
// CHECK:         scf.parallel (%[[I:.*]]) = (%[[C0]]) to (%[[SIZE]]) step (%[[GRAIN]])
// CHECK:           scf.for %{{.*}} = %[[I]] to %{{.*}} step %[[BLOCK]] {
// CHECK:             vector.store
// CHECK:             memref.store %{{.*}}, %[[PARTIAL]]
// CHECK:         scf.for %[[TASK:.*]] = %[[C0]] to %[[COUNT]]
// CHECK:           memref.load %[[PARTIAL]][%[[TASK]]]
// CHECK:         memref.dealloc %[[PARTIAL]]
func.func @sum(%x: memref<?xf32>, %y: memref<?xf32>, %sum: memref<f32>) {
  linalg.generic {indexing_maps = [#identity, #identity, affine_map<(d0) -> ()>],
                  iterator_types = ["reduction"]}
      ins(%x : memref<?xf32>) outs(%y, %sum : memref<?xf32>, memref<f32>) {
  ^bb0(%in: f32, %out: f32, %total: f32):
    %sign = quant_bnn.sign %in : f32
    %add = arith.addf %total, %in : f32
    linalg.yield %sign, %add : f32, f32
  }
  return
}

// CHECK-LABEL: func @rows
// CHECK:         scf.parallel
// CHECK-NOT:     scf.parallel
// CHECK:         return
func.func @rows(%x: memref<?x?xf32>, %y: memref<?xf32>, %z: memref<?x?xf32>) {
  linalg.generic {indexing_maps = [#rows, affine_map<(d0, d1) -> (d0)>, #rows],
                  iterator_types = ["parallel", "parallel"]}
      ins(%x, %y : memref<?x?xf32>, memref<?xf32>) outs(%z : memref<?x?xf32>) {
  ^bb0(%in: f32, %scale: f32, %out: f32):
    %product = arith.mulf %in, %scale : f32
    linalg.yield %product : f32
  }
  return
}

// A task has columns of its own.
// CHECK-LABEL: func @columns
// CHECK-DAG: %[[C256:.*]] = arith.constant 256 : index
// CHECK:         scf.parallel (%[[I:.*]]) = {{.*}} step (%[[C256]])
// CHECK:           scf.for
// CHECK:         return
func.func @columns(%x: memref<?x?xf32>, %y: memref<?xf32>) {
  linalg.reduce { arith.addf } ins(%x : memref<?x?xf32>) outs(%y : memref<?xf32>) dimensions = [0]
  return
}

// One task is no loop.
// CHECK-LABEL: func @small
// CHECK-NOT:     scf.parallel
// CHECK:         return
func.func @small(%x: memref<65536xf32>, %y: memref<65536xf32>) {
  linalg.copy ins(%x : memref<65536xf32>) outs(%y : memref<65536xf32>)
  return
}
