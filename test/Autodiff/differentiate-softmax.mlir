// The gradient of linalg.softmax.

// RUN: bnn-opt %s --quant-bnn-differentiate=functions=rows | FileCheck %s

// Only the result is saved.
// CHECK-LABEL: func.func @rows_fwd(
// CHECK-LABEL: func.func @rows_bwd(
// CHECK-SAME:    %[[Y:[^:,]*]]: tensor<?x4xf64>, %[[G:[^:,]*]]: tensor<?x4xf64>) -> tensor<?x4xf64>
// CHECK:       %[[SUM:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[G]], %[[Y]] :
// CHECK:       linalg.generic {{.*}} ins(%[[G]], %[[Y]], %[[SUM]] :
func.func @rows(%x: tensor<?x4xf64>) -> tensor<?x4xf64> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x4xf64>
  %e = tensor.empty(%n) : tensor<?x4xf64>
  %y = linalg.softmax dimension(1) ins(%x : tensor<?x4xf64>) outs(%e : tensor<?x4xf64>) -> tensor<?x4xf64>
  return %y : tensor<?x4xf64>
}

func.func @middle(%x: tensor<2x3x?xf64>) -> tensor<2x3x?xf64> {
  %c2 = arith.constant 2 : index
  %n = tensor.dim %x, %c2 : tensor<2x3x?xf64>
  %e = tensor.empty(%n) : tensor<2x3x?xf64>
  %y = linalg.softmax dimension(1) ins(%x : tensor<2x3x?xf64>) outs(%e : tensor<2x3x?xf64>) -> tensor<2x3x?xf64>
  return %y : tensor<2x3x?xf64>
}

func.func @vector(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %y = linalg.softmax dimension(0) ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// Large inputs round y to 0.5, 0.5 and 0; the gradient of that is exact.
// RUN: rm -rf %t && mkdir %t
// RUN: bnn-opt %s --quant-bnn-differentiate="functions=vector,middle combine" -o %t/m.mlir
// RUN: %npy write %t/x.npy f32 [3] 1000 1000 0
// RUN: %npy write %t/g.npy f32 [3] 3 1 7
// RUN: bnn-runner %t/m.mlir --entry=vector_vjp --arg=%t/x.npy --arg=%t/g.npy --result=%t/y.npy --result=%t/dx.npy
// RUN: %npy check %t/y.npy f32 [3] 0.5 0.5 0
// RUN: %npy check %t/dx.npy f32 [3] 0.5 -0.5 0
// RUN: %npy write %t/x3.npy f64 [2,3,1] 5 5 -2000 2000 0 0
// RUN: %npy write %t/g3.npy f64 [2,3,1] 8 4 0 5 6 7
// RUN: bnn-runner %t/m.mlir --entry=middle_vjp --arg=%t/x3.npy --arg=%t/g3.npy --result=%t/y3.npy --result=%t/dx3.npy
// RUN: %npy check %t/y3.npy f64 [2,3,1] 0.5 0.5 0 1 0 0
// RUN: %npy check %t/dx3.npy f64 [2,3,1] 1 -1 0 0 0 0
