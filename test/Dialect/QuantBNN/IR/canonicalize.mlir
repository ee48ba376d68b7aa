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
  %0 = quant_bnn.pack %x : tensor<4x9xi1> to tensor<4x9xi1, #quant_bnn.packed<i8>>
  %1 = quant_bnn.unpack %0 : tensor<4x9xi1, #quant_bnn.packed<i8>> to tensor<4x9xi1>
  %2 = quant_bnn.pack %y : tensor<?x?xi1> to tensor<?x?xi1, #quant_bnn.packed<i64>>
  %3 = quant_bnn.unpack %2 : tensor<?x?xi1, #quant_bnn.packed<i64>> to tensor<?x?xi1>
  return %1, %3 : tensor<4x9xi1>, tensor<?x?xi1>
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
  %0 = quant_bnn.pack %x : tensor<9xf32> to tensor<9xi1, #quant_bnn.packed<i64, nonnegative>>
  %1 = quant_bnn.unpack %0 : tensor<9xi1, #quant_bnn.packed<i64, nonnegative>> to tensor<9xf32>
  return %1 : tensor<9xf32>
}

// CHECK-LABEL: func @unpack_other_elements(
func.func @unpack_other_elements(%x: tensor<8xf32>) -> (tensor<8xf16>, tensor<8xi1>) {
  // CHECK-COUNT-2: quant_bnn.unpack
  %0 = quant_bnn.pack %x : tensor<8xf32> to tensor<8xi1, #quant_bnn.packed<i8>>
  %1 = quant_bnn.unpack %0 : tensor<8xi1, #quant_bnn.packed<i8>> to tensor<8xf16>
  %2 = quant_bnn.unpack %0 : tensor<8xi1, #quant_bnn.packed<i8>> to tensor<8xi1>
  return %1, %2 : tensor<8xf16>, tensor<8xi1>
}

// CHECK-LABEL: func @pack_unpacked(
// CHECK-SAME: %[[A:[^:]*]]: tensor<?x9xi1, #quant_bnn.packed<i8>>, %[[B:[^:]*]]: tensor<?xi1, #quant_bnn.packed<i64, nonnegative>>
func.func @pack_unpacked(%a: tensor<?x9xi1, #quant_bnn.packed<i8>>, %b: tensor<?xi1, #quant_bnn.packed<i64, nonnegative>>) -> (tensor<?x9xi1, #quant_bnn.packed<i8>>, tensor<?xi1, #quant_bnn.packed<i64, nonnegative>>) {
  // CHECK-NEXT: return %[[A]], %[[B]]
  %0 = quant_bnn.unpack %a : tensor<?x9xi1, #quant_bnn.packed<i8>> to tensor<?x9xi1>
  %1 = quant_bnn.pack %0 : tensor<?x9xi1> to tensor<?x9xi1, #quant_bnn.packed<i8>>
  %2 = quant_bnn.unpack %b : tensor<?xi1, #quant_bnn.packed<i64, nonnegative>> to tensor<?xf16>
  %3 = quant_bnn.pack %2 : tensor<?xf16> to tensor<?xi1, #quant_bnn.packed<i64, nonnegative>>
  return %1, %3 : tensor<?x9xi1, #quant_bnn.packed<i8>>, tensor<?xi1, #quant_bnn.packed<i64, nonnegative>>
}

// The complement has the sizes that are known. Upstream would make them static
// without the encoding.
// CHECK-LABEL: func @complement_of_cast(
// CHECK-SAME: %[[A:[^:]*]]: tensor<4x8xi1, #quant_bnn.packed<i8>>
func.func @complement_of_cast(%a: tensor<4x8xi1, #quant_bnn.packed<i8>>) -> tensor<?x8xi1, #quant_bnn.packed<i8, nonnegative>> {
  // CHECK: linalg.generic {{.*}} ins(%[[A]] : tensor<4x8xi1, #quant_bnn.packed<i8>>) outs(%{{.*}} : tensor<4x8xi1, #quant_bnn.packed<i8>>)
  %0 = tensor.cast %a : tensor<4x8xi1, #quant_bnn.packed<i8>> to tensor<?x8xi1, #quant_bnn.packed<i8>>
  %1 = quant_bnn.unpack %0 : tensor<?x8xi1, #quant_bnn.packed<i8>> to tensor<?x8xf32>
  %2 = quant_bnn.pack %1 : tensor<?x8xf32> to tensor<?x8xi1, #quant_bnn.packed<i8, nonnegative>>
  return %2 : tensor<?x8xi1, #quant_bnn.packed<i8, nonnegative>>
}

// The polarity says nothing about an `i1`.
// CHECK-LABEL: func @pack_to_other_layout(
// CHECK-SAME: %[[A:[^:]*]]: tensor<?x9xi1, #quant_bnn.packed<i8>>
func.func @pack_to_other_layout(%a: tensor<?x9xi1, #quant_bnn.packed<i8>>) -> (tensor<?x9xi1, #quant_bnn.packed<i64>>, tensor<?x9xi1, #quant_bnn.packed<i8, nonnegative>>) {
  // CHECK-DAG: %[[WORDS:.*]] = tensor.cast %[[A]] : tensor<?x9xi1, #quant_bnn.packed<i8>> to tensor<?x9xi1, #quant_bnn.packed<i64>>
  // CHECK-DAG: %[[POLARITY:.*]] = tensor.cast %[[A]] : tensor<?x9xi1, #quant_bnn.packed<i8>> to tensor<?x9xi1, #quant_bnn.packed<i8, nonnegative>>
  // CHECK: return %[[WORDS]], %[[POLARITY]]
  %0 = quant_bnn.unpack %a : tensor<?x9xi1, #quant_bnn.packed<i8>> to tensor<?x9xf32>
  %1 = quant_bnn.pack %0 : tensor<?x9xf32> to tensor<?x9xi1, #quant_bnn.packed<i64>>
  %2 = quant_bnn.unpack %a : tensor<?x9xi1, #quant_bnn.packed<i8>> to tensor<?x9xi1>
  %3 = quant_bnn.pack %2 : tensor<?x9xi1> to tensor<?x9xi1, #quant_bnn.packed<i8, nonnegative>>
  return %1, %3 : tensor<?x9xi1, #quant_bnn.packed<i64>>, tensor<?x9xi1, #quant_bnn.packed<i8, nonnegative>>
}

// CHECK-LABEL: func @pack_to_other_polarity(
// CHECK-SAME: %[[A:[^:]*]]: tensor<?x9xi1, #quant_bnn.packed<i8>>
func.func @pack_to_other_polarity(%a: tensor<?x9xi1, #quant_bnn.packed<i8>>) -> tensor<?x9xi1, #quant_bnn.packed<i64, nonnegative>> {
  // CHECK: %[[COMPLEMENT:.*]] = linalg.generic {{.*}} ins(%[[A]] : tensor<?x9xi1, #quant_bnn.packed<i8>>) outs(%{{.*}} : tensor<?x9xi1, #quant_bnn.packed<i8>>)
  // CHECK: arith.xori %{{.*}}, %true : i1
  // CHECK: %[[R:.*]] = tensor.cast %[[COMPLEMENT]] : tensor<?x9xi1, #quant_bnn.packed<i8>> to tensor<?x9xi1, #quant_bnn.packed<i64, nonnegative>>
  // CHECK: return %[[R]]
  %0 = quant_bnn.unpack %a : tensor<?x9xi1, #quant_bnn.packed<i8>> to tensor<?x9xf32>
  %1 = quant_bnn.pack %0 : tensor<?x9xf32> to tensor<?x9xi1, #quant_bnn.packed<i64, nonnegative>>
  return %1 : tensor<?x9xi1, #quant_bnn.packed<i64, nonnegative>>
}

// The canonicalization of upstream drops the encoding.
// CHECK-LABEL: func @cast_of_packed_empty(
// CHECK-SAME:      %[[N:.*]]: index, %[[K:.*]]: index
// CHECK:         %[[EMPTY:.*]] = tensor.empty(%[[K]]) : tensor<4x?xi1, #quant_bnn.packed<i32>>
// CHECK:         return %[[EMPTY]]
func.func @cast_of_packed_empty(%n: index, %k: index) -> tensor<4x?xi1, #quant_bnn.packed<i32>> {
  %0 = tensor.empty(%n, %k) : tensor<?x?xi1, #quant_bnn.packed<i32>>
  %1 = tensor.cast %0 : tensor<?x?xi1, #quant_bnn.packed<i32>> to tensor<4x?xi1, #quant_bnn.packed<i32>>
  return %1 : tensor<4x?xi1, #quant_bnn.packed<i32>>
}

// -----

// CHECK-LABEL: func @pack_transposed_constant(
// CHECK-NEXT:    %[[C:.*]] = arith.constant dense<{{\[\[}}true, false], [false, false], [true, true]]>
// CHECK-SAME:      : tensor<3x2xi1, #quant_bnn.packed<i8>>
// CHECK-NEXT:    return %[[C]]
func.func @pack_transposed_constant() -> tensor<3x2xi1, #quant_bnn.packed<i8>> {
  %x = arith.constant dense<[[-1.0, 2.0, -3.0], [4.0, 0.0, -0.5]]> : tensor<2x3xf32>
  %e = tensor.empty() : tensor<3x2xf32>
  %t = linalg.transpose ins(%x : tensor<2x3xf32>) outs(%e : tensor<3x2xf32>) permutation = [1, 0]
  %p = quant_bnn.pack %t : tensor<3x2xf32> to tensor<3x2xi1, #quant_bnn.packed<i8>>
  return %p : tensor<3x2xi1, #quant_bnn.packed<i8>>
}
