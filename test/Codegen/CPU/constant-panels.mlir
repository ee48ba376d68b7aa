// Constant weights lie in panels: nothing copies them.

// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg=vector-width=128 --canonicalize | FileCheck %s --check-prefix=FLOAT
// RUN: bnn-opt %s --bnn-codegen-vectorize-popcount="vector-width=128 popcount=words" --canonicalize | FileCheck %s --check-prefix=BITS
// RUN: bnn-opt %s --quant-bnn-vectorize-pipeline="vector-width=128 popcount=words" | FileCheck %s --check-prefix=GLOBALS

// GLOBALS-DAG:   memref.global "private" constant @{{.*}} : memref<9x500x8xf32> = dense<2.000000e+00> {alignment = 64 : i64}
// GLOBALS-DAG:   memref.global "private" constant @{{.*}} : memref<6x8xi32> = dense<{{\[}}[1, 4, 1, 4, 1, 4, 1, 4],
// GLOBALS-NOT:   @floats
// GLOBALS-NOT:   @words
memref.global "private" constant @floats : memref<500x72xf32> = dense<2.0>
memref.global "private" constant @words : memref<8x3xi64> = dense<[
  [0x200000001, 0x300000002, 3], [0x500000004, 6, 7], [1, 2, 3], [4, 5, 6], [1, 2, 3], [4, 5, 6], [1, 2, 3], [4, 5, 6]]>

// FLOAT-LABEL: func @product
// FLOAT-DAG:     %[[CONSTANT:.*]] = arith.constant dense<2.000000e+00> : tensor<9x500x8xf32>
// FLOAT:         %[[PANELS:.*]] = bufferization.to_buffer %[[CONSTANT]] read_only
// FLOAT-NOT:     memref.alloc
// FLOAT:         vector.load %[[PANELS]][%{{.*}}] : memref<9x500x8xf32>, vector<4xf32>
func.func @product(%a: memref<49x500xf32>, %c: memref<49x72xf32>) {
  %b = memref.get_global @floats : memref<500x72xf32>
  linalg.matmul ins(%a, %b : memref<49x500xf32>, memref<500x72xf32>) outs(%c : memref<49x72xf32>)
  return
}

// The words of an output are side by side, from the lower half of a word on.
// BITS-LABEL:  func @differing
// BITS-DAG:      %[[CONSTANT:.*]] = arith.constant dense<{{\[}}[1, 4, 1, 4, 1, 4, 1, 4],
// BITS-SAME:       [2, 5, 0, 0, 0, 0, 0, 0], [2, 6, 2, 5, 2, 5, 2, 5], [3, 0, 0, 0, 0, 0, 0, 0], [3, 7, 3, 6, 3, 6, 3, 6],
// BITS:          %[[PANELS:.*]] = bufferization.to_buffer %[[CONSTANT]] read_only : tensor<6x8xi32> to memref<6x8xi32>
// BITS:          vector.load %[[PANELS]]
func.func @differing(%a: memref<49x3xi64>, %c: memref<49x8xi32>) {
  %b = memref.get_global @words : memref<8x3xi64>
  linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<49x3xi64>, memref<8x3xi64>) outs(%c : memref<49x8xi32>) {
  ^bb0(%x: i64, %y: i64, %acc: i32):
    %bits = arith.xori %x, %y : i64
    %count = math.ctpop %bits : i64
    %narrow = arith.trunci %count : i64 to i32
    %next = arith.addi %acc, %narrow : i32
    linalg.yield %next : i32
  }
  return
}
