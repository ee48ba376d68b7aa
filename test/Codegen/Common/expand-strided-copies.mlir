// RUN: bnn-opt %s --bnn-codegen-expand-strided-copies | FileCheck %s

// CHECK-LABEL: func @strided
//   CHECK-NOT: memref.copy
//       CHECK: linalg.generic
func.func @strided(%x: memref<?xf32, strided<[?], offset: ?>>, %y: memref<?xf32>) {
  memref.copy %x, %y : memref<?xf32, strided<[?], offset: ?>> to memref<?xf32>
  return
}

// CHECK-LABEL: func @one_block
//       CHECK: memref.copy
func.func @one_block(%x: memref<4x?xf32>, %y: memref<4x?xf32>) {
  memref.copy %x, %y : memref<4x?xf32> to memref<4x?xf32>
  return
}
