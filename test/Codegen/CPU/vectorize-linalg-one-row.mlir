// One row of sums is accumulated by steps of many vectors, as far as registers hold
// the sums and few vectors are left.

// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg --canonicalize --cse | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg=vector-width=256 --canonicalize --cse \
// RUN:   | FileCheck %s --check-prefix=NARROW

// CHECK-LABEL:  func @row
// CHECK:          scf.for %{{.*}} = %c0 to %c512 step %c256
// CHECK-COUNT-16: math.fma
// CHECK-NOT:      math.fma
// NARROW-LABEL: func @row
// NARROW:         scf.for %{{.*}} = %c0 to %c512 step %c32
func.func @row(%x: memref<1x64xf32>, %w: memref<64x512xf32>, %y: memref<1x512xf32>) {
  linalg.matmul ins(%x, %w : memref<1x64xf32>, memref<64x512xf32>) outs(%y : memref<1x512xf32>)
  return
}

// Of 10 vectors, 2 are left.
// CHECK-LABEL:  func @rest
// CHECK-COUNT-8:  math.fma
// CHECK:          scf.for %{{.*}} = %c128 to %c160 step %c16
// NARROW-LABEL: func @rest
func.func @rest(%x: memref<1x64xf32>, %w: memref<64x160xf32>, %y: memref<1x160xf32>) {
  linalg.matmul ins(%x, %w : memref<1x64xf32>, memref<64x160xf32>) outs(%y : memref<1x160xf32>)
  return
}

// Two rows.
// CHECK-LABEL:  func @rows
// CHECK:          scf.for %{{.*}} = %c0 to %c512 step %c64
func.func @rows(%x: memref<2x64xf32>, %w: memref<64x512xf32>, %y: memref<2x512xf32>) {
  linalg.matmul ins(%x, %w : memref<2x64xf32>, memref<64x512xf32>) outs(%y : memref<2x512xf32>)
  return
}
