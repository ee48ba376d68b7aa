// A periodic function of a sum is folded if the range of the sum is known.
//
// RUN: rm -rf %t && mkdir %t
// RUN: bnn-opt %s --quant-bnn-fold-thresholds --canonicalize \
// RUN:   --remarks-filter='quant-bnn-fold-thresholds' -o %t/folded.mlir 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: FileCheck %s < %t/folded.mlir
//
// Some rows of both operands are equal, so some sums are large.
// RUN: %npy write %t/a.npy i32 [4,2] random:1
// RUN: %npy write %t/b.npy i32 [8,2] random:1
// RUN: %npy write %t/c.npy i32 [8,2] random:2
// RUN: bnn-runner %s --entry=weighted_sum --arg=%t/a.npy --arg=%t/b.npy --arg=%t/c.npy --result=%t/p.npy
// RUN: bnn-runner %t/folded.mlir --entry=weighted_sum --arg=%t/a.npy --arg=%t/b.npy --arg=%t/c.npy --result=%t/q.npy
// RUN: %npy equal %t/p.npy %t/q.npy --bits
// RUN: bnn-runner %s --entry=generic_sum --arg=%t/b.npy --arg=%t/a.npy --arg=%t/a.npy --result=%t/p.npy
// RUN: bnn-runner %t/folded.mlir --entry=generic_sum --arg=%t/b.npy --arg=%t/a.npy --arg=%t/a.npy --result=%t/q.npy
// RUN: %npy equal %t/p.npy %t/q.npy --bits

// REMARK: thresholds of sums from -192 to 192
// CHECK-LABEL: func @weighted_sum(
func.func @weighted_sum(%a: tensor<4x64xi1, #quant_bnn.packed<i32>>, %b: tensor<8x64xi1, #quant_bnn.packed<i32>>, %c: tensor<8x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x8xi1, #quant_bnn.packed<i8>> {
  // CHECK: %[[ACC:.*]] = arith.addi
  // CHECK-COUNT-6: quant_bnn.threshold %[[ACC]]
  // CHECK-NOT: quant_bnn.pack %
  %one = arith.constant dense<1> : tensor<4x8xi32>
  %period = arith.constant dense<128.0> : tensor<4x8xf32>
  %half = arith.constant dense<0.5> : tensor<4x8xf32>
  %low = quant_bnn.xnor_matmul %a, %b : (tensor<4x64xi1, #quant_bnn.packed<i32>>, tensor<8x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x8xi32>
  %high = quant_bnn.xnor_matmul %a, %c : (tensor<4x64xi1, #quant_bnn.packed<i32>>, tensor<8x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x8xi32>
  %twice = arith.shli %high, %one : tensor<4x8xi32>
  %acc = arith.addi %low, %twice : tensor<4x8xi32>
  %x = arith.sitofp %acc : tensor<4x8xi32> to tensor<4x8xf32>
  %quotient = arith.divf %x, %period : tensor<4x8xf32>
  %floor = math.floor %quotient : tensor<4x8xf32>
  %rest = arith.subf %quotient, %floor : tensor<4x8xf32>
  %y = arith.subf %rest, %half : tensor<4x8xf32>
  %p = quant_bnn.pack %y : tensor<4x8xf32> to tensor<4x8xi1, #quant_bnn.packed<i8>>
  return %p : tensor<4x8xi1, #quant_bnn.packed<i8>>
}

// The form that quant-bnn-binarize creates, transposed and reshaped.
#matrix = affine_map<(i, j) -> (i, j)>
// REMARK: thresholds of sums from -192 to 192
// CHECK-LABEL: func @generic_sum(
func.func @generic_sum(%a: tensor<8x64xi1, #quant_bnn.packed<i32>>, %b: tensor<4x64xi1, #quant_bnn.packed<i32>>, %c: tensor<4x64xi1, #quant_bnn.packed<i32>>) -> tensor<2x2x8xi1, #quant_bnn.packed<i8>> {
  // CHECK: %[[ACC:.*]] = tensor.expand_shape
  // CHECK-COUNT-6: quant_bnn.threshold %[[ACC]]
  // CHECK-NOT: quant_bnn.pack %
  %one = arith.constant 1 : i32
  %period = arith.constant dense<128.0> : tensor<2x2x8xf32>
  %half = arith.constant dense<0.5> : tensor<2x2x8xf32>
  %low = quant_bnn.xnor_matmul %a, %b : (tensor<8x64xi1, #quant_bnn.packed<i32>>, tensor<4x64xi1, #quant_bnn.packed<i32>>) -> tensor<8x4xi32>
  %high = quant_bnn.xnor_matmul %a, %c : (tensor<8x64xi1, #quant_bnn.packed<i32>>, tensor<4x64xi1, #quant_bnn.packed<i32>>) -> tensor<8x4xi32>
  %e = tensor.empty() : tensor<8x4xi32>
  %sum = linalg.generic {indexing_maps = [#matrix, #matrix, #matrix], iterator_types = ["parallel", "parallel"]}
      ins(%low, %high : tensor<8x4xi32>, tensor<8x4xi32>) outs(%e : tensor<8x4xi32>) {
  ^bb0(%l: i32, %h: i32, %out: i32):
    %twice = arith.shli %h, %one : i32
    %s = arith.addi %l, %twice : i32
    linalg.yield %s : i32
  } -> tensor<8x4xi32>
  %d = tensor.empty() : tensor<4x8xi32>
  %transposed = linalg.transpose ins(%sum : tensor<8x4xi32>) outs(%d : tensor<4x8xi32>) permutation = [1, 0]
  %acc = tensor.expand_shape %transposed [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xi32> into tensor<2x2x8xi32>
  %x = arith.sitofp %acc : tensor<2x2x8xi32> to tensor<2x2x8xf32>
  %quotient = arith.divf %x, %period : tensor<2x2x8xf32>
  %floor = math.floor %quotient : tensor<2x2x8xf32>
  %rest = arith.subf %quotient, %floor : tensor<2x2x8xf32>
  %y = arith.subf %rest, %half : tensor<2x2x8xf32>
  %p = quant_bnn.pack %y : tensor<2x2x8xf32> to tensor<2x2x8xi1, #quant_bnn.packed<i8>>
  return %p : tensor<2x2x8xi1, #quant_bnn.packed<i8>>
}

// One term is unknown.
// REMARK: no threshold: the bit switches too often, or at unknown sums, in channel 0
// CHECK-LABEL: func @unknown_term(
func.func @unknown_term(%a: tensor<4x64xi1, #quant_bnn.packed<i32>>, %b: tensor<8x64xi1, #quant_bnn.packed<i32>>, %term: tensor<4x8xi32>) -> tensor<4x8xi1, #quant_bnn.packed<i8>> {
  // CHECK: quant_bnn.pack %
  %period = arith.constant dense<128.0> : tensor<4x8xf32>
  %half = arith.constant dense<0.5> : tensor<4x8xf32>
  %low = quant_bnn.xnor_matmul %a, %b : (tensor<4x64xi1, #quant_bnn.packed<i32>>, tensor<8x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x8xi32>
  %acc = arith.addi %low, %term : tensor<4x8xi32>
  %x = arith.sitofp %acc : tensor<4x8xi32> to tensor<4x8xf32>
  %quotient = arith.divf %x, %period : tensor<4x8xf32>
  %floor = math.floor %quotient : tensor<4x8xf32>
  %rest = arith.subf %quotient, %floor : tensor<4x8xf32>
  %y = arith.subf %rest, %half : tensor<4x8xf32>
  %p = quant_bnn.pack %y : tensor<4x8xf32> to tensor<4x8xi1, #quant_bnn.packed<i8>>
  return %p : tensor<4x8xi1, #quant_bnn.packed<i8>>
}
