// Products of signs of zeros and NaN on packed bits. A sign with three values is not
// packed; the product has packed bits of the other operand alone.

// RUN: rm -rf %t && mkdir %t
// RUN: bnn-opt %s --quant-bnn-binarize --quant-bnn-propagate-packed --canonicalize -o %t/m.mlir
// RUN: FileCheck %s < %t/m.mlir
// RUN: %npy write %t/x.npy f32 [1,6] 0 -0.0 nan 2 -3 0
// RUN: bnn-runner %t/m.mlir --entry=two_values --arg=%t/x.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f32 [1,2] -2 0
// RUN: bnn-runner %t/m.mlir --entry=three_values --arg=%t/x.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f32 [1,2] 0 -2

// CHECK-LABEL: func.func @two_values(
// CHECK: arith.cmpf ole
// CHECK: quant_bnn.pack %
// CHECK: quant_bnn.xnor_matmul
func.func @two_values(%x: tensor<1x6xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<[[1.0, -1.0], [1.0, 1.0], [1.0, 1.0], [1.0, -1.0], [1.0, 1.0], [1.0, -1.0]]> : tensor<6x2xf32>
  %zero = arith.constant dense<0.0> : tensor<1x2xf32>
  %a = quant_bnn.sign %x zero = negative : tensor<1x6xf32>
  %y = linalg.matmul ins(%a, %w : tensor<1x6xf32>, tensor<6x2xf32>) outs(%zero : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// CHECK-LABEL: func.func @three_values(
// CHECK-NOT: quant_bnn.xnor_matmul
// CHECK: quant_bnn.sign %{{.*}} zero = zero nan = zero
// CHECK: return
func.func @three_values(%x: tensor<1x6xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<[[1.0, -1.0], [1.0, 1.0], [1.0, 1.0], [1.0, -1.0], [1.0, 1.0], [1.0, -1.0]]> : tensor<6x2xf32>
  %zero = arith.constant dense<0.0> : tensor<1x2xf32>
  %a = quant_bnn.sign %x zero = zero nan = zero : tensor<1x6xf32>
  %y = linalg.matmul ins(%a, %w : tensor<1x6xf32>, tensor<6x2xf32>) outs(%zero : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
