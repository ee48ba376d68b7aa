// RUN: bnn-opt %s --bnn-codegen-separate-results | FileCheck %s

// CHECK-LABEL: func @same_buffer(
func.func @same_buffer(%n: index) -> (memref<?xf32>, memref<?xf32>) {
  // CHECK: %[[M:.*]] = memref.alloc
  // CHECK: %[[SIZE:.*]] = memref.dim %[[M]]
  // CHECK: %[[COPY:.*]] = memref.alloc(%[[SIZE]]) : memref<?xf32>
  // CHECK: memref.copy %[[M]], %[[COPY]]
  // CHECK: return %[[M]], %[[COPY]]
  %m = memref.alloc(%n) : memref<?xf32>
  return %m, %m : memref<?xf32>, memref<?xf32>
}

// CHECK-LABEL: func @possibly_same_buffer(
func.func @possibly_same_buffer(%c: i1) -> (memref<4xf32>, memref<4xf32>) {
  // CHECK: %[[A:.*]] = memref.alloc
  // CHECK: %[[B:.*]] = memref.alloc
  // CHECK: %[[SELECTED:.*]] = arith.select
  // CHECK: %[[COPY:.*]] = memref.alloc
  // CHECK: memref.copy %[[SELECTED]], %[[COPY]]
  // CHECK: return %[[A]], %[[COPY]]
  %a = memref.alloc() : memref<4xf32>
  %b = memref.alloc() : memref<4xf32>
  %selected = arith.select %c, %a, %b : memref<4xf32>
  return %a, %selected : memref<4xf32>, memref<4xf32>
}

// CHECK-LABEL: func @two_buffers(
func.func @two_buffers(%a: f32) -> (memref<4xf32>, f32, memref<4xf32>, f32) {
  // CHECK: %[[A:.*]] = memref.alloc
  // CHECK: %[[B:.*]] = memref.alloc
  // CHECK-NOT: memref.copy
  // CHECK: return %[[A]], %{{.*}}, %[[B]]
  %0 = memref.alloc() : memref<4xf32>
  %1 = memref.alloc() : memref<4xf32>
  return %0, %a, %1, %a : memref<4xf32>, f32, memref<4xf32>, f32
}

// The type of a view of unknown strides can be cast, but there may be gaps in it.
// CHECK-LABEL: func @view_with_gaps(
func.func @view_with_gaps(%n: index, %k: index) -> memref<?x?xf32> {
  // CHECK: %[[VIEW:.*]] = memref.subview
  // CHECK: %[[COPY:.*]] = memref.alloc(%{{.*}}, %{{.*}}) : memref<?x?xf32>
  // CHECK: memref.copy %[[VIEW]], %[[COPY]] : memref<?x?xf32, strided<[?, 1]>> to memref<?x?xf32>
  // CHECK: return %[[COPY]]
  %m = memref.alloc(%n, %n) : memref<?x?xf32>
  %view = memref.subview %m[0, 0] [%n, %k] [1, 1] : memref<?x?xf32> to memref<?x?xf32, strided<[?, 1]>>
  %cast = memref.cast %view : memref<?x?xf32, strided<[?, 1]>> to memref<?x?xf32>
  return %cast : memref<?x?xf32>
}
