// Gradients of quantizers that were written out, after they are raised.

// RUN: %npy write %t.x.npy f32 [9] -2 -1.5 -0.75 -0.0 0.0 0.5 0.75 1.5 2
// RUN: %npy write %t.g.npy f32 [9] 1 2 3 4 5 6 7 8 9

// hardtanh, then a sign: g inside of (-1, 1), with values as before.
// RUN: bnn-opt %s --quant-bnn-raise-ste=estimator=straight-through \
// RUN:   --quant-bnn-differentiate="functions=hardtanh,relu combine" -o %t.mlir
// RUN: bnn-runner %t.mlir --entry=hardtanh_vjp --arg=%t.x.npy --arg=%t.g.npy --result=%t.y.npy --result=%t.dx.npy
// RUN: %npy check %t.y.npy f32 [9] -1 -1 -1 1 1 1 1 1 1
// RUN: %npy check %t.dx.npy f32 [9] 0 0 3 4 5 6 7 0 0
func.func @hardtanh(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %c = linalg.map ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>)
    (%in: f32, %out: f32) {
      %low = arith.maximumf %in, %minus : f32
      %high = arith.minimumf %low, %one : f32
      linalg.yield %high : f32
    }
  %y = linalg.map ins(%c : tensor<?xf32>) outs(%e : tensor<?xf32>)
    (%in: f32, %out: f32) {
      %is_negative = arith.cmpf olt, %in, %zero : f32
      %s = arith.select %is_negative, %minus, %one : f32
      linalg.yield %s : f32
    }
  return %y : tensor<?xf32>
}

// A leaky relu of slope 2, then a sign.
// RUN: bnn-runner %t.mlir --entry=relu_vjp --arg=%t.x.npy --arg=%t.g.npy --result=%t.y.npy --result=%t.dx.npy
// RUN: %npy check %t.y.npy f32 [9] -1 -1 -1 1 1 1 1 1 1
// RUN: %npy check %t.dx.npy f32 [9] 2 4 6 4 5 6 7 8 9
func.func @relu(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %minus = arith.constant -1.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %y = linalg.map ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>)
    (%in: f32, %out: f32) {
      %leak = arith.mulf %in, %two : f32
      %below = arith.cmpf olt, %in, %zero : f32
      %r = arith.select %below, %leak, %in : f32
      %is_negative = arith.cmpf olt, %r, %zero : f32
      %s = arith.select %is_negative, %minus, %one : f32
      linalg.yield %s : f32
    }
  return %y : tensor<?xf32>
}

// DoReFa: the clamp lets g through as bitorch does, or cuts it.
// RUN: bnn-opt %s --quant-bnn-raise-ste=estimator=straight-through \
// RUN:   --quant-bnn-differentiate="functions=dorefa combine" -o %t.mlir
// RUN: bnn-runner %t.mlir --entry=dorefa_vjp --arg=%t.x.npy --arg=%t.g.npy --result=%t.y.npy --result=%t.dx.npy
// RUN: %npy equal %t.dx.npy %t.g.npy
// RUN: bnn-opt %s --quant-bnn-raise-ste=estimator=clip \
// RUN:   --quant-bnn-differentiate="functions=dorefa combine" -o %t.mlir
// RUN: bnn-runner %t.mlir --entry=dorefa_vjp --arg=%t.x.npy --arg=%t.g.npy --result=%t.y.npy --result=%t.dx.npy
// RUN: %npy check %t.dx.npy f32 [9] 0 0 0 4 5 6 7 0 0
func.func @dorefa(%x: tensor<9xf32>) -> tensor<9xf32> {
  %zero = arith.constant dense<0.0> : tensor<9xf32>
  %one = arith.constant dense<1.0> : tensor<9xf32>
  %n = arith.constant dense<3.0> : tensor<9xf32>
  %below = arith.cmpf olt, %x, %zero : tensor<9xf32>
  %a = arith.select %below, %zero, %x : tensor<9xi1>, tensor<9xf32>
  %above = arith.cmpf ogt, %a, %one : tensor<9xf32>
  %b = arith.select %above, %one, %a : tensor<9xi1>, tensor<9xf32>
  %c = arith.mulf %b, %n : tensor<9xf32>
  %d = math.roundeven %c : tensor<9xf32>
  %y = arith.divf %d, %n : tensor<9xf32>
  return %y : tensor<9xf32>
}
