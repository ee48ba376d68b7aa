// The gradient that jax.vjp takes of x + stop_gradient(q(x) - x), where q is
// jnp.where(x >= 0, 1.0, -1.0), as torch-mlir-opt 20261001 lowers the StableHLO of
// jax 0.12: the value is raised to a sign, and the gradient is the cotangent.

// RUN: bnn-opt %s --quant-bnn-raise-ste="mode=relaxed values-only=true" | FileCheck %s
// RUN: bnn-runner %s --entry=main --print --arg="dense<0.5> : tensor<8x64xf32>" \
// RUN:   --arg="dense<3.0> : tensor<8x64xf32>" | FileCheck %s --check-prefix=PRINT

// CHECK-LABEL: func public @main(
// CHECK-SAME:      %[[X:.*]]: tensor<8x64xf32>, %[[G:.*]]: tensor<8x64xf32>)
// CHECK:         %[[Y:.*]] = quant_bnn.sign %[[X]]
// CHECK:         return %[[Y]], %[[G]]

// PRINT:      {{^}}{{\[\[}}1, 1,
// PRINT-NEXT: {{^}}{{\[\[}}3, 3,

#map = affine_map<(d0, d1) -> ()>
#map1 = affine_map<(d0, d1) -> (d0, d1)>
module @jit_step attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<8x64xf32>, %arg1: tensor<8x64xf32>) -> (tensor<8x64xf32> {jax.result_info = "result[0]"}, tensor<8x64xf32> {jax.result_info = "result[1]"}) {
    %cst = arith.constant dense<-1.000000e+00> : tensor<f32>
    %cst_0 = arith.constant dense<1.000000e+00> : tensor<f32>
    %cst_1 = arith.constant dense<0.000000e+00> : tensor<f32>
    %0 = tensor.empty() : tensor<8x64xf32>
    %1 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel"]} ins(%cst_1 : tensor<f32>) outs(%0 : tensor<8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<8x64xf32>
    %2 = tensor.empty() : tensor<8x64xi1>
    %3 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel"]} ins(%arg0, %1 : tensor<8x64xf32>, tensor<8x64xf32>) outs(%2 : tensor<8x64xi1>) {
    ^bb0(%in: f32, %in_2: f32, %out: i1):
      %9 = arith.cmpf oge, %in, %in_2 : f32
      linalg.yield %9 : i1
    } -> tensor<8x64xi1>
    %4 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel"]} ins(%cst_0 : tensor<f32>) outs(%0 : tensor<8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<8x64xf32>
    %5 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel"]} ins(%cst : tensor<f32>) outs(%0 : tensor<8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<8x64xf32>
    %6 = linalg.generic {indexing_maps = [#map1, #map1, #map1, #map1], iterator_types = ["parallel", "parallel"]} ins(%3, %4, %5 : tensor<8x64xi1>, tensor<8x64xf32>, tensor<8x64xf32>) outs(%0 : tensor<8x64xf32>) {
    ^bb0(%in: i1, %in_2: f32, %in_3: f32, %out: f32):
      %9 = arith.select %in, %in_2, %in_3 : f32
      linalg.yield %9 : f32
    } -> tensor<8x64xf32>
    %7 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel"]} ins(%6, %arg0 : tensor<8x64xf32>, tensor<8x64xf32>) outs(%0 : tensor<8x64xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %9 = arith.subf %in, %in_2 : f32
      linalg.yield %9 : f32
    } -> tensor<8x64xf32>
    %8 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel"]} ins(%arg0, %7 : tensor<8x64xf32>, tensor<8x64xf32>) outs(%0 : tensor<8x64xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %9 = arith.addf %in, %in_2 : f32
      linalg.yield %9 : f32
    } -> tensor<8x64xf32>
    return %8, %arg1 : tensor<8x64xf32>, tensor<8x64xf32>
  }
}

