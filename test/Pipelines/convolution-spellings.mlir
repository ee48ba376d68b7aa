// Convolutions of bits have the values of the floats in each spelling: with groups in
// PyTorch's layout, as linalg.generic, and of one dimension. No sum is rounded here.

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/x.npy f32 [2,8,9,7] random:1
// RUN: %npy write %t/groups.npy f32 [2,3,4,3,3] random:2
// RUN: %npy write %t/w.npy f32 [5,8,3,2] random:3
// RUN: %npy write %t/row.npy f32 [2,11,8] random:4
// RUN: %npy write %t/w1.npy f32 [3,8,6] random:5
// RUN: bnn-opt %s --linalg-generalize-named-ops -o %t/generic.mlir
// RUN: bnn-opt %s --quant-bnn-channels-last --canonicalize -o %t/last.mlir
// RUN: FileCheck %s --check-prefix=LAST < %t/last.mlir
// RUN: bnn-opt %s --quant-bnn-binary-inference-pipeline -o %t/bits.mlir
// RUN: FileCheck %s --check-prefix=BITS < %t/bits.mlir
// RUN: bnn-opt %t/generic.mlir --quant-bnn-binary-inference-pipeline -o %t/of-generics.mlir
// RUN: FileCheck %s --check-prefix=BITS < %t/of-generics.mlir

// DEFINE: %{form} =
// DEFINE: %{run} = bnn-runner %{form} --arg=%t/x.npy --arg=%t/groups.npy --arg=%t/w.npy --arg=%t/row.npy --arg=%t/w1.npy \
// DEFINE:   --entry=f --result=%{form}.0.npy --result=%{form}.1.npy --result=%{form}.2.npy
// RUN: cp %s %t/floats.mlir
// REDEFINE: %{form} = %t/floats.mlir
// RUN: %{run}
// REDEFINE: %{form} = %t/last.mlir
// RUN: %{run}
// REDEFINE: %{form} = %t/bits.mlir
// RUN: %{run}
// REDEFINE: %{form} = %t/of-generics.mlir
// RUN: %{run}
// RUN: %npy equal %t/last.mlir.0.npy %t/floats.mlir.0.npy --bits
// RUN: %npy equal %t/last.mlir.1.npy %t/floats.mlir.1.npy --bits
// RUN: %npy equal %t/last.mlir.2.npy %t/floats.mlir.2.npy --bits
// RUN: %npy equal %t/bits.mlir.0.npy %t/floats.mlir.0.npy --bits
// RUN: %npy equal %t/bits.mlir.1.npy %t/floats.mlir.1.npy --bits
// RUN: %npy equal %t/bits.mlir.2.npy %t/floats.mlir.2.npy --bits
// RUN: %npy equal %t/of-generics.mlir.0.npy %t/floats.mlir.0.npy --bits
// RUN: %npy equal %t/of-generics.mlir.1.npy %t/floats.mlir.1.npy --bits
// RUN: %npy equal %t/of-generics.mlir.2.npy %t/floats.mlir.2.npy --bits

// The image is transposed once, and the results of the two convolutions are.
// LAST-LABEL: func @f(
// LAST:         linalg.transpose {{.*}} permutation = [0, 2, 3, 1]
// LAST-NOT:     permutation = [0, 2, 3, 1]
// LAST:         linalg.conv_2d_nhwgc_gfhwc
// LAST:         linalg.conv_2d_nhwc_hwcf
// LAST-NOT:     permutation = [0, 2, 3, 1]
// LAST:         return

// BITS-COUNT-3: quant_bnn.xnor_conv_2d
// BITS-NOT:     linalg.conv
func.func @f(%x: tensor<2x8x9x7xf32>, %groups: tensor<2x3x4x3x3xf32>, %w: tensor<5x8x3x2xf32>,
             %row: tensor<2x11x8xf32>, %w1: tensor<3x8x6xf32>)
    -> (tensor<2x6x9x5xf32>, tensor<2x5x7x6xf32>, tensor<2x7x6xf32>) {
  %zero = arith.constant 0.0 : f32
  %s = quant_bnn.sign %x : tensor<2x8x9x7xf32>
  %sg = quant_bnn.sign %groups : tensor<2x3x4x3x3xf32>
  %sw = quant_bnn.sign %w : tensor<5x8x3x2xf32>
  %sr = quant_bnn.sign %row : tensor<2x11x8xf32>
  %sw1 = quant_bnn.sign %w1 : tensor<3x8x6xf32>

  %padded = tensor.pad %s low[0, 0, 1, 0] high[0, 0, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<2x8x9x7xf32> to tensor<2x8x11x7xf32>
  %g = tensor.expand_shape %padded [[0], [1, 2], [3], [4]] output_shape [2, 2, 4, 11, 7]
      : tensor<2x8x11x7xf32> into tensor<2x2x4x11x7xf32>
  %e0 = tensor.empty() : tensor<2x2x3x9x5xf32>
  %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<2x2x3x9x5xf32>) -> tensor<2x2x3x9x5xf32>
  %y0 = linalg.conv_2d_ngchw_gfchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
      ins(%g, %sg : tensor<2x2x4x11x7xf32>, tensor<2x3x4x3x3xf32>) outs(%z0 : tensor<2x2x3x9x5xf32>) -> tensor<2x2x3x9x5xf32>
  %r0 = tensor.collapse_shape %y0 [[0], [1, 2], [3], [4]] : tensor<2x2x3x9x5xf32> into tensor<2x6x9x5xf32>

  %e1 = tensor.empty() : tensor<2x5x7x6xf32>
  %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<2x5x7x6xf32>) -> tensor<2x5x7x6xf32>
  %r1 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
      ins(%s, %sw : tensor<2x8x9x7xf32>, tensor<5x8x3x2xf32>) outs(%z1 : tensor<2x5x7x6xf32>) -> tensor<2x5x7x6xf32>

  %long = tensor.pad %sr low[0, 2, 0] high[0, 3, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x11x8xf32> to tensor<2x16x8xf32>
  %e2 = tensor.empty() : tensor<2x7x6xf32>
  %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x7x6xf32>) -> tensor<2x7x6xf32>
  %r2 = linalg.conv_1d_nwc_wcf {dilations = dense<1> : vector<1xi64>, strides = dense<2> : vector<1xi64>}
      ins(%long, %sw1 : tensor<2x16x8xf32>, tensor<3x8x6xf32>) outs(%z2 : tensor<2x7x6xf32>) -> tensor<2x7x6xf32>
  return %r0, %r1, %r2 : tensor<2x6x9x5xf32>, tensor<2x5x7x6xf32>, tensor<2x7x6xf32>
}
