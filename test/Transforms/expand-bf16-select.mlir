// RUN: bnn-opt %s --quant-bnn-expand-bf16-select | FileCheck %s

// CHECK-LABEL: func @vector
// CHECK-SAME:    %[[C:.*]]: vector<4xi1>, %[[X:.*]]: vector<4xbf16>
// CHECK-DAG:     %[[BITS:.*]] = arith.bitcast %[[X]] : vector<4xbf16> to vector<4xi16>
// CHECK-DAG:     %[[ONE:.*]] = arith.constant dense<16256> : vector<4xi16>
// CHECK:         %[[Z:.*]] = arith.select %[[C]], %[[BITS]], %[[ONE]] : vector<4xi1>, vector<4xi16>
// CHECK:         arith.bitcast %[[Z]] : vector<4xi16> to vector<4xbf16>
func.func @vector(%c: vector<4xi1>, %x: vector<4xbf16>) -> vector<4xbf16> {
  %one = arith.constant dense<1.0> : vector<4xbf16>
  %z = arith.select %c, %x, %one : vector<4xi1>, vector<4xbf16>
  return %z : vector<4xbf16>
}

// CHECK-LABEL: func @scalar
// CHECK:         arith.select %{{.*}}, %{{.*}}, %{{.*}} : i16
func.func @scalar(%c: i1, %x: bf16, %y: bf16) -> bf16 {
  %z = arith.select %c, %x, %y : bf16
  return %z : bf16
}

// CHECK-LABEL: func @f16
// CHECK:         arith.select %{{.*}}, %{{.*}}, %{{.*}} : f16
func.func @f16(%c: i1, %x: f16, %y: f16) -> f16 {
  %z = arith.select %c, %x, %y : f16
  return %z : f16
}
