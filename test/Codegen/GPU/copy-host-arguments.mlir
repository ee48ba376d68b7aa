// RUN: bnn-opt %s --bnn-codegen-copy-host-arguments --split-input-file --verify-diagnostics | FileCheck %s

// Both are copied to the device, and what is written is copied back.
// CHECK-LABEL: func private @copy_on_device(
// CHECK:         gpu.launch
// CHECK-LABEL: func @copy(
// CHECK-SAME:    %[[X:.*]]: memref<?xf32>, %[[Y:.*]]: memref<4xf32>)
// CHECK:         %[[SIZE:.*]] = memref.dim %[[X]]
// CHECK:         %[[DX:.*]] = gpu.alloc (%[[SIZE]]) : memref<?xf32>
// CHECK:         gpu.memcpy %[[DX]], %[[X]]
// CHECK:         %[[DY:.*]] = gpu.alloc () : memref<4xf32>
// CHECK:         gpu.memcpy %[[DY]], %[[Y]]
// CHECK:         call @copy_on_device(%[[DX]], %[[DY]])
// CHECK-NOT:     gpu.memcpy %[[X]]
// CHECK:         gpu.dealloc %[[DX]]
// CHECK:         gpu.memcpy %[[Y]], %[[DY]]
// CHECK:         gpu.dealloc %[[DY]]
func.func @copy(%x: memref<?xf32>, %y: memref<4xf32>) {
  %c1 = arith.constant 1 : index
  %view = memref.cast %y : memref<4xf32> to memref<?xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    %0 = memref.load %x[%tx] : memref<?xf32>
    memref.store %0, %view[%tx] : memref<?xf32>
    gpu.terminator
  }
  return
}

// CHECK-LABEL: func @caller(
// CHECK-NOT:     call @copy(
// CHECK:         call @caller_on_device
func.func @caller(%x: memref<?xf32>, %y: memref<4xf32>) {
  call @copy(%x, %y) : (memref<?xf32>, memref<4xf32>) -> ()
  return
}

// CHECK-LABEL: func @result(
// CHECK-SAME:    %[[N:.*]]: index) -> (memref<?xf32>, index)
// CHECK:         %[[RESULT:.*]]:2 = call @result_on_device(%[[N]])
// CHECK:         %[[SIZE:.*]] = memref.dim %[[RESULT]]#0
// CHECK:         %[[HOST:.*]] = memref.alloc(%[[SIZE]]) : memref<?xf32>
// CHECK:         gpu.memcpy %[[HOST]], %[[RESULT]]#0
// CHECK:         gpu.dealloc %[[RESULT]]#0
// CHECK:         return %[[HOST]], %[[RESULT]]#1
func.func @result(%n: index) -> (memref<?xf32>, index) {
  %x = gpu.alloc (%n) : memref<?xf32>
  return %x, %n : memref<?xf32>, index
}

// Nothing is to be copied for scalars, and nobody outside calls a private one.
// CHECK-LABEL: func @scalars(
// CHECK-NEXT:    return
// CHECK-LABEL: func private @private(
// CHECK-NEXT:    return
// CHECK-NOT:   func {{.*}}@private_on_device
func.func @scalars(%x: f32) -> f32 {
  return %x : f32
}
func.func private @private(%x: memref<?xf32>) {
  return
}

// -----

// expected-error @below {{argument #0 of type 'memref<?xf32, strided<[2]>>' cannot be copied to the device: it is not contiguous}}
func.func @strided(%x: memref<?xf32, strided<[2]>>) {
  return
}

// -----

// expected-error @below {{argument #1 of type 'memref<*xf32>' cannot be copied to the device: it is not contiguous}}
func.func @unranked(%n: index, %x: memref<*xf32>) {
  return
}

// -----

func.func @returned(%x: memref<?xf32>) -> memref<?xf32> {
  // expected-error @below {{result #0 is an argument, which cannot be returned from the device}}
  return %x : memref<?xf32>
}

// -----

func.func private @f_on_device()
// expected-error @below {{'@f_on_device' is already the name of a function}}
func.func @f(%x: memref<?xf32>) {
  return
}
