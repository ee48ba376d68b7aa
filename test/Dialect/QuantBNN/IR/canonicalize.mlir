// What is rewritten keeps the value and the gradient; what keeps only the value
// is left alone.
//
// RUN: bnn-opt %s --canonicalize='test-convergence' | FileCheck %s

//===----------------------------------------------------------------------===//
// Not an operand: the gradient would be lost or changed
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @identity_stays(
func.func @identity_stays(%x: f32) -> f32 {
  // CHECK: quant_bnn.identity
  %y = quant_bnn.identity %x : f32
  return %y : f32
}

// CHECK-LABEL: func @gradient_cancellation_stays(
func.func @gradient_cancellation_stays(%x: f32) -> f32 {
  // CHECK: quant_bnn.gradient_cancellation
  %y = quant_bnn.gradient_cancellation %x threshold = 1.0 : f32
  return %y : f32
}

// Even an infinite threshold cuts the gradient at a NaN.
// CHECK-LABEL: func @infinite_gradient_cancellation_stays(
func.func @infinite_gradient_cancellation_stays(%x: f32) -> f32 {
  // CHECK: quant_bnn.gradient_cancellation
  %y = quant_bnn.gradient_cancellation %x threshold = 0x7FF0000000000000 : f32
  return %y : f32
}

// CHECK-LABEL: func @straight_through_stays(
func.func @straight_through_stays(%q: f32, %x: f32) -> f32 {
  // CHECK: quant_bnn.straight_through
  %y = quant_bnn.straight_through %q for %x : f32
  return %y : f32
}

// Without clip it is the identity in x, and yet x is another operand.
// CHECK-LABEL: func @straight_through_of_itself_stays(
func.func @straight_through_of_itself_stays(%x: f32) -> f32 {
  // CHECK: quant_bnn.straight_through
  %y = quant_bnn.straight_through %x for %x : f32
  return %y : f32
}

// CHECK-LABEL: func @straight_through_of_constant_stays(
func.func @straight_through_of_constant_stays(%x: f32) -> f32 {
  // CHECK: quant_bnn.straight_through
  %q = arith.constant 1.0 : f32
  %y = quant_bnn.straight_through %q for %x : f32
  return %y : f32
}

// CHECK-LABEL: func @straight_through_for_constant_stays(
func.func @straight_through_for_constant_stays(%q: f32) -> f32 {
  // CHECK: quant_bnn.straight_through
  %x = arith.constant 1.0 : f32
  %y = quant_bnn.straight_through %q for %x : f32
  return %y : f32
}

// CHECK-LABEL: func @sign_of_sign_stays(
func.func @sign_of_sign_stays(%x: f32) -> f32 {
  // CHECK-COUNT-2: quant_bnn.sign
  %0 = quant_bnn.sign %x clip = 0.5 : f32
  %1 = quant_bnn.sign %0 clip = 0.5 : f32
  return %1 : f32
}

// CHECK-LABEL: func @input_dorefa_of_input_dorefa_stays(
func.func @input_dorefa_of_input_dorefa_stays(%x: f32) -> f32 {
  // CHECK-COUNT-2: quant_bnn.input_dorefa
  %0 = quant_bnn.input_dorefa %x bits = 2 grad = window : f32
  %1 = quant_bnn.input_dorefa %0 bits = 2 grad = window : f32
  return %1 : f32
}

// A rounded scale is not the inverse of its division.
// CHECK-LABEL: func @dequantize_of_min_max_stays(
func.func @dequantize_of_min_max_stays(%x: tensor<?xf32>) -> tensor<?xf32> {
  // CHECK: quant_bnn.min_max
  // CHECK: quant_bnn.dequantize
  %q, %s = quant_bnn.min_max %x bits = 8 unrounded : tensor<?xf32>
  %y = quant_bnn.dequantize %q, %s : tensor<?xf32>
  return %y : tensor<?xf32>
}

//===----------------------------------------------------------------------===//
// Nested cancellation
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @nested_cancellation_takes_inner_threshold(
// CHECK-SAME: %[[X:.*]]: f32
func.func @nested_cancellation_takes_inner_threshold(%x: f32) -> f32 {
  // CHECK-NEXT: %[[Y:.*]] = quant_bnn.gradient_cancellation %[[X]] threshold = 1.000000e+00 : f32
  // CHECK-NEXT: return %[[Y]]
  %0 = quant_bnn.gradient_cancellation %x threshold = 1.0 : f32
  %1 = quant_bnn.gradient_cancellation %0 threshold = 2.0 : f32
  return %1 : f32
}

// CHECK-LABEL: func @nested_cancellation_takes_outer_threshold(
// CHECK-SAME: %[[X:.*]]: f32
func.func @nested_cancellation_takes_outer_threshold(%x: f32) -> f32 {
  // CHECK-NEXT: %[[Y:.*]] = quant_bnn.gradient_cancellation %[[X]] threshold = 5.000000e-01 : f32
  // CHECK-NEXT: return %[[Y]]
  %0 = quant_bnn.gradient_cancellation %x threshold = 1.0 : f32
  %1 = quant_bnn.gradient_cancellation %0 threshold = 0.5 : f32
  return %1 : f32
}

// The inner one is used elsewhere, and stays for that.
// CHECK-LABEL: func @nested_cancellation_with_two_uses(
// CHECK-SAME: %[[X:.*]]: f32
func.func @nested_cancellation_with_two_uses(%x: f32) -> (f32, f32) {
  // CHECK-NEXT: %[[Z:.*]] = quant_bnn.gradient_cancellation %[[X]] threshold = 2.000000e+00 : f32
  // CHECK-NEXT: %[[Y:.*]] = quant_bnn.gradient_cancellation %[[X]] threshold = 1.000000e+00 : f32
  // CHECK-NEXT: return %[[Z]], %[[Y]]
  %0 = quant_bnn.gradient_cancellation %x threshold = 2.0 : f32
  %1 = quant_bnn.gradient_cancellation %0 threshold = 1.0 : f32
  return %0, %1 : f32, f32
}

// CHECK-LABEL: func @nested_cancellation_grad(
// CHECK-SAME: %[[X:.*]]: f32, %[[G:.*]]: f32
func.func @nested_cancellation_grad(%x: f32, %g: f32) -> f32 {
  // CHECK-NEXT: %[[DX:.*]] = quant_bnn.gradient_cancellation_grad %[[X]], %[[G]] threshold = 1.000000e+00 : f32
  // CHECK-NEXT: return %[[DX]]
  %0 = quant_bnn.gradient_cancellation_grad %x, %g threshold = 2.0 : f32
  %1 = quant_bnn.gradient_cancellation_grad %x, %0 threshold = 1.0 : f32
  return %1 : f32
}

// Windows of different values are not one.
// CHECK-LABEL: func @cancellation_grad_of_other_x_stays(
func.func @cancellation_grad_of_other_x_stays(%x: f32, %y: f32, %g: f32) -> f32 {
  // CHECK-COUNT-2: quant_bnn.gradient_cancellation_grad
  %0 = quant_bnn.gradient_cancellation_grad %x, %g threshold = 2.0 : f32
  %1 = quant_bnn.gradient_cancellation_grad %y, %0 threshold = 1.0 : f32
  return %1 : f32
}

//===----------------------------------------------------------------------===//
// qactivation
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @qactivation_with_threshold(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
func.func @qactivation_with_threshold(%x: tensor<?xf32>) -> tensor<?xf32> {
  // CHECK-NEXT: %[[C:.*]] = quant_bnn.gradient_cancellation %[[X]] threshold = 1.000000e+00 : tensor<?xf32>
  // CHECK-NEXT: %[[Y:.*]] = quant_bnn.swish_sign %[[C]] beta = 4.000000e+00 : tensor<?xf32>
  // CHECK-NEXT: return %[[Y]]
  %y = quant_bnn.qactivation %x quantizer = "swish_sign" threshold = 1.0 beta = 4.0 : tensor<?xf32>
  return %y : tensor<?xf32>
}

// CHECK-LABEL: func @qactivation_without_threshold(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
func.func @qactivation_without_threshold(%x: tensor<?xf32>) -> tensor<?xf32> {
  // CHECK-NEXT: %[[Y:.*]] = quant_bnn.weight_dorefa %[[X]] bits = 3 : tensor<?xf32>
  // CHECK-NEXT: return %[[Y]]
  %y = quant_bnn.qactivation %x quantizer = "weight_dorefa" bits = 3 : tensor<?xf32>
  return %y : tensor<?xf32>
}

//===----------------------------------------------------------------------===//
// Gradients that are g
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @gradients_that_pass(
// CHECK-SAME: %{{.*}}: tensor<?xf32>, %[[G:.*]]: tensor<?xf32>
func.func @gradients_that_pass(%x: tensor<?xf32>, %g: tensor<?xf32>)
    -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  // CHECK-NEXT: return %[[G]], %[[G]], %[[G]], %[[G]], %[[G]], %[[G]]
  %0 = quant_bnn.identity_grad %g : tensor<?xf32>
  %1 = quant_bnn.straight_through_grad %x, %g : tensor<?xf32>
  %2 = quant_bnn.sign_grad %x, %g : tensor<?xf32>
  %3 = quant_bnn.ste_heaviside_grad %x, %g : tensor<?xf32>
  %4 = quant_bnn.input_dorefa_grad %x, %g : tensor<?xf32>
  %5 = quant_bnn.weight_dorefa_grad %x, %g : tensor<?xf32>
  return %0, %1, %2, %3, %4, %5
      : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// Gradients that do nothing but clip are one op, which CSE can merge.
// CHECK-LABEL: func @gradients_with_a_window(
// CHECK-SAME: %[[X:.*]]: f32, %[[G:.*]]: f32
func.func @gradients_with_a_window(%x: f32, %g: f32) -> (f32, f32, f32, f32, f32) {
  // CHECK-NEXT: %[[A:.*]] = quant_bnn.gradient_cancellation_grad %[[X]], %[[G]] threshold = 1.000000e+00
  // CHECK-NEXT: %[[B:.*]] = quant_bnn.gradient_cancellation_grad %[[X]], %[[G]] threshold = 2.000000e+00
  // At a NaN the gradient is 0, not g.
  // CHECK-NEXT: %[[C:.*]] = quant_bnn.gradient_cancellation_grad %[[X]], %[[G]] threshold = 0x7FF0000000000000
  // CHECK-NEXT: %[[D:.*]] = quant_bnn.input_dorefa_grad %[[X]], %[[G]] grad = window
  // CHECK-NEXT: %[[E:.*]] = quant_bnn.gradient_cancellation_grad %[[X]], %[[G]] threshold = 5.000000e-01
  // CHECK-NEXT: return %[[A]], %[[B]], %[[C]], %[[D]], %[[E]]
  %0 = quant_bnn.straight_through_grad %x, %g clip = 1.0 : f32
  %1 = quant_bnn.sign_grad %x, %g clip = 2.0 : f32
  %2 = quant_bnn.ste_heaviside_grad %x, %g clip = 0x7FF0000000000000 : f32
  %3 = quant_bnn.input_dorefa_grad %x, %g grad = window : f32
  %4 = quant_bnn.gradient_cancellation_grad %x, %g threshold = 0.5 : f32
  return %0, %1, %2, %3, %4 : f32, f32, f32, f32, f32
}

// CHECK-LABEL: func @windows_in_a_row(
// CHECK-SAME: %[[X:.*]]: f32, %[[Y:.*]]: f32, %[[G:.*]]: f32
func.func @windows_in_a_row(%x: f32, %y: f32, %g: f32) -> (f32, f32) {
  // CHECK-NEXT: %[[A:.*]] = quant_bnn.gradient_cancellation_grad %[[X]], %[[G]] threshold = 5.000000e-01
  %0 = quant_bnn.sign_grad %x, %g clip = 0.5 : f32
  %1 = quant_bnn.ste_heaviside_grad %x, %0 clip = 1.0 : f32
  // Windows of two values.
  // CHECK-NEXT: %[[B:.*]] = quant_bnn.gradient_cancellation_grad %[[Y]], %[[A]] threshold = 1.000000e+00
  // CHECK-NEXT: return %[[A]], %[[B]]
  %2 = quant_bnn.sign_grad %y, %1 clip = 1.0 : f32
  return %1, %2 : f32, f32
}

// CHECK-LABEL: func @zero_gradient(
func.func @zero_gradient(%w: tensor<2x3xf16>, %g: tensor<2x3xf16>) -> tensor<2x3xf16> {
  // CHECK-NEXT: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : tensor<2x3xf16>
  // CHECK-NEXT: return %[[ZERO]]
  %dw = quant_bnn.weight_dorefa_grad %w, %g grad = zero : tensor<2x3xf16>
  return %dw : tensor<2x3xf16>
}

// No constant has a dynamic type.
// CHECK-LABEL: func @dynamic_zero_gradient_stays(
func.func @dynamic_zero_gradient_stays(%w: tensor<2x?xf16>, %g: tensor<2x?xf16>) -> tensor<2x?xf16> {
  // CHECK: quant_bnn.weight_dorefa_grad
  %dw = quant_bnn.weight_dorefa_grad %w, %g grad = zero : tensor<2x?xf16>
  return %dw : tensor<2x?xf16>
}

//===----------------------------------------------------------------------===//
// Purity
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @unused_ops_go(
func.func @unused_ops_go(%x: tensor<?xf32>, %alpha: f32) {
  // CHECK-NEXT: return
  %0 = quant_bnn.sign %x : tensor<?xf32>
  %1:2 = quant_bnn.min_max %x bits = 8 : tensor<?xf32>
  %2:2 = quant_bnn.pact_grad %x, %alpha, %x bits = 8 : tensor<?xf32>
  return
}

//===----------------------------------------------------------------------===//
// Packed ops
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @unpack_packed_bits(
// CHECK-SAME: %[[X:.*]]: tensor<4x9xi1>, %[[Y:.*]]: tensor<?x?xi1>
func.func @unpack_packed_bits(%x: tensor<4x9xi1>, %y: tensor<?x?xi1>) -> (tensor<4x9xi1>, tensor<?x?xi1>) {
  // CHECK-NEXT: return %[[X]], %[[Y]]
  %c1 = arith.constant 1 : index
  %k = tensor.dim %y, %c1 : tensor<?x?xi1>
  %0 = quant_bnn.pack %x : tensor<4x9xi1> to tensor<4x2xi8>
  %1 = quant_bnn.unpack %0 : tensor<4x2xi8> to tensor<4x9xi1>
  %2 = quant_bnn.pack %y : tensor<?x?xi1> to tensor<?x?xi64>
  %3 = quant_bnn.unpack %2 depth %k : tensor<?x?xi64> to tensor<?x?xi1>
  return %1, %3 : tensor<4x9xi1>, tensor<?x?xi1>
}

// Of 9 elements in 2 bytes, up to 16 may be asked for.
// CHECK-LABEL: func @unpack_other_depth(
func.func @unpack_other_depth(%x: tensor<?xi1>, %y: tensor<9xi1>, %k: index) -> (tensor<?xi1>, tensor<16xi1>) {
  // CHECK-COUNT-2: quant_bnn.unpack
  %0 = quant_bnn.pack %x : tensor<?xi1> to tensor<?xi8>
  %1 = quant_bnn.unpack %0 depth %k : tensor<?xi8> to tensor<?xi1>
  %2 = quant_bnn.pack %y : tensor<9xi1> to tensor<2xi8>
  %3 = quant_bnn.unpack %2 : tensor<2xi8> to tensor<16xi1>
  return %1, %3 : tensor<?xi1>, tensor<16xi1>
}

// It is sign in value; the op would have a gradient, which bits have not.
// CHECK-LABEL: func @unpack_packed_floats(
// CHECK-SAME: %[[X:.*]]: tensor<9xf32>
func.func @unpack_packed_floats(%x: tensor<9xf32>) -> tensor<9xf32> {
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
  // CHECK-NOT: quant_bnn
  // CHECK: linalg.generic {{.*}} ins(%[[X]] : tensor<9xf32>)
  // CHECK: %[[BELOW:.*]] = arith.cmpf olt, %{{.*}}, %[[ZERO]] : f32
  // CHECK: arith.select %[[BELOW]], %{{.*}}, %{{.*}} : f32
  // CHECK-NOT: quant_bnn
  %0 = quant_bnn.pack %x polarity = nonnegative : tensor<9xf32> to tensor<1xi64>
  %1 = quant_bnn.unpack %0 polarity = nonnegative : tensor<1xi64> to tensor<9xf32>
  return %1 : tensor<9xf32>
}

// CHECK-LABEL: func @unpack_other_polarity(
func.func @unpack_other_polarity(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf16>) {
  // CHECK-COUNT-2: quant_bnn.unpack
  %0 = quant_bnn.pack %x : tensor<8xf32> to tensor<1xi8>
  %1 = quant_bnn.unpack %0 polarity = nonnegative : tensor<1xi8> to tensor<8xf32>
  %2 = quant_bnn.unpack %0 : tensor<1xi8> to tensor<8xf16>
  return %1, %2 : tensor<8xf32>, tensor<8xf16>
}

// CHECK-LABEL: func @pack_unpacked(
// CHECK-SAME: %[[A:.*]]: tensor<?x2xi8>, %[[B:.*]]: tensor<1xi64>
func.func @pack_unpacked(%a: tensor<?x2xi8>, %b: tensor<1xi64>) -> (tensor<?x2xi8>, tensor<1xi64>) {
  // CHECK-NEXT: return %[[A]], %[[B]]
  %0 = quant_bnn.unpack %a : tensor<?x2xi8> to tensor<?x16xi1>
  %1 = quant_bnn.pack %0 : tensor<?x16xi1> to tensor<?x2xi8>
  %2 = quant_bnn.unpack %b polarity = nonnegative : tensor<1xi64> to tensor<64xf16>
  %3 = quant_bnn.pack %2 polarity = nonnegative : tensor<64xf16> to tensor<1xi64>
  return %1, %3 : tensor<?x2xi8>, tensor<1xi64>
}

// There are bits past the end, or may be, which pack would clear; words of
// another width are others, and another polarity has other bits.
// CHECK-LABEL: func @pack_unpacked_stays(
func.func @pack_unpacked_stays(%a: tensor<2xi8>, %b: tensor<?xi8>, %k: index)
    -> (tensor<2xi8>, tensor<?xi8>, tensor<1xi16>, tensor<2xi8>) {
  // CHECK-COUNT-4: quant_bnn.pack
  %0 = quant_bnn.unpack %a : tensor<2xi8> to tensor<9xi1>
  %1 = quant_bnn.pack %0 : tensor<9xi1> to tensor<2xi8>
  %2 = quant_bnn.unpack %b depth %k : tensor<?xi8> to tensor<?xi1>
  %3 = quant_bnn.pack %2 : tensor<?xi1> to tensor<?xi8>
  %4 = quant_bnn.unpack %a : tensor<2xi8> to tensor<16xf32>
  %5 = quant_bnn.pack %4 : tensor<16xf32> to tensor<1xi16>
  %6 = quant_bnn.pack %4 polarity = nonnegative : tensor<16xf32> to tensor<2xi8>
  return %1, %3, %5, %6 : tensor<2xi8>, tensor<?xi8>, tensor<1xi16>, tensor<2xi8>
}

// CHECK-LABEL: func @packed_cast(
// CHECK-SAME: %[[A:.*]]: tensor<4x2xi64>, %[[B:.*]]: tensor<?x?xi8>, %[[K:.*]]: index
func.func @packed_cast(%a: tensor<4x2xi64>, %b: tensor<?x?xi8>, %k: index)
    -> (tensor<4x2xi64>, tensor<4x2xi64>, tensor<?x?xi8>, tensor<4x7xi16>, tensor<?x?xi8>) {
  // CHECK-DAG: %[[ONE:.*]] = quant_bnn.packed_cast %[[A]] depth = 100 flip : tensor<4x2xi64> to tensor<4x7xi16>
  // CHECK-DAG: %[[FLIPPED:.*]] = quant_bnn.packed_cast %[[B]] depth = %[[K]] flip : tensor<?x?xi8> to tensor<?x?xi8>
  // CHECK: return %[[A]], %[[A]], %[[B]], %[[ONE]], %[[FLIPPED]]
  %0 = quant_bnn.packed_cast %a depth = 100 : tensor<4x2xi64> to tensor<4x2xi64>
  %1 = quant_bnn.packed_cast %a depth = 100 flip : tensor<4x2xi64> to tensor<4x13xi8>
  %2 = quant_bnn.packed_cast %1 depth = 100 flip : tensor<4x13xi8> to tensor<4x2xi64>
  %3 = quant_bnn.packed_cast %b depth = %k : tensor<?x?xi8> to tensor<?x?xi32>
  %4 = quant_bnn.packed_cast %3 depth = %k : tensor<?x?xi32> to tensor<?x?xi8>
  %5 = quant_bnn.packed_cast %1 depth = 100 : tensor<4x13xi8> to tensor<4x7xi16>
  %6 = quant_bnn.packed_cast %b depth = %k flip : tensor<?x?xi8> to tensor<?x?xi8>
  return %0, %2, %4, %5, %6 : tensor<4x2xi64>, tensor<4x2xi64>, tensor<?x?xi8>, tensor<4x7xi16>, tensor<?x?xi8>
}

// CHECK-LABEL: func @packed_identity(
// CHECK-SAME: %[[A:.*]]: tensor<?x2xi64>, %[[B:.*]]: tensor<4x2xi64>
func.func @packed_identity(%a: tensor<?x2xi64>, %b: tensor<4x2xi64>) -> (tensor<?x2xi64>, tensor<4x2xi64>) {
  // CHECK-NEXT: return %[[A]], %[[B]]
  %0 = quant_bnn.packed_transpose %a depth = 100 permutation = [0, 1] : tensor<?x2xi64> to tensor<?x2xi64>
  %1 = quant_bnn.packed_reshape %b depth = 100 shape = [4, 100] : tensor<4x2xi64> to tensor<4x2xi64>
  return %0, %1 : tensor<?x2xi64>, tensor<4x2xi64>
}
