// RUN: bnn-opt %s --split-input-file --quant-bnn-propagate-packed --cse | FileCheck %s

// Functions of a sign: where they are negative is what counts.
// CHECK-LABEL: func @signs(
// CHECK-SAME:    %[[X:.*]]: tensor<4x64xf32>
func.func @signs(%x: tensor<4x64xf32>) -> (tensor<4x2xi32>, tensor<4x2xi32>, tensor<4x2xi32>, tensor<4x2xi32>) {
  // CHECK: %[[A:.*]] = quant_bnn.pack %[[X]] : tensor<4x64xf32> to tensor<4x2xi32>
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
  %pa = quant_bnn.pack %a : tensor<4x64xf32> to tensor<4x2xi32>
  %pb = quant_bnn.pack %b : tensor<4x64xf32> to tensor<4x2xi32>
  %pc = quant_bnn.pack %c : tensor<4x64xf32> to tensor<4x2xi32>
  %pd = quant_bnn.pack %b polarity = nonnegative : tensor<4x64xf32> to tensor<4x2xi32>
  return %pa, %pb, %pc, %pd : tensor<4x2xi32>, tensor<4x2xi32>, tensor<4x2xi32>, tensor<4x2xi32>
}

// -----

// A bit of 1 is a negative number, so a zero that stays 0 is a bit of 0, as +1
// is; with -1 for zeros it is a bit of 1.
// CHECK-LABEL: func @zeros(
// CHECK-SAME:    %[[X:.*]]: tensor<4x64xf32>
func.func @zeros(%x: tensor<4x64xf32>) -> (tensor<4x2xi32>, tensor<4x2xi32>, tensor<4x2xi32>) {
  // CHECK: %[[A:.*]] = quant_bnn.pack %[[X]] : tensor<4x64xf32> to tensor<4x2xi32>
  // CHECK: arith.cmpf ole
  // CHECK: %[[B:.*]] = quant_bnn.pack %{{.*}} : tensor<4x64xi1>
  // CHECK: arith.cmpf oge
  // CHECK: %[[C:.*]] = quant_bnn.pack %{{.*}} : tensor<4x64xi1>
  // CHECK: return %[[A]], %[[B]], %[[C]]
  %a = quant_bnn.sign %x zero = zero nan = zero : tensor<4x64xf32>
  %b = quant_bnn.sign %x zero = negative : tensor<4x64xf32>
  %c = quant_bnn.sign %x zero = zero nan = negative : tensor<4x64xf32>
  %pa = quant_bnn.pack %a : tensor<4x64xf32> to tensor<4x2xi32>
  %pb = quant_bnn.pack %b : tensor<4x64xf32> to tensor<4x2xi32>
  %pc = quant_bnn.pack %c polarity = nonnegative : tensor<4x64xf32> to tensor<4x2xi32>
  return %pa, %pb, %pc : tensor<4x2xi32>, tensor<4x2xi32>, tensor<4x2xi32>
}

// -----

// A value with another use keeps it.
// CHECK-LABEL: func @fork(
// CHECK-SAME:    %[[X:.*]]: tensor<?x64xf32>
func.func @fork(%x: tensor<?x64xf32>) -> (tensor<?x64xf32>, tensor<?x2xi32>) {
  // CHECK: %[[Y:.*]] = quant_bnn.sign %[[X]]
  // CHECK: %[[P:.*]] = quant_bnn.pack %[[X]]
  // CHECK: return %[[Y]], %[[P]]
  %y = quant_bnn.sign %x : tensor<?x64xf32>
  %p = quant_bnn.pack %y : tensor<?x64xf32> to tensor<?x2xi32>
  return %y, %p : tensor<?x64xf32>, tensor<?x2xi32>
}

// -----

// CHECK-LABEL: func @max_pool(
// CHECK-SAME:    %[[X:.*]]: tensor<?x9x9x64xf32>
func.func @max_pool(%x: tensor<?x9x9x64xf32>, %init: tensor<?x3x3x64xf32>) -> tensor<?x3x3x2xi32> {
  // CHECK: %[[P:.*]] = quant_bnn.pack %[[X]] polarity = nonnegative : tensor<?x9x9x64xf32> to tensor<?x9x9x2xi32>
  // CHECK: quant_bnn.xnor_max_pool_2d %[[P]] kernel = [2, 3] strides = [2, 2] dilations = [3, 2] polarity = nonnegative
  %lowest = arith.constant 0xFF800000 : f32
  %window = tensor.empty() : tensor<2x3xf32>
  %begin = linalg.fill ins(%lowest : f32) outs(%init : tensor<?x3x3x64xf32>) -> tensor<?x3x3x64xf32>
  %y = linalg.pooling_nhwc_max {strides = dense<2> : vector<2xi64>, dilations = dense<[3, 2]> : vector<2xi64>}
      ins(%x, %window : tensor<?x9x9x64xf32>, tensor<2x3xf32>) outs(%begin : tensor<?x3x3x64xf32>) -> tensor<?x3x3x64xf32>
  %p = quant_bnn.pack %y polarity = nonnegative : tensor<?x3x3x64xf32> to tensor<?x3x3x2xi32>
  return %p : tensor<?x3x3x2xi32>
}

// -----

// A maximum that begins with 0 has no negative result.
// CHECK-LABEL: func @relu_pool(
func.func @relu_pool(%x: tensor<1x9x9x64xf32>, %init: tensor<1x8x8x64xf32>) -> tensor<1x8x8x2xi32> {
  // CHECK-NOT: xnor_max_pool_2d
  %zero = arith.constant 0.0 : f32
  %window = tensor.empty() : tensor<2x2xf32>
  %begin = linalg.fill ins(%zero : f32) outs(%init : tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xf32>
  %y = linalg.pooling_nhwc_max ins(%x, %window : tensor<1x9x9x64xf32>, tensor<2x2xf32>) outs(%begin : tensor<1x8x8x64xf32>) -> tensor<1x8x8x64xf32>
  %p = quant_bnn.pack %y : tensor<1x8x8x64xf32> to tensor<1x8x8x2xi32>
  return %p : tensor<1x8x8x2xi32>
}

// -----

// CHECK-LABEL: func @shapes(
// CHECK-SAME:    %[[X:.*]]: tensor<?x4x4x64xf32>
func.func @shapes(%x: tensor<?x4x4x64xf32>, %i: index) -> (tensor<?x32xi32>, tensor<4x4x?x2xi32>, tensor<1x4x4x1xi32>, tensor<?x6x6x2xi32>, tensor<?x4x8x2xi32>) {
  // CHECK:     %[[P:.*]] = quant_bnn.pack %[[X]] : tensor<?x4x4x64xf32> to tensor<?x4x4x2xi32>
  // CHECK:     quant_bnn.packed_reshape %[[P]] depth = 64 shape = [%{{.*}}, 1024]
  // CHECK:     quant_bnn.packed_transpose %[[P]] depth = 64 permutation = [1, 2, 0, 3]
  // CHECK:     quant_bnn.packed_slice %[[P]] depth = 64 offsets = [%{{.*}}, 0, 0, 32] sizes = [1, 4, 4, 20] strides = [1, 1, 1, 1]
  // CHECK:     quant_bnn.packed_pad %[[P]] depth = 64 low = [0, 1, 1, 0] high = [0, 1, 1, 0] ones
  // CHECK:     quant_bnn.packed_concat %[[P]], %[[P]] depths = [64, 64] dim = 2
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
  %pa = quant_bnn.pack %a : tensor<?x1024xf32> to tensor<?x32xi32>
  %pb = quant_bnn.pack %b : tensor<4x4x?x64xf32> to tensor<4x4x?x2xi32>
  %pc = quant_bnn.pack %c : tensor<1x4x4x20xf32> to tensor<1x4x4x1xi32>
  %pd = quant_bnn.pack %d : tensor<?x6x6x64xf32> to tensor<?x6x6x2xi32>
  %pe = quant_bnn.pack %e : tensor<?x4x8x64xf32> to tensor<?x4x8x2xi32>
  return %pa, %pb, %pc, %pd, %pe : tensor<?x32xi32>, tensor<4x4x?x2xi32>, tensor<1x4x4x1xi32>, tensor<?x6x6x2xi32>, tensor<?x4x8x2xi32>
}

// -----

// A reshape for which bits would move is left to the floats.
// CHECK-LABEL: func @moving_reshape(
func.func @moving_reshape(%x: tensor<4x10xf32>) -> tensor<2xi32> {
  // CHECK: tensor.collapse_shape
  // CHECK: quant_bnn.pack
  %y = tensor.collapse_shape %x [[0, 1]] : tensor<4x10xf32> into tensor<40xf32>
  %p = quant_bnn.pack %y : tensor<40xf32> to tensor<2xi32>
  return %p : tensor<2xi32>
}

// -----

// CHECK-LABEL: func @other_words(
func.func @other_words(%y: tensor<4x100xf32>) -> tensor<4x2xi64> {
  // CHECK: %[[B:.*]] = quant_bnn.pack
  // CHECK: %[[P:.*]] = quant_bnn.packed_cast %[[B]] depth = 100 flip : tensor<4x13xi8> to tensor<4x2xi64>
  // CHECK: return %[[P]]
  %b = quant_bnn.pack %y : tensor<4x100xf32> to tensor<4x13xi8>
  %x = quant_bnn.unpack %b polarity = nonnegative : tensor<4x13xi8> to tensor<4x100xf32>
  %p = quant_bnn.pack %x : tensor<4x100xf32> to tensor<4x2xi64>
  return %p : tensor<4x2xi64>
}

// -----

// An argument may have bits past the end of a row, which packing clears.
// CHECK-LABEL: func @unknown_words(
// CHECK-SAME:    %[[B:.*]]: tensor<4x13xi8>
func.func @unknown_words(%b: tensor<4x13xi8>) -> tensor<4x2xi64> {
  // CHECK: %[[X:.*]] = quant_bnn.unpack %[[B]]
  // CHECK: quant_bnn.pack %[[X]]
  // CHECK-NOT: packed_cast
  %x = quant_bnn.unpack %b polarity = nonnegative : tensor<4x13xi8> to tensor<4x100xf32>
  %p = quant_bnn.pack %x : tensor<4x100xf32> to tensor<4x2xi64>
  return %p : tensor<4x2xi64>
}

// -----

// In rows of whole words there are none.
// CHECK-LABEL: func @whole_words(
// CHECK-SAME:    %[[B:.*]]: tensor<4x13xi8>
func.func @whole_words(%b: tensor<4x13xi8>) -> tensor<4x2xi64> {
  // CHECK: quant_bnn.packed_cast %[[B]] depth = 104 : tensor<4x13xi8> to tensor<4x2xi64>
  %x = quant_bnn.unpack %b : tensor<4x13xi8> to tensor<4x104xf32>
  %p = quant_bnn.pack %x : tensor<4x104xf32> to tensor<4x2xi64>
  return %p : tensor<4x2xi64>
}
