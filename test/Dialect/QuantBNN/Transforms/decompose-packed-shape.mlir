// Words stay as they are where they can. Where they cannot, bits are unpacked,
// moved and packed again.
//
// RUN: bnn-opt %s --quant-bnn-decompose --split-input-file | FileCheck %s

//===----------------------------------------------------------------------===//
// packed_cast
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @cast_of_sizes(
// CHECK-SAME: %[[B:.*]]: tensor<?x?xi64>
func.func @cast_of_sizes(%b: tensor<?x?xi64>) -> tensor<4x2xi64> {
  // CHECK-NEXT: %[[R:.*]] = tensor.cast %[[B]] : tensor<?x?xi64> to tensor<4x2xi64>
  // CHECK-NEXT: return %[[R]]
  %0 = quant_bnn.packed_cast %b depth = 100 : tensor<?x?xi64> to tensor<4x2xi64>
  return %0 : tensor<4x2xi64>
}

// -----

// CHECK-LABEL: func @flip_of_whole_words(
// CHECK-SAME: %[[B:.*]]: tensor<?x2xi64>
// CHECK-DAG: %[[CM1:.*]] = arith.constant -1 : i64
func.func @flip_of_whole_words(%b: tensor<?x2xi64>) -> tensor<?x2xi64> {
  // CHECK: linalg.generic {{.*}} ins(%[[B]] : tensor<?x2xi64>)
  // CHECK-NOT: linalg.index
  // CHECK: arith.xori %{{.*}}, %[[CM1]] : i64
  %0 = quant_bnn.packed_cast %b depth = 128 flip : tensor<?x2xi64> to tensor<?x2xi64>
  return %0 : tensor<?x2xi64>
}

// -----

// The bits past the end are not to be flipped.
// CHECK-LABEL: func @flip_of_tails(
// CHECK-SAME: %[[B:.*]]: tensor<4x2xi64>
// CHECK-DAG: %[[CM1:.*]] = arith.constant -1 : i64
func.func @flip_of_tails(%b: tensor<4x2xi64>) -> tensor<4x2xi64> {
  // CHECK: linalg.generic {{.*}} ins(%[[B]] : tensor<4x2xi64>)
  // CHECK: %[[UNUSED:.*]] = affine.max
  // CHECK: %[[SHIFT:.*]] = arith.index_castui %[[UNUSED]] : index to i64
  // CHECK: %[[USED:.*]] = arith.shrui %[[CM1]], %[[SHIFT]] : i64
  // CHECK: arith.xori %{{.*}}, %[[USED]] : i64
  %0 = quant_bnn.packed_cast %b depth = 100 flip : tensor<4x2xi64> to tensor<4x2xi64>
  return %0 : tensor<4x2xi64>
}

// -----

// CHECK-LABEL: func @cast_to_narrow_words(
// CHECK-SAME: %[[B:.*]]: tensor<4x2xi64>
func.func @cast_to_narrow_words(%b: tensor<4x2xi64>) -> tensor<4x13xi8> {
  // CHECK: linalg.generic {{.*}} ins(%[[B]] : tensor<4x2xi64>) outs(%{{.*}} : tensor<4x2x8xi8>)
  // CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0], [1, 2]] : tensor<4x2x8xi8> into tensor<4x16xi8>
  // CHECK: tensor.extract_slice %{{.*}}[0, 0] [4, 13] [1, 1] : tensor<4x16xi8> to tensor<4x13xi8>
  %0 = quant_bnn.packed_cast %b depth = 100 : tensor<4x2xi64> to tensor<4x13xi8>
  return %0 : tensor<4x13xi8>
}

// -----

// CHECK-LABEL: func @cast_to_wide_words(
// CHECK-SAME: %[[B:.*]]: tensor<4x13xi8>
func.func @cast_to_wide_words(%b: tensor<4x13xi8>) -> tensor<4x2xi64> {
  // CHECK: tensor.pad %[[B]] low[0, 0] high[0, 3]
  // CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]] output_shape [4, 2, 8] : tensor<4x16xi8> into tensor<4x2x8xi8>
  // CHECK: linalg.generic {{.*}}"parallel", "parallel", "reduction"]{{.*}} outs(%{{.*}} : tensor<4x2xi64>)
  %0 = quant_bnn.packed_cast %b depth = 100 : tensor<4x13xi8> to tensor<4x2xi64>
  return %0 : tensor<4x2xi64>
}

// -----

//===----------------------------------------------------------------------===//
// packed_transpose
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @transpose_of_rows(
// CHECK-SAME: %[[B:.*]]: tensor<3x?x2xi64>
func.func @transpose_of_rows(%b: tensor<3x?x2xi64>) -> tensor<?x3x2xi64> {
  // CHECK: linalg.transpose ins(%[[B]] : tensor<3x?x2xi64>) outs(%{{.*}} : tensor<?x3x2xi64>) permutation = [1, 0, 2]
  %0 = quant_bnn.packed_transpose %b depth = 100 permutation = [1, 0, 2] : tensor<3x?x2xi64> to tensor<?x3x2xi64>
  return %0 : tensor<?x3x2xi64>
}

// -----

// CHECK-LABEL: func @transpose_of_bits(
func.func @transpose_of_bits(%b: tensor<4x2xi64>) -> tensor<100x1xi64> {
  // CHECK: linalg.transpose ins(%{{.*}} : tensor<4x100xi1>) outs(%{{.*}} : tensor<100x4xi1>) permutation = [1, 0]
  %0 = quant_bnn.packed_transpose %b depth = 100 permutation = [1, 0] : tensor<4x2xi64> to tensor<100x1xi64>
  return %0 : tensor<100x1xi64>
}

// -----

//===----------------------------------------------------------------------===//
// packed_reshape
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @reshape_of_whole_words(
// CHECK-SAME: %[[B:.*]]: tensor<?x7x7x1xi64>, %[[N:.*]]: index
func.func @reshape_of_whole_words(%b: tensor<?x7x7x1xi64>, %n: index) -> tensor<?x49xi64> {
  // CHECK-NEXT: %[[FLAT:.*]] = tensor.collapse_shape %[[B]] {{\[\[}}0, 1, 2, 3]] : tensor<?x7x7x1xi64> into tensor<?xi64>
  // CHECK-NEXT: tensor.expand_shape %[[FLAT]] {{\[\[}}0, 1]] output_shape [%[[N]], 49] : tensor<?xi64> into tensor<?x49xi64>
  %0 = quant_bnn.packed_reshape %b depth = 64 shape = [%n, 3136] : tensor<?x7x7x1xi64> to tensor<?x49xi64>
  return %0 : tensor<?x49xi64>
}

// -----

// The rows are the same, though how many words they have is not known.
// CHECK-LABEL: func @reshape_of_rows(
// CHECK-SAME: %[[B:.*]]: tensor<6x?xi8>, %[[K:.*]]: index
func.func @reshape_of_rows(%b: tensor<6x?xi8>, %k: index) -> tensor<2x3x?xi8> {
  // CHECK: %[[WORDS:.*]] = affine.apply #{{.*}}()[%[[K]]]
  // CHECK: tensor.expand_shape %{{.*}} output_shape [2, 3, %[[WORDS]]] : tensor<?xi8> into tensor<2x3x?xi8>
  %0 = quant_bnn.packed_reshape %b depth = %k shape = [2, 3, %k] : tensor<6x?xi8> to tensor<2x3x?xi8>
  return %0 : tensor<2x3x?xi8>
}

// -----

// What is known before and after need not be the same.
// CHECK-LABEL: func @reshape_to_known_sizes(
func.func @reshape_to_known_sizes(%b: tensor<?x?xi8>, %k: index) -> tensor<3x2x1xi8> {
  // CHECK: %[[FLAT:.*]] = tensor.collapse_shape %{{.*}} : tensor<?x?xi1> into tensor<?xi1>
  // CHECK: %[[KNOWN:.*]] = tensor.cast %[[FLAT]] : tensor<?xi1> to tensor<30xi1>
  // CHECK: tensor.expand_shape %[[KNOWN]] {{.*}} : tensor<30xi1> into tensor<3x2x5xi1>
  %0 = quant_bnn.packed_reshape %b depth = %k shape = [3, 2, 5] : tensor<?x?xi8> to tensor<3x2x1xi8>
  return %0 : tensor<3x2x1xi8>
}

// -----

// CHECK-LABEL: func @reshape_to_unknown_sizes(
func.func @reshape_to_unknown_sizes(%b: tensor<6x1xi8>, %k: index) -> tensor<?x2x?xi8> {
  // CHECK: %[[UNKNOWN:.*]] = tensor.cast %{{.*}} : tensor<30xi1> to tensor<?xi1>
  // CHECK: tensor.expand_shape %[[UNKNOWN]] {{.*}} : tensor<?xi1> into tensor<?x2x?xi1>
  %0 = quant_bnn.packed_reshape %b depth = 5 shape = [%k, 2, %k] : tensor<6x1xi8> to tensor<?x2x?xi8>
  return %0 : tensor<?x2x?xi8>
}

// -----

// CHECK-LABEL: func @reshape_to_a_row(
func.func @reshape_to_a_row(%b: tensor<4x2xi8>) -> tensor<5xi8> {
  // CHECK: %[[ROW:.*]] = tensor.collapse_shape %{{.*}} : tensor<4x9xi1> into tensor<36xi1>
  // CHECK-NOT: tensor.expand_shape
  // CHECK: linalg.generic {{.*}} ins(%[[ROW]] : tensor<36xi1>) outs(%{{.*}} : tensor<5xi8>)
  %0 = quant_bnn.packed_reshape %b depth = 9 shape = [36] : tensor<4x2xi8> to tensor<5xi8>
  return %0 : tensor<5xi8>
}

// -----

//===----------------------------------------------------------------------===//
// packed_concat
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @concat_of_rows(
// CHECK-SAME: %[[A:.*]]: tensor<4x2xi64>, %[[B:.*]]: tensor<?x2xi64>
func.func @concat_of_rows(%a: tensor<4x2xi64>, %b: tensor<?x2xi64>) -> tensor<?x2xi64> {
  // CHECK-NEXT: tensor.concat dim(0) %[[A]], %[[B]] : (tensor<4x2xi64>, tensor<?x2xi64>) -> tensor<?x2xi64>
  %0 = quant_bnn.packed_concat %a, %b depths = [100, 100] dim = 0 : (tensor<4x2xi64>, tensor<?x2xi64>) -> tensor<?x2xi64>
  return %0 : tensor<?x2xi64>
}

// -----

// The last source may have a tail.
// CHECK-LABEL: func @concat_of_whole_words(
// CHECK-SAME: %[[A:.*]]: tensor<4x1xi64>, %[[B:.*]]: tensor<4x?xi64>
func.func @concat_of_whole_words(%a: tensor<4x1xi64>, %b: tensor<4x?xi64>, %k: index) -> tensor<4x?xi64> {
  // CHECK-NEXT: tensor.concat dim(1) %[[A]], %[[B]] : (tensor<4x1xi64>, tensor<4x?xi64>) -> tensor<4x?xi64>
  %0 = quant_bnn.packed_concat %a, %b depths = [64, %k] dim = 1 : (tensor<4x1xi64>, tensor<4x?xi64>) -> tensor<4x?xi64>
  return %0 : tensor<4x?xi64>
}

// -----

// CHECK-LABEL: func @concat_of_bits(
func.func @concat_of_bits(%a: tensor<4x1xi64>, %b: tensor<4x1xi64>) -> tensor<4x2xi64> {
  // CHECK: tensor.concat dim(1) %{{.*}}, %{{.*}} : (tensor<4x33xi1>, tensor<4x64xi1>) -> tensor<4x97xi1>
  %0 = quant_bnn.packed_concat %a, %b depths = [33, 64] dim = 1 : (tensor<4x1xi64>, tensor<4x1xi64>) -> tensor<4x2xi64>
  return %0 : tensor<4x2xi64>
}

// -----

//===----------------------------------------------------------------------===//
// packed_slice
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @slice_of_whole_words(
// CHECK-SAME: %[[B:.*]]: tensor<?x4xi64>, %[[I:.*]]: index
func.func @slice_of_whole_words(%b: tensor<?x4xi64>, %i: index) -> tensor<3x2xi64> {
  // CHECK-NEXT: tensor.extract_slice %[[B]][%[[I]], 1] [3, 2] [2, 1] : tensor<?x4xi64> to tensor<3x2xi64>
  %0 = quant_bnn.packed_slice %b depth = 200 offsets = [%i, 64] sizes = [3, 128] strides = [2, 1] : tensor<?x4xi64> to tensor<3x2xi64>
  return %0 : tensor<3x2xi64>
}

// -----

// CHECK-LABEL: func @slice_to_the_end(
// CHECK-SAME: %[[B:.*]]: tensor<4x4xi64>
func.func @slice_to_the_end(%b: tensor<4x4xi64>) -> tensor<4x2xi64> {
  // CHECK-NEXT: tensor.extract_slice %[[B]][0, 2] [4, 2] [1, 1] : tensor<4x4xi64> to tensor<4x2xi64>
  %0 = quant_bnn.packed_slice %b depth = 200 offsets = [0, 128] sizes = [4, 72] strides = [1, 1] : tensor<4x4xi64> to tensor<4x2xi64>
  return %0 : tensor<4x2xi64>
}

// -----

// CHECK-LABEL: func @slice_of_rows(
// CHECK-SAME: %[[B:.*]]: tensor<?x?xi8>, %[[K:.*]]: index
func.func @slice_of_rows(%b: tensor<?x?xi8>, %k: index) -> tensor<4x?xi8> {
  // CHECK: %[[WORDS:.*]] = affine.apply #{{.*}}()[%[[K]]]
  // CHECK: tensor.extract_slice %[[B]][1, 0] [4, %[[WORDS]]] [1, 1] : tensor<?x?xi8> to tensor<4x?xi8>
  %0 = quant_bnn.packed_slice %b depth = %k offsets = [1, 0] sizes = [4, %k] strides = [1, 1] : tensor<?x?xi8> to tensor<4x?xi8>
  return %0 : tensor<4x?xi8>
}

// -----

// What a slice leaves out of its last word has to be cleared.
// CHECK-LABEL: func @slice_of_bits(
func.func @slice_of_bits(%b: tensor<4x4xi64>) -> tensor<4x1xi64> {
  // CHECK: tensor.extract_slice %{{.*}}[0, 64] [4, 63] [1, 1] : tensor<4x200xi1> to tensor<4x63xi1>
  %0 = quant_bnn.packed_slice %b depth = 200 offsets = [0, 64] sizes = [4, 63] strides = [1, 1] : tensor<4x4xi64> to tensor<4x1xi64>
  return %0 : tensor<4x1xi64>
}

// -----

// A slice of nothing may begin at the end.
// CHECK-LABEL: func @slice_of_nothing(
func.func @slice_of_nothing(%b: tensor<4x1xi64>) -> (tensor<0x1xi64>, tensor<4x0xi64>) {
  // CHECK-NOT: tensor.extract_slice
  // CHECK: tensor.empty() : tensor<0x1xi64>
  // CHECK: tensor.empty() : tensor<4x0xi64>
  // CHECK-NOT: tensor.extract_slice
  // CHECK: return
  %0 = quant_bnn.packed_slice %b depth = 64 offsets = [4, 0] sizes = [0, 64] strides = [1, 1] : tensor<4x1xi64> to tensor<0x1xi64>
  %1 = quant_bnn.packed_slice %b depth = 64 offsets = [0, 64] sizes = [4, 0] strides = [1, 1] : tensor<4x1xi64> to tensor<4x0xi64>
  return %0, %1 : tensor<0x1xi64>, tensor<4x0xi64>
}

// -----

//===----------------------------------------------------------------------===//
// packed_pad
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @pad_of_rows(
// CHECK-SAME: %[[B:.*]]: tensor<4x2xi64>, %[[N:.*]]: index
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : i64
func.func @pad_of_rows(%b: tensor<4x2xi64>, %n: index) -> tensor<?x2xi64> {
  // CHECK: tensor.pad %[[B]] low[%[[N]], 0] high[1, 0]
  // CHECK: tensor.yield %[[C0]]
  %0 = quant_bnn.packed_pad %b depth = 100 low = [%n, 0] high = [1, 0] : tensor<4x2xi64> to tensor<?x2xi64>
  return %0 : tensor<?x2xi64>
}

// -----

// CHECK-LABEL: func @pad_of_whole_words(
// CHECK-SAME: %[[B:.*]]: tensor<4x2xi64>
// CHECK-DAG: %[[CM1:.*]] = arith.constant -1 : i64
func.func @pad_of_whole_words(%b: tensor<4x2xi64>) -> tensor<5x2xi64> {
  // CHECK: tensor.pad %[[B]] low[0, 0] high[1, 0]
  // CHECK: tensor.yield %[[CM1]]
  %0 = quant_bnn.packed_pad %b depth = 128 low = [0, 0] high = [1, 0] ones : tensor<4x2xi64> to tensor<5x2xi64>
  return %0 : tensor<5x2xi64>
}

// -----

// CHECK-LABEL: func @pad_of_tails(
func.func @pad_of_tails(%b: tensor<4x2xi64>) -> tensor<5x2xi64> {
  // CHECK: tensor.pad %{{.*}} low[0, 0] high[1, 0]
  // CHECK: tensor.yield %true
  // CHECK: tensor<4x100xi1> to tensor<5x100xi1>
  %0 = quant_bnn.packed_pad %b depth = 100 low = [0, 0] high = [1, 0] ones : tensor<4x2xi64> to tensor<5x2xi64>
  return %0 : tensor<5x2xi64>
}

// -----

// CHECK-LABEL: func @pad_of_bits(
func.func @pad_of_bits(%b: tensor<4x2xi64>) -> tensor<4x2xi64> {
  // CHECK: tensor.pad %{{.*}} low[0, 1] high[0, 2]
  // CHECK: tensor<4x100xi1> to tensor<4x103xi1>
  %0 = quant_bnn.packed_pad %b depth = 100 low = [0, 1] high = [0, 2] : tensor<4x2xi64> to tensor<4x2xi64>
  return %0 : tensor<4x2xi64>
}

// -----

//===----------------------------------------------------------------------===//
// pack
//===----------------------------------------------------------------------===//

// The extent of the words is a constant, but their type does not say so.
// CHECK-LABEL: func @pack_of_a_known_extent(
// CHECK: linalg.generic
// CHECK-SAME: ins(%{{.*}} : tensor<2x?xf16>) outs(%{{.*}} : tensor<2x?xi64>)
func.func @pack_of_a_known_extent(%x: tensor<4x17xf16>) -> tensor<2x?xi64> {
  %n = arith.constant 3 : index
  %slice = tensor.extract_slice %x[0, 9] [2, %n] [2, 1] : tensor<4x17xf16> to tensor<2x?xf16>
  %words = quant_bnn.pack %slice : tensor<2x?xf16> to tensor<2x?xi64>
  return %words : tensor<2x?xi64>
}
