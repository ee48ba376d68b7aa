// RUN: bnn-opt %s --quant-bnn-strip-gradients | FileCheck %s

// CHECK-LABEL: func @gradient_control_goes(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %[[Q:.*]]: tensor<?xf32>
func.func @gradient_control_goes(%x: tensor<?xf32>, %q: tensor<?xf32>)
    -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  // CHECK-NEXT: return %[[X]], %[[X]], %[[Q]]
  %0 = quant_bnn.identity %x : tensor<?xf32>
  %1 = quant_bnn.gradient_cancellation %x threshold = 1.0 : tensor<?xf32>
  %2 = quant_bnn.straight_through %q for %x clip = 1.0 : tensor<?xf32>
  return %0, %1, %2 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: func @surrogates_become_sign(
// CHECK-SAME: %[[X:.*]]: f32
func.func @surrogates_become_sign(%x: f32) -> (f32, f32, f32, f32) {
  // CHECK-NEXT: %[[A:.*]] = quant_bnn.sign %[[X]] : f32
  // CHECK-NEXT: %[[B:.*]] = quant_bnn.sign %[[X]] nan = negative : f32
  // CHECK-NEXT: %[[C:.*]] = quant_bnn.sign %[[X]] nan = propagate : f32
  // CHECK-NEXT: %[[D:.*]] = quant_bnn.sign %[[X]] zero = negative : f32
  // CHECK-NEXT: return %[[A]], %[[B]], %[[C]], %[[D]]
  %0 = quant_bnn.sign %x clip = 1.0 : f32
  %1 = quant_bnn.approx_sign %x nan = negative : f32
  %2 = quant_bnn.swish_sign %x beta = 4.0 nan = propagate : f32
  %3 = quant_bnn.surrogate_sign #quant_bnn.ede<1.0>, %x zero = negative : f32
  return %0, %1, %2, %3 : f32, f32, f32, f32
}

// CHECK-LABEL: func @zeros_stay_as_they_are(
// CHECK-SAME: %[[X:.*]]: f32
func.func @zeros_stay_as_they_are(%x: f32) -> (f32, f32) {
  // CHECK-NEXT: %[[A:.*]] = quant_bnn.sign %[[X]] zero = zero nan = zero : f32
  // CHECK-NEXT: %[[B:.*]] = quant_bnn.sign %[[X]] zero = negative : f32
  // CHECK-NEXT: return %[[A]], %[[B]]
  %0 = quant_bnn.sign %x clip = 1.0 zero = zero nan = zero : f32
  %1 = quant_bnn.sign %0 zero = zero nan = zero : f32
  %2 = quant_bnn.swish_sign %x zero = negative : f32
  return %1, %2 : f32, f32
}

// CHECK-LABEL: func @gradient_attributes_go(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
func.func @gradient_attributes_go(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  // CHECK-NEXT: quant_bnn.ste_heaviside %[[X]] low = -1.000000e+00 : tensor<?xf32>
  // CHECK-NEXT: quant_bnn.input_dorefa %[[X]] bits = 2 : tensor<?xf32>
  // CHECK-NEXT: quant_bnn.weight_dorefa %[[X]] bits = 3 : tensor<?xf32>
  %0 = quant_bnn.ste_heaviside %x low = -1.0 clip = 1.0 : tensor<?xf32>
  %1 = quant_bnn.input_dorefa %x bits = 2 grad = window : tensor<?xf32>
  %2 = quant_bnn.weight_dorefa %x bits = 3 grad = tanh : tensor<?xf32>
  return %0, %1, %2 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: func @qactivation_becomes_its_quantizer(
// CHECK-SAME: %[[X:.*]]: f32
func.func @qactivation_becomes_its_quantizer(%x: f32) -> f32 {
  // CHECK-NEXT: %[[Y:.*]] = quant_bnn.sign %[[X]] : f32
  // CHECK-NEXT: return %[[Y]]
  %y = quant_bnn.qactivation %x quantizer = "approx_sign" threshold = 1.0 : f32
  return %y : f32
}

// CHECK-LABEL: func @applied_once(
// CHECK-SAME: %[[X:.*]]: f32
func.func @applied_once(%x: f32) -> (f32, f32) {
  // CHECK-NEXT: %[[A:.*]] = quant_bnn.sign %[[X]] : f32
  // CHECK-NEXT: %[[B:.*]] = quant_bnn.input_dorefa %[[X]] bits = 2 : f32
  // CHECK-NEXT: return %[[A]], %[[B]]
  %0 = quant_bnn.approx_sign %x : f32
  %1 = quant_bnn.gradient_cancellation %0 threshold = 1.0 : f32
  %2 = quant_bnn.sign %1 clip = 1.0 : f32
  %3 = quant_bnn.input_dorefa %x bits = 2 grad = window : f32
  %4 = quant_bnn.input_dorefa %3 bits = 2 : f32
  return %2, %4 : f32, f32
}

// Other levels, or another view of NaN, is another function.
// CHECK-LABEL: func @different_quantizers_stay(
func.func @different_quantizers_stay(%x: f32) -> (f32, f32) {
  // CHECK-COUNT-2: quant_bnn.input_dorefa
  // CHECK-COUNT-2: quant_bnn.sign
  %0 = quant_bnn.input_dorefa %x bits = 3 : f32
  %1 = quant_bnn.input_dorefa %0 bits = 2 : f32
  %2 = quant_bnn.sign %x nan = propagate : f32
  %3 = quant_bnn.sign %2 : f32
  return %1, %3 : f32, f32
}

// A second tanh may move a level across a tie.
// CHECK-LABEL: func @weight_dorefa_stays_twice(
func.func @weight_dorefa_stays_twice(%x: tensor<?xf32>) -> tensor<?xf32> {
  // CHECK-COUNT-2: quant_bnn.weight_dorefa
  %0 = quant_bnn.weight_dorefa %x bits = 2 : tensor<?xf32>
  %1 = quant_bnn.weight_dorefa %0 bits = 2 : tensor<?xf32>
  return %1 : tensor<?xf32>
}

// CHECK-LABEL: func @values_of_learned_ranges_stay(
func.func @values_of_learned_ranges_stay(%x: tensor<?xf32>, %alpha: f32) -> (tensor<?xf32>, tensor<?xf32>) {
  // CHECK: quant_bnn.min_max %{{.*}} bits = 8 unrounded
  %q, %s = quant_bnn.min_max %x bits = 8 unrounded : tensor<?xf32>
  // CHECK: quant_bnn.dequantize
  %y = quant_bnn.dequantize %q, %s : tensor<?xf32>
  // CHECK: quant_bnn.pact %{{.*}} bits = 4 mode = unsigned form = value
  %p, %t = quant_bnn.pact %x, %alpha bits = 4 mode = unsigned form = value : tensor<?xf32>
  return %y, %p : tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: func @gradients_stay(
func.func @gradients_stay(%x: f32, %g: f32) -> f32 {
  // CHECK: quant_bnn.sign_grad %{{.*}}, %{{.*}} clip = 1.000000e+00 : f32
  %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : f32
  return %dx : f32
}
