// RUN: bnn-opt %s --quant-bnn-read-resources | FileCheck %s

// CHECK-LABEL: func @floats
// CHECK-DAG:     arith.constant dense<[5.000000e-01, -5.000000e-01]> : tensor<2xf32>
// CHECK-DAG:     arith.constant dense<[1, -1]> : tensor<2xi8>
// CHECK-DAG:     arith.constant dense<[true, false]> : tensor<2xi1>
func.func @floats() -> (tensor<2xf32>, tensor<2xi8>, tensor<2xi1>) {
  %0 = arith.constant dense_resource<halves> : tensor<2xf32>
  %1 = arith.constant dense_resource<ones> : tensor<2xi8>
  %2 = arith.constant dense_resource<flags> : tensor<2xi1>
  return %0, %1, %2 : tensor<2xf32>, tensor<2xi8>, tensor<2xi1>
}

// Data that was elided, or is not of the type's size, stays.
// CHECK-LABEL: func @no_data
// CHECK-DAG:     arith.constant dense_resource<elided> : tensor<2xf32>
// CHECK-DAG:     arith.constant dense_resource<short> : tensor<2xf32>
func.func @no_data() -> (tensor<2xf32>, tensor<2xf32>) {
  %0 = arith.constant dense_resource<elided> : tensor<2xf32>
  %1 = arith.constant dense_resource<short> : tensor<2xf32>
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      halves: "0x040000000000003F000000BF",
      ones: "0x0100000001FF",
      flags: "0x010000000100",
      short: "0x040000000000003F"
    }
  }
#-}
