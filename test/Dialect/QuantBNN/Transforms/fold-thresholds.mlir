// RUN: bnn-opt %s --split-input-file --quant-bnn-fold-thresholds --canonicalize | FileCheck %s

#matrix = affine_map<(i, j) -> (i, j)>
#channel = affine_map<(i, j) -> (j)>

// A batch norm as (x - mean) * factor + beta: of channels that rise, fall, and
// are the same for every sum.
// CHECK-LABEL: func @batch_norm(
func.func @batch_norm(%a: tensor<?x64xi1, #quant_bnn.packed<i32>>, %b: tensor<4x64xi1, #quant_bnn.packed<i32>>, %empty: tensor<?x4xf32>) -> tensor<?x4xi1, #quant_bnn.packed<i32>> {
  // CHECK-DAG: %[[T:.*]] = arith.constant dense<[-1, 6, -2147483648, -2147483648]> : tensor<4xi32>
  // CHECK-DAG: %[[FLIP:.*]] = arith.constant dense<[false, true, true, false]> : tensor<4xi1>
  // CHECK:     %[[ACC:.*]] = quant_bnn.xnor_matmul
  // CHECK-NOT: sitofp
  // CHECK:     quant_bnn.threshold %[[ACC]], %[[T]], %[[FLIP]]
  %mean = arith.constant dense<[1.5, 2.5, 0.0, 3.0]> : tensor<4xf32>
  %factor = arith.constant dense<[0.25, -1.0, 0.5, 0.0]> : tensor<4xf32>
  %beta = arith.constant dense<[0.75, 3.0, -100.0, 0.0]> : tensor<4xf32>
  %zero = arith.constant 0.0 : f32
  %acc = quant_bnn.xnor_matmul %a, %b : (tensor<?x64xi1, #quant_bnn.packed<i32>>, tensor<4x64xi1, #quant_bnn.packed<i32>>) -> tensor<?x4xi32>
  %x = arith.sitofp %acc : tensor<?x4xi32> to tensor<?x4xf32>
  %y = linalg.generic {indexing_maps = [#matrix, #channel, #channel, #channel, #matrix], iterator_types = ["parallel", "parallel"]}
      ins(%x, %mean, %factor, %beta : tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%empty : tensor<?x4xf32>) {
  ^bb0(%v: f32, %m: f32, %f: f32, %t: f32, %out: f32):
    %centered = arith.subf %v, %m : f32
    %scaled = arith.mulf %centered, %f : f32
    %shifted = arith.addf %scaled, %t : f32
    linalg.yield %shifted : f32
  } -> tensor<?x4xf32>
  %p = quant_bnn.pack %y : tensor<?x4xf32> to tensor<?x4xi1, #quant_bnn.packed<i32>>
  return %p : tensor<?x4xi1, #quant_bnn.packed<i32>>
}

// -----

// The two arithmetics differ: at 498, a product and a sum that round twice give
// -9.5e-07, where one that rounds once gives a positive number.
#matrix = affine_map<(i, j) -> (i, j)>
// CHECK-LABEL: func @rounding(
func.func @rounding(%a: tensor<4x1152xi1, #quant_bnn.packed<i32>>, %b: tensor<1x1152xi1, #quant_bnn.packed<i32>>) -> (tensor<4x1xi1, #quant_bnn.packed<i32>>, tensor<4x1xi1, #quant_bnn.packed<i32>>) {
  // CHECK-DAG: arith.constant dense<[[TWICE:[0-9]+]]> : tensor<1xi32>
  // CHECK-COUNT-2: quant_bnn.threshold
  %gamma = arith.constant dense<0x3CBD4F5D> : tensor<4x1xf32>
  %beta = arith.constant dense<0xC0669746> : tensor<4x1xf32>
  %acc = quant_bnn.xnor_matmul %a, %b : (tensor<4x1152xi1, #quant_bnn.packed<i32>>, tensor<1x1152xi1, #quant_bnn.packed<i32>>) -> tensor<4x1xi32>
  %x = arith.sitofp %acc : tensor<4x1xi32> to tensor<4x1xf32>
  %scaled = arith.mulf %x, %gamma : tensor<4x1xf32>
  %twice = arith.addf %scaled, %beta : tensor<4x1xf32>
  %once = math.fma %x, %gamma, %beta : tensor<4x1xf32>
  %p = quant_bnn.pack %twice : tensor<4x1xf32> to tensor<4x1xi1, #quant_bnn.packed<i32>>
  %q = quant_bnn.pack %once : tensor<4x1xf32> to tensor<4x1xi1, #quant_bnn.packed<i32>>
  return %p, %q : tensor<4x1xi1, #quant_bnn.packed<i32>>, tensor<4x1xi1, #quant_bnn.packed<i32>>
}

// -----

// Of images, with a relu6 and a shift, reshaped on the way.
#matrix = affine_map<(i, j) -> (i, j)>
// CHECK-LABEL: func @relu(
func.func @relu(%a: tensor<1x5x5x20xi1, #quant_bnn.packed<i32>>, %b: tensor<8x3x3x20xi1, #quant_bnn.packed<i32>>, %empty: tensor<9x8xf32>) -> tensor<9x8xi1, #quant_bnn.packed<i8>> {
  // CHECK: %[[ACC:.*]] = quant_bnn.xnor_conv_2d
  // CHECK: %[[W:.*]] = quant_bnn.threshold %[[ACC]], %{{.*}} -> tensor<1x3x3x8xi1, #quant_bnn.packed<i8>>
  // CHECK: tensor.collapse_shape %[[W]] {{\[\[}}0, 1, 2], [3]]
  %zero = arith.constant 0.0 : f32
  %six = arith.constant 6.0 : f32
  %shift = arith.constant 1.5 : f32
  %acc = quant_bnn.xnor_conv_2d %a, %b : (tensor<1x5x5x20xi1, #quant_bnn.packed<i32>>, tensor<8x3x3x20xi1, #quant_bnn.packed<i32>>) -> tensor<1x3x3x8xi32>
  %x = arith.sitofp %acc : tensor<1x3x3x8xi32> to tensor<1x3x3x8xf32>
  %flat = tensor.collapse_shape %x [[0, 1, 2], [3]] : tensor<1x3x3x8xf32> into tensor<9x8xf32>
  %y = linalg.generic {indexing_maps = [#matrix, #matrix], iterator_types = ["parallel", "parallel"]}
      ins(%flat : tensor<9x8xf32>) outs(%empty : tensor<9x8xf32>) {
  ^bb0(%v: f32, %out: f32):
    %low = arith.maximumf %v, %zero : f32
    %relu6 = arith.minimumf %low, %six : f32
    %shifted = arith.subf %relu6, %shift : f32
    linalg.yield %shifted : f32
  } -> tensor<9x8xf32>
  %s = quant_bnn.sign %y : tensor<9x8xf32>
  %p = quant_bnn.pack %y : tensor<9x8xf32> to tensor<9x8xi1, #quant_bnn.packed<i8>>
  return %p : tensor<9x8xi1, #quant_bnn.packed<i8>>
}

// -----

// The lower bit of levels of two bits switches three times: as many thresholds.
#matrix = affine_map<(i, j) -> (i, j)>
// CHECK-LABEL: func @levels(
func.func @levels(%a: tensor<?x64xi1, #quant_bnn.packed<i32>>, %b: tensor<8x64xi1, #quant_bnn.packed<i32>>, %empty: tensor<?x8xi1>) -> tensor<?x8xi1, #quant_bnn.packed<i8>> {
  // CHECK-DAG: %[[FIRST:.*]] = arith.constant dense<2> : tensor<8xi32>
  // CHECK-DAG: %[[SECOND:.*]] = arith.constant dense<5> : tensor<8xi32>
  // CHECK-DAG: %[[THIRD:.*]] = arith.constant dense<9> : tensor<8xi32>
  // CHECK-DAG: %[[NONE:.*]] = arith.constant dense<false> : tensor<8xi1>
  // CHECK:     %[[ACC:.*]] = quant_bnn.xnor_matmul
  // CHECK:     %[[X:.*]] = quant_bnn.threshold %[[ACC]], %[[FIRST]], %[[NONE]]
  // CHECK:     %[[Y:.*]] = quant_bnn.threshold %[[ACC]], %[[SECOND]], %[[NONE]]
  // CHECK:     %[[XY:.*]] = arith.xori %[[X]], %[[Y]]
  // CHECK:     %[[Z:.*]] = quant_bnn.threshold %[[ACC]], %[[THIRD]], %[[NONE]]
  // CHECK:     arith.xori %[[XY]], %[[Z]]
  %tenth = arith.constant 0.1 : f32
  %sixth = arith.constant 0.16666667 : f32
  %half = arith.constant 0.5 : f32
  %most = arith.constant 0.8333333 : f32
  %acc = quant_bnn.xnor_matmul %a, %b : (tensor<?x64xi1, #quant_bnn.packed<i32>>, tensor<8x64xi1, #quant_bnn.packed<i32>>) -> tensor<?x8xi32>
  %x = arith.sitofp %acc : tensor<?x8xi32> to tensor<?x8xf32>
  %bits = linalg.generic {indexing_maps = [#matrix, #matrix], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x8xf32>) outs(%empty : tensor<?x8xi1>) {
  ^bb0(%v: f32, %out: i1):
    %scaled = arith.mulf %v, %tenth : f32
    %level = quant_bnn.input_dorefa %scaled bits = 2 : f32
    %c0 = arith.cmpf ult, %level, %sixth : f32
    %c1 = arith.cmpf oge, %level, %half : f32
    %c2 = arith.cmpf oge, %level, %most : f32
    %c01 = arith.xori %c0, %c1 : i1
    %bit = arith.xori %c01, %c2 : i1
    linalg.yield %bit : i1
  } -> tensor<?x8xi1>
  %p = quant_bnn.pack %bits : tensor<?x8xi1> to tensor<?x8xi1, #quant_bnn.packed<i8>>
  return %p : tensor<?x8xi1, #quant_bnn.packed<i8>>
}

// -----

// Nothing in it is known, or compared.
// CHECK-LABEL: func @empty_constant(
//       CHECK: return %{{.*}} : tensor<0x33xi1, #quant_bnn.packed<i8>>
func.func @empty_constant() -> tensor<0x33xi1, #quant_bnn.packed<i8>> {
  %x = arith.constant dense<> : tensor<0x33xf32>
  %p = quant_bnn.pack %x : tensor<0x33xf32> to tensor<0x33xi1, #quant_bnn.packed<i8>>
  return %p : tensor<0x33xi1, #quant_bnn.packed<i8>>
}
