// Levels behind ops that move elements, such as weights of a linear layer, which are
// transposed.

// RUN: bnn-opt %s --quant-bnn-binarize=mode=relaxed | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-binarize --remarks-filter=quant-bnn-binarize -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=EXACT

// CHECK-LABEL: func @transposed(
// CHECK:         linalg.transpose
// CHECK:         arith.cmpf ult
// CHECK:         quant_bnn.xnor_matmul
// CHECK-NOT:     linalg.matmul
// EXACT: not binarized: the quant_bnn.weight_dorefa passes a NaN on
func.func @transposed(%x: tensor<4x64xf32>, %w: tensor<32x64xf32>) -> tensor<4x32xf32> {
  %zero = arith.constant 0.0 : f32
  %s = quant_bnn.sign %x : tensor<4x64xf32>
  %q = quant_bnn.weight_dorefa %w bits = 1 : tensor<32x64xf32>
  %te = tensor.empty() : tensor<64x32xf32>
  %t = linalg.transpose ins(%q : tensor<32x64xf32>) outs(%te : tensor<64x32xf32>) permutation = [1, 0]
  %e = tensor.empty() : tensor<4x32xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4x32xf32>) -> tensor<4x32xf32>
  %y = linalg.matmul ins(%s, %t : tensor<4x64xf32>, tensor<64x32xf32>) outs(%z : tensor<4x32xf32>) -> tensor<4x32xf32>
  return %y : tensor<4x32xf32>
}
