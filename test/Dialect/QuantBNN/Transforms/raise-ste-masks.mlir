// A comparison becomes a float by way of integers of any width.

// RUN: bnn-opt %s --quant-bnn-raise-ste="mode=relaxed values-only" | FileCheck %s

// CHECK-LABEL: func @unsigned(
// CHECK:         quant_bnn.sign %{{.*}} nan = negative
func.func @unsigned(%x: tensor<64xf32>) -> tensor<64xf32> {
  %0 = arith.constant dense<0.0> : tensor<64xf32>
  %1 = arith.constant dense<1.0> : tensor<64xf32>
  %2 = arith.constant dense<2.0> : tensor<64xf32>
  %c = arith.cmpf oge, %x, %0 : tensor<64xf32>
  %i = arith.extui %c : tensor<64xi1> to tensor<64xi8>
  %f = arith.sitofp %i : tensor<64xi8> to tensor<64xf32>
  %d = arith.mulf %f, %2 : tensor<64xf32>
  %y = arith.subf %d, %1 : tensor<64xf32>
  return %y : tensor<64xf32>
}

// True is -1, twice extended.
// CHECK-LABEL: func @signed(
// CHECK:         quant_bnn.sign %{{.*}} nan = negative
func.func @signed(%x: tensor<64xf32>) -> tensor<64xf32> {
  %0 = arith.constant dense<0.0> : tensor<64xf32>
  %1 = arith.constant dense<1.0> : tensor<64xf32>
  %minus_two = arith.constant dense<-2.0> : tensor<64xf32>
  %c = arith.cmpf oge, %x, %0 : tensor<64xf32>
  %i = arith.extsi %c : tensor<64xi1> to tensor<64xi8>
  %j = arith.extsi %i : tensor<64xi8> to tensor<64xi32>
  %f = arith.sitofp %j : tensor<64xi32> to tensor<64xf32>
  %d = arith.mulf %f, %minus_two : tensor<64xf32>
  %y = arith.subf %d, %1 : tensor<64xf32>
  return %y : tensor<64xf32>
}

// True is 255.
// CHECK-LABEL: func @largest(
// CHECK-NOT:     quant_bnn
// CHECK:         arith.uitofp
func.func @largest(%x: tensor<64xf32>) -> tensor<64xf32> {
  %0 = arith.constant dense<0.0> : tensor<64xf32>
  %1 = arith.constant dense<1.0> : tensor<64xf32>
  %2 = arith.constant dense<2.0> : tensor<64xf32>
  %c = arith.cmpf oge, %x, %0 : tensor<64xf32>
  %i = arith.extsi %c : tensor<64xi1> to tensor<64xi8>
  %f = arith.uitofp %i : tensor<64xi8> to tensor<64xf32>
  %d = arith.mulf %f, %2 : tensor<64xf32>
  %y = arith.subf %d, %1 : tensor<64xf32>
  return %y : tensor<64xf32>
}
