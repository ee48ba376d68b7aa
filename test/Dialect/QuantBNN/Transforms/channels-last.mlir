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

// With one dimension of images, the two transpositions are the same: an argument that
// is added is not transposed, lest they take turns. Attributes stay.
// CHECK-LABEL: func @one_dimension(
// CHECK:         linalg.conv_1d_nwc_wcf {{.*}}test.name = "conv"
// CHECK:         %[[Y:.*]] = linalg.transpose
// CHECK:         arith.addf %[[Y]], %{{.*}} : tensor<1x5x7xf32>
func.func @one_dimension(%x: tensor<1x4x9xf32>, %w: tensor<5x4x3xf32>, %init: tensor<1x5x7xf32>, %r: tensor<1x5x7xf32>)
    -> tensor<1x5x7xf32> {
  %y = linalg.conv_1d_ncw_fcw {test.name = "conv"}
      ins(%x, %w : tensor<1x4x9xf32>, tensor<5x4x3xf32>) outs(%init : tensor<1x5x7xf32>) -> tensor<1x5x7xf32>
  %z = arith.addf %y, %r : tensor<1x5x7xf32>
  return %z : tensor<1x5x7xf32>
}

// -----

// CHECK-LABEL: func @no_image(
// CHECK:         arith.addf %{{.*}} : tensor<f32>
// CHECK:         arith.addf %{{.*}} : tensor<4xf32>
func.func @no_image(%x: tensor<f32>, %y: tensor<4xf32>) -> (tensor<f32>, tensor<4xf32>) {
  %0 = arith.addf %x, %x : tensor<f32>
  %1 = arith.addf %y, %y : tensor<4xf32>
  return %0, %1 : tensor<f32>, tensor<4xf32>
}

// -----

// A sum reads the image by another map; a contraction would add its products in
// another order.
#image = affine_map<(n, c, h, w) -> (n, c, h, w)>
#weights = affine_map<(n, c, h, w) -> (c, h, w)>
#sums = affine_map<(n, c, h, w) -> (n)>
// CHECK-LABEL: func @reduced(
// CHECK-SAME:      %[[X:.*]]: tensor<2x5x7x8xf32>, %{{.*}}: tensor<8x5x7xf32>)
// CHECK:         %[[T:.*]] = linalg.transpose ins(%[[X]]
// CHECK:         linalg.generic {{.*}} ins(%[[T]], %{{.*}} :
// CHECK:         linalg.generic {{.*}} ins(%[[X]] :
func.func @reduced(%x: tensor<2x5x7x8xf32>, %w: tensor<8x5x7xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %e = tensor.empty() : tensor<2x8x5x7xf32>
  %t = linalg.transpose ins(%x : tensor<2x5x7x8xf32>) outs(%e : tensor<2x8x5x7xf32>) permutation = [0, 3, 1, 2]
  %z = arith.constant dense<0.0> : tensor<2xf32>
  %y = linalg.generic {indexing_maps = [#image, #weights, #sums], iterator_types = ["parallel", "reduction", "reduction", "reduction"]}
      ins(%t, %w : tensor<2x8x5x7xf32>, tensor<8x5x7xf32>) outs(%z : tensor<2xf32>) {
  ^bb0(%i: f32, %k: f32, %o: f32):
    %m = arith.mulf %i, %k : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<2xf32>
  %g = linalg.generic {indexing_maps = [#image, #sums], iterator_types = ["parallel", "reduction", "reduction", "reduction"]}
      ins(%t : tensor<2x8x5x7xf32>) outs(%z : tensor<2xf32>) {
  ^bb0(%i: f32, %o: f32):
    %s = arith.addf %o, %i : f32
    linalg.yield %s : f32
  } -> tensor<2xf32>
  return %y, %g : tensor<2xf32>, tensor<2xf32>
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

// -----

// The input is transposed before it is padded, so that a binary convolution finds
// its padding, unless something else reads the padded input.
// CHECK-LABEL: func @padded(
// CHECK-SAME:      %[[X:[^:]*]]: tensor<1x4x6x7xf32>
// CHECK:         %[[T:.*]] = linalg.transpose ins(%[[X]]
// CHECK:         %[[P:.*]] = tensor.pad %[[T]] low[0, 1, 2, 0] high[0, 3, 0, 0]
// CHECK:         tensor<1x6x7x4xf32> to tensor<1x10x9x4xf32>
// CHECK:         linalg.conv_2d_nhwc_hwcf {{.*}} ins(%[[P]],
// CHECK-LABEL: func @padded_for_two(
// CHECK-SAME:      %[[X:[^:]*]]: tensor<1x4x6x7xf32>
// CHECK:         %[[P:.*]] = tensor.pad %[[X]]
// CHECK:         linalg.transpose ins(%[[P]]
func.func @padded(%x: tensor<1x4x6x7xf32>, %w: tensor<5x4x3x3xf32>, %init: tensor<1x5x8x7xf32>) -> tensor<1x5x8x7xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0, 1, 2] high[0, 0, 3, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x4x6x7xf32> to tensor<1x4x10x9xf32>
  %y = linalg.conv_2d_nchw_fchw ins(%p, %w : tensor<1x4x10x9xf32>, tensor<5x4x3x3xf32>) outs(%init : tensor<1x5x8x7xf32>) -> tensor<1x5x8x7xf32>
  return %y : tensor<1x5x8x7xf32>
}
func.func @padded_for_two(%x: tensor<1x4x6x7xf32>, %w: tensor<5x4x3x3xf32>, %init: tensor<1x5x8x7xf32>) -> (tensor<1x5x8x7xf32>, tensor<1x4x10x9xf32>) {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0, 1, 2] high[0, 0, 3, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x4x6x7xf32> to tensor<1x4x10x9xf32>
  %y = linalg.conv_2d_nchw_fchw ins(%p, %w : tensor<1x4x10x9xf32>, tensor<5x4x3x3xf32>) outs(%init : tensor<1x5x8x7xf32>) -> tensor<1x5x8x7xf32>
  return %y, %p : tensor<1x5x8x7xf32>, tensor<1x4x10x9xf32>
}

// -----

// Groups stay where they are, before the channels of one group. A generic gets the
// name of its convolution.
// CHECK-LABEL: func @groups(
// CHECK:         %[[X:.*]] = linalg.transpose {{.*}} permutation = [0, 2, 3, 1]
// CHECK:         tensor.expand_shape %[[X]] {{\[\[}}0], [1], [2], [3, 4]]
// CHECK:         linalg.transpose {{.*}} permutation = [1, 0, 3, 4, 2]
// CHECK:         %[[Y:.*]] = linalg.conv_2d_nhwgc_gfhwc {{.*}}strides = dense<2>{{.*}}tag}
// CHECK:         tensor.collapse_shape %[[Y]] {{\[\[}}0], [1], [2], [3, 4]]
// CHECK:         permutation = [0, 3, 1, 2]
// CHECK:         return
func.func @groups(%x: tensor<?x2x4x9x9xf32>, %w: tensor<3x2x4x3x3xf32>, %init: tensor<?x2x3x4x4xf32>) -> tensor<?x2x3x4x4xf32> {
  %y = linalg.conv_2d_ngchw_fgchw {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>, tag}
      ins(%x, %w : tensor<?x2x4x9x9xf32>, tensor<3x2x4x3x3xf32>) outs(%init : tensor<?x2x3x4x4xf32>) -> tensor<?x2x3x4x4xf32>
  return %y : tensor<?x2x3x4x4xf32>
}

// -----

// CHECK-LABEL: func @unknown_groups(
// CHECK:         linalg.conv_2d_ngchw_fgchw
func.func @unknown_groups(%x: tensor<1x?x4x9x9xf32>, %w: tensor<3x?x4x3x3xf32>, %init: tensor<1x?x3x7x7xf32>) -> tensor<1x?x3x7x7xf32> {
  %y = linalg.conv_2d_ngchw_fgchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
      ins(%x, %w : tensor<1x?x4x9x9xf32>, tensor<3x?x4x3x3xf32>) outs(%init : tensor<1x?x3x7x7xf32>) -> tensor<1x?x3x7x7xf32>
  return %y : tensor<1x?x3x7x7xf32>
}

// -----

// CHECK-LABEL: func @generic(
// CHECK:         linalg.conv_2d_nhwc_hwcf
#x = affine_map<(n, f, h, w, c, i, j) -> (n, c, h + i, w + j)>
#w = affine_map<(n, f, h, w, c, i, j) -> (f, c, i, j)>
#y = affine_map<(n, f, h, w, c, i, j) -> (n, f, h, w)>
func.func @generic(%x: tensor<1x4x9x9xf32>, %w: tensor<5x4x3x3xf32>, %init: tensor<1x5x7x7xf32>) -> tensor<1x5x7x7xf32> {
  %y = linalg.generic {indexing_maps = [#x, #w, #y],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %w : tensor<1x4x9x9xf32>, tensor<5x4x3x3xf32>) outs(%init : tensor<1x5x7x7xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %product = arith.mulf %a, %b : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  } -> tensor<1x5x7x7xf32>
  return %y : tensor<1x5x7x7xf32>
}

// -----

// The zeros between the pixels of a transposed convolution are not transposed.
// CHECK-LABEL: func @between(
// CHECK-SAME:      %[[x:.*]]: tensor<1x4x9x9xf32>
// CHECK:         %[[last:.*]] = linalg.transpose ins(%[[x]]
// CHECK:         %[[inserted:.*]] = tensor.insert_slice %[[last]] into %{{.*}}[0, 1, 2, 0] [1, 9, 9, 4] [1, 2, 1, 1]
// CHECK:         linalg.conv_2d_nhwc_hwcf {{.*}} ins(%[[inserted]],
func.func @between(%x: tensor<1x4x9x9xf32>, %w: tensor<5x4x3x3xf32>, %init: tensor<1x5x17x11xf32>) -> tensor<1x5x17x11xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x4x19x13xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4x19x13xf32>) -> tensor<1x4x19x13xf32>
  %inserted = tensor.insert_slice %x into %z[0, 0, 1, 2] [1, 4, 9, 9] [1, 1, 2, 1] : tensor<1x4x9x9xf32> into tensor<1x4x19x13xf32>
  %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
      ins(%inserted, %w : tensor<1x4x19x13xf32>, tensor<5x4x3x3xf32>) outs(%init : tensor<1x5x17x11xf32>) -> tensor<1x5x17x11xf32>
  return %y : tensor<1x5x17x11xf32>
}
