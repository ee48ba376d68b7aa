// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="nontemporal-threshold=0" \
// RUN:   --canonicalize --cse --split-input-file | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="nontemporal-threshold=0 vector-width=128" \
// RUN:   --canonicalize --cse --split-input-file | FileCheck %s --check-prefix=W128

// Any rank is one loop, which LLVM unrolls, and the rest is masked.
// CHECK: #[[$UNROLL:.*]] = #llvm.loop_annotation<
// CHECK-LABEL: func @flatten
// CHECK-SAME:    %[[X:.*]]: memref<?x3x?xf32>, %[[Y:.*]]: memref<?x3x?xf32>
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C16:.*]] = arith.constant 16 : index
// CHECK-DAG:     %[[FX:.*]] = memref.collapse_shape %[[X]] {{\[}}[0, 1, 2]]
// CHECK-DAG:     %[[FY:.*]] = memref.collapse_shape %[[Y]] {{\[}}[0, 1, 2]]
// CHECK:         %[[REST:.*]] = arith.remui %[[SIZE:.*]], %[[C16]]
// CHECK:         %[[END:.*]] = arith.subi %[[SIZE]], %[[REST]]
// CHECK:         scf.for %[[I:.*]] = %[[C0]] to %[[END]] step %[[C16]]
// CHECK:           %[[IN:.*]] = vector.load %[[FX]][%[[I]]]
// CHECK:           %[[OUT:.*]] = quant_bnn.sign %[[IN]] : vector<16xf32>
// CHECK:           vector.store %[[OUT]], %[[FY]][%[[I]]]
// CHECK:         } {loop_annotation = #[[$UNROLL]]}
// CHECK:         %[[LEFT:.*]] = arith.subi %[[SIZE]], %[[END]]
// CHECK:         %[[LANES:.*]] = arith.minui %[[LEFT]], %[[C16]]
// CHECK:         %[[COUNT:.*]] = arith.index_castui %[[LANES]]
// CHECK:         %[[COUNTS:.*]] = vector.broadcast %[[COUNT]]
// CHECK:         %[[MASK:.*]] = arith.cmpi ugt, %[[COUNTS]], %{{.*}} : vector<16xi32>
// CHECK:         %[[IN:.*]] = vector.maskedload %[[FX]][%[[END]]], %[[MASK]]
// CHECK:         %[[OUT:.*]] = quant_bnn.sign %[[IN]]
// CHECK:         vector.maskedstore %[[FY]][%[[END]]], %[[MASK]], %[[OUT]]
// W128-LABEL: func @flatten
// W128:         quant_bnn.sign %{{.*}} : vector<4xf32>
#identity = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
func.func @flatten(%x: memref<?x3x?xf32>, %y: memref<?x3x?xf32>) {
  linalg.generic {indexing_maps = [#identity, #identity],
                  iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : memref<?x3x?xf32>) outs(%y : memref<?x3x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %sign = quant_bnn.sign %in : f32
    linalg.yield %sign : f32
  }
  return
}

// -----

// A known size needs no mask where it is whole vectors, and no loop where it is
// one.
// CHECK-LABEL: func @static
// CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
// CHECK-DAG: %[[C80:.*]] = arith.constant 80 : index
// CHECK-NOT:     mask
// CHECK:         scf.for %{{.*}} = %{{.*}} to %[[C80]] step %[[C16]]
// CHECK-NOT:     mask
// CHECK:         return
// W128-LABEL: func @static
#identity = affine_map<(d0) -> (d0)>
func.func @static(%x: memref<80xf32>, %y: memref<80xf32>) {
  linalg.generic {indexing_maps = [#identity, #identity],
                  iterator_types = ["parallel"]}
      ins(%x : memref<80xf32>) outs(%y : memref<80xf32>) {
  ^bb0(%in: f32, %out: f32):
    %sign = quant_bnn.sign %in : f32
    linalg.yield %sign : f32
  }
  return
}

// -----

// CHECK-LABEL: func @one_vector
// CHECK-NOT:     scf.for
// CHECK-NOT:     mask
// CHECK:         vector.store
// CHECK-NOT:     vector.store
// CHECK:         return
#identity = affine_map<(d0) -> (d0)>
func.func @one_vector(%x: memref<16xf32>, %y: memref<16xf32>) {
  linalg.generic {indexing_maps = [#identity, #identity],
                  iterator_types = ["parallel"]}
      ins(%x : memref<16xf32>) outs(%y : memref<16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %sign = quant_bnn.sign %in : f32
    linalg.yield %sign : f32
  }
  return
}

// -----

// Scalars, what is computed from them, and what the vector loop does not move
// along are loaded and broadcast outside of it.
// CHECK-LABEL: func @broadcast
// CHECK-SAME:    %[[X:.*]]: memref<?x?x?xf32>, %[[C:.*]]: memref<?xf32>, %[[S:.*]]: f32,
// CHECK:         scf.for %[[D0:.*]] =
// CHECK:           scf.for %[[D1:.*]] =
// CHECK:             %[[BIAS:.*]] = memref.load %[[C]][%[[D1]]]
// CHECK:             %[[SUM:.*]] = arith.addf %[[BIAS]], %[[S]] : f32
// CHECK:             %[[VECTOR:.*]] = vector.broadcast %[[SUM]] : f32 to vector<16xf32>
// CHECK:             scf.for %[[D2:.*]] =
// CHECK:               %[[IN:.*]] = vector.load %{{.*}}[%[[D0]], %[[D1]], %[[D2]]]
// CHECK:               arith.mulf %[[IN]], %[[VECTOR]]
func.func @broadcast(%x: memref<?x?x?xf32>, %c: memref<?xf32>, %s: f32,
                     %y: memref<?x?x?xf32>) {
  linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>,
                                   affine_map<(d0, d1, d2) -> (d1)>,
                                   affine_map<(d0, d1, d2) -> ()>,
                                   affine_map<(d0, d1, d2) -> (d0, d1, d2)>],
                  iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %c, %s : memref<?x?x?xf32>, memref<?xf32>, f32)
      outs(%y : memref<?x?x?xf32>) {
  ^bb0(%in: f32, %bias: f32, %shift: f32, %out: f32):
    %sum = arith.addf %bias, %shift : f32
    %product = arith.mulf %in, %sum : f32
    linalg.yield %product : f32
  }
  return
}

// -----

// Four vectors of accumulators and one combination of their lanes at the end.
// Vectors that are left take them in turn; masked-off lanes keep what they have.
// CHECK-LABEL: func @max
// CHECK-SAME:    %[[X:.*]]: memref<?xi32>, %[[Y:.*]]: memref<i32>
// CHECK-DAG:     %[[MIN:.*]] = arith.constant dense<-2147483648> : vector<16xi32>
// CHECK:         %[[INIT:.*]] = memref.load %[[Y]][]
// CHECK:         scf.for {{.*}} iter_args(%{{.*}} = %[[MIN]],
// CHECK-COUNT-4:   arith.maxsi {{.*}} : vector<16xi32>
// CHECK:         scf.for {{.*}} iter_args(%[[OLD:[^ ]*]] = %{{[^,]*}}, %[[B:[^ ]*]] = %{{[^,]*}}, %[[C:[^ ]*]] = %{{[^,]*}}, %[[D:[^ ]*]] =
// CHECK:           %[[NEW:.*]] = arith.maxsi {{.*}} : vector<16xi32>
// CHECK:           %[[KEPT:.*]] = arith.select %{{.*}}, %[[NEW]], %[[OLD]]
// CHECK:           scf.yield %[[B]], %[[C]], %[[D]], %[[KEPT]] :
// CHECK-COUNT-3: arith.maxsi {{.*}} : vector<16xi32>
// CHECK:         arith.maxsi {{.*}} : vector<8xi32>
// CHECK:         arith.maxsi {{.*}} : vector<4xi32>
// CHECK:         arith.maxsi {{.*}} : vector<2xi32>
// CHECK:         arith.maxsi {{.*}} : vector<1xi32>
// CHECK:         %[[RESULT:.*]] = arith.maxsi %{{.*}}, %{{.*}} : i32
// CHECK:         memref.store %[[RESULT]], %[[Y]][]
func.func @max(%x: memref<?xi32>, %y: memref<i32>) {
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>],
                  iterator_types = ["reduction"]}
      ins(%x : memref<?xi32>) outs(%y : memref<i32>) {
  ^bb0(%in: i32, %out: i32):
    %max = arith.maxsi %in, %out : i32
    linalg.yield %max : i32
  }
  return
}

// -----

// One pass stores an output and sums another. The sums of blocks are added with
// their rounding errors.
// CHECK-LABEL: func @elementwise_and_sum
// CHECK-SAME:    %[[X:.*]]: memref<?xf32>, %[[Y:.*]]: memref<?xf32>, %[[SUM:.*]]: memref<f32>
// CHECK-DAG:     %[[BLOCK:.*]] = arith.constant 16384 : index
// CHECK:         scf.for {{.*}} step %[[BLOCK]] iter_args
// CHECK:           scf.for {{.*}} -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK-COUNT-4:     vector.store %{{.*}}, %[[Y]]
// CHECK:           scf.if {{.*}} -> (f32, f32)
// CHECK:             %[[NEW:.*]] = arith.addf %[[S:arg[0-9]+]], %{{.*}} : f32
// CHECK:             %[[ADDED:.*]] = arith.subf %[[NEW]], %[[S]]
// CHECK:             %[[ERROR:.*]] = arith.addf %[[E:arg[0-9]+]], %{{.*}} : f32
// CHECK:             scf.yield %[[NEW]], %[[ERROR]]
// CHECK:         arith.cmpf one
// CHECK:         memref.store %{{.*}}, %[[SUM]][]
#identity = affine_map<(d0) -> (d0)>
func.func @elementwise_and_sum(%x: memref<?xf32>, %y: memref<?xf32>, %sum: memref<f32>) {
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

// -----

// A row of one step has no loop inside, nor a block that ends in it.
// CHECK-LABEL: func @row_sums
// CHECK:         scf.for
// CHECK-NOT:     scf.if
// CHECK-NOT:     scf.for
// CHECK:         return
func.func @row_sums(%x: memref<8x64xf32>, %y: memref<8xf32>) {
  linalg.reduce { arith.addf } ins(%x : memref<8x64xf32>) outs(%y : memref<8xf32>) dimensions = [1]
  return
}

// -----

// The accumulators of a column stay in registers over the rows. Blocks of 256
// rows are added with their rounding errors.
// CHECK-LABEL: func @column_sums
// CHECK-SAME:    %[[X:.*]]: memref<?x?xf32>, %[[Y:.*]]: memref<?xf32>
// CHECK-DAG: %[[C256:.*]] = arith.constant 256 : index
// CHECK:         scf.for %[[COLUMN:.*]] =
// CHECK-COUNT-4:   vector.load %[[Y]]
// CHECK:           scf.for %{{.*}} step %[[C256]] iter_args
// CHECK:             scf.for %[[ROW:arg[0-9]+]] = {{.*}} iter_args
// CHECK:               vector.load %[[X]][%[[ROW]], %[[COLUMN]]]
// CHECK:             arith.subf
// CHECK:             scf.yield
// CHECK-COUNT-4:   vector.store %{{.*}}, %[[Y]]
func.func @column_sums(%x: memref<?x?xf32>, %y: memref<?xf32>) {
  linalg.reduce { arith.addf } ins(%x : memref<?x?xf32>) outs(%y : memref<?xf32>) dimensions = [0]
  return
}

// -----

// CHECK-LABEL: func @matmul
// CHECK-SAME:    %[[A:.*]]: memref<?x?xf32>, %[[B:.*]]: memref<?x?xf32>, %[[C:.*]]: memref<?x?xf32>
// CHECK-DAG: %[[C256:.*]] = arith.constant 256 : index
// CHECK:         scf.for %[[M:.*]] =
// CHECK:           scf.for %[[N:.*]] =
// CHECK-COUNT-4:     vector.load %[[C]][%[[M]],
// CHECK:             scf.for %{{.*}} step %[[C256]] iter_args
// CHECK:               scf.for %[[K:arg[0-9]+]] = {{.*}} iter_args
// CHECK:                 %[[SCALAR:.*]] = memref.load %[[A]][%[[M]], %[[K]]]
// CHECK:                 %[[FACTOR:.*]] = vector.broadcast %[[SCALAR]]
// CHECK-COUNT-4:         vector.load %[[B]][%[[K]],
// CHECK-COUNT-4:         math.fma %[[FACTOR]], %{{.*}}
// CHECK:                 scf.yield
// CHECK-NOT:           arith.subf
// CHECK-COUNT-4:     vector.store %{{.*}}, %[[C]][%[[M]],
func.func @matmul(%a: memref<?x?xf32>, %b: memref<?x?xf32>, %c: memref<?x?xf32>) {
  linalg.matmul ins(%a, %b : memref<?x?xf32>, memref<?x?xf32>) outs(%c : memref<?x?xf32>)
  return
}

// -----

// Vectors of f16 and bf16 fill a register in memory. They compute in f32, so in
// two.
// CHECK-LABEL: func @bf16
// CHECK:         vector.load %{{.*}} : memref<?xbf16>, vector<32xbf16>
// CHECK:         quant_bnn.sign %{{.*}} : vector<32xbf16>
#identity = affine_map<(d0) -> (d0)>
func.func @bf16(%x: memref<?xbf16>, %y: memref<?xbf16>) {
  linalg.generic {indexing_maps = [#identity, #identity],
                  iterator_types = ["parallel"]}
      ins(%x : memref<?xbf16>) outs(%y : memref<?xbf16>) {
  ^bb0(%in: bf16, %out: bf16):
    %sign = quant_bnn.sign %in : bf16
    linalg.yield %sign : bf16
  }
  return
}

// -----

// Rows of one element with gaps between them are not one row of elements.
// CHECK-LABEL: func @gaps
// CHECK-SAME:    %[[X:.*]]: memref<64x1xf32, strided<[4, 1]>>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG: %[[C64:.*]] = arith.constant 64 : index
// CHECK-NOT:     memref.collapse_shape
// CHECK:         scf.for %[[I:.*]] = %[[C0]] to %[[C64]] step %[[C1]] {
// CHECK:           vector.maskedload %[[X]][%[[I]], %[[C0]]]
#rows = affine_map<(i, j) -> (i, j)>
func.func @gaps(%x: memref<64x1xf32, strided<[4, 1]>>, %y: memref<64x1xf32>) {
  linalg.generic {indexing_maps = [#rows, #rows],
                  iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<64x1xf32, strided<[4, 1]>>) outs(%y : memref<64x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %sign = quant_bnn.sign %in : f32
    linalg.yield %sign : f32
  }
  return
}
