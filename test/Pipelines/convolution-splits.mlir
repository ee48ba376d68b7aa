// A convolution of three dimensions becomes one of two for each plane of the filter, and
// one of pixels with zeros between them, a transposed one, becomes one for each position
// between two pixels. Both have the values of the floats: no sum is rounded here.

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/x.npy f32 [2,5,6,4,7] random:1
// RUN: %npy write %t/w.npy f32 [3,2,3,7,5] random:2
// RUN: %npy write %t/first.npy f32 [2,7,5,6,4] random:3
// RUN: %npy write %t/image.npy f32 [2,7,3,4] random:4
// RUN: %npy write %t/wt.npy f32 [5,7,3,4] random:5
// RUN: bnn-opt %s --quant-bnn-binary-inference-pipeline -o %t/bits.mlir
// RUN: FileCheck %s --check-prefix=BITS < %t/bits.mlir

// DEFINE: %{form} =
// DEFINE: %{run} = bnn-runner %{form} --arg=%t/x.npy --arg=%t/w.npy --arg=%t/first.npy --arg=%t/image.npy --arg=%t/wt.npy \
// DEFINE:   --entry=f --result=%{form}.0.npy --result=%{form}.1.npy --result=%{form}.2.npy --result=%{form}.3.npy
// RUN: cp %s %t/floats.mlir
// REDEFINE: %{form} = %t/floats.mlir
// RUN: %{run}
// REDEFINE: %{form} = %t/bits.mlir
// RUN: %{run}
// RUN: %npy equal %t/bits.mlir.0.npy %t/floats.mlir.0.npy --bits
// RUN: %npy equal %t/bits.mlir.1.npy %t/floats.mlir.1.npy --bits
// RUN: %npy equal %t/bits.mlir.2.npy %t/floats.mlir.2.npy --bits
// RUN: %npy equal %t/bits.mlir.3.npy %t/floats.mlir.3.npy --bits

// Three planes of each filter, and two positions along rows by three along columns.
// BITS-LABEL:    func @f(
// BITS-NOT:      linalg.conv
// BITS-COUNT-15: quant_bnn.xnor_conv_2d
// BITS-NOT:      quant_bnn.xnor_conv_2d
// BITS:          return
func.func @f(%x: tensor<2x5x6x4x7xf32>, %w: tensor<3x2x3x7x5xf32>, %first: tensor<?x7x?x6x4xf32>,
             %image: tensor<?x7x3x4xf32>, %wt: tensor<5x7x3x4xf32>)
    -> (tensor<2x4x5x2x5xf32>, tensor<2x3x6x2x5xf32>, tensor<?x5x?x5x2xf32>, tensor<?x5x6x7xf32>) {
  %zero = arith.constant 0.0 : f32
  %minus = arith.constant -1.0 : f32
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %s = quant_bnn.sign %x : tensor<2x5x6x4x7xf32>
  %sw = quant_bnn.sign %w : tensor<3x2x3x7x5xf32>
  %sf = quant_bnn.sign %first : tensor<?x7x?x6x4xf32>
  %si = quant_bnn.sign %image : tensor<?x7x3x4xf32>
  %swt = quant_bnn.sign %wt : tensor<5x7x3x4xf32>

  // Zeros around, and strides and dilations along the planes.
  %zeros = tensor.pad %s low[0, 3, 0, 0, 0] high[0, 4, 0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index, %m: index):
    tensor.yield %zero : f32
  } : tensor<2x5x6x4x7xf32> to tensor<2x12x6x4x7xf32>
  %e0 = tensor.empty() : tensor<2x4x5x2x5xf32>
  %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<2x4x5x2x5xf32>) -> tensor<2x4x5x2x5xf32>
  %r0 = linalg.conv_3d_ndhwc_dhwcf {dilations = dense<[2, 1, 1]> : vector<3xi64>, strides = dense<[2, 1, 1]> : vector<3xi64>}
      ins(%zeros, %sw : tensor<2x12x6x4x7xf32>, tensor<3x2x3x7x5xf32>) outs(%z0 : tensor<2x4x5x2x5xf32>) -> tensor<2x4x5x2x5xf32>

  // -1 around.
  %ones = tensor.pad %s low[0, 0, 1, 0, 0] high[0, 0, 0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index, %m: index):
    tensor.yield %minus : f32
  } : tensor<2x5x6x4x7xf32> to tensor<2x5x7x4x7xf32>
  %e1 = tensor.empty() : tensor<2x3x6x2x5xf32>
  %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<2x3x6x2x5xf32>) -> tensor<2x3x6x2x5xf32>
  %r1 = linalg.conv_3d_ndhwc_dhwcf {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>}
      ins(%ones, %sw : tensor<2x5x7x4x7xf32>, tensor<3x2x3x7x5xf32>) outs(%z1 : tensor<2x3x6x2x5xf32>) -> tensor<2x3x6x2x5xf32>

  // As PyTorch has it, with any number of images and of planes.
  %around = tensor.pad %sf low[0, 0, 1, 0, 0] high[0, 0, 1, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index, %m: index):
    tensor.yield %zero : f32
  } : tensor<?x7x?x6x4xf32> to tensor<?x7x?x6x4xf32>
  %batch = tensor.dim %first, %c0 : tensor<?x7x?x6x4xf32>
  %planes = tensor.dim %first, %c2 : tensor<?x7x?x6x4xf32>
  %empty = tensor.empty() : tensor<5x7x3x2x3xf32>
  %swf = linalg.transpose ins(%sw : tensor<3x2x3x7x5xf32>) outs(%empty : tensor<5x7x3x2x3xf32>) permutation = [4, 3, 0, 1, 2]
  %e2 = tensor.empty(%batch, %planes) : tensor<?x5x?x5x2xf32>
  %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<?x5x?x5x2xf32>) -> tensor<?x5x?x5x2xf32>
  %r2 = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>}
      ins(%around, %swf : tensor<?x7x?x6x4xf32>, tensor<5x7x3x2x3xf32>) outs(%z2 : tensor<?x5x?x5x2xf32>) -> tensor<?x5x?x5x2xf32>

  // A transposed convolution: zeros between the pixels, some of them cut off.
  %images = tensor.dim %image, %c0 : tensor<?x7x3x4xf32>
  %e3 = tensor.empty(%images) : tensor<?x7x9x11xf32>
  %z3 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<?x7x9x11xf32>) -> tensor<?x7x9x11xf32>
  %inserted = tensor.insert_slice %si into %z3[0, 0, 2, 0] [%images, 7, 3, 4] [1, 1, 2, 3]
      : tensor<?x7x3x4xf32> into tensor<?x7x9x11xf32>
  %cut = tensor.extract_slice %inserted[0, 0, 1, 1] [%images, 7, 8, 10] [1, 1, 1, 1]
      : tensor<?x7x9x11xf32> to tensor<?x7x8x10xf32>
  %e4 = tensor.empty(%images) : tensor<?x5x6x7xf32>
  %z4 = linalg.fill ins(%zero : f32) outs(%e4 : tensor<?x5x6x7xf32>) -> tensor<?x5x6x7xf32>
  %r3 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
      ins(%cut, %swt : tensor<?x7x8x10xf32>, tensor<5x7x3x4xf32>) outs(%z4 : tensor<?x5x6x7xf32>) -> tensor<?x5x6x7xf32>
  return %r0, %r1, %r2, %r3 : tensor<2x4x5x2x5xf32>, tensor<2x3x6x2x5xf32>, tensor<?x5x?x5x2xf32>, tensor<?x5x6x7xf32>
}
