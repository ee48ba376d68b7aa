// Vectors are converted before all else only where convert-to-llvm would not.

// RUN: bnn-opt %s --pass-pipeline="builtin.module(func.func(bnn-codegen-convert-vector-to-llvm))" | FileCheck %s

// CHECK-LABEL: func @later(
// CHECK:         vector.load
// CHECK:         vector.shuffle
// CHECK:         vector.extract
// CHECK:         vector.broadcast
// CHECK:         vector.store
func.func @later(%m: memref<?xf32>, %i: index) {
  %x = vector.load %m[%i] : memref<?xf32>, vector<4xf32>
  %half = vector.shuffle %x, %x [0, 1] : vector<4xf32>, vector<4xf32>
  %first = vector.extract %half[0] : f32 from vector<2xf32>
  %y = vector.broadcast %first : f32 to vector<4xf32>
  vector.store %y, %m[%i] : memref<?xf32>, vector<4xf32>
  return
}

// CHECK-LABEL: func @two_dimensions(
// CHECK-NOT:     vector.
// CHECK:         return
func.func @two_dimensions(%m: memref<?xf32>, %i: index, %x: vector<2x4xf32>) {
  %row = vector.extract %x[1] : vector<4xf32> from vector<2x4xf32>
  vector.store %row, %m[%i] : memref<?xf32>, vector<4xf32>
  return
}

// CHECK-LABEL: func @slice(
// CHECK-NOT:     vector.
// CHECK:         return
func.func @slice(%x: vector<4xf32>) -> vector<2xf32> {
  %half = vector.extract_strided_slice %x {offsets = [2], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
  return %half : vector<2xf32>
}

// A mask of 32 bits would lose what lies past 2^31 elements.
// CHECK-LABEL: func @mask(
// CHECK:         arith.cmpi {{.*}} : vector<4xi64>
func.func @mask(%size: index) -> vector<4xi1> {
  %mask = vector.create_mask %size : vector<4xi1>
  return %mask : vector<4xi1>
}

// CHECK-LABEL: func @one_lane(
// CHECK-NOT:     vector.broadcast
// CHECK:         return
func.func @one_lane(%x: vector<1xf32>) -> vector<4xf32> {
  %y = vector.broadcast %x : vector<1xf32> to vector<4xf32>
  return %y : vector<4xf32>
}
