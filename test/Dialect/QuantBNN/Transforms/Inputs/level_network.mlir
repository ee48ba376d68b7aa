//===- level_network.mlir - Layers of several bits -------------*- mlir -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Products of levels of two bits, whose float sums are rounded. They are
// multiples of 1/9, of 1/3 with signs: results are how many.
//
//===----------------------------------------------------------------------===//

/// A layer, levels of its shifted results, and another.
func.func @dense(%x: tensor<?x40xf32>, %w: tensor<40x7xf32>, %v: tensor<7x5xf32>) -> (tensor<?x7xf32>, tensor<?x5xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %nine = arith.constant 9.0 : f32
  %third = arith.constant 0.27 : f32
  %shift = arith.constant 0.437 : f32
  %n = tensor.dim %x, %c0 : tensor<?x40xf32>
  %a = quant_bnn.input_dorefa %x bits = 2 : tensor<?x40xf32>
  %b = quant_bnn.weight_dorefa %w bits = 2 : tensor<40x7xf32>
  %empty = tensor.empty(%n) : tensor<?x7xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x7xf32>) -> tensor<?x7xf32>
  %y = linalg.matmul ins(%a, %b : tensor<?x40xf32>, tensor<40x7xf32>) outs(%zeros : tensor<?x7xf32>) -> tensor<?x7xf32>
  %map = linalg.map ins(%y : tensor<?x7xf32>) outs(%empty : tensor<?x7xf32>) (%v_ij: f32, %out: f32) {
    %scaled = arith.mulf %v_ij, %third : f32
    %shifted = arith.addf %scaled, %shift : f32
    linalg.yield %shifted : f32
  }
  %c = quant_bnn.input_dorefa %map bits = 2 : tensor<?x7xf32>
  %s = quant_bnn.sign %v : tensor<7x5xf32>
  %empty2 = tensor.empty(%n) : tensor<?x5xf32>
  %zeros2 = linalg.fill ins(%zero : f32) outs(%empty2 : tensor<?x5xf32>) -> tensor<?x5xf32>
  %z = linalg.matmul ins(%c, %s : tensor<?x7xf32>, tensor<7x5xf32>) outs(%zeros2 : tensor<?x5xf32>) -> tensor<?x5xf32>
  %y9 = linalg.map ins(%y : tensor<?x7xf32>) outs(%empty : tensor<?x7xf32>) (%v_ij: f32, %out: f32) {
    %times = arith.mulf %v_ij, %nine : f32
    %count = math.roundeven %times : f32
    linalg.yield %count : f32
  }
  %z9 = linalg.map ins(%z : tensor<?x5xf32>) outs(%empty2 : tensor<?x5xf32>) (%v_ij: f32, %out: f32) {
    %times = arith.mulf %v_ij, %nine : f32
    %count = math.roundeven %times : f32
    linalg.yield %count : f32
  }
  return %y9, %z9 : tensor<?x7xf32>, tensor<?x5xf32>
}

/// Images with zeros, a level, around them.
func.func @images(%x: tensor<?x6x6x9xf32>, %w: tensor<3x3x9x4xf32>) -> tensor<?x6x6x4xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %three = arith.constant 3.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x6x6x9xf32>
  %a = quant_bnn.input_dorefa %x bits = 2 : tensor<?x6x6x9xf32>
  %b = quant_bnn.sign %w : tensor<3x3x9x4xf32>
  %padded = tensor.pad %a low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %h: index, %v: index, %c: index):
    tensor.yield %zero : f32
  } : tensor<?x6x6x9xf32> to tensor<?x8x8x9xf32>
  %empty = tensor.empty(%n) : tensor<?x6x6x4xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x6x6x4xf32>) -> tensor<?x6x6x4xf32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%padded, %b : tensor<?x8x8x9xf32>, tensor<3x3x9x4xf32>) outs(%zeros : tensor<?x6x6x4xf32>) -> tensor<?x6x6x4xf32>
  %y3 = linalg.map ins(%y : tensor<?x6x6x4xf32>) outs(%empty : tensor<?x6x6x4xf32>) (%v: f32, %out: f32) {
    %times = arith.mulf %v, %three : f32
    %count = math.roundeven %times : f32
    linalg.yield %count : f32
  }
  return %y3 : tensor<?x6x6x4xf32>
}
