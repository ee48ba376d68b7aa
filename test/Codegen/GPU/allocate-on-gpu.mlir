// RUN: bnn-opt %s --bnn-codegen-allocate-on-gpu | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-allocate-on-gpu=unbounded-views | FileCheck %s --check-prefix=UNBOUNDED

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

// What a kernel reads is copied to the device first; a copy can be from the host.
// CHECK-LABEL: func @constants(
// CHECK-SAME:    %[[Y:.*]]: memref<4xf32>)
// CHECK:         %[[COPIED:.*]] = memref.get_global @weights
// CHECK:         gpu.memcpy %[[Y]], %[[COPIED]]
// CHECK:         %[[HOST:.*]] = memref.get_global @weights
// CHECK:         %[[DEVICE:.*]] = gpu.alloc () : memref<4xf32>
// CHECK:         gpu.memcpy %[[DEVICE]], %[[HOST]]
// CHECK:         gpu.launch
// CHECK:           memref.load %[[DEVICE]]
// CHECK:         gpu.dealloc %[[DEVICE]]
// CHECK-NEXT:    return
func.func @constants(%y: memref<4xf32>) {
  %c1 = arith.constant 1 : index
  %copied = memref.get_global @weights : memref<4xf32>
  memref.copy %copied, %y : memref<4xf32> to memref<4xf32>
  %read = memref.get_global @weights : memref<4xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    %0 = memref.load %read[%tx] : memref<4xf32>
    memref.store %0, %y[%tx] : memref<4xf32>
    gpu.terminator
  }
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
// CHECK:         %[[SOURCE:.*]] = memref.reinterpret_cast %[[X]]
// CHECK:         %[[TARGET:.*]] = memref.reinterpret_cast %[[DEVICE]]
// CHECK:         gpu.launch
// CHECK:           %[[ELEMENT:.*]] = memref.load %[[SOURCE]]
// CHECK:           memref.store %[[ELEMENT]], %[[TARGET]]
// CHECK:         gpu.memcpy %[[HOST]], %[[DEVICE]]
// CHECK:         gpu.dealloc %[[DEVICE]]
// CHECK:         memref.load %[[HOST]][]
// UNBOUNDED-LABEL: func @load_element(
// UNBOUNDED:         memref.load %{{.*}} : memref<281474976710656xf32>
func.func @load_element(%x: memref<?xf32>, %i: index) -> f32 {
  %0 = memref.load %x[%i] : memref<?xf32>
  return %0 : f32
}

// CHECK-LABEL: func @store(
// CHECK-SAME:    %[[X:.*]]: memref<?xf32>, %[[I:.*]]: index, %[[V:.*]]: f32)
// CHECK:         %[[TARGET:.*]] = memref.reinterpret_cast %[[X]]
// CHECK:         gpu.launch
// CHECK:           memref.store %[[V]], %[[TARGET]]
func.func @store(%x: memref<?xf32>, %i: index, %v: f32) {
  memref.store %v, %x[%i] : memref<?xf32>
  return
}

// A list that only the host has stays with it, also where functions share it.
// CHECK-LABEL: func private @sum(
// CHECK:         scf.for
// CHECK-NEXT:      memref.load
// CHECK-LABEL: func @host(
// CHECK:         memref.alloc()
// CHECK:         memref.store
// CHECK:         memref.dealloc
func.func private @sum(%list: memref<?xindex>) -> index {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %list, %c0 : memref<?xindex>
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%old = %c0) -> index {
    %0 = memref.load %list[%i] : memref<?xindex>
    %new = arith.addi %old, %0 : index
    scf.yield %new : index
  }
  return %sum : index
}
func.func @host(%v: index) -> index {
  %c0 = arith.constant 0 : index
  %list = memref.alloc() : memref<1xindex>
  memref.store %v, %list[%c0] : memref<1xindex>
  %cast = memref.cast %list : memref<1xindex> to memref<?xindex>
  %0 = call @sum(%cast) : (memref<?xindex>) -> index
  memref.dealloc %list : memref<1xindex>
  return %0 : index
}

// What may be a buffer of the device is on the device.
// CHECK-LABEL: func @either(
// CHECK:         gpu.alloc ()
// CHECK:         scf.if
// CHECK:         gpu.launch
func.func @either(%x: memref<4xf32>, %c: i1, %v: f32) {
  %c0 = arith.constant 0 : index
  %own = memref.alloc() : memref<4xf32>
  %either = scf.if %c -> memref<4xf32> {
    scf.yield %x : memref<4xf32>
  } else {
    scf.yield %own : memref<4xf32>
  }
  memref.store %v, %either[%c0] : memref<4xf32>
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
