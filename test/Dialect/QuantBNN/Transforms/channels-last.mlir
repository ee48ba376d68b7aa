// RUN: bnn-opt %s --quant-bnn-channels-last --split-input-file | FileCheck %s

// CHECK-LABEL: func @conv_1d(
// CHECK:         linalg.transpose ins(%{{.*}} : tensor<1x4x9xf32>) {{.*}} permutation = [0, 2, 1]
// CHECK:         linalg.transpose ins(%{{.*}} : tensor<5x4x3xf32>) {{.*}} permutation = [2, 1, 0]
// CHECK:         linalg.conv_1d_nwc_wcf {dilations = dense<2> : tensor<1xi64>, strides = dense<1> : tensor<1xi64>}
// CHECK:         linalg.transpose {{.*}} permutation = [0, 2, 1]
func.func @conv_1d(%x: tensor<1x4x9xf32>, %w: tensor<5x4x3xf32>, %init: tensor<1x5x5xf32>) -> tensor<1x5x5xf32> {
  %y = linalg.conv_1d_ncw_fcw {dilations = dense<2> : tensor<1xi64>}
      ins(%x, %w : tensor<1x4x9xf32>, tensor<5x4x3xf32>) outs(%init : tensor<1x5x5xf32>) -> tensor<1x5x5xf32>
  return %y : tensor<1x5x5xf32>
}

// -----

// CHECK-LABEL: func @conv_3d(
// CHECK:         linalg.conv_3d_ndhwc_dhwcf
// CHECK:         linalg.transpose {{.*}} permutation = [0, 4, 1, 2, 3]
func.func @conv_3d(%x: tensor<1x4x5x5x5xf32>, %w: tensor<6x4x3x3x3xf32>, %init: tensor<1x6x3x3x3xf32>) -> tensor<1x6x3x3x3xf32> {
  %y = linalg.conv_3d_ncdhw_fcdhw ins(%x, %w : tensor<1x4x5x5x5xf32>, tensor<6x4x3x3x3xf32>)
                                  outs(%init : tensor<1x6x3x3x3xf32>) -> tensor<1x6x3x3x3xf32>
  return %y : tensor<1x6x3x3x3xf32>
}

// -----

// Where two other operands would be transposed for one, the result is.
// CHECK-LABEL: func @more(
// CHECK-SAME:      %[[X:.*]]: tensor<1x2x3x4xf32>, %[[Y:.*]]: tensor<1x4x2x3xf32>, %[[Z:.*]]: tensor<1x4x2x3xi1>)
// CHECK:         %[[T:.*]] = linalg.transpose ins(%[[X]]
// CHECK:         arith.select %[[Z]], %[[T]], %[[Y]]
func.func @more(%x: tensor<1x2x3x4xf32>, %y: tensor<1x4x2x3xf32>, %z: tensor<1x4x2x3xi1>) -> tensor<1x4x2x3xf32> {
  %e = tensor.empty() : tensor<1x4x2x3xf32>
  %t = linalg.transpose ins(%x : tensor<1x2x3x4xf32>) outs(%e : tensor<1x4x2x3xf32>) permutation = [0, 3, 1, 2]
  %r = arith.select %z, %t, %y : tensor<1x4x2x3xi1>, tensor<1x4x2x3xf32>
  return %r : tensor<1x4x2x3xf32>
}

// -----

// A scalar condition, an attribute and several results stay as they are.
// CHECK-LABEL: func @attributes(
// CHECK-SAME:      %[[X:.*]]: tensor<1x2x3x4xf32>, %[[C:.*]]: i1)
// CHECK:         %[[S:.*]] = quant_bnn.sign %[[X]] clip = 2.000000e+00 : tensor<1x2x3x4xf32>
// CHECK:         %[[R:.*]] = arith.select %[[C]], %[[S]], %[[X]] : tensor<1x2x3x4xf32>
// CHECK:         linalg.transpose ins(%[[R]]
func.func @attributes(%x: tensor<1x2x3x4xf32>, %c: i1) -> tensor<1x4x2x3xf32> {
  %e = tensor.empty() : tensor<1x4x2x3xf32>
  %t = linalg.transpose ins(%x : tensor<1x2x3x4xf32>) outs(%e : tensor<1x4x2x3xf32>) permutation = [0, 3, 1, 2]
  %s = quant_bnn.sign %t clip = 2.0 : tensor<1x4x2x3xf32>
  %r = arith.select %c, %s, %t : tensor<1x4x2x3xf32>
  return %r : tensor<1x4x2x3xf32>
}

// -----

// Constants, equal or different ones, a splat, and a broadcast that a transposition
// would change.
// CHECK-LABEL: func @free(
// CHECK-SAME:      %[[X:.*]]: tensor<1x2x3x4xf32>, %[[ROWS:.*]]: tensor<2x4xf32>)
// CHECK-DAG:     arith.constant dense<2.000000e+00> : tensor<1x2x3x4xf32>
// CHECK-DAG:     arith.mulf %[[X]], %{{.*}} : tensor<1x2x3x4xf32>
// CHECK:         linalg.transpose {{.*}} permutation = [0, 3, 1, 2]
// CHECK:         linalg.broadcast
func.func @free(%x: tensor<1x2x3x4xf32>, %rows: tensor<2x4xf32>) -> (tensor<1x4x2x3xf32>, tensor<1x4x2x3xf32>) {
  %e = tensor.empty() : tensor<1x4x2x3xf32>
  %t = linalg.transpose ins(%x : tensor<1x2x3x4xf32>) outs(%e : tensor<1x4x2x3xf32>) permutation = [0, 3, 1, 2]
  %two = arith.constant dense<2.0> : tensor<1x4x2x3xf32>
  %y = arith.mulf %t, %two : tensor<1x4x2x3xf32>
  %te = tensor.empty() : tensor<4x2xf32>
  %columns = linalg.transpose ins(%rows : tensor<2x4xf32>) outs(%te : tensor<4x2xf32>) permutation = [1, 0]
  %b = linalg.broadcast ins(%columns : tensor<4x2xf32>) outs(%e : tensor<1x4x2x3xf32>) dimensions = [0, 3]
  return %y, %b : tensor<1x4x2x3xf32>, tensor<1x4x2x3xf32>
}

// -----

// Ops on buffers, and ops that do more than they should, stay.
// CHECK-LABEL: func @stay(
// CHECK:         linalg.pooling_nchw_max
// CHECK:         linalg.transpose
// CHECK:         linalg.generic
func.func @stay(%m: memref<1x4x6x6xf32>, %w: memref<2x2xf32>, %y: memref<1x4x5x5xf32>, %x: tensor<1x2x3x4xf32>)
    -> tensor<3x2x4x1xf32> {
  linalg.pooling_nchw_max ins(%m, %w : memref<1x4x6x6xf32>, memref<2x2xf32>) outs(%y : memref<1x4x5x5xf32>)
  %e = tensor.empty() : tensor<1x4x2x3xf32>
  %t = linalg.transpose ins(%x : tensor<1x2x3x4xf32>) outs(%e : tensor<1x4x2x3xf32>) permutation = [0, 3, 1, 2]
  %re = tensor.empty() : tensor<3x2x4x1xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(a, b, c, d) -> (a, b, c, d)>, affine_map<(a, b, c, d) -> (d, c, b, a)>],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%t : tensor<1x4x2x3xf32>) outs(%re : tensor<3x2x4x1xf32>) {
  ^bb0(%i: f32, %o: f32):
    %n = arith.negf %i : f32
    linalg.yield %n : f32
  } -> tensor<3x2x4x1xf32>
  return %r : tensor<3x2x4x1xf32>
}
