// Gradients where a function has a kink, and at NaN.

// RUN: rm -rf %t && mkdir %t
// RUN: bnn-opt %s --quant-bnn-differentiate=functions=absolute,larger,number,power,largest,pool -o %t/m.mlir
// RUN: %npy write %t/g.npy f32 [6] 1

// RUN: %npy write %t/x.npy f32 [6] 0 -0.0 2 -2 nan inf
// RUN: bnn-runner %t/m.mlir --entry=absolute_bwd --arg=%t/x.npy --arg=%t/g.npy --result=%t/dx.npy
// RUN: %npy check %t/dx.npy f32 [6] 0 0 1 -1 0 1
func.func @absolute(%x: tensor<6xf32>) -> tensor<6xf32> {
  %0 = math.absf %x : tensor<6xf32>
  return %0 : tensor<6xf32>
}

// RUN: %npy write %t/a.npy f32 [6] 0 1 2 nan 1 nan
// RUN: %npy write %t/b.npy f32 [6] -0.0 2 1 1 nan nan
// RUN: bnn-runner %t/m.mlir --entry=larger_bwd --arg=%t/a.npy --arg=%t/b.npy --arg=%t/g.npy \
// RUN:   --result=%t/da.npy --result=%t/db.npy
// RUN: %npy check %t/da.npy f32 [6] 0.5 0 1 0 0 0
// RUN: %npy check %t/db.npy f32 [6] 0.5 1 0 0 0 0
func.func @larger(%a: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<6xf32> {
  %0 = arith.maximumf %a, %b : tensor<6xf32>
  return %0 : tensor<6xf32>
}

// RUN: bnn-runner %t/m.mlir --entry=number_bwd --arg=%t/a.npy --arg=%t/b.npy --arg=%t/g.npy \
// RUN:   --result=%t/da.npy --result=%t/db.npy
// RUN: %npy check %t/da.npy f32 [6] 0.5 0 1 0 1 0
// RUN: %npy check %t/db.npy f32 [6] 0.5 1 0 1 0 0
func.func @number(%a: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<6xf32> {
  %0 = arith.maxnumf %a, %b : tensor<6xf32>
  return %0 : tensor<6xf32>
}

// RUN: %npy write %t/base.npy f32 [6] 0 0 0 2 1 inf
// RUN: %npy write %t/exponent.npy f32 [6] 0 1 3 0 5 0
// RUN: bnn-runner %t/m.mlir --entry=power_bwd --arg=%t/base.npy --arg=%t/exponent.npy --arg=%t/g.npy \
// RUN:   --result=%t/db.npy --result=%t/de.npy
// RUN: %npy check %t/db.npy f32 [6] 0 1 0 0 5 0
func.func @power(%b: tensor<6xf32>, %e: tensor<6xf32>) -> tensor<6xf32> {
  %0 = math.powf %b, %e : tensor<6xf32>
  return %0 : tensor<6xf32>
}

// All elements that are the largest share.
// RUN: %npy write %t/x.npy f32 [2,3] 3 1 3 1 nan 2
// RUN: %npy write %t/g2.npy f32 [2] 1
// RUN: bnn-runner %t/m.mlir --entry=largest_fwd --arg=%t/x.npy --result=%t/y.npy \
// RUN:   --result=%t/r0.npy --result=%t/r1.npy --result=%t/r2.npy
// RUN: bnn-runner %t/m.mlir --entry=largest_bwd --arg=%t/r0.npy --arg=%t/r1.npy --arg=%t/r2.npy \
// RUN:   --arg=%t/g2.npy --result=%t/dx.npy
// RUN: %npy check %t/dx.npy f32 [2,3] 0.5 0 0.5 0 1 0
func.func @largest(%x: tensor<2x3xf32>) -> tensor<2xf32> {
  %low = arith.constant dense<0xFF800000> : tensor<2xf32>
  %0 = linalg.reduce { arith.maximumf } ins(%x : tensor<2x3xf32>) outs(%low : tensor<2xf32>) dimensions = [1]
  return %0 : tensor<2xf32>
}

// The first of a window gets all; windows overlap at the middle column.
// RUN: %npy write %t/x.npy f32 [1,2,3,1] 1 5 5 5 0 nan
// RUN: %npy write %t/g3.npy f32 [1,1,2,1] 1 2
// RUN: bnn-runner %t/m.mlir --entry=pool_fwd --arg=%t/x.npy --result=%t/y.npy --result=%t/place.npy
// RUN: bnn-runner %t/m.mlir --entry=pool_bwd --arg=%t/place.npy --arg=%t/g3.npy --result=%t/dx.npy
// RUN: %npy check %t/dx.npy f32 [1,2,3,1] 0 1 0 0 0 2
func.func @pool(%x: tensor<1x2x3x1xf32>) -> tensor<1x1x2x1xf32> {
  %low = arith.constant dense<0xFF800000> : tensor<1x1x2x1xf32>
  %w = tensor.empty() : tensor<2x2xf32>
  %0 = linalg.pooling_nhwc_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%x, %w : tensor<1x2x3x1xf32>, tensor<2x2xf32>) outs(%low : tensor<1x1x2x1xf32>) -> tensor<1x1x2x1xf32>
  return %0 : tensor<1x1x2x1xf32>
}
