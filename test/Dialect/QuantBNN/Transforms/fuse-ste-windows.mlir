// What keeps the value and the gradient, in any function.
//
// RUN: bnn-opt %s --quant-bnn-fuse-ste | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-fuse-ste --remarks-filter='.*' -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=REMARK

//===----------------------------------------------------------------------===//
// Windows into quantizers
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @into_binarizers(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %[[Q:.*]]: tensor<?xf32>
func.func @into_binarizers(%x: tensor<?xf32>, %q: tensor<?xf32>)
    -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  // CHECK-NEXT: quant_bnn.sign %[[X]] clip = 1.000000e+00 nan = negative : tensor<?xf32>
  // CHECK-NEXT: quant_bnn.ste_heaviside %[[X]] low = -1.000000e+00 clip = 5.000000e-01 : tensor<?xf32>
  // CHECK-NEXT: quant_bnn.straight_through %[[Q]] for %[[X]] clip = 1.000000e+00 : tensor<?xf32>
  // CHECK-NEXT: return
  // REMARK-DAG: remark: {{.*}}quant_bnn.gradient_cancellation fused into quant_bnn.sign, which has the window |x| <= 1
  %0 = quant_bnn.gradient_cancellation %x threshold = 1.0 : tensor<?xf32>
  %1 = quant_bnn.sign %0 nan = negative : tensor<?xf32>
  %2 = quant_bnn.ste_heaviside %0 low = -1.0 clip = 0.5 : tensor<?xf32>
  %3 = quant_bnn.straight_through %q for %0 clip = 2.0 : tensor<?xf32>
  return %1, %2, %3 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// A NaN is outside of every window, so an infinite one is one.
// CHECK-LABEL: func @edges(
// CHECK-SAME: %[[X:.*]]: f64
func.func @edges(%x: f64) -> (f64, f64, f64) {
  // CHECK-NEXT: quant_bnn.sign %[[X]] clip = 0x7FF0000000000000 : f64
  // CHECK-NEXT: quant_bnn.sign %[[X]] clip = 0.000000e+00 : f64
  // CHECK-NEXT: quant_bnn.sign %[[X]] clip = 2.000000e+00 : f64
  // CHECK-NEXT: return
  %0 = quant_bnn.gradient_cancellation %x threshold = 0x7FF0000000000000 : f64
  %1 = quant_bnn.sign %0 : f64
  %2 = quant_bnn.gradient_cancellation %x threshold = 0.0 : f64
  %3 = quant_bnn.sign %2 clip = 2.0 : f64
  %4 = quant_bnn.sign %0 clip = 2.0 : f64
  return %1, %3, %4 : f64, f64, f64
}

// CHECK-LABEL: func @qactivation_is_one_op(
// CHECK-SAME: %[[X:.*]]: tensor<4xf16>
func.func @qactivation_is_one_op(%x: tensor<4xf16>) -> (tensor<4xf16>, tensor<4xf16>) {
  // CHECK-NEXT: quant_bnn.sign %[[X]] clip = 1.000000e+00 : tensor<4xf16>
  // CHECK-NEXT: quant_bnn.gradient_cancellation %[[X]] threshold = 1.000000e+00 : tensor<4xf16>
  // CHECK-NEXT: return
  %0 = quant_bnn.qactivation %x quantizer = "sign" threshold = 1.0 : tensor<4xf16>
  %1 = quant_bnn.qactivation %x quantizer = "identity" threshold = 1.0 : tensor<4xf16>
  return %0, %1 : tensor<4xf16>, tensor<4xf16>
}

// CHECK-LABEL: func @redundant(
// CHECK-SAME: %[[X:.*]]: f32
func.func @redundant(%x: f32) -> (f32, f32) {
  // CHECK-NEXT: quant_bnn.approx_sign %[[X]] nan = propagate : f32
  // CHECK-NEXT: quant_bnn.input_dorefa %[[X]] bits = 2 grad = window : f32
  // CHECK-NEXT: return
  %0 = quant_bnn.gradient_cancellation %x threshold = 1.0 : f32
  %1 = quant_bnn.approx_sign %0 nan = propagate : f32
  %2 = quant_bnn.gradient_cancellation %x threshold = 1.5 : f32
  %3 = quant_bnn.input_dorefa %2 bits = 2 grad = window : f32
  return %1, %3 : f32, f32
}

// CHECK-LABEL: func @chain(
// CHECK-SAME: %[[X:.*]]: f32
func.func @chain(%x: f32) -> f32 {
  // CHECK-NEXT: %[[Y:.*]] = quant_bnn.sign %[[X]] clip = 5.000000e-01 : f32
  // CHECK-NEXT: return %[[Y]]
  %0 = quant_bnn.gradient_cancellation %x threshold = 0.5 : f32
  %1 = quant_bnn.identity %0 : f32
  %2 = quant_bnn.gradient_cancellation %1 threshold = 2.0 : f32
  %3 = quant_bnn.sign %2 clip = 1.0 : f32
  return %3 : f32
}

// The cancelled value is used elsewhere, and stays for that.
// CHECK-LABEL: func @other_uses_keep_the_cancellation(
// CHECK-SAME: %[[X:.*]]: f32
func.func @other_uses_keep_the_cancellation(%x: f32) -> (f32, f32) {
  // CHECK-NEXT: %[[C:.*]] = quant_bnn.gradient_cancellation %[[X]] threshold = 1.000000e+00 : f32
  // CHECK-NEXT: %[[Y:.*]] = quant_bnn.sign %[[X]] clip = 1.000000e+00 : f32
  // CHECK-NEXT: return %[[C]], %[[Y]]
  %0 = quant_bnn.gradient_cancellation %x threshold = 1.0 : f32
  %1 = quant_bnn.sign %0 : f32
  return %0, %1 : f32, f32
}

// Only x passes on a gradient, q is another operand of the same value.
// CHECK-LABEL: func @straight_through_of_the_cancelled_value(
// CHECK-SAME: %[[X:.*]]: f32
func.func @straight_through_of_the_cancelled_value(%x: f32) -> f32 {
  // CHECK-NEXT: %[[C:.*]] = quant_bnn.gradient_cancellation %[[X]]
  // CHECK-NEXT: quant_bnn.straight_through %[[C]] for %[[X]] clip = 1.000000e+00 : f32
  %0 = quant_bnn.gradient_cancellation %x threshold = 1.0 : f32
  %1 = quant_bnn.straight_through %0 for %0 : f32
  return %1 : f32
}

//===----------------------------------------------------------------------===//
// Identities
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @identity_goes_next_to_a_quantizer(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
func.func @identity_goes_next_to_a_quantizer(%x: tensor<?xf32>) -> (tensor<?xf32>, f32, tensor<?xf32>) {
  // CHECK-NEXT: %[[Q:.*]], %[[S:.*]] = quant_bnn.min_max %[[X]] bits = 8 : tensor<?xf32>
  // CHECK-NEXT: %[[Y:.*]] = quant_bnn.swish_sign %[[X]] : tensor<?xf32>
  // CHECK-NEXT: return %[[Q]], %[[S]], %[[Y]]
  // REMARK-DAG: remark: {{.*}}quant_bnn.identity dropped next to quant_bnn.min_max
  %0 = quant_bnn.identity %x : tensor<?xf32>
  %q, %s = quant_bnn.min_max %0 bits = 8 : tensor<?xf32>
  %1 = quant_bnn.swish_sign %x : tensor<?xf32>
  %2 = quant_bnn.identity %1 : tensor<?xf32>
  return %q, %s, %2 : tensor<?xf32>, f32, tensor<?xf32>
}

// It marks full precision, and nothing would be gained.
// CHECK-LABEL: func @identity_alone_stays(
func.func @identity_alone_stays(%x: f32) -> f32 {
  // CHECK: quant_bnn.identity
  %0 = quant_bnn.identity %x : f32
  %1 = arith.addf %0, %0 : f32
  return %1 : f32
}

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @gradients_with_windows(
// CHECK-SAME: %[[X:.*]]: f32, %[[G:.*]]: f32
func.func @gradients_with_windows(%x: f32, %g: f32) -> (f32, f32, f32, f32) {
  // CHECK-NEXT: quant_bnn.gradient_cancellation_grad %[[X]], %[[G]] threshold = 5.000000e-01 : f32
  // CHECK-NEXT: quant_bnn.approx_sign_grad %[[X]], %[[G]] : f32
  // CHECK-NEXT: quant_bnn.approx_sign_grad %[[X]], %[[G]] : f32
  // CHECK-NEXT: quant_bnn.input_dorefa_grad %[[X]], %[[G]] grad = window : f32
  // CHECK-NEXT: return
  %0 = quant_bnn.sign_grad %x, %g clip = 0.5 : f32
  %1 = quant_bnn.gradient_cancellation_grad %x, %0 threshold = 2.0 : f32
  %2 = quant_bnn.approx_sign_grad %x, %g : f32
  %3 = quant_bnn.gradient_cancellation_grad %x, %2 threshold = 1.0 : f32
  %4 = quant_bnn.gradient_cancellation_grad %x, %g threshold = 0x7FF0000000000000 : f32
  %5 = quant_bnn.approx_sign_grad %x, %4 : f32
  %6 = quant_bnn.input_dorefa_grad %x, %g grad = window : f32
  %7 = quant_bnn.sign_grad %x, %6 clip = 1.0 : f32
  return %1, %3, %5, %7 : f32, f32, f32, f32
}

// What a cancellation returns is x.
// CHECK-LABEL: func @gradients_read_through(
// CHECK-SAME: %[[X:.*]]: f32, %[[G:.*]]: f32
func.func @gradients_read_through(%x: f32, %g: f32) -> f32 {
  // CHECK-NEXT: %[[DX:.*]] = quant_bnn.gradient_cancellation_grad %[[X]], %[[G]] threshold = 1.000000e+00 : f32
  // CHECK-NEXT: return %[[DX]]
  %c = quant_bnn.gradient_cancellation %x threshold = 1.0 : f32
  %0 = quant_bnn.sign_grad %c, %g clip = 2.0 : f32
  %1 = quant_bnn.gradient_cancellation_grad %x, %0 threshold = 1.0 : f32
  return %1 : f32
}

// Two users of the inner gradient: it stays for the other.
// CHECK-LABEL: func @inner_gradient_used_twice(
// CHECK-SAME: %[[X:.*]]: f32, %[[G:.*]]: f32
func.func @inner_gradient_used_twice(%x: f32, %g: f32) -> (f32, f32) {
  // CHECK-NEXT: %[[A:.*]] = quant_bnn.gradient_cancellation_grad %[[X]], %[[G]] threshold = 1.000000e+00 : f32
  // CHECK-NEXT: %[[B:.*]] = quant_bnn.gradient_cancellation_grad %[[X]], %[[G]] threshold = 5.000000e-01 : f32
  // CHECK-NEXT: return %[[A]], %[[B]]
  %0 = quant_bnn.sign_grad %x, %g clip = 1.0 : f32
  %1 = quant_bnn.sign_grad %x, %0 clip = 0.5 : f32
  return %0, %1 : f32, f32
}

//===----------------------------------------------------------------------===//
// Refused
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @no_such_form(
func.func @no_such_form(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  // CHECK: quant_bnn.gradient_cancellation
  // CHECK: quant_bnn.approx_sign
  // CHECK: quant_bnn.gradient_cancellation
  // CHECK: quant_bnn.swish_sign
  // CHECK: quant_bnn.input_dorefa
  // CHECK: quant_bnn.weight_dorefa
  // REMARK-DAG: remark: {{.*}}quant_bnn.gradient_cancellation not fused into quant_bnn.approx_sign, which has the window |x| <= 1 and no form with the window |x| <= 0.5
  %0 = quant_bnn.gradient_cancellation %x threshold = 0.5 : tensor<?xf32>
  %1 = quant_bnn.approx_sign %0 : tensor<?xf32>
  // REMARK-DAG: remark: {{.*}}quant_bnn.gradient_cancellation not fused into quant_bnn.swish_sign, which has no window and no form with the window |x| <= inf
  %2 = quant_bnn.gradient_cancellation %x threshold = 0x7FF0000000000000 : tensor<?xf32>
  %3 = quant_bnn.swish_sign %2 : tensor<?xf32>
  %4 = quant_bnn.input_dorefa %0 bits = 2 : tensor<?xf32>
  %5 = quant_bnn.weight_dorefa %0 bits = 2 : tensor<?xf32>
  return %1, %3, %4, %5 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: func @gradients_that_stay(
func.func @gradients_that_stay(%x: f32, %g: f32) -> f32 {
  // CHECK: quant_bnn.approx_sign_grad
  // CHECK: quant_bnn.gradient_cancellation_grad
  // REMARK-DAG: remark: {{.*}}quant_bnn.gradient_cancellation_grad not fused into quant_bnn.approx_sign_grad, which has the window |x| <= 1 and no form with the window |x| <= 0.5
  %0 = quant_bnn.approx_sign_grad %x, %g : f32
  %1 = quant_bnn.gradient_cancellation_grad %x, %0 threshold = 0.5 : f32
  return %1 : f32
}

// CHECK-LABEL: func @windows_of_other_values(
func.func @windows_of_other_values(%x: f32, %y: f32, %g: f32) -> f32 {
  // CHECK: quant_bnn.gradient_cancellation_grad
  // CHECK: quant_bnn.gradient_cancellation_grad
  %0 = quant_bnn.sign_grad %x, %g clip = 1.0 : f32
  %1 = quant_bnn.sign_grad %y, %0 clip = 0.5 : f32
  return %1 : f32
}
