// RUN: bnn-opt %s --split-input-file --verify-diagnostics

//===----------------------------------------------------------------------===//
// xnor_matmul
//===----------------------------------------------------------------------===//

func.func @word_type(%a: tensor<4x2xf64>, %b: tensor<8x2xf64>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 8-bit signless integer or 16-bit signless integer or 32-bit signless integer or 64-bit signless integer values, but got 'tensor<4x2xf64>'}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<4x2xf64>, tensor<8x2xf64>) -> tensor<4x8xi32>
  return
}

// -----

func.func @word_width(%a: tensor<4x25xi4>, %b: tensor<8x25xi4>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 8-bit signless integer or 16-bit signless integer or 32-bit signless integer or 64-bit signless integer values, but got 'tensor<4x25xi4>'}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<4x25xi4>, tensor<8x25xi4>) -> tensor<4x8xi32>
  return
}

// -----

func.func @accumulators(%a: tensor<4x2xi64>, %b: tensor<8x2xi64>) {
  // expected-error @+1 {{result #0 must be ranked tensor of 32-bit signless integer values, but got 'tensor<4x8xi64>'}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<4x2xi64>, tensor<8x2xi64>) -> tensor<4x8xi64>
  return
}

// -----

func.func @word_widths(%a: tensor<4x2xi64>, %b: tensor<8x4xi32>) {
  // expected-error @+1 {{failed to verify that all of {a, b} have same element type}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<4x2xi64>, tensor<8x4xi32>) -> tensor<4x8xi32>
  return
}

// -----

func.func @two_depths(%a: tensor<4x2xi64>, %b: tensor<8x2xi64>, %k: index) {
  // expected-error @+1 {{requires a depth that is an attribute or an operand, but got both}}
  "quant_bnn.xnor_matmul"(%a, %b, %k) <{static_depth = 100 : i64}> : (tensor<4x2xi64>, tensor<8x2xi64>, index) -> tensor<4x8xi32>
  return
}

// -----

func.func @no_depth(%a: tensor<4x2xi64>, %b: tensor<8x2xi64>) {
  // expected-error @+1 {{requires a depth that is an attribute or an operand, but got neither}}
  "quant_bnn.xnor_matmul"(%a, %b) : (tensor<4x2xi64>, tensor<8x2xi64>) -> tensor<4x8xi32>
  return
}

// -----

func.func @negative_depth(%a: tensor<4x0xi64>, %b: tensor<8x0xi64>) {
  // expected-error @+1 {{requires a depth from 0 to 2^31 - 1, but got -1}}
  quant_bnn.xnor_matmul %a, %b depth = -1 : (tensor<4x0xi64>, tensor<8x0xi64>) -> tensor<4x8xi32>
  return
}

// -----

func.func @large_depth(%a: tensor<4x?xi64>, %b: tensor<8x?xi64>) {
  // expected-error @+1 {{requires a depth from 0 to 2^31 - 1, but got 2147483648}}
  quant_bnn.xnor_matmul %a, %b depth = 2147483648 : (tensor<4x?xi64>, tensor<8x?xi64>) -> tensor<4x8xi32>
  return
}

// -----

func.func @minimum_depth(%a: tensor<4x?xi64>, %b: tensor<8x?xi64>) {
  // expected-error @+1 {{requires a depth from 0 to 2^31 - 1, but got -9223372036854775807}}
  quant_bnn.xnor_matmul %a, %b depth = -9223372036854775807 : (tensor<4x?xi64>, tensor<8x?xi64>) -> tensor<4x8xi32>
  return
}

// -----

func.func @words_of_a(%a: tensor<4x1xi64>, %b: tensor<8x2xi64>) {
  // expected-error @+1 {{requires ceil(100 / 64) = 2 words a row, but got 'tensor<4x1xi64>'}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<4x1xi64>, tensor<8x2xi64>) -> tensor<4x8xi32>
  return
}

// -----

func.func @words_of_b(%a: tensor<4x2xi64>, %b: tensor<8x3xi64>) {
  // expected-error @+1 {{requires ceil(100 / 64) = 2 words a row, but got 'tensor<8x3xi64>'}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<4x2xi64>, tensor<8x3xi64>) -> tensor<4x8xi32>
  return
}

// -----

func.func @no_words(%a: tensor<4x1xi8>, %b: tensor<8x1xi8>) {
  // expected-error @+1 {{requires ceil(0 / 8) = 0 words a row, but got 'tensor<4x1xi8>'}}
  quant_bnn.xnor_matmul %a, %b depth = 0 : (tensor<4x1xi8>, tensor<8x1xi8>) -> tensor<4x8xi32>
  return
}

// -----

func.func @words_with_unknown_depth(%a: tensor<4x2xi64>, %b: tensor<8x3xi64>, %k: index) {
  // expected-error @+1 {{requires rows of as many words, but got 'tensor<4x2xi64>', 'tensor<8x3xi64>' and 'tensor<4x8xi32>'}}
  quant_bnn.xnor_matmul %a, %b depth = %k : (tensor<4x2xi64>, tensor<8x3xi64>) -> tensor<4x8xi32>
  return
}

// -----

func.func @rank_of_a(%a: tensor<2xi64>, %b: tensor<8x2xi64>) {
  // expected-error @+1 {{requires matrices, or batches of them, but got 'tensor<2xi64>', 'tensor<8x2xi64>' and 'tensor<8xi32>'}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<2xi64>, tensor<8x2xi64>) -> tensor<8xi32>
  return
}

// -----

func.func @rank_zero(%a: tensor<i64>, %b: tensor<i64>) {
  // expected-error @+1 {{requires matrices, or batches of them, but got 'tensor<i64>', 'tensor<i64>' and 'tensor<i32>'}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<i64>, tensor<i64>) -> tensor<i32>
  return
}

// -----

func.func @rank_of_b(%a: tensor<4x2xi64>, %b: tensor<3x8x2xi64>) {
  // expected-error @+1 {{requires matrices, or batches of them, but got 'tensor<4x2xi64>', 'tensor<3x8x2xi64>' and 'tensor<4x8xi32>'}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<4x2xi64>, tensor<3x8x2xi64>) -> tensor<4x8xi32>
  return
}

// -----

func.func @rank_of_acc(%a: tensor<3x4x2xi64>, %b: tensor<8x2xi64>) {
  // expected-error @+1 {{requires matrices, or batches of them, but got 'tensor<3x4x2xi64>', 'tensor<8x2xi64>' and 'tensor<4x8xi32>'}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<3x4x2xi64>, tensor<8x2xi64>) -> tensor<4x8xi32>
  return
}

// -----

func.func @two_batches(%a: tensor<2x3x4x2xi64>, %b: tensor<2x3x8x2xi64>) {
  // expected-error @+1 {{requires matrices, or batches of them, but got 'tensor<2x3x4x2xi64>', 'tensor<2x3x8x2xi64>' and 'tensor<2x3x4x8xi32>'}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<2x3x4x2xi64>, tensor<2x3x8x2xi64>) -> tensor<2x3x4x8xi32>
  return
}

// -----

func.func @rows(%a: tensor<4x2xi64>, %b: tensor<8x2xi64>) {
  // expected-error @+1 {{requires an MxN result of M and N rows, but got 'tensor<4x2xi64>', 'tensor<8x2xi64>' and 'tensor<5x8xi32>'}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<4x2xi64>, tensor<8x2xi64>) -> tensor<5x8xi32>
  return
}

// -----

func.func @columns(%a: tensor<4x2xi64>, %b: tensor<8x2xi64>) {
  // expected-error @+1 {{requires an MxN result of M and N rows, but got 'tensor<4x2xi64>', 'tensor<8x2xi64>' and 'tensor<?x4xi32>'}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<4x2xi64>, tensor<8x2xi64>) -> tensor<?x4xi32>
  return
}

// -----

func.func @batch_of_a(%a: tensor<3x4x2xi64>, %b: tensor<8x2xi64>) {
  // expected-error @+1 {{requires batches of the same size, but got 'tensor<3x4x2xi64>', 'tensor<8x2xi64>' and 'tensor<2x4x8xi32>'}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<3x4x2xi64>, tensor<8x2xi64>) -> tensor<2x4x8xi32>
  return
}

// -----

func.func @batch_of_b(%a: tensor<3x4x2xi64>, %b: tensor<2x8x2xi64>) {
  // expected-error @+1 {{requires batches of the same size, but got 'tensor<3x4x2xi64>', 'tensor<2x8x2xi64>' and 'tensor<3x4x8xi32>'}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<3x4x2xi64>, tensor<2x8x2xi64>) -> tensor<3x4x8xi32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// xnor_conv_2d
//===----------------------------------------------------------------------===//

func.func @conv_word_widths(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x1xi64>) {
  // expected-error @+1 {{failed to verify that all of {x, filter} have same element type}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 : (tensor<1x8x8x2xi32>, tensor<6x3x3x1xi64>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_depths(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires a depth that is an attribute or an operand, but got neither}}
  "quant_bnn.xnor_conv_2d"(%x, %f) : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_strides(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires 2 values of strides, but got 1}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 strides = [1] : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_no_stride(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires strides from 1 to 2^31 - 1, but got 0}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 strides = [1, 0] : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_large_stride(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires strides from 1 to 2^31 - 1, but got 2147483648}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 strides = [2147483648, 1] : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_dilations(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires 2 values of dilations, but got 3}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 dilations = [1, 1, 1] : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_negative_dilation(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires dilations from 1 to 2^31 - 1, but got -1}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 dilations = [-1, 1] : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_large_dilation(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires dilations from 1 to 2^31 - 1, but got 9223372036854775807}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 dilations = [9223372036854775807, 1] : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_padding(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires 4 values of padding, but got 2}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 padding = [1, 1] : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_negative_padding(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires padding from 0 to 2^31 - 1, but got -1}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 padding = [0, 0, 0, -1] : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_no_groups(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires groups from 1 to 2^31 - 1, but got 0}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 groups = 0 : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_large_groups(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires groups from 1 to 2^31 - 1, but got 9223372036854775807}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 groups = 9223372036854775807 : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_rank_of_images(%x: tensor<8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires images of rank 4, but got 'tensor<8x8x2xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 : (tensor<8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_rank_of_filters(%x: tensor<1x8x8x2xi32>, %f: tensor<3x3x2xi32>) {
  // expected-error @+1 {{requires filters of rank 4, but got 'tensor<3x3x2xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 : (tensor<1x8x8x2xi32>, tensor<3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_rank_of_result(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires a result of rank 4, but got 'tensor<6x6x6xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<6x6x6xi32>
  return
}

// -----

func.func @conv_depth(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires a depth from 0 to 2^31 - 1, but got -64}}
  quant_bnn.xnor_conv_2d %x, %f depth = -64 : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_filter_words(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires ceil(65 / 32) = 3 words a row, but got 'tensor<6x3x3x2xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f depth = 65 : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_image_words(%x: tensor<1x8x8x3xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires images with 1 x 2 words a pixel, but got 'tensor<1x8x8x3xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 : (tensor<1x8x8x3xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_group_words(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires images with 2 x 2 words a pixel, but got 'tensor<1x8x8x2xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 groups = 2 : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_words_by_depth(%x: tensor<1x8x8x5xi32>, %f: tensor<6x3x3x?xi32>) {
  // expected-error @+1 {{requires images with 2 x 2 words a pixel, but got 'tensor<1x8x8x5xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 groups = 2 : (tensor<1x8x8x5xi32>, tensor<6x3x3x?xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_words_by_groups(%x: tensor<1x8x8x5xi32>, %f: tensor<6x3x3x?xi32>, %k: index) {
  // expected-error @+1 {{requires images with a multiple of 2 words a pixel, but got 'tensor<1x8x8x5xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f depth = %k groups = 2 : (tensor<1x8x8x5xi32>, tensor<6x3x3x?xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_outputs(%x: tensor<1x8x8x8xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires outputs that are a multiple of 4 groups, but got 6}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 groups = 4 : (tensor<1x8x8x8xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_outputs_of_result(%x: tensor<1x8x8x8xi32>, %f: tensor<?x3x3x2xi32>) {
  // expected-error @+1 {{requires outputs that are a multiple of 4 groups, but got 6}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 groups = 4 : (tensor<1x8x8x8xi32>, tensor<?x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_batch(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires a result of 'tensor<1x6x6x6xi32>', but got 'tensor<2x6x6x6xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<2x6x6x6xi32>
  return
}

// -----

func.func @conv_height(%x: tensor<1x8x?x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires a result of 'tensor<1x6x?x6xi32>', but got 'tensor<1x7x?x6xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 : (tensor<1x8x?x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x7x?x6xi32>
  return
}

// -----

func.func @conv_width(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires a result of 'tensor<1x6x3x6xi32>', but got 'tensor<1x6x6x6xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 strides = [1, 2] : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_result_outputs(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires a result of 'tensor<1x6x6x6xi32>', but got 'tensor<1x6x6x7xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x7xi32>
  return
}

// -----

func.func @conv_no_positions(%x: tensor<1x2x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{requires a result of 'tensor<1x0x6x6xi32>', but got 'tensor<1x1x6x6xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 : (tensor<1x2x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x1x6x6xi32>
  return
}

// -----

func.func @conv_products(%x: tensor<1x?x?x2048xi64>, %f: tensor<1x128x128x2048xi64>) {
  // expected-error @+1 {{requires at most 2^31 - 1 products an output, but got filters of 'tensor<1x128x128x2048xi64>' with depth = 131072}}
  quant_bnn.xnor_conv_2d %x, %f depth = 131072 : (tensor<1x?x?x2048xi64>, tensor<1x128x128x2048xi64>) -> tensor<1x?x?x1xi32>
  return
}

// -----

func.func @conv_kernel(%x: tensor<1x?x?x0xi8>, %f: tensor<1x1x4294967296x0xi8>) {
  // expected-error @+1 {{requires at most 2^31 - 1 products an output, but got filters of 'tensor<1x1x4294967296x0xi8>' with depth = 0}}
  quant_bnn.xnor_conv_2d %x, %f depth = 0 : (tensor<1x?x?x0xi8>, tensor<1x1x4294967296x0xi8>) -> tensor<1x?x?x1xi32>
  return
}

// -----

func.func @conv_products_of_unknown_depth(%x: tensor<1x?x?x?xi64>, %f: tensor<1x65536x65536x?xi64>, %k: index) {
  // expected-error @+1 {{requires at most 2^31 - 1 products an output, but got filters of 'tensor<1x65536x65536x?xi64>'}}
  quant_bnn.xnor_conv_2d %x, %f depth = %k : (tensor<1x?x?x?xi64>, tensor<1x65536x65536x?xi64>) -> tensor<1x?x?x1xi32>
  return
}

// -----

func.func @conv_pad_value(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+2 {{expected one of [zero, one, minus_one] for the value of the padding around an image, got: two}}
  // expected-error @+1 {{failed to parse}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 pad_value = two : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// threshold
//===----------------------------------------------------------------------===//

func.func @threshold_accumulators(%acc: tensor<4x9xi64>, %t: tensor<9xi32>, %flip: tensor<9xi1>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 32-bit signless integer values, but got 'tensor<4x9xi64>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<4x9xi64>, tensor<9xi32>, tensor<9xi1>) -> tensor<4x2xi8>
  return
}

// -----

func.func @threshold_rank_of_t(%acc: tensor<4x9xi32>, %t: tensor<1x9xi32>, %flip: tensor<9xi1>) {
  // expected-error @+1 {{operand #1 must be 1D tensor of 32-bit signless integer values, but got 'tensor<1x9xi32>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<4x9xi32>, tensor<1x9xi32>, tensor<9xi1>) -> tensor<4x2xi8>
  return
}

// -----

func.func @threshold_flip(%acc: tensor<4x9xi32>, %t: tensor<9xi32>, %flip: tensor<9xi8>) {
  // expected-error @+1 {{operand #2 must be 1D tensor of 1-bit signless integer values, but got 'tensor<9xi8>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<4x9xi32>, tensor<9xi32>, tensor<9xi8>) -> tensor<4x2xi8>
  return
}

// -----

func.func @threshold_rank_zero(%acc: tensor<i32>, %t: tensor<9xi32>, %flip: tensor<9xi1>) {
  // expected-error @+1 {{requires accumulators of rank 1 or more, but got 'tensor<i32>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<i32>, tensor<9xi32>, tensor<9xi1>) -> tensor<4x2xi8>
  return
}

// -----

func.func @threshold_channels_of_t(%acc: tensor<4x9xi32>, %t: tensor<8xi32>, %flip: tensor<9xi1>) {
  // expected-error @+1 {{requires one of 'tensor<8xi32>' for every channel of 'tensor<4x9xi32>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<4x9xi32>, tensor<8xi32>, tensor<9xi1>) -> tensor<4x2xi8>
  return
}

// -----

func.func @threshold_channels_of_flip(%acc: tensor<4x9xi32>, %t: tensor<9xi32>, %flip: tensor<1xi1>) {
  // expected-error @+1 {{requires one of 'tensor<1xi1>' for every channel of 'tensor<4x9xi32>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<4x9xi32>, tensor<9xi32>, tensor<1xi1>) -> tensor<4x2xi8>
  return
}

// -----

func.func @threshold_words(%acc: tensor<4x9xi32>, %t: tensor<9xi32>, %flip: tensor<9xi1>) {
  // expected-error @+1 {{requires a result of 4x2 words, but got 'tensor<4x1xi8>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<4x9xi32>, tensor<9xi32>, tensor<9xi1>) -> tensor<4x1xi8>
  return
}

// -----

func.func @threshold_rows(%acc: tensor<?x4x9xi32>, %t: tensor<9xi32>, %flip: tensor<9xi1>) {
  // expected-error @+1 {{requires a result of ?x4x2 words, but got 'tensor<2x3x2xi8>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<?x4x9xi32>, tensor<9xi32>, tensor<9xi1>) -> tensor<2x3x2xi8>
  return
}

// -----

func.func @threshold_rank(%acc: tensor<4x9xi32>, %t: tensor<9xi32>, %flip: tensor<9xi1>) {
  // expected-error @+1 {{requires a result of 4x2 words, but got 'tensor<2xi8>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<4x9xi32>, tensor<9xi32>, tensor<9xi1>) -> tensor<2xi8>
  return
}

// -----

//===----------------------------------------------------------------------===//
// xnor_max_pool_2d
//===----------------------------------------------------------------------===//

func.func @pool_word_widths(%x: tensor<1x8x8x2xi32>) {
  // expected-error @+1 {{failed to verify that all of {x, y} have same element type}}
  quant_bnn.xnor_max_pool_2d %x kernel = [2, 2] : tensor<1x8x8x2xi32> to tensor<1x7x7x1xi64>
  return
}

// -----

func.func @pool_strides(%x: tensor<1x8x8x2xi32>) {
  // expected-error @+1 {{requires 2 values of strides, but got 3}}
  quant_bnn.xnor_max_pool_2d %x kernel = [2, 2] strides = [1, 1, 1] : tensor<1x8x8x2xi32> to tensor<1x8x8x2xi32>
  return
}

// -----

func.func @pool_no_stride(%x: tensor<1x8x8x2xi32>) {
  // expected-error @+1 {{requires strides from 1 to 2^31 - 1, but got 0}}
  quant_bnn.xnor_max_pool_2d %x kernel = [2, 2] strides = [0, 1] : tensor<1x8x8x2xi32> to tensor<1x8x8x2xi32>
  return
}

// -----

func.func @pool_dilations(%x: tensor<1x8x8x2xi32>) {
  // expected-error @+1 {{requires dilations from 1 to 2^31 - 1, but got 0}}
  quant_bnn.xnor_max_pool_2d %x kernel = [2, 2] dilations = [0, 1] : tensor<1x8x8x2xi32> to tensor<1x8x8x2xi32>
  return
}

// -----

func.func @pool_padding(%x: tensor<1x8x8x2xi32>) {
  // expected-error @+1 {{requires padding from 0 to 2^31 - 1, but got -2}}
  quant_bnn.xnor_max_pool_2d %x kernel = [2, 2] padding = [0, -2, 0, 0] : tensor<1x8x8x2xi32> to tensor<1x8x8x2xi32>
  return
}

// -----

func.func @pool_kernel(%x: tensor<1x8x8x2xi32>) {
  // expected-error @+1 {{requires 2 values of kernel, but got 1}}
  quant_bnn.xnor_max_pool_2d %x kernel = [2] : tensor<1x8x8x2xi32> to tensor<1x8x8x2xi32>
  return
}

// -----

func.func @pool_no_kernel(%x: tensor<1x8x8x2xi32>) {
  // expected-error @+1 {{requires kernel from 1 to 2^31 - 1, but got 0}}
  quant_bnn.xnor_max_pool_2d %x kernel = [2, 0] : tensor<1x8x8x2xi32> to tensor<1x8x8x2xi32>
  return
}

// -----

func.func @pool_rank(%x: tensor<8x8x2xi32>) {
  // expected-error @+1 {{requires images of rank 4, but got 'tensor<8x8x2xi32>'}}
  quant_bnn.xnor_max_pool_2d %x kernel = [2, 2] : tensor<8x8x2xi32> to tensor<1x8x8x2xi32>
  return
}

// -----

func.func @pool_padding_of_a_window(%x: tensor<1x8x8x2xi32>) {
  // expected-error @+1 {{requires padding below the extent of a window, 2, but got 2}}
  quant_bnn.xnor_max_pool_2d %x kernel = [2, 2] padding = [0, 0, 1, 2] : tensor<1x8x8x2xi32> to tensor<1x8x8x2xi32>
  return
}

// -----

func.func @pool_padding_of_a_pixel(%x: tensor<?x?x?x?xi8>) {
  // expected-error @+1 {{requires padding below the extent of a window, 1, but got 1}}
  quant_bnn.xnor_max_pool_2d %x kernel = [1, 1] padding = [1, 0, 0, 0] : tensor<?x?x?x?xi8> to tensor<?x?x?x?xi8>
  return
}

// -----

func.func @pool_no_pixels(%x: tensor<1x0x8x2xi32>) {
  // expected-error @+1 {{requires a pixel in every window, but got images of 'tensor<1x0x8x2xi32>'}}
  quant_bnn.xnor_max_pool_2d %x kernel = [2, 2] padding = [1, 1, 0, 0] : tensor<1x0x8x2xi32> to tensor<1x1x7x2xi32>
  return
}

// -----

func.func @pool_between_taps(%x: tensor<1x8x2x2xi32>) {
  // expected-error @+1 {{requires a pixel in every window, but got images of 'tensor<1x8x2x2xi32>'}}
  quant_bnn.xnor_max_pool_2d %x kernel = [1, 2] dilations = [1, 3] padding = [0, 0, 2, 2] : tensor<1x8x2x2xi32> to tensor<1x8x3x2xi32>
  return
}

// -----

func.func @pool_result(%x: tensor<1x8x8x2xi32>) {
  // expected-error @+1 {{requires a result of 'tensor<1x4x7x2xi32>', but got 'tensor<1x8x8x2xi32>'}}
  quant_bnn.xnor_max_pool_2d %x kernel = [2, 2] strides = [2, 1] : tensor<1x8x8x2xi32> to tensor<1x8x8x2xi32>
  return
}

// -----

func.func @pool_rank_of_result(%x: tensor<1x8x8x2xi32>) {
  // expected-error @+1 {{requires a result of 'tensor<1x7x7x2xi32>', but got 'tensor<7x7x2xi32>'}}
  quant_bnn.xnor_max_pool_2d %x kernel = [2, 2] : tensor<1x8x8x2xi32> to tensor<7x7x2xi32>
  return
}
