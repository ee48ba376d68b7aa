// RUN: bnn-opt %s --quant-bnn-raise-ste=mode=relaxed | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-raise-ste --quant-bnn-raise-ste=mode=relaxed | FileCheck %s --check-prefix=LATER

// A quantizer whose gradient is straight-through stands for the whole.
// CHECK-LABEL: func.func @sign
// CHECK-SAME: (%[[X:.*]]: f32)
// CHECK-NEXT: %[[Y:.*]] = quant_bnn.sign %[[X]] : f32
// CHECK-NEXT: return %[[Y]]
// One that was raised before is around any function of x.
// LATER-LABEL: func.func @sign
// LATER-SAME: (%[[X:.*]]: f32)
// LATER-NEXT: %[[Q:.*]] = quant_bnn.sign %[[X]] : f32
// LATER-NEXT: quant_bnn.straight_through %[[Q]] for %[[X]] : f32
func.func @sign(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %c = arith.cmpf olt, %x, %zero : f32
  %q = arith.select %c, %minus, %one : f32
  %d = arith.subf %q, %x : f32
  %y = arith.addf %d, %x : f32
  return %y : f32
}

// Any other function keeps its value.
// CHECK-LABEL: func.func @clamped_round
// CHECK-SAME: (%[[X:.*]]: f32)
// CHECK: %[[Q:.*]] = math.roundeven
// CHECK-NEXT: %[[Y:.*]] = quant_bnn.straight_through %[[Q]] for %[[X]] : f32
// CHECK-NEXT: return %[[Y]]
func.func @clamped_round(%x: f32) -> f32 {
  %scale = arith.constant 5.0 : f32
  %a = arith.mulf %x, %scale : f32
  %q = math.roundeven %a : f32
  %none = arith.subf %x, %x : f32
  %y = arith.addf %q, %none : f32
  return %y : f32
}

// A constant is no quantizer, and x - q another function.
// CHECK-LABEL: func.func @not_detached
// CHECK-NOT: quant_bnn
// CHECK: return
func.func @not_detached(%x: f32, %q: f32) -> (f32, f32) {
  %one = arith.constant 1.0 : f32
  %a = arith.subf %one, %x : f32
  %b = arith.addf %x, %a : f32
  %c = arith.subf %x, %q : f32
  %d = arith.addf %x, %c : f32
  return %b, %d : f32, f32
}
