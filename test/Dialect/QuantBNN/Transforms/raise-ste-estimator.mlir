// The gradient of a quantizer for which the code states none.

// RUN: bnn-opt %s --quant-bnn-raise-ste --split-input-file 2> %t.log | FileCheck %s --check-prefixes=CHECK,PLAIN
// RUN: FileCheck %s --check-prefix=WARN --implicit-check-not=warning: --implicit-check-not=note: < %t.log
// RUN: bnn-opt %s --quant-bnn-raise-ste=estimator=straight-through --split-input-file 2> %t.stated.log | FileCheck %s --check-prefixes=CHECK,PLAIN
// RUN: count 0 < %t.stated.log
// RUN: bnn-opt %s --quant-bnn-raise-ste=values-only --split-input-file 2> %t.values.log | FileCheck %s --check-prefixes=CHECK,PLAIN
// RUN: count 0 < %t.values.log

// RUN: bnn-opt %s --quant-bnn-raise-ste=estimator=clip --split-input-file 2> %t.clip.log | FileCheck %s --check-prefixes=CHECK,CLIP
// RUN: FileCheck %s --check-prefix=CLIPWARN --implicit-check-not=warning: --implicit-check-not=note: < %t.clip.log
// RUN: bnn-opt %s --quant-bnn-raise-ste=estimator=approx-sign --split-input-file 2> %t.approx.log | FileCheck %s --check-prefixes=CHECK,APPROX
// RUN: FileCheck %s --check-prefix=APPROXWARN --implicit-check-not=warning: < %t.approx.log
// RUN: bnn-opt %s --quant-bnn-raise-ste=estimator=swish-sign --split-input-file 2>/dev/null | FileCheck %s --check-prefixes=CHECK,SWISH
// RUN: bnn-opt %s --quant-bnn-raise-ste=estimator=none --split-input-file \
// RUN:   --remarks-filter=quant-bnn-raise-ste 2> %t.none.log | FileCheck %s --check-prefixes=CHECK,NONE
// RUN: FileCheck %s --check-prefix=NONEREMARK --implicit-check-not=warning: < %t.none.log

// WARN: [[#@LINE+17]]:8: warning: in @binarizers, nothing states the gradient of 2 quantizers (first: quant_bnn.sign), straight-through is assumed: set estimator, or values-only if no gradient is taken, or import quantizers as ops
// WARN: [[#@LINE+16]]:8: note: straight-through is assumed for this quant_bnn.sign
// WARN: [[#@LINE+19]]:8: note: straight-through is assumed for this quant_bnn.ste_heaviside
// APPROXWARN: warning: in @binarizers, nothing states the gradient of 1 quantizer (first: quant_bnn.ste_heaviside)
// NONEREMARK: Function=binarizers | Remark="not raised to quant_bnn.ste_heaviside: the code states no gradient, and estimator=none adds none"
// NONEREMARK: Function=binarizers | Remark="not raised to quant_bnn.sign: the code states no gradient, and estimator=none adds none"
// CHECK-LABEL: func.func @binarizers
// PLAIN-NEXT: quant_bnn.sign %{{.*}} nan = negative : f32
// CLIP-NEXT: quant_bnn.sign %{{.*}} clip = 1.000000e+00 nan = negative : f32
// APPROX-NEXT: quant_bnn.approx_sign %{{.*}} nan = negative : f32
// SWISH-NEXT: quant_bnn.swish_sign %{{.*}} nan = negative : f32
// NONE-NOT: quant_bnn
func.func @binarizers(%x: f32, %y: f32) -> (f32, f32) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %n = arith.cmpf oge, %x, %zero : f32
  %q = arith.select %n, %one, %minus : f32
  %above = arith.cmpf ogt, %y, %zero : f32
  // PLAIN-NEXT: quant_bnn.ste_heaviside %{{.*}} : f32
  // CLIP-NEXT: quant_bnn.ste_heaviside %{{.*}} clip = 1.000000e+00 : f32
  %r = arith.uitofp %above : i1 to f32
  // CHECK: return
  return %q, %r : f32, f32
}

// -----

// WARN: warning: in @activations, nothing states the gradient of 1 quantizer (first: quant_bnn.input_dorefa)
// NONEREMARK: Function=activations | Remark="not raised to quant_bnn.input_dorefa: the code states no gradient, and estimator=none adds none"
// APPROXWARN: warning: in @activations, nothing states the gradient of 1 quantizer (first: quant_bnn.input_dorefa)
// CHECK-LABEL: func.func @activations
// PLAIN-NEXT: quant_bnn.input_dorefa %{{.*}} bits = 2 : f32
// CLIP-NEXT: quant_bnn.input_dorefa %{{.*}} bits = 2 grad = window : f32
// NONE-NOT: quant_bnn
// CHECK: return
func.func @activations(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %n = arith.constant 3.0 : f32
  %below = arith.cmpf olt, %x, %zero : f32
  %a = arith.select %below, %zero, %x : f32
  %above = arith.cmpf ogt, %a, %one : f32
  %b = arith.select %above, %one, %a : f32
  %c = arith.mulf %b, %n : f32
  %d = math.roundeven %c : f32
  %y = arith.divf %d, %n : f32
  return %y : f32
}

// -----

// Nothing is named `clip` in the gradients of weights.
// WARN: warning: in @weights, nothing states the gradient of 1 quantizer (first: quant_bnn.weight_dorefa)
// APPROXWARN: warning: in @weights, nothing states the gradient of 1 quantizer (first: quant_bnn.weight_dorefa)
// CLIPWARN: warning: in @weights, nothing states the gradient of 1 quantizer (first: quant_bnn.weight_dorefa)
// CHECK-LABEL: func.func @weights
// PLAIN-NEXT: quant_bnn.weight_dorefa %{{.*}} bits = 2 : tensor<?xf32>
// CLIP-NEXT: quant_bnn.weight_dorefa %{{.*}} bits = 2 : tensor<?xf32>
// NONE-NEXT: quant_bnn.weight_dorefa %{{.*}} bits = 2 grad = zero : tensor<?xf32>
// CHECK: return
#id = affine_map<(d0) -> (d0)>
#none = affine_map<(d0) -> ()>
func.func @weights(%w: tensor<?xf32>) -> tensor<?xf32> {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %n = arith.constant 3.0 : f32
  %lowest = arith.constant dense<0xFF800000> : tensor<f32>
  %m = linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction"]}
      ins(%w : tensor<?xf32>) outs(%lowest : tensor<f32>) {
  ^bb0(%in: f32, %o: f32):
    %t = math.tanh %in : f32
    %a = math.absf %t : f32
    %b = arith.maximumf %a, %o : f32
    linalg.yield %b : f32
  } -> tensor<f32>
  %y = linalg.generic {indexing_maps = [#id, #none, #id], iterator_types = ["parallel"]}
      ins(%w, %m : tensor<?xf32>, tensor<f32>) outs(%w : tensor<?xf32>) {
  ^bb0(%in: f32, %max: f32, %o: f32):
    %t = math.tanh %in : f32
    %is_zero = arith.cmpf oeq, %max, %zero : f32
    %twice = arith.mulf %max, %two : f32
    %range = arith.select %is_zero, %one, %twice : f32
    %a = arith.divf %t, %range : f32
    %b = arith.addf %a, %half : f32
    %c = arith.mulf %b, %n : f32
    %d = math.roundeven %c : f32
    %e = arith.divf %d, %n : f32
    %f = arith.mulf %e, %two : f32
    %g = arith.subf %f, %one : f32
    linalg.yield %g : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

// PACT clips by its range, whatever is said.
// WARN: warning: in @range, nothing states the gradient of 1 quantizer (first: quant_bnn.pact)
// NONEREMARK: Function=range | Remark="not raised to quant_bnn.pact: the code states no gradient, and estimator=none adds none"
// APPROXWARN: warning: in @range, nothing states the gradient of 1 quantizer (first: quant_bnn.pact)
// CHECK-LABEL: func.func @range
// PLAIN: quant_bnn.pact %{{.*}}, %{{.*}} bits = 4 mode = unsigned form = value : f32
// CLIP: quant_bnn.pact %{{.*}}, %{{.*}} bits = 4 mode = unsigned form = value : f32
// NONE-NOT: quant_bnn
// CHECK: return
func.func @range(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %six = arith.constant 6.0 : f32
  %scale = arith.constant 2.5 : f32
  %low = arith.cmpf olt, %x, %zero : f32
  %a = arith.select %low, %zero, %x : f32
  %high = arith.cmpf ogt, %a, %six : f32
  %b = arith.select %high, %six, %a : f32
  %c = arith.mulf %b, %scale : f32
  %d = math.roundeven %c : f32
  %y = arith.divf %d, %scale : f32
  return %y : f32
}

// -----

// What is not guessed is not warned of: the derivative of a division,
// CHECK-LABEL: func.func @dequantize
// CHECK-NEXT: quant_bnn.dequantize
func.func @dequantize(%q: f32, %s: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %none = arith.cmpf oeq, %s, %zero : f32
  %a = arith.divf %q, %s : f32
  %y = arith.select %none, %zero, %a : f32
  return %y : f32
}

// -----

// the forward function of a pair, which has its backward,
// CHECK-LABEL: func.func @layer_fwd
// CHECK-NEXT: quant_bnn.sign %{{.*}} : f32
func.func @layer_fwd(%x: f32) -> (f32, f32)
    attributes {quant_bnn.backward = @layer_bwd, quant_bnn.residuals = array<i64: 1>} {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %n = arith.cmpf olt, %x, %zero : f32
  %q = arith.select %n, %minus, %one : f32
  return %q, %x : f32, f32
}
func.func @layer_bwd(%x: f32, %g: f32) -> f32 {
  return %g : f32
}

// -----

// and a step of training with its backward pass written out.
// CHECK-LABEL: func.func @joint
// CHECK: quant_bnn.gradient_cancellation_grad %{{.*}}, %{{.*}} threshold = 1.000000e+00 : f32
// CHECK: return
func.func @joint(%x: f32, %g: f32) -> (f32, f32) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %n = arith.cmpf olt, %x, %zero : f32
  %q = arith.select %n, %minus, %one : f32
  %a = math.absf %x : f32
  %in = arith.cmpf ole, %a, %one : f32
  %dx = arith.select %in, %g, %zero : f32
  return %q, %dx : f32, f32
}
