// RUN: bnn-opt %s --convert-quant-bnn-to-linalg --bnn-codegen-recompute-producers \
// RUN:   --canonicalize --cse --split-input-file \
// RUN: | FileCheck %s

// The reduction and the quantizer each compute the clamped x.
// CHECK-LABEL: func @reduced_and_used
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
//       CHECK: linalg.generic
//  CHECK-SAME:   ins(%[[X]] : tensor<?xf32>) outs(%{{.*}} : tensor<i32>)
//       CHECK:   quant_bnn.input_dorefa
//       CHECK: linalg.generic
//  CHECK-SAME:   ins(%[[X]], %{{.*}} : tensor<?xf32>, f32)
//       CHECK:   quant_bnn.input_dorefa
//   CHECK-NOT: linalg.generic
func.func @reduced_and_used(%x: tensor<?xf32>) -> tensor<?xf32> {
  %h = quant_bnn.input_dorefa %x bits = 4 : tensor<?xf32>
  %q, %s = quant_bnn.min_max %h bits = 4 : tensor<?xf32>
  return %q : tensor<?xf32>
}

// -----

// Reading two tensors again would cost more than reading the one result.
// CHECK-LABEL: func @two_inputs
// CHECK-COUNT-3: linalg.generic
func.func @two_inputs(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %h = arith.mulf %x, %y : tensor<?xf32>
  %q, %s = quant_bnn.min_max %h bits = 4 : tensor<?xf32>
  return %q : tensor<?xf32>
}

// -----

// The result is returned, so it is stored anyway, and read.
// CHECK-LABEL: func @returned
//       CHECK: %[[H:.*]] = linalg.generic
//       CHECK: linalg.generic
//  CHECK-SAME:   ins(%[[H]] : tensor<?xf32>)
func.func @returned(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  %h = quant_bnn.input_dorefa %x bits = 4 : tensor<?xf32>
  %q, %s = quant_bnn.min_max %h bits = 4 : tensor<?xf32>
  return %q, %h : tensor<?xf32>, tensor<?xf32>
}

// -----

// What costs a loop of its own is not computed for every op after it, up to a
// time that grows with the square of the chain.
// CHECK-LABEL: func @chain
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
//       CHECK: linalg.generic
//  CHECK-SAME:   ins(%[[X]] : tensor<?xf32>)
//       CHECK: %[[STORED:.*]] = linalg.generic {{.*}}["parallel"]} ins(%[[X]],
//       CHECK: ins(%[[STORED]]
//       CHECK: return
func.func @chain(%x: tensor<?xf32>) -> tensor<?xf32> {
  %a = quant_bnn.weight_dorefa %x bits = 2 : tensor<?xf32>
  %b = quant_bnn.weight_dorefa %a bits = 2 : tensor<?xf32>
  %c = quant_bnn.weight_dorefa %b bits = 2 : tensor<?xf32>
  %d = quant_bnn.weight_dorefa %c bits = 2 : tensor<?xf32>
  return %d : tensor<?xf32>
}

// -----

// Nothing would read a copy.
// CHECK-LABEL: func @unused
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %{{.*}}: tensor<?xf32>
//       CHECK: return %[[X]]
#id = affine_map<(i) -> (i)>
func.func @unused(%x: tensor<?xf32>, %init: tensor<?xf32>) -> tensor<?xf32> {
  %h = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%init : tensor<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<?xf32>
  return %x : tensor<?xf32>
}

// -----

// Upstream's fusion would drop the encoding of the destination.
// CHECK-LABEL: func @packed
func.func @packed(%x: tensor<4x?xi1, #quant_bnn.packed<i8>>) -> tensor<4x?xi1, #quant_bnn.packed<i8>> {
  // CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<4x?xi1, #quant_bnn.packed<i8>>)
  // CHECK: -> tensor<4x?xi1, #quant_bnn.packed<i8>>
  %filled = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      outs(%x : tensor<4x?xi1, #quant_bnn.packed<i8>>) {
  ^bb0(%out: i1):
    %true = arith.constant true
    linalg.yield %true : i1
  } -> tensor<4x?xi1, #quant_bnn.packed<i8>>
  return %filled : tensor<4x?xi1, #quant_bnn.packed<i8>>
}
