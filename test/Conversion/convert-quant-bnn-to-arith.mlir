// RUN: bnn-opt %s --convert-quant-bnn-to-arith | FileCheck %s

//===----------------------------------------------------------------------===//
// Binarizers
//===----------------------------------------------------------------------===//

// A comparison that a NaN fails decides what a NaN gives.
// CHECK-LABEL: func @sign(
// CHECK-SAME: %[[X:.*]]: f32
func.func @sign(%x: f32) -> (f32, f32, f32) {
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
  // CHECK: %[[NEGATIVE:.*]] = arith.cmpf olt, %[[X]], %[[ZERO]] : f32
  // CHECK: %[[A:.*]] = arith.select %[[NEGATIVE]]
  // CHECK: %[[POSITIVE:.*]] = arith.cmpf oge, %[[X]], %{{.*}} : f32
  // CHECK: %[[B:.*]] = arith.select %[[POSITIVE]]
  // CHECK: %[[SIGN:.*]] = arith.select
  // CHECK: %[[NAN:.*]] = arith.cmpf uno, %[[X]], %[[X]] : f32
  // CHECK: %[[C:.*]] = arith.select %[[NAN]], %[[X]], %[[SIGN]] : f32
  // CHECK: return %[[A]], %[[B]], %[[C]]
  %0 = quant_bnn.sign %x clip = 1.0 : f32
  %1 = quant_bnn.approx_sign %x nan = negative : f32
  %2 = quant_bnn.swish_sign %x nan = propagate : f32
  return %0, %1, %2 : f32, f32, f32
}

// Two comparisons for three values.
// CHECK-LABEL: func @sign_with_zero(
// CHECK-SAME: %[[X:.*]]: f32
func.func @sign_with_zero(%x: f32) -> (f32, f32, f32) {
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.0
  // CHECK-DAG: %[[MINUS:.*]] = arith.constant -1.0
  // CHECK-DAG: %[[ONE:.*]] = arith.constant 1.0
  // CHECK: %[[NEGATIVE:.*]] = arith.cmpf olt, %[[X]], %[[ZERO]] : f32
  // CHECK: %[[POSITIVE:.*]] = arith.cmpf ogt, %[[X]], %[[ZERO]] : f32
  // CHECK: %[[UPPER:.*]] = arith.select %[[POSITIVE]], %[[ONE]], %[[ZERO]] : f32
  // CHECK: %[[A:.*]] = arith.select %[[NEGATIVE]], %[[MINUS]], %[[UPPER]] : f32
  // CHECK: arith.cmpf olt
  // CHECK: arith.cmpf ugt
  // CHECK: arith.cmpf ole
  // CHECK: return %[[A]]
  %0 = quant_bnn.sign %x zero = zero nan = zero : f32
  %1 = quant_bnn.sign %x zero = zero : f32
  %2 = quant_bnn.sign %x zero = negative : f32
  return %0, %1, %2 : f32, f32, f32
}

// CHECK-LABEL: func @ste_heaviside(
// CHECK-SAME: %[[X:.*]]: vector<8xf32>
func.func @ste_heaviside(%x: vector<8xf32>) -> vector<8xf32> {
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<8xf32>
  // CHECK-DAG: %[[ONE:.*]] = arith.constant dense<1.000000e+00> : vector<8xf32>
  // CHECK-DAG: %[[LOW:.*]] = arith.constant dense<-1.000000e+00> : vector<8xf32>
  // CHECK-DAG: %[[POSITIVE:.*]] = arith.cmpf ogt, %[[X]], %[[ZERO]]
  // CHECK: %[[Y:.*]] = arith.select %[[POSITIVE]], %[[ONE]], %[[LOW]]
  // CHECK: return %[[Y]]
  %0 = quant_bnn.ste_heaviside %x low = -1.0 : vector<8xf32>
  return %0 : vector<8xf32>
}

// CHECK-LABEL: func @scalable_vector(
func.func @scalable_vector(%x: vector<[4]xf32>) -> vector<[4]xf32> {
  // CHECK: arith.constant dense<1.000000e+00> : vector<[4]xf32>
  // CHECK: arith.select %{{.*}} : vector<[4]xi1>, vector<[4]xf32>
  %0 = quant_bnn.sign %x : vector<[4]xf32>
  return %0 : vector<[4]xf32>
}

// A select, not a product, so that nothing outside the window gets through.
// CHECK-LABEL: func @windows(
// CHECK-SAME: %[[X:.*]]: f32, %[[G:.*]]: f32
func.func @windows(%x: f32, %g: f32) -> (f32, f32) {
  // CHECK: %[[ABS:.*]] = math.absf %[[X]]
  // CHECK: %[[INSIDE:.*]] = arith.cmpf ole, %[[ABS]], %{{.*}}
  // CHECK: arith.select %[[INSIDE]], %[[G]], %{{.*}}
  %0 = quant_bnn.sign_grad %x, %g clip = 1.5 : f32
  // CHECK-DAG: arith.cmpf oge, %[[X]]
  // CHECK-DAG: arith.cmpf ole, %[[X]]
  // CHECK: %[[BOTH:.*]] = arith.andi
  // CHECK: arith.select %[[BOTH]], %[[G]], %{{.*}}
  %1 = quant_bnn.input_dorefa_grad %x, %g grad = window : f32
  return %0, %1 : f32, f32
}

// CHECK-LABEL: func @swish_sign_grad_takes_one_exponential(
func.func @swish_sign_grad_takes_one_exponential(%x: f32, %g: f32) -> f32 {
  // CHECK: math.exp
  // CHECK-NOT: math.{{exp|tanh|cosh}}
  // CHECK: return
  %0 = quant_bnn.swish_sign_grad %x, %g : f32
  return %0 : f32
}

//===----------------------------------------------------------------------===//
// Pass through
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @pass_through(
// CHECK-SAME: %[[X:.*]]: bf16, %[[Q:.*]]: bf16, %[[G:.*]]: bf16
func.func @pass_through(%x: bf16, %q: bf16, %g: bf16) -> (bf16, bf16, bf16, bf16) {
  // CHECK-NEXT: return %[[X]], %[[X]], %[[Q]], %[[G]]
  %0 = quant_bnn.identity %x : bf16
  %1 = quant_bnn.gradient_cancellation %x threshold = 1.0 : bf16
  %2 = quant_bnn.straight_through %q for %x : bf16
  %3 = quant_bnn.sign_grad %x, %g : bf16
  return %0, %1, %2, %3 : bf16, bf16, bf16, bf16
}

//===----------------------------------------------------------------------===//
// Numerics
//===----------------------------------------------------------------------===//

// f16 computes in f32 and is rounded once, at the end.
// CHECK-LABEL: func @approx_sign_grad_f16(
// CHECK-SAME: %[[X:.*]]: vector<8xf16>, %[[G:.*]]: vector<8xf16>
func.func @approx_sign_grad_f16(%x: vector<8xf16>, %g: vector<8xf16>) -> vector<8xf16> {
  // CHECK-DAG: arith.extf %[[X]] : vector<8xf16> to vector<8xf32>
  // CHECK-DAG: arith.extf %[[G]] : vector<8xf16> to vector<8xf32>
  // CHECK: %[[SLOPE:.*]] = arith.subf
  // CHECK: %[[PRODUCT:.*]] = arith.mulf %[[SLOPE]]
  // CHECK-NOT: arith.truncf
  // CHECK: %[[ROUNDED:.*]] = arith.truncf %[[PRODUCT]] : vector<8xf32> to vector<8xf16>
  // CHECK-NOT: arith.truncf
  // CHECK: arith.select %{{.*}}, %[[ROUNDED]], %{{.*}} : vector<8xi1>, vector<8xf16>
  %0 = quant_bnn.approx_sign_grad %x, %g : vector<8xf16>
  return %0 : vector<8xf16>
}

// What is only selected is not converted there and back.
// CHECK-LABEL: func @sign_grad_bf16(
// CHECK-SAME: %{{.*}}: bf16, %[[G:.*]]: bf16
func.func @sign_grad_bf16(%x: bf16, %g: bf16) -> bf16 {
  // CHECK-NOT: arith.truncf
  // CHECK: %[[ZERO:.*]] = arith.constant 0.000000e+00 : bf16
  // CHECK: arith.select %{{.*}}, %[[G]], %[[ZERO]] : bf16
  %0 = quant_bnn.sign_grad %x, %g clip = 1.0 : bf16
  return %0 : bf16
}

// CHECK-LABEL: func @f64_stays(
func.func @f64_stays(%x: f64) -> f64 {
  // CHECK-NOT: arith.{{extf|truncf}}
  // CHECK: math.roundeven %{{.*}} : f64
  %0 = quant_bnn.input_dorefa %x bits = 4 : f64
  return %0 : f64
}

// An attribute is rounded to the type that the op computes in.
// CHECK-LABEL: func @rounded_attribute(
func.func @rounded_attribute(%x: f32, %g: f32, %y: f64) -> (f32, f64) {
  // CHECK: arith.constant 1.000000e-01 : f32
  %0 = quant_bnn.sign_grad %x, %g clip = 0.1 : f32
  // CHECK: arith.constant 1.000000e-01 : f64
  %1 = quant_bnn.sign_grad %y, %y clip = 0.1 : f64
  return %0, %1 : f32, f64
}

// A level times 1/n in two parts rounds as the division does, for few bits.
// CHECK-LABEL: func @input_dorefa_without_division(
func.func @input_dorefa_without_division(%x: f32) -> f32 {
  // CHECK: arith.cmpf olt
  // CHECK: arith.cmpf ogt
  // CHECK: %[[LEVEL:.*]] = math.roundeven
  // CHECK-COUNT-2: arith.mulf %[[LEVEL]]
  // CHECK: arith.addf
  // CHECK-NOT: arith.divf
  // CHECK: return
  %0 = quant_bnn.input_dorefa %x bits = 8 : f32
  return %0 : f32
}

// CHECK-LABEL: func @input_dorefa_with_division(
func.func @input_dorefa_with_division(%x: f32) -> f32 {
  // CHECK: arith.divf
  %0 = quant_bnn.input_dorefa %x bits = 16 : f32
  return %0 : f32
}

// CHECK-LABEL: func @input_dorefa_of_one_bit(
func.func @input_dorefa_of_one_bit(%x: f32) -> f32 {
  // CHECK: %[[LEVEL:.*]] = math.roundeven
  // CHECK-NEXT: return %[[LEVEL]]
  %0 = quant_bnn.input_dorefa %x bits = 1 : f32
  return %0 : f32
}

//===----------------------------------------------------------------------===//
// Scalars beside vectors
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @dequantize(
// CHECK-SAME: %[[Q:.*]]: vector<8xf32>, %[[S:.*]]: f32, %[[V:.*]]: vector<8xf32>
func.func @dequantize(%q: vector<8xf32>, %s: f32, %v: vector<8xf32>) -> (vector<8xf32>, vector<8xf32>) {
  // CHECK: %[[SPREAD:.*]] = vector.broadcast %[[S]]
  // CHECK-DAG: arith.cmpf oeq, %[[SPREAD]]
  // CHECK-DAG: arith.divf %[[Q]], %[[SPREAD]]
  %0 = quant_bnn.dequantize %q, %s : vector<8xf32>
  // CHECK-NOT: vector.broadcast
  // CHECK: arith.divf %[[Q]], %[[V]]
  %1 = quant_bnn.dequantize %q, %v : vector<8xf32>, vector<8xf32>
  return %0, %1 : vector<8xf32>, vector<8xf32>
}

//===----------------------------------------------------------------------===//
// What is left
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @tensors_are_left(
func.func @tensors_are_left(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: quant_bnn.identity
  // CHECK: quant_bnn.sign
  %0 = quant_bnn.identity %x : tensor<8xf32>
  %1 = quant_bnn.sign %0 : tensor<8xf32>
  return %1 : tensor<8xf32>
}

// CHECK-LABEL: func @decomposable_ops_are_left(
func.func @decomposable_ops_are_left(%x: f32) -> f32 {
  // CHECK: quant_bnn.qactivation
  %0 = quant_bnn.qactivation %x quantizer = "sign" : f32
  return %0 : f32
}

// Nothing is contracted or reassociated later, for want of a licence to.
// CHECK-LABEL: func @no_fast_math(
// CHECK-NOT: fastmath
func.func @no_fast_math(%x: f32, %g: f32) -> (f32, f32) {
  %0 = quant_bnn.swish_sign_grad %x, %g : f32
  %1 = quant_bnn.approx_sign_grad %x, %g : f32
  return %0, %1 : f32, f32
}
