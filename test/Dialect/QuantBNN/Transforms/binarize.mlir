// RUN: bnn-opt %s --split-input-file --quant-bnn-binarize --canonicalize --cse | FileCheck %s
// RUN: bnn-opt %s --split-input-file --quant-bnn-binarize="word-width=64 mode=relaxed" --canonicalize --cse | FileCheck %s --check-prefix=RELAXED

// Rows of both along k, so the second operand is transposed.
// CHECK-LABEL: func @matmul(
// CHECK-SAME:    %[[X:.*]]: tensor<4x100xf32>, %[[W:.*]]: tensor<100x8xf32>
// RELAXED-LABEL: func @matmul(
func.func @matmul(%x: tensor<4x100xf32>, %w: tensor<100x8xf32>) -> tensor<4x8xf32> {
  // CHECK-DAG: %[[A:.*]] = quant_bnn.sign %[[X]]
  // CHECK-DAG: %[[B:.*]] = quant_bnn.sign %[[W]]
  // CHECK:     %[[T:.*]] = linalg.transpose ins(%[[B]] {{.*}} permutation = [1, 0]
  // CHECK-DAG: %[[PA:.*]] = quant_bnn.pack %[[A]] : tensor<4x100xf32> to tensor<4x100xi1, #quant_bnn.packed<i32>>
  // CHECK-DAG: %[[PB:.*]] = quant_bnn.pack %[[T]] : tensor<8x100xf32> to tensor<8x100xi1, #quant_bnn.packed<i32>>
  // CHECK:     %[[ACC:.*]] = quant_bnn.xnor_matmul %[[PA]], %[[PB]]
  // CHECK:     %[[Y:.*]] = arith.sitofp %[[ACC]]
  // CHECK:     return %[[Y]]
  // RELAXED: quant_bnn.pack {{.*}} to tensor<4x100xi1, #quant_bnn.packed<i64>>
  %zero = arith.constant 0.0 : f32
  %a = quant_bnn.sign %x : tensor<4x100xf32>
  %b = quant_bnn.sign %w clip = 1.0 : tensor<100x8xf32>
  %empty = tensor.empty() : tensor<4x8xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = linalg.matmul ins(%a, %b : tensor<4x100xf32>, tensor<100x8xf32>) outs(%zeros : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// -----

// A transposed operand is one that need not be transposed.
// CHECK-LABEL: func @transposed(
func.func @transposed(%x: tensor<4x100xf32>, %w: tensor<8x100xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: linalg.transpose
  // CHECK: quant_bnn.xnor_matmul
  %zero = arith.constant 0.0 : f32
  %a = quant_bnn.sign %x : tensor<4x100xf32>
  %b = quant_bnn.sign %w : tensor<8x100xf32>
  %empty = tensor.empty() : tensor<4x8xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                                      affine_map<(m, n, k) -> (n, k)>,
                                      affine_map<(m, n, k) -> (m, n)>]
      ins(%a, %b : tensor<4x100xf32>, tensor<8x100xf32>) outs(%zeros : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// -----

// CHECK-LABEL: func @batch_matmul(
func.func @batch_matmul(%x: tensor<3x4x100xf32>, %w: tensor<3x100x8xf32>) -> tensor<3x4x8xf32> {
  // CHECK: linalg.transpose {{.*}} permutation = [0, 2, 1]
  // CHECK: quant_bnn.xnor_matmul {{.*}} : (tensor<3x4x100xi1, #quant_bnn.packed<i32>>, tensor<3x8x100xi1, #quant_bnn.packed<i32>>) -> tensor<3x4x8xi32>
  %zero = arith.constant 0.0 : f32
  %a = quant_bnn.sign %x : tensor<3x4x100xf32>
  %b = quant_bnn.sign %w : tensor<3x100x8xf32>
  %empty = tensor.empty() : tensor<3x4x8xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<3x4x8xf32>) -> tensor<3x4x8xf32>
  %y = linalg.batch_matmul ins(%a, %b : tensor<3x4x100xf32>, tensor<3x100x8xf32>) outs(%zeros : tensor<3x4x8xf32>) -> tensor<3x4x8xf32>
  return %y : tensor<3x4x8xf32>
}

// -----

// A vector is a matrix with one row.
// CHECK-LABEL: func @matvec(
func.func @matvec(%w: tensor<8x100xf32>, %x: tensor<100xf32>) -> tensor<8xf32> {
  // CHECK: quant_bnn.xnor_matmul {{.*}} : (tensor<8x100xi1, #quant_bnn.packed<i32>>, tensor<1x100xi1, #quant_bnn.packed<i32>>) -> tensor<8x1xi32>
  // CHECK: tensor.collapse_shape {{.*}} : tensor<8x1xi32> into tensor<8xi32>
  %zero = arith.constant 0.0 : f32
  %a = quant_bnn.sign %w : tensor<8x100xf32>
  %b = quant_bnn.sign %x : tensor<100xf32>
  %empty = tensor.empty() : tensor<8xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<8xf32>) -> tensor<8xf32>
  %y = linalg.matvec ins(%a, %b : tensor<8x100xf32>, tensor<100xf32>) outs(%zeros : tensor<8xf32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

// Two dimensions of rows, two that are summed over, in an order of their own.
// CHECK-LABEL: func @generic(
func.func @generic(%x: tensor<5x3x4x7xf32>, %w: tensor<7x8x4xf32>) -> tensor<3x8x5xf32> {
  // CHECK: linalg.transpose {{.*}} permutation = [1, 2, 0]
  // CHECK: quant_bnn.xnor_matmul {{.*}} : (tensor<15x28xi1, #quant_bnn.packed<i32>>, tensor<8x28xi1, #quant_bnn.packed<i32>>) -> tensor<15x8xi32>
  // CHECK: tensor.expand_shape {{.*}} into tensor<5x3x8xi32>
  // CHECK: linalg.transpose {{.*}} permutation = [1, 2, 0]
  %zero = arith.constant 0.0 : f32
  %a = quant_bnn.sign %x : tensor<5x3x4x7xf32>
  %b = quant_bnn.sign %w : tensor<7x8x4xf32>
  %empty = tensor.empty() : tensor<3x8x5xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<3x8x5xf32>) -> tensor<3x8x5xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(m, p, n, k, l) -> (m, p, k, l)>,
                                        affine_map<(m, p, n, k, l) -> (l, n, k)>,
                                        affine_map<(m, p, n, k, l) -> (p, n, m)>],
                       iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%a, %b : tensor<5x3x4x7xf32>, tensor<7x8x4xf32>) outs(%zeros : tensor<3x8x5xf32>) {
  ^bb0(%l: f32, %r: f32, %out: f32):
    %product = arith.mulf %r, %l : f32
    %sum = arith.addf %product, %out : f32
    linalg.yield %sum : f32
  } -> tensor<3x8x5xf32>
  return %y : tensor<3x8x5xf32>
}

// -----

// Magnitudes multiply the sum where that rounds nothing: one for all, or one for
// each output.
// CHECK-LABEL: func @magnitudes(
func.func @magnitudes(%x: tensor<4x8xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>) {
  // CHECK-DAG: %[[ALL:.*]] = arith.constant 5.000000e-01
  // CHECK-DAG: %[[EACH:.*]] = arith.constant dense<[5.000000e-01, 3.000000e+00]>
  // CHECK-COUNT-2: quant_bnn.xnor_matmul
  %zero = arith.constant 0.0 : f32
  %a = quant_bnn.sign %x : tensor<4x8xf32>
  %b = arith.constant dense<[[0.5, -0.5], [0.5, -0.5], [0.5, -0.5], [0.5, -0.5], [0.5, -0.5], [0.5, -0.5], [0.5, -0.5], [0.5, 0.5]]> : tensor<8x2xf32>
  %c = arith.constant dense<[[0.5, -3.0], [0.5, -3.0], [-0.5, 3.0], [0.5, -3.0], [0.5, -3.0], [0.5, -3.0], [0.5, -3.0], [0.5, 3.0]]> : tensor<8x2xf32>
  %empty = tensor.empty() : tensor<4x2xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x2xf32>) -> tensor<4x2xf32>
  %y = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x2xf32>) outs(%zeros : tensor<4x2xf32>) -> tensor<4x2xf32>
  %z = linalg.matmul ins(%a, %c : tensor<4x8xf32>, tensor<8x2xf32>) outs(%zeros : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %y, %z : tensor<4x2xf32>, tensor<4x2xf32>
}

// -----

// Zeros around images, and signs around them, belong to the convolution.
// CHECK-LABEL: func @conv(
func.func @conv(%x: tensor<2x14x14x64xf32>, %w: tensor<3x3x64x32xf32>) -> (tensor<2x7x7x32xf32>, tensor<2x14x14x32xf32>) {
  // CHECK: quant_bnn.xnor_conv_2d {{.*}} strides = [2, 2] padding = [0, 1, 0, 1] : (tensor<2x14x14x64xi1, #quant_bnn.packed<i32>>, tensor<32x3x3x64xi1, #quant_bnn.packed<i32>>) -> tensor<2x7x7x32xi32>
  // CHECK: quant_bnn.xnor_conv_2d {{.*}} padding = [1, 1, 1, 1] pad_value = minus_one : (tensor<2x14x14x64xi1, #quant_bnn.packed<i32>>, tensor<32x3x3x64xi1, #quant_bnn.packed<i32>>) -> tensor<2x14x14x32xi32>
  %zero = arith.constant 0.0 : f32
  %minus_one = arith.constant -1.0 : f32
  %a = quant_bnn.sign %x : tensor<2x14x14x64xf32>
  %b = quant_bnn.sign %w : tensor<3x3x64x32xf32>
  %padded = tensor.pad %a low[0, 0, 0, 0] high[0, 1, 1, 0] {
  ^bb0(%n: index, %h: index, %v: index, %c: index):
    tensor.yield %zero : f32
  } : tensor<2x14x14x64xf32> to tensor<2x15x15x64xf32>
  %empty = tensor.empty() : tensor<2x7x7x32xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<2x7x7x32xf32>) -> tensor<2x7x7x32xf32>
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<2> : tensor<2xi64>}
      ins(%padded, %b : tensor<2x15x15x64xf32>, tensor<3x3x64x32xf32>) outs(%zeros : tensor<2x7x7x32xf32>) -> tensor<2x7x7x32xf32>
  %signs = tensor.pad %a low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n: index, %h: index, %v: index, %c: index):
    tensor.yield %minus_one : f32
  } : tensor<2x14x14x64xf32> to tensor<2x16x16x64xf32>
  %empty2 = tensor.empty() : tensor<2x14x14x32xf32>
  %zeros2 = linalg.fill ins(%zero : f32) outs(%empty2 : tensor<2x14x14x32xf32>) -> tensor<2x14x14x32xf32>
  %z = linalg.conv_2d_nhwc_hwcf
      ins(%signs, %b : tensor<2x16x16x64xf32>, tensor<3x3x64x32xf32>) outs(%zeros2 : tensor<2x14x14x32xf32>) -> tensor<2x14x14x32xf32>
  return %y, %z : tensor<2x7x7x32xf32>, tensor<2x14x14x32xf32>
}

// -----

// Packed images have the channels last, and the groups in a dimension of their own.
// CHECK-LABEL: func @conv_groups(
func.func @conv_groups(%x: tensor<2x4x40x9x9xf32>, %w: tensor<4x8x40x3x3xf32>) -> tensor<2x4x8x7x7xf32> {
  // CHECK: quant_bnn.xnor_conv_2d {{.*}} groups = 4 : (tensor<2x9x9x4x40xi1, #quant_bnn.packed<i32>>, tensor<32x3x3x40xi1, #quant_bnn.packed<i32>>) -> tensor<2x7x7x32xi32>
  // CHECK: tensor.expand_shape {{.*}} into tensor<2x7x7x4x8xi32>
  // CHECK: linalg.transpose {{.*}} permutation = [0, 3, 4, 1, 2]
  %zero = arith.constant 0.0 : f32
  %a = quant_bnn.sign %x : tensor<2x4x40x9x9xf32>
  %b = quant_bnn.sign %w : tensor<4x8x40x3x3xf32>
  %empty = tensor.empty() : tensor<2x4x8x7x7xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<2x4x8x7x7xf32>) -> tensor<2x4x8x7x7xf32>
  %y = linalg.conv_2d_ngchw_gfchw ins(%a, %b : tensor<2x4x40x9x9xf32>, tensor<4x8x40x3x3xf32>) outs(%zeros : tensor<2x4x8x7x7xf32>) -> tensor<2x4x8x7x7xf32>
  return %y : tensor<2x4x8x7x7xf32>
}

// -----

// Signs of one operand: the bit chooses the factor of the other. The terms are
// added in the same order, unless results may be rounded differently.
// RELAXED-LABEL: func @sign_select(
// RELAXED:         arith.select
// RELAXED:         arith.addf %{{.*}} fastmath<reassoc> : f32
// CHECK-LABEL: func @sign_select(
// CHECK-SAME:    %[[X:.*]]: tensor<?x?xf32>, %[[W:.*]]: tensor<?x?xf32>, %[[INIT:.*]]: tensor<?x?xf32>
func.func @sign_select(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>, %init: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // CHECK: %[[B:.*]] = quant_bnn.sign %[[W]]
  // CHECK: %[[P:.*]] = quant_bnn.pack %[[B]]
  // CHECK: linalg.generic {{.*}} ins(%[[X]], %[[P]] : tensor<?x?xf32>, tensor<?x?xi1, #quant_bnn.packed<i32>>) outs(%[[INIT]]
  // CHECK: ^bb0(%{{.*}}: f32, %[[BIT:.*]]: i1, %{{.*}}: f32):
  // CHECK: %[[FACTOR:.*]] = arith.select %[[BIT]], %{{.*}}, %{{.*}} : f32
  // CHECK: %[[TERM:.*]] = arith.mulf %{{.*}}, %[[FACTOR]] : f32
  // CHECK: arith.addf %{{.*}}, %[[TERM]] : f32
  %b = quant_bnn.sign %w : tensor<?x?xf32>
  %y = linalg.matmul ins(%x, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%init : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// Where terms are not known to be few, sums of +1 and -1 may be rounded; then
// they are added in the order that they were.
// CHECK-LABEL: func @dynamic(
// RELAXED-LABEL: func @dynamic(
func.func @dynamic(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>, %init: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // CHECK-NOT: xnor_matmul
  // CHECK: linalg.generic
  // RELAXED: %[[ACC:.*]] = quant_bnn.xnor_matmul
  // RELAXED: %[[SUM:.*]] = arith.sitofp %[[ACC]]
  // RELAXED: arith.addf %{{.*}}, %[[SUM]]
  %a = quant_bnn.sign %x : tensor<?x?xf32>
  %b = quant_bnn.sign %w : tensor<?x?xf32>
  %y = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%init : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// No operand of signs: left alone.
// CHECK-LABEL: func @floats(
func.func @floats(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>, %init: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // CHECK: linalg.matmul
  %y = linalg.matmul ins(%x, %w : tensor<?x?xf32>, tensor<?x?xf32>) outs(%init : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// A structured op over no dimensions is no constant to move.
// CHECK-LABEL: func @no_dimensions(
func.func @no_dimensions() -> tensor<f16> {
  %one = arith.constant -1.0 : f16
  %x = tensor.splat %one : tensor<f16>
  %init = tensor.empty() : tensor<f16>
  // CHECK: return %{{.*}} : tensor<f16>
  %y = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>],
                       iterator_types = []}
      ins(%x : tensor<f16>) outs(%init : tensor<f16>) {
  ^bb0(%in: f16, %out: f16):
    linalg.yield %in : f16
  } -> tensor<f16>
  return %y : tensor<f16>
}
