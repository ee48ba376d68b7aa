// RUN: bnn-opt %s --quant-bnn-materialize-packed-layout --convert-quant-bnn-to-linalg \
// RUN:   --linalg-fuse-elementwise-ops --bnn-codegen-fuse-siblings --canonicalize --cse \
// RUN:   --split-input-file | FileCheck %s

// A value with two uses is not stored.
// CHECK-LABEL: func @shared_producer
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
//       CHECK: %[[BOTH:.*]]:2 = linalg.generic
//  CHECK-SAME:   ins(%[[X]] : tensor<?xf32>)
//       CHECK:   quant_bnn.sign
//   CHECK-NOT: linalg.generic
//       CHECK: return %[[BOTH]]#0, %[[BOTH]]#1
func.func @shared_producer(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  %a = quant_bnn.sign %x : tensor<?xf32>
  %b = arith.mulf %a, %x : tensor<?xf32>
  %c = arith.subf %a, %x : tensor<?xf32>
  return %b, %c : tensor<?xf32>, tensor<?xf32>
}

// -----

// A forward and its gradient read x once, though neither uses the other.
// CHECK-LABEL: func @forward_and_gradient
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32>, %[[G:.*]]: tensor<?x?xf32>
//       CHECK: linalg.generic
//  CHECK-SAME:   ins(%[[X]], %[[G]] : tensor<?x?xf32>, tensor<?x?xf32>)
//   CHECK-NOT: linalg.generic
func.func @forward_and_gradient(%x: tensor<?x?xf32>, %g: tensor<?x?xf32>)
    -> (tensor<?x?xf32>, tensor<?x?xf32>) {
  %y = quant_bnn.sign %x : tensor<?x?xf32>
  %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<?x?xf32>
  return %y, %dx : tensor<?x?xf32>, tensor<?x?xf32>
}

// -----

// The sum over all elements joins the loop, and makes it a reduction.
// CHECK-LABEL: func @with_sum
//       CHECK: %{{.*}}:3 = linalg.generic
//  CHECK-SAME:   iterator_types = ["reduction"]
//   CHECK-NOT: linalg.generic
func.func @with_sum(%x: tensor<?xf32>, %g: tensor<?xf32>, %alpha: f32)
    -> (tensor<?xf32>, tensor<?xf32>, f32) {
  %q, %s = quant_bnn.pact %x, %alpha bits = 4 form = value : tensor<?xf32>
  %dx, %da = quant_bnn.pact_grad %x, %alpha, %g bits = 4 form = value : tensor<?xf32>
  return %q, %dx, %da : tensor<?xf32>, tensor<?xf32>, f32
}

// -----

// The range is not known before its loop ends.
// CHECK-LABEL: func @not_before_the_reduction
// CHECK-COUNT-2: linalg.generic
func.func @not_before_the_reduction(%x: tensor<?xf32>) -> tensor<?xf32> {
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?xf32>
  return %q : tensor<?xf32>
}

// -----

// Nothing says that the shapes agree, and nothing is shared.
// CHECK-LABEL: func @unrelated
// CHECK-COUNT-2: linalg.generic
func.func @unrelated(%x: tensor<?xf32>, %y: tensor<?xf32>)
    -> (tensor<?xf32>, tensor<?xf32>) {
  %a = quant_bnn.sign %x : tensor<?xf32>
  %b = quant_bnn.sign %y : tensor<?xf32>
  return %a, %b : tensor<?xf32>, tensor<?xf32>
}

// -----

// Somebody needs the first result before the second generic.
// CHECK-LABEL: func @needed_between
// CHECK: linalg.generic
// CHECK: call @use
// CHECK: linalg.generic
func.func private @use(tensor<?xf32>) -> tensor<?xf32>
func.func @needed_between(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  %a = quant_bnn.sign %x : tensor<?xf32>
  %b = call @use(%a) : (tensor<?xf32>) -> tensor<?xf32>
  %c = arith.mulf %b, %x : tensor<?xf32>
  return %a, %c : tensor<?xf32>, tensor<?xf32>
}

// -----

// Words along the last dimension are made beside the elements, row by row.
// CHECK-LABEL: func @with_words
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32>
//       CHECK: %{{.*}}:2 = linalg.generic
//  CHECK-SAME:   iterator_types = ["parallel", "reduction"]
//  CHECK-SAME:   ins(%[[X]] : tensor<?x?xf32>)
//   CHECK-NOT: linalg.generic
func.func @with_words(%x: tensor<?x?xf32>) -> (tensor<?x?xf32>, tensor<?x?xi1, #quant_bnn.packed<i8>>) {
  %y = quant_bnn.sign %x : tensor<?x?xf32>
  %b = quant_bnn.pack %x : tensor<?x?xf32> to tensor<?x?xi1, #quant_bnn.packed<i8>>
  return %y, %b : tensor<?x?xf32>, tensor<?x?xi1, #quant_bnn.packed<i8>>
}

// -----

// A word is not complete before its last element.
// CHECK-LABEL: func @not_before_the_words
// CHECK-COUNT-2: linalg.generic
//     CHECK-NOT: linalg.generic
func.func @not_before_the_words(%x: tensor<64xf32>) -> (tensor<64xi1, #quant_bnn.packed<i8>>, tensor<64xf32>) {
  %b = quant_bnn.pack %x : tensor<64xf32> to tensor<64xi1, #quant_bnn.packed<i8>>
  %y = quant_bnn.unpack %b : tensor<64xi1, #quant_bnn.packed<i8>> to tensor<64xf32>
  %z = arith.mulf %x, %y : tensor<64xf32>
  return %b, %z : tensor<64xi1, #quant_bnn.packed<i8>>, tensor<64xf32>
}

// -----

// What the loop walks is made and used in it: a destination that nobody reads
// tells its extents.
// CHECK-LABEL: func @sum_of_a_scalar
//       CHECK: %[[E:.*]] = tensor.empty
//       CHECK: linalg.generic
//  CHECK-SAME:   ins(%{{.*}}, %[[E]] : tensor<f32>, tensor<3x7xf32>)
//   CHECK-NOT: linalg.generic
func.func @sum_of_a_scalar(%s: tensor<f32>) -> tensor<f32> {
  %empty = tensor.empty() : tensor<3x7xf32>
  %zero = arith.constant dense<0.0> : tensor<f32>
  %v = linalg.generic {indexing_maps = [affine_map<(i, j) -> ()>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%s : tensor<f32>) outs(%empty : tensor<3x7xf32>) {
  ^bb0(%x: f32, %o: f32):
    linalg.yield %x : f32
  } -> tensor<3x7xf32>
  %sum = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>], iterator_types = ["reduction", "reduction"]}
      ins(%v : tensor<3x7xf32>) outs(%zero : tensor<f32>) {
  ^bb0(%x: f32, %o: f32):
    %0 = arith.addf %o, %x : f32
    linalg.yield %0 : f32
  } -> tensor<f32>
  return %sum : tensor<f32>
}

// -----

// CHECK-LABEL: func @sum_of_a_scalar_dynamic
// CHECK-SAME:    %[[M:.*]]: index, %[[N:.*]]: index
//       CHECK: %[[E:.*]] = tensor.empty(%[[M]], %[[N]])
//       CHECK: linalg.generic
//  CHECK-SAME:   ins(%{{.*}}, %[[E]] : f32, tensor<?x?xf32>)
//   CHECK-NOT: linalg.generic
func.func @sum_of_a_scalar_dynamic(%m: index, %n: index, %s: f32) -> tensor<f32> {
  %empty = tensor.empty(%m, %n) : tensor<?x?xf32>
  %zero = arith.constant dense<0.0> : tensor<f32>
  %v = linalg.generic {indexing_maps = [affine_map<(i, j) -> ()>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%s : f32) outs(%empty : tensor<?x?xf32>) {
  ^bb0(%x: f32, %o: f32):
    %0 = arith.mulf %x, %x : f32
    linalg.yield %0 : f32
  } -> tensor<?x?xf32>
  %sum = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>], iterator_types = ["reduction", "reduction"]}
      ins(%v : tensor<?x?xf32>) outs(%zero : tensor<f32>) {
  ^bb0(%x: f32, %o: f32):
    %0 = arith.addf %o, %x : f32
    linalg.yield %0 : f32
  } -> tensor<f32>
  return %sum : tensor<f32>
}
