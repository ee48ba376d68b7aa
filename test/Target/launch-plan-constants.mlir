// REQUIRES: nvptx-registered-target
// RUN: bnn-opt %s --quant-bnn-lower-to-nvvm-pipeline='host=keep memory=device' \
// RUN:   | bnn-translate --gpu-to-launch-plan | FileCheck %s

// A byte for each i1: 1 0 1 1 0 0 1 0 1.
// CHECK-LABEL: "name": "mixed"
// CHECK:         "op": "memref.get_global"
// CHECK:         "value": "AQABAQAAAQAB"
func.func @mixed(%x: tensor<9xf32>) -> tensor<9xf32> {
  %c = arith.constant dense<[true, false, true, true, false, false, true, false, true]> : tensor<9xi1>
  %n = arith.negf %x : tensor<9xf32>
  %y = arith.select %c, %x, %n : tensor<9xi1>, tensor<9xf32>
  return %y : tensor<9xf32>
}

// Two floats, 0.5 and -2.
// CHECK-LABEL: "name": "floats"
// CHECK:         "op": "memref.get_global"
// CHECK:         "value": "AAAAPwAAAMA="
func.func @floats(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c = arith.constant dense<[0.5, -2.0]> : tensor<2xf32>
  %y = arith.mulf %x, %c : tensor<2xf32>
  return %y : tensor<2xf32>
}
