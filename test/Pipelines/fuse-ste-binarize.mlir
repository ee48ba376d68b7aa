// The same ops on bits, and the same results, whichever of fuse-ste and binarize
// runs first: a pool that a sign was moved before starts from another constant.

// DEFINE: %{opt} = bnn-opt %s
// DEFINE: %{finish} = --quant-bnn-propagate-packed --canonicalize --cse

// RUN: rm -rf %t && mkdir %t
// RUN: %{opt} --quant-bnn-fuse-ste=values-only --quant-bnn-binarize %{finish} -o %t/fused-first.mlir
// RUN: %{opt} --quant-bnn-binarize --quant-bnn-fuse-ste=values-only %{finish} -o %t/binarized-first.mlir
// RUN: FileCheck %s < %t/fused-first.mlir
// RUN: FileCheck %s < %t/binarized-first.mlir

// RUN: %npy write %t/x.npy f32 [3,8,8,32] random:1
// RUN: %npy write %t/w.npy f32 [512,8] random:2
// RUN: bnn-runner %s --entry=fixed --arg=%t/x.npy --arg=%t/w.npy --result=%t/y0.npy
// RUN: bnn-runner %t/fused-first.mlir --entry=fixed --arg=%t/x.npy --arg=%t/w.npy --result=%t/y1.npy
// RUN: bnn-runner %t/binarized-first.mlir --entry=fixed --arg=%t/x.npy --arg=%t/w.npy --result=%t/y2.npy
// RUN: bnn-runner %t/fused-first.mlir --entry=varying --arg=%t/x.npy --arg=%t/w.npy --result=%t/y3.npy
// RUN: %npy equal %t/y1.npy %t/y0.npy --bits
// RUN: %npy equal %t/y2.npy %t/y0.npy --bits
// RUN: %npy equal %t/y3.npy %t/y0.npy --bits

// CHECK-LABEL: func @fixed(
// CHECK:         linalg.pooling_nhwc_max {{.*}} -> tensor<{{[3?]}}x4x4x32xi1, #quant_bnn.packed<i32>>
// CHECK:         tensor.collapse_shape {{.*}} into tensor<{{[3?]}}x512xi1, #quant_bnn.packed<i32>>
// CHECK:         quant_bnn.xnor_matmul
func.func @fixed(%x: tensor<3x8x8x32xf32>, %w: tensor<512x8xf32>) -> tensor<3x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<3x8xf32>
  %lowest = arith.constant dense<0xFF800000> : tensor<3x4x4x32xf32>
  %sx = quant_bnn.sign %x : tensor<3x8x8x32xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %pool = linalg.pooling_nhwc_max {strides = dense<2> : vector<2xi64>}
      ins(%sx, %window : tensor<3x8x8x32xf32>, tensor<2x2xf32>) outs(%lowest : tensor<3x4x4x32xf32>) -> tensor<3x4x4x32xf32>
  %s = quant_bnn.sign %pool : tensor<3x4x4x32xf32>
  %flat = tensor.collapse_shape %s [[0], [1, 2, 3]] : tensor<3x4x4x32xf32> into tensor<3x512xf32>
  %sw = quant_bnn.sign %w : tensor<512x8xf32>
  %y = linalg.matmul ins(%flat, %sw : tensor<3x512xf32>, tensor<512x8xf32>) outs(%zero : tensor<3x8xf32>) -> tensor<3x8xf32>
  return %y : tensor<3x8xf32>
}

// CHECK-LABEL: func @varying(
// CHECK:         linalg.pooling_nhwc_max {{.*}} -> tensor<{{[3?]}}x4x4x32xi1, #quant_bnn.packed<i32>>
// CHECK:         tensor.collapse_shape {{.*}} into tensor<{{[3?]}}x512xi1, #quant_bnn.packed<i32>>
// CHECK:         quant_bnn.xnor_matmul
func.func @varying(%x: tensor<?x8x8x32xf32>, %w: tensor<512x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %lowest = arith.constant 0xFF800000 : f32
  %n = tensor.dim %x, %c0 : tensor<?x8x8x32xf32>
  %empty = tensor.empty(%n) : tensor<?x4x4x32xf32>
  %begin = linalg.fill ins(%lowest : f32) outs(%empty : tensor<?x4x4x32xf32>) -> tensor<?x4x4x32xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %pool = linalg.pooling_nhwc_max {strides = dense<2> : vector<2xi64>}
      ins(%x, %window : tensor<?x8x8x32xf32>, tensor<2x2xf32>) outs(%begin : tensor<?x4x4x32xf32>) -> tensor<?x4x4x32xf32>
  %s = quant_bnn.sign %pool : tensor<?x4x4x32xf32>
  %flat = tensor.collapse_shape %s [[0], [1, 2, 3]] : tensor<?x4x4x32xf32> into tensor<?x512xf32>
  %sw = quant_bnn.sign %w : tensor<512x8xf32>
  %out = tensor.empty(%n) : tensor<?x8xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%out : tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = linalg.matmul ins(%flat, %sw : tensor<?x512xf32>, tensor<512x8xf32>) outs(%zeros : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
