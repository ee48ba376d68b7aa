// Upstream tiles binary products before they are lowered to words. The values are the
// same, also if producers and consumers are fused.

// RUN: rm -rf %t && mkdir %t
// RUN: bnn-opt %s --transform-interpreter --canonicalize --cse -o %t/tiled.mlir
// RUN: FileCheck %s < %t/tiled.mlir
// RUN: bnn-opt %t/tiled.mlir --quant-bnn-materialize-packed-layout --quant-bnn-bufferize-pipeline \
// RUN:   --bnn-codegen-vectorize-popcount | FileCheck %s --check-prefix=KERNEL

// RUN: %npy write %t/x.npy i32 [1,13,9,3] random:1
// RUN: %npy write %t/f.npy i32 [12,3,3,3] random:2
// RUN: %npy write %t/s.npy f32 [12] random:3
// RUN: bnn-runner %s --entry=fused --arg=%t/x.npy --arg=%t/f.npy --arg=%t/s.npy --result=%t/fused.npy
// RUN: bnn-runner %t/tiled.mlir --entry=fused --arg=%t/x.npy --arg=%t/f.npy --arg=%t/s.npy --result=%t/tiled.npy
// RUN: %npy equal %t/fused.npy %t/tiled.npy --bits

// RUN: %npy write %t/a.npy i64 [5,3] random:4
// RUN: %npy write %t/b.npy i64 [5,3] random:5
// RUN: bnn-runner %s --entry=parts_of_words --arg=%t/a.npy --arg=%t/b.npy --result=%t/words.npy
// RUN: bnn-runner %t/tiled.mlir --entry=parts_of_words --arg=%t/a.npy --arg=%t/b.npy --result=%t/tiled.npy
// RUN: %npy equal %t/words.npy %t/tiled.npy --bits

#id = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#channel = affine_map<(d0, d1, d2, d3) -> (d3)>
#rows = affine_map<(d0, d1) -> (d0, d1)>

!A = tensor<3x10x?xi1, #quant_bnn.packed<i64>>
!B = tensor<?x100xi1, #quant_bnn.packed<i64>>
!X = tensor<2x11x9x64xi1, #quant_bnn.packed<i32>>
!F = tensor<8x3x2x64xi1, #quant_bnn.packed<i32>>
!Y = tensor<1x13x9x96xi1, #quant_bnn.packed<i32>>
!P = tensor<1x6x4x96xi1, #quant_bnn.packed<i32>>
!G = tensor<12x3x3x96xi1, #quant_bnn.packed<i32>>
!R = tensor<5x192xi1, #quant_bnn.packed<i64>>

module attributes {transform.with_named_sequence} {
  // All batches share b. The slices have whole rows.
  // CHECK-LABEL: func @matmul(
  // CHECK-SAME:    %[[A:.*]]: tensor<3x10x?xi1, #quant_bnn.packed<i64>>, %[[B:.*]]: tensor<?x100xi1, #quant_bnn.packed<i64>>
  // CHECK:         scf.for %[[M:.*]] = %{{.*}} step %c4
  // CHECK:           scf.for %[[N:.*]] = %{{.*}} step %c16
  // CHECK-DAG:         %[[ROWS:.*]] = affine.min #{{.*}}(%[[M]])
  // CHECK-DAG:         %[[COLUMNS:.*]] = affine.min #{{.*}}(%[[N]])
  // CHECK-DAG:         %[[LENGTH:.*]] = tensor.dim %[[A]], %c2
  // CHECK-DAG:         %[[TILE_A:.*]] = tensor.extract_slice %[[A]][0, %[[M]], 0] [3, %[[ROWS]], %[[LENGTH]]]
  // CHECK-DAG:         %[[TILE_B:.*]] = tensor.extract_slice %[[B]][%[[N]], 0] [%[[COLUMNS]], 100]
  // CHECK:             %[[TILE:.*]] = quant_bnn.xnor_matmul %[[TILE_A]], %[[TILE_B]] {{.*}} -> tensor<3x?x?xi32>
  // CHECK:             tensor.insert_slice %[[TILE]] into %{{.*}}[0, %[[M]], %[[N]]] [3, %[[ROWS]], %[[COLUMNS]]]
  // KERNEL-LABEL: func @matmul(
  // KERNEL-NOT:     linalg.generic
  // KERNEL:         arith.xori %{{.*}} : vector<
  func.func @matmul(%a: !A, %b: !B) -> tensor<3x10x?xi32> {
    %0 = quant_bnn.xnor_matmul %a, %b {matmul} : (!A, !B) -> tensor<3x10x?xi32>
    return %0 : tensor<3x10x?xi32>
  }

  // Without padding, the tiles have static shapes.
  // CHECK-LABEL: func @conv(
  // CHECK-SAME:    %[[X:.*]]: tensor<2x11x9x64xi1, #quant_bnn.packed<i32>>, %[[F:.*]]: tensor<8x3x2x64xi1, #quant_bnn.packed<i32>>
  // CHECK:         scf.forall (%[[I:.*]], %[[J:.*]]) in (2, 2)
  // CHECK-DAG:       %[[ROW:.*]] = affine.apply #{{.*}}(%[[I]])
  // CHECK-DAG:       %[[READ:.*]] = affine.apply #{{.*}}(%[[I]])
  // CHECK-DAG:       %[[OUTPUT:.*]] = affine.apply #{{.*}}(%[[J]])
  // CHECK-DAG:       %[[TILE_X:.*]] = tensor.extract_slice %[[X]][0, %[[READ]], 0, 0] [2, 7, 9, 64]
  // CHECK-DAG:       %[[TILE_F:.*]] = tensor.extract_slice %[[F]][%[[OUTPUT]], 0, 0, 0] [4, 3, 2, 64]
  // CHECK:           %[[TILE:.*]] = quant_bnn.xnor_conv_2d %[[TILE_X]], %[[TILE_F]] strides = [2, 1] dilations = [2, 3] {conv} : {{.*}} -> tensor<2x2x6x4xi32>
  // CHECK:           tensor.parallel_insert_slice %[[TILE]] into %{{.*}}[0, %[[ROW]], 0, %[[OUTPUT]]] [2, 2, 6, 4]
  // KERNEL-LABEL: func @conv(
  // KERNEL-NOT:     linalg.generic
  // KERNEL:         arith.xori %{{.*}} : vector<
  func.func @conv(%x: !X, %f: !F) -> tensor<2x4x6x8xi32> {
    %0 = quant_bnn.xnor_conv_2d %x, %f strides = [2, 1] dilations = [2, 3] {conv} : (!X, !F) -> tensor<2x4x6x8xi32>
    return %0 : tensor<2x4x6x8xi32>
  }

  // The tiles of a padded dimension have the padding of their positions. The max pool
  // and the convolution are computed in the loops of the scale.
  // CHECK-LABEL: func @fused(
  // CHECK-COUNT-2: scf.for
  // CHECK:         %[[POOL:.*]] = linalg.pooling_nhwc_max {{.*}} -> tensor<1x?x4x96xi1, #quant_bnn.packed<i32>>
  // CHECK:         %[[TILE_F:.*]] = tensor.extract_slice %{{.*}} to tensor<?x3x3x96xi1, #quant_bnn.packed<i32>>
  // CHECK:         %[[ACC:.*]] = quant_bnn.xnor_conv_2d %[[POOL]], %[[TILE_F]] padding = [%{{.*}}, %{{.*}}, 1, 1] : {{.*}} -> tensor<1x?x4x?xi32>
  // CHECK:         linalg.generic {{.*}} ins(%[[ACC]], %{{.*}} : tensor<1x?x4x?xi32>, tensor<?xf32>)
  // KERNEL-LABEL: func @fused(
  // KERNEL:         arith.xori %{{.*}} : vector<
  func.func @fused(%x: !Y, %f: !G, %s: tensor<12xf32>) -> tensor<1x6x4x12xf32> {
    %lowest = arith.constant true
    %empty = tensor.empty() : !P
    %init = linalg.fill ins(%lowest : i1) outs(%empty : !P) -> !P
    %window = tensor.empty() : tensor<2x2xi1>
    %pool = linalg.pooling_nhwc_max {strides = dense<2> : vector<2xi64>} ins(%x, %window : !Y, tensor<2x2xi1>) outs(%init : !P) -> !P
    %acc = quant_bnn.xnor_conv_2d %pool, %f padding = [1, 1, 1, 1] : (!P, !G) -> tensor<1x6x4x12xi32>
    %out = tensor.empty() : tensor<1x6x4x12xf32>
    %y = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
        ins(%acc, %s : tensor<1x6x4x12xi32>, tensor<12xf32>) outs(%out : tensor<1x6x4x12xf32>) attrs = {scale} {
    ^bb0(%sum: i32, %factor: f32, %unused: f32):
      %value = arith.sitofp %sum : i32 to f32
      %scaled = arith.mulf %value, %factor : f32
      linalg.yield %scaled : f32
    } -> tensor<1x6x4x12xf32>
    return %y : tensor<1x6x4x12xf32>
  }

  // Upstream may tile other ops on packed bits along rows, in parts of words.
  // CHECK-LABEL: func @parts_of_words(
  // CHECK:         tensor.extract_slice %{{.*}}[0, %{{.*}}] [5, %{{.*}}] [1, 1] : tensor<5x192xi1, #quant_bnn.packed<i64>> to tensor<5x?xi1, #quant_bnn.packed<i64>>
  func.func @parts_of_words(%a: !R, %b: !R) -> !R {
    %empty = tensor.empty() : !R
    %y = linalg.generic {indexing_maps = [#rows, #rows, #rows], iterator_types = ["parallel", "parallel"]}
        ins(%a, %b : !R, !R) outs(%empty : !R) attrs = {bits} {
    ^bb0(%s: i1, %t: i1, %unused: i1):
      %differ = arith.xori %s, %t : i1
      linalg.yield %differ : i1
    } -> !R
    return %y : !R
  }

  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %matmul = transform.structured.match attributes {matmul} in %module : (!transform.any_op) -> !transform.any_op
    transform.structured.tile_using_for %matmul tile_sizes [0, 4, 16]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    %conv = transform.structured.match attributes {conv} in %module : (!transform.any_op) -> !transform.any_op
    transform.structured.tile_using_forall %conv tile_sizes [0, 2, 0, 4]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %scale = transform.structured.match attributes {scale} in %module : (!transform.any_op) -> !transform.any_op
    transform.structured.fuse %scale tile_sizes [1, 4, 0, 5]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
    %bits = transform.structured.match attributes {bits} in %module : (!transform.any_op) -> !transform.any_op
    transform.structured.tile_using_for %bits tile_sizes [0, 40]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
