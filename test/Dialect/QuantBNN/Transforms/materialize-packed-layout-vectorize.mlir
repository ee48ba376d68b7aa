// Upstream tiles and vectorizes a binary matmul on words.

// RUN: bnn-opt %s --quant-bnn-materialize-packed-layout --transform-interpreter --canonicalize | FileCheck %s

module attributes {transform.with_named_sequence} {
  // CHECK-LABEL: func @xnor_matmul(
  // CHECK:         %[[FACTOR:.*]] = arith.constant dense<-2> : vector<4x8x1xi32>
  // CHECK-NOT:     linalg.generic
  // CHECK-COUNT-3: scf.for
  // CHECK:         %[[OUT:.*]] = vector.transfer_read {{.*}} : tensor<4x8xi32>, vector<4x8xi32>
  // CHECK:         %[[BITS:.*]] = arith.xori %{{.*}} : vector<4x8x1xi64>
  // CHECK:         %[[COUNT:.*]] = math.ctpop %[[BITS]] : vector<4x8x1xi64>
  // CHECK:         %[[NARROW:.*]] = arith.trunci %[[COUNT]] : vector<4x8x1xi64> to vector<4x8x1xi32>
  // CHECK:         %[[TERM:.*]] = arith.muli %[[NARROW]], %[[FACTOR]]
  // CHECK:         %[[TERMS:.*]] = vector.shape_cast %[[TERM]] : vector<4x8x1xi32> to vector<4x8xi32>
  // CHECK:         %[[SUM:.*]] = arith.addi %[[OUT]], %[[TERMS]] : vector<4x8xi32>
  // CHECK:         vector.transfer_write %[[SUM]]
  // CHECK-NOT:     linalg.generic
  // CHECK:         return
  func.func @xnor_matmul(%a: tensor<16x300xi1, #quant_bnn.packed<i64>>, %b: tensor<32x300xi1, #quant_bnn.packed<i64>>) -> tensor<16x32xi32> {
    %acc = quant_bnn.xnor_matmul %a, %b
        : (tensor<16x300xi1, #quant_bnn.packed<i64>>, tensor<32x300xi1, #quant_bnn.packed<i64>>) -> tensor<16x32xi32>
    return %acc : tensor<16x32xi32>
  }

  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %generic = transform.structured.match ops{["linalg.generic"]} in %module
        : (!transform.any_op) -> !transform.any_op
    %tiled, %loops:3 = transform.structured.tile_using_for %generic tile_sizes [4, 8, 1]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
    transform.structured.vectorize %tiled : !transform.any_op
    transform.yield
  }
}
