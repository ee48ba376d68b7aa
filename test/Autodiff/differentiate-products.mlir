// Gradients of products along a dimension.

// RUN: %python %S/Inputs/check_gradients.py %s --recompute=cheap,none | FileCheck %s
// CHECK: {{^[0-9]+}} functions, 0 failures

#matrix = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>

func.func @product(%x: tensor<4xf64>, %init: tensor<f64>) -> tensor<f64> {
  %y = linalg.reduce { arith.mulf } ins(%x : tensor<4xf64>) outs(%init : tensor<f64>) dimensions = [0]
  return %y : tensor<f64>
}

func.func @product_f32(%x: tensor<4xf32>, %init: tensor<f32>) -> tensor<f32> {
  %y = linalg.reduce { arith.mulf } ins(%x : tensor<4xf32>) outs(%init : tensor<f32>) dimensions = [0]
  return %y : tensor<f32>
}

// Several dimensions, of which the result transposes the others.
func.func @dimensions(%x: tensor<2x?x3x2xf64>, %init: tensor<2x?xf64>) -> tensor<2x?xf64> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(a, b, c, d) -> (a, b, c, d)>, affine_map<(a, b, c, d) -> (d, b)>],
      iterator_types = ["reduction", "parallel", "reduction", "parallel"]}
      ins(%x : tensor<2x?x3x2xf64>) outs(%init : tensor<2x?xf64>) {
  ^bb0(%in: f64, %product: f64):
    %0 = arith.mulf %in, %product : f64
    linalg.yield %0 : f64
  } -> tensor<2x?xf64>
  return %y : tensor<2x?xf64>
}

// A dimension that is kept, as torch-mlir writes it.
func.func @kept(%x: tensor<?x4xf64>) -> tensor<?x1xf64> {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f64
  %n = tensor.dim %x, %c0 : tensor<?x4xf64>
  %e = tensor.empty(%n) : tensor<?x1xf64>
  %ones = linalg.fill ins(%one : f64) outs(%e : tensor<?x1xf64>) -> tensor<?x1xf64>
  %y = linalg.generic {indexing_maps = [#matrix, affine_map<(i, j) -> (i, 0)>],
                       iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<?x4xf64>) outs(%ones : tensor<?x1xf64>) {
  ^bb0(%in: f64, %product: f64):
    %0 = arith.mulf %in, %product : f64
    linalg.yield %0 : f64
  } -> tensor<?x1xf64>
  return %y : tensor<?x1xf64>
}

// Factors are computed in the body, of several operands.
func.func @computed(%x: tensor<3x4xf64>, %b: tensor<3xf64>, %s: f64, %init: tensor<3xf64>) -> tensor<3xf64> {
  %y = linalg.generic {indexing_maps = [#matrix, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x, %b : tensor<3x4xf64>, tensor<3xf64>) outs(%init : tensor<3xf64>) {
  ^bb0(%in: f64, %bias: f64, %product: f64):
    %half = arith.constant 0.6 : f64
    %large = arith.cmpf ogt, %in, %half : f64
    %0 = arith.addf %in, %bias : f64
    %1 = math.exp %0 : f64
    %2 = arith.mulf %product, %1 : f64
    %3 = arith.divf %2, %s : f64
    %4 = arith.negf %product : f64
    %5 = arith.select %large, %3, %4 : f64
    linalg.yield %5 : f64
  } -> tensor<3xf64>
  return %y : tensor<3xf64>
}

// One zero: the others' product. Two: none. No factor: the init alone.
// RUN: rm -rf %t && mkdir %t
// RUN: bnn-opt %s --quant-bnn-differentiate="functions=rows combine" -o %t/m.mlir
// RUN: %npy write %t/x.npy f32 [5,3] 2 0 3  0 5 0  2 3 4  0.0 inf 2  0x1p-100 0x1p-100 0x1p100
// RUN: %npy write %t/g.npy f32 [5] 1
// RUN: bnn-runner %t/m.mlir --entry=rows_vjp --arg=%t/x.npy --arg=%t/g.npy --result=%t/y.npy --result=%t/dx.npy
// RUN: %npy check %t/dx.npy f32 [5,3] 0 6 0  0 0 0  12 8 6  inf 0 nan  1 1 0
// RUN: %npy write %t/empty.npy f32 [2,0]
// RUN: %npy write %t/g2.npy f32 [2] 1
// RUN: bnn-runner %t/m.mlir --entry=rows_vjp --arg=%t/empty.npy --arg=%t/g2.npy --result=%t/y.npy --result=%t/dx.npy
// RUN: %npy check %t/y.npy f32 [2] 1 1
func.func @rows(%x: tensor<?x?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x?xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %ones = linalg.fill ins(%one : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %y = linalg.reduce { arith.mulf } ins(%x : tensor<?x?xf32>) outs(%ones : tensor<?xf32>) dimensions = [1]
  return %y : tensor<?xf32>
}
