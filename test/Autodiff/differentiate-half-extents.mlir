// A gradient that is summed in f32 and rounded, where an operand has a dynamic
// extent that the result knows.

// RUN: bnn-opt %s --quant-bnn-differentiate="functions=f" | FileCheck %s

// CHECK-LABEL: func @f_bwd(
// CHECK:         %[[SUM:.*]] = linalg.generic
// CHECK:         } -> tensor<2xf32>
// CHECK:         %[[ROUNDED:.*]] = arith.truncf %[[SUM]] : tensor<2xf32> to tensor<2xf16>
// CHECK:         %[[CAST:.*]] = tensor.cast %[[ROUNDED]] : tensor<2xf16> to tensor<?xf16>
// CHECK:         return %{{.*}}, %[[CAST]] : tensor<?x2xf16>, tensor<?xf16>
func.func @f(%x: tensor<?x2xf16>, %y: tensor<?xf16>) -> tensor<32x2xf16> {
  %empty = tensor.empty() : tensor<32x2xf16>
  %0 = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>,
                       affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %y : tensor<?x2xf16>, tensor<?xf16>) outs(%empty : tensor<32x2xf16>) {
  ^bb0(%a: f16, %b: f16, %out: f16):
    linalg.yield %b : f16
  } -> tensor<32x2xf16>
  return %0 : tensor<32x2xf16>
}
