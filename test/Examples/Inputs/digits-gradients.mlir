//===- digits-gradients.mlir - The backward pass by hand -------*- mlir -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The network of examples/digits and its gradients, written out: every `sign`
// of the forward pass has its `sign_grad` in the backward pass. What the
// compiler makes of the forward pass alone is to agree with it bit for bit.
//
//===----------------------------------------------------------------------===//

#matrix = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#column = affine_map<(i, j) -> (j)>
#scalar = affine_map<(i, j) -> ()>

// The maps of a product over (m, n, k), with an operand transposed or not.
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#lhs_transposed = affine_map<(m, n, k) -> (k, m)>
#rhs_transposed = affine_map<(m, n, k) -> (n, k)>
#product = affine_map<(m, n, k) -> (m, n)>

//===----------------------------------------------------------------------===//
// A dense layer
//===----------------------------------------------------------------------===//

/// The factor that gives a sum of `fan in` signs unit variance, so that the
/// clip window of the sign after it, [-1, 1], is one standard deviation.
func.func private @fan_in_scale(%w: tensor<?x?xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %fan_in = tensor.dim %w, %c0 : tensor<?x?xf32>
  %integer = arith.index_cast %fan_in : index to i32
  %float = arith.sitofp %integer : i32 to f32
  %one = arith.constant 1.0 : f32
  %root = math.sqrt %float : f32
  %scale = arith.divf %one, %root : f32
  return %scale : f32
}

/// z = x w scale + b.
func.func private @dense(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>,
                         %b: tensor<?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %batch = tensor.dim %x, %c0 : tensor<?x?xf32>
  %width = tensor.dim %w, %c1 : tensor<?x?xf32>
  %empty = tensor.empty(%batch, %width) : tensor<?x?xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x?xf32>) -> tensor<?x?xf32>
  %sum = linalg.matmul ins(%x, %w : tensor<?x?xf32>, tensor<?x?xf32>)
                       outs(%zeros : tensor<?x?xf32>) -> tensor<?x?xf32>
  %scale = func.call @fan_in_scale(%w) : (tensor<?x?xf32>) -> f32
  %z = linalg.generic {indexing_maps = [#matrix, #column, #matrix],
                       iterator_types = ["parallel", "parallel"]}
      ins(%sum, %b : tensor<?x?xf32>, tensor<?xf32>) outs(%empty : tensor<?x?xf32>) {
  ^bb0(%sum_ij: f32, %b_j: f32, %out: f32):
    %scaled = arith.mulf %sum_ij, %scale : f32
    %z_ij = arith.addf %scaled, %b_j : f32
    linalg.yield %z_ij : f32
  } -> tensor<?x?xf32>
  return %z : tensor<?x?xf32>
}

/// The gradients of @dense for x, w and b, where that for z is g.
func.func private @dense_grad(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>, %g: tensor<?x?xf32>)
    -> (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %batch = tensor.dim %x, %c0 : tensor<?x?xf32>
  %fan_in = tensor.dim %w, %c0 : tensor<?x?xf32>
  %width = tensor.dim %w, %c1 : tensor<?x?xf32>

  // The bias reaches every row of the batch.
  %db_empty = tensor.empty(%width) : tensor<?xf32>
  %db_zeros = linalg.fill ins(%zero : f32) outs(%db_empty : tensor<?xf32>) -> tensor<?xf32>
  %db = linalg.reduce { arith.addf } ins(%g : tensor<?x?xf32>)
                      outs(%db_zeros : tensor<?xf32>) dimensions = [0]

  %scale = func.call @fan_in_scale(%w) : (tensor<?x?xf32>) -> f32
  %gs_empty = tensor.empty(%batch, %width) : tensor<?x?xf32>
  %gs = linalg.generic {indexing_maps = [#matrix, #matrix],
                        iterator_types = ["parallel", "parallel"]}
      ins(%g : tensor<?x?xf32>) outs(%gs_empty : tensor<?x?xf32>) {
  ^bb0(%g_ij: f32, %out: f32):
    %gs_ij = arith.mulf %g_ij, %scale : f32
    linalg.yield %gs_ij : f32
  } -> tensor<?x?xf32>

  // dw = x^T gs
  %dw_empty = tensor.empty(%fan_in, %width) : tensor<?x?xf32>
  %dw_zeros = linalg.fill ins(%zero : f32) outs(%dw_empty : tensor<?x?xf32>) -> tensor<?x?xf32>
  %dw = linalg.matmul indexing_maps = [#lhs_transposed, #rhs, #product]
      ins(%x, %gs : tensor<?x?xf32>, tensor<?x?xf32>)
      outs(%dw_zeros : tensor<?x?xf32>) -> tensor<?x?xf32>

  // dx = gs w^T
  %dx_empty = tensor.empty(%batch, %fan_in) : tensor<?x?xf32>
  %dx_zeros = linalg.fill ins(%zero : f32) outs(%dx_empty : tensor<?x?xf32>) -> tensor<?x?xf32>
  %dx = linalg.matmul indexing_maps = [#lhs, #rhs_transposed, #product]
      ins(%gs, %w : tensor<?x?xf32>, tensor<?x?xf32>)
      outs(%dx_zeros : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %dx, %dw, %db : tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>
}

//===----------------------------------------------------------------------===//
// The loss
//===----------------------------------------------------------------------===//

/// The mean over the batch of -log softmax(logits)[label], and its gradient,
/// softmax(logits) / batch - onehot(label) / batch.
func.func private @cross_entropy(%logits: tensor<?x?xf32>, %labels: tensor<?xi32>)
    -> (f32, tensor<?x?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %lowest = arith.constant 0xFF800000 : f32
  %batch = tensor.dim %logits, %c0 : tensor<?x?xf32>
  %classes = tensor.dim %logits, %c1 : tensor<?x?xf32>
  %batch_i32 = arith.index_cast %batch : index to i32
  %batch_f32 = arith.sitofp %batch_i32 : i32 to f32
  %rows_empty = tensor.empty(%batch) : tensor<?xf32>
  %empty = tensor.empty(%batch, %classes) : tensor<?x?xf32>

  // The maximum of a row is subtracted, so that no exponential overflows.
  %max_init = linalg.fill ins(%lowest : f32) outs(%rows_empty : tensor<?xf32>) -> tensor<?xf32>
  %max = linalg.reduce { arith.maximumf } ins(%logits : tensor<?x?xf32>)
                       outs(%max_init : tensor<?xf32>) dimensions = [1]
  %exp = linalg.generic {indexing_maps = [#matrix, #row, #matrix],
                         iterator_types = ["parallel", "parallel"]}
      ins(%logits, %max : tensor<?x?xf32>, tensor<?xf32>) outs(%empty : tensor<?x?xf32>) {
  ^bb0(%logit: f32, %max_i: f32, %out: f32):
    %shifted = arith.subf %logit, %max_i : f32
    %exp_ij = math.exp %shifted : f32
    linalg.yield %exp_ij : f32
  } -> tensor<?x?xf32>
  %sum_init = linalg.fill ins(%zero : f32) outs(%rows_empty : tensor<?xf32>) -> tensor<?xf32>
  %sum = linalg.reduce { arith.addf } ins(%exp : tensor<?x?xf32>)
                       outs(%sum_init : tensor<?xf32>) dimensions = [1]

  %total_empty = tensor.empty() : tensor<f32>
  %total_init = linalg.fill ins(%zero : f32) outs(%total_empty : tensor<f32>) -> tensor<f32>
  %total = linalg.generic {indexing_maps = [#matrix, #row, #row, #row, #scalar],
                           iterator_types = ["reduction", "reduction"]}
      ins(%logits, %max, %sum, %labels
          : tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xi32>)
      outs(%total_init : tensor<f32>) {
  ^bb0(%logit: f32, %max_i: f32, %sum_i: f32, %label: i32, %acc: f32):
    %j = linalg.index 1 : index
    %class = arith.index_cast %j : index to i32
    %hit = arith.cmpi eq, %class, %label : i32
    %log = math.log %sum_i : f32
    %shifted = arith.subf %logit, %max_i : f32
    %loss_i = arith.subf %log, %shifted : f32
    %term = arith.select %hit, %loss_i, %zero : f32
    %next = arith.addf %acc, %term : f32
    linalg.yield %next : f32
  } -> tensor<f32>
  %total_f32 = tensor.extract %total[] : tensor<f32>
  %loss = arith.divf %total_f32, %batch_f32 : f32

  %weight = arith.divf %one, %batch_f32 : f32
  %negative_weight = arith.negf %weight : f32
  %g = linalg.generic {indexing_maps = [#matrix, #row, #row, #matrix],
                       iterator_types = ["parallel", "parallel"]}
      ins(%exp, %sum, %labels : tensor<?x?xf32>, tensor<?xf32>, tensor<?xi32>)
      outs(%empty : tensor<?x?xf32>) {
  ^bb0(%exp_ij: f32, %sum_i: f32, %label: i32, %out: f32):
    %j = linalg.index 1 : index
    %class = arith.index_cast %j : index to i32
    %hit = arith.cmpi eq, %class, %label : i32
    %target = arith.select %hit, %negative_weight, %zero : f32
    %share = arith.divf %weight, %sum_i : f32
    %softmax = arith.mulf %share, %exp_ij : f32
    %g_ij = arith.addf %softmax, %target : f32
    linalg.yield %g_ij : f32
  } -> tensor<?x?xf32>
  return %loss, %g : f32, tensor<?x?xf32>
}

//===----------------------------------------------------------------------===//
// The network
//===----------------------------------------------------------------------===//

/// The loss on a batch, and its gradients for w1, b1, w2, b2, w3 and b3. Each
/// `sign` of the forward pass has its `sign_grad` in the backward pass: the
/// straight-through estimator, which lets a gradient through where the input of
/// the sign was in [-1, 1].
func.func @gradients(%images: tensor<?x?xf32>, %labels: tensor<?xi32>,
                     %w1: tensor<?x?xf32>, %b1: tensor<?xf32>,
                     %w2: tensor<?x?xf32>, %b2: tensor<?xf32>,
                     %w3: tensor<?x?xf32>, %b3: tensor<?xf32>)
    -> (f32, tensor<?x?xf32>, tensor<?xf32>, tensor<?x?xf32>, tensor<?xf32>,
        tensor<?x?xf32>, tensor<?xf32>) {
  // Forward.
  %s1 = quant_bnn.sign %w1 clip = 1.0 : tensor<?x?xf32>
  %z1 = func.call @dense(%images, %s1, %b1)
      : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  %a1 = quant_bnn.sign %z1 clip = 1.0 : tensor<?x?xf32>

  %s2 = quant_bnn.sign %w2 clip = 1.0 : tensor<?x?xf32>
  %z2 = func.call @dense(%a1, %s2, %b2)
      : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  %a2 = quant_bnn.sign %z2 clip = 1.0 : tensor<?x?xf32>

  %s3 = quant_bnn.sign %w3 clip = 1.0 : tensor<?x?xf32>
  %logits = func.call @dense(%a2, %s3, %b3)
      : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  %loss, %g3 = func.call @cross_entropy(%logits, %labels)
      : (tensor<?x?xf32>, tensor<?xi32>) -> (f32, tensor<?x?xf32>)

  // Backward.
  %da2, %ds3, %db3 = func.call @dense_grad(%a2, %s3, %g3)
      : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>)
      -> (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>)
  %dw3 = quant_bnn.sign_grad %w3, %ds3 clip = 1.0 : tensor<?x?xf32>

  %g2 = quant_bnn.sign_grad %z2, %da2 clip = 1.0 : tensor<?x?xf32>
  %da1, %ds2, %db2 = func.call @dense_grad(%a1, %s2, %g2)
      : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>)
      -> (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>)
  %dw2 = quant_bnn.sign_grad %w2, %ds2 clip = 1.0 : tensor<?x?xf32>

  // Nothing uses the gradient for the images, so its product is dead code.
  %g1 = quant_bnn.sign_grad %z1, %da1 clip = 1.0 : tensor<?x?xf32>
  %dimages, %ds1, %db1 = func.call @dense_grad(%images, %s1, %g1)
      : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>)
      -> (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>)
  %dw1 = quant_bnn.sign_grad %w1, %ds1 clip = 1.0 : tensor<?x?xf32>

  return %loss, %dw1, %db1, %dw2, %db2, %dw3, %db3
      : f32, tensor<?x?xf32>, tensor<?xf32>, tensor<?x?xf32>, tensor<?xf32>,
        tensor<?x?xf32>, tensor<?xf32>
}
