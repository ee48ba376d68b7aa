// RUN: bnn-opt %s --quant-bnn-raise-ste=mode=relaxed 2> %t.log | FileCheck %s
// The code states the identity: nothing is assumed, whatever is asked for.
// RUN: count 0 < %t.log
// RUN: bnn-opt %s --quant-bnn-raise-ste='mode=relaxed estimator=clip' | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-raise-ste='mode=relaxed estimator=none' | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-raise-ste=estimator=straight-through | FileCheck %s --check-prefix=EXACT
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

// A clamp before the idiom keeps its gradient.
// CHECK-LABEL: func.func @clamped_sign
// CHECK: %[[C:.*]] = arith.minimumf
// CHECK-NEXT: %[[Y:.*]] = quant_bnn.sign %[[C]] : f32
// CHECK-NEXT: return %[[Y]]
// EXACT-LABEL: func.func @clamped_sign
// EXACT: %[[C:.*]] = arith.minimumf
// EXACT-NEXT: %[[Q:.*]] = quant_bnn.sign %[[C]] : f32
// EXACT-NEXT: %[[D:.*]] = arith.subf %[[Q]], %[[C]]
// EXACT-NEXT: %[[Y:.*]] = arith.addf %[[C]], %[[D]]
// EXACT-NEXT: return %[[Y]]
func.func @clamped_sign(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %low = arith.maximumf %x, %minus : f32
  %c = arith.minimumf %low, %one : f32
  %n = arith.cmpf olt, %c, %zero : f32
  %q = arith.select %n, %minus, %one : f32
  %d = arith.subf %q, %c : f32
  %y = arith.addf %c, %d : f32
  return %y : f32
}

// A quantizer that only straight_through reads, here of an input scaled by 2, has
// no gradient to state, nor one to hide.
// CHECK-LABEL: func.func @sign_of_scaled
// CHECK-SAME: (%[[X:[^ ]*]]: tensor<4xf32>, %[[W:[^ ]*]]: tensor<4xf32>)
// CHECK-NEXT: %[[Q:.*]] = quant_bnn.sign %[[X]] : tensor<4xf32>
// CHECK-NEXT: %[[Y:.*]] = quant_bnn.straight_through %[[Q]] for %[[W]] : tensor<4xf32>
// CHECK-NEXT: return %[[Y]]
#id = affine_map<(d0) -> (d0)>
func.func @sign_of_scaled(%x: tensor<4xf32>, %w: tensor<4xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %minus = arith.constant -1.0 : f32
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %c = arith.mulf %in, %two : f32
    %n = arith.cmpf olt, %c, %zero : f32
    %s = arith.select %n, %minus, %one : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %d = arith.subf %q, %w : tensor<4xf32>
  %y = arith.addf %w, %d : tensor<4xf32>
  return %y : tensor<4xf32>
}
