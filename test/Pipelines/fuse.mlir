// RUN: bnn-opt %s --quant-bnn-fuse-pipeline | FileCheck %s

// CHECK-LABEL: func @chain_is_one_generic(
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32>, %[[B:.*]]: tensor<?x?xf32>
func.func @chain_is_one_generic(%x: tensor<?x?xf32>, %b: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[B]] : tensor<?x?xf32>, tensor<?x?xf32>)
  // CHECK: arith.addf
  // CHECK: quant_bnn.sign
  // CHECK: arith.mulf
  // CHECK-NOT: linalg.generic
  // CHECK: return %[[Y]]
  %0 = arith.addf %x, %b : tensor<?x?xf32>
  %1 = quant_bnn.qactivation %0 quantizer = "sign" threshold = 1.0 : tensor<?x?xf32>
  %2 = arith.mulf %1, %b : tensor<?x?xf32>
  return %2 : tensor<?x?xf32>
}

// CHECK-LABEL: func @backward_chain_is_one_generic(
func.func @backward_chain_is_one_generic(%x: tensor<?xf16>, %g: tensor<?xf16>) -> tensor<?xf16> {
  // CHECK: linalg.generic
  // CHECK: quant_bnn.approx_sign_grad
  // CHECK: quant_bnn.gradient_cancellation_grad
  // CHECK-NOT: linalg.generic
  // CHECK: return
  %0 = quant_bnn.approx_sign_grad %x, %g : tensor<?xf16>
  %1 = quant_bnn.gradient_cancellation_grad %x, %0 threshold = 1.0 : tensor<?xf16>
  return %1 : tensor<?xf16>
}

// CHECK-LABEL: func @reduction_and_loop(
func.func @reduction_and_loop(%w: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // CHECK: linalg.generic {{.*}} iterator_types = ["reduction", "reduction"]
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]
  // CHECK-NOT: linalg.generic
  // CHECK: return
  %y = quant_bnn.weight_dorefa %w bits = 2 : tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
