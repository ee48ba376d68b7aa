// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="parallel lower-others nontemporal-threshold=0" \
// RUN:   --canonicalize --cse | FileCheck %s

#identity = affine_map<(d0) -> (d0)>
#rows = affine_map<(d0, d1) -> (d0, d1)>

// Threads share the blocks, each of which leaves a partial sum. The sums are
// added in order. A task has one block, or all if the estimate of the time is
// below 20 microseconds.
// CHECK-LABEL: func @sum
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[BLOCK:.*]] = arith.constant 16384 : index
// CHECK-DAG:     %[[COST:.*]] = arith.constant 8192000 : index
// CHECK-DAG:     %[[LEAST:.*]] = arith.constant 20000000 : index
// CHECK:         %[[COUNT:.*]] = arith.ceildivui %[[SIZE:.*]], %[[BLOCK]]
// CHECK:         %[[TIME:.*]] = arith.muli %[[COUNT]], %[[COST]]
// CHECK:         %[[PAYS:.*]] = arith.cmpi uge, %[[TIME]], %[[LEAST]]
// CHECK:         %[[ALL:.*]] = arith.maxui %[[COUNT]], %[[C1]]
// CHECK:         %[[GRAIN:.*]] = arith.select %[[PAYS]], %[[C1]], %[[ALL]]
// CHECK:         %[[PARTIAL:.*]] = memref.alloc(%[[COUNT]]) : memref<?xf32>
// CHECK:         scf.parallel (%[[TASK:.*]]) = (%[[C0]]) to (%[[COUNT]]) step (%[[GRAIN]])
// CHECK:           scf.for %[[I:.*]] = %[[TASK]] to %{{.*}} step %[[C1]]
// CHECK:             arith.muli %[[I]], %[[BLOCK]]
// CHECK:             vector.store
// CHECK:             memref.store %{{.*}}, %[[PARTIAL]][%[[I]]]
// CHECK:         scf.for %[[I:.*]] = %[[C0]] to %[[COUNT]]
// CHECK:           memref.load %[[PARTIAL]][%[[I]]]
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

// The number of rows of a task depends on their length.
// CHECK-LABEL: func @rows
// CHECK-DAG:     %[[C500:.*]] = arith.constant 500 : index
// CHECK-DAG:     %[[TASK_TIME:.*]] = arith.constant 4000000 : index
// CHECK:         %[[COST:.*]] = arith.muli %{{.*}}, %[[C500]]
// CHECK:         arith.ceildivui %[[TASK_TIME]], %{{.*}}
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
// CHECK-DAG:     %[[C256:.*]] = arith.constant 256 : index
// CHECK:         %[[GRAIN:.*]] = arith.muli %{{.*}}, %[[C256]]
// CHECK:         scf.parallel (%[[I:.*]]) = {{.*}} step (%[[GRAIN]])
// CHECK:           scf.for
// CHECK:         return
func.func @columns(%x: memref<?x?xf32>, %y: memref<?xf32>) {
  linalg.reduce { arith.addf } ins(%x : memref<?x?xf32>) outs(%y : memref<?xf32>) dimensions = [0]
  return
}

// There may be one row of many columns, or the other way round.
// CHECK-LABEL: func @image
// CHECK:         %[[ROWS:.*]] = arith.muli %{{.*}}, %{{.*}} : index
// CHECK:         scf.parallel
// CHECK:           scf.for %[[I:.*]] =
// CHECK:             arith.remui %[[I]]
// CHECK:             arith.divui %[[I]]
func.func @image(%x: memref<?x?x64xf32, strided<[?, ?, 1]>>, %y: memref<?x?x64xf32>) {
  linalg.copy ins(%x : memref<?x?x64xf32, strided<[?, ?, 1]>>) outs(%y : memref<?x?x64xf32>)
  return
}

// There is one row: its elements are shared.
// CHECK-LABEL: func @one_row
// CHECK:         scf.parallel {{.*}} to (%c1000000)
func.func @one_row(%x: memref<1x1000000xf32, strided<[2000000, 1]>>, %y: memref<1x1000000xf32>) {
  linalg.copy ins(%x : memref<1x1000000xf32, strided<[2000000, 1]>>) outs(%y : memref<1x1000000xf32>)
  return
}

// A loop over elements, since the lanes have no dimension.
// CHECK-LABEL: func @elements
// CHECK:         scf.parallel
// CHECK:           scf.for
// CHECK:             memref.load
// CHECK-NOT:       scf.parallel
// CHECK:         return
func.func @elements(%x: memref<?x?xf32, strided<[1, ?]>>, %y: memref<?x?xf32>) {
  linalg.generic {indexing_maps = [#rows, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<?x?xf32, strided<[1, ?]>>) outs(%y : memref<?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %sign = quant_bnn.sign %in : f32
    linalg.yield %sign : f32
  }
  return
}

// Iterations along the first dimension write the same elements.
// CHECK-LABEL: func @overlapping
// CHECK-NOT:     scf.parallel
// CHECK:         return
func.func @overlapping(%x: memref<?x?xf32, strided<[1, ?]>>, %y: memref<?xf32>) {
  linalg.generic {indexing_maps = [#rows, affine_map<(d0, d1) -> (d1)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<?x?xf32, strided<[1, ?]>>) outs(%y : memref<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %difference = arith.subf %in, %out : f32
    linalg.yield %difference : f32
  }
  return
}

// One task is no loop.
// CHECK-LABEL: func @small
// CHECK-NOT:     scf.parallel
// CHECK:         return
func.func @small(%x: memref<16384xf32>, %y: memref<16384xf32>) {
  linalg.copy ins(%x : memref<16384xf32>) outs(%y : memref<16384xf32>)
  return
}
