// The forms of docs/STE.md, one function each, on !t with conditions of !b.
// ste_forms.py makes scalars, vectors and tensors of it, bodies of one loop and
// chains of loops, in each element type.

// torch.sign, with its zero mapped to 1, through torch-mlir.
func.func @sign_where_zero(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %minus = arith.constant -1.0 : !t
  %above = arith.cmpf ogt, %x, %zero : !t
  %a = arith.select %above, %one, %zero : !b, !t
  %below = arith.cmpf olt, %x, %zero : !t
  %b = arith.select %below, %minus, %a : !b, !t
  %none = arith.cmpf oeq, %b, %zero : !t
  %y = arith.select %none, %one, %b : !b, !t
  return %y : !t
}

// The same through TOSA, which has no less-than.
func.func @sign_where_zero_swapped(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %minus = arith.constant -1.0 : !t
  %above = arith.cmpf ogt, %x, %zero : !t
  %a = arith.select %above, %one, %zero : !b, !t
  %below = arith.cmpf ogt, %zero, %x : !t
  %b = arith.select %below, %minus, %a : !b, !t
  %none = arith.cmpf oeq, %b, %zero : !t
  %y = arith.select %none, %one, %b : !b, !t
  return %y : !t
}

// stablehlo.sign with its zero mapped to 1.
func.func @sign_of_nan_where_zero(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %nan = arith.cmpf uno, %x, %x : !t
  %none = arith.cmpf oeq, %x, %zero : !t
  %unit = math.copysign %one, %x : !t
  %a = arith.select %none, %one, %unit : !b, !t
  %y = arith.select %nan, %x, %a : !b, !t
  return %y : !t
}

// torch.sign as it is.
func.func @sign_with_zero(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %minus = arith.constant -1.0 : !t
  %above = arith.cmpf ogt, %x, %zero : !t
  %a = arith.select %above, %one, %zero : !b, !t
  %below = arith.cmpf olt, %x, %zero : !t
  %y = arith.select %below, %minus, %a : !b, !t
  return %y : !t
}

// Brevitas, C++.
func.func @sign_difference_of_masks(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %at_least = arith.cmpf oge, %x, %zero : !t
  %below = arith.cmpf olt, %x, %zero : !t
  %a = arith.uitofp %at_least : !b to !t
  %b = arith.uitofp %below : !b to !t
  %y = arith.subf %a, %b : !t
  return %y : !t
}

// Brevitas, Python.
func.func @sign_scaled_mask(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %two = arith.constant 2.0 : !t
  %at_least = arith.cmpf oge, %x, %zero : !t
  %a = arith.uitofp %at_least : !b to !t
  %b = arith.mulf %a, %two : !t
  %y = arith.subf %b, %one : !t
  return %y : !t
}

// where(x >= 0, 1, -1): JAX, QONNX.
func.func @sign_where_at_least(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %minus = arith.constant -1.0 : !t
  %at_least = arith.cmpf oge, %x, %zero : !t
  %y = arith.select %at_least, %one, %minus : !b, !t
  return %y : !t
}

// where(x < 0, -1, 1): Larq Compute Engine.
func.func @sign_where_below(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %minus = arith.constant -1.0 : !t
  %below = arith.cmpf olt, %x, %zero : !t
  %y = arith.select %below, %minus, %one : !b, !t
  return %y : !t
}

// where(x > 0, 1, -1): bitorch.
func.func @heaviside_minus(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %minus = arith.constant -1.0 : !t
  %above = arith.cmpf ogt, %x, %zero : !t
  %y = arith.select %above, %one, %minus : !b, !t
  return %y : !t
}

// where(x > 0, 1, 0).
func.func @heaviside_mask(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %above = arith.cmpf ogt, %x, %zero : !t
  %y = arith.uitofp %above : !b to !t
  return %y : !t
}

// sign(sign(x) + 0.1): Larq on TensorFlow, whose sign is NaN at NaN.
func.func @sign_of_shifted_sign(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %minus = arith.constant -1.0 : !t
  %tenth = arith.constant 0.1 : !t
  %nan = arith.cmpf uno, %x, %x : !t
  %above = arith.cmpf ogt, %x, %zero : !t
  %below = arith.cmpf olt, %x, %zero : !t
  %a = arith.select %above, %one, %zero : !b, !t
  %b = arith.select %below, %minus, %a : !b, !t
  %c = arith.select %nan, %x, %b : !b, !t
  %d = arith.addf %c, %tenth : !t
  %nan2 = arith.cmpf uno, %d, %d : !t
  %above2 = arith.cmpf ogt, %d, %zero : !t
  %below2 = arith.cmpf olt, %d, %zero : !t
  %e = arith.select %above2, %one, %zero : !b, !t
  %f = arith.select %below2, %minus, %e : !b, !t
  %y = arith.select %nan2, %d, %f : !b, !t
  return %y : !t
}

// copysign(1, x).
func.func @sign_copied(%x: !t) -> !t {
  %one = arith.constant 1.0 : !t
  %y = math.copysign %one, %x : !t
  return %y : !t
}

// round(clamp(x, 0, 1) 3) / 3, with the clamp of torch-mlir.
func.func @dorefa_torch(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %n = arith.constant 3.0 : !t
  %below = arith.cmpf ult, %x, %zero : !t
  %a = arith.select %below, %zero, %x : !b, !t
  %above = arith.cmpf ugt, %a, %one : !t
  %b = arith.select %above, %one, %a : !b, !t
  %c = arith.mulf %b, %n : !t
  %d = math.roundeven %c : !t
  %y = arith.divf %d, %n : !t
  return %y : !t
}

// The same, with the clamp of TOSA.
func.func @dorefa_min_max(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %n = arith.constant 3.0 : !t
  %a = arith.minimumf %x, %one : !t
  %b = arith.maximumf %a, %zero : !t
  %c = arith.mulf %b, %n : !t
  %d = math.roundeven %c : !t
  %y = arith.divf %d, %n : !t
  return %y : !t
}

// The same, with a clamp that keeps a NaN and a negative zero.
func.func @dorefa_ordered(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %n = arith.constant 3.0 : !t
  %below = arith.cmpf olt, %x, %zero : !t
  %a = arith.select %below, %zero, %x : !b, !t
  %above = arith.cmpf ogt, %a, %one : !t
  %b = arith.select %above, %one, %a : !b, !t
  %c = arith.mulf %b, %n : !t
  %d = math.roundeven %c : !t
  %y = arith.divf %d, %n : !t
  return %y : !t
}

// Multiplied by the reciprocal, as PyTorch's compiler does.
func.func @dorefa_reciprocal(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %n = arith.constant 15.0 : !t
  %reciprocal = arith.constant 0.066666666666666667 : !t
  %below = arith.cmpf olt, %x, %zero : !t
  %a = arith.select %below, %zero, %x : !b, !t
  %above = arith.cmpf ogt, %a, %one : !t
  %b = arith.select %above, %one, %a : !b, !t
  %c = arith.mulf %b, %n : !t
  %d = math.roundeven %c : !t
  %y = arith.mulf %d, %reciprocal : !t
  return %y : !t
}

// Rounded half away from zero.
func.func @dorefa_half_away(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %n = arith.constant 3.0 : !t
  %below = arith.cmpf olt, %x, %zero : !t
  %a = arith.select %below, %zero, %x : !b, !t
  %above = arith.cmpf ogt, %a, %one : !t
  %b = arith.select %above, %one, %a : !b, !t
  %c = arith.mulf %b, %n : !t
  %d = math.round %c : !t
  %y = arith.divf %d, %n : !t
  return %y : !t
}

// aten.round through TOSA: floor, ceil and a choice at ties.
func.func @dorefa_round_of_floor(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %half = arith.constant 0.5 : !t
  %one = arith.constant 1.0 : !t
  %n = arith.constant 3.0 : !t
  %below = arith.cmpf olt, %x, %zero : !t
  %a = arith.select %below, %zero, %x : !b, !t
  %above = arith.cmpf ogt, %a, %one : !t
  %b = arith.select %above, %one, %a : !b, !t
  %c = arith.mulf %b, %n : !t
  %floor = math.floor %c : !t
  %ceil = math.ceil %c : !t
  %fraction = arith.subf %c, %floor : !t
  %halved = arith.mulf %floor, %half : !t
  %halved_floor = math.floor %halved : !t
  %even = arith.cmpf oeq, %halved, %halved_floor : !t
  %low = arith.cmpf ogt, %half, %fraction : !t
  %tie = arith.cmpf oeq, %fraction, %half : !t
  %tie_down = arith.andi %tie, %even : !b
  %down = arith.ori %low, %tie_down : !b
  %d = arith.select %down, %floor, %ceil : !b, !t
  %y = arith.divf %d, %n : !t
  return %y : !t
}

// Larq, GradientCancellation: g where abs x <= 1.
func.func @clip_abs(%x: !t, %g: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %a = math.absf %x : !t
  %in = arith.cmpf ole, %a, %one : !t
  %y = arith.select %in, %g, %zero : !b, !t
  return %y : !t
}

// hardtanh_backward through torch-mlir.
func.func @clip_unordered(%x: !t, %g: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %minus = arith.constant -1.0 : !t
  %below = arith.cmpf ult, %x, %minus : !t
  %above = arith.cmpf ugt, %x, %one : !t
  %out = arith.ori %below, %above : !b
  %y = arith.select %out, %zero, %g : !b, !t
  return %y : !t
}

// hardtanh_backward through TOSA: a NaN passes.
func.func @clip_ordered(%x: !t, %g: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %minus = arith.constant -1.0 : !t
  %above = arith.cmpf ogt, %x, %one : !t
  %below = arith.cmpf ogt, %minus, %x : !t
  %out = arith.ori %above, %below : !b
  %y = arith.select %out, %zero, %g : !b, !t
  return %y : !t
}

// An open window: PyTorch's hardtanh.
func.func @clip_open(%x: !t, %g: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %a = math.absf %x : !t
  %in = arith.cmpf olt, %a, %one : !t
  %y = arith.select %in, %g, %zero : !b, !t
  return %y : !t
}

// A mask that multiplies: bitorch, ATen's fake_quantize.
func.func @clip_mask(%x: !t, %g: !t) -> !t {
  %one = arith.constant 1.0 : !t
  %a = math.absf %x : !t
  %in = arith.cmpf ole, %a, %one : !t
  %mask = arith.uitofp %in : !b to !t
  %y = arith.mulf %g, %mask : !t
  return %y : !t
}

// The gradient of a clamp to [0, 1].
func.func @window(%x: !t, %g: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %at_least = arith.cmpf oge, %x, %zero : !t
  %at_most = arith.cmpf ole, %x, %one : !t
  %in = arith.andi %at_least, %at_most : !b
  %y = arith.select %in, %g, %zero : !b, !t
  return %y : !t
}

// The gradient of ApproxSign, selected.
func.func @approx_select(%x: !t, %g: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %two = arith.constant 2.0 : !t
  %a = math.absf %x : !t
  %in = arith.cmpf ole, %a, %one : !t
  %b = arith.mulf %a, %two : !t
  %c = arith.subf %two, %b : !t
  %d = arith.mulf %c, %g : !t
  %y = arith.select %in, %d, %zero : !b, !t
  return %y : !t
}

// The same with a mask that multiplies: bitorch.
func.func @approx_mask(%x: !t, %g: !t) -> !t {
  %one = arith.constant 1.0 : !t
  %two = arith.constant 2.0 : !t
  %a = math.absf %x : !t
  %in = arith.cmpf ole, %a, %one : !t
  %b = arith.mulf %a, %two : !t
  %c = arith.subf %two, %b : !t
  %mask = arith.uitofp %in : !b to !t
  %d = arith.mulf %c, %mask : !t
  %y = arith.mulf %d, %g : !t
  return %y : !t
}

// The gradient of SwishSign, as bitorch writes it.
func.func @swish_cosh(%x: !t, %g: !t) -> !t {
  %one = arith.constant 1.0 : !t
  %two = arith.constant 2.0 : !t
  %beta = arith.constant 5.0 : !t
  %z = arith.mulf %x, %beta : !t
  %half = arith.divf %z, %two : !t
  %tanh = math.tanh %half : !t
  %product = arith.mulf %z, %tanh : !t
  %difference = arith.subf %two, %product : !t
  %numerator = arith.mulf %beta, %difference : !t
  %cosh = math.cosh %z : !t
  %denominator = arith.addf %cosh, %one : !t
  %slope = arith.divf %numerator, %denominator : !t
  %y = arith.mulf %g, %slope : !t
  return %y : !t
}

// With the tanh of all of z, which is another function.
func.func @swish_other(%x: !t, %g: !t) -> !t {
  %one = arith.constant 1.0 : !t
  %two = arith.constant 2.0 : !t
  %beta = arith.constant 5.0 : !t
  %z = arith.mulf %x, %beta : !t
  %tanh = math.tanh %z : !t
  %product = arith.mulf %z, %tanh : !t
  %difference = arith.subf %two, %product : !t
  %numerator = arith.mulf %beta, %difference : !t
  %cosh = math.cosh %z : !t
  %denominator = arith.addf %cosh, %one : !t
  %slope = arith.divf %numerator, %denominator : !t
  %y = arith.mulf %g, %slope : !t
  return %y : !t
}

// x + (sign(x) - x), the detach trick without its barrier.
func.func @detach_sign(%x: !t) -> !t {
  %zero = arith.constant 0.0 : !t
  %one = arith.constant 1.0 : !t
  %minus = arith.constant -1.0 : !t
  %at_least = arith.cmpf oge, %x, %zero : !t
  %q = arith.select %at_least, %one, %minus : !b, !t
  %d = arith.subf %q, %x : !t
  %y = arith.addf %x, %d : !t
  return %y : !t
}

// (x - x) + round(x): JAX.
func.func @detach_round(%x: !t) -> !t {
  %q = math.roundeven %x : !t
  %z = arith.subf %x, %x : !t
  %y = arith.addf %z, %q : !t
  return %y : !t
}
