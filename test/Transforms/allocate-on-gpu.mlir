// RUN: bnn-opt %s --quant-bnn-allocate-on-gpu | FileCheck %s

memref.global "private" constant @weights : memref<4xf32> = dense<[1.0, 2.0, 3.0, 4.0]>

// CHECK-LABEL: func @buffers(
// CHECK-SAME:    %[[X:.*]]: memref<?xf32>, %[[N:.*]]: index)
// CHECK:         %[[Y:.*]] = gpu.alloc (%[[N]]) : memref<?xf32>
// CHECK:         gpu.memcpy %[[Y]], %[[X]]
// CHECK:         gpu.dealloc %[[X]]
// CHECK:         return %[[Y]]
func.func @buffers(%x: memref<?xf32>, %n: index) -> memref<?xf32> {
  %y = memref.alloc(%n) : memref<?xf32>
  memref.copy %x, %y : memref<?xf32> to memref<?xf32>
  memref.dealloc %x : memref<?xf32>
  return %y : memref<?xf32>
}

// CHECK-LABEL: func @constant(
// CHECK:         %[[HOST:.*]] = memref.get_global @weights
// CHECK:         %[[DEVICE:.*]] = gpu.alloc () : memref<4xf32>
// CHECK:         gpu.memcpy %[[DEVICE]], %[[HOST]]
// CHECK:         gpu.memcpy %{{.*}}, %[[DEVICE]]
// CHECK:         gpu.dealloc %[[DEVICE]]
// CHECK-NEXT:    return
func.func @constant(%y: memref<4xf32>) {
  %w = memref.get_global @weights : memref<4xf32>
  memref.copy %w, %y : memref<4xf32> to memref<4xf32>
  return
}

// CHECK-LABEL: func @load_scalar(
// CHECK-SAME:    %[[X:.*]]: memref<f32>)
// CHECK:         %[[HOST:.*]] = memref.alloca() : memref<f32>
// CHECK:         gpu.memcpy %[[HOST]], %[[X]]
// CHECK:         memref.load %[[HOST]][]
func.func @load_scalar(%x: memref<f32>) -> f32 {
  %0 = memref.load %x[] : memref<f32>
  return %0 : f32
}

// CHECK-LABEL: func @load_element(
// CHECK-SAME:    %[[X:.*]]: memref<?xf32>, %[[I:.*]]: index)
// CHECK:         %[[HOST:.*]] = memref.alloca() : memref<f32>
// CHECK:         %[[DEVICE:.*]] = gpu.alloc () : memref<f32>
// CHECK:         gpu.launch
// CHECK:           %[[ELEMENT:.*]] = memref.load %[[X]][%[[I]]]
// CHECK:           memref.store %[[ELEMENT]], %[[DEVICE]][]
// CHECK:         gpu.memcpy %[[HOST]], %[[DEVICE]]
// CHECK:         gpu.dealloc %[[DEVICE]]
// CHECK:         memref.load %[[HOST]][]
func.func @load_element(%x: memref<?xf32>, %i: index) -> f32 {
  %0 = memref.load %x[%i] : memref<?xf32>
  return %0 : f32
}

// CHECK-LABEL: func @store(
// CHECK-SAME:    %[[X:.*]]: memref<?xf32>, %[[I:.*]]: index, %[[V:.*]]: f32)
// CHECK:         gpu.launch
// CHECK:           memref.store %[[V]], %[[X]][%[[I]]]
func.func @store(%x: memref<?xf32>, %i: index, %v: f32) {
  memref.store %v, %x[%i] : memref<?xf32>
  return
}

// What is on the stack stays there, and a kernel's own accesses are left alone.
// CHECK-LABEL: func @untouched(
// CHECK-NOT:     gpu.memcpy
// CHECK:         memref.store %{{.*}}, %{{.*}}[] : memref<f32>
// CHECK:         memref.load
// CHECK-COUNT-1: gpu.launch
// CHECK-NOT:     gpu.launch
func.func @untouched(%x: memref<?xf32>, %v: f32) -> f32 {
  %c1 = arith.constant 1 : index
  %stack = memref.alloca() : memref<f32>
  memref.store %v, %stack[] : memref<f32>
  %0 = memref.load %stack[] : memref<f32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    memref.store %v, %x[%tx] : memref<?xf32>
    gpu.terminator
  }
  return %0 : f32
}
