// RUN: bnn-opt %s --split-input-file --quant-bnn-propagate-packed --cse | FileCheck %s

!p = tensor<4x64xi1, #quant_bnn.packed<i32>>
!n = tensor<4x64xi1, #quant_bnn.packed<i32, nonnegative>>

// Functions of a sign: where they are negative is what counts.
// CHECK-LABEL: func @signs(
// CHECK-SAME:    %[[X:.*]]: tensor<4x64xf32>
func.func @signs(%x: tensor<4x64xf32>) -> (!p, !p, !p, !n) {
  // CHECK: %[[A:.*]] = quant_bnn.pack %[[X]] : tensor<4x64xf32> to tensor<4x64xi1, #quant_bnn.packed<i32>>
  // CHECK: arith.cmpf ult
  // CHECK: %[[B:.*]] = quant_bnn.pack %{{.*}} : tensor<4x64xi1>
  // CHECK: arith.cmpf ule
  // CHECK: %[[C:.*]] = quant_bnn.pack %{{.*}} : tensor<4x64xi1>
  // CHECK: arith.cmpf oge
  // CHECK: %[[D:.*]] = quant_bnn.pack %{{.*}} : tensor<4x64xi1>
  // CHECK: return %[[A]], %[[B]], %[[C]], %[[D]]
  %a = quant_bnn.sign %x : tensor<4x64xf32>
  %b = quant_bnn.sign %x nan = negative : tensor<4x64xf32>
  %c = quant_bnn.ste_heaviside %x low = -1.0 : tensor<4x64xf32>
  %pa = quant_bnn.pack %a : tensor<4x64xf32> to !p
  %pb = quant_bnn.pack %b : tensor<4x64xf32> to !p
  %pc = quant_bnn.pack %c : tensor<4x64xf32> to !p
  %pd = quant_bnn.pack %b : tensor<4x64xf32> to !n
  return %pa, %pb, %pc, %pd : !p, !p, !p, !n
}

// -----

!p = tensor<4x64xi1, #quant_bnn.packed<i32>>
!n = tensor<4x64xi1, #quant_bnn.packed<i32, nonnegative>>

// A bit of 1 is a negative number, so a zero that stays 0 is a bit of 0, as +1
// is; with -1 for zeros it is a bit of 1.
// CHECK-LABEL: func @zeros(
// CHECK-SAME:    %[[X:.*]]: tensor<4x64xf32>
func.func @zeros(%x: tensor<4x64xf32>) -> (!p, !p, !n) {
  // CHECK: %[[A:.*]] = quant_bnn.pack %[[X]] : tensor<4x64xf32> to tensor<4x64xi1, #quant_bnn.packed<i32>>
  // CHECK: arith.cmpf ole
  // CHECK: %[[B:.*]] = quant_bnn.pack %{{.*}} : tensor<4x64xi1>
  // CHECK: arith.cmpf oge
  // CHECK: %[[C:.*]] = quant_bnn.pack %{{.*}} : tensor<4x64xi1>
  // CHECK: return %[[A]], %[[B]], %[[C]]
  %a = quant_bnn.sign %x zero = zero nan = zero : tensor<4x64xf32>
  %b = quant_bnn.sign %x zero = negative : tensor<4x64xf32>
  %c = quant_bnn.sign %x zero = zero nan = negative : tensor<4x64xf32>
  %pa = quant_bnn.pack %a : tensor<4x64xf32> to !p
  %pb = quant_bnn.pack %b : tensor<4x64xf32> to !p
  %pc = quant_bnn.pack %c : tensor<4x64xf32> to !n
  return %pa, %pb, %pc : !p, !p, !n
}

// -----

// A value with another use keeps it.
// CHECK-LABEL: func @fork(
// CHECK-SAME:    %[[X:.*]]: tensor<?x64xf32>
func.func @fork(%x: tensor<?x64xf32>) -> (tensor<?x64xf32>, tensor<?x64xi1, #quant_bnn.packed<i32>>) {
  // CHECK: %[[Y:.*]] = quant_bnn.sign %[[X]]
  // CHECK: %[[P:.*]] = quant_bnn.pack %[[X]]
  // CHECK: return %[[Y]], %[[P]]
  %y = quant_bnn.sign %x : tensor<?x64xf32>
  %p = quant_bnn.pack %y : tensor<?x64xf32> to tensor<?x64xi1, #quant_bnn.packed<i32>>
  return %y, %p : tensor<?x64xf32>, tensor<?x64xi1, #quant_bnn.packed<i32>>
}

// -----

// The signed i1 has the values -1 and 0, so the maximum of packed bits is that of
// the floats.
// CHECK-LABEL: func @max_pool(
// CHECK-SAME:    %[[X:.*]]: tensor<?x9x9x64xf32>
func.func @max_pool(%x: tensor<?x9x9x64xf32>, %init: tensor<?x3x3x64xf32>) -> tensor<?x3x3x64xi1, #quant_bnn.packed<i32>> {
  // CHECK-DAG: %[[P:.*]] = quant_bnn.pack %[[X]] : tensor<?x9x9x64xf32> to tensor<?x9x9x64xi1, #quant_bnn.packed<i32>>
  // CHECK-DAG: %[[INIT:.*]] = linalg.fill ins(%true : i1) outs(%{{.*}} : tensor<?x3x3x64xi1, #quant_bnn.packed<i32>>)
  // CHECK: %[[R:.*]] = linalg.pooling_nhwc_max {dilations = dense<[3, 2]> : vector<2xi64>, strides = dense<2> : vector<2xi64>}
  // CHECK-SAME: ins(%[[P]], %{{.*}} : tensor<?x9x9x64xi1, #quant_bnn.packed<i32>>, tensor<2x3xf32>) outs(%[[INIT]] : tensor<?x3x3x64xi1, #quant_bnn.packed<i32>>)
  // CHECK: return %[[R]]
  %lowest = arith.constant 0xFF800000 : f32
  %window = tensor.empty() : tensor<2x3xf32>
  %begin = linalg.fill ins(%lowest : f32) outs(%init : tensor<?x3x3x64xf32>) -> tensor<?x3x3x64xf32>
  %y = linalg.pooling_nhwc_max {strides = dense<2> : vector<2xi64>, dilations = dense<[3, 2]> : vector<2xi64>}
      ins(%x, %window : tensor<?x9x9x64xf32>, tensor<2x3xf32>) outs(%begin : tensor<?x3x3x64xf32>) -> tensor<?x3x3x64xf32>
  %p = quant_bnn.pack %y : tensor<?x3x3x64xf32> to tensor<?x3x3x64xi1, #quant_bnn.packed<i32>>
  return %p : tensor<?x3x3x64xi1, #quant_bnn.packed<i32>>
}

// -----

// With the other polarity, it is the minimum.
// CHECK-LABEL: func @max_pool_nonnegative(
// CHECK-SAME:    %[[X:.*]]: tensor<1x9x9x64xf32>
func.func @max_pool_nonnegative(%x: tensor<1x9x9x64xf32>, %init: tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xi1, #quant_bnn.packed<i32, nonnegative>> {
  // CHECK-DAG: %[[P:.*]] = quant_bnn.pack %[[X]] : tensor<1x9x9x64xf32> to tensor<1x9x9x64xi1, #quant_bnn.packed<i32, nonnegative>>
  // CHECK-DAG: linalg.fill ins(%false : i1)
  // CHECK: linalg.pooling_nhwc_min {{.*}}ins(%[[P]], %{{.*}} : tensor<1x9x9x64xi1, #quant_bnn.packed<i32, nonnegative>>, tensor<2x2xf32>)
  %lowest = arith.constant -1.0 : f32
  %window = tensor.empty() : tensor<2x2xf32>
  %begin = linalg.fill ins(%lowest : f32) outs(%init : tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xf32>
  %y = linalg.pooling_nhwc_max ins(%x, %window : tensor<1x9x9x64xf32>, tensor<2x2xf32>) outs(%begin : tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xf32>
  %p = quant_bnn.pack %y : tensor<1x8x8x64xf32> to tensor<1x8x8x64xi1, #quant_bnn.packed<i32, nonnegative>>
  return %p : tensor<1x8x8x64xi1, #quant_bnn.packed<i32, nonnegative>>
}

// -----

// A maximum that begins with 0 has no negative result.
// CHECK-LABEL: func @relu_pool(
func.func @relu_pool(%x: tensor<1x9x9x64xf32>, %init: tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xi1, #quant_bnn.packed<i32>> {
  // CHECK: %[[Y:.*]] = linalg.pooling_nhwc_max
  // CHECK: quant_bnn.pack %[[Y]]
  %zero = arith.constant 0.0 : f32
  %window = tensor.empty() : tensor<2x2xf32>
  %begin = linalg.fill ins(%zero : f32) outs(%init : tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xf32>
  %y = linalg.pooling_nhwc_max ins(%x, %window : tensor<1x9x9x64xf32>, tensor<2x2xf32>) outs(%begin : tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xf32>
  %p = quant_bnn.pack %y : tensor<1x8x8x64xf32> to tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
  return %p : tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
}

// -----

// CHECK-LABEL: func @shapes(
// CHECK-SAME:    %[[X:.*]]: tensor<?x4x4x64xf32>
func.func @shapes(%x: tensor<?x4x4x64xf32>, %i: index)
    -> (tensor<?x1024xi1, #quant_bnn.packed<i32>>, tensor<4x4x?x64xi1, #quant_bnn.packed<i32>>, tensor<1x4x4x20xi1, #quant_bnn.packed<i32>>, tensor<?x6x6x64xi1, #quant_bnn.packed<i32>>, tensor<?x4x8x64xi1, #quant_bnn.packed<i32>>, tensor<3x4x4x64xi1, #quant_bnn.packed<i32>>) {
  // CHECK-DAG: %[[TRUE:.*]] = arith.constant true
  // CHECK-DAG: %[[P:.*]] = quant_bnn.pack %[[X]] : tensor<?x4x4x64xf32> to tensor<?x4x4x64xi1, #quant_bnn.packed<i32>>
  // CHECK:     tensor.collapse_shape %[[P]] {{\[\[}}0], [1, 2, 3]] : tensor<?x4x4x64xi1, #quant_bnn.packed<i32>> into tensor<?x1024xi1, #quant_bnn.packed<i32>>
  // CHECK:     linalg.transpose ins(%[[P]] : tensor<?x4x4x64xi1, #quant_bnn.packed<i32>>) outs(%{{.*}} : tensor<4x4x?x64xi1, #quant_bnn.packed<i32>>) permutation = [1, 2, 0, 3]
  // CHECK:     tensor.extract_slice %[[P]][%{{.*}}, 0, 0, 32] [1, 4, 4, 20] [1, 1, 1, 1] : tensor<?x4x4x64xi1, #quant_bnn.packed<i32>> to tensor<1x4x4x20xi1, #quant_bnn.packed<i32>>
  // CHECK:     tensor.pad %[[P]] low[0, 1, 1, 0] high[0, 1, 1, 0]
  // CHECK:     tensor.yield %[[TRUE]] : i1
  // CHECK:     tensor<?x4x4x64xi1, #quant_bnn.packed<i32>> to tensor<?x6x6x64xi1, #quant_bnn.packed<i32>>
  // CHECK:     tensor.concat dim(2) %[[P]], %[[P]] : (tensor<?x4x4x64xi1, #quant_bnn.packed<i32>>, tensor<?x4x4x64xi1, #quant_bnn.packed<i32>>) -> tensor<?x4x8x64xi1, #quant_bnn.packed<i32>>
  // CHECK:     tensor.cast %[[P]] : tensor<?x4x4x64xi1, #quant_bnn.packed<i32>> to tensor<3x4x4x64xi1, #quant_bnn.packed<i32>>
  %minus_one = arith.constant -1.0 : f32
  %s = quant_bnn.sign %x : tensor<?x4x4x64xf32>
  %empty = tensor.empty(%i) : tensor<4x4x?x64xf32>
  %a = tensor.collapse_shape %s [[0], [1, 2, 3]] : tensor<?x4x4x64xf32> into tensor<?x1024xf32>
  %b = linalg.transpose ins(%s : tensor<?x4x4x64xf32>) outs(%empty : tensor<4x4x?x64xf32>) permutation = [1, 2, 0, 3]
  %c = tensor.extract_slice %s[%i, 0, 0, 32] [1, 4, 4, 20] [1, 1, 1, 1] : tensor<?x4x4x64xf32> to tensor<1x4x4x20xf32>
  %d = tensor.pad %s low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n: index, %h: index, %v: index, %k: index):
    tensor.yield %minus_one : f32
  } : tensor<?x4x4x64xf32> to tensor<?x6x6x64xf32>
  %e = tensor.concat dim(2) %s, %s : (tensor<?x4x4x64xf32>, tensor<?x4x4x64xf32>) -> tensor<?x4x8x64xf32>
  %f = tensor.cast %s : tensor<?x4x4x64xf32> to tensor<3x4x4x64xf32>
  %pa = quant_bnn.pack %a : tensor<?x1024xf32> to tensor<?x1024xi1, #quant_bnn.packed<i32>>
  %pb = quant_bnn.pack %b : tensor<4x4x?x64xf32> to tensor<4x4x?x64xi1, #quant_bnn.packed<i32>>
  %pc = quant_bnn.pack %c : tensor<1x4x4x20xf32> to tensor<1x4x4x20xi1, #quant_bnn.packed<i32>>
  %pd = quant_bnn.pack %d : tensor<?x6x6x64xf32> to tensor<?x6x6x64xi1, #quant_bnn.packed<i32>>
  %pe = quant_bnn.pack %e : tensor<?x4x8x64xf32> to tensor<?x4x8x64xi1, #quant_bnn.packed<i32>>
  %pf = quant_bnn.pack %f : tensor<3x4x4x64xf32> to tensor<3x4x4x64xi1, #quant_bnn.packed<i32>>
  return %pa, %pb, %pc, %pd, %pe, %pf
      : tensor<?x1024xi1, #quant_bnn.packed<i32>>, tensor<4x4x?x64xi1, #quant_bnn.packed<i32>>, tensor<1x4x4x20xi1, #quant_bnn.packed<i32>>, tensor<?x6x6x64xi1, #quant_bnn.packed<i32>>, tensor<?x4x8x64xi1, #quant_bnn.packed<i32>>, tensor<3x4x4x64xi1, #quant_bnn.packed<i32>>
}

// -----

// A reshape that moves bits between words stays on floats, unless they are
// signs.
// CHECK-LABEL: func @moving_reshape(
// CHECK-SAME:    %[[X:.*]]: tensor<4x10xf32>
func.func @moving_reshape(%x: tensor<4x10xf32>) -> (tensor<40xi1, #quant_bnn.packed<i32>>, tensor<40xi1, #quant_bnn.packed<i32>>) {
  // CHECK-DAG: %[[Y:.*]] = tensor.collapse_shape %[[X]]
  // CHECK-DAG: quant_bnn.pack %[[Y]]
  // CHECK-DAG: %[[P:.*]] = quant_bnn.pack %[[X]]
  // CHECK-DAG: tensor.collapse_shape %[[P]]
  %y = tensor.collapse_shape %x [[0, 1]] : tensor<4x10xf32> into tensor<40xf32>
  %p = quant_bnn.pack %y : tensor<40xf32> to tensor<40xi1, #quant_bnn.packed<i32>>
  %s = quant_bnn.sign %x : tensor<4x10xf32>
  %z = tensor.collapse_shape %s [[0, 1]] : tensor<4x10xf32> into tensor<40xf32>
  %q = quant_bnn.pack %z : tensor<40xf32> to tensor<40xi1, #quant_bnn.packed<i32>>
  return %p, %q : tensor<40xi1, #quant_bnn.packed<i32>>, tensor<40xi1, #quant_bnn.packed<i32>>
}

// -----

// A small number may become 0 in the type of the pool.
// CHECK-LABEL: func @pool_of_another_type(
func.func @pool_of_another_type(%x: tensor<1x2x2x8xf64>) -> tensor<1x1x1x8xi1, #quant_bnn.packed<i8>> {
  // CHECK: %[[POOL:.*]] = linalg.pooling_nhwc_max
  // CHECK: quant_bnn.pack %[[POOL]] : tensor<1x1x1x8xf32>
  %lowest = arith.constant 0xFF800000 : f32
  %window = tensor.empty() : tensor<2x2xf32>
  %empty = tensor.empty() : tensor<1x1x1x8xf32>
  %init = linalg.fill ins(%lowest : f32) outs(%empty : tensor<1x1x1x8xf32>) -> tensor<1x1x1x8xf32>
  %pool = linalg.pooling_nhwc_max ins(%x, %window : tensor<1x2x2x8xf64>, tensor<2x2xf32>)
      outs(%init : tensor<1x1x1x8xf32>) -> tensor<1x1x1x8xf32>
  %b = quant_bnn.pack %pool : tensor<1x1x1x8xf32> to tensor<1x1x1x8xi1, #quant_bnn.packed<i8>>
  return %b : tensor<1x1x1x8xi1, #quant_bnn.packed<i8>>
}

// -----

// CHECK-LABEL: func @slice_of_packed(
// CHECK-SAME: %[[X:.*]]: tensor<4x64xi1, #quant_bnn.packed<i8>>
func.func @slice_of_packed(%x: tensor<4x64xi1, #quant_bnn.packed<i8>>) -> tensor<2x64xi1, #quant_bnn.packed<i32>> {
  // CHECK: %[[CAST:.*]] = tensor.cast %[[X]] : tensor<4x64xi1, #quant_bnn.packed<i8>> to tensor<4x64xi1, #quant_bnn.packed<i32>>
  // CHECK: tensor.extract_slice %[[CAST]]
  %0 = tensor.extract_slice %x[0, 0] [2, 64] [1, 1] : tensor<4x64xi1, #quant_bnn.packed<i8>> to tensor<2x64xi1>
  %1 = quant_bnn.pack %0 : tensor<2x64xi1> to tensor<2x64xi1, #quant_bnn.packed<i32>>
  return %1 : tensor<2x64xi1, #quant_bnn.packed<i32>>
}

// -----

// The bits of whole rows would be packed for one of each.
// CHECK-LABEL: func @slice_of_a_column(
func.func @slice_of_a_column(%x: tensor<4x100x7xf32>) -> tensor<4x100xi1, #quant_bnn.packed<i32>> {
  // CHECK: %[[SLICE:.*]] = tensor.extract_slice
  // CHECK: quant_bnn.pack %[[SLICE]]
  %0 = tensor.extract_slice %x[0, 0, 2] [4, 100, 1] [1, 1, 1] : tensor<4x100x7xf32> to tensor<4x100xf32>
  %1 = quant_bnn.pack %0 : tensor<4x100xf32> to tensor<4x100xi1, #quant_bnn.packed<i32>>
  return %1 : tensor<4x100xi1, #quant_bnn.packed<i32>>
}
