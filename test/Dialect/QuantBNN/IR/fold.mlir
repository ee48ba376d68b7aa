// Ops on constants, and the bits of packed constants.
//
// RUN: bnn-opt %s --canonicalize='test-convergence' --split-input-file | FileCheck %s

//===----------------------------------------------------------------------===//
// Gradient control
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @pass_through(
func.func @pass_through() -> (f32, f32, f32) {
  // CHECK-DAG: %[[C:.*]] = arith.constant 3.000000e+00 : f32
  // CHECK-DAG: %[[Q:.*]] = arith.constant 4.000000e+00 : f32
  // CHECK: return %[[C]], %[[C]], %[[Q]]
  %c = arith.constant 3.0 : f32
  %q = arith.constant 4.0 : f32
  %0 = quant_bnn.identity %c : f32
  %1 = quant_bnn.gradient_cancellation %c threshold = 1.0 : f32
  %2 = quant_bnn.straight_through %q for %c clip = 1.0 : f32
  return %0, %1, %2 : f32, f32, f32
}

// -----

// The boundary is inside; a g outside is dropped even if it is a NaN.
// CHECK-LABEL: func @windows(
func.func @windows() -> tensor<5xf32> {
  // CHECK-NEXT: %[[DX:.*]] = arith.constant dense<[0.000000e+00, -3.000000e+00, 5.000000e+00, 0.000000e+00, 0.000000e+00]> : tensor<5xf32>
  // CHECK-NEXT: return %[[DX]]
  %x = arith.constant dense<[-1.5, -1.0, 1.0, 0x7FC00000, 0x7F800000]> : tensor<5xf32>
  %g = arith.constant dense<[2.0, -3.0, 5.0, 7.0, 0x7FC00000]> : tensor<5xf32>
  %0 = quant_bnn.gradient_cancellation_grad %x, %g threshold = 1.0 : tensor<5xf32>
  return %0 : tensor<5xf32>
}

// -----

// CHECK-LABEL: func @every_window(
func.func @every_window() -> (f32, f32, f32, f32) {
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
  // CHECK-DAG: %[[G:.*]] = arith.constant 7.000000e+00 : f32
  // CHECK: return %[[ZERO]], %[[G]], %[[ZERO]], %[[G]]
  %x = arith.constant 2.0 : f32
  %g = arith.constant 7.0 : f32
  %0 = quant_bnn.sign_grad %x, %g clip = 1.0 : f32
  %1 = quant_bnn.ste_heaviside_grad %x, %g clip = 2.0 : f32
  %2 = quant_bnn.input_dorefa_grad %x, %g grad = window : f32
  %3 = quant_bnn.straight_through_grad %x, %g clip = 3.0 : f32
  return %0, %1, %2, %3 : f32, f32, f32, f32
}

// -----

//===----------------------------------------------------------------------===//
// Binarizers
//===----------------------------------------------------------------------===//

// -0, 0, NaN and a number.
// CHECK-LABEL: func @sign_of_zero(
func.func @sign_of_zero() -> (tensor<4xf16>, tensor<4xf16>, tensor<4xf16>) {
  // CHECK-DAG: %[[NEGATIVE:.*]] = arith.constant dense<[-1.000000e+00, -1.000000e+00, 1.000000e+00, -1.000000e+00]> : tensor<4xf16>
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<[0.000000e+00, 0.000000e+00, 0.000000e+00, -1.000000e+00]> : tensor<4xf16>
  // CHECK-DAG: %[[PROPAGATE:.*]] = arith.constant dense<[0.000000e+00, 0.000000e+00, 0x7E00, -1.000000e+00]> : tensor<4xf16>
  // CHECK: return %[[NEGATIVE]], %[[ZERO]], %[[PROPAGATE]]
  %x = arith.constant dense<[-0.0, 0.0, 0x7E00, -2.0]> : tensor<4xf16>
  %0 = quant_bnn.sign %x zero = negative : tensor<4xf16>
  %1 = quant_bnn.approx_sign %x zero = zero nan = zero : tensor<4xf16>
  %2 = quant_bnn.swish_sign %x zero = zero nan = propagate : tensor<4xf16>
  return %0, %1, %2 : tensor<4xf16>, tensor<4xf16>, tensor<4xf16>
}

// -----

// CHECK-LABEL: func @sign(
func.func @sign() -> (tensor<6xf32>, tensor<6xf32>, tensor<6xf32>) {
  // CHECK-DAG: %[[POSITIVE:.*]] = arith.constant dense<[-1.000000e+00, -1.000000e+00, 1.000000e+00, 1.000000e+00, 1.000000e+00, 1.000000e+00]> : tensor<6xf32>
  // CHECK-DAG: %[[NEGATIVE:.*]] = arith.constant dense<[-1.000000e+00, -1.000000e+00, 1.000000e+00, 1.000000e+00, 1.000000e+00, -1.000000e+00]> : tensor<6xf32>
  // CHECK-DAG: %[[PROPAGATE:.*]] = arith.constant dense<[-1.000000e+00, -1.000000e+00, 1.000000e+00, 1.000000e+00, 1.000000e+00, {{0x[7F]FC00000}}]> : tensor<6xf32>
  // CHECK: return %[[POSITIVE]], %[[NEGATIVE]], %[[PROPAGATE]]
  %x = arith.constant dense<[0xFF800000, -1.0e-45, -0.0, 0.0, 2.5, 0x7FC00000]> : tensor<6xf32>
  %0 = quant_bnn.sign %x : tensor<6xf32>
  %1 = quant_bnn.approx_sign %x nan = negative : tensor<6xf32>
  %2 = quant_bnn.swish_sign %x nan = propagate : tensor<6xf32>
  return %0, %1, %2 : tensor<6xf32>, tensor<6xf32>, tensor<6xf32>
}

// -----

// CHECK-LABEL: func @ste_heaviside(
func.func @ste_heaviside() -> (vector<4xf16>, vector<4xf16>) {
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<[0.000000e+00, 0.000000e+00, 1.000000e+00, 0.000000e+00]> : vector<4xf16>
  // CHECK-DAG: %[[MINUS_ONE:.*]] = arith.constant dense<[-1.000000e+00, -1.000000e+00, 1.000000e+00, -1.000000e+00]> : vector<4xf16>
  // CHECK: return %[[ZERO]], %[[MINUS_ONE]]
  %x = arith.constant dense<[-1.0, 0.0, 6.0e-08, 0x7E00]> : vector<4xf16>
  %0 = quant_bnn.ste_heaviside %x : vector<4xf16>
  %1 = quant_bnn.ste_heaviside %x low = -1.0 : vector<4xf16>
  return %0, %1 : vector<4xf16>, vector<4xf16>
}

// -----

// CHECK-LABEL: func @approx_sign_grad(
func.func @approx_sign_grad() -> tensor<5xf64> {
  // CHECK-NEXT: arith.constant dense<[0.000000e+00, 3.000000e+00, 6.000000e+00, 0.000000e+00, 0.000000e+00]> : tensor<5xf64>
  %x = arith.constant dense<[-1.5, -0.5, 0.0, 0x7FF0000000000000, 0x7FF8000000000000]> : tensor<5xf64>
  %g = arith.constant dense<3.0> : tensor<5xf64>
  %0 = quant_bnn.approx_sign_grad %x, %g : tensor<5xf64>
  return %0 : tensor<5xf64>
}

// -----

// The peak is beta g; an infinite x gives 0, a NaN gives a NaN of either sign.
// CHECK-LABEL: func @swish_sign_grad(
func.func @swish_sign_grad() -> tensor<3xf32> {
  // CHECK-NEXT: arith.constant dense<[8.000000e+00, 0.000000e+00, {{0x[7F]FC00000}}]> : tensor<3xf32>
  %x = arith.constant dense<[0.0, 0xFF800000, 0x7FC00000]> : tensor<3xf32>
  %g = arith.constant dense<2.0> : tensor<3xf32>
  %0 = quant_bnn.swish_sign_grad %x, %g beta = 4.0 : tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

// The gradient of an attribute: max(1, t) g at 0, and 0 where t x is infinite.
// CHECK-LABEL: func @surrogate_grad(
func.func @surrogate_grad() -> (tensor<3xf32>, f16) {
  // CHECK-DAG: %[[SHARP:.*]] = arith.constant dense<[6.000000e+00, 0.000000e+00, {{0x[7F]FC00000}}]> : tensor<3xf32>
  // CHECK-DAG: %[[FLAT:.*]] = arith.constant 3.000000e+00 : f16
  // CHECK: return %[[SHARP]], %[[FLAT]]
  %x = arith.constant dense<[0.0, 0xFF800000, 0x7FC00000]> : tensor<3xf32>
  %g = arith.constant dense<3.0> : tensor<3xf32>
  %0 = quant_bnn.surrogate_grad #quant_bnn.ede<2.0>, %x, %g : tensor<3xf32>
  %y = arith.constant 0.0 : f16
  %h = arith.constant 3.0 : f16
  %1 = quant_bnn.surrogate_grad #quant_bnn.ede<0.5>, %y, %h : f16
  return %0, %1 : tensor<3xf32>, f16
}

// -----

//===----------------------------------------------------------------------===//
// Uniform quantizers
//===----------------------------------------------------------------------===//

// The tie 0.5 * 3 = 1.5 rounds to the even level 2.
// CHECK-LABEL: func @input_dorefa(
func.func @input_dorefa() -> tensor<5xf32> {
  // CHECK-NEXT: arith.constant dense<[0.000000e+00, 0.666666686, 1.000000e+00, 1.000000e+00, {{0x[7F]FC00000}}]> : tensor<5xf32>
  %x = arith.constant dense<[-2.0, 0.5, 0.9, 0x7F800000, 0x7FC00000]> : tensor<5xf32>
  %0 = quant_bnn.input_dorefa %x bits = 2 : tensor<5xf32>
  return %0 : tensor<5xf32>
}

// -----

// f16 computes in f32 and rounds once.
// CHECK-LABEL: func @input_dorefa_f16(
func.func @input_dorefa_f16() -> f16 {
  // CHECK-NEXT: arith.constant 3.332520e-01 : f16
  %x = arith.constant 0.3 : f16
  %0 = quant_bnn.input_dorefa %x bits = 2 : f16
  return %0 : f16
}

// -----

// CHECK-LABEL: func @weight_dorefa(
func.func @weight_dorefa() -> tensor<2x2xf32> {
  // CHECK-NEXT: arith.constant dense<{{\[\[}}-1.000000e+00, 0.333333373], [0.333333373, 1.000000e+00]]> : tensor<2x2xf32>
  %w = arith.constant dense<[[-1.5, 0.0], [0.3, 1.5]]> : tensor<2x2xf32>
  %0 = quant_bnn.weight_dorefa %w bits = 2 : tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

// CHECK-LABEL: func @weight_dorefa_boundaries(
func.func @weight_dorefa_boundaries() -> (tensor<3xf32>, tensor<2xf32>, tensor<0xf32>) {
  // All zero is quantized like a zero among other weights.
  // CHECK-DAG: %[[ZEROS:.*]] = arith.constant dense<0.333333373> : tensor<3xf32>
  // CHECK-DAG: %[[NAN:.*]] = arith.constant dense<{{0x[7F]FC00000}}> : tensor<2xf32>
  // CHECK-DAG: %[[EMPTY:.*]] = arith.constant dense<> : tensor<0xf32>
  // CHECK: return %[[ZEROS]], %[[NAN]], %[[EMPTY]]
  %zeros = arith.constant dense<0.0> : tensor<3xf32>
  %nan = arith.constant dense<[1.0, 0x7FC00000]> : tensor<2xf32>
  %empty = arith.constant dense<> : tensor<0xf32>
  %0 = quant_bnn.weight_dorefa %zeros bits = 2 : tensor<3xf32>
  %1 = quant_bnn.weight_dorefa %nan bits = 2 : tensor<2xf32>
  %2 = quant_bnn.weight_dorefa %empty bits = 2 : tensor<0xf32>
  return %0, %1, %2 : tensor<3xf32>, tensor<2xf32>, tensor<0xf32>
}

// -----

// 0.5 * 63.5 = 31.75, and -1 * 63.5 is a tie.
// CHECK-LABEL: func @min_max(
func.func @min_max() -> (tensor<4xf32>, f32, tensor<4xf32>) {
  // CHECK-DAG: %[[Q:.*]] = arith.constant dense<[-1.270000e+02, -6.400000e+01, 3.200000e+01, 1.270000e+02]> : tensor<4xf32>
  // CHECK-DAG: %[[S:.*]] = arith.constant 6.350000e+01 : f32
  // CHECK-DAG: %[[U:.*]] = arith.constant dense<[-1.270000e+02, -6.350000e+01, 3.175000e+01, 1.270000e+02]> : tensor<4xf32>
  // CHECK: return %[[Q]], %[[S]], %[[U]]
  %x = arith.constant dense<[-2.0, -1.0, 0.5, 2.0]> : tensor<4xf32>
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<4xf32>
  %u, %t = quant_bnn.min_max %x bits = 8 unrounded : tensor<4xf32>
  return %q, %s, %u : tensor<4xf32>, f32, tensor<4xf32>
}

// -----

// The scale is the largest number of f16, where 127 / 0.001 is more.
// CHECK-LABEL: func @scale_of_small_range(
func.func @scale_of_small_range() -> (tensor<2xf16>, f16, f16, f16) {
  // CHECK-DAG: %[[Q:.*]] = arith.constant dense<[6.600000e+01, -3.300000e+01]> : tensor<2xf16>
  // CHECK-DAG: %[[S:.*]] = arith.constant 6.550400e+04 : f16
  // CHECK-DAG: %[[LEVEL:.*]] = arith.constant 1.000000e+00 : f16
  // CHECK: return %[[Q]], %[[S]], %[[LEVEL]], %[[S]]
  %x = arith.constant dense<[0.001, -0.0005]> : tensor<2xf16>
  %y = arith.constant 1.0e-5 : f16
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<2xf16>
  %l, %t = quant_bnn.pact %y, %y bits = 4 mode = unsigned : f16
  return %q, %s, %l, %t : tensor<2xf16>, f16, f16, f16
}

// -----

// CHECK-LABEL: func @min_max_of_zeros(
func.func @min_max_of_zeros() -> (tensor<3xf32>, f32) {
  // CHECK-DAG: %[[Q:.*]] = arith.constant dense<0.000000e+00> : tensor<3xf32>
  // CHECK-DAG: %[[S:.*]] = arith.constant 0.000000e+00 : f32
  // CHECK: return %[[Q]], %[[S]]
  %x = arith.constant dense<0.0> : tensor<3xf32>
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<3xf32>
  return %q, %s : tensor<3xf32>, f32
}

// -----

// CHECK-LABEL: func @min_max_of_nan(
func.func @min_max_of_nan() -> (tensor<2xf32>, f32) {
  // CHECK-DAG: %[[Q:.*]] = arith.constant dense<{{0x[7F]FC00000}}> : tensor<2xf32>
  // CHECK-DAG: %[[S:.*]] = arith.constant {{0x[7F]FC00000}} : f32
  // CHECK: return %[[Q]], %[[S]]
  %x = arith.constant dense<[1.0, 0x7FC00000]> : tensor<2xf32>
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<2xf32>
  return %q, %s : tensor<2xf32>, f32
}

// -----

// CHECK-LABEL: func @min_max_of_empty(
func.func @min_max_of_empty() -> (tensor<0x4xf32>, f32) {
  // CHECK-DAG: %[[Q:.*]] = arith.constant dense<> : tensor<0x4xf32>
  // CHECK-DAG: %[[S:.*]] = arith.constant 0.000000e+00 : f32
  // CHECK: return %[[Q]], %[[S]]
  %x = arith.constant dense<> : tensor<0x4xf32>
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<0x4xf32>
  return %q, %s : tensor<0x4xf32>, f32
}

// -----

// CHECK-LABEL: func @pact_signed(
func.func @pact_signed() -> (tensor<4xf32>, f32) {
  // CHECK-DAG: %[[Q:.*]] = arith.constant dense<[-7.000000e+00, -2.000000e+00, 4.000000e+00, 7.000000e+00]> : tensor<4xf32>
  // CHECK-DAG: %[[S:.*]] = arith.constant 3.500000e+00 : f32
  // CHECK: return %[[Q]], %[[S]]
  %x = arith.constant dense<[-3.0, -0.5, 1.0, 9.0]> : tensor<4xf32>
  %alpha = arith.constant 2.0 : f32
  %q, %s = quant_bnn.pact %x, %alpha bits = 4 : tensor<4xf32>
  return %q, %s : tensor<4xf32>, f32
}

// -----

// CHECK-LABEL: func @pact_unsigned_value(
func.func @pact_unsigned_value() -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK-DAG: %[[VALUE:.*]] = arith.constant dense<[0.000000e+00, 0.666666686, 1.33333337, 2.000000e+00]> : tensor<4xf32>
  // CHECK-DAG: %[[UNROUNDED:.*]] = arith.constant dense<[0.000000e+00, 7.500000e-01, 1.500000e+00, 3.000000e+00]> : tensor<4xf32>
  // CHECK: return %[[VALUE]], %[[UNROUNDED]]
  %x = arith.constant dense<[-3.0, 0.5, 1.0, 9.0]> : tensor<4xf32>
  %alpha = arith.constant 2.0 : f32
  %q, %s = quant_bnn.pact %x, %alpha bits = 2 mode = unsigned form = value : tensor<4xf32>
  %u, %t = quant_bnn.pact %x, %alpha bits = 2 mode = unsigned unrounded : tensor<4xf32>
  return %q, %u : tensor<4xf32>, tensor<4xf32>
}

// -----

// An alpha that spans no range gives 0, even of a NaN.
// CHECK-LABEL: func @pact_without_range(
func.func @pact_without_range() -> (tensor<2xf32>, f32) {
  // CHECK-DAG: %[[Q:.*]] = arith.constant dense<0.000000e+00> : tensor<2xf32>
  // CHECK-DAG: %[[S:.*]] = arith.constant 0.000000e+00 : f32
  // CHECK: return %[[Q]], %[[S]]
  %x = arith.constant dense<[1.0, 0x7FC00000]> : tensor<2xf32>
  %alpha = arith.constant -1.0 : f32
  %q, %s = quant_bnn.pact %x, %alpha bits = 4 : tensor<2xf32>
  return %q, %s : tensor<2xf32>, f32
}

// -----

// CHECK-LABEL: func @dequantize(
func.func @dequantize() -> (tensor<2xf32>, tensor<2xf32>, vector<2xf32>) {
  // CHECK-DAG: %[[X:.*]] = arith.constant dense<[-2.000000e+00, 2.000000e+00]> : tensor<2xf32>
  // CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : tensor<2xf32>
  // CHECK-DAG: %[[V:.*]] = arith.constant dense<[0.000000e+00, 2.500000e-01]> : vector<2xf32>
  // CHECK: return %[[X]], %[[ZERO]], %[[V]]
  %q = arith.constant dense<[-127.0, 127.0]> : tensor<2xf32>
  %s = arith.constant 63.5 : f32
  %zero = arith.constant 0.0 : f32
  %0 = quant_bnn.dequantize %q, %s : tensor<2xf32>
  %1 = quant_bnn.dequantize %q, %zero : tensor<2xf32>
  %one = arith.constant dense<1.0> : vector<2xf32>
  %t = arith.constant dense<[0.0, 4.0]> : vector<2xf32>
  %2 = quant_bnn.dequantize %one, %t : vector<2xf32>, vector<2xf32>
  return %0, %1, %2 : tensor<2xf32>, tensor<2xf32>, vector<2xf32>
}

// -----

// CHECK-LABEL: func @min_max_grad(
func.func @min_max_grad() -> tensor<2xbf16> {
  // CHECK-NEXT: arith.constant dense<[-1.270000e+02, 2.540000e+02]> : tensor<2xbf16>
  %s = arith.constant 63.5 : bf16
  %g = arith.constant dense<[-2.0, 4.0]> : tensor<2xbf16>
  %0 = quant_bnn.min_max_grad %s, %g : tensor<2xbf16>
  return %0 : tensor<2xbf16>
}

// -----

//===----------------------------------------------------------------------===//
// Kinds of constants
//===----------------------------------------------------------------------===//

// A splat stays one, of any size.
// CHECK-LABEL: func @splat(
func.func @splat() -> tensor<1048576xf32> {
  // CHECK-NEXT: arith.constant dense<1.000000e+00> : tensor<1048576xf32>
  %x = arith.constant dense<0.0> : tensor<1048576xf32>
  %0 = quant_bnn.sign %x : tensor<1048576xf32>
  return %0 : tensor<1048576xf32>
}

// -----

// CHECK-LABEL: func @splat_beside_elements(
func.func @splat_beside_elements() -> tensor<2xf32> {
  // CHECK-NEXT: arith.constant dense<[0.000000e+00, 7.000000e+00]> : tensor<2xf32>
  %x = arith.constant dense<[2.0, 1.0]> : tensor<2xf32>
  %g = arith.constant dense<7.0> : tensor<2xf32>
  %0 = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

// CHECK-LABEL: func @empty(
func.func @empty() -> tensor<0x3xf32> {
  // CHECK-NEXT: arith.constant dense<> : tensor<0x3xf32>
  %x = arith.constant dense<> : tensor<0x3xf32>
  %0 = quant_bnn.sign %x : tensor<0x3xf32>
  return %0 : tensor<0x3xf32>
}

// -----

// CHECK-LABEL: func @rank_zero(
func.func @rank_zero() -> (tensor<f32>, f32) {
  // CHECK-DAG: %[[Q:.*]] = arith.constant dense<-1.270000e+02> : tensor<f32>
  // CHECK-DAG: %[[S:.*]] = arith.constant 6.350000e+01 : f32
  // CHECK: return %[[Q]], %[[S]]
  %x = arith.constant dense<-2.0> : tensor<f32>
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<f32>
  return %q, %s : tensor<f32>, f32
}

// -----

// Elements are evaluated in chunks of 128.
// CHECK-LABEL: func @several_chunks(
func.func @several_chunks() -> tensor<130xf32> {
  // CHECK-NOT: quant_bnn.
  // CHECK: arith.constant dense<"0x{{(0000803F)+}}000080BF0000803F"> : tensor<130xf32>
  %x = arith.constant dense<"0x0000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000400000004000000040000000C000000040"> : tensor<130xf32>
  %0 = quant_bnn.sign %x : tensor<130xf32>
  return %0 : tensor<130xf32>
}

// -----

// A constant operand is not enough.
// CHECK-LABEL: func @constant_beside_variable(
func.func @constant_beside_variable(%x: tensor<2xf32>, %alpha: f32) -> (tensor<2xf32>, tensor<2xf32>) {
  // CHECK: quant_bnn.gradient_cancellation_grad
  %c = arith.constant dense<1.0> : tensor<2xf32>
  %0 = quant_bnn.sign_grad %x, %c clip = 1.0 : tensor<2xf32>
  // CHECK: quant_bnn.pact
  %1:2 = quant_bnn.pact %c, %alpha bits = 4 : tensor<2xf32>
  return %0, %1#0 : tensor<2xf32>, tensor<2xf32>
}

// -----

// Data outside of the IR is not read.
// CHECK-LABEL: func @resource(
func.func @resource() -> tensor<2xf32> {
  // CHECK: quant_bnn.sign
  %x = arith.constant dense_resource<weights> : tensor<2xf32>
  %0 = quant_bnn.sign %x : tensor<2xf32>
  return %0 : tensor<2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      weights: "0x040000000000803F000000C0"
    }
  }
#-}

// -----

//===----------------------------------------------------------------------===//
// Packed ops
//===----------------------------------------------------------------------===//

// Both zeros and a NaN count as +1.
// CHECK-LABEL: func @pack_floats(
func.func @pack_floats() -> (tensor<2x9xi1, #quant_bnn.packed<i8>>, tensor<2x9xi1, #quant_bnn.packed<i16, nonnegative>>) {
  // CHECK-DAG: %[[NEGATIVE:.*]] = arith.constant dense<{{\[}}[true, false, false, false, false, false, false, false, true], [false, false, false, false, true, false, false, false, false]]> : tensor<2x9xi1, #quant_bnn.packed<i8>>
  // CHECK-DAG: %[[OTHERS:.*]] = arith.constant dense<{{\[}}[false, true, true, true, true, true, true, true, false], [true, true, true, true, false, true, true, true, true]]> : tensor<2x9xi1, #quant_bnn.packed<i16, nonnegative>>
  // CHECK: return %[[NEGATIVE]], %[[OTHERS]]
  %x = arith.constant dense<[
    [-1.0, 0.0, -0.0, 0x7FC00000, 0xFFC00000, 0x7F800000, 1.0e-45, 2.0, -1.0e-45],
    [1.0, 0.0, -0.0, 0x7FC00000, 0xFF800000, 1.0, 1.0, 1.0, 1.0]
  ]> : tensor<2x9xf32>
  %0 = quant_bnn.pack %x : tensor<2x9xf32> to tensor<2x9xi1, #quant_bnn.packed<i8>>
  %1 = quant_bnn.pack %x : tensor<2x9xf32> to tensor<2x9xi1, #quant_bnn.packed<i16, nonnegative>>
  return %0, %1 : tensor<2x9xi1, #quant_bnn.packed<i8>>, tensor<2x9xi1, #quant_bnn.packed<i16, nonnegative>>
}

// -----

// CHECK-LABEL: func @pack_types(
func.func @pack_types() -> (tensor<3xi1, #quant_bnn.packed<i8>>, tensor<3xi1, #quant_bnn.packed<i64>>, tensor<3xi1, #quant_bnn.packed<i32>>, tensor<9xi1, #quant_bnn.packed<i8>>, tensor<0xi1, #quant_bnn.packed<i8>>, tensor<0x8xi1, #quant_bnn.packed<i8>>) {
  // CHECK-DAG: %[[F16:.*]] = arith.constant dense<[true, false, true]> : tensor<3xi1, #quant_bnn.packed<i8>>
  // CHECK-DAG: %[[BF16:.*]] = arith.constant dense<[false, false, true]> : tensor<3xi1, #quant_bnn.packed<i64>>
  // CHECK-DAG: %[[F64:.*]] = arith.constant dense<true> : tensor<3xi1, #quant_bnn.packed<i32>>
  // CHECK-DAG: %[[BITS:.*]] = arith.constant dense<true> : tensor<9xi1, #quant_bnn.packed<i8>>
  // CHECK-DAG: %[[NONE:.*]] = arith.constant dense<> : tensor<0xi1, #quant_bnn.packed<i8>>
  // CHECK-DAG: %[[NO_ROWS:.*]] = arith.constant dense<> : tensor<0x8xi1, #quant_bnn.packed<i8>>
  // CHECK: return %[[F16]], %[[BF16]], %[[F64]], %[[BITS]], %[[NONE]], %[[NO_ROWS]]
  %a = arith.constant dense<[-1.0, 1.0, -2.0]> : tensor<3xf16>
  %b = arith.constant dense<[1.0, 0.0, -2.0]> : tensor<3xbf16>
  %c = arith.constant dense<-1.0> : tensor<3xf64>
  %d = arith.constant dense<true> : tensor<9xi1>
  %e = arith.constant dense<> : tensor<0xf32>
  %f = arith.constant dense<> : tensor<0x8xi1>
  %0 = quant_bnn.pack %a : tensor<3xf16> to tensor<3xi1, #quant_bnn.packed<i8>>
  %1 = quant_bnn.pack %b : tensor<3xbf16> to tensor<3xi1, #quant_bnn.packed<i64>>
  %2 = quant_bnn.pack %c : tensor<3xf64> to tensor<3xi1, #quant_bnn.packed<i32>>
  %3 = quant_bnn.pack %d : tensor<9xi1> to tensor<9xi1, #quant_bnn.packed<i8>>
  %4 = quant_bnn.pack %e : tensor<0xf32> to tensor<0xi1, #quant_bnn.packed<i8>>
  %5 = quant_bnn.pack %f : tensor<0x8xi1> to tensor<0x8xi1, #quant_bnn.packed<i8>>
  return %0, %1, %2, %3, %4, %5 : tensor<3xi1, #quant_bnn.packed<i8>>, tensor<3xi1, #quant_bnn.packed<i64>>, tensor<3xi1, #quant_bnn.packed<i32>>, tensor<9xi1, #quant_bnn.packed<i8>>, tensor<0xi1, #quant_bnn.packed<i8>>, tensor<0x8xi1, #quant_bnn.packed<i8>>
}

// -----

// CHECK-LABEL: func @unpack(
func.func @unpack() -> (tensor<2x2xf32>, tensor<2x2xbf16>, tensor<2x2xi1>, tensor<0xf64>) {
  // CHECK-DAG: %[[NEGATIVE:.*]] = arith.constant dense<{{\[}}[-1.000000e+00, 1.000000e+00], [1.000000e+00, -1.000000e+00]]> : tensor<2x2xf32>
  // CHECK-DAG: %[[OTHERS:.*]] = arith.constant dense<{{\[}}[1.000000e+00, -1.000000e+00], [-1.000000e+00, 1.000000e+00]]> : tensor<2x2xbf16>
  // CHECK-DAG: %[[BITS:.*]] = arith.constant dense<{{\[}}[true, false], [false, true]]> : tensor<2x2xi1>
  // CHECK-DAG: %[[NONE:.*]] = arith.constant dense<> : tensor<0xf64>
  // CHECK: return %[[NEGATIVE]], %[[OTHERS]], %[[BITS]], %[[NONE]]
  %b = arith.constant dense<[[true, false], [false, true]]> : tensor<2x2xi1, #quant_bnn.packed<i8>>
  %c = arith.constant dense<[[true, false], [false, true]]> : tensor<2x2xi1, #quant_bnn.packed<i8, nonnegative>>
  %e = arith.constant dense<> : tensor<0xi1, #quant_bnn.packed<i64>>
  %0 = quant_bnn.unpack %b : tensor<2x2xi1, #quant_bnn.packed<i8>> to tensor<2x2xf32>
  %1 = quant_bnn.unpack %c : tensor<2x2xi1, #quant_bnn.packed<i8, nonnegative>> to tensor<2x2xbf16>
  %2 = quant_bnn.unpack %b : tensor<2x2xi1, #quant_bnn.packed<i8>> to tensor<2x2xi1>
  %3 = quant_bnn.unpack %e : tensor<0xi1, #quant_bnn.packed<i64>> to tensor<0xf64>
  return %0, %1, %2, %3 : tensor<2x2xf32>, tensor<2x2xbf16>, tensor<2x2xi1>, tensor<0xf64>
}
