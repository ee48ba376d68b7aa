//===- bitorch_lenet.mlir - The LeNet of bitorch --------------*- mlir -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// bitorch.models.LeNet, version 0, with all of its 13 parameters. To be read
// with the layers of examples/lenet, and with @quantize_weights and
// @quantize_activation of bitorch_kept.mlir or bitorch_lost.mlir.
//
//===----------------------------------------------------------------------===//

func.func @loss(%images: tensor<?x?x?x?xf32> {quant_bnn.no_gradient}, %labels: tensor<?xi32>,
                %w0: tensor<?x?x?x?xf32>, %b0: tensor<?xf32>,
                %w3: tensor<?xf32>, %b3: tensor<?xf32>,
                %w4: tensor<?x?x?x?xf32>,
                %w5: tensor<?xf32>, %b5: tensor<?xf32>,
                %w10: tensor<?x?xf32>, %b10: tensor<?xf32>,
                %w11: tensor<?xf32>, %b11: tensor<?xf32>,
                %w13: tensor<?x?xf32>, %b13: tensor<?xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // Conv2d, Tanh, MaxPool2d, BatchNorm2d.
  %y0 = call @first_layer(%images, %w0, %b0)
      : (tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>, tensor<?xf32>) -> tensor<?x?x?x?xf32>
  %y3, %mean3, %variance3 = call @batch_norm_nhwc(%y0, %w3, %b3)
      : (tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32>)
      -> (tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32>)
  // QConv2d, BatchNorm2d, MaxPool2d.
  %a4 = call @quantize_activation(%y3) : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  %s4 = call @quantize_weights(%w4) : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  %y4 = call @convolve(%a4, %s4)
      : (tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  %y5, %mean5, %variance5 = call @batch_norm_nhwc(%y4, %w5, %b5)
      : (tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32>)
      -> (tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32>)
  %y6 = call @max_pool(%y5) : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  // QActivation, QLinear, which has one of its own, BatchNorm1d.
  %a9 = call @quantize_activation(%y6) : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  %a10 = call @quantize_activation(%a9) : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  %flat = tensor.collapse_shape %a10 [[0], [1, 2, 3]] : tensor<?x?x?x?xf32> into tensor<?x?xf32>
  %inputs = tensor.dim %w10, %c0 : tensor<?x?xf32>
  %outputs = tensor.dim %w10, %c1 : tensor<?x?xf32>
  %w10_4d = tensor.expand_shape %w10 [[0, 1, 2], [3]] output_shape [1, 1, %inputs, %outputs]
      : tensor<?x?xf32> into tensor<1x1x?x?xf32>
  %w10_cast = tensor.cast %w10_4d : tensor<1x1x?x?xf32> to tensor<?x?x?x?xf32>
  %s10_4d = call @quantize_weights(%w10_cast) : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  %s10 = tensor.collapse_shape %s10_4d [[0, 1, 2], [3]]
      : tensor<?x?x?x?xf32> into tensor<?x?xf32>
  %products = call @multiply(%flat, %s10) : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %y10 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                         iterator_types = ["parallel", "parallel"]}
      ins(%b10 : tensor<?xf32>) outs(%products : tensor<?x?xf32>) {
  ^bb0(%b: f32, %product: f32):
    %sum = arith.addf %product, %b : f32
    linalg.yield %sum : f32
  } -> tensor<?x?xf32>
  %y11, %mean11, %variance11 = call @batch_norm(%y10, %w11, %b11)
      : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
      -> (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
  // Tanh, Linear, cross_entropy.
  %logits = call @last_layer(%y11, %w13, %b13)
      : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  %loss = call @cross_entropy(%logits, %labels) : (tensor<?x?xf32>, tensor<?xi32>) -> f32
  return %loss : f32
}
