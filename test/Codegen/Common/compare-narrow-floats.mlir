// RUN: bnn-opt %s --bnn-codegen-compare-narrow-floats --canonicalize --cse \
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

// What is not one range, not 16 bits, or not a constant.
// CHECK-LABEL: func @others
// CHECK-COUNT-6: arith.cmpf
// CHECK:         return
func.func @others(%x: bf16, %y: f32, %z: f32) -> (i1, i1, i1, i1, i1, i1) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %zero64 = arith.constant 0.0 : f64
  %wide = arith.extf %x : bf16 to f32
  %wide64 = arith.extf %y : f32 to f64
  %size = math.absf %wide : f32
  %not_above = arith.cmpf ole, %wide, %zero : f32
  %signed = arith.cmpf olt, %wide, %one : f32
  %outside = arith.cmpf ogt, %size, %one : f32
  %unordered = arith.cmpf ult, %wide, %zero : f32
  %f32 = arith.cmpf olt, %wide64, %zero64 : f64
  %variable = arith.cmpf olt, %wide, %z : f32
  return %not_above, %signed, %outside, %unordered, %f32, %variable
      : i1, i1, i1, i1, i1, i1
}

// CHECK-LABEL: func @tensors
// CHECK:         arith.cmpf
func.func @tensors(%x: tensor<4xbf16>) -> tensor<4xi1> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %wide = arith.extf %x : tensor<4xbf16> to tensor<4xf32>
  %below = arith.cmpf olt, %wide, %zero : tensor<4xf32>
  return %below : tensor<4xi1>
}
