//===- network.mlir - A binary MLP for handwritten digits ------*- mlir -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A multilayer perceptron with binary weights and binary hidden activations:
//
//   z1 = images sign(w1) / sqrt(fan in) + b1     a1 = sign(z1)
//   z2 = a1     sign(w2) / sqrt(fan in) + b2     a2 = sign(z2)
//   logits = a2 sign(w3) / sqrt(fan in) + b3
//
// This is all there is of it: the backward pass is the compiler's. What is
// trained are the latent weights w1, w2, w3, which the optimizer keeps in
// [-1, 1]. No size is fixed here: those of the layers and of the batch are the
// caller's. To be read with ../training/training.mlir.
//
//===----------------------------------------------------------------------===//

#layer = affine_map<(i, j) -> (i, j)>
#bias = affine_map<(i, j) -> (j)>

/// z = x sign(w) / sqrt(fan in) + b. The factor gives a sum of `fan in` signs
/// unit variance, so that the clip window of the sign after it, [-1, 1], is one
/// standard deviation.
func.func private @dense(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>,
                         %b: tensor<?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %batch = tensor.dim %x, %c0 : tensor<?x?xf32>
  %fan_in = tensor.dim %w, %c0 : tensor<?x?xf32>
  %width = tensor.dim %w, %c1 : tensor<?x?xf32>
  %fan_in_i32 = arith.index_cast %fan_in : index to i32
  %fan_in_f32 = arith.sitofp %fan_in_i32 : i32 to f32
  %root = math.sqrt %fan_in_f32 : f32
  %scale = arith.divf %one, %root : f32

  %s = quant_bnn.sign %w clip = 1.0 : tensor<?x?xf32>
  %empty = tensor.empty(%batch, %width) : tensor<?x?xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x?xf32>) -> tensor<?x?xf32>
  %sum = linalg.matmul ins(%x, %s : tensor<?x?xf32>, tensor<?x?xf32>)
                       outs(%zeros : tensor<?x?xf32>) -> tensor<?x?xf32>
  %z = linalg.generic {indexing_maps = [#layer, #bias, #layer],
                       iterator_types = ["parallel", "parallel"]}
      ins(%sum, %b : tensor<?x?xf32>, tensor<?xf32>) outs(%empty : tensor<?x?xf32>) {
  ^bb0(%sum_ij: f32, %b_j: f32, %out: f32):
    %scaled = arith.mulf %sum_ij, %scale : f32
    %z_ij = arith.addf %scaled, %b_j : f32
    linalg.yield %z_ij : f32
  } -> tensor<?x?xf32>
  return %z : tensor<?x?xf32>
}

func.func private @network(%images: tensor<?x?xf32>,
                           %w1: tensor<?x?xf32>, %b1: tensor<?xf32>,
                           %w2: tensor<?x?xf32>, %b2: tensor<?xf32>,
                           %w3: tensor<?x?xf32>, %b3: tensor<?xf32>) -> tensor<?x?xf32> {
  %z1 = func.call @dense(%images, %w1, %b1)
      : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  %a1 = quant_bnn.sign %z1 clip = 1.0 : tensor<?x?xf32>
  %z2 = func.call @dense(%a1, %w2, %b2)
      : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  %a2 = quant_bnn.sign %z2 clip = 1.0 : tensor<?x?xf32>
  %logits = func.call @dense(%a2, %w3, %b3)
      : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  return %logits : tensor<?x?xf32>
}

/// The loss on a batch. Training calls what the compiler makes of it.
func.func @loss(%images: tensor<?x?xf32> {quant_bnn.no_gradient}, %labels: tensor<?xi32>,
                %w1: tensor<?x?xf32>, %b1: tensor<?xf32>,
                %w2: tensor<?x?xf32>, %b2: tensor<?xf32>,
                %w3: tensor<?x?xf32>, %b3: tensor<?xf32>) -> f32 {
  %logits = func.call @network(%images, %w1, %b1, %w2, %b2, %w3, %b3)
      : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>, tensor<?x?xf32>,
         tensor<?xf32>, tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  %loss = func.call @cross_entropy(%logits, %labels) : (tensor<?x?xf32>, tensor<?xi32>) -> f32
  return %loss : f32
}

/// The class of every image.
func.func @predict(%images: tensor<?x?xf32>,
                   %w1: tensor<?x?xf32>, %b1: tensor<?xf32>,
                   %w2: tensor<?x?xf32>, %b2: tensor<?xf32>,
                   %w3: tensor<?x?xf32>, %b3: tensor<?xf32>) -> tensor<?xi32> {
  %logits = func.call @network(%images, %w1, %b1, %w2, %b2, %w3, %b3)
      : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>, tensor<?x?xf32>,
         tensor<?xf32>, tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  %classes = func.call @choose(%logits) : (tensor<?x?xf32>) -> tensor<?xi32>
  return %classes : tensor<?xi32>
}
