// A scale that a front end computes in a tensor without dimensions: here it is 1, so
// that the second product has a threshold before it, and nothing of the scale is left.

// RUN: bnn-opt %s --quant-bnn-binary-inference-pipeline | FileCheck %s

// CHECK-LABEL: func @network(
// CHECK:         quant_bnn.xnor_matmul
// CHECK-NEXT:    quant_bnn.threshold
// CHECK-NEXT:    quant_bnn.xnor_matmul
// CHECK-NOT:     arith.mulf
#id = affine_map<(i, j) -> (i, j)>
#scalar = affine_map<(i, j) -> ()>
func.func @network(%x: tensor<4x32xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<-0.5> : tensor<32x8xf32>
  %v = arith.constant dense<1.5> : tensor<8x8xf32>
  %minus = arith.constant dense<-1.0> : tensor<f32>
  %none = tensor.empty() : tensor<f32>
  %scale = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>], iterator_types = []}
      ins(%minus : tensor<f32>) outs(%none : tensor<f32>) {
  ^bb0(%in: f32, %out: f32):
    %abs = math.absf %in : f32
    linalg.yield %abs : f32
  } -> tensor<f32>
  %sx = quant_bnn.sign %x : tensor<4x32xf32>
  %sw = quant_bnn.sign %w : tensor<32x8xf32>
  %sv = quant_bnn.sign %v : tensor<8x8xf32>
  %empty = tensor.empty() : tensor<4x8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = linalg.matmul ins(%sx, %sw : tensor<4x32xf32>, tensor<32x8xf32>) outs(%init : tensor<4x8xf32>) -> tensor<4x8xf32>
  %sy = quant_bnn.sign %y : tensor<4x8xf32>
  %scaled = linalg.generic {indexing_maps = [#id, #scalar, #id], iterator_types = ["parallel", "parallel"]}
      ins(%sy, %scale : tensor<4x8xf32>, tensor<f32>) outs(%empty : tensor<4x8xf32>) {
  ^bb0(%in: f32, %factor: f32, %out: f32):
    %product = arith.mulf %in, %factor : f32
    linalg.yield %product : f32
  } -> tensor<4x8xf32>
  %z = linalg.matmul ins(%scaled, %sv : tensor<4x8xf32>, tensor<8x8xf32>) outs(%init : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %z : tensor<4x8xf32>
}
