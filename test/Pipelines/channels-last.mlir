// A network of PyTorch's layout has the same values with the channels last, also on
// packed bits: no sum is rounded here.

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/x.npy f32 [2,3,16,16] random:1
// RUN: %npy write %t/w1.npy f32 [8,3,3,3] random:2
// RUN: %npy write %t/w2.npy f32 [8,8,3,3] random:3
// RUN: %npy write %t/w3.npy f32 [8,3,3] random:4
// RUN: %npy write %t/scale.npy f32 [8] 1 -2 3 -4 5 6 -7 8
// RUN: bnn-opt %s --quant-bnn-channels-last --canonicalize -o %t/last.mlir
// RUN: FileCheck %s < %t/last.mlir
// RUN: bnn-opt %t/last.mlir --quant-bnn-binary-inference-pipeline -o %t/bits.mlir

// DEFINE: %{form} =
// DEFINE: %{run} = bnn-runner %{form} --arg=%t/x.npy --arg=%t/w1.npy --arg=%t/w2.npy --arg=%t/w3.npy --arg=%t/scale.npy \
// DEFINE:   --entry=f --result=%{form}.0.npy --result=%{form}.1.npy
// RUN: cp %s %t/first.mlir
// REDEFINE: %{form} = %t/first.mlir
// RUN: %{run}
// REDEFINE: %{form} = %t/last.mlir
// RUN: %{run}
// REDEFINE: %{form} = %t/bits.mlir
// RUN: %{run}
// RUN: %npy equal %t/last.mlir.0.npy %t/first.mlir.0.npy --bits
// RUN: %npy equal %t/last.mlir.1.npy %t/first.mlir.1.npy --bits
// RUN: %npy equal %t/bits.mlir.0.npy %t/first.mlir.0.npy --bits
// RUN: %npy equal %t/bits.mlir.1.npy %t/first.mlir.1.npy --bits

// The image is transposed once, and so are the filters and the last result.
// CHECK-LABEL: func @f(
// CHECK:         linalg.transpose {{.*}} permutation = [0, 2, 3, 1]
// CHECK:         linalg.transpose {{.*}} permutation = [2, 3, 1, 0]
// CHECK:         linalg.conv_2d_nhwc_hwcf
// CHECK:         linalg.generic
// CHECK:         linalg.transpose {{.*}} permutation = [2, 3, 1, 0]
// CHECK:         linalg.conv_2d_nhwc_hwcf
// CHECK:         linalg.pooling_nhwc_max
// CHECK:         linalg.transpose {{.*}} permutation = [1, 2, 0]
// CHECK:         linalg.depthwise_conv_2d_nhwc_hwc
// CHECK-NOT:     linalg.transpose
// CHECK:         tensor.concat dim(3)
// CHECK:         linalg.transpose {{.*}} permutation = [0, 3, 1, 2]
// CHECK-NOT:     linalg.transpose
// CHECK:         return

#image = affine_map<(n, c, h, w) -> (n, c, h, w)>
#channel = affine_map<(n, c, h, w) -> (c)>
#mean = affine_map<(n, c, h, w) -> (n, c)>
func.func @f(%image: tensor<?x3x16x16xf32>, %w1: tensor<8x3x3x3xf32>, %w2: tensor<8x8x3x3xf32>,
             %w3: tensor<8x3x3xf32>, %scale: tensor<8xf32>) -> (tensor<?x8xf32>, tensor<?x16x8x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %c0 = arith.constant 0 : index
  %n = tensor.dim %image, %c0 : tensor<?x3x16x16xf32>
  %x = quant_bnn.sign %image : tensor<?x3x16x16xf32>
  %q1 = quant_bnn.sign %w1 : tensor<8x3x3x3xf32>
  %xp = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<?x3x16x16xf32> to tensor<?x3x18x18xf32>
  %e = tensor.empty(%n) : tensor<?x8x16x16xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  %y1 = linalg.conv_2d_nchw_fchw ins(%xp, %q1 : tensor<?x3x18x18xf32>, tensor<8x3x3x3xf32>)
                                 outs(%z : tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  // A batch norm, which also depends on the row and on the channel.
  %bn = linalg.generic {indexing_maps = [#image, #channel, #image],
                        iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%y1, %scale : tensor<?x8x16x16xf32>, tensor<8xf32>) outs(%e : tensor<?x8x16x16xf32>) {
  ^bb0(%i: f32, %s: f32, %o: f32):
    %m = arith.mulf %i, %s : f32
    %row = linalg.index 2 : index
    %c = linalg.index 1 : index
    %at = arith.subi %row, %c : index
    %int = arith.index_cast %at : index to i32
    %f = arith.sitofp %int : i32 to f32
    %r = arith.addf %m, %f : f32
    linalg.yield %r : f32
  } -> tensor<?x8x16x16xf32>
  %q = quant_bnn.sign %bn : tensor<?x8x16x16xf32>
  %q2 = quant_bnn.sign %w2 : tensor<8x8x3x3xf32>
  %qp = tensor.pad %q low[0, 0, 1, 2] high[0, 0, 1, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %one : f32
  } : tensor<?x8x16x16xf32> to tensor<?x8x18x18xf32>
  %y2 = linalg.conv_2d_nchw_fchw ins(%qp, %q2 : tensor<?x8x18x18xf32>, tensor<8x8x3x3xf32>)
                                 outs(%z : tensor<?x8x16x16xf32>) -> tensor<?x8x16x16xf32>
  // Broadcast, constant, and a residual.
  %spread = linalg.broadcast ins(%scale : tensor<8xf32>) outs(%e : tensor<?x8x16x16xf32>) dimensions = [0, 2, 3]
  %biased = arith.addf %y2, %spread : tensor<?x8x16x16xf32>
  %sum = arith.addf %biased, %bn : tensor<?x8x16x16xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %pe = tensor.empty(%n) : tensor<?x8x8x8xf32>
  %lowest = arith.constant 0xFF800000 : f32
  %pz = linalg.fill ins(%lowest : f32) outs(%pe : tensor<?x8x8x8xf32>) -> tensor<?x8x8x8xf32>
  %p = linalg.pooling_nchw_max {strides = dense<2> : vector<2xi64>}
      ins(%sum, %window : tensor<?x8x16x16xf32>, tensor<2x2xf32>) outs(%pz : tensor<?x8x8x8xf32>) -> tensor<?x8x8x8xf32>
  %q3 = quant_bnn.sign %w3 : tensor<8x3x3xf32>
  %de = tensor.empty(%n) : tensor<?x8x6x6xf32>
  %dz = linalg.fill ins(%zero : f32) outs(%de : tensor<?x8x6x6xf32>) -> tensor<?x8x6x6xf32>
  %d = linalg.depthwise_conv_2d_nchw_chw ins(%p, %q3 : tensor<?x8x8x8xf32>, tensor<8x3x3xf32>)
                                         outs(%dz : tensor<?x8x6x6xf32>) -> tensor<?x8x6x6xf32>
  %slice = tensor.extract_slice %d[0, 0, 1, 2] [%n, 8, 5, 4] [1, 1, 1, 1] : tensor<?x8x6x6xf32> to tensor<?x8x5x4xf32>
  %ge = tensor.empty(%n) : tensor<?x8xf32>
  %gz = linalg.fill ins(%zero : f32) outs(%ge : tensor<?x8xf32>) -> tensor<?x8xf32>
  %g = linalg.generic {indexing_maps = [#image, #mean], iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
      ins(%slice : tensor<?x8x5x4xf32>) outs(%gz : tensor<?x8xf32>) {
  ^bb0(%i: f32, %o: f32):
    %m = arith.addf %i, %o : f32
    linalg.yield %m : f32
  } -> tensor<?x8xf32>
  %both = tensor.concat dim(1) %p, %p : (tensor<?x8x8x8xf32>, tensor<?x8x8x8xf32>) -> tensor<?x16x8x8xf32>
  return %g, %both : tensor<?x8xf32>, tensor<?x16x8x8xf32>
}
