// RUN: bnn-opt %s --quant-bnn-raise-ste | FileCheck %s

// What the flags exclude need not agree: here a NaN,
// CHECK-LABEL: func.func @no_nan
// CHECK-NEXT: quant_bnn.sign %{{.*}} : f32
func.func @no_nan(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %at_least = arith.cmpf oge, %x, %zero fastmath<nnan> : f32
  %below = arith.cmpf olt, %x, %zero fastmath<nnan> : f32
  %a = arith.uitofp %at_least : i1 to f32
  %b = arith.uitofp %below : i1 to f32
  %y = arith.subf %a, %b : f32
  return %y : f32
}

// here an infinite or NaN g, and the sign of a zero.
// CHECK-LABEL: func.func @finite_product
// CHECK-NEXT: quant_bnn.gradient_cancellation_grad %{{.*}}, %{{.*}} threshold = 1.000000e+00 : f32
func.func @finite_product(%x: f32, %g: f32) -> f32 {
  %one = arith.constant 1.0 : f32
  %a = math.absf %x : f32
  %in = arith.cmpf ole, %a, %one : f32
  %mask = arith.uitofp %in : i1 to f32
  %y = arith.mulf %g, %mask fastmath<nnan,ninf,nsz> : f32
  return %y : f32
}

// Without nsz, 0 times a negative g is -0.
// CHECK-LABEL: func.func @signed_product
// CHECK-NOT: quant_bnn
// CHECK: return
func.func @signed_product(%x: f32, %g: f32) -> f32 {
  %one = arith.constant 1.0 : f32
  %a = math.absf %x : f32
  %in = arith.cmpf ole, %a, %one : f32
  %mask = arith.uitofp %in : i1 to f32
  %y = arith.mulf %g, %mask fastmath<nnan,ninf> : f32
  return %y : f32
}
