// The gradient of what is empty is empty: no slice of it begins past its end.

// RUN: bnn-opt %s --split-input-file --quant-bnn-differentiate="functions=f" | FileCheck %s

// CHECK-LABEL: func @f_bwd(
// CHECK-NOT:     extract_slice
// CHECK:         return %{{.*}}, %{{.*}} : tensor<0x13xf16>, tensor<0x13xf16>
func.func @f(%x: tensor<0x13xf16>, %y: tensor<0x13xf16>) -> tensor<0x26xf16> {
  %0 = tensor.concat dim(1) %x, %y : (tensor<0x13xf16>, tensor<0x13xf16>) -> tensor<0x26xf16>
  return %0 : tensor<0x26xf16>
}

// -----

// An empty part at the end of what is not empty.
// CHECK-LABEL: func @f_bwd(
// CHECK-SAME:    %[[G:.*]]: tensor<2x3xf32>
// CHECK:         %[[EMPTY:.*]] = tensor.empty() : tensor<2x0xf32>
// CHECK:         return %[[G]], %[[EMPTY]] : tensor<2x3xf32>, tensor<2x0xf32>
func.func @f(%x: tensor<2x3xf32>, %y: tensor<2x0xf32>) -> tensor<2x3xf32> {
  %0 = tensor.concat dim(1) %x, %y : (tensor<2x3xf32>, tensor<2x0xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func @f_bwd(
// CHECK:         %[[EMPTY:.*]] = tensor.empty() : tensor<0xf32>
// CHECK:         return %[[EMPTY]] : tensor<0xf32>
func.func @f(%x: tensor<0xf32>) -> tensor<2xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.pad %x low[2] high[0] {
  ^bb0(%i: index):
    tensor.yield %zero : f32
  } : tensor<0xf32> to tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

// The result tells that the dynamic extent can only be 0.
// CHECK-LABEL: func @f_bwd(
// CHECK-NOT:     extract_slice
// CHECK:         return %{{.*}} : tensor<?xf32>
func.func @f(%x: tensor<?xf32>) -> tensor<2xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.pad %x low[2] high[0] {
  ^bb0(%i: index):
    tensor.yield %zero : f32
  } : tensor<?xf32> to tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

// What a loop carries.
// CHECK-LABEL: func @f_bwd(
// CHECK-NOT:     extract_slice
// CHECK:         return %{{.*}} : tensor<2x0xf32>
func.func @f(%x: tensor<2x0xf32>) -> tensor<2x0xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %0 = scf.for %i = %c0 to %c4 step %c1 iter_args(%a = %x) -> tensor<2x0xf32> {
    %1 = math.sin %a : tensor<2x0xf32>
    scf.yield %1 : tensor<2x0xf32>
  }
  return %0 : tensor<2x0xf32>
}

// -----

// Products along a dimension.
// CHECK-LABEL: func @f_bwd(
// CHECK-NOT:     extract_slice
// CHECK:         return %{{.*}}, %{{.*}} : tensor<0x4xf32>, tensor<0xf32>
func.func @f(%x: tensor<0x4xf32>, %init: tensor<0xf32>) -> tensor<0xf32> {
  %0 = linalg.reduce { arith.mulf } ins(%x : tensor<0x4xf32>) outs(%init : tensor<0xf32>) dimensions = [1]
  return %0 : tensor<0xf32>
}
