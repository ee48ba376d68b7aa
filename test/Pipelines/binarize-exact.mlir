// mode=exact changes no bit of a product with signs on one side, and keeps a NaN
// that a quantizer to levels passes on.

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/x.npy f32 [5,700] random:1
// RUN: %npy write %t/w.npy f32 [700,33] random:2
// RUN: %npy write %t/t.npy f32 [33,700] random:3
// RUN: %npy write %t/init.npy f32 [5,33] random:4
// RUN: bnn-opt %s --quant-bnn-binarize -o %t/exact.mlir
// RUN: FileCheck %s < %t/exact.mlir

// DEFINE: %{form} =
// DEFINE: %{run} = bnn-runner %{form} --arg=%t/x.npy --arg=%t/w.npy --arg=%t/t.npy --arg=%t/init.npy --entry=products \
// DEFINE:   --result=%{form}.0.npy --result=%{form}.1.npy --result=%{form}.2.npy
// RUN: cp %s %t/floats.mlir
// REDEFINE: %{form} = %t/floats.mlir
// RUN: %{run}
// REDEFINE: %{form} = %t/exact.mlir
// RUN: %{run}
// RUN: %npy equal %t/exact.mlir.0.npy %t/floats.mlir.0.npy --bits
// RUN: %npy equal %t/exact.mlir.1.npy %t/floats.mlir.1.npy --bits
// RUN: %npy equal %t/exact.mlir.2.npy %t/floats.mlir.2.npy --bits

// RUN: bnn-runner %t/floats.mlir --entry=cancels --arg=%t/w.npy --result=%t/plain.npy
// RUN: bnn-runner %t/exact.mlir --entry=cancels --arg=%t/w.npy --result=%t/cancels.npy
// RUN: %npy equal %t/cancels.npy %t/plain.npy --bits

// RUN: %npy write %t/one.npy f32 [1,3] nan 0.7 0.2
// RUN: %npy write %t/v.npy f32 [3,2] 1 -1 1 1 1 1
// RUN: bnn-runner %t/exact.mlir --entry=levels --arg=%t/one.npy --arg=%t/v.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f32 [1,2] nan

#t = affine_map<(m, n, k) -> (n, k)>
// CHECK-LABEL: func @products(
// CHECK-NOT:     linalg.matmul
// CHECK:         quant_bnn.pack
// CHECK:         arith.addf
// CHECK:         linalg.matmul
// CHECK:         arith.mulf
// CHECK:         return
func.func @products(%x: tensor<5x700xf32>, %w: tensor<700x33xf32>, %t: tensor<33x700xf32>, %init: tensor<5x33xf32>)
    -> (tensor<5x33xf32>, tensor<5x33xf32>, tensor<5x33xf32>) {
  %s = quant_bnn.sign %w : tensor<700x33xf32>
  %y = linalg.matmul ins(%x, %s : tensor<5x700xf32>, tensor<700x33xf32>) outs(%init : tensor<5x33xf32>) -> tensor<5x33xf32>
  // A magnitude whose products are rounded, of one number: left as it is.
  %c = arith.constant dense<0.3> : tensor<700x33xf32>
  %z = linalg.matmul ins(%x, %c : tensor<5x700xf32>, tensor<700x33xf32>) outs(%init : tensor<5x33xf32>) -> tensor<5x33xf32>
  // Lanes along K.
  %u = quant_bnn.sign %t : tensor<33x700xf32>
  %v = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, #t, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %u : tensor<5x700xf32>, tensor<33x700xf32>) outs(%init : tensor<5x33xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %o, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<5x33xf32>
  return %y, %z, %v : tensor<5x33xf32>, tensor<5x33xf32>, tensor<5x33xf32>
}

// CHECK-LABEL: func @levels(
// CHECK-NOT:     quant_bnn.xnor_matmul
// CHECK:         quant_bnn.input_dorefa
// CHECK:         quant_bnn.pack
func.func @levels(%x: tensor<1x3xf32>, %w: tensor<3x2xf32>) -> tensor<1x2xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x2xf32>
  %a = quant_bnn.input_dorefa %x bits = 1 : tensor<1x3xf32>
  %b = quant_bnn.sign %w nan = positive : tensor<3x2xf32>
  %y = linalg.matmul ins(%a, %b : tensor<1x3xf32>, tensor<3x2xf32>) outs(%zeros : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// Blocks of bf16 terms add up to +-2^26, +-1 and +-2^26. The totals of a
// contraction are not compensated, so the 1 is lost.
// CHECK-LABEL: func @cancels(
// CHECK:         quant_bnn.pack
// CHECK-NOT:     linalg.matmul
func.func @cancels(%w: tensor<700x33xf32>) -> tensor<1x33xf32> {
  %c0 = arith.constant 0 : index
  %c256 = arith.constant 256 : index
  %c512 = arith.constant 512 : index
  %one = arith.constant 1.0 : bf16
  %large = arith.constant 67108864.0 : bf16
  %x0 = arith.constant dense<0.0> : tensor<1x700xbf16>
  %x1 = tensor.insert %large into %x0[%c0, %c0] : tensor<1x700xbf16>
  %x2 = tensor.insert %one into %x1[%c0, %c256] : tensor<1x700xbf16>
  %x3 = tensor.insert %large into %x2[%c0, %c512] : tensor<1x700xbf16>
  %narrow = arith.truncf %w : tensor<700x33xf32> to tensor<700x33xbf16>
  %s = quant_bnn.sign %narrow : tensor<700x33xbf16>
  %zeros = arith.constant dense<0.0> : tensor<1x33xbf16>
  %y = linalg.matmul ins(%x3, %s : tensor<1x700xbf16>, tensor<700x33xbf16>) outs(%zeros : tensor<1x33xbf16>) -> tensor<1x33xbf16>
  %wide = arith.extf %y : tensor<1x33xbf16> to tensor<1x33xf32>
  return %wide : tensor<1x33xf32>
}
