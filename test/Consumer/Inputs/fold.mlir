// The payload of an op folds the op on constants.
// CHECK-LABEL: func @constants(
// CHECK-DAG:     %[[Y:.*]] = arith.constant dense<[-1.000000e+00, 1.000000e+00]> : tensor<2xf32>
// CHECK-DAG:     %[[DX:.*]] = arith.constant dense<[1.500000e+00, 0.000000e+00]> : tensor<2xf32>
// CHECK:         return %[[Y]], %[[DX]]
func.func @constants() -> (tensor<2xf32>, tensor<2xf32>) {
  %x = arith.constant dense<[-0.5, 2.0]> : tensor<2xf32>
  %g = arith.constant dense<3.0> : tensor<2xf32>
  %y = consumer.hard_sign %x : tensor<2xf32>
  %dx = consumer.hard_sign_grad %x, %g : tensor<2xf32>
  return %y, %dx : tensor<2xf32>, tensor<2xf32>
}
