// RUN: bnn-opt %s --bnn-codegen-flatten-elementwise --canonicalize --cse \
// RUN:   --split-input-file | FileCheck %s

#map1 = affine_map<(d0) -> (d0)>
#map2 = affine_map<(d0, d1) -> (d0, d1)>

// What shares a tensor with a reshaped one is in one dimension too, and reads
// what the reshape gives.
// CHECK-LABEL: func @neighbours
// CHECK-SAME:    %[[X:.*]]: tensor<4x8xf32>
// CHECK:         %[[FLAT:.*]] = tensor.collapse_shape %[[X]] {{\[}}[0, 1]]
// CHECK:         %[[Y:.*]] = linalg.generic {{.*}} ins(%[[FLAT]] : tensor<32xf32>)
// CHECK:           quant_bnn.sign
// CHECK:         %[[Z:.*]] = linalg.generic {{.*}} ins(%[[FLAT]] : tensor<32xf32>)
// CHECK:           arith.negf
// CHECK:         %[[EXPANDED:.*]] = tensor.expand_shape %[[Y]] {{\[}}[0, 1]] output_shape [4, 8]
// CHECK:         return %[[EXPANDED]], %[[Z]]
func.func @neighbours(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<32xf32>) {
  %0 = tensor.empty() : tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %sign = quant_bnn.sign %in : f32
    linalg.yield %sign : f32
  } -> tensor<4x8xf32>
  %flat = tensor.collapse_shape %x [[0, 1]] : tensor<4x8xf32> into tensor<32xf32>
  %1 = tensor.empty() : tensor<32xf32>
  %z = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel"]}
      ins(%flat : tensor<32xf32>) outs(%1 : tensor<32xf32>) {
  ^bb0(%in: f32, %out: f32):
    %neg = arith.negf %in : f32
    linalg.yield %neg : f32
  } -> tensor<32xf32>
  return %y, %z : tensor<4x8xf32>, tensor<32xf32>
}

// -----

#map1 = affine_map<(d0) -> (d0)>
#map2 = affine_map<(d0, d1) -> (d0, d1)>
#scalar = affine_map<(d0, d1) -> ()>

// From one dimension, with sizes known at run time, a scalar, and an output that
// is updated.
// CHECK-LABEL: func @expanded
// CHECK-SAME:    %[[X:.*]]: tensor<?xf32>, %[[G:.*]]: tensor<?x?xf32>, %[[S:.*]]: f32, %[[A:.*]]: index, %[[B:.*]]: index
// CHECK-DAG:     %[[FLAT:.*]] = tensor.collapse_shape %[[G]] {{\[}}[0, 1]]
// CHECK:         %[[N:.*]] = linalg.generic {{.*}} ins(%[[X]] : tensor<?xf32>)
// CHECK:         %[[Z:.*]] = linalg.generic {indexing_maps = [#[[$ID:.*]], #{{.*}}, #[[$ID]]], iterator_types = ["parallel"]}
// CHECK-SAME:      ins(%[[N]], %[[S]] : tensor<?xf32>, f32) outs(%[[FLAT]] : tensor<?xf32>)
// CHECK:         %[[EXPANDED:.*]] = tensor.expand_shape %[[Z]]
// CHECK:         return %[[EXPANDED]]
func.func @expanded(%x: tensor<?xf32>, %g: tensor<?x?xf32>, %s: f32, %a: index, %b: index) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %size = tensor.dim %x, %c0 : tensor<?xf32>
  %0 = tensor.empty(%size) : tensor<?xf32>
  %n = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%0 : tensor<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %neg = arith.negf %in : f32
    linalg.yield %neg : f32
  } -> tensor<?xf32>
  %e = tensor.expand_shape %n [[0, 1]] output_shape [%a, %b] : tensor<?xf32> into tensor<?x?xf32>
  %z = linalg.generic {indexing_maps = [#map2, #scalar, #map2], iterator_types = ["parallel", "parallel"]}
      ins(%e, %s : tensor<?x?xf32>, f32) outs(%g : tensor<?x?xf32>) {
  ^bb0(%in: f32, %scale: f32, %out: f32):
    %product = arith.mulf %in, %scale : f32
    %sum = arith.addf %product, %out : f32
    linalg.yield %sum : f32
  } -> tensor<?x?xf32>
  return %z : tensor<?x?xf32>
}

// -----

#map1 = affine_map<(d0) -> (d0)>
#map2 = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d1)>

// Not what broadcasts, uses an index, reads a slice, or only meets a reshape that
// no generic in one dimension needs.
// CHECK-LABEL: func @others
// CHECK-COUNT-4: iterator_types = ["parallel", "parallel"]
// CHECK:         iterator_types = ["parallel"]
func.func @others(%x: tensor<4x8xf32>, %r: tensor<8xf32>, %big: tensor<4x16xf32>, %other: tensor<4x8xf32>)
    -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<32xf32>, tensor<32xf32>) {
  %0 = tensor.empty() : tensor<4x8xf32>
  %broadcast = linalg.generic {indexing_maps = [#map2, #row, #map2], iterator_types = ["parallel", "parallel"]}
      ins(%x, %r : tensor<4x8xf32>, tensor<8xf32>) outs(%0 : tensor<4x8xf32>) {
  ^bb0(%in: f32, %value: f32, %out: f32):
    %sum = arith.addf %in, %value : f32
    linalg.yield %sum : f32
  } -> tensor<4x8xf32>
  %indexed = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %i = linalg.index 0 : index
    %first = arith.cmpi eq, %i, %i : index
    %j = arith.index_cast %i : index to i32
    %k = arith.sitofp %j : i32 to f32
    %product = arith.mulf %in, %k : f32
    linalg.yield %product : f32
  } -> tensor<4x8xf32>
  %slice = tensor.extract_slice %big[0, 0] [4, 8] [1, 1] : tensor<4x16xf32> to tensor<4x8xf32>
  %sliced = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel"]}
      ins(%x, %slice : tensor<4x8xf32>, tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) {
  ^bb0(%in: f32, %value: f32, %out: f32):
    %sum = arith.addf %in, %value : f32
    linalg.yield %sum : f32
  } -> tensor<4x8xf32>
  %kept = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel"]}
      ins(%other : tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %neg = arith.negf %in : f32
    linalg.yield %neg : f32
  } -> tensor<4x8xf32>
  %reshaped = tensor.collapse_shape %kept [[0, 1]] : tensor<4x8xf32> into tensor<32xf32>
  %flat = tensor.collapse_shape %x [[0, 1]] : tensor<4x8xf32> into tensor<32xf32>
  %1 = tensor.empty() : tensor<32xf32>
  %z = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel"]}
      ins(%flat : tensor<32xf32>) outs(%1 : tensor<32xf32>) {
  ^bb0(%in: f32, %out: f32):
    %neg = arith.negf %in : f32
    linalg.yield %neg : f32
  } -> tensor<32xf32>
  return %broadcast, %indexed, %sliced, %reshaped, %z
      : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<32xf32>, tensor<32xf32>
}

// -----

// Extents that are constants, but not in the type.
// CHECK-LABEL: func @constant_extents
// CHECK: %[[FLAT:.*]] = linalg.generic {indexing_maps = [#{{.*}}, #{{.*}}], iterator_types = ["parallel"]}
// CHECK: tensor.expand_shape %{{.*}} {{\[}}[0, 1]]
func.func @constant_extents(%x: tensor<8x3xf64>, %y: tensor<?xf64>)
    -> (tensor<?x?xf64>, tensor<?xf64>) {
  %c8 = arith.constant 8 : index
  %c3 = arith.constant 3 : index
  %0 = tensor.empty(%c8, %c3) : tensor<?x?xf64>
  %1 = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<8x3xf64>) outs(%0 : tensor<?x?xf64>) {
  ^bb0(%in: f64, %out: f64):
    %2 = arith.negf %in : f64
    linalg.yield %2 : f64
  } -> tensor<?x?xf64>
  %3 = tensor.collapse_shape %1 [[0, 1]] : tensor<?x?xf64> into tensor<?xf64>
  %4 = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]}
      ins(%3, %y : tensor<?xf64>, tensor<?xf64>) outs(%y : tensor<?xf64>) {
  ^bb0(%a: f64, %b: f64, %out: f64):
    %5 = arith.addf %a, %b : f64
    linalg.yield %5 : f64
  } -> tensor<?xf64>
  return %1, %4 : tensor<?x?xf64>, tensor<?xf64>
}
