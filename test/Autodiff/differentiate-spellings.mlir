// The gradients that docs/Semantics.md compares with PyTorch's, by how a front end
// spells a function, and an estimator with the gradient of another function.

// RUN: rm -rf %t && mkdir %t
// RUN: bnn-opt %s --quant-bnn-differentiate="functions=relu,relu_by_maximum,clamp,clamp_by_extrema,torch_sign,soft_sign combine" -o %t/m.mlir
// RUN: %npy write %t/g.npy f32 [6] 1

// torch-mlir's relu: 0 at 0, and a NaN passes g.
// RUN: %npy write %t/x.npy f32 [6] 0 -0.0 2 -2 nan inf
// RUN: bnn-runner %t/m.mlir --entry=relu_vjp --arg=%t/x.npy --arg=%t/g.npy --result=%t/y.npy --result=%t/dx.npy
// RUN: %npy check %t/dx.npy f32 [6] 0 0 1 0 1 1
func.func @relu(%x: tensor<6xf32>) -> tensor<6xf32> {
  %zero = arith.constant dense<0.0> : tensor<6xf32>
  %0 = arith.cmpf ugt, %x, %zero : tensor<6xf32>
  %1 = arith.select %0, %x, %zero : tensor<6xi1>, tensor<6xf32>
  return %1 : tensor<6xf32>
}

// RUN: bnn-runner %t/m.mlir --entry=relu_by_maximum_vjp --arg=%t/x.npy --arg=%t/g.npy --result=%t/y.npy --result=%t/dx.npy
// RUN: %npy check %t/dx.npy f32 [6] 0.5 0.5 1 0 0 1
func.func @relu_by_maximum(%x: tensor<6xf32>) -> tensor<6xf32> {
  %zero = arith.constant dense<0.0> : tensor<6xf32>
  %0 = arith.maximumf %x, %zero : tensor<6xf32>
  return %0 : tensor<6xf32>
}

// torch-mlir's clamp: both bounds are inside, as in PyTorch up to 2.13.
// RUN: %npy write %t/x.npy f32 [6] -1 1 0 -1.5 nan 1.5
// RUN: bnn-runner %t/m.mlir --entry=clamp_vjp --arg=%t/x.npy --arg=%t/g.npy --result=%t/y.npy --result=%t/dx.npy
// RUN: %npy check %t/dx.npy f32 [6] 1 1 1 0 0 0
func.func @clamp(%x: tensor<6xf32>) -> tensor<6xf32> {
  %low = arith.constant dense<-1.0> : tensor<6xf32>
  %high = arith.constant dense<1.0> : tensor<6xf32>
  %0 = arith.cmpf ult, %x, %low : tensor<6xf32>
  %1 = arith.select %0, %low, %x : tensor<6xi1>, tensor<6xf32>
  %2 = arith.cmpf ugt, %1, %high : tensor<6xf32>
  %3 = arith.select %2, %high, %1 : tensor<6xi1>, tensor<6xf32>
  return %3 : tensor<6xf32>
}

// RUN: bnn-runner %t/m.mlir --entry=clamp_by_extrema_vjp --arg=%t/x.npy --arg=%t/g.npy --result=%t/y.npy --result=%t/dx.npy
// RUN: %npy check %t/dx.npy f32 [6] 0.5 0.5 1 0 0 0
func.func @clamp_by_extrema(%x: tensor<6xf32>) -> tensor<6xf32> {
  %low = arith.constant dense<-1.0> : tensor<6xf32>
  %high = arith.constant dense<1.0> : tensor<6xf32>
  %0 = arith.maximumf %x, %low : tensor<6xf32>
  %1 = arith.minimumf %0, %high : tensor<6xf32>
  return %1 : tensor<6xf32>
}

// A sign with three values has the estimator of one with two.
// RUN: %npy write %t/x.npy f32 [6] 0 -0.0 1 -1.5 nan -0.25
// RUN: bnn-runner %t/m.mlir --entry=torch_sign_vjp --arg=%t/x.npy --arg=%t/g.npy --result=%t/y.npy --result=%t/dx.npy
// RUN: %npy check %t/y.npy f32 [6] 0 0 1 -1 0 -1
// RUN: %npy check %t/dx.npy f32 [6] 1 1 1 0 0 1
func.func @torch_sign(%x: tensor<6xf32>) -> tensor<6xf32> {
  %0 = quant_bnn.sign %x clip = 1.0 zero = zero nan = zero : tensor<6xf32>
  return %0 : tensor<6xf32>
}

// The value of one function with the gradient of another, 2 x: of the quantizer
// nothing is left in the gradient.
// RUN: bnn-runner %t/m.mlir --entry=soft_sign_vjp --arg=%t/x.npy --arg=%t/g.npy --result=%t/y.npy --result=%t/dx.npy
// RUN: %npy check %t/y.npy f32 [6] 0 0 1 -1 0 -1
// RUN: %npy check %t/dx.npy f32 [6] 0 0 2 -3 nan -0.5
func.func @soft_sign(%x: tensor<6xf32>) -> tensor<6xf32> {
  %h = arith.mulf %x, %x : tensor<6xf32>
  %q = quant_bnn.sign %x zero = zero nan = zero : tensor<6xf32>
  %y = quant_bnn.straight_through %q for %h : tensor<6xf32>
  return %y : tensor<6xf32>
}
