// math.clampf has the gradients of min(max(x, low), high), half to each operand
// at an edge.

// RUN: rm -rf %t && mkdir %t
// RUN: bnn-opt %s --quant-bnn-differentiate="functions=clamp combine" -o %t/m.mlir
// RUN: %npy write %t/x.npy f32 [6] -1 0 0.5 1 2 nan
// RUN: %npy write %t/low.npy f32 [6] 0
// RUN: %npy write %t/high.npy f32 [6] 1
// RUN: %npy write %t/g.npy f32 [6] 1
// RUN: bnn-runner %t/m.mlir --entry=clamp_vjp --arg=%t/x.npy --arg=%t/low.npy --arg=%t/high.npy --arg=%t/g.npy \
// RUN:   --result=%t/y.npy --result=%t/dx.npy --result=%t/dl.npy --result=%t/dh.npy
// RUN: %npy check %t/y.npy f32 [6] 0 0 0.5 1 1 nan
// RUN: %npy check %t/dx.npy f32 [6] 0 0.5 1 0.5 0 0
// RUN: %npy check %t/dl.npy f32 [6] 1 0.5 0 0 0 0
// RUN: %npy check %t/dh.npy f32 [6] 0 0 0 0.5 1 0
func.func @clamp(%x: tensor<6xf32>, %low: tensor<6xf32>, %high: tensor<6xf32>) -> tensor<6xf32> {
  %0 = math.clampf %x to [%low, %high] : tensor<6xf32>
  return %0 : tensor<6xf32>
}
