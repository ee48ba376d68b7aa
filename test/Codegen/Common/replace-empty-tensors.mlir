// Concatenations, padding and reshapes of tensors that are known to be empty.

// RUN: bnn-opt %s --quant-bnn-materialize-packed-layout --convert-quant-bnn-to-linalg \
// RUN:   --bnn-codegen-replace-empty-tensors --split-input-file | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline --split-input-file | FileCheck %s --check-prefix=LLVM

// CHECK-LABEL: func @empty(
// CHECK-SAME: %[[X:.*]]: tensor<?x0xf32>, %[[Y:.*]]: tensor<?x0xf32>)
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// LLVM: llvm.func @empty
func.func @empty(%x: tensor<?x0xf32>, %y: tensor<?x0xf32>) -> tensor<?x0xf32> {
  // CHECK-DAG: %[[DX:.*]] = tensor.dim %[[X]], %[[C0]]
  // CHECK-DAG: %[[DY:.*]] = tensor.dim %[[Y]], %[[C0]]
  // CHECK: %[[SUM:.*]] = affine.apply #{{.*}}()[%[[DX]], %[[DY]]]
  // CHECK: %[[EMPTY:.*]] = tensor.empty(%[[SUM]]) : tensor<?x0xf32>
  // CHECK-NEXT: return %[[EMPTY]]
  %0 = tensor.concat dim(0) %x, %y : (tensor<?x0xf32>, tensor<?x0xf32>) -> tensor<?x0xf32>
  return %0 : tensor<?x0xf32>
}

// -----

// CHECK-LABEL: func @some(
// CHECK-SAME: %[[X:.*]]: tensor<0x3xf32>, %[[Y:.*]]: tensor<2x3xf32>, %[[Z:.*]]: tensor<?x3xf32>)
// LLVM: llvm.func @some
func.func @some(%x: tensor<0x3xf32>, %y: tensor<2x3xf32>, %z: tensor<?x3xf32>)
    -> (tensor<?x3xf32>, tensor<2x3xf32>) {
  // CHECK: %[[YZ:.*]] = tensor.concat dim(0) %[[Y]], %[[Z]] :
  %0 = tensor.concat dim(0) %x, %y, %z, %x : (tensor<0x3xf32>, tensor<2x3xf32>, tensor<?x3xf32>, tensor<0x3xf32>) -> tensor<?x3xf32>
  %1 = tensor.concat dim(0) %y, %x : (tensor<2x3xf32>, tensor<0x3xf32>) -> tensor<2x3xf32>
  // CHECK: return %[[YZ]], %[[Y]]
  return %0, %1 : tensor<?x3xf32>, tensor<2x3xf32>
}

// -----

// An operand without elements may have an extent along the concatenated dimension;
// then the result has none either.
// CHECK-LABEL: func @empty_along_another(
// CHECK-SAME: %[[X:.*]]: tensor<4x3xf32>, %[[Y:.*]]: tensor<?x?xf32>)
// LLVM: llvm.func @empty_along_another
func.func @empty_along_another(%x: tensor<4x3xf32>, %y: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // CHECK: %[[EMPTY:.*]] = tensor.empty({{.*}}) : tensor<?x?xf32>
  // CHECK: return %[[EMPTY]]
  %zero = arith.constant 0 : index
  %0 = tensor.extract_slice %x[1, 0] [%zero, 3] [1, 1] : tensor<4x3xf32> to tensor<?x3xf32>
  %1 = tensor.concat dim(1) %0, %y : (tensor<?x3xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %1 : tensor<?x?xf32>
}

// -----

// What may have elements is left alone.
// CHECK-LABEL: func @dynamic(
// LLVM: llvm.func @dynamic
func.func @dynamic(%x: tensor<?x3xf32>, %p: f32) -> (tensor<?x3xf32>, tensor<?x5xf32>) {
  // CHECK: tensor.concat
  // CHECK: tensor.pad
  %0 = tensor.concat dim(0) %x, %x : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32>
  %1 = tensor.pad %x low[1, 2] high[0, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %p : f32
  } : tensor<?x3xf32> to tensor<?x5xf32>
  return %0, %1 : tensor<?x3xf32>, tensor<?x5xf32>
}

// -----

// CHECK-LABEL: func @padding(
// CHECK-SAME: %[[X:.*]]: tensor<0x?xf32>, %[[P:.*]]: f32)
// LLVM: llvm.func @padding
func.func @padding(%x: tensor<0x?xf32>, %p: f32) -> tensor<2x?xf32> {
  // CHECK: %[[GENERATED:.*]] = tensor.generate
  // CHECK: tensor.yield %[[P]]
  // CHECK: return %[[GENERATED]]
  %0 = tensor.pad %x low[2, 0] high[0, 1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %p : f32
  } : tensor<0x?xf32> to tensor<2x?xf32>
  return %0 : tensor<2x?xf32>
}

// -----

// CHECK-LABEL: func @no_padding(
// LLVM: llvm.func @no_padding
func.func @no_padding(%x: tensor<1x0xf32>, %p: f32) -> tensor<3x0xf32> {
  // CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<3x0xf32>
  // CHECK-NEXT: return %[[EMPTY]]
  %0 = tensor.pad %x low[2, 0] high[0, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %p : f32
  } : tensor<1x0xf32> to tensor<3x0xf32>
  return %0 : tensor<3x0xf32>
}

// -----

// CHECK-LABEL: func @reshape(
// LLVM: llvm.func @reshape
func.func @reshape(%x: tensor<?x0x1xf32>, %n: index) -> (tensor<?x1xf32>, tensor<?x0x1xf32>) {
  // CHECK: %[[COLLAPSED:.*]] = tensor.empty(%{{.*}}) : tensor<?x1xf32>
  // CHECK: %[[EXPANDED:.*]] = tensor.empty(%{{.*}}) : tensor<?x0x1xf32>
  // CHECK: return %[[COLLAPSED]], %[[EXPANDED]]
  %0 = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x0x1xf32> into tensor<?x1xf32>
  %1 = tensor.expand_shape %0 [[0, 1], [2]] output_shape [%n, 0, 1] : tensor<?x1xf32> into tensor<?x0x1xf32>
  return %0, %1 : tensor<?x1xf32>, tensor<?x0x1xf32>
}

// -----

// CHECK-LABEL: func @slice(
// LLVM: llvm.func @slice
func.func @slice(%x: tensor<?x?xf32>, %p: f32) -> tensor<?x?xf32> {
  // CHECK: tensor.generate
  %c0 = arith.constant 0 : index
  %none = tensor.extract_slice %x[3, %c0] [%c0, 1] [1, 1] : tensor<?x?xf32> to tensor<?x1xf32>
  %0 = tensor.pad %none low[2, %c0] high[0, 2] {
  ^bb0(%i: index, %j: index):
    tensor.yield %p : f32
  } : tensor<?x1xf32> to tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// CHECK-LABEL: func @unpacked(
// LLVM: llvm.func @unpacked
func.func @unpacked(%b: tensor<1x20xi1, #quant_bnn.packed<i16>>, %p: f32) -> tensor<3x?xf32> {
  // CHECK: tensor.generate
  %c0 = arith.constant 0 : index
  %bits = tensor.extract_slice %b[0, 16] [1, %c0] [1, 1]
      : tensor<1x20xi1, #quant_bnn.packed<i16>> to tensor<1x?xi1, #quant_bnn.packed<i16>>
  %none = quant_bnn.unpack %bits : tensor<1x?xi1, #quant_bnn.packed<i16>> to tensor<1x?xf32>
  %0 = tensor.pad %none low[0, 2] high[2, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %p : f32
  } : tensor<1x?xf32> to tensor<3x?xf32>
  return %0 : tensor<3x?xf32>
}

// -----

// Only the reduction says that the padded tensor has no rows.

// LLVM: llvm.func @no_rows
func.func @no_rows(%x: tensor<?x32xf32>, %init: tensor<0xf32>) -> tensor<0xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[0, 0] high[%c0, 2] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<?x32xf32> to tensor<?x34xf32>
  %sum = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%padded : tensor<?x34xf32>) outs(%init : tensor<0xf32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.addf %a, %b : f32
    linalg.yield %c : f32
  } -> tensor<0xf32>
  return %sum : tensor<0xf32>
}

// -----

// The cast says that the source has no elements. A view of it could not begin at
// column 1.

// CHECK-LABEL: func @slices(
// CHECK-SAME: %[[X:.*]]: tensor<3x0xf32>, %[[Y:.*]]: tensor<?x?xf32>, %[[N:.*]]: index
// LLVM: llvm.func @slices
func.func @slices(%x: tensor<3x0xf32>, %y: tensor<?x?xf32>, %n: index) -> (tensor<1x?xf32>, tensor<?x?xf32>) {
  // CHECK: %[[EMPTY:.*]] = tensor.empty(%[[N]]) : tensor<1x?xf32>
  // CHECK: return %[[EMPTY]], %[[Y]]
  %0 = tensor.cast %x : tensor<3x0xf32> to tensor<?x?xf32>
  %1 = tensor.extract_slice %0[1, 1] [1, %n] [1, 1] : tensor<?x?xf32> to tensor<1x?xf32>
  %2 = tensor.insert_slice %x into %y[1, 1] [3, 0] [1, 1] : tensor<3x0xf32> into tensor<?x?xf32>
  return %1, %2 : tensor<1x?xf32>, tensor<?x?xf32>
}
