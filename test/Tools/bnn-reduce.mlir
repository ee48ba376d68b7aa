// RUN: bnn-reduce %s --opt-reduction-pass='opt-pass=quant-bnn-strip-gradients test=%S/Inputs/has-sign.sh' \
// RUN:   | FileCheck %s

// CHECK-LABEL: func @f(
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: %[[Y:.*]] = quant_bnn.sign %[[X]]
// CHECK-NEXT: return %[[Y]]
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = quant_bnn.gradient_cancellation %x threshold = 1.0 : tensor<4xf32>
  %y = quant_bnn.sign %c clip = 1.0 : tensor<4xf32>
  return %y : tensor<4xf32>
}
