// A raise keeps the gradient of what stands before a quantizer, unless no
// gradient is taken.

// RUN: bnn-opt %s --quant-bnn-raise-ste=estimator=straight-through --split-input-file | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-raise-ste=values-only --split-input-file | FileCheck %s --check-prefix=VALUES
// RUN: bnn-opt %s --quant-bnn-raise-ste=estimator=straight-through --split-input-file \
// RUN:   --remarks-filter=quant-bnn-raise-ste 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: bnn-opt %s --quant-bnn-raise-ste='mode=relaxed estimator=straight-through' --split-input-file \
// RUN:   | FileCheck %s --check-prefix=RELAXED

// BinaryNet: g where abs x < 1, by the clamp.
// CHECK-LABEL: func.func @hardtanh
// CHECK: %[[C:.*]] = arith.minimumf
// CHECK-NEXT: %[[Q:.*]] = quant_bnn.sign %[[C]] : f32
// CHECK-NEXT: return %[[Q]]
// VALUES-LABEL: func.func @hardtanh
// VALUES-SAME: (%[[X:.*]]: f32)
// VALUES-NEXT: quant_bnn.sign %[[X]] : f32
// VALUES-NEXT: return
func.func @hardtanh(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %low = arith.maximumf %x, %minus : f32
  %c = arith.minimumf %low, %one : f32
  %n = arith.cmpf olt, %c, %zero : f32
  %q = arith.select %n, %minus, %one : f32
  return %q : f32
}

// -----

// The same in two loops, the clamp by selects: it stays in its loop.
// CHECK-LABEL: func.func @hardtanh_of_tensor
// CHECK: %[[C:.*]] = linalg.generic
// CHECK: %[[Q:.*]] = quant_bnn.sign %[[C]] : tensor<?xbf16>
// CHECK-NEXT: return %[[Q]]
// VALUES-LABEL: func.func @hardtanh_of_tensor
// VALUES-SAME: (%[[X:.*]]: tensor<?xbf16>)
// VALUES-NEXT: quant_bnn.sign %[[X]] : tensor<?xbf16>
#id = affine_map<(i) -> (i)>
func.func @hardtanh_of_tensor(%x: tensor<?xbf16>) -> tensor<?xbf16> {
  %zero = arith.constant 0.0 : bf16
  %one = arith.constant 1.0 : bf16
  %minus = arith.constant -1.0 : bf16
  %c = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<?xbf16>) outs(%x : tensor<?xbf16>) {
  ^bb0(%in: bf16, %out: bf16):
    %below = arith.cmpf olt, %in, %minus : bf16
    %a = arith.select %below, %minus, %in : bf16
    %above = arith.cmpf ogt, %a, %one : bf16
    %b = arith.select %above, %one, %a : bf16
    linalg.yield %b : bf16
  } -> tensor<?xbf16>
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%c : tensor<?xbf16>) outs(%x : tensor<?xbf16>) {
  ^bb0(%in: bf16, %out: bf16):
    %n = arith.cmpf olt, %in, %zero : bf16
    %s = arith.select %n, %minus, %one : bf16
    linalg.yield %s : bf16
  } -> tensor<?xbf16>
  return %q : tensor<?xbf16>
}

// -----

// A scaling has the gradient 2 g. (0.5 x underflows, so it is no sign of x.)
// CHECK-LABEL: func.func @scaled
// CHECK: %[[C:.*]] = arith.mulf
// CHECK-NEXT: quant_bnn.sign %[[C]] nan = negative : f32
// VALUES-LABEL: func.func @scaled
// VALUES-SAME: (%[[X:.*]]: f32)
// VALUES-NEXT: quant_bnn.sign %[[X]] nan = negative : f32
func.func @scaled(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %minus = arith.constant -1.0 : f32
  %c = arith.mulf %x, %two : f32
  %n = arith.cmpf oge, %c, %zero : f32
  %q = arith.select %n, %one, %minus : f32
  return %q : f32
}

// -----

// A relu, and one that leaks.
// CHECK-LABEL: func.func @relu
// CHECK: %[[C:.*]] = arith.maximumf
// CHECK-NEXT: %[[Q:.*]] = quant_bnn.ste_heaviside %[[C]] : f32
// CHECK: %[[L:.*]] = arith.select
// CHECK-NEXT: %[[R:.*]] = quant_bnn.sign %[[L]] : f32
// CHECK-NEXT: return %[[Q]], %[[R]]
// VALUES-LABEL: func.func @relu
// VALUES-SAME: (%[[X:.*]]: f32)
// VALUES-NEXT: quant_bnn.ste_heaviside %[[X]] : f32
// VALUES-NEXT: quant_bnn.sign %[[X]] : f32
// VALUES-NEXT: return
func.func @relu(%x: f32) -> (f32, f32) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %slope = arith.constant 2.0 : f32
  %c = arith.maximumf %x, %zero : f32
  %p = arith.cmpf ogt, %c, %zero : f32
  %q = arith.uitofp %p : i1 to f32
  %leak = arith.mulf %x, %slope : f32
  %is_negative = arith.cmpf olt, %x, %zero : f32
  %l = arith.select %is_negative, %leak, %x : f32
  %n = arith.cmpf olt, %l, %zero : f32
  %r = arith.select %n, %minus, %one : f32
  return %q, %r : f32, f32
}

// -----

// torch.sign of a relu is raised behind the relu, whose gradient is its own.
// CHECK-LABEL: func.func @sign_with_zero_of_relu
// CHECK: %[[RELU:.*]] = arith.maximumf
// CHECK-NEXT: %[[SIGN:.*]] = quant_bnn.sign %[[RELU]] zero = zero nan = zero : f32
// CHECK-NEXT: return %[[SIGN]]
// VALUES-LABEL: func.func @sign_with_zero_of_relu
// VALUES-NEXT: quant_bnn.ste_heaviside
func.func @sign_with_zero_of_relu(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %c = arith.maximumf %x, %zero : f32
  %above = arith.cmpf ogt, %c, %zero : f32
  %a = arith.select %above, %one, %zero : f32
  %below = arith.cmpf olt, %c, %zero : f32
  %q = arith.select %below, %minus, %a : f32
  return %q : f32
}

// -----

// A sum with a 0 has the gradient g: it does not matter.
// CHECK-LABEL: func.func @shifted
// CHECK: quant_bnn.sign %{{.*}} : f32
// CHECK-NEXT: return
// VALUES-LABEL: func.func @shifted
func.func @shifted(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %c = arith.addf %x, %zero : f32
  %n = arith.cmpf olt, %c, %zero : f32
  %q = arith.select %n, %minus, %one : f32
  return %q : f32
}

// -----

// Larq's sign(sign(x) + 0.1), the outer one by a compare: a step before a step
// has no gradient to hide, and the op is the whole.
// CHECK-LABEL: func.func @sign_of_shifted_sign
// CHECK-SAME: (%[[X:.*]]: f32)
// CHECK-NEXT: quant_bnn.sign %[[X]] : f32
// CHECK-NEXT: return
// VALUES-LABEL: func.func @sign_of_shifted_sign
// VALUES: quant_bnn.sign
func.func @sign_of_shifted_sign(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %tenth = arith.constant 0.1 : f32
  %above = arith.cmpf ogt, %x, %zero : f32
  %a = arith.select %above, %one, %zero : f32
  %below = arith.cmpf olt, %x, %zero : f32
  %b = arith.select %below, %minus, %a : f32
  %c = arith.addf %b, %tenth : f32
  %n = arith.cmpf olt, %c, %zero : f32
  %q = arith.select %n, %minus, %one : f32
  return %q : f32
}

// -----

// DoReFa's clamp is its own; one before it, or a relu, is not.
// CHECK-LABEL: func.func @dorefa_of_clamp
// CHECK: %[[R:.*]] = arith.maximumf
// CHECK-NEXT: %[[Q:.*]] = quant_bnn.input_dorefa %[[R]] bits = 2 : f64
// CHECK-NEXT: return %[[Q]]
// VALUES-LABEL: func.func @dorefa_of_clamp
// VALUES: quant_bnn.input_dorefa
func.func @dorefa_of_clamp(%x: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %minus = arith.constant -1.0 : f64
  %n = arith.constant 3.0 : f64
  %relu = arith.maximumf %x, %minus : f64
  %below = arith.cmpf olt, %relu, %zero : f64
  %a = arith.select %below, %zero, %relu : f64
  %above = arith.cmpf ogt, %a, %one : f64
  %b = arith.select %above, %one, %a : f64
  %c = arith.mulf %b, %n : f64
  %d = math.roundeven %c : f64
  %y = arith.divf %d, %n : f64
  return %y : f64
}

// -----

// So is a range's: 6 here.
// CHECK-LABEL: func.func @range_of_clamp
// CHECK: %[[R:.*]] = arith.maximumf
// CHECK: quant_bnn.pact %[[R]], %{{.*}} bits = 4 mode = unsigned form = value : f32
// VALUES-LABEL: func.func @range_of_clamp
// VALUES-SAME: (%[[X:.*]]: f32)
// VALUES: quant_bnn.pact %[[X]], %{{.*}} bits = 4 mode = unsigned form = value : f32
func.func @range_of_clamp(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %six = arith.constant 6.0 : f32
  %minus = arith.constant -1.0 : f32
  %scale = arith.constant 2.5 : f32
  %relu = arith.maximumf %x, %minus : f32
  %low = arith.cmpf olt, %relu, %zero : f32
  %a = arith.select %low, %zero, %relu : f32
  %high = arith.cmpf ogt, %a, %six : f32
  %b = arith.select %high, %six, %a : f32
  %c = arith.mulf %b, %scale : f32
  %d = math.roundeven %c : f32
  %y = arith.divf %d, %scale : f32
  return %y : f32
}

// -----

// The forward function of a pair is not differentiated any more.
// CHECK-LABEL: func.func @layer_fwd
// CHECK-NEXT: quant_bnn.sign
// CHECK-NEXT: return
// VALUES-LABEL: func.func @layer_fwd
func.func @layer_fwd(%x: f32) -> (f32, f32)
    attributes {quant_bnn.backward = @layer_bwd, quant_bnn.residuals = array<i64: 1>} {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %minus = arith.constant -1.0 : f32
  %c = arith.mulf %x, %two : f32
  %n = arith.cmpf olt, %c, %zero : f32
  %q = arith.select %n, %minus, %one : f32
  return %q, %x : f32, f32
}
func.func @layer_bwd(%x: f32, %g: f32) -> f32 {
  return %g : f32
}

// -----

// A gradient is not differentiated: its math is the whole.
// CHECK-LABEL: func.func @gradient_of_clamped
// CHECK-NEXT: quant_bnn.gradient_cancellation_grad %{{.*}}, %{{.*}} threshold = 1.000000e+00 : f32
// VALUES-LABEL: func.func @gradient_of_clamped
func.func @gradient_of_clamped(%x: f32, %g: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %c = arith.minimumf %x, %two : f32
  %a = math.absf %c : f32
  %in = arith.cmpf ole, %a, %one : f32
  %y = arith.select %in, %g, %zero : f32
  return %y : f32
}

// -----

// Any other math before a step: a minimum, a tanh, a bias, a magnitude.
// CHECK-LABEL: func.func @other_math
// CHECK: %[[MIN:.*]] = arith.minnumf
// CHECK-NEXT: %[[Q0:.*]] = quant_bnn.sign %[[MIN]] : f32
// CHECK-NEXT: %[[TANH:.*]] = math.tanh
// CHECK-NEXT: %[[Q1:.*]] = quant_bnn.sign %[[TANH]] : f32
// CHECK-NEXT: %[[SUM:.*]] = arith.addf
// CHECK-NEXT: %[[Q2:.*]] = quant_bnn.sign %[[SUM]] : f32
// CHECK-NEXT: %[[ABS:.*]] = math.absf
// CHECK-NEXT: %[[Q3:.*]] = quant_bnn.ste_heaviside %[[ABS]] : f32
// CHECK-NEXT: return %[[Q0]], %[[Q1]], %[[Q2]], %[[Q3]]
// VALUES-LABEL: func.func @other_math
// VALUES-SAME: (%[[X:.*]]: f32)
// VALUES: quant_bnn.sign %[[X]] : f32
func.func @other_math(%x: f32) -> (f32, f32, f32, f32) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %min = arith.minnumf %x, %one : f32
  %n0 = arith.cmpf olt, %min, %zero : f32
  %q0 = arith.select %n0, %minus, %one : f32
  %tanh = math.tanh %x : f32
  %n1 = arith.cmpf olt, %tanh, %zero : f32
  %q1 = arith.select %n1, %minus, %one : f32
  %sum = arith.addf %x, %one : f32
  %n2 = arith.cmpf olt, %sum, %zero : f32
  %q2 = arith.select %n2, %minus, %one : f32
  %abs = math.absf %x : f32
  %n3 = arith.cmpf ogt, %abs, %zero : f32
  %q3 = arith.uitofp %n3 : i1 to f32
  return %q0, %q1, %q2, %q3 : f32, f32, f32, f32
}

// -----

// f16 computed in f32: an op on f16 would take the relu in f32 with it, so it is
// on f32.
// CHECK-LABEL: func.func @widened
// CHECK: %[[R:.*]] = arith.maximumf
// CHECK-NEXT: %[[Q:.*]] = quant_bnn.input_dorefa %[[R]] bits = 2 : f32
// CHECK-NEXT: %[[Y:.*]] = arith.truncf %[[Q]]
// CHECK-NEXT: return %[[Y]]
// REMARK: widened | Remark="not raised to quant_bnn.input_dorefa: the op would hide the gradient of arith.maximumf; values-only raises it"
// VALUES-LABEL: func.func @widened
// VALUES-NEXT: quant_bnn.input_dorefa %{{.*}} bits = 2 : f16
func.func @widened(%x: f16) -> f16 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %n = arith.constant 3.0 : f32
  %wide = arith.extf %x : f16 to f32
  %relu = arith.maximumf %wide, %minus : f32
  %below = arith.cmpf olt, %relu, %zero : f32
  %a = arith.select %below, %zero, %relu : f32
  %above = arith.cmpf ogt, %a, %one : f32
  %b = arith.select %above, %one, %a : f32
  %c = arith.mulf %b, %n : f32
  %d = math.roundeven %c : f32
  %e = arith.divf %d, %n : f32
  %y = arith.truncf %e : f32 to f16
  return %y : f16
}

// -----

// A negation that is only compared is part of the sign, the product is not.
// CHECK-LABEL: func.func @negated
// CHECK: %[[C:.*]] = arith.mulf
// CHECK-NEXT: quant_bnn.sign %[[C]] : f32
// CHECK-NEXT: return
// VALUES-LABEL: func.func @negated
// VALUES-NEXT: quant_bnn.sign
func.func @negated(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %minus = arith.constant -1.0 : f32
  %c = arith.mulf %x, %two : f32
  %d = arith.subf %zero, %c : f32
  %n = arith.cmpf ogt, %d, %zero : f32
  %q = arith.select %n, %minus, %one : f32
  return %q : f32
}

// -----

// A clamp and a sign in one loop: the sign is on scalars, in mode=relaxed too.
// CHECK-LABEL: func.func @one_loop
// CHECK-NOT: quant_bnn
// CHECK: return
// RELAXED-LABEL: func.func @one_loop
// RELAXED: %[[C:.*]] = arith.minimumf
// RELAXED-NEXT: %[[Q:.*]] = quant_bnn.sign %[[C]] : f32
// RELAXED-NEXT: linalg.yield %[[Q]]
// VALUES-LABEL: func.func @one_loop
#id = affine_map<(i) -> (i)>
func.func @one_loop(%x: tensor<?xf32>) -> tensor<?xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%x : tensor<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %low = arith.maximumf %in, %minus : f32
    %c = arith.minimumf %low, %one : f32
    %at_least = arith.cmpf oge, %c, %zero : f32
    %below = arith.cmpf olt, %c, %zero : f32
    %a = arith.uitofp %at_least : i1 to f32
    %b = arith.uitofp %below : i1 to f32
    %s = arith.subf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  return %q : tensor<?xf32>
}
