// The values of products whose factors are moved, against those of the products.
// No sum is rounded here.

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/x.npy f32 [5,70] random:1
// RUN: %npy write %t/w.npy f32 [70,4] random:2
// RUN: %npy write %t/alpha.npy f32 [4] 0.5 -2 4 3
// RUN: %npy write %t/beta.npy f32 [] 4
// RUN: %npy write %t/bias.npy f32 [5,4] 1 2 3 4 5 6 7 8 -1 -2 -3 -4 -5 -6 -7 -8 0 0 0 0
// RUN: bnn-opt %s --quant-bnn-binarize -o %t/exact.mlir
// RUN: bnn-opt %s --quant-bnn-binarize=mode=relaxed -o %t/relaxed.mlir
// RUN: FileCheck %s < %t/relaxed.mlir
// CHECK-NOT: linalg.matmul

// DEFINE: %{form} =
// DEFINE: %{run} = bnn-runner %{form} --arg=%t/x.npy --arg=%t/w.npy --arg=%t/alpha.npy --arg=%t/bias.npy --arg=%t/beta.npy --entry=f \
// DEFINE:   --result=%{form}.0.npy --result=%{form}.1.npy --result=%{form}.2.npy
// RUN: cp %s %t/floats.mlir
// REDEFINE: %{form} = %t/floats.mlir
// RUN: %{run}
// REDEFINE: %{form} = %t/exact.mlir
// RUN: %{run}
// REDEFINE: %{form} = %t/relaxed.mlir
// RUN: %{run}
// RUN: %npy equal %t/exact.mlir.0.npy %t/floats.mlir.0.npy --bits
// RUN: %npy equal %t/exact.mlir.1.npy %t/floats.mlir.1.npy --bits
// RUN: %npy equal %t/relaxed.mlir.0.npy %t/floats.mlir.0.npy --bits
// RUN: %npy equal %t/relaxed.mlir.1.npy %t/floats.mlir.1.npy --bits
// RUN: %npy equal %t/exact.mlir.2.npy %t/floats.mlir.2.npy --bits
// RUN: %npy equal %t/relaxed.mlir.2.npy %t/floats.mlir.2.npy --bits

#id = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d1)>
func.func @f(%x: tensor<5x70xf32>, %w: tensor<70x4xf32>, %alpha: tensor<4xf32>, %bias: tensor<5x4xf32>, %beta: tensor<f32>)
    -> (tensor<5x4xf32>, tensor<5x4xf32>, tensor<5x4xf32>) {
  %s = quant_bnn.sign %x : tensor<5x70xf32>
  %q = quant_bnn.sign %w : tensor<70x4xf32>
  %zeros = arith.constant dense<0.0> : tensor<5x4xf32>
  %half = arith.constant dense<0.5> : tensor<70x4xf32>
  %a = arith.mulf %q, %half : tensor<70x4xf32>
  %y = linalg.matmul ins(%s, %a : tensor<5x70xf32>, tensor<70x4xf32>) outs(%zeros : tensor<5x4xf32>) -> tensor<5x4xf32>
  %e = tensor.empty() : tensor<70x4xf32>
  %spread = linalg.broadcast ins(%alpha : tensor<4xf32>) outs(%e : tensor<70x4xf32>) dimensions = [0]
  %b = arith.mulf %q, %spread : tensor<70x4xf32>
  %z = linalg.matmul ins(%s, %b : tensor<5x70xf32>, tensor<70x4xf32>) outs(%bias : tensor<5x4xf32>) -> tensor<5x4xf32>
  // Three factors, two of them in one op, as elementwise fusion leaves them.
  %c = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a, %alpha : tensor<70x4xf32>, tensor<4xf32>) outs(%e : tensor<70x4xf32>) {
  ^bb0(%in: f32, %by: f32, %out: f32):
    %scalar = tensor.extract %beta[] : tensor<f32>
    %once = arith.mulf %by, %in : f32
    %twice = arith.mulf %once, %scalar : f32
    linalg.yield %twice : f32
  } -> tensor<70x4xf32>
  %v = linalg.matmul ins(%s, %c : tensor<5x70xf32>, tensor<70x4xf32>) outs(%zeros : tensor<5x4xf32>) -> tensor<5x4xf32>
  return %y, %z, %v : tensor<5x4xf32>, tensor<5x4xf32>, tensor<5x4xf32>
}
