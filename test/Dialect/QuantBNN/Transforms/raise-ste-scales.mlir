// RUN: bnn-opt %s --quant-bnn-raise-ste | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-raise-ste=mode=relaxed | FileCheck %s --check-prefix=RELAXED

// A division that a zero scale does not reach. Any other division is no
// dequantization.
// CHECK-LABEL: func.func @dequantize
// CHECK-NEXT: quant_bnn.dequantize %{{.*}}, %{{.*}} : f32
func.func @dequantize(%q: f32, %s: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %none = arith.cmpf oeq, %s, %zero : f32
  %a = arith.divf %q, %s : f32
  %y = arith.select %none, %zero, %a : f32
  return %y : f32
}

// CHECK-LABEL: func.func @divide
// CHECK-NOT: quant_bnn
// CHECK: return
// RELAXED-LABEL: func.func @divide
// RELAXED-NOT: quant_bnn
// RELAXED: return
func.func @divide(%q: f32, %s: f32) -> f32 {
  %y = arith.divf %q, %s : f32
  return %y : f32
}

// A clipping range that is known.
// CHECK-LABEL: func.func @fixed_range
// CHECK: %[[ALPHA:.*]] = arith.constant 6.000000e+00 : f32
// CHECK: quant_bnn.pact %{{.*}}, %[[ALPHA]] bits = 4 mode = unsigned form = value : f32
func.func @fixed_range(%x: f32) -> f32 {
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

// A learned one: the op gives 0 where it is not positive, and a finite scale
// where the quotient overflows; this does not.
// CHECK-LABEL: func.func @learned_range
// CHECK-NOT: quant_bnn
// CHECK: return
// RELAXED-LABEL: func.func @learned_range
// RELAXED: quant_bnn.pact %{{.*}}, %{{.*}} bits = 4 : f32
func.func @learned_range(%x: f32, %alpha: f32) -> f32 {
  %i = arith.constant 7.0 : f32
  %minus = arith.constant -7.0 : f32
  %s = arith.divf %i, %alpha : f32
  %a = arith.mulf %s, %x : f32
  %low = arith.cmpf olt, %a, %minus : f32
  %b = arith.select %low, %minus, %a : f32
  %high = arith.cmpf ogt, %b, %i : f32
  %c = arith.select %high, %i, %b : f32
  %y = math.roundeven %c : f32
  return %y : f32
}
