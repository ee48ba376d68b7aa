//===- binary_network.mlir - Binary layers of all kinds --------*- mlir -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What quant-bnn-binary-inference-pipeline replaces, with results that are to
// be the same. Weights are arguments, but for those with magnitudes.
//
//===----------------------------------------------------------------------===//

#matrix = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>
#image = affine_map<(n, h, w, c) -> (n, h, w, c)>
#channel = affine_map<(n, h, w, c) -> (c)>

/// A batch of rows through a product, a batch norm that rises, falls and is the
/// same for all sums, a sign, another product, and a shift.
func.func @dense(%x: tensor<?x40xf32>, %w: tensor<40x5xf32>, %v: tensor<3x5xf32>) -> tensor<?x3xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %third = arith.constant 0.333333343 : f32
  %mean = arith.constant dense<[1.5, -2.5, 0.1, 3.0, -0.7]> : tensor<5xf32>
  %factor = arith.constant dense<[0.25, -1.1, 0.0, 0.07, -0.3]> : tensor<5xf32>
  %beta = arith.constant dense<[0.75, 3.0, -1.0, 0.3, -1.26]> : tensor<5xf32>
  %n = tensor.dim %x, %c0 : tensor<?x40xf32>
  %s = quant_bnn.sign %x nan = negative : tensor<?x40xf32>
  %b = quant_bnn.approx_sign %w : tensor<40x5xf32>
  %empty = tensor.empty(%n) : tensor<?x5xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x5xf32>) -> tensor<?x5xf32>
  %sum = linalg.matmul ins(%s, %b : tensor<?x40xf32>, tensor<40x5xf32>) outs(%zeros : tensor<?x5xf32>) -> tensor<?x5xf32>
  %y = linalg.generic {indexing_maps = [#matrix, #column, #column, #column, #matrix], iterator_types = ["parallel", "parallel"]}
      ins(%sum, %mean, %factor, %beta : tensor<?x5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5xf32>) outs(%empty : tensor<?x5xf32>) {
  ^bb0(%a: f32, %m: f32, %f: f32, %t: f32, %out: f32):
    %centered = arith.subf %a, %m : f32
    %scaled = arith.mulf %centered, %f : f32
    %shifted = arith.addf %scaled, %t : f32
    %relu = arith.maximumf %shifted, %zero : f32
    %result = arith.subf %relu, %third : f32
    linalg.yield %result : f32
  } -> tensor<?x5xf32>
  %a = quant_bnn.ste_heaviside %y low = -1.0 : tensor<?x5xf32>
  %vs = quant_bnn.sign %v : tensor<3x5xf32>
  %empty2 = tensor.empty(%n) : tensor<?x3xf32>
  %zeros2 = linalg.fill ins(%zero : f32) outs(%empty2 : tensor<?x3xf32>) -> tensor<?x3xf32>
  %z = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%a, %vs : tensor<?x5xf32>, tensor<3x5xf32>) outs(%zeros2 : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %z : tensor<?x3xf32>
}

/// Images with zeros and with signs around them, pooled, and one with groups.
func.func @images(%x: tensor<?x9x8x40xf32>, %w: tensor<3x3x40x33xf32>, %g: tensor<4x2x8x3x2xf32>)
    -> (tensor<?x5x4x33xf32>, tensor<?x4x5x33xf32>, tensor<?x4x2x7x7xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %lowest = arith.constant 0xFF800000 : f32
  %n = tensor.dim %x, %c0 : tensor<?x9x8x40xf32>
  %s = quant_bnn.sign %x : tensor<?x9x8x40xf32>
  %b = quant_bnn.sign %w : tensor<3x3x40x33xf32>
  %padded = tensor.pad %s low[0, 1, 0, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %h: index, %v: index, %c: index):
    tensor.yield %zero : f32
  } : tensor<?x9x8x40xf32> to tensor<?x11x9x40xf32>
  %empty = tensor.empty(%n) : tensor<?x5x4x33xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x5x4x33xf32>) -> tensor<?x5x4x33xf32>
  %a = linalg.conv_2d_nhwc_hwcf {strides = dense<2> : vector<2xi64>}
      ins(%padded, %b : tensor<?x11x9x40xf32>, tensor<3x3x40x33xf32>) outs(%zeros : tensor<?x5x4x33xf32>) -> tensor<?x5x4x33xf32>

  %ones = tensor.pad %s low[0, 2, 2, 0] high[0, 0, 3, 0] {
  ^bb0(%i: index, %h: index, %v: index, %c: index):
    tensor.yield %one : f32
  } : tensor<?x9x8x40xf32> to tensor<?x11x13x40xf32>
  %empty2 = tensor.empty(%n) : tensor<?x7x9x33xf32>
  %zeros2 = linalg.fill ins(%zero : f32) outs(%empty2 : tensor<?x7x9x33xf32>) -> tensor<?x7x9x33xf32>
  %sum = linalg.conv_2d_nhwc_hwcf {dilations = dense<2> : vector<2xi64>}
      ins(%ones, %b : tensor<?x11x13x40xf32>, tensor<3x3x40x33xf32>) outs(%zeros2 : tensor<?x7x9x33xf32>) -> tensor<?x7x9x33xf32>
  %shift = arith.constant 7.5 : f32
  %shifted = linalg.generic {indexing_maps = [#image, #image], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%sum : tensor<?x7x9x33xf32>) outs(%empty2 : tensor<?x7x9x33xf32>) {
  ^bb0(%v: f32, %out: f32):
    %r = arith.subf %shift, %v : f32
    linalg.yield %r : f32
  } -> tensor<?x7x9x33xf32>
  %window = tensor.empty() : tensor<4x1xf32>
  %empty3 = tensor.empty(%n) : tensor<?x4x5x33xf32>
  %init = linalg.fill ins(%lowest : f32) outs(%empty3 : tensor<?x4x5x33xf32>) -> tensor<?x4x5x33xf32>
  %pool = linalg.pooling_nhwc_max {strides = dense<[1, 2]> : vector<2xi64>}
      ins(%shifted, %window : tensor<?x7x9x33xf32>, tensor<4x1xf32>) outs(%init : tensor<?x4x5x33xf32>) -> tensor<?x4x5x33xf32>
  %t = quant_bnn.sign %pool : tensor<?x4x5x33xf32>
  %eye = tensor.extract_slice %b[0, 0, 0, 0] [1, 1, 33, 33] [1, 1, 1, 1] : tensor<3x3x40x33xf32> to tensor<1x1x33x33xf32>
  %zeros3 = linalg.fill ins(%zero : f32) outs(%empty3 : tensor<?x4x5x33xf32>) -> tensor<?x4x5x33xf32>
  %c = linalg.conv_2d_nhwc_hwcf ins(%t, %eye : tensor<?x4x5x33xf32>, tensor<1x1x33x33xf32>) outs(%zeros3 : tensor<?x4x5x33xf32>) -> tensor<?x4x5x33xf32>

  // Four groups of eight of the first 32 channels, channels first.
  %cut = tensor.extract_slice %s[0, 0, 0, 0] [%n, 9, 8, 32] [1, 1, 1, 1] : tensor<?x9x8x40xf32> to tensor<?x9x8x32xf32>
  %split = tensor.expand_shape %cut [[0], [1], [2], [3, 4]] output_shape [%n, 9, 8, 4, 8] : tensor<?x9x8x32xf32> into tensor<?x9x8x4x8xf32>
  %first_empty = tensor.empty(%n) : tensor<?x4x8x9x8xf32>
  %first = linalg.transpose ins(%split : tensor<?x9x8x4x8xf32>) outs(%first_empty : tensor<?x4x8x9x8xf32>) permutation = [0, 3, 4, 1, 2]
  %gs = quant_bnn.sign %g : tensor<4x2x8x3x2xf32>
  %empty4 = tensor.empty(%n) : tensor<?x4x2x7x7xf32>
  %zeros4 = linalg.fill ins(%zero : f32) outs(%empty4 : tensor<?x4x2x7x7xf32>) -> tensor<?x4x2x7x7xf32>
  %d = linalg.conv_2d_ngchw_gfchw ins(%first, %gs : tensor<?x4x8x9x8xf32>, tensor<4x2x8x3x2xf32>) outs(%zeros4 : tensor<?x4x2x7x7xf32>) -> tensor<?x4x2x7x7xf32>
  return %a, %c, %d : tensor<?x5x4x33xf32>, tensor<?x4x5x33xf32>, tensor<?x4x2x7x7xf32>
}

/// Signs of one side alone, in a type and with a magnitude of their own.
func.func @select(%x: tensor<?x12xf32>, %w: tensor<12x37xf32>, %init: tensor<?x37xf32>) -> (tensor<?x37xf32>, tensor<2x3xf32>) {
  %zero = arith.constant 0.0 : f32
  %b = quant_bnn.sign %w : tensor<12x37xf32>
  %y = linalg.matmul ins(%x, %b : tensor<?x12xf32>, tensor<12x37xf32>) outs(%init : tensor<?x37xf32>) -> tensor<?x37xf32>
  %c = arith.constant dense<[[0.1, -0.1, 0.1], [-0.1, -0.1, 0.1], [0.1, 0.1, -0.1]]> : tensor<3x3xf32>
  %cut = tensor.extract_slice %y[0, 0] [2, 3] [1, 1] : tensor<?x37xf32> to tensor<2x3xf32>
  %empty = tensor.empty() : tensor<2x3xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<2x3xf32>) -> tensor<2x3xf32>
  %z = linalg.matmul ins(%cut, %c : tensor<2x3xf32>, tensor<3x3xf32>) outs(%zeros : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y, %z : tensor<?x37xf32>, tensor<2x3xf32>
}

/// Zeros, ones and NaN times signs: no bits.
func.func @bits(%x: tensor<?x40xf32>, %w: tensor<40x5xf32>) -> tensor<?x5xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x40xf32>
  %a = quant_bnn.input_dorefa %x bits = 1 : tensor<?x40xf32>
  %b = quant_bnn.sign %w : tensor<40x5xf32>
  %empty = tensor.empty(%n) : tensor<?x5xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x5xf32>) -> tensor<?x5xf32>
  %y = linalg.matmul ins(%a, %b : tensor<?x40xf32>, tensor<40x5xf32>) outs(%zeros : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}
