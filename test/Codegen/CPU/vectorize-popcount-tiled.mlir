// Binary products that upstream has tiled on tensors get the kernels, and have
// the same values.

// RUN: rm -rf %t && mkdir %t
// RUN: bnn-opt %s --quant-bnn-materialize-packed-layout --transform-interpreter -o %t/tiled.mlir
// RUN: bnn-opt %t/tiled.mlir --quant-bnn-bufferize-pipeline --bnn-codegen-vectorize-popcount \
// RUN:   | FileCheck %s

// RUN: %npy write %t/a.npy i64 [30,5] random:1
// RUN: %npy write %t/b.npy i64 [70,5] random:2
// RUN: bnn-runner %s --entry=matmul --arg=%t/a.npy --arg=%t/b.npy --result=%t/matmul.npy
// RUN: bnn-runner %t/tiled.mlir --entry=matmul --arg=%t/a.npy --arg=%t/b.npy --result=%t/tiled.npy
// RUN: %npy equal %t/matmul.npy %t/tiled.npy --bits

// RUN: %npy write %t/x.npy i32 [2,9,9,3] random:3
// RUN: %npy write %t/f.npy i32 [40,3,3,3] random:4
// RUN: bnn-runner %s --entry=conv --arg=%t/x.npy --arg=%t/f.npy --result=%t/conv.npy
// RUN: bnn-runner %t/tiled.mlir --entry=conv --arg=%t/x.npy --arg=%t/f.npy --result=%t/tiled.npy
// RUN: %npy equal %t/conv.npy %t/tiled.npy --bits

!A = tensor<30x320xi1, #quant_bnn.packed<i64>>
!B = tensor<70x320xi1, #quant_bnn.packed<i64>>
!X = tensor<2x9x9x96xi1, #quant_bnn.packed<i32>>
!F = tensor<40x3x3x96xi1, #quant_bnn.packed<i32>>

module attributes {transform.with_named_sequence} {
  // CHECK-LABEL:   func @matmul(
  // CHECK-COUNT-2: scf.for
  // CHECK-COUNT-3: memref.subview
  // CHECK-NOT:     linalg.generic
  // CHECK:         arith.xori %{{.*}} : vector<
  func.func @matmul(%a: !A, %b: !B) -> tensor<30x70xi32> {
    %0 = quant_bnn.xnor_matmul %a, %b : (!A, !B) -> tensor<30x70xi32>
    return %0 : tensor<30x70xi32>
  }

  // CHECK-LABEL:   func @conv(
  // CHECK-COUNT-2: scf.for
  // CHECK-COUNT-2: memref.subview
  // CHECK-NOT:     linalg.generic
  // CHECK:         arith.xori %{{.*}} : vector<
  // CHECK-NOT:     linalg.generic
  // CHECK:         return
  func.func @conv(%x: !X, %f: !F) -> tensor<2x7x7x40xi32> {
    %0 = quant_bnn.xnor_conv_2d %x, %f : (!X, !F) -> tensor<2x7x7x40xi32>
    return %0 : tensor<2x7x7x40xi32>
  }

  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %products = transform.structured.match ops{["linalg.generic"]} in %module
        : (!transform.any_op) -> !transform.any_op
    %matmul, %conv = transform.split_handle %products
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.structured.tile_using_for %matmul tile_sizes [8, 32]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.structured.tile_using_for %conv tile_sizes [1, 3]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}
