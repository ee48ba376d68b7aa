// Gradients in f16 and bf16 are accumulated in f32 and rounded once.

// RUN: rm -rf %t && mkdir %t
// RUN: bnn-opt %s --quant-bnn-differentiate="functions=product,embedding,embedding_bf16,softmax combine" -o %t/m.mlir

// f16: 300 * 300 overflows, but not in f32, where the products are computed.
// RUN: %npy write %t/x.npy f16 [4] 300 300 0.001953125 0.5
// RUN: %npy write %t/g1.npy f16 [] 1
// RUN: bnn-runner %t/m.mlir --entry=product_vjp --arg=%t/x.npy --arg=%t/g1.npy --result=%t/y.npy --result=%t/dx.npy
// RUN: %npy check %t/dx.npy f16 [4] 0.29296875 0.29296875 45000 175.78125
func.func @product(%x: tensor<4xf16>) -> tensor<f16> {
  %one = arith.constant dense<1.0> : tensor<f16>
  %y = linalg.reduce { arith.mulf } ins(%x : tensor<4xf16>) outs(%one : tensor<f16>) dimensions = [0]
  return %y : tensor<f16>
}

// 2048 + 1 + 1 in f32 is 2050; in f16 it would stay 2048.
// RUN: %npy write %t/table.npy f16 [3] 1
// RUN: %npy write %t/i.npy i64 [5] 1 0 1 1 0
// RUN: %npy write %t/g5.npy f16 [5] 2048 3 1 1 4
// RUN: bnn-runner %t/m.mlir --entry=embedding_vjp --arg=%t/table.npy --arg=%t/i.npy --arg=%t/g5.npy \
// RUN:   --result=%t/y.npy --result=%t/dx.npy
// RUN: %npy check %t/dx.npy f16 [3] 7 2050 0
func.func @embedding(%table: tensor<3xf16>, %places: tensor<?xi64>) -> tensor<?xf16> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %places, %c0 : tensor<?xi64>
  %e = tensor.empty(%n) : tensor<?xf16>
  %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                       iterator_types = ["parallel"]}
      ins(%places : tensor<?xi64>) outs(%e : tensor<?xf16>) {
  ^bb0(%place: i64, %out: f16):
    %i = arith.index_cast %place : i64 to index
    %0 = tensor.extract %table[%i] : tensor<3xf16>
    linalg.yield %0 : f16
  } -> tensor<?xf16>
  return %y : tensor<?xf16>
}

// In bf16, 256 + 1 + 1 would stay 256.
// RUN: %npy write %t/tableb.npy bf16 [3] 1
// RUN: %npy write %t/ib.npy i64 [5,1] 1 0 1 1 0
// RUN: %npy write %t/gb.npy bf16 [5] 256 3 1 1 4
// RUN: bnn-runner %t/m.mlir --entry=embedding_bf16_vjp --arg=%t/tableb.npy --arg=%t/ib.npy --arg=%t/gb.npy \
// RUN:   --result=%t/yb.npy --result=%t/db.npy
// RUN: %npy check %t/db.npy bf16 [3] 7 258 0
func.func @embedding_bf16(%table: tensor<3xbf16>, %places: tensor<5x1xi64>) -> tensor<5xbf16> {
  %y = tensor.gather %table[%places] gather_dims([0]) : (tensor<3xbf16>, tensor<5x1xi64>) -> tensor<5xbf16>
  return %y : tensor<5xbf16>
}

// The sum of cotangents is 128.5, of which bf16 would make 128.
// RUN: %npy write %t/xs.npy bf16 [2] 0
// RUN: %npy write %t/gs.npy bf16 [2] 256 1
// RUN: bnn-runner %t/m.mlir --entry=softmax_vjp --arg=%t/xs.npy --arg=%t/gs.npy \
// RUN:   --result=%t/y.npy --result=%t/dx.npy
// RUN: %npy check %t/y.npy bf16 [2] 0.5 0.5
// RUN: %npy check %t/dx.npy bf16 [2] 63.75 -63.75
func.func @softmax(%x: tensor<2xbf16>) -> tensor<2xbf16> {
  %e = tensor.empty() : tensor<2xbf16>
  %y = linalg.softmax dimension(0) ins(%x : tensor<2xbf16>) outs(%e : tensor<2xbf16>) -> tensor<2xbf16>
  return %y : tensor<2xbf16>
}
