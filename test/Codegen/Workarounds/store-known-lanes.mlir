// RUN: bnn-opt %s --bnn-codegen-store-known-lanes | FileCheck %s

// CHECK-LABEL: func @lanes(
// CHECK-SAME:      %[[X:.*]]: memref<?xi16>, %[[I:.*]]: index, %[[V:.*]]: vector<8xi16>)
// CHECK:         %[[FOUR:.*]] = vector.shuffle %[[V]], %[[V]] [0, 1, 2, 3]
// CHECK:         vector.store %[[FOUR]], %[[X]][%[[I]]] : memref<?xi16>, vector<4xi16>
// CHECK:         %[[ONE:.*]] = vector.shuffle %[[V]], %[[V]] [4]
// CHECK:         %[[J:.*]] = arith.addi %[[I]], %{{.*}}
// CHECK:         vector.store %[[ONE]], %[[X]][%[[J]]] : memref<?xi16>, vector<1xi16>
// CHECK-NOT:     vector.maskedstore
// CHECK:         return
func.func @lanes(%x: memref<?xi16>, %i: index, %v: vector<8xi16>) {
  %mask = arith.constant dense<[true, true, true, true, true, false, false, false]> : vector<8xi1>
  vector.maskedstore %x[%i], %mask, %v : memref<?xi16>, vector<8xi1>, vector<8xi16>
  return
}

// CHECK-LABEL: func @bf16_and_none(
// CHECK:         vector.store {{.*}} : memref<?xbf16>, vector<1xbf16>
// CHECK-NOT:     store
// CHECK:         return
func.func @bf16_and_none(%x: memref<?xbf16>, %i: index, %v: vector<4xbf16>) {
  %one = vector.constant_mask [1] : vector<4xi1>
  vector.maskedstore %x[%i], %one, %v : memref<?xbf16>, vector<4xi1>, vector<4xbf16>
  %none = arith.constant dense<false> : vector<4xi1>
  vector.maskedstore %x[%i], %none, %v : memref<?xbf16>, vector<4xi1>, vector<4xbf16>
  return
}

// Not truncated, not constant, and not the first lanes.
// CHECK-LABEL: func @others(
// CHECK-COUNT-3: vector.maskedstore
func.func @others(%x: memref<?xf32>, %y: memref<?xi8>, %i: index, %v: vector<4xf32>, %w: vector<4xi8>, %mask: vector<4xi1>) {
  %one = vector.constant_mask [1] : vector<4xi1>
  vector.maskedstore %x[%i], %one, %v : memref<?xf32>, vector<4xi1>, vector<4xf32>
  vector.maskedstore %y[%i], %mask, %w : memref<?xi8>, vector<4xi1>, vector<4xi8>
  %second = arith.constant dense<[false, true, false, false]> : vector<4xi1>
  vector.maskedstore %y[%i], %second, %w : memref<?xi8>, vector<4xi1>, vector<4xi8>
  return
}
