// Ops of quant_bnn decompose in a transform script, through upstream's
// interface.
//
// RUN: bnn-opt %s --transform-interpreter --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s

module attributes {transform.with_named_sequence} {
  // CHECK-LABEL: func.func @weights(
  func.func @weights(%w: tensor<?x4xf32>) -> tensor<?x4xf32> {
    // CHECK: linalg.generic {{.*}} iterator_types = ["reduction", "reduction"]
    // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]
    // CHECK: -> tensor<?x4xf32> loc("weights")
    // CHECK-NEXT: return
    %y = quant_bnn.weight_dorefa %w bits = 2 : tensor<?x4xf32> loc("weights")
    return %y : tensor<?x4xf32>
  }

  // An op that the script does not match.
  // CHECK-LABEL: func.func @scale(
  func.func @scale(%x: tensor<?xf32>) -> tensor<?xf32> {
    // CHECK: quant_bnn.min_max
    %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?xf32>
    return %q : tensor<?xf32>
  }

  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %ops = transform.structured.match ops{["quant_bnn.weight_dorefa"]} in %root
        : (!transform.any_op) -> !transform.any_op
    %decomposed = transform.structured.decompose_interface %ops
        : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
