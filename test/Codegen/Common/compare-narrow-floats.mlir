// RUN: bnn-opt %s --bnn-codegen-compare-narrow-floats --canonicalize --cse --allow-unregistered-dialect \
// RUN:   | FileCheck %s

// From the smallest negative number to -infinity, and no NaN.
// CHECK-LABEL: func @below
// CHECK-SAME:    %[[X:.*]]: bf16
// CHECK-DAG:     %[[OFFSET:.*]] = arith.constant -32767 : i16
// CHECK-DAG:     %[[COUNT:.*]] = arith.constant 32639 : i16
// CHECK:         %[[BITS:.*]] = arith.bitcast %[[X]] : bf16 to i16
// CHECK:         %[[I:.*]] = arith.subi %[[BITS]], %[[OFFSET]] : i16
// CHECK:         %[[C:.*]] = arith.cmpi ule, %[[I]], %[[COUNT]] : i16
// CHECK:         return %[[C]]
func.func @below(%x: bf16) -> i1 {
  %zero = arith.constant 0.0 : f32
  %wide = arith.extf %x : bf16 to f32
  %c = arith.cmpf olt, %wide, %zero : f32
  return %c : i1
}

// CHECK-LABEL: func @above
// CHECK-DAG:     %[[COUNT:.*]] = arith.constant dense<31743> : vector<4xi16>
// CHECK-DAG:     %[[OFFSET:.*]] = arith.constant dense<1> : vector<4xi16>
// CHECK:         %[[I:.*]] = arith.subi %{{.*}}, %[[OFFSET]] : vector<4xi16>
// CHECK:         arith.cmpi ule, %[[I]], %[[COUNT]] : vector<4xi16>
func.func @above(%x: vector<4xf16>) -> vector<4xi1> {
  %zero = arith.constant dense<0.0> : vector<4xf32>
  %wide = arith.extf %x : vector<4xf16> to vector<4xf32>
  %c = arith.cmpf ogt, %wide, %zero : vector<4xf32>
  return %c : vector<4xi1>
}

// 0.3 is not a bf16: the largest below it is the limit, whether it is in or not.
// CHECK-LABEL: func @within
// CHECK-DAG:     %[[LIMIT:.*]] = arith.constant 16025 : i16
// CHECK-DAG:     %[[MASK:.*]] = arith.constant 32767 : i16
// CHECK:         %[[BITS:.*]] = arith.bitcast %{{.*}} : bf16 to i16
// CHECK:         %[[SIZE:.*]] = arith.andi %[[BITS]], %[[MASK]] : i16
// CHECK:         %[[C:.*]] = arith.cmpi ule, %[[SIZE]], %[[LIMIT]] : i16
// CHECK:         return %[[C]], %[[C]]
func.func @within(%x: bf16) -> (i1, i1) {
  %limit = arith.constant 0.3 : f32
  %wide = arith.extf %x : bf16 to f32
  %size = math.absf %wide : f32
  %c = arith.cmpf ole, %size, %limit : f32
  %d = arith.cmpf olt, %size, %limit : f32
  return %c, %d : i1, i1
}

// 1 is one.
// CHECK-LABEL: func @strictly_within
// CHECK:         %[[LIMIT:.*]] = arith.constant 16255 : i16
// CHECK:         arith.cmpi ule, %{{.*}}, %[[LIMIT]] : i16
func.func @strictly_within(%x: bf16) -> i1 {
  %limit = arith.constant 1.0 : f32
  %wide = arith.extf %x : bf16 to f32
  %size = math.absf %wide : f32
  %c = arith.cmpf olt, %size, %limit : f32
  return %c : i1
}

// Everything but a NaN.
// CHECK-LABEL: func @infinite
// CHECK:         %[[LIMIT:.*]] = arith.constant 31744 : i16
// CHECK:         arith.cmpi ule, %{{.*}}, %[[LIMIT]] : i16
func.func @infinite(%x: f16) -> i1 {
  %limit = arith.constant 0x7F800000 : f32
  %wide = arith.extf %x : f16 to f32
  %size = math.absf %wide : f32
  %c = arith.cmpf ole, %size, %limit : f32
  return %c : i1
}

// What is computed with is widened anyway.
// CHECK-LABEL: func @computed
// CHECK:         arith.cmpf
// CHECK:         return
func.func @computed(%x: bf16) -> f32 {
  %zero = arith.constant 0.0 : f32
  %wide = arith.extf %x : bf16 to f32
  %c = arith.cmpf olt, %wide, %zero : f32
  %y = arith.select %c, %zero, %wide : f32
  return %y : f32
}

// Numbers from 0 to 1 and -0, of bf16 that is not widened.
// CHECK-LABEL: func @between
// CHECK-DAG:     %[[ONE:.*]] = arith.constant 16256 : i16
// CHECK-DAG:     %[[MINUS_ZERO:.*]] = arith.constant -32768 : i16
// CHECK:         %[[BITS:.*]] = arith.bitcast %{{.*}} : bf16 to i16
// CHECK:         %[[A:.*]] = arith.cmpi ule, %[[BITS]], %[[ONE]] : i16
// CHECK:         %[[B:.*]] = arith.cmpi eq, %[[BITS]], %[[MINUS_ZERO]] : i16
// CHECK:         %[[C:.*]] = arith.ori %[[A]], %[[B]] : i1
// CHECK:         return %[[C]]
func.func @between(%x: bf16) -> i1 {
  %zero = arith.constant 0.0 : bf16
  %one = arith.constant 1.0 : bf16
  %low = arith.cmpf oge, %x, %zero : bf16
  %high = arith.cmpf ole, %x, %one : bf16
  %c = arith.andi %low, %high : i1
  return %c : i1
}

// Up to 1: -infinity to -0, too.
// CHECK-LABEL: func @up_to
// CHECK-DAG:     %[[COUNT:.*]] = arith.constant 31744 : i16
// CHECK-DAG:     %[[ONE:.*]] = arith.constant 15360 : i16
// CHECK-DAG:     %[[MINUS_ZERO:.*]] = arith.constant -32768 : i16
// CHECK:         %[[A:.*]] = arith.cmpi ule, %[[BITS:.*]], %[[ONE]] : i16
// CHECK:         %[[I:.*]] = arith.subi %[[BITS]], %[[MINUS_ZERO]] : i16
// CHECK:         %[[B:.*]] = arith.cmpi ule, %[[I]], %[[COUNT]] : i16
// CHECK:         arith.ori %[[A]], %[[B]] : i1
func.func @up_to(%x: f16) -> i1 {
  %one = arith.constant 1.0 : f16
  %c = arith.cmpf ole, %x, %one : f16
  return %c : i1
}

// A magnitude above 1; none below 0; and no number above 1 and below -1.
// CHECK-LABEL: func @magnitudes
// CHECK-DAG:     %[[ABOVE_ONE:.*]] = arith.constant 16257 : i16
// CHECK-DAG:     %[[COUNT:.*]] = arith.constant 16383 : i16
// CHECK-DAG:     %[[FALSE:.*]] = arith.constant false
// CHECK:         %[[I:.*]] = arith.subi %{{.*}}, %[[ABOVE_ONE]] : i16
// CHECK:         %[[C:.*]] = arith.cmpi ule, %[[I]], %[[COUNT]] : i16
// CHECK:         return %[[C]], %[[FALSE]], %[[FALSE]]
func.func @magnitudes(%x: bf16) -> (i1, i1, i1) {
  %zero = arith.constant 0.0 : bf16
  %one = arith.constant 1.0 : bf16
  %minus_one = arith.constant -1.0 : bf16
  %size = math.absf %x : bf16
  %outside = arith.cmpf ogt, %size, %one : bf16
  %below = arith.cmpf olt, %size, %zero : bf16
  %high = arith.cmpf ogt, %x, %one : bf16
  %low = arith.cmpf olt, %x, %minus_one : bf16
  %both = arith.andi %low, %high : i1
  return %outside, %below, %both : i1, i1, i1
}

// Selecting a narrow value does not widen it.
// CHECK-LABEL: func @selected
// CHECK:         %[[C:.*]] = arith.ori
// CHECK:         arith.select %[[C]], %{{.*}}, %{{.*}} : bf16
func.func @selected(%x: bf16) -> bf16 {
  %zero = arith.constant 0.0 : bf16
  %c = arith.cmpf oge, %x, %zero : bf16
  %y = arith.select %c, %x, %zero : bf16
  return %y : bf16
}

// Nothing is above infinity. Unless a constant is a bf16, the next
// numbers around it count.
// CHECK-LABEL: func @rounded
// CHECK-DAG:     %[[BELOW:.*]] = arith.constant 15820 : i16
// CHECK-DAG:     %[[ABOVE:.*]] = arith.constant 15821 : i16
// CHECK-DAG:     %[[FALSE:.*]] = arith.constant false
// CHECK:         arith.cmpi ule, %{{.*}}, %[[BELOW]] : i16
// CHECK:         arith.subi %{{.*}}, %[[ABOVE]] : i16
// CHECK:         return %{{.*}}, %{{.*}}, %[[FALSE]]
func.func @rounded(%x: bf16) -> (i1, i1, i1) {
  %tenth = arith.constant 0.1 : f32
  %infinity = arith.constant 0x7FF0000000000000 : f64
  %wide = arith.extf %x : bf16 to f32
  %wide64 = arith.extf %x : bf16 to f64
  %below = arith.cmpf olt, %wide, %tenth : f32
  %above = arith.cmpf ogt, %wide, %tenth : f32
  %none = arith.cmpf ogt, %wide64, %infinity : f64
  return %below, %above, %none : i1, i1, i1
}

// Values may be used before they are defined.
// CHECK-LABEL: "test.graph"
// CHECK-NOT:     arith.cmpf
"test.graph"() ({
^bb0(%x: bf16):
  %both = arith.andi %low, %high : i1
  %zero = arith.constant 0.0 : bf16
  %one = arith.constant 1.0 : bf16
  %low = arith.cmpf oge, %x, %zero : bf16
  %high = arith.cmpf ole, %x, %one : bf16
  "test.use"(%both) : (i1) -> ()
}) : () -> ()

// Comparisons that stay: oeq, unordered, f32, and with a variable.
// CHECK-LABEL: func @others
// CHECK-COUNT-4: arith.cmpf
// CHECK:         return
func.func @others(%x: bf16, %y: f32, %z: f32) -> (i1, i1, i1, i1) {
  %zero = arith.constant 0.0 : f32
  %zero64 = arith.constant 0.0 : f64
  %wide = arith.extf %x : bf16 to f32
  %wide64 = arith.extf %y : f32 to f64
  %equal = arith.cmpf oeq, %wide, %zero : f32
  %unordered = arith.cmpf ult, %wide, %zero : f32
  %f32 = arith.cmpf olt, %wide64, %zero64 : f64
  %variable = arith.cmpf olt, %wide, %z : f32
  return %equal, %unordered, %f32, %variable : i1, i1, i1, i1
}

// CHECK-LABEL: func @tensors
// CHECK:         arith.cmpf
func.func @tensors(%x: tensor<4xbf16>) -> tensor<4xi1> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %wide = arith.extf %x : tensor<4xbf16> to tensor<4xf32>
  %below = arith.cmpf olt, %wide, %zero : tensor<4xf32>
  return %below : tensor<4xi1>
}
