//===- network.mlir - A binary LeNet ---------------------------*- mlir -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// LeNet with a binary convolution and a binary dense layer between a first and
// a last layer of full precision:
//
//   images -> 5x5 convolution, tanh, 2x2 max pool, batch norm
//          -> sign -> 5x5 convolution with sign(w2), batch norm, 2x2 max pool
//          -> sign -> dense with sign(w3), batch norm, tanh
//          -> dense -> logits
//
// A sign of an activation cancels its gradient outside [-1, 1]. Images are
// batch x height x width x channels, filters height x width x in x out; no size
// is fixed here. This is the forward pass alone: the backward pass is the
// compiler's. To be read with ../training/training.mlir.
//
//===----------------------------------------------------------------------===//

#full = affine_map<(i, j) -> (i, j)>
#columns = affine_map<(i, j) -> (j)>
#nhwc = affine_map<(n, h, w, c) -> (n, h, w, c)>
#channel = affine_map<(n, h, w, c) -> (c)>

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

/// x convolved with w, without padding.
func.func private @convolve(%x: tensor<?x?x?x?xf32>, %w: tensor<?x?x?x?xf32>)
    -> tensor<?x?x?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %batch = tensor.dim %x, %c0 : tensor<?x?x?x?xf32>
  %x_height = tensor.dim %x, %c1 : tensor<?x?x?x?xf32>
  %x_width = tensor.dim %x, %c2 : tensor<?x?x?x?xf32>
  %w_height = tensor.dim %w, %c0 : tensor<?x?x?x?xf32>
  %w_width = tensor.dim %w, %c1 : tensor<?x?x?x?xf32>
  %channels = tensor.dim %w, %c3 : tensor<?x?x?x?xf32>
  %height_less = arith.subi %x_height, %w_height : index
  %height = arith.addi %height_less, %c1 : index
  %width_less = arith.subi %x_width, %w_width : index
  %width = arith.addi %width_less, %c1 : index
  %empty = tensor.empty(%batch, %height, %width, %channels) : tensor<?x?x?x?xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>)
                                outs(%zeros : tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  return %y : tensor<?x?x?x?xf32>
}

/// The largest of every 2x2 pixels; an odd last row or column is left out.
func.func private @max_pool(%x: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %lowest = arith.constant 0xFF800000 : f32
  %batch = tensor.dim %x, %c0 : tensor<?x?x?x?xf32>
  %x_height = tensor.dim %x, %c1 : tensor<?x?x?x?xf32>
  %x_width = tensor.dim %x, %c2 : tensor<?x?x?x?xf32>
  %channels = tensor.dim %x, %c3 : tensor<?x?x?x?xf32>
  %height = arith.divui %x_height, %c2 : index
  %width = arith.divui %x_width, %c2 : index
  %empty = tensor.empty(%batch, %height, %width, %channels) : tensor<?x?x?x?xf32>
  %init = linalg.fill ins(%lowest : f32) outs(%empty : tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %y = linalg.pooling_nhwc_max {strides = dense<2> : vector<2xi64>}
      ins(%x, %window : tensor<?x?x?x?xf32>, tensor<2x2xf32>)
      outs(%init : tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  return %y : tensor<?x?x?x?xf32>
}

/// x w.
func.func private @multiply(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %batch = tensor.dim %x, %c0 : tensor<?x?xf32>
  %width = tensor.dim %w, %c1 : tensor<?x?xf32>
  %empty = tensor.empty(%batch, %width) : tensor<?x?xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x?xf32>) -> tensor<?x?xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x?xf32>, tensor<?x?xf32>)
                     outs(%zeros : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

/// (x - mean) / sqrt(variance + 1e-5) gamma + beta, column by column.
func.func private @normalize(%x: tensor<?x?xf32>, %mean: tensor<?xf32>,
                             %variance: tensor<?xf32>,
                             %gamma: tensor<?xf32>, %beta: tensor<?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %epsilon = arith.constant 1.0e-5 : f32
  %rows = tensor.dim %x, %c0 : tensor<?x?xf32>
  %width = tensor.dim %x, %c1 : tensor<?x?xf32>
  %factor_empty = tensor.empty(%width) : tensor<?xf32>
  %factor = linalg.map ins(%variance, %gamma : tensor<?xf32>, tensor<?xf32>)
                       outs(%factor_empty : tensor<?xf32>)
    (%variance_j: f32, %gamma_j: f32, %out: f32) {
      %sum = arith.addf %variance_j, %epsilon : f32
      %root = math.sqrt %sum : f32
      %factor_j = arith.divf %gamma_j, %root : f32
      linalg.yield %factor_j : f32
    }
  %empty = tensor.empty(%rows, %width) : tensor<?x?xf32>
  %y = linalg.generic {indexing_maps = [#full, #columns, #columns, #columns, #full],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x, %mean, %factor, %beta : tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>)
      outs(%empty : tensor<?x?xf32>) {
  ^bb0(%x_ij: f32, %mean_j: f32, %factor_j: f32, %beta_j: f32, %out: f32):
    %centered = arith.subf %x_ij, %mean_j : f32
    %scaled = arith.mulf %centered, %factor_j : f32
    %y_ij = arith.addf %scaled, %beta_j : f32
    linalg.yield %y_ij : f32
  } -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

/// Batch norm in training: the columns of x with their own mean and variance,
/// which are returned for the running averages.
func.func private @batch_norm(%x: tensor<?x?xf32>, %gamma: tensor<?xf32>, %beta: tensor<?xf32>)
    -> (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %rows = tensor.dim %x, %c0 : tensor<?x?xf32>
  %width = tensor.dim %x, %c1 : tensor<?x?xf32>
  %rows_i32 = arith.index_cast %rows : index to i32
  %rows_f32 = arith.sitofp %rows_i32 : i32 to f32
  %empty = tensor.empty(%width) : tensor<?xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?xf32>) -> tensor<?xf32>

  %sum = linalg.reduce { arith.addf } ins(%x : tensor<?x?xf32>)
                       outs(%zeros : tensor<?xf32>) dimensions = [0]
  %mean = linalg.map ins(%sum : tensor<?xf32>) outs(%empty : tensor<?xf32>)
    (%sum_j: f32, %out: f32) {
      %mean_j = arith.divf %sum_j, %rows_f32 : f32
      linalg.yield %mean_j : f32
    }
  %squares = linalg.generic {indexing_maps = [#full, #columns, #columns],
                             iterator_types = ["reduction", "parallel"]}
      ins(%x, %mean : tensor<?x?xf32>, tensor<?xf32>) outs(%zeros : tensor<?xf32>) {
  ^bb0(%x_ij: f32, %mean_j: f32, %acc: f32):
    %centered = arith.subf %x_ij, %mean_j : f32
    %square = arith.mulf %centered, %centered : f32
    %next = arith.addf %acc, %square : f32
    linalg.yield %next : f32
  } -> tensor<?xf32>
  %variance = linalg.map ins(%squares : tensor<?xf32>) outs(%empty : tensor<?xf32>)
    (%square_j: f32, %out: f32) {
      %variance_j = arith.divf %square_j, %rows_f32 : f32
      linalg.yield %variance_j : f32
    }
  %y = func.call @normalize(%x, %mean, %variance, %gamma, %beta)
      : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>)
      -> tensor<?x?xf32>
  return %y, %mean, %variance : tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>
}

/// @batch_norm over the channels of images.
func.func private @batch_norm_nhwc(%x: tensor<?x?x?x?xf32>, %gamma: tensor<?xf32>,
                                   %beta: tensor<?xf32>)
    -> (tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32>) {
  %flat = tensor.collapse_shape %x [[0, 1, 2], [3]] : tensor<?x?x?x?xf32> into tensor<?x?xf32>
  %flat_y, %mean, %variance = func.call @batch_norm(%flat, %gamma, %beta)
      : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
      -> (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
  %y = func.call @as_images(%flat_y, %x)
      : (tensor<?x?xf32>, tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  return %y, %mean, %variance : tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32>
}

/// @normalize for images.
func.func private @normalize_nhwc(%x: tensor<?x?x?x?xf32>, %mean: tensor<?xf32>,
                                  %variance: tensor<?xf32>, %gamma: tensor<?xf32>,
                                  %beta: tensor<?xf32>) -> tensor<?x?x?x?xf32> {
  %flat = tensor.collapse_shape %x [[0, 1, 2], [3]] : tensor<?x?x?x?xf32> into tensor<?x?xf32>
  %flat_y = func.call @normalize(%flat, %mean, %variance, %gamma, %beta)
      : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>)
      -> tensor<?x?xf32>
  %y = func.call @as_images(%flat_y, %x)
      : (tensor<?x?xf32>, tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  return %y : tensor<?x?x?x?xf32>
}

/// The rows of `flat` as the pixels of images of the shape of `like`.
func.func private @as_images(%flat: tensor<?x?xf32>, %like: tensor<?x?x?x?xf32>)
    -> tensor<?x?x?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %batch = tensor.dim %like, %c0 : tensor<?x?x?x?xf32>
  %height = tensor.dim %like, %c1 : tensor<?x?x?x?xf32>
  %width = tensor.dim %like, %c2 : tensor<?x?x?x?xf32>
  %channels = tensor.dim %like, %c3 : tensor<?x?x?x?xf32>
  %images = tensor.expand_shape %flat [[0, 1, 2], [3]]
      output_shape [%batch, %height, %width, %channels]
      : tensor<?x?xf32> into tensor<?x?x?x?xf32>
  return %images : tensor<?x?x?x?xf32>
}

/// The first layer up to its batch norm: tanh(x convolved with w + b), pooled.
func.func private @first_layer(%x: tensor<?x?x?x?xf32>, %w: tensor<?x?x?x?xf32>,
                               %b: tensor<?xf32>) -> tensor<?x?x?x?xf32> {
  %sum = func.call @convolve(%x, %w)
      : (tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  %z = linalg.generic {indexing_maps = [#channel, #nhwc],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%b : tensor<?xf32>) outs(%sum : tensor<?x?x?x?xf32>) {
  ^bb0(%b_c: f32, %sum_nhwc: f32):
    %z_nhwc = arith.addf %sum_nhwc, %b_c : f32
    linalg.yield %z_nhwc : f32
  } -> tensor<?x?x?x?xf32>
  %a = math.tanh %z : tensor<?x?x?x?xf32>
  %y = func.call @max_pool(%a) : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  return %y : tensor<?x?x?x?xf32>
}

/// The binary convolution of binary activations.
func.func private @binary_convolve(%x: tensor<?x?x?x?xf32>, %w: tensor<?x?x?x?xf32>)
    -> tensor<?x?x?x?xf32> {
  %a = quant_bnn.qactivation %x quantizer = "sign" threshold = 1.0 : tensor<?x?x?x?xf32>
  %s = quant_bnn.sign %w clip = 1.0 : tensor<?x?x?x?xf32>
  %y = func.call @convolve(%a, %s)
      : (tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  return %y : tensor<?x?x?x?xf32>
}

/// The pooled convolution, flat, in a binary dense layer.
func.func private @binary_dense(%x: tensor<?x?x?x?xf32>, %w: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %pooled = func.call @max_pool(%x) : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  %a = quant_bnn.qactivation %pooled quantizer = "sign" threshold = 1.0 : tensor<?x?x?x?xf32>
  %flat = tensor.collapse_shape %a [[0], [1, 2, 3]] : tensor<?x?x?x?xf32> into tensor<?x?xf32>
  %s = quant_bnn.sign %w clip = 1.0 : tensor<?x?xf32>
  %y = func.call @multiply(%flat, %s) : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

/// The last layer: tanh(x) w + b.
func.func private @last_layer(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>, %b: tensor<?xf32>)
    -> tensor<?x?xf32> {
  %a = math.tanh %x : tensor<?x?xf32>
  %sum = func.call @multiply(%a, %w) : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %logits = linalg.generic {indexing_maps = [#columns, #full],
                            iterator_types = ["parallel", "parallel"]}
      ins(%b : tensor<?xf32>) outs(%sum : tensor<?x?xf32>) {
  ^bb0(%b_j: f32, %sum_ij: f32):
    %logit = arith.addf %sum_ij, %b_j : f32
    linalg.yield %logit : f32
  } -> tensor<?x?xf32>
  return %logits : tensor<?x?xf32>
}

//===----------------------------------------------------------------------===//
// The public functions
//===----------------------------------------------------------------------===//

/// The loss on a batch, and the mean and variance of each batch norm. Training
/// calls what the compiler makes of it.
func.func @loss(%images: tensor<?x?x?x?xf32> {quant_bnn.no_gradient}, %labels: tensor<?xi32>,
                %w1: tensor<?x?x?x?xf32>, %b1: tensor<?xf32>,
                %gamma1: tensor<?xf32>, %beta1: tensor<?xf32>,
                %w2: tensor<?x?x?x?xf32>, %gamma2: tensor<?xf32>, %beta2: tensor<?xf32>,
                %w3: tensor<?x?xf32>, %gamma3: tensor<?xf32>, %beta3: tensor<?xf32>,
                %w4: tensor<?x?xf32>, %b4: tensor<?xf32>)
    -> (f32, tensor<?xf32> {quant_bnn.no_gradient}, tensor<?xf32> {quant_bnn.no_gradient},
        tensor<?xf32> {quant_bnn.no_gradient}, tensor<?xf32> {quant_bnn.no_gradient},
        tensor<?xf32> {quant_bnn.no_gradient}, tensor<?xf32> {quant_bnn.no_gradient}) {
  %x1 = func.call @first_layer(%images, %w1, %b1)
      : (tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>, tensor<?xf32>) -> tensor<?x?x?x?xf32>
  %y1, %mean1, %variance1 = func.call @batch_norm_nhwc(%x1, %gamma1, %beta1)
      : (tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32>)
      -> (tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32>)
  %x2 = func.call @binary_convolve(%y1, %w2)
      : (tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  %y2, %mean2, %variance2 = func.call @batch_norm_nhwc(%x2, %gamma2, %beta2)
      : (tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32>)
      -> (tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32>)
  %x3 = func.call @binary_dense(%y2, %w3)
      : (tensor<?x?x?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %y3, %mean3, %variance3 = func.call @batch_norm(%x3, %gamma3, %beta3)
      : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
      -> (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
  %logits = func.call @last_layer(%y3, %w4, %b4)
      : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  %loss = func.call @cross_entropy(%logits, %labels) : (tensor<?x?xf32>, tensor<?xi32>) -> f32
  return %loss, %mean1, %variance1, %mean2, %variance2, %mean3, %variance3
      : f32, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>,
        tensor<?xf32>, tensor<?xf32>
}

/// The class of every image, with the running means and variances.
func.func @predict(%images: tensor<?x?x?x?xf32>,
                   %w1: tensor<?x?x?x?xf32>, %b1: tensor<?xf32>,
                   %gamma1: tensor<?xf32>, %beta1: tensor<?xf32>,
                   %w2: tensor<?x?x?x?xf32>, %gamma2: tensor<?xf32>, %beta2: tensor<?xf32>,
                   %w3: tensor<?x?xf32>, %gamma3: tensor<?xf32>, %beta3: tensor<?xf32>,
                   %w4: tensor<?x?xf32>, %b4: tensor<?xf32>,
                   %mean1: tensor<?xf32>, %variance1: tensor<?xf32>,
                   %mean2: tensor<?xf32>, %variance2: tensor<?xf32>,
                   %mean3: tensor<?xf32>, %variance3: tensor<?xf32>) -> tensor<?xi32> {
  %x1 = func.call @first_layer(%images, %w1, %b1)
      : (tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>, tensor<?xf32>) -> tensor<?x?x?x?xf32>
  %y1 = func.call @normalize_nhwc(%x1, %mean1, %variance1, %gamma1, %beta1)
      : (tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>)
      -> tensor<?x?x?x?xf32>
  %x2 = func.call @binary_convolve(%y1, %w2)
      : (tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  %y2 = func.call @normalize_nhwc(%x2, %mean2, %variance2, %gamma2, %beta2)
      : (tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>)
      -> tensor<?x?x?x?xf32>
  %x3 = func.call @binary_dense(%y2, %w3)
      : (tensor<?x?x?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %y3 = func.call @normalize(%x3, %mean3, %variance3, %gamma3, %beta3)
      : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>)
      -> tensor<?x?xf32>
  %logits = func.call @last_layer(%y3, %w4, %b4)
      : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  %classes = func.call @choose(%logits) : (tensor<?x?xf32>) -> tensor<?xi32>
  return %classes : tensor<?xi32>
}
