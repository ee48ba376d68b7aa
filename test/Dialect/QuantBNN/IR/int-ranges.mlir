// The ranges of sums: the first comparison of each pair holds for all of them.
//
// RUN: bnn-opt %s --int-range-optimizations | FileCheck %s

// CHECK-LABEL: func @matmul(
func.func @matmul(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x100xi1, #quant_bnn.packed<i64>>) -> (tensor<4x8xi1>, tensor<4x8xi1>) {
  // CHECK-DAG: %[[TRUE:.*]] = arith.constant dense<true>
  // CHECK-DAG: %[[OPEN:.*]] = arith.cmpi sle,
  // CHECK: return %[[TRUE]], %[[OPEN]]
  %most = arith.constant dense<100> : tensor<4x8xi32>
  %less = arith.constant dense<99> : tensor<4x8xi32>
  %acc = quant_bnn.xnor_matmul %a, %b : (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<8x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi32>
  %0 = arith.cmpi sle, %acc, %most : tensor<4x8xi32>
  %1 = arith.cmpi sle, %acc, %less : tensor<4x8xi32>
  return %0, %1 : tensor<4x8xi1>, tensor<4x8xi1>
}

// CHECK-LABEL: func @conv(
func.func @conv(%x: tensor<1x5x5x20xi1, #quant_bnn.packed<i32>>, %f: tensor<8x3x3x20xi1, #quant_bnn.packed<i32>>) -> (tensor<1x3x3x8xi1>, tensor<1x3x3x8xi1>) {
  // CHECK-DAG: %[[TRUE:.*]] = arith.constant dense<true>
  // CHECK-DAG: %[[OPEN:.*]] = arith.cmpi sge,
  // CHECK: return %[[TRUE]], %[[OPEN]]
  %least = arith.constant dense<-180> : tensor<1x3x3x8xi32>
  %more = arith.constant dense<-179> : tensor<1x3x3x8xi32>
  %acc = quant_bnn.xnor_conv_2d %x, %f : (tensor<1x5x5x20xi1, #quant_bnn.packed<i32>>, tensor<8x3x3x20xi1, #quant_bnn.packed<i32>>) -> tensor<1x3x3x8xi32>
  %0 = arith.cmpi sge, %acc, %least : tensor<1x3x3x8xi32>
  %1 = arith.cmpi sge, %acc, %more : tensor<1x3x3x8xi32>
  return %0, %1 : tensor<1x3x3x8xi1>, tensor<1x3x3x8xi1>
}

// One operand of static length bounds the sums.
// CHECK-LABEL: func @length_of_one(
func.func @length_of_one(%a: tensor<4x?xi1, #quant_bnn.packed<i64>>, %b: tensor<8x64xi1, #quant_bnn.packed<i64>>) -> (tensor<4x8xi1>, tensor<4x8xi1>) {
  // CHECK-DAG: %[[TRUE:.*]] = arith.constant dense<true>
  // CHECK-DAG: %[[OPEN:.*]] = arith.cmpi sle,
  // CHECK: return %[[TRUE]], %[[OPEN]]
  %most = arith.constant dense<64> : tensor<4x8xi32>
  %less = arith.constant dense<63> : tensor<4x8xi32>
  %acc = quant_bnn.xnor_matmul %a, %b : (tensor<4x?xi1, #quant_bnn.packed<i64>>, tensor<8x64xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi32>
  %0 = arith.cmpi sle, %acc, %most : tensor<4x8xi32>
  %1 = arith.cmpi sle, %acc, %less : tensor<4x8xi32>
  return %0, %1 : tensor<4x8xi1>, tensor<4x8xi1>
}

// A sum has at most 2^31 - 1 terms, even if the sizes are dynamic.
// CHECK-LABEL: func @dynamic_sizes(
func.func @dynamic_sizes(%x: tensor<1x?x?x?xi1, #quant_bnn.packed<i32>>, %f: tensor<8x?x3x?xi1, #quant_bnn.packed<i32>>) -> (tensor<1x4x4x8xi1>, tensor<1x4x4x8xi1>) {
  // CHECK-DAG: %[[TRUE:.*]] = arith.constant dense<true>
  // CHECK-DAG: %[[OPEN:.*]] = arith.cmpi sge,
  // CHECK: return %[[TRUE]], %[[OPEN]]
  %least = arith.constant dense<-2147483647> : tensor<1x4x4x8xi32>
  %more = arith.constant dense<-2147483646> : tensor<1x4x4x8xi32>
  %acc = quant_bnn.xnor_conv_2d %x, %f : (tensor<1x?x?x?xi1, #quant_bnn.packed<i32>>, tensor<8x?x3x?xi1, #quant_bnn.packed<i32>>) -> tensor<1x4x4x8xi32>
  %0 = arith.cmpi sge, %acc, %least : tensor<1x4x4x8xi32>
  %1 = arith.cmpi sge, %acc, %more : tensor<1x4x4x8xi32>
  return %0, %1 : tensor<1x4x4x8xi1>, tensor<1x4x4x8xi1>
}
