// RUN: bnn-opt %s --split-input-file --verify-diagnostics

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

func.func @wide_float(%x: f80) {
  // expected-error @+1 {{operand #0 must be f16, bf16, f32 or f64, or a vector or ranked tensor of one, but got 'f80'}}
  quant_bnn.sign %x : f80
  return
}

// -----

func.func @narrow_float(%x: vector<4xf8E4M3FN>) {
  // expected-error @+1 {{operand #0 must be f16, bf16, f32 or f64, or a vector or ranked tensor of one, but got 'vector<4xf8E4M3FN>'}}
  quant_bnn.sign %x : vector<4xf8E4M3FN>
  return
}

// -----

func.func @integer(%x: tensor<4xi32>) {
  // expected-error @+1 {{operand #0 must be f16, bf16, f32 or f64, or a vector or ranked tensor of one, but got 'tensor<4xi32>'}}
  quant_bnn.sign %x : tensor<4xi32>
  return
}

// -----

func.func @unranked(%x: tensor<*xf32>) {
  // expected-error @+1 {{operand #0 must be f16, bf16, f32 or f64, or a vector or ranked tensor of one, but got 'tensor<*xf32>'}}
  quant_bnn.sign %x : tensor<*xf32>
  return
}

// -----

func.func @memref(%x: memref<4xf32>) {
  // expected-error @+1 {{operand #0 must be f16, bf16, f32 or f64, or a vector or ranked tensor of one, but got 'memref<4xf32>'}}
  quant_bnn.sign %x : memref<4xf32>
  return
}

// -----

func.func @result_type(%x: tensor<?xf32>) {
  // expected-error @+2 {{inferred type(s) 'tensor<?xf32>' are incompatible with return type(s) of operation 'tensor<4xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = "quant_bnn.sign"(%x) : (tensor<?xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @cotangent_type(%x: tensor<4xf32>, %g: tensor<4xf16>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  %dx = "quant_bnn.sign_grad"(%x, %g) : (tensor<4xf32>, tensor<4xf16>) -> tensor<4xf32>
  return
}

// -----

// expected-note @+1 {{prior use here}}
func.func @cotangent_type_in_text(%x: tensor<4xf32>, %g: tensor<5xf32>) {
  // expected-error @+1 {{use of value '%g' expects different type than prior uses: 'tensor<4xf32>' vs 'tensor<5xf32>'}}
  %dx = quant_bnn.sign_grad %x, %g : tensor<4xf32>
  return
}

//===----------------------------------------------------------------------===//
// clip and threshold
//===----------------------------------------------------------------------===//

// -----

func.func @sign_clip_negative(%x: f32) {
  // expected-error @+1 {{requires a clip of at least 0, but got -1.000000e+00}}
  %y = quant_bnn.sign %x clip = -1.0 : f32
  return
}

// -----

func.func @sign_clip_nan(%x: f32) {
  // expected-error @+1 {{requires a clip of at least 0, but got nan}}
  %y = quant_bnn.sign %x clip = 0x7FF8000000000000 : f32
  return
}

// -----

func.func @sign_grad_clip_negative(%x: f32) {
  // expected-error @+1 {{requires a clip of at least 0, but got -5.000000e-01}}
  %y = quant_bnn.sign_grad %x, %x clip = -0.5 : f32
  return
}

// -----

func.func @ste_heaviside_clip_negative(%x: f32) {
  // expected-error @+1 {{requires a clip of at least 0, but got -1.000000e+00}}
  %y = quant_bnn.ste_heaviside %x clip = -1.0 : f32
  return
}

// -----

func.func @ste_heaviside_grad_clip_negative(%x: f32) {
  // expected-error @+1 {{requires a clip of at least 0, but got -1.000000e+00}}
  %y = quant_bnn.ste_heaviside_grad %x, %x clip = -1.0 : f32
  return
}

// -----

func.func @straight_through_clip_negative(%x: f32) {
  // expected-error @+1 {{requires a clip of at least 0, but got -1.000000e+00}}
  %y = quant_bnn.straight_through %x for %x clip = -1.0 : f32
  return
}

// -----

func.func @straight_through_grad_clip_minus_infinity(%x: f32) {
  // expected-error @+1 {{requires a clip of at least 0, but got -INF}}
  %y = quant_bnn.straight_through_grad %x, %x clip = 0xFFF0000000000000 : f32
  return
}

// -----

func.func @gradient_cancellation_threshold_negative(%x: f32) {
  // expected-error @+1 {{requires a threshold of at least 0, but got -1.000000e+00}}
  %y = quant_bnn.gradient_cancellation %x threshold = -1.0 : f32
  return
}

// -----

func.func @gradient_cancellation_grad_threshold_nan(%x: f32) {
  // expected-error @+1 {{requires a threshold of at least 0, but got nan}}
  %y = quant_bnn.gradient_cancellation_grad %x, %x threshold = 0x7FF8000000000000 : f32
  return
}

// -----

func.func @gradient_cancellation_without_threshold(%x: f32) {
  // expected-error @+1 {{expected 'threshold'}}
  %y = quant_bnn.gradient_cancellation %x : f32
  return
}

// -----

func.func @integer_threshold(%x: f32) {
  // expected-error @+2 {{unexpected decimal integer literal for a floating point value}}
  // expected-note @+1 {{add a trailing dot to make the literal a float}}
  %y = quant_bnn.gradient_cancellation %x threshold = 1 : f32
  return
}

//===----------------------------------------------------------------------===//
// Binarizers
//===----------------------------------------------------------------------===//

// -----

func.func @unknown_nan_mode(%x: f32) {
  // expected-error @+2 {{expected one of [positive, negative, propagate, zero] for the value of a binarizer at NaN, got: even}}
  // expected-error @+1 {{failed to parse}}
  %y = quant_bnn.sign %x nan = even : f32
  return
}

// -----

func.func @unknown_zero_mode(%x: f32) {
  // expected-error @+2 {{expected one of [positive, negative, zero] for the value of a sign at zero, got: propagate}}
  // expected-error @+1 {{failed to parse}}
  %y = quant_bnn.sign %x zero = propagate : f32
  return
}

// -----

func.func @zero_of_nan_alone(%x: f32) {
  // expected-error @+1 {{requires zero = zero with nan = zero, but got zero = positive}}
  %y = quant_bnn.sign %x nan = zero : f32
  return
}

// -----

func.func @zero_of_nan_alone_in_the_family(%x: f32) {
  // expected-error @+1 {{requires zero = zero with nan = zero, but got zero = negative}}
  %y = quant_bnn.swish_sign %x zero = negative nan = zero : f32
  return
}

// -----

func.func @ede_zero(%x: f32) {
  // expected-error @+1 {{requires t to be a positive, finite f64, but got 0.000000e+00 : f64}}
  %y = quant_bnn.surrogate_sign #quant_bnn.ede<0.0>, %x : f32
  return
}

// -----

func.func @ede_nan(%x: f32) {
  // expected-error @+1 {{requires t to be a positive, finite f64, but got 0x7FF8000000000000 : f64}}
  %y = quant_bnn.surrogate_sign #quant_bnn.ede<0x7FF8000000000000>, %x : f32
  return
}

// -----

func.func @no_surrogate(%x: f32) {
  // expected-error @+1 {{invalid kind of attribute specified}}
  %y = quant_bnn.surrogate_sign #quant_bnn<nan_mode positive>, %x : f32
  return
}

// -----

func.func @beta_zero(%x: f32) {
  // expected-error @+1 {{requires a positive and finite beta, but got 0.000000e+00}}
  %y = quant_bnn.swish_sign %x beta = 0.0 : f32
  return
}

// -----

func.func @beta_negative(%x: f32) {
  // expected-error @+1 {{requires a positive and finite beta, but got -1.000000e+00}}
  %y = quant_bnn.swish_sign %x beta = -1.0 : f32
  return
}

// -----

func.func @beta_infinite(%x: f32) {
  // expected-error @+1 {{requires a positive and finite beta, but got INF}}
  %y = quant_bnn.swish_sign %x beta = 0x7FF0000000000000 : f32
  return
}

// -----

func.func @beta_nan(%x: f32) {
  // expected-error @+1 {{requires a positive and finite beta, but got nan}}
  %y = quant_bnn.swish_sign_grad %x, %x beta = 0x7FF8000000000000 : f32
  return
}

// -----

func.func @low_between(%x: f32) {
  // expected-error @+1 {{requires low to be 0.0 or -1.0, but got 5.000000e-01}}
  %y = quant_bnn.ste_heaviside %x low = 0.5 : f32
  return
}

// -----

func.func @low_nan(%x: f32) {
  // expected-error @+1 {{requires low to be 0.0 or -1.0, but got nan}}
  %y = quant_bnn.ste_heaviside %x low = 0x7FF8000000000000 : f32
  return
}

//===----------------------------------------------------------------------===//
// bits
//===----------------------------------------------------------------------===//

// -----

func.func @bits_zero(%x: f32) {
  // expected-error @+1 {{requires bits from 1 to 24 for 'f32', but got 0}}
  %y = quant_bnn.input_dorefa %x bits = 0 : f32
  return
}

// -----

func.func @bits_negative(%x: f32) {
  // expected-error @+1 {{requires bits from 1 to 24 for 'f32', but got -1}}
  %y = quant_bnn.input_dorefa %x bits = -1 : f32
  return
}

// -----

func.func @bits_f32(%x: vector<4xf32>) {
  // expected-error @+1 {{requires bits from 1 to 24 for 'f32', but got 25}}
  %y = quant_bnn.input_dorefa %x bits = 25 : vector<4xf32>
  return
}

// -----

// More would fit, but not what is quantized in f32 elsewhere.
func.func @bits_f64(%x: tensor<?xf64>) {
  // expected-error @+1 {{requires bits from 1 to 24 for 'f64', but got 25}}
  %y = quant_bnn.weight_dorefa %x bits = 25 : tensor<?xf64>
  return
}

// -----

func.func @bits_f16(%x: tensor<?xf16>) {
  // expected-error @+1 {{requires bits from 1 to 11 for 'f16', but got 12}}
  %q, %s = quant_bnn.min_max %x bits = 12 : tensor<?xf16>
  return
}

// -----

func.func @bits_bf16(%x: tensor<?xbf16>, %alpha: bf16) {
  // expected-error @+1 {{requires bits from 1 to 8 for 'bf16', but got 9}}
  %q, %s = quant_bnn.pact %x, %alpha bits = 9 : tensor<?xbf16>
  return
}

// -----

func.func @pact_grad_bits(%x: tensor<?xf32>, %alpha: f32) {
  // expected-error @+1 {{requires bits from 1 to 24 for 'f32', but got 0}}
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %x bits = 0 mode = unsigned : tensor<?xf32>
  return
}

// -----

func.func @min_max_one_bit(%x: tensor<?xf32>) {
  // expected-error @+1 {{requires at least 2 bits where levels are signed, but got 1}}
  %q, %s = quant_bnn.min_max %x bits = 1 : tensor<?xf32>
  return
}

// -----

func.func @pact_signed_one_bit(%x: tensor<?xf32>, %alpha: f32) {
  // expected-error @+1 {{requires at least 2 bits where levels are signed, but got 1}}
  %q, %s = quant_bnn.pact %x, %alpha bits = 1 : tensor<?xf32>
  return
}

// -----

func.func @pact_grad_signed_one_bit(%x: tensor<?xf32>, %alpha: f32) {
  // expected-error @+1 {{requires at least 2 bits where levels are signed, but got 1}}
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %x bits = 1 : tensor<?xf32>
  return
}

// -----

func.func @input_dorefa_without_bits(%x: f32) {
  // expected-error @+1 {{expected 'bits'}}
  %y = quant_bnn.input_dorefa %x : f32
  return
}

//===----------------------------------------------------------------------===//
// Uniform quantizers
//===----------------------------------------------------------------------===//

// -----

func.func @unknown_input_dorefa_gradient(%x: f32) {
  // expected-error @+2 {{expected one of [identity, window] for the gradient of an activation quantizer on [0, 1], got: tanh}}
  // expected-error @+1 {{failed to parse}}
  %y = quant_bnn.input_dorefa %x bits = 2 grad = tanh : f32
  return
}

// -----

func.func @unknown_weight_dorefa_gradient(%x: tensor<4xf32>) {
  // expected-error @+2 {{expected one of [identity, tanh, zero] for the gradient of a tanh-normalized weight quantizer, got: window}}
  // expected-error @+1 {{failed to parse}}
  %y = quant_bnn.weight_dorefa %x bits = 2 grad = window : tensor<4xf32>
  return
}

// -----

func.func @unknown_pact_mode(%x: tensor<4xf32>, %alpha: f32) {
  // expected-error @+2 {{expected one of [signed, unsigned] for the range of PACT levels, got: narrow}}
  // expected-error @+1 {{failed to parse}}
  %q, %s = quant_bnn.pact %x, %alpha bits = 4 mode = narrow : tensor<4xf32>
  return
}

// -----

func.func @unknown_pact_form(%x: tensor<4xf32>, %alpha: f32) {
  // expected-error @+2 {{expected one of [level, value] for the form of the result of PACT, got: float}}
  // expected-error @+1 {{failed to parse}}
  %q, %s = quant_bnn.pact %x, %alpha bits = 4 form = float : tensor<4xf32>
  return
}

// -----

func.func @unknown_pact_gradient(%x: tensor<4xf32>, %alpha: f32) {
  // expected-error @+2 {{expected one of [full, compat] for the gradient of PACT, got: identity}}
  // expected-error @+1 {{failed to parse}}
  %q, %s = quant_bnn.pact %x, %alpha bits = 4 grad = identity : tensor<4xf32>
  return
}

// -----

func.func @weight_dorefa_of_vector(%w: vector<4xf32>) {
  // expected-error @+1 {{invalid kind of type specified: expected builtin.tensor, but found 'vector<4xf32>'}}
  %y = quant_bnn.weight_dorefa %w bits = 2 : vector<4xf32>
  return
}

// -----

func.func @weight_dorefa_grad_of_scalar(%w: f32) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 16-bit float or bfloat16 type or 32-bit float or 64-bit float values, but got 'f32'}}
  %y = quant_bnn.weight_dorefa_grad %w, %w : f32
  return
}

// -----

func.func @min_max_of_vector(%x: vector<4xf32>) {
  // expected-error @+1 {{invalid kind of type specified: expected builtin.tensor, but found 'vector<4xf32>'}}
  %q, %s = quant_bnn.min_max %x bits = 8 : vector<4xf32>
  return
}

// -----

func.func @pact_grad_of_vector(%x: vector<4xf32>, %alpha: f32) {
  // expected-error @+1 {{'x' must be ranked tensor of 16-bit float or bfloat16 type or 32-bit float or 64-bit float values, but got 'vector<4xf32>'}}
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %x bits = 8 : vector<4xf32>
  return
}

// -----

func.func @dequantize_grad_of_vector(%q: vector<4xf32>, %s: f32) {
  // expected-error @+1 {{invalid kind of type specified: expected builtin.tensor, but found 'vector<4xf32>'}}
  %dq, %ds = quant_bnn.dequantize_grad %q, %s, %q : vector<4xf32>
  return
}

// -----

func.func @pact_compat_value(%x: tensor<4xf32>, %alpha: f32) {
  // expected-error @+1 {{requires form = level with grad = compat, but got form = value}}
  %q, %s = quant_bnn.pact %x, %alpha bits = 8 form = value grad = compat : tensor<4xf32>
  return
}

// -----

func.func @pact_grad_compat_value(%x: tensor<4xf32>, %alpha: f32) {
  // expected-error @+1 {{requires form = level with grad = compat, but got form = value}}
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %x bits = 8 form = value grad = compat : tensor<4xf32>
  return
}

// -----

func.func @pact_alpha_type(%x: tensor<4xf32>, %alpha: f64) {
  // expected-error @+1 {{failed to verify that alpha has the element type of x}}
  %q, %s = "quant_bnn.pact"(%x, %alpha) <{bits = 8 : i64}> : (tensor<4xf32>, f64) -> (tensor<4xf32>, f32)
  return
}

// -----

func.func @pact_scale_type(%x: tensor<4xf32>, %alpha: f32) {
  // expected-error @+1 {{failed to verify that s has the element type of x}}
  %q, %s = "quant_bnn.pact"(%x, %alpha) <{bits = 8 : i64}> : (tensor<4xf32>, f32) -> (tensor<4xf32>, f64)
  return
}

// -----

func.func @pact_result_type(%x: tensor<4xf32>, %alpha: f32) {
  // expected-error @+1 {{failed to verify that all of {x, q} have same type}}
  %q, %s = "quant_bnn.pact"(%x, %alpha) <{bits = 8 : i64}> : (tensor<4xf32>, f32) -> (tensor<5xf32>, f32)
  return
}

// -----

func.func @pact_grad_cotangent_type(%x: tensor<4xf32>, %alpha: f32, %g: tensor<5xf32>) {
  // expected-error @+1 {{failed to verify that all of {x, g, dx} have same type}}
  %dx, %dalpha = "quant_bnn.pact_grad"(%x, %alpha, %g) <{bits = 8 : i64}>
      : (tensor<4xf32>, f32, tensor<5xf32>) -> (tensor<4xf32>, f32)
  return
}

// -----

func.func @pact_grad_dalpha_type(%x: tensor<4xf32>, %alpha: f32) {
  // expected-error @+1 {{failed to verify that dalpha has the element type of x}}
  %dx, %dalpha = "quant_bnn.pact_grad"(%x, %alpha, %x) <{bits = 8 : i64}>
      : (tensor<4xf32>, f32, tensor<4xf32>) -> (tensor<4xf32>, f64)
  return
}

// -----

func.func @pact_grad_scale_gradient_type(%x: tensor<4xf32>, %alpha: f32, %gs: f64) {
  // expected-error @+1 {{requires scale_gradient of type 'f32', but got 'f64'}}
  %dx, %dalpha = "quant_bnn.pact_grad"(%x, %alpha, %x, %gs) <{bits = 8 : i64}>
      : (tensor<4xf32>, f32, tensor<4xf32>, f64) -> (tensor<4xf32>, f32)
  return
}

// -----

func.func @weight_dorefa_grad_max_type(%w: tensor<4xf32>, %m: f16) {
  // expected-error @+1 {{requires max of type 'f32', but got 'f16'}}
  %dw = "quant_bnn.weight_dorefa_grad"(%w, %w, %m)
      : (tensor<4xf32>, tensor<4xf32>, f16) -> tensor<4xf32>
  return
}

// -----

func.func @weight_dorefa_grad_cotangent_type(%w: tensor<4xf32>, %g: tensor<?xf32>) {
  // expected-error @+1 {{failed to verify that all of {w, g, dw} have same type}}
  %dw = "quant_bnn.weight_dorefa_grad"(%w, %g)
      : (tensor<4xf32>, tensor<?xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @min_max_scale_type(%x: tensor<4xf32>) {
  // expected-error @+1 {{failed to verify that s has the element type of x}}
  %q, %s = "quant_bnn.min_max"(%x) <{bits = 8 : i64}> : (tensor<4xf32>) -> (tensor<4xf32>, f64)
  return
}

// -----

func.func @min_max_grad_scale_type(%g: vector<4xf32>, %s: f64) {
  // expected-error @+1 {{requires s of type 'f32' or 'vector<4xf32>', but got 'f64'}}
  %dx = quant_bnn.min_max_grad %s, %g : vector<4xf32>, f64
  return
}

// -----

func.func @dequantize_scale_type(%q: tensor<4xf32>, %s: f16) {
  // expected-error @+1 {{requires s of type 'f32' or 'tensor<4xf32>', but got 'f16'}}
  %x = quant_bnn.dequantize %q, %s : tensor<4xf32>, f16
  return
}

// -----

func.func @dequantize_scale_shape(%q: tensor<4xf32>, %s: tensor<f32>) {
  // expected-error @+1 {{all non-scalar operands/results must have the same shape and base type}}
  %x = quant_bnn.dequantize %q, %s : tensor<4xf32>, tensor<f32>
  return
}

// -----

func.func @dequantize_grad_scale_type(%q: tensor<4xf32>, %s: f16) {
  // expected-error @+1 {{failed to verify that s has the element type of q}}
  %dq, %ds = "quant_bnn.dequantize_grad"(%q, %s, %q)
      : (tensor<4xf32>, f16, tensor<4xf32>) -> (tensor<4xf32>, f32)
  return
}

//===----------------------------------------------------------------------===//
// qactivation
//===----------------------------------------------------------------------===//

// -----

func.func @qactivation_unknown(%x: f32) {
  // expected-error @+1 {{requires a quantizer out of identity, sign, approx_sign, swish_sign, ste_heaviside, input_dorefa, weight_dorefa, but got "approxsign"}}
  %y = quant_bnn.qactivation %x quantizer = "approxsign" : f32
  return
}

// -----

func.func @qactivation_without_bits(%x: f32) {
  // expected-error @+1 {{requires bits with quantizer "input_dorefa"}}
  %y = quant_bnn.qactivation %x quantizer = "input_dorefa" : f32
  return
}

// -----

func.func @qactivation_superfluous_bits(%x: f32) {
  // expected-error @+1 {{has bits = 2, but quantizer "sign" takes none}}
  %y = quant_bnn.qactivation %x quantizer = "sign" bits = 2 : f32
  return
}

// -----

func.func @qactivation_superfluous_beta(%x: f32) {
  // expected-error @+1 {{has beta = 5.000000e+00, but quantizer "approx_sign" takes none}}
  %y = quant_bnn.qactivation %x quantizer = "approx_sign" beta = 5.0 : f32
  return
}

// -----

func.func @qactivation_weight_dorefa_of_vector(%x: vector<4xf32>) {
  // expected-error @+1 {{requires a ranked tensor with quantizer "weight_dorefa", but got 'vector<4xf32>'}}
  %y = quant_bnn.qactivation %x quantizer = "weight_dorefa" bits = 2 : vector<4xf32>
  return
}

// -----

func.func @qactivation_bits(%x: f16) {
  // expected-error @+1 {{requires bits from 1 to 11 for 'f16', but got 12}}
  %y = quant_bnn.qactivation %x quantizer = "input_dorefa" bits = 12 : f16
  return
}

// -----

func.func @qactivation_threshold(%x: f16) {
  // expected-error @+1 {{requires a threshold of at least 0, but got -1.000000e+00}}
  %y = quant_bnn.qactivation %x quantizer = "sign" threshold = -1.0 : f16
  return
}

// -----

func.func @qactivation_beta(%x: f16) {
  // expected-error @+1 {{requires a positive and finite beta, but got 0.000000e+00}}
  %y = quant_bnn.qactivation %x quantizer = "swish_sign" beta = 0.0 : f16
  return
}

// -----

func.func @pair_incomplete(%x: f32) -> f32 attributes {quant_bnn.residuals = array<i64>} {
  // expected-error @-1 {{'func.func' op has quant_bnn.residuals, but no quant_bnn.backward}}
  return %x : f32
}

// -----

// Attributes of the dialect are verified before the function that has them.
// expected-error @+1 {{expects argument attribute array to have the same number of elements as the number of function arguments, got 1, but expected 2}}
"func.func"() <{arg_attrs = [{}], function_type = (f32, f32) -> f32, sym_name = "few_attributes"}> ({
^bb0(%x: f32, %y: f32):
  "func.return"(%x) : (f32) -> ()
}) {quant_bnn.backward = @few_attributes_bwd, quant_bnn.residuals = array<i64>} : () -> ()
func.func @few_attributes_bwd(%g: f32) -> (f32, f32) {
  return %g, %g : f32, f32
}

// -----

// expected-error @+1 {{'builtin.module' op has quant_bnn.backward, but is no function}}
module attributes {quant_bnn.backward = @f} {
}

// -----

// expected-error @+1 {{requires a symbol for quant_bnn.backward, but got "f"}}
func.func @pair_symbol(%x: f32) -> f32 attributes {quant_bnn.backward = "f"} {
  return %x : f32
}

// -----

// expected-error @+1 {{requires an array<i64> quant_bnn.residuals beside quant_bnn.backward}}
func.func @pair_residuals(%x: f32) -> f32 attributes {quant_bnn.backward = @pair_residuals} {
  return %x : f32
}

// -----

// expected-error @+1 {{requires a function for quant_bnn.backward, but @none is none}}
func.func @pair_function(%x: f32) -> f32
    attributes {quant_bnn.backward = @none, quant_bnn.residuals = array<i64>} {
  return %x : f32
}

// -----

// Attributes of the dialect are verified before the op.
// expected-error @+1 {{'func.func' op requires attribute 'function_type'}}
"func.func"() <{sym_name = "pair_type"}> ({
^bb0(%x: f32):
  "func.return"(%x) : (f32) -> ()
}) {quant_bnn.backward = @pair_type, quant_bnn.residuals = array<i64: 0>} : () -> ()

// -----

func.func private @bwd(f32, f32) -> f32
// expected-error @+1 {{requires increasing quant_bnn.residuals below the number of results, 2, but got 2}}
func.func @pair_range(%x: f32) -> (f32, f32)
    attributes {quant_bnn.backward = @bwd, quant_bnn.residuals = array<i64: 2>} {
  return %x, %x : f32, f32
}

// -----

func.func private @bwd(f32, f32) -> f32
// expected-error @+1 {{requires increasing quant_bnn.residuals below the number of results, 2, but got 1, 1}}
func.func @pair_order(%x: f32) -> (f32, f32)
    attributes {quant_bnn.backward = @bwd, quant_bnn.residuals = array<i64: 1, 1>} {
  return %x, %x : f32, f32
}

// -----

func.func private @bwd(f32) -> f32
// expected-error @+1 {{requires a quant_bnn.backward function with arguments ('i32', 'f32'), but got ('f32')}}
func.func @pair_arguments(%x: f32, %i: i32) -> (f32, i32)
    attributes {quant_bnn.backward = @bwd, quant_bnn.residuals = array<i64: 1>} {
  return %x, %i : f32, i32
}

// -----

func.func private @bwd(f32) -> (f32, i32)
// expected-error @+1 {{requires a quant_bnn.backward function with results ('f32'), but got ('f32', 'i32')}}
func.func @pair_gradients(%x: f32, %i: i32) -> (f32, i32)
    attributes {quant_bnn.backward = @bwd, quant_bnn.residuals = array<i64>} {
  return %x, %i : f32, i32
}

// -----

// expected-error @+1 {{requires a unit attribute for quant_bnn.no_gradient, but got false}}
func.func @argument_no_gradient(%x: f32 {quant_bnn.no_gradient = false}) {
  return
}

// -----

// expected-error @+1 {{requires a unit attribute for quant_bnn.no_gradient, but got 1 : i64}}
func.func @result_no_gradient(%x: f32) -> (f32 {quant_bnn.no_gradient = 1}) {
  return %x : f32
}

// -----

//===----------------------------------------------------------------------===//
// Packed tensors
//===----------------------------------------------------------------------===//

// expected-error @+1 {{requires words of i8, i16, i32 or i64, but got 'i4'}}
func.func private @word_width(tensor<8xi1, #quant_bnn.packed<i4>>)

// -----

// expected-error @+1 {{requires words of i8, i16, i32 or i64, but got 'ui8'}}
func.func private @word_sign(tensor<8xi1, #quant_bnn.packed<ui8>>)

// -----

// expected-error @+1 {{requires elements of i1 in a packed tensor, but got 'i8'}}
func.func private @packed_element(tensor<8xi8, #quant_bnn.packed<i8>>)

// -----

// expected-error @+1 {{expected non-function type}}
func.func private @packed_without_element(tensor<8x, #quant_bnn.packed<i8>>)

// -----

// expected-error @+1 {{requires a packed tensor of rank 1 or more}}
func.func private @packed_rank_zero(tensor<i1, #quant_bnn.packed<i8>>)

// -----

//===----------------------------------------------------------------------===//
// Pack and unpack
//===----------------------------------------------------------------------===//

func.func @pack_element(%x: tensor<8xi8>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 1-bit signless integer or 16-bit float or bfloat16 type or 32-bit float or 64-bit float values, but got 'tensor<8xi8>'}}
  quant_bnn.pack %x : tensor<8xi8> to tensor<8xi1, #quant_bnn.packed<i8>>
  return
}

// -----

func.func @pack_vector(%x: vector<8xf32>) {
  // expected-error @+1 {{invalid kind of type specified: expected builtin.tensor, but found 'vector<8xf32>'}}
  quant_bnn.pack %x : vector<8xf32> to tensor<8xi1, #quant_bnn.packed<i8>>
  return
}

// -----

func.func @pack_packed(%x: tensor<8xi1, #quant_bnn.packed<i8>>) {
  // expected-error @+1 {{requires elements that are not packed, but got 'tensor<8xi1, #quant_bnn.packed<i8>>'}}
  quant_bnn.pack %x : tensor<8xi1, #quant_bnn.packed<i8>> to tensor<8xi1, #quant_bnn.packed<i16>>
  return
}

// -----

func.func @pack_to_words(%x: tensor<8xf32>) {
  // expected-error @+1 {{result #0 must be packed tensor, that is tensor<..xKxi1, #quant_bnn.packed<iN>>, but got 'tensor<8xi1>'}}
  quant_bnn.pack %x : tensor<8xf32> to tensor<8xi1>
  return
}

// -----

func.func @pack_shape(%x: tensor<4x8xf32>) {
  // expected-error @+1 {{failed to verify that all of {x, packed} have same shape}}
  quant_bnn.pack %x : tensor<4x8xf32> to tensor<4x9xi1, #quant_bnn.packed<i8>>
  return
}

// -----

func.func @unpack_words(%b: tensor<2xi64>) {
  // expected-error @+1 {{operand #0 must be packed tensor, that is tensor<..xKxi1, #quant_bnn.packed<iN>>, but got 'tensor<2xi64>'}}
  quant_bnn.unpack %b : tensor<2xi64> to tensor<2xi1>
  return
}

// -----

func.func @unpack_to_packed(%b: tensor<8xi1, #quant_bnn.packed<i8>>) {
  // expected-error @+1 {{requires elements that are not packed, but got 'tensor<8xi1, #quant_bnn.packed<i16>>'}}
  quant_bnn.unpack %b : tensor<8xi1, #quant_bnn.packed<i8>> to tensor<8xi1, #quant_bnn.packed<i16>>
  return
}

// -----

func.func @unpack_shape(%b: tensor<?x8xi1, #quant_bnn.packed<i8>>) {
  // expected-error @+1 {{failed to verify that all of {x, packed} have same shape}}
  quant_bnn.unpack %b : tensor<?x8xi1, #quant_bnn.packed<i8>> to tensor<4x8xf32>
  return
}

// -----

func.func @pack_polarity(%x: tensor<8xf32>) {
  // expected-error @+1 {{has no 'polarity': it is part of the type of a packed tensor, such as tensor<4x100xi1, #quant_bnn.packed<i64, nonnegative>>}}
  quant_bnn.pack %x polarity = nonnegative : tensor<8xf32> to tensor<1xi8>
  return
}

// -----

func.func @unpack_depth(%b: tensor<?xi8>, %k: index) {
  // expected-error @+1 {{has no 'depth': a packed tensor counts elements, such as tensor<4x100xi1, #quant_bnn.packed<i64>>}}
  quant_bnn.unpack %b depth %k : tensor<?xi8> to tensor<?xf32>
  return
}
