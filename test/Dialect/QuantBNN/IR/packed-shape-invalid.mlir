// RUN: bnn-opt %s --split-input-file --verify-diagnostics

//===----------------------------------------------------------------------===//
// packed_cast
//===----------------------------------------------------------------------===//

func.func @cast_word_type(%b: tensor<4x2xf64>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 8-bit signless integer or 16-bit signless integer or 32-bit signless integer or 64-bit signless integer values, but got 'tensor<4x2xf64>'}}
  quant_bnn.packed_cast %b depth = 100 : tensor<4x2xf64> to tensor<4x2xi64>
  return
}

// -----

func.func @cast_two_depths(%b: tensor<4x2xi64>, %k: index) {
  // expected-error @+1 {{requires a depth that is an attribute or an operand, but got both}}
  "quant_bnn.packed_cast"(%b, %k) <{static_depth = 100 : i64}> : (tensor<4x2xi64>, index) -> tensor<4x2xi64>
  return
}

// -----

func.func @cast_rank_zero(%b: tensor<i64>) {
  // expected-error @+1 {{requires words of rank 1 or more, but got 'tensor<i64>'}}
  quant_bnn.packed_cast %b depth = 100 : tensor<i64> to tensor<i64>
  return
}

// -----

func.func @cast_depth(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a depth from 0 to 2^31 - 1, but got 4294967296}}
  quant_bnn.packed_cast %b depth = 4294967296 : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @cast_source_words(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires ceil(129 / 64) = 3 words a row, but got 'tensor<4x2xi64>'}}
  quant_bnn.packed_cast %b depth = 129 : tensor<4x2xi64> to tensor<4x4xi32>
  return
}

// -----

func.func @cast_result_words(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a result of 4x13 words, but got 'tensor<4x12xi8>'}}
  quant_bnn.packed_cast %b depth = 100 : tensor<4x2xi64> to tensor<4x12xi8>
  return
}

// -----

func.func @cast_rows(%b: tensor<?x4x2xi64>) {
  // expected-error @+1 {{requires a result of ?x4x13 words, but got 'tensor<7x3x13xi8>'}}
  quant_bnn.packed_cast %b depth = 100 : tensor<?x4x2xi64> to tensor<7x3x13xi8>
  return
}

// -----

func.func @cast_rank(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a result of 4x13 words, but got 'tensor<13xi8>'}}
  quant_bnn.packed_cast %b depth = 100 : tensor<4x2xi64> to tensor<13xi8>
  return
}

// -----

//===----------------------------------------------------------------------===//
// packed_transpose
//===----------------------------------------------------------------------===//

func.func @transpose_word_widths(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{failed to verify that all of {source, result} have same element type}}
  quant_bnn.packed_transpose %b depth = 100 permutation = [1, 0] : tensor<4x2xi64> to tensor<100x1xi8>
  return
}

// -----

func.func @transpose_words(%b: tensor<4x1xi64>) {
  // expected-error @+1 {{requires ceil(100 / 64) = 2 words a row, but got 'tensor<4x1xi64>'}}
  quant_bnn.packed_transpose %b depth = 100 permutation = [1, 0] : tensor<4x1xi64> to tensor<100x1xi64>
  return
}

// -----

func.func @transpose_count(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires one of permutation for every dimension of 'tensor<4x2xi64>', but got 3}}
  quant_bnn.packed_transpose %b depth = 100 permutation = [0, 1, 2] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @transpose_twice(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a permutation of the dimensions, but got 1, 1}}
  quant_bnn.packed_transpose %b depth = 100 permutation = [1, 1] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @transpose_dimension(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a permutation of the dimensions, but got 0, 2}}
  quant_bnn.packed_transpose %b depth = 100 permutation = [0, 2] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @transpose_negative(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a permutation of the dimensions, but got -1, 0}}
  quant_bnn.packed_transpose %b depth = 100 permutation = [-1, 0] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @transpose_result(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a result of 100x1 words, but got 'tensor<100x2xi64>'}}
  quant_bnn.packed_transpose %b depth = 100 permutation = [1, 0] : tensor<4x2xi64> to tensor<100x2xi64>
  return
}

// -----

//===----------------------------------------------------------------------===//
// packed_reshape
//===----------------------------------------------------------------------===//

func.func @reshape_words(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires ceil(50 / 64) = 1 words a row, but got 'tensor<4x2xi64>'}}
  quant_bnn.packed_reshape %b depth = 50 shape = [8, 25] : tensor<4x2xi64> to tensor<8x1xi64>
  return
}

// -----

func.func @reshape_negative(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a shape of at least 0, but got -8}}
  quant_bnn.packed_reshape %b depth = 100 shape = [-8, 50] : tensor<4x2xi64> to tensor<8x1xi64>
  return
}

// -----

func.func @reshape_rank_zero(%b: tensor<1xi8>) {
  // expected-error @+1 {{requires a shape of rank 1 or more, but got none}}
  quant_bnn.packed_reshape %b depth = 1 shape = [] : tensor<1xi8> to tensor<i8>
  return
}

// -----

func.func @reshape_elements(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a shape of 400 elements, but got one of 408}}
  quant_bnn.packed_reshape %b depth = 100 shape = [8, 51] : tensor<4x2xi64> to tensor<8x1xi64>
  return
}

// -----

func.func @reshape_result(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a result of 8x1 words, but got 'tensor<8x2xi64>'}}
  quant_bnn.packed_reshape %b depth = 100 shape = [8, 50] : tensor<4x2xi64> to tensor<8x2xi64>
  return
}

// -----

func.func @reshape_operands(%b: tensor<4x2xi64>, %k: index) {
  // expected-error @+1 {{requires 0 operands for shape, but got 1}}
  "quant_bnn.packed_reshape"(%b, %k) <{operandSegmentSizes = array<i32: 1, 0, 1>, static_depth = 100 : i64, static_shape = array<i64: 8, 50>}> : (tensor<4x2xi64>, index) -> tensor<8x1xi64>
  return
}

// -----

func.func @reshape_no_operands(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires 1 operands for shape, but got 0}}
  "quant_bnn.packed_reshape"(%b) <{operandSegmentSizes = array<i32: 1, 0, 0>, static_depth = 100 : i64, static_shape = array<i64: -9223372036854775808, 50>}> : (tensor<4x2xi64>) -> tensor<8x1xi64>
  return
}

// -----

//===----------------------------------------------------------------------===//
// packed_concat
//===----------------------------------------------------------------------===//

func.func @concat_nothing() {
  // expected-error @+1 {{requires a source, but got none}}
  quant_bnn.packed_concat depths = [] dim = 0 : () -> tensor<0xi8>
  return
}

// -----

func.func @concat_depths(%a: tensor<4x2xi64>, %b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a depth for each of 2 sources, but got 1}}
  quant_bnn.packed_concat %a, %b depths = [100] dim = 0 : (tensor<4x2xi64>, tensor<4x2xi64>) -> tensor<8x2xi64>
  return
}

// -----

func.func @concat_operands(%a: tensor<4x2xi64>) {
  // expected-error @+1 {{requires 1 operands for depths, but got 0}}
  "quant_bnn.packed_concat"(%a) <{dim = 0 : i64, operandSegmentSizes = array<i32: 1, 0>, static_depths = array<i64: -9223372036854775808>}> : (tensor<4x2xi64>) -> tensor<4x2xi64>
  return
}

// -----

func.func @concat_word_widths(%a: tensor<4x2xi64>, %b: tensor<4x4xi32>) {
  // expected-error @+1 {{requires sources of 'i64' as the result, but got 'tensor<4x4xi32>'}}
  quant_bnn.packed_concat %a, %b depths = [100, 100] dim = 0 : (tensor<4x2xi64>, tensor<4x4xi32>) -> tensor<8x2xi64>
  return
}

// -----

func.func @concat_words(%a: tensor<4x2xi64>, %b: tensor<4x1xi64>) {
  // expected-error @+1 {{requires ceil(100 / 64) = 2 words a row, but got 'tensor<4x1xi64>'}}
  quant_bnn.packed_concat %a, %b depths = [100, 100] dim = 0 : (tensor<4x2xi64>, tensor<4x1xi64>) -> tensor<8x2xi64>
  return
}

// -----

func.func @concat_negative_dim(%a: tensor<4x2xi64>, %b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a dim from 0 to 1, but got -1}}
  quant_bnn.packed_concat %a, %b depths = [100, 100] dim = -1 : (tensor<4x2xi64>, tensor<4x2xi64>) -> tensor<8x2xi64>
  return
}

// -----

func.func @concat_dim(%a: tensor<4x2xi64>, %b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a dim from 0 to 1, but got 2}}
  quant_bnn.packed_concat %a, %b depths = [100, 100] dim = 2 : (tensor<4x2xi64>, tensor<4x2xi64>) -> tensor<8x2xi64>
  return
}

// -----

func.func @concat_sizes(%a: tensor<4x2xi64>, %b: tensor<5x2xi64>) {
  // expected-error @+1 {{requires sources with the same sizes but that of dimension 1, but got 'tensor<4x2xi64>', 'tensor<5x2xi64>'}}
  quant_bnn.packed_concat %a, %b depths = [100, 100] dim = 1 : (tensor<4x2xi64>, tensor<5x2xi64>) -> tensor<4x4xi64>
  return
}

// -----

func.func @concat_other_depths(%a: tensor<4x2xi64>, %b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires sources with the same sizes but that of dimension 0, but got 'tensor<4x2xi64>', 'tensor<4x2xi64>'}}
  quant_bnn.packed_concat %a, %b depths = [100, 101] dim = 0 : (tensor<4x2xi64>, tensor<4x2xi64>) -> tensor<8x2xi64>
  return
}

// -----

func.func @concat_ranks(%a: tensor<4x2xi64>, %b: tensor<2xi64>) {
  // expected-error @+1 {{requires sources with the same sizes but that of dimension 0, but got 'tensor<4x2xi64>', 'tensor<2xi64>'}}
  quant_bnn.packed_concat %a, %b depths = [100, 100] dim = 0 : (tensor<4x2xi64>, tensor<2xi64>) -> tensor<8x2xi64>
  return
}

// -----

func.func @concat_rank_of_result(%a: tensor<2xi64>, %b: tensor<2xi64>) {
  // expected-error @+1 {{requires a result of 2 words, but got 'tensor<4x4xi64>'}}
  quant_bnn.packed_concat %a, %b depths = [100, 100] dim = 1 : (tensor<2xi64>, tensor<2xi64>) -> tensor<4x4xi64>
  return
}

// -----

func.func @concat_result(%a: tensor<4x2xi64>, %b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a result of 4x4 words, but got 'tensor<4x3xi64>'}}
  quant_bnn.packed_concat %a, %b depths = [100, 100] dim = 1 : (tensor<4x2xi64>, tensor<4x2xi64>) -> tensor<4x3xi64>
  return
}

// -----

func.func @concat_rank_zero(%a: tensor<i64>, %b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires words of rank 1 or more, but got 'tensor<i64>'}}
  quant_bnn.packed_concat %a, %b depths = [100, 100] dim = 0 : (tensor<i64>, tensor<4x2xi64>) -> tensor<4x2xi64>
  return
}

// -----

//===----------------------------------------------------------------------===//
// packed_slice
//===----------------------------------------------------------------------===//

func.func @slice_words(%b: tensor<4x1xi64>) {
  // expected-error @+1 {{requires ceil(100 / 64) = 2 words a row, but got 'tensor<4x1xi64>'}}
  quant_bnn.packed_slice %b depth = 100 offsets = [0, 0] sizes = [4, 100] strides = [1, 1] : tensor<4x1xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @slice_offsets(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires one of offsets for every dimension of 'tensor<4x2xi64>', but got 1}}
  quant_bnn.packed_slice %b depth = 100 offsets = [0] sizes = [4, 100] strides = [1, 1] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @slice_sizes(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires one of sizes for every dimension of 'tensor<4x2xi64>', but got 3}}
  quant_bnn.packed_slice %b depth = 100 offsets = [0, 0] sizes = [4, 100, 1] strides = [1, 1] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @slice_strides(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires one of strides for every dimension of 'tensor<4x2xi64>', but got 0}}
  quant_bnn.packed_slice %b depth = 100 offsets = [0, 0] sizes = [4, 100] strides = [] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @slice_negative_offset(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires offsets of at least 0, but got -1}}
  quant_bnn.packed_slice %b depth = 100 offsets = [0, -1] sizes = [4, 100] strides = [1, 1] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @slice_negative_size(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires sizes of at least 0, but got -4}}
  quant_bnn.packed_slice %b depth = 100 offsets = [0, 0] sizes = [-4, 100] strides = [1, 1] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @slice_negative_stride(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires strides of at least 0, but got -1}}
  quant_bnn.packed_slice %b depth = 100 offsets = [0, 0] sizes = [4, 100] strides = [1, -1] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @slice_rows(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a slice of the 4 elements of dimension 0, but got one to 4}}
  quant_bnn.packed_slice %b depth = 100 offsets = [2, 0] sizes = [2, 100] strides = [2, 1] : tensor<4x2xi64> to tensor<2x2xi64>
  return
}

// -----

func.func @slice_bits(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a slice of the 100 elements of dimension 1, but got one to 100}}
  quant_bnn.packed_slice %b depth = 100 offsets = [0, 1] sizes = [4, 100] strides = [1, 1] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @slice_large_stride(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a slice of the 100 elements of dimension 1, but got one to 18446744073709551615}}
  quant_bnn.packed_slice %b depth = 100 offsets = [0, 0] sizes = [4, 5] strides = [1, 4611686018427387904] : tensor<4x2xi64> to tensor<4x1xi64>
  return
}

// -----

func.func @slice_result(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a result of 4x1 words, but got 'tensor<4x2xi64>'}}
  quant_bnn.packed_slice %b depth = 100 offsets = [0, 0] sizes = [4, 64] strides = [1, 1] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @slice_operands(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires 1 operands for sizes, but got 0}}
  "quant_bnn.packed_slice"(%b) <{operandSegmentSizes = array<i32: 1, 0, 0, 0, 0>, static_depth = 100 : i64, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 4, -9223372036854775808>, static_strides = array<i64: 1, 1>}> : (tensor<4x2xi64>) -> tensor<4x2xi64>
  return
}

// -----

//===----------------------------------------------------------------------===//
// packed_pad
//===----------------------------------------------------------------------===//

func.func @pad_words(%b: tensor<4x1xi64>) {
  // expected-error @+1 {{requires ceil(100 / 64) = 2 words a row, but got 'tensor<4x1xi64>'}}
  quant_bnn.packed_pad %b depth = 100 low = [0, 0] high = [0, 0] : tensor<4x1xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @pad_low(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires one of low for every dimension of 'tensor<4x2xi64>', but got 1}}
  quant_bnn.packed_pad %b depth = 100 low = [0] high = [0, 0] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @pad_high(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires one of high for every dimension of 'tensor<4x2xi64>', but got 3}}
  quant_bnn.packed_pad %b depth = 100 low = [0, 0] high = [0, 0, 0] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @pad_negative_low(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires low of at least 0, but got -1}}
  quant_bnn.packed_pad %b depth = 100 low = [-1, 0] high = [0, 0] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @pad_negative_high(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires high of at least 0, but got -1}}
  quant_bnn.packed_pad %b depth = 100 low = [0, 0] high = [0, -1] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}

// -----

func.func @pad_result(%b: tensor<4x2xi64>) {
  // expected-error @+1 {{requires a result of 5x3 words, but got 'tensor<5x2xi64>'}}
  quant_bnn.packed_pad %b depth = 100 low = [1, 20] high = [0, 9] : tensor<4x2xi64> to tensor<5x2xi64>
  return
}

// -----

func.func @pad_low_operands(%b: tensor<4x2xi64>, %k: index) {
  // expected-error @+1 {{requires 0 operands for low, but got 1}}
  "quant_bnn.packed_pad"(%b, %k) <{operandSegmentSizes = array<i32: 1, 0, 1, 0>, static_depth = 100 : i64, static_low = array<i64: 0, 0>, static_high = array<i64: 0, 0>}> : (tensor<4x2xi64>, index) -> tensor<4x2xi64>
  return
}

// -----

func.func @pad_high_operands(%b: tensor<4x2xi64>, %k: index) {
  // expected-error @+1 {{requires 0 operands for high, but got 1}}
  "quant_bnn.packed_pad"(%b, %k) <{operandSegmentSizes = array<i32: 1, 0, 0, 1>, static_depth = 100 : i64, static_low = array<i64: 0, 0>, static_high = array<i64: 0, 0>}> : (tensor<4x2xi64>, index) -> tensor<4x2xi64>
  return
}

// -----

// A sum that does not fit into 64 bits.
func.func @pad_overflow(%x: tensor<2x1xi8>) -> tensor<3x1xi8> {
  // expected-error@+1 {{requires a result of 9223372036854775807x1 words, but got 'tensor<3x1xi8>'}}
  %y = quant_bnn.packed_pad %x depth = 5 low = [9223372036854775807, 0] high = [4, 0] : tensor<2x1xi8> to tensor<3x1xi8>
  return %y : tensor<3x1xi8>
}
