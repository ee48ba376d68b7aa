// RUN: bnn-opt %s --quant-bnn-fuse-pipeline | FileCheck %s

// CHECK-LABEL: func @chain_is_one_generic(
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32>, %[[B:.*]]: tensor<?x?xf32>
func.func @chain_is_one_generic(%x: tensor<?x?xf32>, %b: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[B]] : tensor<?x?xf32>, tensor<?x?xf32>)
  // CHECK: arith.addf
  // CHECK: quant_bnn.sign
  // CHECK: arith.mulf
  // CHECK-NOT: linalg.generic
  // CHECK: return %[[Y]]
  %0 = arith.addf %x, %b : tensor<?x?xf32>
  %1 = quant_bnn.qactivation %0 quantizer = "sign" threshold = 1.0 : tensor<?x?xf32>
  %2 = arith.mulf %1, %b : tensor<?x?xf32>
  return %2 : tensor<?x?xf32>
}

// CHECK-LABEL: func @backward_chain_is_one_generic(
func.func @backward_chain_is_one_generic(%x: tensor<?xf16>, %g: tensor<?xf16>) -> tensor<?xf16> {
  // CHECK: linalg.generic
  // CHECK: quant_bnn.approx_sign_grad
  // CHECK: quant_bnn.gradient_cancellation_grad
  // CHECK-NOT: linalg.generic
  // CHECK: return
  %0 = quant_bnn.approx_sign_grad %x, %g : tensor<?xf16>
  %1 = quant_bnn.gradient_cancellation_grad %x, %0 threshold = 1.0 : tensor<?xf16>
  return %1 : tensor<?xf16>
}

// Windows of several values, one of them cut twice.
// CHECK-LABEL: func @windowed_gradients_are_one_generic(
// CHECK-SAME: %[[X:.*]]: tensor<?x4xf32>, %[[Z:.*]]: tensor<?x4xf32>, %[[G:.*]]: tensor<?x4xf32>
func.func @windowed_gradients_are_one_generic(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>, %g: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: %[[DX:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>)
  // CHECK: quant_bnn.gradient_cancellation_grad
  // CHECK: quant_bnn.input_dorefa_grad
  // CHECK: quant_bnn.gradient_cancellation_grad
  // CHECK-NOT: linalg.generic
  // CHECK: return %[[DX]]
  %0 = quant_bnn.straight_through_grad %x, %g clip = 1.0 : tensor<?x4xf32>
  %1 = quant_bnn.input_dorefa_grad %z, %0 grad = window : tensor<?x4xf32>
  %2 = quant_bnn.ste_heaviside_grad %x, %1 clip = 0.5 : tensor<?x4xf32>
  return %2 : tensor<?x4xf32>
}

// CHECK-LABEL: func @reduction_and_loop(
func.func @reduction_and_loop(%w: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // CHECK: linalg.generic {{.*}} iterator_types = ["reduction", "reduction"]
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]
  // CHECK-NOT: linalg.generic
  // CHECK: return
  %y = quant_bnn.weight_dorefa %w bits = 2 : tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// The reshape does not divide the loop that makes the activation and its mask.
// CHECK-LABEL: func @activation_and_bits(
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32>
func.func @activation_and_bits(%x: tensor<?x?xf32>) -> (tensor<?x?xf32>, tensor<?xi1, #quant_bnn.packed<i8>>) {
  // CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[X]]
  // CHECK: %[[BOTH:.*]]:2 = linalg.generic {{.*}} ins(%[[FLAT]] : tensor<?xf32>) outs(%{{.*}}, %{{.*}} : tensor<?xf32>, tensor<?xi8>)
  // CHECK: quant_bnn.sign
  // CHECK: arith.cmpf olt
  // CHECK: arith.ori
  // CHECK-NOT: linalg.generic
  // CHECK: tensor.expand_shape %[[BOTH]]#0
  %y = quant_bnn.sign %x : tensor<?x?xf32>
  %a = math.absf %x : tensor<?x?xf32>
  %m = arith.cmpf olt, %a, %y : tensor<?x?xf32>
  %flat = tensor.collapse_shape %m [[0, 1]] : tensor<?x?xi1> into tensor<?xi1>
  %bits = quant_bnn.pack %flat : tensor<?xi1> to tensor<?xi1, #quant_bnn.packed<i8>>
  return %y, %bits : tensor<?x?xf32>, tensor<?xi1, #quant_bnn.packed<i8>>
}

// CHECK-LABEL: func @gradient_from_bits(
// CHECK-SAME: %[[B:.*]]: tensor<?xi8>, %{{.*}}: index, %[[G:.*]]: tensor<?x?xf32>
func.func @gradient_from_bits(%b: tensor<?xi1, #quant_bnn.packed<i8>>, %g: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[G]]
  // CHECK: %[[DX:.*]] = linalg.generic {{.*}} ins(%[[B]], %[[FLAT]] : tensor<?xi8>, tensor<?xf32>) outs(%{{.*}} : tensor<?xf32>)
  // CHECK-NOT: linalg.generic
  // CHECK: %[[EXPANDED:.*]] = tensor.expand_shape %[[DX]]
  // CHECK: return %[[EXPANDED]]
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %d0 = tensor.dim %g, %c0 : tensor<?x?xf32>
  %d1 = tensor.dim %g, %c1 : tensor<?x?xf32>
  %twice = arith.addf %g, %g : tensor<?x?xf32>
  %zero = arith.subf %g, %g : tensor<?x?xf32>
  %flat = quant_bnn.unpack %b : tensor<?xi1, #quant_bnn.packed<i8>> to tensor<?xi1>
  %m = tensor.expand_shape %flat [[0, 1]] output_shape [%d0, %d1] : tensor<?xi1> into tensor<?x?xi1>
  %dx = arith.select %m, %twice, %zero : tensor<?x?xi1>, tensor<?x?xf32>
  return %dx : tensor<?x?xf32>
}

// MLIR 22.1's fusion makes invalid IR of a padding by operands that are constants.
// CHECK-LABEL: func @pad_by_constants(
func.func @pad_by_constants(%x: tensor<3x?xf32>, %n: index) -> tensor<?x1x?xf32> {
  // CHECK: tensor.pad %{{.*}} low[2, 0, 0] high[0, 0, 0]
  // CHECK: tensor<3x1x?xf32> to tensor<5x1x?xf32>
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c5 = arith.constant 5 : index
  %padded = tensor.pad %x low[%c2, 0] high[%c0, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<3x?xf32> to tensor<?x?xf32>
  %expanded = tensor.expand_shape %padded [[0], [1, 2]] output_shape [%c5, 1, %n] : tensor<?x?xf32> into tensor<?x1x?xf32>
  return %expanded : tensor<?x1x?xf32>
}
