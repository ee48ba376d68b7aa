// RUN: bnn-opt %s --bnn-codegen-map-to-gpu --canonicalize --split-input-file | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-map-to-gpu='unbounded-views block-size=64 vector-width=64' \
// RUN:   --canonicalize --split-input-file | FileCheck %s --check-prefix=OPTIONS

#id = affine_map<(d0) -> (d0)>

// Threads of a block have neighbouring vectors, several each; then vectors one
// by one, and elements.
// CHECK-LABEL: func @elementwise(
// CHECK-SAME:    %[[X:.*]]: memref<?xf32>, %[[Y:.*]]: memref<?xf32>)
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
// CHECK-DAG: %[[C256:.*]] = arith.constant 256 : index
// CHECK-DAG:     %[[SIZE:.*]] = memref.dim %[[X]]
// CHECK-DAG:     %[[VX:.*]] = memref.reinterpret_cast %[[X]] to offset: [0], sizes: [%{{.*}}], strides: [1]
// CHECK-DAG:     %[[VY:.*]] = memref.reinterpret_cast %[[Y]] to offset: [0], sizes: [%{{.*}}], strides: [1]
// CHECK:         %[[WHOLE:.*]] = arith.divui %[[SIZE]], %{{.*}}
// CHECK:         %[[ADDRESS:.*]] = memref.extract_aligned_pointer_as_index %[[VX]]
// CHECK:         arith.remui %[[ADDRESS]], %[[C16]]
// CHECK:         %[[ALIGNED:.*]] = arith.andi
// CHECK:         %[[VECTORS:.*]] = arith.select %[[ALIGNED]], %[[WHOLE]], %[[C0]]
// CHECK:         gpu.launch blocks(%[[BLOCK:[^ ,]*]], {{.*}}) in {{.*}} threads({{.*}}) in (%{{.*}} = %[[C256]]
// CHECK:           scf.for %{{.*}} = %[[BLOCK]] to
// CHECK-COUNT-4:     vector.load %[[VX]][%{{.*}}] {alignment = 16 : i64} : memref<?xf32>, vector<4xf32>
// CHECK-COUNT-4:     quant_bnn.sign %{{.*}} : vector<4xf32>
// CHECK-COUNT-4:     vector.store %{{.*}}, %[[VY]][%{{.*}}] {alignment = 16 : i64} : memref<?xf32>, vector<4xf32>
// CHECK:           scf.for %{{.*}} to %[[VECTORS]]
// CHECK:             vector.load {{.*}} vector<4xf32>
// CHECK:           scf.for
// CHECK:             vector.load %[[VX]][%{{.*}}] : memref<?xf32>, vector<1xf32>
// CHECK:           gpu.terminator
// CHECK-NOT:     linalg.generic

// OPTIONS-LABEL: func @elementwise(
// OPTIONS-DAG: %[[C64:.*]] = arith.constant 64 : index
// OPTIONS:         memref.reinterpret_cast %{{.*}} : memref<?xf32> to memref<281474976710656xf32>
// OPTIONS:         gpu.launch {{.*}} threads({{.*}}) in (%{{.*}} = %[[C64]]
// OPTIONS:           vector.load {{.*}} {alignment = 8 : i64} : memref<281474976710656xf32>, vector<2xf32>
func.func @elementwise(%x: memref<?xf32>, %y: memref<?xf32>) {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : memref<?xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = quant_bnn.sign %in : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

#id2 = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// A value of each row: rows are shared one vector at a time. 30 elements are not
// whole vectors, so rows are aligned only by luck: never.
// CHECK-LABEL: func @rows(
// CHECK-DAG: %[[C30:.*]] = arith.constant 30 : index
// CHECK:         gpu.launch
// CHECK-NOT:       vector<4xf32>
// CHECK:           scf.for %[[ITEM:.*]] = %
// CHECK-DAG:         %[[COLUMN:.*]] = arith.remui %[[ITEM]], %[[C30]]
// CHECK-DAG:         %[[ROW:.*]] = arith.divui %[[ITEM]], %[[C30]]
// CHECK:             memref.load %{{.*}}[%[[ROW]]]
// CHECK:             vector.store {{.*}} vector<1xf32>
func.func @rows(%x: memref<?x30xf32>, %c: memref<?xf32>, %y: memref<?x30xf32>) {
  linalg.generic {indexing_maps = [#id2, #row, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x, %c : memref<?x30xf32>, memref<?xf32>) outs(%y : memref<?x30xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %0 = arith.mulf %in, %in_0 : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>
#none = affine_map<(d0) -> ()>

// Blocks reduce a share each, in a tree, and one block what they leave.
// CHECK-LABEL: func @reduce_all(
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK:         %[[PARTIAL:.*]] = memref.alloc(%[[BLOCKS:[^)]*]]) : memref<?xf32>
// CHECK:         %[[VIEW:.*]] = memref.reinterpret_cast %[[PARTIAL]]
// CHECK:         gpu.launch blocks(%[[BLOCK:[^ ,]*]], {{.*}}) in (%{{[^ ]*}} = %[[BLOCKS]],
// CHECK-SAME:        workgroup(%[[MEMORY:[^ ]*]] : memref<256xf32, #gpu.address_space<workgroup>>)
// CHECK:           scf.for {{.*}} iter_args
// CHECK:             vector.load {{.*}} vector<4xf32>
// CHECK:           memref.store %{{.*}}, %[[MEMORY]][
// CHECK-COUNT-8:   gpu.barrier
// CHECK-NOT:       gpu.barrier
// CHECK:           memref.store %{{.*}}, %[[VIEW]][%[[BLOCK]]]
// CHECK:         gpu.launch blocks({{.*}}) in (%{{.*}} = %[[C1]],
// CHECK:           memref.load %[[VIEW]]
// CHECK-COUNT-8:   gpu.barrier
// CHECK:         memref.dealloc %[[PARTIAL]]
func.func @reduce_all(%x: memref<?xf32>, %sum: memref<f32>) {
  linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction"]}
      ins(%x : memref<?xf32>) outs(%sum : memref<f32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.addf %out, %in : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>
#none = affine_map<(d0) -> ()>

// What one block takes needs no second kernel.
// CHECK-LABEL: func @reduce_few(
// CHECK-NOT:     memref.alloc
// CHECK:         gpu.launch
// CHECK-NOT:     gpu.launch
func.func @reduce_few(%x: memref<64xf32>, %sum: memref<f32>) {
  linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction"]}
      ins(%x : memref<64xf32>) outs(%sum : memref<f32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.addf %out, %in : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

#id2 = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// A block for each row. The last barrier keeps the next row's values out.
// CHECK-LABEL: func @reduce_rows(
// CHECK:         gpu.launch blocks(%[[BLOCK:[^ ,]*]], {{.*}}) in
// CHECK:           scf.for %{{.*}} = %[[BLOCK]] to
// CHECK-COUNT-9:     gpu.barrier
// CHECK-NOT:     gpu.launch
func.func @reduce_rows(%x: memref<?x?xf32>, %max: memref<?xf32>) {
  linalg.generic {indexing_maps = [#id2, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x?xf32>) outs(%max : memref<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.maximumf %out, %in : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>
#words = affine_map<(d0) -> (d0 floordiv 8)>

// The bits of a word are of one thread, which stores it at once; the last word
// is masked.
// CHECK-LABEL: func @pack(
// CHECK:         gpu.launch
// CHECK:           vector.load {{.*}} vector<8xf32>
// CHECK:           vector.bitcast %{{.*}} : vector<8xi1> to vector<1xi8>
// CHECK:           vector.store {{.*}} vector<1xi8>
// CHECK:           scf.for
// CHECK:             scf.if
// CHECK:               memref.load
func.func @pack(%x: memref<?xf32>, %bits: memref<?xi8>) {
  linalg.generic {indexing_maps = [#id, #words], iterator_types = ["reduction"]}
      ins(%x : memref<?xf32>) outs(%bits : memref<?xi8>) {
  ^bb0(%in: f32, %word: i8):
    %zero = arith.constant 0.0 : f32
    %c8 = arith.constant 8 : index
    %bit = arith.cmpf olt, %in, %zero : f32
    %i = linalg.index 0 : index
    %position = arith.remui %i, %c8 : index
    %shift = arith.index_castui %position : index to i8
    %wide = arith.extui %bit : i1 to i8
    %shifted = arith.shli %wide, %shift : i8
    %0 = arith.ori %word, %shifted : i8
    linalg.yield %0 : i8
  }
  return
}

// -----

#id2 = affine_map<(d0, d1) -> (d0, d1)>
#transposed = affine_map<(d0, d1) -> (d1, d0)>

// No dimension is contiguous in both: an element a thread.
// CHECK-LABEL: func @transpose(
// CHECK:         gpu.launch
// CHECK:           scf.for
// CHECK:             %[[ELEMENT:.*]] = memref.load
// CHECK:             memref.store %[[ELEMENT]]
// CHECK-NOT:     vector
func.func @transpose(%x: memref<?x?xf32>, %y: memref<?x?xf32>) {
  linalg.generic {indexing_maps = [#transposed, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<?x?xf32>) outs(%y : memref<?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// -----

#id2 = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// What depends on the index, and is reduced: the thread of a row adds it up.
// CHECK-LABEL: func @index(
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK:         gpu.launch
// CHECK:           scf.for
// CHECK:             scf.for %[[J:.*]] = %[[C0]]
// CHECK:               arith.index_cast %[[J]] : index to i32
// CHECK:               memref.store
func.func @index(%x: memref<?x?xi32>, %y: memref<?xi32>) {
  linalg.generic {indexing_maps = [#id2, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x?xi32>) outs(%y : memref<?xi32>) {
  ^bb0(%in: i32, %out: i32):
    %j = linalg.index 1 : index
    %cast = arith.index_cast %j : index to i32
    %0 = arith.muli %cast, %in : i32
    %1 = arith.addi %out, %0 : i32
    linalg.yield %1 : i32
  }
  return
}

// -----

// The rows of a view begin where its strides say.
// CHECK-LABEL: func @view(
// CHECK-SAME:    %[[X:.*]]: memref<?x?xf32, strided<[?, 1], offset: ?>>
// CHECK:         %{{.*}}, %[[OFFSET:.*]], %{{.*}}:2, %[[STRIDES:.*]]:2 = memref.extract_strided_metadata %[[X]]
// CHECK:         gpu.launch
// CHECK:           arith.muli %{{.*}}, %[[STRIDES]]#0
func.func @view(%x: memref<?x?xf32, strided<[?, 1], offset: ?>>, %y: memref<?x?xf32>) {
  linalg.abs ins(%x : memref<?x?xf32, strided<[?, 1], offset: ?>>) outs(%y : memref<?x?xf32>)
  return
}
