// The report says of each matmul what computes it, in the order of the file.

// RUN: bnn-compile %s --report -o %t.o | FileCheck %s

//      CHECK: {{^}}layer op computed by{{$}}
// CHECK-NEXT: bnn-compile-report.mlir:[[#@LINE+19]]:8 linalg.matmul quant_bnn.xnor_matmul
// CHECK-NEXT: bnn-compile-report.mlir:[[#@LINE+24]]:8 linalg.matmul quant_bnn.xnor_matmul
// CHECK-NEXT: bnn-compile-report.mlir:[[#@LINE+27]]:13 linalg.matmul floats: the arith.sitofp may have any value
// CHECK-NEXT: bnn-compile-report.mlir:[[#@LINE+30]]:13 linalg.matmul floats: neither operand is bipolar: an argument may have any value; the arith.sitofp may have any value
// CHECK-EMPTY:
// CHECK-NEXT: thresholds: 1 folded, 0 not
// CHECK-NEXT: constants: 48 bytes, then 15 bytes
// CHECK-NEXT: allocations in a call: 0

func.func @network(%x: tensor<4x8xf32>, %other: tensor<1x4xf32>) -> (tensor<4x2xf32>, tensor<1x1xf32>) {
  %zero = arith.constant 0.0 : f32
  %w1 = arith.constant dense<"0x00002040000080BF00002040000080BF00002040000080BF00002040000080BF"> : tensor<8x1xf32>
  %one = arith.constant dense<[[1.5]]> : tensor<1x1xf32>
  %w2 = arith.constant dense<[[0.5, -1.5]]> : tensor<1x2xf32>
  %bias = arith.constant dense<2.5> : tensor<4x1xf32>
  %empty = tensor.empty() : tensor<4x1xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x1xf32>) -> tensor<4x1xf32>
  %sx = quant_bnn.sign %x : tensor<4x8xf32>
  %sw1 = quant_bnn.sign %w1 : tensor<8x1xf32>
  %y = linalg.matmul ins(%sx, %sw1 : tensor<4x8xf32>, tensor<8x1xf32>)
      outs(%init : tensor<4x1xf32>) -> tensor<4x1xf32>
  // Folded to a threshold.
  %sum = arith.addf %y, %bias : tensor<4x1xf32>
  %sy = quant_bnn.sign %sum : tensor<4x1xf32>
  %sone = quant_bnn.sign %one : tensor<1x1xf32>
  %z = linalg.matmul ins(%sy, %sone : tensor<4x1xf32>, tensor<1x1xf32>)
      outs(%init : tensor<4x1xf32>) -> tensor<4x1xf32>
  %empty2 = tensor.empty() : tensor<4x2xf32>
  %init2 = linalg.fill ins(%zero : f32) outs(%empty2 : tensor<4x2xf32>) -> tensor<4x2xf32>
  %result = linalg.matmul ins(%z, %w2 : tensor<4x1xf32>, tensor<1x2xf32>)
      outs(%init2 : tensor<4x2xf32>) -> tensor<4x2xf32>
  %empty3 = tensor.empty() : tensor<1x1xf32>
  %init3 = linalg.fill ins(%zero : f32) outs(%empty3 : tensor<1x1xf32>) -> tensor<1x1xf32>
  %floats = linalg.matmul ins(%other, %z : tensor<1x4xf32>, tensor<4x1xf32>)
      outs(%init3 : tensor<1x1xf32>) -> tensor<1x1xf32>
  return %result, %floats : tensor<4x2xf32>, tensor<1x1xf32>
}
