// What is saved, what is computed again, and in which form gradients come.

// RUN: bnn-opt %s --quant-bnn-differentiate=functions=sign,layer,chain,zero,extents,broadcast,matmul_bf16,scaled_channels,pool,integers,twice,custom \
// RUN:   | FileCheck %s --check-prefixes=CHECK,CHEAP
// RUN: bnn-opt %s --quant-bnn-differentiate="functions=chain recompute=none" \
// RUN:   | FileCheck %s --check-prefix=NONE
// RUN: bnn-opt %s --quant-bnn-differentiate=functions=layer \
// RUN:   | bnn-opt --verify-roundtrip --quant-bnn-lower-to-llvm-pipeline=results=out-params \
// RUN:   | FileCheck %s --check-prefix=LOWER

// An argument that is saved is returned too.
// CHECK-LABEL: func.func @sign_fwd(
// CHECK-SAME:    %[[X:.*]]: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>)
// CHECK-SAME:    quant_bnn.backward = @sign_bwd, quant_bnn.residuals = array<i64: 1>
// CHECK-NEXT:  %[[Y:.*]] = quant_bnn.sign %[[X]] clip = 1.0
// CHECK-NEXT:  return %[[Y]], %[[X]]
// CHECK-LABEL: func.func @sign_bwd(
// CHECK-SAME:    %[[X:.*]]: tensor<?xf32>, %[[G:.*]]: tensor<?xf32>) -> tensor<?xf32>
// CHECK-NEXT:  %[[DX:.*]] = quant_bnn.gradient_cancellation_grad %[[X]], %[[G]] threshold = 1.0
// CHECK-NEXT:  return %[[DX]]
func.func @sign(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.sign %x clip = 1.0 : tensor<?xf32>
  return %y : tensor<?xf32>
}

// The binarized weights are computed again, and products are linalg.matmul.
// CHECK-LABEL: func.func @layer_fwd(
// CHECK-SAME:    %[[X:.*]]: tensor<64x256xf32>, %[[W:.*]]: tensor<256x128xf32>
// CHECK:       %[[Z:.*]] = linalg.matmul
// CHECK:       %[[A:.*]] = quant_bnn.sign %[[Z]]
// CHECK:       return %[[A]], %[[X]], %[[W]], %[[Z]]
// CHECK-LABEL: func.func @layer_bwd(
// CHECK-SAME:    %[[X:.*]]: tensor<64x256xf32>, %[[W:.*]]: tensor<256x128xf32>, %[[Z:.*]]: tensor<64x128xf32>, %[[G:.*]]: tensor<64x128xf32>)
// CHECK:       %[[DZ:.*]] = quant_bnn.gradient_cancellation_grad %[[Z]], %[[G]]
// CHECK:       %[[B:.*]] = quant_bnn.sign %[[W]]
// CHECK:       linalg.matmul indexing_maps = [{{.*}}] ins(%[[DZ]], %[[B]] :
// CHECK:       %[[DB:.*]] = linalg.matmul indexing_maps = [{{.*}}] ins(%[[X]], %[[DZ]] :
// CHECK:       quant_bnn.gradient_cancellation_grad %[[W]], %[[DB]]
// LOWER-NOT: quant_bnn.{{backward|residuals}} =
// LOWER-LABEL: llvm.func @layer_bwd(
func.func @layer(%x: tensor<64x256xf32>, %w: tensor<256x128xf32>) -> tensor<64x128xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<64x128xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<64x128xf32>) -> tensor<64x128xf32>
  %b = quant_bnn.sign %w clip = 1.0 : tensor<256x128xf32>
  %z = linalg.matmul ins(%x, %b : tensor<64x256xf32>, tensor<256x128xf32>)
                     outs(%zeros : tensor<64x128xf32>) -> tensor<64x128xf32>
  %a = quant_bnn.sign %z clip = 1.0 : tensor<64x128xf32>
  return %a : tensor<64x128xf32>
}

// One tensor is saved and the others computed from it, or every one.
// CHEAP-LABEL: func.func @chain_bwd(
// CHEAP-SAME:    %[[X:.*]]: tensor<8xf32>, %[[G:.*]]: tensor<8xf32>) -> tensor<8xf32>
// CHEAP:       math.exp %[[X]]
// NONE-LABEL: func.func @chain_bwd(
// NONE-SAME:    tensor<8xf32>, %{{.*}}: tensor<8xf32>, %{{.*}}: tensor<8xf32>, %[[G:.*]]: tensor<8xf32>) -> tensor<8xf32>
// NONE-NOT:    math.exp
func.func @chain(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = math.exp %x : tensor<8xf32>
  %1 = arith.mulf %0, %x : tensor<8xf32>
  %2 = arith.mulf %1, %0 : tensor<8xf32>
  return %2 : tensor<8xf32>
}

// What gets no gradient gets a zero, of its extents.
// CHECK-LABEL: func.func @zero_fwd(
// CHECK-SAME:    -> (tensor<?xf32>, index)
// CHECK-LABEL: func.func @zero_bwd(
// CHECK-SAME:    %[[N:.*]]: index, %[[G:.*]]: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>, f32)
// CHECK-DAG:   %[[C0:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:   %[[EMPTY:.*]] = tensor.empty(%[[N]])
// CHECK:       %[[ZERO:.*]] = linalg.fill ins(%[[C0]] : f32) outs(%[[EMPTY]]
// CHECK:       return %[[G]], %[[ZERO]], %[[C0]]
func.func @zero(%x: tensor<?xf32>, %y: tensor<?xf32>, %s: f32) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// Extents come from the cotangent where it has them.
// CHECK-LABEL: func.func @extents_fwd(
// CHECK-SAME:    -> (tensor<?x4xf32>, tensor<f32>)
// CHECK-SAME:    quant_bnn.residuals = array<i64>
// CHECK-LABEL: func.func @extents_bwd(
// CHECK-SAME:    %[[G:.*]]: tensor<?x4xf32>, %[[H:.*]]: tensor<f32>)
// CHECK:       tensor.dim %[[G]]
func.func @extents(%x: tensor<?x4xf32>, %init: tensor<f32>) -> (tensor<?x4xf32>, tensor<f32>) {
  %0 = linalg.reduce { arith.addf } ins(%x : tensor<?x4xf32>) outs(%init : tensor<f32>) dimensions = [0, 1]
  %1 = arith.negf %x : tensor<?x4xf32>
  return %1, %0 : tensor<?x4xf32>, tensor<f32>
}

// The gradient of what is broadcast is summed, of f16 in f32.
// CHECK-LABEL: func.func @broadcast_bwd(
// CHECK:       linalg.generic {{.*}} iterator_types = ["reduction", "parallel"]{{.*}} outs(%{{.*}} : tensor<4xf32>)
// CHECK:       arith.truncf %{{.*}} : tensor<4xf32> to tensor<4xf16>
func.func @broadcast(%x: tensor<4xf16>) -> tensor<8x4xf16> {
  %e = tensor.empty() : tensor<8x4xf16>
  %0 = linalg.broadcast ins(%x : tensor<4xf16>) outs(%e : tensor<8x4xf16>) dimensions = [0]
  return %0 : tensor<8x4xf16>
}

// Products of bf16 are accumulated in f32, and rounded once.
// The sum of a scale per channel is in the order of the tensors, whose innermost
// dimension is that of channels.
// CHECK-LABEL: func.func @scaled_channels_bwd(
// CHECK:       linalg.generic {{{.*}} iterator_types = ["reduction", "parallel"]} ins(%{{.*}}, %{{.*}} : tensor<8x4xf32>, tensor<8x4xf32>)
func.func @scaled_channels(%x: tensor<8x4xf32>, %s: tensor<4xf32>) -> tensor<8x4xf32> {
  %e = tensor.empty() : tensor<8x4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, c) -> (n, c)>, affine_map<(n, c) -> (c)>, affine_map<(n, c) -> (n, c)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x, %s : tensor<8x4xf32>, tensor<4xf32>) outs(%e : tensor<8x4xf32>) {
  ^bb0(%in: f32, %scale: f32, %out: f32):
    %0 = arith.mulf %in, %scale : f32
    linalg.yield %0 : f32
  } -> tensor<8x4xf32>
  return %y : tensor<8x4xf32>
}

// CHECK-LABEL: func.func @matmul_bf16_bwd(
// CHECK:       %[[DA:.*]] = linalg.matmul {{.*}} : tensor<2x4xf32>, tensor<3x4xbf16>) outs(%{{.*}} : tensor<2x3xf32>)
// CHECK:       arith.truncf %[[DA]] : tensor<2x3xf32> to tensor<2x3xbf16>
func.func @matmul_bf16(%a: tensor<2x3xbf16>, %b: tensor<3x4xbf16>, %c: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = linalg.matmul ins(%a, %b : tensor<2x3xbf16>, tensor<3x4xbf16>) outs(%c : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// The places of the maxima are saved rather than what they are found in.
// CHECK-LABEL: func.func @pool_bwd(
// CHECK-SAME:    %[[PLACE:.*]]: tensor<1x4x4x2xi32>, %[[G:.*]]: tensor<1x4x4x2xf32>) -> tensor<1x8x8x2xf32>
func.func @pool(%x: tensor<1x8x8x2xf32>) -> tensor<1x4x4x2xf32> {
  %low = arith.constant dense<0xFF800000> : tensor<1x4x4x2xf32>
  %w = tensor.empty() : tensor<2x2xf32>
  %0 = linalg.pooling_nhwc_max {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
      ins(%x, %w : tensor<1x8x8x2xf32>, tensor<2x2xf32>) outs(%low : tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  return %0 : tensor<1x4x4x2xf32>
}

// Integers have neither cotangent nor gradient, but may be saved.
// CHECK-LABEL: func.func @integers_fwd(
// CHECK-SAME:    -> (i8, f32, i8)
// CHECK-SAME:    quant_bnn.residuals = array<i64: 2>
// CHECK-LABEL: func.func @integers_bwd(
// CHECK-SAME:    %{{.*}}: i8, %{{.*}}: f32) -> f32
func.func @integers(%x: f32, %i: i8) -> (i8, f32) {
  %0 = arith.sitofp %i : i8 to f32
  %1 = arith.mulf %x, %0 : f32
  %2 = arith.fptosi %1 : f32 to i8
  return %2, %1 : i8, f32
}

// A value that is returned twice has the sum of its cotangents.
// CHECK-LABEL: func.func @twice_bwd(
// CHECK-SAME:    %[[G:.*]]: f32, %[[H:.*]]: f32) -> f32
// CHECK-NEXT:  %[[SUM:.*]] = arith.addf %[[G]], %[[H]]
// CHECK-NEXT:  return %[[SUM]]
func.func @twice(%x: f32) -> (f32, f32) {
  return %x, %x : f32, f32
}

// A pair that is written by hand.
func.func private @round_fwd(%x: f32) -> f32
    attributes {quant_bnn.backward = @round_bwd, quant_bnn.residuals = array<i64>} {
  %0 = math.roundeven %x : f32
  return %0 : f32
}
func.func private @round_bwd(%g: f32) -> f32 {
  return %g : f32
}
// CHECK-LABEL: func.func @custom_bwd(
// CHECK-SAME:    %[[G:.*]]: f32) -> f32
// CHECK-NEXT:  %[[DX:.*]] = call @round_bwd(%[[G]])
// CHECK-NEXT:  return %[[DX]]
func.func @custom(%x: f32) -> f32 {
  %0 = func.call @round_fwd(%x) : (f32) -> f32
  return %0 : f32
}
