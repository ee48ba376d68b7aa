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

  // CHECK-LABEL: func.func @product(
  func.func @product(%a: tensor<4x2xi64>, %b: tensor<8x2xi64>) -> tensor<4x8xi32> {
    // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
    // CHECK: -> tensor<4x8xi32> loc("product")
    // CHECK-NEXT: return
    %acc = quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<4x2xi64>, tensor<8x2xi64>) -> tensor<4x8xi32> loc("product")
    return %acc : tensor<4x8xi32>
  }

  // An op that the script does not match.
  // CHECK-LABEL: func.func @scale(
  func.func @scale(%x: tensor<?xf32>) -> tensor<?xf32> {
    // CHECK: quant_bnn.min_max
    %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?xf32>
    return %q : tensor<?xf32>
  }

  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %ops = transform.structured.match ops{["quant_bnn.weight_dorefa", "quant_bnn.xnor_matmul"]} in %root
        : (!transform.any_op) -> !transform.any_op
    %decomposed = transform.structured.decompose_interface %ops
        : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
