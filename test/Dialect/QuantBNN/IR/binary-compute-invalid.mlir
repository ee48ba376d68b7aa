// RUN: bnn-opt %s --split-input-file --verify-diagnostics

//===----------------------------------------------------------------------===//
// xnor_matmul
//===----------------------------------------------------------------------===//

func.func @packed_a(%a: tensor<4x100xi1>, %b: tensor<8x100xi1, #quant_bnn.packed<i64>>) {
  // expected-error @+1 {{operand #0 must be packed tensor, that is tensor<..xKxi1, #quant_bnn.packed<iN>>, but got 'tensor<4x100xi1>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<4x100xi1>, tensor<8x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi32>
  return
}

// -----

func.func @packed_b(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x2xi64>) {
  // expected-error @+1 {{operand #1 must be packed tensor, that is tensor<..xKxi1, #quant_bnn.packed<iN>>, but got 'tensor<8x2xi64>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<8x2xi64>) -> tensor<4x8xi32>
  return
}

// -----

func.func @accumulators(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x100xi1, #quant_bnn.packed<i64>>) {
  // expected-error @+1 {{result #0 must be ranked tensor of 32-bit signless integer values, but got 'tensor<4x8xi64>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<8x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi64>
  return
}

// -----

func.func @lengths(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x99xi1, #quant_bnn.packed<i64>>) {
  // expected-error @+1 {{requires matrices with rows of the same length and encoding, but got 'tensor<4x100xi1, #quant_bnn.packed<i64>>' and 'tensor<8x99xi1, #quant_bnn.packed<i64>>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<8x99xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi32>
  return
}

// -----

func.func @words(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x100xi1, #quant_bnn.packed<i32>>) {
  // expected-error @+1 {{requires matrices with rows of the same length and encoding, but got 'tensor<4x100xi1, #quant_bnn.packed<i64>>' and 'tensor<8x100xi1, #quant_bnn.packed<i32>>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<8x100xi1, #quant_bnn.packed<i32>>) -> tensor<4x8xi32>
  return
}

// -----

func.func @polarities(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x100xi1, #quant_bnn.packed<i64, nonnegative>>) {
  // expected-error @+1 {{requires matrices with rows of the same length and encoding, but got 'tensor<4x100xi1, #quant_bnn.packed<i64>>' and 'tensor<8x100xi1, #quant_bnn.packed<i64, nonnegative>>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<8x100xi1, #quant_bnn.packed<i64, nonnegative>>) -> tensor<4x8xi32>
  return
}

// -----

func.func @large_length(%a: tensor<4x?xi1, #quant_bnn.packed<i64>>, %b: tensor<8x2147483648xi1, #quant_bnn.packed<i64>>) {
  // expected-error @+1 {{requires rows of at most 2^31 - 1 elements, but got 'tensor<8x2147483648xi1, #quant_bnn.packed<i64>>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<4x?xi1, #quant_bnn.packed<i64>>, tensor<8x2147483648xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi32>
  return
}

// -----

func.func @rank_of_a(%a: tensor<100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x100xi1, #quant_bnn.packed<i64>>) {
  // expected-error @+1 {{requires matrices, or batches of them, but got 'tensor<100xi1, #quant_bnn.packed<i64>>', 'tensor<8x100xi1, #quant_bnn.packed<i64>>' and 'tensor<8xi32>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<100xi1, #quant_bnn.packed<i64>>, tensor<8x100xi1, #quant_bnn.packed<i64>>) -> tensor<8xi32>
  return
}

// -----

func.func @rank_of_b(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<3x8x100xi1, #quant_bnn.packed<i64>>) {
  // expected-error @+1 {{requires matrices, or batches of them, but got 'tensor<4x100xi1, #quant_bnn.packed<i64>>', 'tensor<3x8x100xi1, #quant_bnn.packed<i64>>' and 'tensor<4x8xi32>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<3x8x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi32>
  return
}

// -----

func.func @rank_of_acc(%a: tensor<3x4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x100xi1, #quant_bnn.packed<i64>>) {
  // expected-error @+1 {{requires matrices, or batches of them, but got 'tensor<3x4x100xi1, #quant_bnn.packed<i64>>', 'tensor<8x100xi1, #quant_bnn.packed<i64>>' and 'tensor<4x8xi32>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<3x4x100xi1, #quant_bnn.packed<i64>>, tensor<8x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi32>
  return
}

// -----

func.func @two_batches(%a: tensor<2x3x4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<2x3x8x100xi1, #quant_bnn.packed<i64>>) {
  // expected-error @+1 {{requires matrices, or batches of them, but got 'tensor<2x3x4x100xi1, #quant_bnn.packed<i64>>', 'tensor<2x3x8x100xi1, #quant_bnn.packed<i64>>' and 'tensor<2x3x4x8xi32>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<2x3x4x100xi1, #quant_bnn.packed<i64>>, tensor<2x3x8x100xi1, #quant_bnn.packed<i64>>) -> tensor<2x3x4x8xi32>
  return
}

// -----

func.func @rows(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x100xi1, #quant_bnn.packed<i64>>) {
  // expected-error @+1 {{requires an MxN result of M and N rows, but got 'tensor<4x100xi1, #quant_bnn.packed<i64>>', 'tensor<8x100xi1, #quant_bnn.packed<i64>>' and 'tensor<5x8xi32>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<8x100xi1, #quant_bnn.packed<i64>>) -> tensor<5x8xi32>
  return
}

// -----

func.func @columns(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x100xi1, #quant_bnn.packed<i64>>) {
  // expected-error @+1 {{requires an MxN result of M and N rows, but got 'tensor<4x100xi1, #quant_bnn.packed<i64>>', 'tensor<8x100xi1, #quant_bnn.packed<i64>>' and 'tensor<?x4xi32>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<8x100xi1, #quant_bnn.packed<i64>>) -> tensor<?x4xi32>
  return
}

// -----

func.func @batch_of_a(%a: tensor<3x4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x100xi1, #quant_bnn.packed<i64>>) {
  // expected-error @+1 {{requires batches of the same size, but got 'tensor<3x4x100xi1, #quant_bnn.packed<i64>>', 'tensor<8x100xi1, #quant_bnn.packed<i64>>' and 'tensor<2x4x8xi32>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<3x4x100xi1, #quant_bnn.packed<i64>>, tensor<8x100xi1, #quant_bnn.packed<i64>>) -> tensor<2x4x8xi32>
  return
}

// -----

func.func @batch_of_b(%a: tensor<3x4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<2x8x100xi1, #quant_bnn.packed<i64>>) {
  // expected-error @+1 {{requires batches of the same size, but got 'tensor<3x4x100xi1, #quant_bnn.packed<i64>>', 'tensor<2x8x100xi1, #quant_bnn.packed<i64>>' and 'tensor<3x4x8xi32>'}}
  quant_bnn.xnor_matmul %a, %b : (tensor<3x4x100xi1, #quant_bnn.packed<i64>>, tensor<2x8x100xi1, #quant_bnn.packed<i64>>) -> tensor<3x4x8xi32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// xnor_conv_2d
//===----------------------------------------------------------------------===//

!x = tensor<1x8x8x2xi32>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_packed(%x: !x, %f: !f) {
  // expected-error @+1 {{operand #0 must be packed tensor, that is tensor<..xKxi1, #quant_bnn.packed<iN>>, but got 'tensor<1x8x8x2xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i64>>
func.func @conv_words(%x: !x, %f: !f) {
  // expected-error @+1 {{requires images and filters with rows of the same length and encoding, but got 'tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>' and 'tensor<6x3x3x64xi1, #quant_bnn.packed<i64>>'}}
  quant_bnn.xnor_conv_2d %x, %f : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x65xi1, #quant_bnn.packed<i32>>
func.func @conv_channels(%x: !x, %f: !f) {
  // expected-error @+1 {{requires images and filters with rows of the same length and encoding, but got 'tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>' and 'tensor<6x3x3x65xi1, #quant_bnn.packed<i32>>'}}
  quant_bnn.xnor_conv_2d %x, %f : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_strides(%x: !x, %f: !f) {
  // expected-error @+1 {{requires 2 values of strides, but got 1}}
  quant_bnn.xnor_conv_2d %x, %f strides = [1] : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_no_stride(%x: !x, %f: !f) {
  // expected-error @+1 {{requires strides from 1 to 2^31 - 1, but got 0}}
  quant_bnn.xnor_conv_2d %x, %f strides = [1, 0] : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_dynamic_stride(%x: !x, %f: !f) {
  // expected-error @+1 {{requires strides from 1 to 2^31 - 1, but got -9223372036854775808}}
  quant_bnn.xnor_conv_2d %x, %f strides = [-9223372036854775808, 1] : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_dynamic_dilation(%x: !x, %f: !f) {
  // expected-error @+1 {{requires dilations from 1 to 2^31 - 1, but got -9223372036854775808}}
  quant_bnn.xnor_conv_2d %x, %f dilations = [-9223372036854775808, 1] : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_dynamic_groups(%x: !x, %f: !f) {
  // expected-error @+1 {{requires groups from 1 to 2^31 - 1, but got -9223372036854775808}}
  quant_bnn.xnor_conv_2d %x, %f groups = -9223372036854775808 : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_large_stride(%x: !x, %f: !f) {
  // expected-error @+1 {{requires strides from 1 to 2^31 - 1, but got 2147483648}}
  quant_bnn.xnor_conv_2d %x, %f strides = [2147483648, 1] : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_dilations(%x: !x, %f: !f) {
  // expected-error @+1 {{requires 2 values of dilations, but got 3}}
  quant_bnn.xnor_conv_2d %x, %f dilations = [1, 1, 1] : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_negative_dilation(%x: !x, %f: !f) {
  // expected-error @+1 {{requires dilations from 1 to 2^31 - 1, but got -1}}
  quant_bnn.xnor_conv_2d %x, %f dilations = [-1, 1] : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_large_dilation(%x: !x, %f: !f) {
  // expected-error @+1 {{requires dilations from 1 to 2^31 - 1, but got 9223372036854775807}}
  quant_bnn.xnor_conv_2d %x, %f dilations = [9223372036854775807, 1] : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_padding(%x: !x, %f: !f) {
  // expected-error @+1 {{requires 4 values of padding, but got 2}}
  quant_bnn.xnor_conv_2d %x, %f padding = [1, 1] : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_dynamic_padding(%x: !x, %f: !f, %top: index) {
  // expected-error @+1 {{requires 2 values of dynamic padding, but got 1}}
  "quant_bnn.xnor_conv_2d"(%x, %f, %top) <{padding = array<i64: -9223372036854775808, -9223372036854775808, 0, 0>}> : (!x, !f, index) -> tensor<1x?x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_negative_padding(%x: !x, %f: !f) {
  // expected-error @+1 {{requires padding from 0 to 2^31 - 1, but got -1}}
  quant_bnn.xnor_conv_2d %x, %f padding = [0, 0, 0, -1] : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_no_groups(%x: !x, %f: !f) {
  // expected-error @+1 {{requires groups from 1 to 2^31 - 1, but got 0}}
  quant_bnn.xnor_conv_2d %x, %f groups = 0 : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_large_groups(%x: !x, %f: !f) {
  // expected-error @+1 {{requires groups from 1 to 2^31 - 1, but got 9223372036854775807}}
  quant_bnn.xnor_conv_2d %x, %f groups = 9223372036854775807 : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_rank_of_images(%x: !x, %f: !f) {
  // expected-error @+1 {{requires images of rank 4, but got 'tensor<8x8x64xi1, #quant_bnn.packed<i32>>'}}
  quant_bnn.xnor_conv_2d %x, %f : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_rank_of_groups(%x: !x, %f: !f) {
  // expected-error @+1 {{requires images of rank 5, but got 'tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>'}}
  quant_bnn.xnor_conv_2d %x, %f groups = 2 : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x1x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_rank_without_groups(%x: !x, %f: !f) {
  // expected-error @+1 {{requires images of rank 4, but got 'tensor<1x8x8x1x64xi1, #quant_bnn.packed<i32>>'}}
  quant_bnn.xnor_conv_2d %x, %f : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_rank_of_filters(%x: !x, %f: !f) {
  // expected-error @+1 {{requires filters of rank 4, but got 'tensor<3x3x64xi1, #quant_bnn.packed<i32>>'}}
  quant_bnn.xnor_conv_2d %x, %f : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_rank_of_result(%x: !x, %f: !f) {
  // expected-error @+1 {{requires a result of rank 4, but got 'tensor<6x6x6xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f : (!x, !f) -> tensor<6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x3x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_groups_of_images(%x: !x, %f: !f) {
  // expected-error @+1 {{requires images of 2 groups, but got 'tensor<1x8x8x3x64xi1, #quant_bnn.packed<i32>>'}}
  quant_bnn.xnor_conv_2d %x, %f groups = 2 : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x4x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_outputs(%x: !x, %f: !f) {
  // expected-error @+1 {{requires outputs that are a multiple of 4 groups, but got 6}}
  quant_bnn.xnor_conv_2d %x, %f groups = 4 : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x?x64xi1, #quant_bnn.packed<i32>>
!f = tensor<?x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_outputs_of_result(%x: !x, %f: !f) {
  // expected-error @+1 {{requires outputs that are a multiple of 4 groups, but got 6}}
  quant_bnn.xnor_conv_2d %x, %f groups = 4 : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_batch(%x: !x, %f: !f) {
  // expected-error @+1 {{requires a result of 'tensor<1x6x6x6xi32>', but got 'tensor<2x6x6x6xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f : (!x, !f) -> tensor<2x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x?x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_height(%x: !x, %f: !f) {
  // expected-error @+1 {{requires a result of 'tensor<1x6x?x6xi32>', but got 'tensor<1x7x?x6xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f : (!x, !f) -> tensor<1x7x?x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_width(%x: !x, %f: !f) {
  // expected-error @+1 {{requires a result of 'tensor<1x6x3x6xi32>', but got 'tensor<1x6x6x6xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f strides = [1, 2] : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_result_outputs(%x: !x, %f: !f) {
  // expected-error @+1 {{requires a result of 'tensor<1x6x6x6xi32>', but got 'tensor<1x6x6x7xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f : (!x, !f) -> tensor<1x6x6x7xi32>
  return
}

// -----

!x = tensor<1x2x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_no_positions(%x: !x, %f: !f) {
  // expected-error @+1 {{requires a result of 'tensor<1x0x6x6xi32>', but got 'tensor<1x1x6x6xi32>'}}
  quant_bnn.xnor_conv_2d %x, %f : (!x, !f) -> tensor<1x1x6x6xi32>
  return
}

// -----

!x = tensor<1x?x?x131072xi1, #quant_bnn.packed<i64>>
!f = tensor<1x128x128x131072xi1, #quant_bnn.packed<i64>>
func.func @conv_products(%x: !x, %f: !f) {
  // expected-error @+1 {{requires at most 2^31 - 1 products an output, but got filters of 'tensor<1x128x128x131072xi1, #quant_bnn.packed<i64>>'}}
  quant_bnn.xnor_conv_2d %x, %f : (!x, !f) -> tensor<1x?x?x1xi32>
  return
}

// -----

!x = tensor<1x?x?x0xi1, #quant_bnn.packed<i8>>
!f = tensor<1x1x4294967296x0xi1, #quant_bnn.packed<i8>>
func.func @conv_kernel(%x: !x, %f: !f) {
  // expected-error @+1 {{requires at most 2^31 - 1 products an output, but got filters of 'tensor<1x1x4294967296x0xi1, #quant_bnn.packed<i8>>'}}
  quant_bnn.xnor_conv_2d %x, %f : (!x, !f) -> tensor<1x?x?x1xi32>
  return
}

// -----

!x = tensor<1x?x?x?xi1, #quant_bnn.packed<i64>>
!f = tensor<1x65536x65536x?xi1, #quant_bnn.packed<i64>>
func.func @conv_products_of_unknown_channels(%x: !x, %f: !f) {
  // expected-error @+1 {{requires at most 2^31 - 1 products an output, but got filters of 'tensor<1x65536x65536x?xi1, #quant_bnn.packed<i64>>'}}
  quant_bnn.xnor_conv_2d %x, %f : (!x, !f) -> tensor<1x?x?x1xi32>
  return
}

// -----

!x = tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>
!f = tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>
func.func @conv_pad_value(%x: !x, %f: !f) {
  // expected-error @+2 {{expected one of [zero, one, minus_one] for the value of the padding around an image, got: two}}
  // expected-error @+1 {{failed to parse}}
  quant_bnn.xnor_conv_2d %x, %f pad_value = two : (!x, !f) -> tensor<1x6x6x6xi32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// threshold
//===----------------------------------------------------------------------===//

func.func @threshold_accumulators(%acc: tensor<4x9xi64>, %t: tensor<9xi32>, %flip: tensor<9xi1>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 32-bit signless integer values, but got 'tensor<4x9xi64>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<4x9xi64>, tensor<9xi32>, tensor<9xi1>) -> tensor<4x9xi1, #quant_bnn.packed<i8>>
  return
}

// -----

func.func @threshold_rank_of_t(%acc: tensor<4x9xi32>, %t: tensor<1x9xi32>, %flip: tensor<9xi1>) {
  // expected-error @+1 {{operand #1 must be 1D tensor of 32-bit signless integer values, but got 'tensor<1x9xi32>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<4x9xi32>, tensor<1x9xi32>, tensor<9xi1>) -> tensor<4x9xi1, #quant_bnn.packed<i8>>
  return
}

// -----

func.func @threshold_flip(%acc: tensor<4x9xi32>, %t: tensor<9xi32>, %flip: tensor<9xi8>) {
  // expected-error @+1 {{operand #2 must be 1D tensor of 1-bit signless integer values, but got 'tensor<9xi8>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<4x9xi32>, tensor<9xi32>, tensor<9xi8>) -> tensor<4x9xi1, #quant_bnn.packed<i8>>
  return
}

// -----

func.func @threshold_packed(%acc: tensor<4x9xi32>, %t: tensor<9xi32>, %flip: tensor<9xi1>) {
  // expected-error @+1 {{result #0 must be packed tensor, that is tensor<..xKxi1, #quant_bnn.packed<iN>>, but got 'tensor<4x9xi1>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<4x9xi32>, tensor<9xi32>, tensor<9xi1>) -> tensor<4x9xi1>
  return
}

// -----

func.func @threshold_channels_of_t(%acc: tensor<4x9xi32>, %t: tensor<8xi32>, %flip: tensor<9xi1>) {
  // expected-error @+1 {{requires one of 'tensor<8xi32>' for every channel of 'tensor<4x9xi32>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<4x9xi32>, tensor<8xi32>, tensor<9xi1>) -> tensor<4x9xi1, #quant_bnn.packed<i8>>
  return
}

// -----

func.func @threshold_channels_of_flip(%acc: tensor<4x9xi32>, %t: tensor<9xi32>, %flip: tensor<1xi1>) {
  // expected-error @+1 {{requires one of 'tensor<1xi1>' for every channel of 'tensor<4x9xi32>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<4x9xi32>, tensor<9xi32>, tensor<1xi1>) -> tensor<4x9xi1, #quant_bnn.packed<i8>>
  return
}

// -----

func.func @threshold_length(%acc: tensor<4x9xi32>, %t: tensor<9xi32>, %flip: tensor<9xi1>) {
  // expected-error @+1 {{requires a bit for every element of 'tensor<4x9xi32>', but got 'tensor<4x8xi1, #quant_bnn.packed<i8>>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<4x9xi32>, tensor<9xi32>, tensor<9xi1>) -> tensor<4x8xi1, #quant_bnn.packed<i8>>
  return
}

// -----

func.func @threshold_rows(%acc: tensor<?x4x9xi32>, %t: tensor<9xi32>, %flip: tensor<9xi1>) {
  // expected-error @+1 {{requires a bit for every element of 'tensor<?x4x9xi32>', but got 'tensor<2x3x9xi1, #quant_bnn.packed<i8>>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<?x4x9xi32>, tensor<9xi32>, tensor<9xi1>) -> tensor<2x3x9xi1, #quant_bnn.packed<i8>>
  return
}

// -----

func.func @threshold_rank(%acc: tensor<i32>, %t: tensor<9xi32>, %flip: tensor<9xi1>) {
  // expected-error @+1 {{requires a bit for every element of 'tensor<i32>', but got 'tensor<9xi1, #quant_bnn.packed<i8>>'}}
  quant_bnn.threshold %acc, %t, %flip : (tensor<i32>, tensor<9xi32>, tensor<9xi1>) -> tensor<9xi1, #quant_bnn.packed<i8>>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Forms before version 0.2
//===----------------------------------------------------------------------===//

func.func @matmul_depth(%a: tensor<4x2xi64>, %b: tensor<8x2xi64>) {
  // expected-error @+1 {{has no 'depth': a packed tensor counts elements, such as tensor<4x100xi1, #quant_bnn.packed<i64>>}}
  quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<4x2xi64>, tensor<8x2xi64>) -> tensor<4x8xi32>
  return
}

// -----

func.func @conv_depth(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{has no 'depth'}}
  quant_bnn.xnor_conv_2d %x, %f depth = 64 : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @conv_polarity(%x: tensor<1x8x8x2xi32>, %f: tensor<6x3x3x2xi32>) {
  // expected-error @+1 {{has no 'polarity': it is part of the type of a packed tensor, such as tensor<4x100xi1, #quant_bnn.packed<i64, nonnegative>>}}
  quant_bnn.xnor_conv_2d %x, %f strides = [2, 2] pad_value = one polarity = nonnegative : (tensor<1x8x8x2xi32>, tensor<6x3x3x2xi32>) -> tensor<1x3x3x6xi32>
  return
}

// -----

func.func @packed_cast(%a: tensor<4x2xi64>) {
  // expected-error @+1 {{was removed: use tensor.cast, and for flip arith.xori with ones, on packed tensors, such as tensor<4x100xi1, #quant_bnn.packed<i64>>}}
  quant_bnn.packed_cast %a depth = 100 : tensor<4x2xi64> to tensor<4x13xi8>
  return
}

// -----

func.func @packed_concat(%a: tensor<4x2xi64>) {
  // expected-error @+1 {{was removed: use tensor.concat on packed tensors, such as tensor<4x100xi1, #quant_bnn.packed<i64>>}}
  quant_bnn.packed_concat %a, %a depths = [100, 100] dim = 0 : (tensor<4x2xi64>, tensor<4x2xi64>) -> tensor<8x2xi64>
  return
}

// -----

func.func @packed_pad(%a: tensor<4x2xi64>) {
  // expected-error @+1 {{was removed: use tensor.pad on packed tensors, such as tensor<4x100xi1, #quant_bnn.packed<i64>>}}
  quant_bnn.packed_pad %a depth = 100 low = [1, 0] high = [0, 0] : tensor<4x2xi64> to tensor<5x2xi64>
  return
}

// -----

func.func @packed_reshape(%a: tensor<4x2xi64>) {
  // expected-error @+1 {{was removed: use tensor.expand_shape or tensor.collapse_shape on packed tensors, such as tensor<4x100xi1, #quant_bnn.packed<i64>>}}
  quant_bnn.packed_reshape %a depth = 100 shape = [8, 50] : tensor<4x2xi64> to tensor<8x1xi64>
  return
}

// -----

func.func @packed_slice(%a: tensor<4x2xi64>) {
  // expected-error @+1 {{was removed: use tensor.extract_slice on packed tensors, such as tensor<4x100xi1, #quant_bnn.packed<i64>>}}
  quant_bnn.packed_slice %a depth = 100 offsets = [0, 0] sizes = [1, 100] strides = [1, 1] : tensor<4x2xi64> to tensor<1x2xi64>
  return
}

// -----

func.func @packed_transpose(%a: tensor<4x2xi64>) {
  // expected-error @+1 {{was removed: use linalg.transpose on packed tensors, such as tensor<4x100xi1, #quant_bnn.packed<i64>>}}
  quant_bnn.packed_transpose %a depth = 100 permutation = [1, 0] : tensor<4x2xi64> to tensor<100x1xi64>
  return
}

// -----

func.func @xnor_max_pool_2d(%a: tensor<4x2xi64>) {
  // expected-error @+1 {{was removed: use linalg.pooling_nhwc_max, or linalg.pooling_nhwc_min where 1 is +1, on packed tensors, such as tensor<4x100xi1, #quant_bnn.packed<i64>>}}
  quant_bnn.xnor_max_pool_2d %a kernel = [2, 2] : tensor<4x2xi64> to tensor<4x2xi64>
  return
}
