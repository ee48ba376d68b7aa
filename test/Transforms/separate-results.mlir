// RUN: bnn-opt %s --quant-bnn-separate-results | FileCheck %s

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
