// A flattened image has the channels last, and so have the rows of the weights.

// RUN: bnn-opt %s --quant-bnn-channels-last --split-input-file | FileCheck %s

// CHECK-LABEL: func @constant(
// CHECK-SAME:      %[[X:.*]]: tensor<?x4x4x2xf32>,
// CHECK-DAG:     %[[W:.*]] = arith.constant {{.*}} : tensor<32x3xf32>
// CHECK-DAG:     %[[S:.*]] = quant_bnn.sign %[[X]]
// CHECK-DAG:     %[[ROWS:.*]] = tensor.collapse_shape %[[S]] {{\[\[}}0], [1, 2, 3]] : tensor<?x4x4x2xf32> into tensor<?x32xf32>
// CHECK-DAG:     %[[CHW:.*]] = tensor.expand_shape %[[W]] {{\[\[}}0, 1, 2], [3]] output_shape [2, 4, 4, 3] : tensor<32x3xf32>
// CHECK-DAG:     %[[HWC:.*]] = linalg.transpose ins(%[[CHW]] {{.*}} permutation = [1, 2, 0, 3]
// CHECK-DAG:     %[[LAST:.*]] = tensor.collapse_shape %[[HWC]] {{\[\[}}0, 1, 2], [3]] : tensor<4x4x2x3xf32> into tensor<32x3xf32>
// CHECK:         linalg.matmul ins(%[[ROWS]], %[[LAST]] :
func.func @constant(%x: tensor<?x4x4x2xf32>, %init: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %w = arith.constant dense_resource<w> : tensor<32x3xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x4x4x2xf32>
  %empty = tensor.empty(%n) : tensor<?x2x4x4xf32>
  %first = linalg.transpose ins(%x : tensor<?x4x4x2xf32>) outs(%empty : tensor<?x2x4x4xf32>) permutation = [0, 3, 1, 2]
  %rows = tensor.collapse_shape %first [[0], [1, 2, 3]] : tensor<?x2x4x4xf32> into tensor<?x32xf32>
  %s = quant_bnn.sign %rows : tensor<?x32xf32>
  %y = linalg.matmul ins(%s, %w : tensor<?x32xf32>, tensor<32x3xf32>) outs(%init : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

// The weights by result.
// CHECK-LABEL: func @transposed(
// CHECK-SAME:      %[[X:.*]]: tensor<1x4x4x2xf32>,
// CHECK-DAG:     %[[W:.*]] = arith.constant {{.*}} : tensor<3x32xf32>
// CHECK-DAG:     %[[ROWS:.*]] = tensor.collapse_shape %[[X]]
// CHECK-DAG:     %[[CHW:.*]] = tensor.expand_shape %[[W]] {{\[\[}}0], [1, 2, 3]] output_shape [3, 2, 4, 4] : tensor<3x32xf32>
// CHECK-DAG:     %[[HWC:.*]] = linalg.transpose ins(%[[CHW]] {{.*}} permutation = [0, 2, 3, 1]
// CHECK-DAG:     %[[LAST:.*]] = tensor.collapse_shape %[[HWC]] {{\[\[}}0], [1, 2, 3]] : tensor<3x4x4x2xf32> into tensor<3x32xf32>
// CHECK:         linalg.matmul {{.*}} ins(%[[ROWS]], %[[LAST]] :
func.func @transposed(%x: tensor<1x4x4x2xf32>, %init: tensor<1x3xf32>) -> tensor<1x3xf32> {
  %w = arith.constant dense_resource<w> : tensor<3x32xf32>
  %empty = tensor.empty() : tensor<1x2x4x4xf32>
  %first = linalg.transpose ins(%x : tensor<1x4x4x2xf32>) outs(%empty : tensor<1x2x4x4xf32>) permutation = [0, 3, 1, 2]
  %rows = tensor.collapse_shape %first [[0], [1, 2, 3]] : tensor<1x2x4x4xf32> into tensor<1x32xf32>
  %y = linalg.matmul
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%rows, %w : tensor<1x32xf32>, tensor<3x32xf32>) outs(%init : tensor<1x3xf32>) -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// -----

// Weights that the caller passes would be transposed in each call.
// CHECK-LABEL: func @argument(
// CHECK:         linalg.transpose {{.*}} permutation = [0, 3, 1, 2]
// CHECK-NOT:     linalg.transpose
// CHECK:         return
func.func @argument(%x: tensor<1x4x4x2xf32>, %w: tensor<32x3xf32>, %init: tensor<1x3xf32>) -> tensor<1x3xf32> {
  %empty = tensor.empty() : tensor<1x2x4x4xf32>
  %first = linalg.transpose ins(%x : tensor<1x4x4x2xf32>) outs(%empty : tensor<1x2x4x4xf32>) permutation = [0, 3, 1, 2]
  %rows = tensor.collapse_shape %first [[0], [1, 2, 3]] : tensor<1x2x4x4xf32> into tensor<1x32xf32>
  %y = linalg.matmul ins(%rows, %w : tensor<1x32xf32>, tensor<32x3xf32>) outs(%init : tensor<1x3xf32>) -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// -----

// Another way to flatten, or a size of the image that is not known.
// CHECK-LABEL: func @other(
// CHECK-COUNT-2: linalg.transpose {{.*}} permutation = [0, 3, 1, 2]
// CHECK-NOT:     linalg.transpose
// CHECK:         return
func.func @other(%x: tensor<1x4x4x2xf32>, %z: tensor<1x?x4x2xf32>, %init: tensor<2x3xf32>,
                 %init1: tensor<1x3xf32>) -> (tensor<2x3xf32>, tensor<1x3xf32>) {
  %w = arith.constant dense<0.5> : tensor<16x3xf32>
  %v = arith.constant dense<0.5> : tensor<32x3xf32>
  %empty = tensor.empty() : tensor<1x2x4x4xf32>
  %first = linalg.transpose ins(%x : tensor<1x4x4x2xf32>) outs(%empty : tensor<1x2x4x4xf32>) permutation = [0, 3, 1, 2]
  %rows = tensor.collapse_shape %first [[0, 1], [2, 3]] : tensor<1x2x4x4xf32> into tensor<2x16xf32>
  %y = linalg.matmul ins(%rows, %w : tensor<2x16xf32>, tensor<16x3xf32>) outs(%init : tensor<2x3xf32>) -> tensor<2x3xf32>
  %c1 = arith.constant 1 : index
  %n = tensor.dim %z, %c1 : tensor<1x?x4x2xf32>
  %empty1 = tensor.empty(%n) : tensor<1x2x?x4xf32>
  %first1 = linalg.transpose ins(%z : tensor<1x?x4x2xf32>) outs(%empty1 : tensor<1x2x?x4xf32>) permutation = [0, 3, 1, 2]
  %rows1 = tensor.collapse_shape %first1 [[0], [1, 2, 3]] : tensor<1x2x?x4xf32> into tensor<1x?xf32>
  %cast = tensor.cast %rows1 : tensor<1x?xf32> to tensor<1x32xf32>
  %y1 = linalg.matmul ins(%cast, %v : tensor<1x32xf32>, tensor<32x3xf32>) outs(%init1 : tensor<1x3xf32>) -> tensor<1x3xf32>
  return %y, %y1 : tensor<2x3xf32>, tensor<1x3xf32>
}
