// Signs that are 0 at zeros, or that pass a NaN on, are bipolar if there are none.

// DEFINE: %{options} =
// DEFINE: %{binarize} = bnn-opt %s --quant-bnn-binarize="%{options}"
// RUN: %{binarize} | FileCheck %s --check-prefixes=CHECK,NOTHING
// REDEFINE: %{options} = assume-no-zeros=true
// RUN: %{binarize} | FileCheck %s --check-prefixes=CHECK,ZEROS
// REDEFINE: %{options} = assume-no-nans=true
// RUN: %{binarize} | FileCheck %s --check-prefixes=CHECK,NANS
// REDEFINE: %{options} = assume-no-zeros=true assume-no-nans=true
// RUN: %{binarize} | FileCheck %s --check-prefixes=CHECK,BOTH

// CHECK-LABEL: func @zero(
// NOTHING-NOT:  quant_bnn.xnor_matmul
// ZEROS:        quant_bnn.xnor_matmul
// NANS-NOT:     quant_bnn.xnor_matmul
// BOTH:         quant_bnn.xnor_matmul
func.func @zero(%x: tensor<4x8xf32>, %w: tensor<8x2xf32>, %zeros: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %c0 = arith.constant 0.0 : f32
  %init = linalg.fill ins(%c0 : f32) outs(%zeros : tensor<4x2xf32>) -> tensor<4x2xf32>
  %a = quant_bnn.sign %x zero = zero nan = positive : tensor<4x8xf32>
  %b = quant_bnn.sign %w : tensor<8x2xf32>
  %y = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x2xf32>) outs(%init : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// CHECK-LABEL: func @nan(
// NOTHING-NOT:  quant_bnn.xnor_matmul
// ZEROS-NOT:    quant_bnn.xnor_matmul
// NANS:         quant_bnn.xnor_matmul
// BOTH:         quant_bnn.xnor_matmul
func.func @nan(%x: tensor<4x8xf32>, %w: tensor<8x2xf32>, %zeros: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %c0 = arith.constant 0.0 : f32
  %init = linalg.fill ins(%c0 : f32) outs(%zeros : tensor<4x2xf32>) -> tensor<4x2xf32>
  %a = quant_bnn.sign %x nan = propagate : tensor<4x8xf32>
  %b = quant_bnn.sign %w : tensor<8x2xf32>
  %y = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x2xf32>) outs(%init : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// The sign of PyTorch is 0 at NaN, too.
//
// CHECK-LABEL: func @torch(
// NOTHING-NOT:  quant_bnn.xnor_matmul
// ZEROS-NOT:    quant_bnn.xnor_matmul
// NANS-NOT:     quant_bnn.xnor_matmul
// BOTH:         quant_bnn.xnor_matmul
func.func @torch(%x: tensor<4x8xf32>, %w: tensor<8x2xf32>, %zeros: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %c0 = arith.constant 0.0 : f32
  %init = linalg.fill ins(%c0 : f32) outs(%zeros : tensor<4x2xf32>) -> tensor<4x2xf32>
  %a = quant_bnn.sign %x zero = zero nan = zero : tensor<4x8xf32>
  %b = quant_bnn.sign %w zero = zero nan = zero : tensor<8x2xf32>
  %y = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x2xf32>) outs(%init : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}
