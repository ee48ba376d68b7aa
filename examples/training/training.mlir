//===- training.mlir - What every training step needs ----------*- mlir -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The loss, the optimizer and the choice of a class, to be read after the file
// of a network: `cat network.mlir training.mlir | bnn-opt`.
//
//===----------------------------------------------------------------------===//

#vector = affine_map<(i) -> (i)>
#matrix = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#scalar = affine_map<(i, j) -> ()>

/// The mean over the batch of -log softmax(logits)[label].
///
/// The maximum of a row is subtracted, so that no exponential overflows. It does
/// not change the loss, so it has no gradient: `straight_through` gives what
/// there is to the zeros.
func.func private @cross_entropy(%logits: tensor<?x?xf32>, %labels: tensor<?xi32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %lowest = arith.constant 0xFF800000 : f32
  %batch = tensor.dim %logits, %c0 : tensor<?x?xf32>
  %classes = tensor.dim %logits, %c1 : tensor<?x?xf32>
  %rows = tensor.empty(%batch) : tensor<?xf32>
  %empty = tensor.empty(%batch, %classes) : tensor<?x?xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%rows : tensor<?xf32>) -> tensor<?xf32>

  %max_init = linalg.fill ins(%lowest : f32) outs(%rows : tensor<?xf32>) -> tensor<?xf32>
  %max_value = linalg.reduce { arith.maximumf } ins(%logits : tensor<?x?xf32>)
                             outs(%max_init : tensor<?xf32>) dimensions = [1]
  %max = quant_bnn.straight_through %max_value for %zeros : tensor<?xf32>
  %shifted = linalg.generic {indexing_maps = [#matrix, #row, #matrix],
                             iterator_types = ["parallel", "parallel"]}
      ins(%logits, %max : tensor<?x?xf32>, tensor<?xf32>) outs(%empty : tensor<?x?xf32>) {
  ^bb0(%logit: f32, %max_i: f32, %out: f32):
    %shifted_ij = arith.subf %logit, %max_i : f32
    linalg.yield %shifted_ij : f32
  } -> tensor<?x?xf32>
  %exp = math.exp %shifted : tensor<?x?xf32>
  %sum = linalg.reduce { arith.addf } ins(%exp : tensor<?x?xf32>)
                       outs(%zeros : tensor<?xf32>) dimensions = [1]
  %log_sum = math.log %sum : tensor<?xf32>

  %total_empty = tensor.empty() : tensor<f32>
  %total_init = linalg.fill ins(%zero : f32) outs(%total_empty : tensor<f32>) -> tensor<f32>
  %total = linalg.generic {indexing_maps = [#matrix, #row, #row, #scalar],
                           iterator_types = ["reduction", "reduction"]}
      ins(%shifted, %log_sum, %labels : tensor<?x?xf32>, tensor<?xf32>, tensor<?xi32>)
      outs(%total_init : tensor<f32>) {
  ^bb0(%shifted_ij: f32, %log_sum_i: f32, %label: i32, %acc: f32):
    %j = linalg.index 1 : index
    %class = arith.index_cast %j : index to i32
    %hit = arith.cmpi eq, %class, %label : i32
    %loss_i = arith.subf %log_sum_i, %shifted_ij : f32
    %term = arith.select %hit, %loss_i, %zero : f32
    %next = arith.addf %acc, %term : f32
    linalg.yield %next : f32
  } -> tensor<f32>
  %total_f32 = tensor.extract %total[] : tensor<f32>
  %batch_i32 = arith.index_cast %batch : index to i32
  %batch_f32 = arith.sitofp %batch_i32 : i32 to f32
  %loss = arith.divf %total_f32, %batch_f32 : f32
  return %loss : f32
}

/// The place of the largest logit of every row, the first of equals.
func.func private @choose(%logits: tensor<?x?xf32>) -> tensor<?xi32> {
  %c0 = arith.constant 0 : index
  %first = arith.constant 0 : i32
  %lowest = arith.constant 0xFF800000 : f32
  %batch = tensor.dim %logits, %c0 : tensor<?x?xf32>
  %value_empty = tensor.empty(%batch) : tensor<?xf32>
  %class_empty = tensor.empty(%batch) : tensor<?xi32>
  %value_init = linalg.fill ins(%lowest : f32) outs(%value_empty : tensor<?xf32>) -> tensor<?xf32>
  %class_init = linalg.fill ins(%first : i32) outs(%class_empty : tensor<?xi32>) -> tensor<?xi32>
  %best:2 = linalg.generic {indexing_maps = [#matrix, #row, #row],
                            iterator_types = ["parallel", "reduction"]}
      ins(%logits : tensor<?x?xf32>) outs(%value_init, %class_init : tensor<?xf32>, tensor<?xi32>) {
  ^bb0(%logit: f32, %value: f32, %class: i32):
    %j = linalg.index 1 : index
    %candidate = arith.index_cast %j : index to i32
    %better = arith.cmpf ogt, %logit, %value : f32
    %value_new = arith.select %better, %logit, %value : f32
    %class_new = arith.select %better, %candidate, %class : i32
    linalg.yield %value_new, %class_new : f32, i32
  } -> (tensor<?xf32>, tensor<?xi32>)
  return %best#1 : tensor<?xi32>
}

/// Adam (Kingma and Ba 2015) with beta1 = 0.9 and beta2 = 0.999, then a clamp to
/// [-limit, limit]: a latent weight beyond 1 would get no more gradient. From a
/// parameter, its gradient, its two moments, the learning rate and the number of
/// the step, from 1, to the new parameter and moments.
func.func @adam(%parameter: tensor<?xf32>, %gradient: tensor<?xf32>,
                %mean: tensor<?xf32>, %variance: tensor<?xf32>,
                %rate: f32, %step: f32, %limit: f32)
    -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f32
  %beta1 = arith.constant 0.9 : f32
  %beta2 = arith.constant 0.999 : f32
  %epsilon = arith.constant 1.0e-8 : f32
  %gain1 = arith.subf %one, %beta1 : f32
  %gain2 = arith.subf %one, %beta2 : f32
  %negative_limit = arith.negf %limit : f32

  // The moments start at 0; this is what they are short of.
  %decay1 = math.powf %beta1, %step : f32
  %decay2 = math.powf %beta2, %step : f32
  %weight1 = arith.subf %one, %decay1 : f32
  %weight2 = arith.subf %one, %decay2 : f32

  %size = tensor.dim %parameter, %c0 : tensor<?xf32>
  %parameter_empty = tensor.empty(%size) : tensor<?xf32>
  %mean_empty = tensor.empty(%size) : tensor<?xf32>
  %variance_empty = tensor.empty(%size) : tensor<?xf32>
  %result:3 = linalg.generic {
      indexing_maps = [#vector, #vector, #vector, #vector, #vector, #vector, #vector],
      iterator_types = ["parallel"]}
      ins(%parameter, %gradient, %mean, %variance
          : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>)
      outs(%parameter_empty, %mean_empty, %variance_empty
          : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  ^bb0(%p: f32, %g: f32, %m: f32, %v: f32, %p_out: f32, %m_out: f32, %v_out: f32):
    %m_error = arith.subf %g, %m : f32
    %m_step = arith.mulf %gain1, %m_error : f32
    %m_new = arith.addf %m, %m_step : f32
    %square = arith.mulf %g, %g : f32
    %v_error = arith.subf %square, %v : f32
    %v_step = arith.mulf %gain2, %v_error : f32
    %v_new = arith.addf %v, %v_step : f32

    %m_hat = arith.divf %m_new, %weight1 : f32
    %v_hat = arith.divf %v_new, %weight2 : f32
    %deviation = math.sqrt %v_hat : f32
    %divisor = arith.addf %deviation, %epsilon : f32
    %direction = arith.divf %m_hat, %divisor : f32
    %p_step = arith.mulf %rate, %direction : f32
    %p_new = arith.subf %p, %p_step : f32
    %p_high = arith.minimumf %p_new, %limit : f32
    %p_clamped = arith.maximumf %p_high, %negative_limit : f32
    linalg.yield %p_clamped, %m_new, %v_new : f32, f32, f32
  } -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>)
  return %result#0, %result#1, %result#2 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}
