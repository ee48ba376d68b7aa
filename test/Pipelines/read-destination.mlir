// The product visits each element of %0 eight times. If upstream fused the op that
// reads its destination into the product, each visit would subtract again.

// RUN: bnn-runner %s --entry=f --arg='dense<1.0> : tensor<3x3xf32>' \
// RUN:   --arg='dense<5.0> : tensor<3x3xf32>' --arg='dense<1.0> : tensor<3x8xf32>' --print | FileCheck %s
// CHECK: {{\[\[}}12, 12, 12, 12, 12, 12, 12, 12], [12, 12, 12, 12, 12, 12, 12, 12], [12, 12, 12, 12, 12, 12, 12, 12]]

// RUN: bnn-opt %s --bnn-codegen-recompute-producers | FileCheck %s --check-prefix=RECOMPUTE
// RECOMPUTE: linalg.generic {{.*}} outs(%{{.*}} : tensor<3x3xf32>)
// RECOMPUTE: linalg.generic {{.*}} outs(%{{.*}} : tensor<3x8xf32>)

func.func @f(%a: tensor<3x3xf32>, %b: tensor<3x3xf32>, %w: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<3x3xf32>) outs(%b : tensor<3x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %difference = arith.subf %out, %in : f32
    linalg.yield %difference : f32
  } -> tensor<3x3xf32>
  %empty = tensor.empty() : tensor<3x8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<3x8xf32>) -> tensor<3x8xf32>
  %1 = linalg.generic {
      indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>,
                       affine_map<(i, j, k) -> (i, j)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%0, %w : tensor<3x3xf32>, tensor<3x8xf32>) outs(%init : tensor<3x8xf32>) {
  ^bb0(%x: f32, %y: f32, %sum: f32):
    %product = arith.mulf %x, %y : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  } -> tensor<3x8xf32>
  return %1 : tensor<3x8xf32>
}
