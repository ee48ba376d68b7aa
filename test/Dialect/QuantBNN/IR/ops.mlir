// Every op, attribute value and kind of type through text, the generic form and
// bytecode.
//
// RUN: bnn-opt %s | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --emit-bytecode | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --mlir-print-op-generic | bnn-opt | FileCheck %s

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @scalars(
func.func @scalars(%a: f16, %b: bf16, %c: f32, %d: f64) -> (f16, bf16, f32, f64) {
  // CHECK: quant_bnn.sign %{{.*}} : f16
  %0 = quant_bnn.sign %a : f16
  // CHECK: quant_bnn.sign %{{.*}} : bf16
  %1 = quant_bnn.sign %b : bf16
  // CHECK: quant_bnn.sign %{{.*}} : f32
  %2 = quant_bnn.sign %c : f32
  // CHECK: quant_bnn.sign %{{.*}} : f64
  %3 = quant_bnn.sign %d : f64
  return %0, %1, %2, %3 : f16, bf16, f32, f64
}

// CHECK-LABEL: func @vectors(
func.func @vectors(%a: vector<f16>, %b: vector<8xbf16>, %c: vector<2x[4]xf32>)
    -> (vector<f16>, vector<8xbf16>, vector<2x[4]xf32>) {
  // CHECK: quant_bnn.sign %{{.*}} : vector<f16>
  %0 = quant_bnn.sign %a : vector<f16>
  // CHECK: quant_bnn.sign %{{.*}} : vector<8xbf16>
  %1 = quant_bnn.sign %b : vector<8xbf16>
  // CHECK: quant_bnn.sign %{{.*}} : vector<2x[4]xf32>
  %2 = quant_bnn.sign %c : vector<2x[4]xf32>
  return %0, %1, %2 : vector<f16>, vector<8xbf16>, vector<2x[4]xf32>
}

// CHECK-LABEL: func @tensors(
func.func @tensors(%a: tensor<f16>, %b: tensor<0xbf16>, %c: tensor<4x?xf32>, %d: tensor<?x?x?xf64>)
    -> (tensor<f16>, tensor<0xbf16>, tensor<4x?xf32>, tensor<?x?x?xf64>) {
  // CHECK: quant_bnn.sign %{{.*}} : tensor<f16>
  %0 = quant_bnn.sign %a : tensor<f16>
  // CHECK: quant_bnn.sign %{{.*}} : tensor<0xbf16>
  %1 = quant_bnn.sign %b : tensor<0xbf16>
  // CHECK: quant_bnn.sign %{{.*}} : tensor<4x?xf32>
  %2 = quant_bnn.sign %c : tensor<4x?xf32>
  // CHECK: quant_bnn.sign %{{.*}} : tensor<?x?x?xf64>
  %3 = quant_bnn.sign %d : tensor<?x?x?xf64>
  return %0, %1, %2, %3 : tensor<f16>, tensor<0xbf16>, tensor<4x?xf32>, tensor<?x?x?xf64>
}

// A tensor's encoding is part of its type.
// CHECK-LABEL: func @encoding(
func.func @encoding(%x: tensor<4xf32, "blocked">) -> tensor<4xf32, "blocked"> {
  // CHECK: quant_bnn.sign %{{.*}} : tensor<4xf32, "blocked">
  %y = quant_bnn.sign %x : tensor<4xf32, "blocked">
  return %y : tensor<4xf32, "blocked">
}

//===----------------------------------------------------------------------===//
// Gradient control
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @identity(
func.func @identity(%x: tensor<4x?xf32>) -> tensor<4x?xf32> {
  // CHECK: quant_bnn.identity %{{.*}} : tensor<4x?xf32>
  %y = quant_bnn.identity %x : tensor<4x?xf32>
  // CHECK: quant_bnn.identity_grad %{{.*}} : tensor<4x?xf32>
  %dx = quant_bnn.identity_grad %y : tensor<4x?xf32>
  return %dx : tensor<4x?xf32>
}

// CHECK-LABEL: func @straight_through(
// CHECK-SAME: %[[Q:.*]]: f32, %[[X:.*]]: f32, %[[G:.*]]: f32
func.func @straight_through(%q: f32, %x: f32, %g: f32) -> (f32, f32, f32, f32) {
  // CHECK: quant_bnn.straight_through %[[Q]] for %[[X]] : f32
  %0 = quant_bnn.straight_through %q for %x : f32
  // CHECK: quant_bnn.straight_through %[[Q]] for %[[X]] clip = 1.500000e+00 : f32
  %1 = quant_bnn.straight_through %q for %x clip = 1.5 : f32
  // CHECK: quant_bnn.straight_through_grad %[[X]], %[[G]] : f32
  %2 = quant_bnn.straight_through_grad %x, %g : f32
  // An infinite clip is a hexadecimal float.
  // CHECK: quant_bnn.straight_through_grad %[[X]], %[[G]] clip = 0x7FF0000000000000 : f32
  %3 = quant_bnn.straight_through_grad %x, %g clip = 0x7FF0000000000000 : f32
  return %0, %1, %2, %3 : f32, f32, f32, f32
}

// CHECK-LABEL: func @gradient_cancellation(
func.func @gradient_cancellation(%x: bf16, %g: bf16) -> (bf16, bf16) {
  // CHECK: quant_bnn.gradient_cancellation %{{.*}} threshold = 1.000000e+00 : bf16
  %y = quant_bnn.gradient_cancellation %x threshold = 1.0 : bf16
  // CHECK: quant_bnn.gradient_cancellation_grad %{{.*}}, %{{.*}} threshold = 0.000000e+00 : bf16
  %dx = quant_bnn.gradient_cancellation_grad %x, %g threshold = 0.0 : bf16
  return %y, %dx : bf16, bf16
}

// CHECK-LABEL: func @qactivation(
func.func @qactivation(%x: tensor<?xf32>) {
  // CHECK: quant_bnn.qactivation %{{.*}} quantizer = "identity" : tensor<?xf32>
  %0 = quant_bnn.qactivation %x quantizer = "identity" : tensor<?xf32>
  // CHECK: quant_bnn.qactivation %{{.*}} quantizer = "sign" threshold = 1.000000e+00 : tensor<?xf32>
  %1 = quant_bnn.qactivation %x quantizer = "sign" threshold = 1.0 : tensor<?xf32>
  // CHECK: quantizer = "approx_sign"
  %2 = quant_bnn.qactivation %x quantizer = "approx_sign" : tensor<?xf32>
  // CHECK: quantizer = "swish_sign" threshold = 2.000000e+00 beta = 4.000000e+00 : tensor<?xf32>
  %3 = quant_bnn.qactivation %x quantizer = "swish_sign" threshold = 2.0 beta = 4.0 : tensor<?xf32>
  // CHECK: quantizer = "ste_heaviside"
  %4 = quant_bnn.qactivation %x quantizer = "ste_heaviside" : tensor<?xf32>
  // CHECK: quantizer = "input_dorefa" threshold = 1.000000e+00 bits = 2 : tensor<?xf32>
  %5 = quant_bnn.qactivation %x quantizer = "input_dorefa" threshold = 1.0 bits = 2 : tensor<?xf32>
  // CHECK: quantizer = "weight_dorefa" bits = 3 : tensor<?xf32>
  %6 = quant_bnn.qactivation %x quantizer = "weight_dorefa" bits = 3 : tensor<?xf32>
  return
}

//===----------------------------------------------------------------------===//
// Binarizers
//===----------------------------------------------------------------------===//

// Attributes that are the default are not printed.
// CHECK-LABEL: func @sign(
func.func @sign(%x: f32, %g: f32) {
  // CHECK: quant_bnn.sign %{{[^ ]*}} : f32
  %0 = quant_bnn.sign %x nan = positive : f32
  // CHECK: quant_bnn.sign %{{[^ ]*}} nan = negative : f32
  %1 = quant_bnn.sign %x nan = negative : f32
  // CHECK: quant_bnn.sign %{{[^ ]*}} clip = 1.000000e+00 nan = propagate : f32
  %2 = quant_bnn.sign %x clip = 1.0 nan = propagate : f32
  // CHECK: quant_bnn.sign %{{[^ ]*}} : f32
  %5 = quant_bnn.sign %x zero = positive : f32
  // CHECK: quant_bnn.sign %{{[^ ]*}} zero = negative : f32
  %6 = quant_bnn.sign %x zero = negative : f32
  // CHECK: quant_bnn.sign %{{[^ ]*}} clip = 1.000000e+00 zero = zero nan = zero : f32
  %7 = quant_bnn.sign %x clip = 1.0 zero = zero nan = zero : f32
  // CHECK: quant_bnn.sign_grad %{{.*}}, %{{[^ ]*}} : f32
  %3 = quant_bnn.sign_grad %x, %g : f32
  // CHECK: quant_bnn.sign_grad %{{.*}}, %{{[^ ]*}} clip = 1.000000e+00 : f32
  %4 = quant_bnn.sign_grad %x, %g clip = 1.0 : f32
  return
}

// CHECK-LABEL: func @approx_sign(
func.func @approx_sign(%x: vector<16xf16>, %g: vector<16xf16>) {
  // CHECK: quant_bnn.approx_sign %{{[^ ]*}} : vector<16xf16>
  %0 = quant_bnn.approx_sign %x : vector<16xf16>
  // CHECK: quant_bnn.approx_sign %{{[^ ]*}} nan = negative : vector<16xf16>
  %1 = quant_bnn.approx_sign %x nan = negative : vector<16xf16>
  // CHECK: quant_bnn.approx_sign %{{[^ ]*}} zero = zero nan = propagate : vector<16xf16>
  %3 = quant_bnn.approx_sign %x zero = zero nan = propagate : vector<16xf16>
  // CHECK: quant_bnn.approx_sign_grad %{{.*}}, %{{[^ ]*}} : vector<16xf16>
  %2 = quant_bnn.approx_sign_grad %x, %g : vector<16xf16>
  return
}

// CHECK-LABEL: func @surrogate_sign(
func.func @surrogate_sign(%x: tensor<4xbf16>, %g: tensor<4xbf16>) {
  // CHECK: quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %{{.*}} : tensor<4xbf16>
  %0 = quant_bnn.surrogate_sign #quant_bnn.ede<10.0>, %x : tensor<4xbf16>
  // CHECK: quant_bnn.surrogate_sign #quant_bnn.ede<5.000000e-01>, %{{.*}} zero = zero nan = propagate : tensor<4xbf16>
  %1 = quant_bnn.surrogate_sign #quant_bnn.ede<0.5>, %x zero = zero nan = propagate : tensor<4xbf16>
  // CHECK: quant_bnn.surrogate_grad #quant_bnn.ede<1.000000e+01>, %{{.*}}, %{{.*}} : tensor<4xbf16>
  %2 = quant_bnn.surrogate_grad #quant_bnn.ede<10.0>, %x, %g : tensor<4xbf16>
  return
}

// CHECK-LABEL: func @swish_sign(
func.func @swish_sign(%x: f64, %g: f64) {
  // CHECK: quant_bnn.swish_sign %{{[^ ]*}} : f64
  %0 = quant_bnn.swish_sign %x beta = 5.0 : f64
  // CHECK: quant_bnn.swish_sign %{{[^ ]*}} beta = 4.000000e+00 nan = propagate : f64
  %1 = quant_bnn.swish_sign %x beta = 4.0 nan = propagate : f64
  // CHECK: quant_bnn.swish_sign %{{[^ ]*}} beta = 4.000000e+00 zero = zero nan = zero : f64
  %4 = quant_bnn.swish_sign %x beta = 4.0 zero = zero nan = zero : f64
  // CHECK: quant_bnn.swish_sign_grad %{{.*}}, %{{[^ ]*}} : f64
  %2 = quant_bnn.swish_sign_grad %x, %g : f64
  // CHECK: quant_bnn.swish_sign_grad %{{.*}}, %{{[^ ]*}} beta = 1.000000e-01 : f64
  %3 = quant_bnn.swish_sign_grad %x, %g beta = 0.1 : f64
  return
}

// CHECK-LABEL: func @ste_heaviside(
func.func @ste_heaviside(%x: f32, %g: f32) {
  // CHECK: quant_bnn.ste_heaviside %{{[^ ]*}} : f32
  %0 = quant_bnn.ste_heaviside %x low = 0.0 : f32
  // CHECK: quant_bnn.ste_heaviside %{{[^ ]*}} low = -1.000000e+00 clip = 1.000000e+00 : f32
  %1 = quant_bnn.ste_heaviside %x low = -1.0 clip = 1.0 : f32
  // CHECK: quant_bnn.ste_heaviside_grad %{{.*}}, %{{[^ ]*}} : f32
  %2 = quant_bnn.ste_heaviside_grad %x, %g : f32
  // CHECK: quant_bnn.ste_heaviside_grad %{{.*}}, %{{[^ ]*}} clip = 1.000000e+00 : f32
  %3 = quant_bnn.ste_heaviside_grad %x, %g clip = 1.0 : f32
  return
}

//===----------------------------------------------------------------------===//
// Uniform quantizers
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @input_dorefa(
func.func @input_dorefa(%x: f32, %g: f32) {
  // CHECK: quant_bnn.input_dorefa %{{[^ ]*}} bits = 1 : f32
  %0 = quant_bnn.input_dorefa %x bits = 1 grad = identity : f32
  // CHECK: quant_bnn.input_dorefa %{{[^ ]*}} bits = 24 grad = window : f32
  %1 = quant_bnn.input_dorefa %x bits = 24 grad = window : f32
  // CHECK: quant_bnn.input_dorefa_grad %{{.*}}, %{{[^ ]*}} : f32
  %2 = quant_bnn.input_dorefa_grad %x, %g grad = identity : f32
  // CHECK: quant_bnn.input_dorefa_grad %{{.*}}, %{{[^ ]*}} grad = window : f32
  %3 = quant_bnn.input_dorefa_grad %x, %g grad = window : f32
  return
}

// The most bits of which every level is exact in the type.
// CHECK-LABEL: func @most_bits(
func.func @most_bits(%a: f16, %b: bf16, %c: f32, %d: f64) {
  // CHECK: bits = 11 : f16
  %0 = quant_bnn.input_dorefa %a bits = 11 : f16
  // CHECK: bits = 8 : bf16
  %1 = quant_bnn.input_dorefa %b bits = 8 : bf16
  // CHECK: bits = 24 : f32
  %2 = quant_bnn.input_dorefa %c bits = 24 : f32
  // CHECK: bits = 24 : f64
  %3 = quant_bnn.input_dorefa %d bits = 24 : f64
  return
}

// CHECK-LABEL: func @weight_dorefa(
func.func @weight_dorefa(%w: tensor<4x?xf32>, %g: tensor<4x?xf32>, %m: f32) {
  // CHECK: quant_bnn.weight_dorefa %{{[^ ]*}} bits = 2 : tensor<4x?xf32>
  %0 = quant_bnn.weight_dorefa %w bits = 2 grad = identity : tensor<4x?xf32>
  // CHECK: quant_bnn.weight_dorefa %{{[^ ]*}} bits = 2 grad = tanh : tensor<4x?xf32>
  %1 = quant_bnn.weight_dorefa %w bits = 2 grad = tanh : tensor<4x?xf32>
  // CHECK: quant_bnn.weight_dorefa %{{[^ ]*}} bits = 2 grad = zero : tensor<4x?xf32>
  %2 = quant_bnn.weight_dorefa %w bits = 2 grad = zero : tensor<4x?xf32>
  // CHECK: quant_bnn.weight_dorefa_grad %{{.*}}, %{{[^ ]*}} : tensor<4x?xf32>
  %3 = quant_bnn.weight_dorefa_grad %w, %g : tensor<4x?xf32>
  // CHECK: quant_bnn.weight_dorefa_grad %{{.*}}, %{{[^ ]*}} grad = tanh : tensor<4x?xf32>
  %4 = quant_bnn.weight_dorefa_grad %w, %g grad = tanh : tensor<4x?xf32>
  // CHECK: quant_bnn.weight_dorefa_grad %{{.*}}, %{{[^ ]*}} max %{{[^ ]*}} grad = tanh : tensor<4x?xf32>
  %5 = quant_bnn.weight_dorefa_grad %w, %g max %m grad = tanh : tensor<4x?xf32>
  // CHECK: quant_bnn.weight_dorefa_grad %{{.*}}, %{{[^ ]*}} max %{{[^ ]*}} grad = zero : tensor<4x?xf32>
  %6 = quant_bnn.weight_dorefa_grad %w, %g max %m grad = zero : tensor<4x?xf32>
  return
}

// CHECK-LABEL: func @min_max(
func.func @min_max(%x: tensor<?xbf16>, %v: vector<8xf32>, %t: f32) {
  // CHECK: %{{.*}}, %[[S:.*]] = quant_bnn.min_max %{{[^ ]*}} bits = 8 : tensor<?xbf16>
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?xbf16>
  // CHECK: quant_bnn.min_max %{{[^ ]*}} bits = 2 unrounded : tensor<?xbf16>
  %q2, %s2 = quant_bnn.min_max %x bits = 2 unrounded : tensor<?xbf16>
  // CHECK: quant_bnn.min_max_grad %[[S]], %{{[^ ]*}} : tensor<?xbf16>
  %dx = quant_bnn.min_max_grad %s, %x : tensor<?xbf16>
  // CHECK: quant_bnn.min_max_grad %{{.*}}, %{{[^ ]*}} : vector<8xf32>
  %dv = quant_bnn.min_max_grad %t, %v : vector<8xf32>
  // The scale of a vectorized loop is a vector.
  // CHECK: quant_bnn.min_max_grad %{{.*}}, %{{[^ ]*}} : vector<8xf32>, vector<8xf32>
  %dw = quant_bnn.min_max_grad %v, %v : vector<8xf32>, vector<8xf32>
  return
}

// CHECK-LABEL: func @pact(
func.func @pact(%x: tensor<?xf32>, %v: vector<4xf32>, %alpha: f32) {
  // CHECK: quant_bnn.pact %{{.*}}, %{{[^ ]*}} bits = 4 : tensor<?xf32>
  %0:2 = quant_bnn.pact %x, %alpha bits = 4 mode = signed form = level grad = full : tensor<?xf32>
  // CHECK: quant_bnn.pact %{{.*}}, %{{[^ ]*}} bits = 1 mode = unsigned form = value unrounded : tensor<?xf32>
  %1:2 = quant_bnn.pact %x, %alpha bits = 1 mode = unsigned form = value unrounded : tensor<?xf32>
  // CHECK: quant_bnn.pact %{{.*}}, %{{[^ ]*}} bits = 8 grad = compat : vector<4xf32>
  %2:2 = quant_bnn.pact %v, %alpha bits = 8 grad = compat : vector<4xf32>
  // CHECK: quant_bnn.pact %{{.*}}, %{{[^ ]*}} bits = 8 form = value : f32
  %3:2 = quant_bnn.pact %alpha, %alpha bits = 8 form = value : f32
  return
}

// CHECK-LABEL: func @pact_grad(
func.func @pact_grad(%x: tensor<?xf32>, %alpha: f32, %g: tensor<?xf32>, %gs: f32) {
  // CHECK: quant_bnn.pact_grad %{{.*}}, %{{.*}}, %{{[^ ]*}} bits = 8 : tensor<?xf32>
  %0:2 = quant_bnn.pact_grad %x, %alpha, %g bits = 8 : tensor<?xf32>
  // CHECK: quant_bnn.pact_grad %{{.*}}, %{{.*}}, %{{[^ ]*}} scale_gradient %{{[^ ]*}} bits = 8 mode = unsigned : tensor<?xf32>
  %1:2 = quant_bnn.pact_grad %x, %alpha, %g scale_gradient %gs bits = 8 mode = unsigned : tensor<?xf32>
  // CHECK: quant_bnn.pact_grad %{{.*}}, %{{.*}}, %{{[^ ]*}} bits = 8 form = value : tensor<?xf32>
  %2:2 = quant_bnn.pact_grad %x, %alpha, %g bits = 8 form = value : tensor<?xf32>
  // CHECK: quant_bnn.pact_grad %{{.*}}, %{{.*}}, %{{[^ ]*}} bits = 8 grad = compat : tensor<?xf32>
  %3:2 = quant_bnn.pact_grad %x, %alpha, %g bits = 8 grad = compat : tensor<?xf32>
  return
}

// CHECK-LABEL: func @dequantize(
func.func @dequantize(%q: tensor<?xf16>, %v: vector<8xf32>, %s: f16, %t: f32) {
  // CHECK: quant_bnn.dequantize %{{.*}}, %{{[^ ]*}} : tensor<?xf16>
  %0 = quant_bnn.dequantize %q, %s : tensor<?xf16>
  // CHECK: quant_bnn.dequantize %{{.*}}, %{{[^ ]*}} : f32
  %1 = quant_bnn.dequantize %t, %t : f32
  // The element type may be written out, and is not printed.
  // CHECK: quant_bnn.dequantize %{{.*}}, %{{[^ ]*}} : vector<8xf32>{{$}}
  %2 = quant_bnn.dequantize %v, %t : vector<8xf32>, f32
  // CHECK: quant_bnn.dequantize %{{.*}}, %{{[^ ]*}} : vector<8xf32>, vector<8xf32>
  %3 = quant_bnn.dequantize %v, %v : vector<8xf32>, vector<8xf32>
  // CHECK: quant_bnn.dequantize_grad %{{.*}}, %{{.*}}, %{{[^ ]*}} : tensor<?xf16>
  %4:2 = quant_bnn.dequantize_grad %q, %s, %q : tensor<?xf16>
  return
}

// CHECK-LABEL: func @pack(
func.func @pack(%a: tensor<9xf32>, %b: tensor<?x64xbf16>, %c: tensor<4x?xi1>, %d: tensor<0xf16>, %e: tensor<1xf64>) {
  // CHECK: quant_bnn.pack %{{[^ ]*}} : tensor<9xf32> to tensor<9xi1, #quant_bnn.packed<i8>>
  %0 = quant_bnn.pack %a : tensor<9xf32> to tensor<9xi1, #quant_bnn.packed<i8>>
  // CHECK: quant_bnn.pack %{{[^ ]*}} : tensor<?x64xbf16> to tensor<?x64xi1, #quant_bnn.packed<i64, nonnegative>>
  %1 = quant_bnn.pack %b : tensor<?x64xbf16> to tensor<?x64xi1, #quant_bnn.packed<i64, nonnegative>>
  // CHECK: quant_bnn.pack %{{[^ ]*}} : tensor<4x?xi1> to tensor<4x?xi1, #quant_bnn.packed<i32>>
  %2 = quant_bnn.pack %c : tensor<4x?xi1> to tensor<4x?xi1, #quant_bnn.packed<i32>>
  // CHECK: quant_bnn.pack %{{[^ ]*}} : tensor<0xf16> to tensor<0xi1, #quant_bnn.packed<i16>>
  %3 = quant_bnn.pack %d : tensor<0xf16> to tensor<0xi1, #quant_bnn.packed<i16, negative>>
  // CHECK: quant_bnn.pack %{{[^ ]*}} : tensor<1xf64> to tensor<1xi1, #quant_bnn.packed<i8>>
  %4 = quant_bnn.pack %e : tensor<1xf64> to tensor<1xi1, #quant_bnn.packed<i8>>
  return
}

// CHECK-LABEL: func @unpack(
func.func @unpack(%a: tensor<9xi1, #quant_bnn.packed<i8>>, %b: tensor<?x64xi1, #quant_bnn.packed<i64, nonnegative>>,
                  %c: tensor<4x?xi1, #quant_bnn.packed<i32>>, %d: tensor<0xi1, #quant_bnn.packed<i16>>) {
  // CHECK: quant_bnn.unpack %{{[^ ]*}} : tensor<9xi1, #quant_bnn.packed<i8>> to tensor<9xf32>
  %0 = quant_bnn.unpack %a : tensor<9xi1, #quant_bnn.packed<i8>> to tensor<9xf32>
  // CHECK: quant_bnn.unpack %{{[^ ]*}} : tensor<?x64xi1, #quant_bnn.packed<i64, nonnegative>> to tensor<?x64xbf16>
  %1 = quant_bnn.unpack %b : tensor<?x64xi1, #quant_bnn.packed<i64, nonnegative>> to tensor<?x64xbf16>
  // CHECK: quant_bnn.unpack %{{[^ ]*}} : tensor<4x?xi1, #quant_bnn.packed<i32>> to tensor<4x?xi1>
  %2 = quant_bnn.unpack %c : tensor<4x?xi1, #quant_bnn.packed<i32>> to tensor<4x?xi1>
  // CHECK: quant_bnn.unpack %{{[^ ]*}} : tensor<0xi1, #quant_bnn.packed<i16>> to tensor<0xf16>
  %3 = quant_bnn.unpack %d : tensor<0xi1, #quant_bnn.packed<i16>> to tensor<0xf16>
  return
}

// Ops of other dialects on packed tensors.
// CHECK-LABEL: func @packed_tensors(
func.func @packed_tensors(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>) {
  // CHECK: arith.constant dense<true> : tensor<2x9xi1, #quant_bnn.packed<i16>>
  %0 = arith.constant dense<true> : tensor<2x9xi1, #quant_bnn.packed<i16>>
  // CHECK: tensor.cast %{{[^ ]*}} : tensor<4x100xi1, #quant_bnn.packed<i64>> to tensor<?x100xi1, #quant_bnn.packed<i8, nonnegative>>
  %1 = tensor.cast %a : tensor<4x100xi1, #quant_bnn.packed<i64>> to tensor<?x100xi1, #quant_bnn.packed<i8, nonnegative>>
  // CHECK: arith.andi %{{.*}} : tensor<4x100xi1, #quant_bnn.packed<i64>>
  %2 = arith.andi %a, %a : tensor<4x100xi1, #quant_bnn.packed<i64>>
  return
}

// Attributes of others are kept.
// CHECK-LABEL: func @discardable_attributes(
func.func @discardable_attributes(%x: f32) -> f32 {
  // CHECK: quant_bnn.sign %{{[^ ]*}} clip = 1.000000e+00 {layer = 3 : i64} : f32
  %y = quant_bnn.sign %x clip = 1.0 {layer = 3} : f32
  return %y : f32
}
