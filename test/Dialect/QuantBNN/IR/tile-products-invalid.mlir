// Errors of tiling binary products.
//
// RUN: bnn-opt %s --transform-interpreter --split-input-file --verify-diagnostics

// The sums are no loops, so the packed dimension has no tiles.
module attributes {transform.with_named_sequence} {
  func.func @tile_of_sums(%a: tensor<4x128xi1, #quant_bnn.packed<i64>>, %b: tensor<8x128xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi32> {
    // expected-note @+1 {{target op}}
    %0 = quant_bnn.xnor_matmul %a, %b : (tensor<4x128xi1, #quant_bnn.packed<i64>>, tensor<8x128xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi32>
    return %0 : tensor<4x8xi32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %product = transform.structured.match ops{["quant_bnn.xnor_matmul"]} in %module : (!transform.any_op) -> !transform.any_op
    // expected-error @+1 {{too many tiles provided, expected at most 2 found 3}}
    transform.structured.tile_using_for %product tile_sizes [0, 0, 64] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// The taps and channels of a convolution are no loops either.
module attributes {transform.with_named_sequence} {
  func.func @tile_of_taps(%x: tensor<1x8x8x64xi1, #quant_bnn.packed<i64>>, %f: tensor<4x3x3x64xi1, #quant_bnn.packed<i64>>) -> tensor<1x6x6x4xi32> {
    // expected-note @+1 {{target op}}
    %0 = quant_bnn.xnor_conv_2d %x, %f : (tensor<1x8x8x64xi1, #quant_bnn.packed<i64>>, tensor<4x3x3x64xi1, #quant_bnn.packed<i64>>) -> tensor<1x6x6x4xi32>
    return %0 : tensor<1x6x6x4xi32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %product = transform.structured.match ops{["quant_bnn.xnor_conv_2d"]} in %module : (!transform.any_op) -> !transform.any_op
    // expected-error @+1 {{too many tiles provided, expected at most 4 found 5}}
    transform.structured.tile_using_for %product tile_sizes [0, 0, 0, 0, 1] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

module attributes {transform.with_named_sequence} {
  func.func @outputs_of_groups(%x: tensor<1x8x8x2x64xi1, #quant_bnn.packed<i64>>, %f: tensor<4x3x3x64xi1, #quant_bnn.packed<i64>>) -> tensor<1x6x6x4xi32> {
    // expected-error @+4 {{requires tiles with the outputs of all 2 groups}}
    // Upstream adds two errors.
    // expected-error @+2 {{to tile operation}}
    // expected-error @+1 {{failed to generate tiling loops}}
    %0 = quant_bnn.xnor_conv_2d %x, %f groups = 2 : (tensor<1x8x8x2x64xi1, #quant_bnn.packed<i64>>, tensor<4x3x3x64xi1, #quant_bnn.packed<i64>>) -> tensor<1x6x6x4xi32>
    return %0 : tensor<1x6x6x4xi32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %product = transform.structured.match ops{["quant_bnn.xnor_conv_2d"]} in %module : (!transform.any_op) -> !transform.any_op
    transform.structured.tile_using_for %product tile_sizes [0, 0, 0, 2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

module attributes {transform.with_named_sequence} {
  func.func @unknown_taps(%x: tensor<1x8x8x64xi1, #quant_bnn.packed<i64>>, %f: tensor<4x?x3x64xi1, #quant_bnn.packed<i64>>) -> tensor<1x?x6x4xi32> {
    // expected-error @+4 {{requires filters with static extents above 0 along dilated dimensions to be tiled, but got 'tensor<4x?x3x64xi1, #quant_bnn.packed<i64>>'}}
    // Upstream adds two errors.
    // expected-error @+2 {{to tile operation}}
    // expected-error @+1 {{failed to generate tiling loops}}
    %0 = quant_bnn.xnor_conv_2d %x, %f dilations = [2, 1] : (tensor<1x8x8x64xi1, #quant_bnn.packed<i64>>, tensor<4x?x3x64xi1, #quant_bnn.packed<i64>>) -> tensor<1x?x6x4xi32>
    return %0 : tensor<1x?x6x4xi32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %product = transform.structured.match ops{["quant_bnn.xnor_conv_2d"]} in %module : (!transform.any_op) -> !transform.any_op
    transform.structured.tile_using_for %product tile_sizes [0, 2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

module attributes {transform.with_named_sequence} {
  func.func @no_taps(%x: tensor<1x8x8x64xi1, #quant_bnn.packed<i64>>, %f: tensor<4x0x3x64xi1, #quant_bnn.packed<i64>>) -> tensor<1x10x6x4xi32> {
    // expected-error @+4 {{requires filters with static extents above 0 along dilated dimensions to be tiled, but got 'tensor<4x0x3x64xi1, #quant_bnn.packed<i64>>'}}
    // Upstream adds two errors.
    // expected-error @+2 {{to tile operation}}
    // expected-error @+1 {{failed to generate tiling loops}}
    %0 = quant_bnn.xnor_conv_2d %x, %f dilations = [2, 1] : (tensor<1x8x8x64xi1, #quant_bnn.packed<i64>>, tensor<4x0x3x64xi1, #quant_bnn.packed<i64>>) -> tensor<1x10x6x4xi32>
    return %0 : tensor<1x10x6x4xi32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %product = transform.structured.match ops{["quant_bnn.xnor_conv_2d"]} in %module : (!transform.any_op) -> !transform.any_op
    transform.structured.tile_using_for %product tile_sizes [0, 2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

module attributes {transform.with_named_sequence} {
  func.func @no_elements(%a: tensor<4x128xi1, #quant_bnn.packed<i64>>, %b: tensor<0x128xi1, #quant_bnn.packed<i64>>) -> tensor<4x0xi32> {
    // expected-error @+4 {{requires a result with elements to be tiled, but got 'tensor<4x0xi32>'}}
    // Upstream adds two errors.
    // expected-error @+2 {{to tile operation}}
    // expected-error @+1 {{failed to generate tiling loops}}
    %0 = quant_bnn.xnor_matmul %a, %b : (tensor<4x128xi1, #quant_bnn.packed<i64>>, tensor<0x128xi1, #quant_bnn.packed<i64>>) -> tensor<4x0xi32>
    return %0 : tensor<4x0xi32>
  }
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %product = transform.structured.match ops{["quant_bnn.xnor_matmul"]} in %module : (!transform.any_op) -> !transform.any_op
    transform.structured.tile_using_for %product tile_sizes [2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
