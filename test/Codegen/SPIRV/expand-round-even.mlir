// RUN: bnn-opt %s --bnn-codegen-expand-round-even | FileCheck %s

// CHECK-LABEL: func @f64
// CHECK-SAME:    %[[X:.*]]: f64
// CHECK:         %[[LIMIT:.*]] = arith.constant 0x4330000000000000 : f64
// CHECK:         %[[MAGNITUDE:.*]] = math.absf %[[X]] : f64
// CHECK:         %[[SUM:.*]] = arith.addf %[[MAGNITUDE]], %[[LIMIT]] : f64
// CHECK:         %[[ROUNDED:.*]] = arith.subf %[[SUM]], %[[LIMIT]] : f64
// CHECK:         %[[SIGNED:.*]] = math.copysign %[[ROUNDED]], %[[X]] : f64
// CHECK:         %[[FRACTION:.*]] = arith.cmpf olt, %[[MAGNITUDE]], %[[LIMIT]] : f64
// CHECK:         %[[Y:.*]] = arith.select %[[FRACTION]], %[[SIGNED]], %[[X]] : f64
// CHECK:         return %[[Y]]
func.func @f64(%x: f64) -> f64 {
  %y = math.roundeven %x : f64
  return %y : f64
}

// CHECK-LABEL: func @vector
// CHECK:         arith.constant dense<0x4330000000000000> : vector<2xf64>
// CHECK-NOT:     math.roundeven
func.func @vector(%x: vector<2xf64>) -> vector<2xf64> {
  %y = math.roundeven %x : vector<2xf64>
  return %y : vector<2xf64>
}

// CHECK-LABEL: func @narrower
// CHECK:         math.roundeven
func.func @narrower(%x: f32) -> f32 {
  %y = math.roundeven %x : f32
  return %y : f32
}
