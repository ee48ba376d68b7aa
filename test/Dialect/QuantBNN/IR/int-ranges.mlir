// The ranges of sums: the first comparison of each pair holds for all of them.
//
// RUN: bnn-opt %s --int-range-optimizations | FileCheck %s

// CHECK-LABEL: func @matmul(
func.func @matmul(%a: tensor<4x2xi64>, %b: tensor<8x2xi64>) -> (tensor<4x8xi1>, tensor<4x8xi1>) {
  // CHECK-DAG: %[[TRUE:.*]] = arith.constant dense<true>
  // CHECK-DAG: %[[OPEN:.*]] = arith.cmpi sle,
  // CHECK: return %[[TRUE]], %[[OPEN]]
  %most = arith.constant dense<100> : tensor<4x8xi32>
  %less = arith.constant dense<99> : tensor<4x8xi32>
  %acc = quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<4x2xi64>, tensor<8x2xi64>) -> tensor<4x8xi32>
  %0 = arith.cmpi sle, %acc, %most : tensor<4x8xi32>
  %1 = arith.cmpi sle, %acc, %less : tensor<4x8xi32>
  return %0, %1 : tensor<4x8xi1>, tensor<4x8xi1>
}

// CHECK-LABEL: func @conv(
func.func @conv(%x: tensor<1x5x5x1xi32>, %f: tensor<8x3x3x1xi32>) -> (tensor<1x3x3x8xi1>, tensor<1x3x3x8xi1>) {
  // CHECK-DAG: %[[TRUE:.*]] = arith.constant dense<true>
  // CHECK-DAG: %[[OPEN:.*]] = arith.cmpi sge,
  // CHECK: return %[[TRUE]], %[[OPEN]]
  %least = arith.constant dense<-180> : tensor<1x3x3x8xi32>
  %more = arith.constant dense<-179> : tensor<1x3x3x8xi32>
  %acc = quant_bnn.xnor_conv_2d %x, %f depth = 20 : (tensor<1x5x5x1xi32>, tensor<8x3x3x1xi32>) -> tensor<1x3x3x8xi32>
  %0 = arith.cmpi sge, %acc, %least : tensor<1x3x3x8xi32>
  %1 = arith.cmpi sge, %acc, %more : tensor<1x3x3x8xi32>
  return %0, %1 : tensor<1x3x3x8xi1>, tensor<1x3x3x8xi1>
}

// A bound of the depth bounds the sums.
// CHECK-LABEL: func @bounded_depth(
func.func @bounded_depth(%a: tensor<4x?xi64>, %b: tensor<8x?xi64>, %n: index) -> (tensor<4x8xi1>, tensor<4x8xi1>) {
  // CHECK-DAG: %[[TRUE:.*]] = arith.constant dense<true>
  // CHECK-DAG: %[[OPEN:.*]] = arith.cmpi sle,
  // CHECK: return %[[TRUE]], %[[OPEN]]
  %c64 = arith.constant 64 : index
  %most = arith.constant dense<64> : tensor<4x8xi32>
  %less = arith.constant dense<63> : tensor<4x8xi32>
  %k = arith.minsi %n, %c64 : index
  %acc = quant_bnn.xnor_matmul %a, %b depth = %k : (tensor<4x?xi64>, tensor<8x?xi64>) -> tensor<4x8xi32>
  %0 = arith.cmpi sle, %acc, %most : tensor<4x8xi32>
  %1 = arith.cmpi sle, %acc, %less : tensor<4x8xi32>
  return %0, %1 : tensor<4x8xi1>, tensor<4x8xi1>
}

// Whatever the depth or the filter, a sum has at most 2^31 - 1 terms.
// CHECK-LABEL: func @unknown_depth(
func.func @unknown_depth(%x: tensor<1x?x?x1xi32>, %f: tensor<8x?x3x1xi32>, %k: index) -> (tensor<1x4x4x8xi1>, tensor<1x4x4x8xi1>) {
  // CHECK-DAG: %[[TRUE:.*]] = arith.constant dense<true>
  // CHECK-DAG: %[[OPEN:.*]] = arith.cmpi sge,
  // CHECK: return %[[TRUE]], %[[OPEN]]
  %least = arith.constant dense<-2147483647> : tensor<1x4x4x8xi32>
  %more = arith.constant dense<-2147483646> : tensor<1x4x4x8xi32>
  %acc = quant_bnn.xnor_conv_2d %x, %f depth = %k : (tensor<1x?x?x1xi32>, tensor<8x?x3x1xi32>) -> tensor<1x4x4x8xi32>
  %0 = arith.cmpi sge, %acc, %least : tensor<1x4x4x8xi32>
  %1 = arith.cmpi sge, %acc, %more : tensor<1x4x4x8xi32>
  return %0, %1 : tensor<1x4x4x8xi1>, tensor<1x4x4x8xi1>
}
