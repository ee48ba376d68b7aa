// Derivatives where 1 - x^2, x^2 - 1 and y + 1 have lost most of their digits.

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/g.npy f32 [2] 1 1
// 2 / (1 - x^2) of 1 - 2^-24 and -1 + 2^-20 (atanh).
// RUN: %npy write %t/atanh.npy f32 [2] 0x1.fffffep-1 -0x1.ffffep-1
// RUN: bnn-opt %s --quant-bnn-differentiate='functions=at,ac,em combine' -o %t/grad.mlir
// RUN: bnn-runner %t/grad.mlir --entry=at_vjp --arg=%t/atanh.npy --arg=%t/g.npy --result=%t/y.npy --result=%t/d.npy
// RUN: %npy check %t/d.npy f32 [2] 8388608 0x1.000008p19
// 1 / sqrt(x^2 - 1) of 1 + 2^-23 and 1 + 2^-22.
// RUN: %npy write %t/acosh.npy f32 [2] 0x1.000002p+0 0x1.000004p+0
// RUN: bnn-runner %t/grad.mlir --entry=ac_vjp --arg=%t/acosh.npy --arg=%t/g.npy --result=%t/y.npy --result=%t/d.npy
// RUN: %npy check %t/d.npy f32 [2] 2048 0x1.6a09e4p10
// e^-20 and e^-40.
// RUN: %npy write %t/expm1.npy f32 [2] -20 -40
// RUN: bnn-runner %t/grad.mlir --entry=em_vjp --arg=%t/expm1.npy --arg=%t/g.npy --result=%t/y.npy --result=%t/d.npy
// RUN: %npy print %t/d.npy | FileCheck %s
// CHECK: 2.06115{{[0-9]*}}e-09 4.24835{{[0-9]*}}e-18

func.func @at(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = math.atanh %x : tensor<2xf32>
  return %0 : tensor<2xf32>
}
func.func @ac(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = math.acosh %x : tensor<2xf32>
  return %0 : tensor<2xf32>
}
func.func @em(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = math.expm1 %x : tensor<2xf32>
  return %0 : tensor<2xf32>
}
