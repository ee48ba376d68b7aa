// RUN: bnn-opt %s --bnn-codegen-create-globals --split-input-file | FileCheck %s

// CHECK-DAG:   memref.global "private" constant @[[$A:.*]] : memref<2xf32> = dense<[1.000000e+00, 2.000000e+00]> {alignment = 64 : i64}
// CHECK-DAG:   memref.global "private" constant @used
// CHECK-DAG:   memref.global constant @public
// CHECK-DAG:   memref.global "private" @variable
// CHECK-NOT:   @unused
memref.global "private" constant @unused : memref<2xf32> = dense<3.0>
memref.global "private" constant @used : memref<2xf32> = dense<4.0>
memref.global constant @public : memref<2xf32> = dense<5.0>
memref.global "private" @variable : memref<2xf32> = dense<6.0>

// Equal constants share a global.
// CHECK-LABEL: func @read
// CHECK-NEXT:    %[[X:.*]] = memref.get_global @[[$A]] : memref<2xf32>
// CHECK-NEXT:    %[[Y:.*]] = memref.get_global @[[$A]] : memref<2xf32>
// CHECK-NEXT:    %[[Z:.*]] = memref.get_global @used
// CHECK-NEXT:    return %[[X]], %[[Y]], %[[Z]]
func.func @read() -> (memref<2xf32>, memref<2xf32>, memref<2xf32>) {
  %0 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %x = bufferization.to_buffer %0 read_only : tensor<2xf32> to memref<2xf32>
  %1 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %y = bufferization.to_buffer %1 read_only : tensor<2xf32> to memref<2xf32>
  %z = memref.get_global @used : memref<2xf32>
  return %x, %y, %z : memref<2xf32>, memref<2xf32>, memref<2xf32>
}

// -----

// A global that may be written has the value of a constant only at first.
// CHECK-DAG:   memref.global "private" @state : memref<2xf32>
// CHECK-DAG:   memref.global "private" constant @[[$B:.*]] : memref<2xf32>
memref.global "private" @state : memref<2xf32> = dense<[1.0, 2.0]> {alignment = 64}

// CHECK-LABEL: func @variable
// CHECK-NEXT:    memref.get_global @[[$B]] : memref<2xf32>
// CHECK-NEXT:    memref.get_global @state : memref<2xf32>
func.func @variable() -> (memref<2xf32>, memref<2xf32>) {
  %0 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %x = bufferization.to_buffer %0 read_only : tensor<2xf32> to memref<2xf32>
  %y = memref.get_global @state : memref<2xf32>
  return %x, %y : memref<2xf32>, memref<2xf32>
}

// -----

// A module inside has globals of its own.
// CHECK:       module @inner
// CHECK-NEXT:    memref.global "private" constant @[[C:.*]] : memref<2xf32>
// CHECK-NEXT:    func @nested
// CHECK-NEXT:      memref.get_global @[[C]] : memref<2xf32>
module @inner {
  memref.global "private" constant @unused : memref<2xf32> = dense<3.0>
  func.func @nested() -> memref<2xf32> {
    %0 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %x = bufferization.to_buffer %0 read_only : tensor<2xf32> to memref<2xf32>
    return %x : memref<2xf32>
  }
}

// -----

// What may be written stays, and so does what has another layout or is no constant.
// CHECK:       memref.global "private" constant @unused
memref.global "private" constant @unused : memref<2xf32> = dense<3.0>

// CHECK-LABEL: func @others
// CHECK-COUNT-3: bufferization.to_buffer
func.func @others(%t: tensor<2xf32>) -> (memref<2xf32>, memref<2xf32, strided<[?], offset: ?>>, memref<2xf32>) {
  %0 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %x = bufferization.to_buffer %0 : tensor<2xf32> to memref<2xf32>
  %y = bufferization.to_buffer %0 read_only : tensor<2xf32> to memref<2xf32, strided<[?], offset: ?>>
  %z = bufferization.to_buffer %t read_only : tensor<2xf32> to memref<2xf32>
  return %x, %y, %z : memref<2xf32>, memref<2xf32, strided<[?], offset: ?>>, memref<2xf32>
}
