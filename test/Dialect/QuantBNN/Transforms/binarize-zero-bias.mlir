// Sums that begin with zeros that are broadcast, as TOSA's bias is, are exact.

// RUN: bnn-opt %s --quant-bnn-binarize | FileCheck %s

#bias = affine_map<(n, h, w, c) -> (c)>
#all = affine_map<(n, h, w, c) -> (n, h, w, c)>

// CHECK-LABEL: func @copied(
// CHECK:         quant_bnn.xnor_conv_2d
func.func @copied(%x: tensor<1x8x8x16xf32>, %w: tensor<32x3x3x16xf32>) -> tensor<1x6x6x32xf32> {
  %zeros = arith.constant dense<0.0> : tensor<32xf32>
  %s = quant_bnn.sign %x : tensor<1x8x8x16xf32>
  %q = quant_bnn.sign %w : tensor<32x3x3x16xf32>
  %empty = tensor.empty() : tensor<1x6x6x32xf32>
  %init = linalg.generic {indexing_maps = [#bias, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%zeros : tensor<32xf32>) outs(%empty : tensor<1x6x6x32xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x6x6x32xf32>
  %y = linalg.conv_2d_nhwc_fhwc ins(%s, %q : tensor<1x8x8x16xf32>, tensor<32x3x3x16xf32>)
                                outs(%init : tensor<1x6x6x32xf32>) -> tensor<1x6x6x32xf32>
  return %y : tensor<1x6x6x32xf32>
}

// CHECK-LABEL: func @broadcast(
// CHECK:         quant_bnn.xnor_matmul
func.func @broadcast(%x: tensor<4x64xf32>, %w: tensor<64x32xf32>) -> tensor<4x32xf32> {
  %zeros = arith.constant dense<0.0> : tensor<32xf32>
  %s = quant_bnn.sign %x : tensor<4x64xf32>
  %q = quant_bnn.sign %w : tensor<64x32xf32>
  %empty = tensor.empty() : tensor<4x32xf32>
  %init = linalg.broadcast ins(%zeros : tensor<32xf32>) outs(%empty : tensor<4x32xf32>) dimensions = [0]
  %y = linalg.matmul ins(%s, %q : tensor<4x64xf32>, tensor<64x32xf32>) outs(%init : tensor<4x32xf32>) -> tensor<4x32xf32>
  return %y : tensor<4x32xf32>
}

// A body that yields the destination repeats nothing.
// CHECK-LABEL: func @destination(
// CHECK-NOT:     quant_bnn.xnor_matmul
// CHECK:         return
func.func @destination(%x: tensor<4x64xf32>, %w: tensor<64x32xf32>, %b: tensor<4x32xf32>) -> tensor<4x32xf32> {
  %zeros = arith.constant dense<0.0> : tensor<4x32xf32>
  %s = quant_bnn.sign %x : tensor<4x64xf32>
  %q = quant_bnn.sign %w : tensor<64x32xf32>
  %init = linalg.map ins(%zeros : tensor<4x32xf32>) outs(%b : tensor<4x32xf32>)
    (%in: f32, %out: f32) {
      linalg.yield %out : f32
    }
  %y = linalg.matmul ins(%s, %q : tensor<4x64xf32>, tensor<64x32xf32>) outs(%init : tensor<4x32xf32>) -> tensor<4x32xf32>
  return %y : tensor<4x32xf32>
}
