// The quantizers of bitorch_lenet.mlir as torch-mlir writes the forward of an
// autograd.Function: torch.sign, and where its result is 0, 1. The gradient is
// lost.

func.func private @quantize_weights(%w: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
  %s = call @quantize_activation(%w) : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
  return %s : tensor<?x?x?x?xf32>
}

func.func private @quantize_activation(%x: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %s = linalg.map ins(%x : tensor<?x?x?x?xf32>) outs(%x : tensor<?x?x?x?xf32>)
    (%in: f32, %out: f32) {
      %above = arith.cmpf ogt, %in, %zero : f32
      %a = arith.select %above, %one, %zero : f32
      %below = arith.cmpf olt, %in, %zero : f32
      %b = arith.select %below, %minus, %a : f32
      %none = arith.cmpf oeq, %b, %zero : f32
      %y = arith.select %none, %one, %b : f32
      linalg.yield %y : f32
    }
  return %s : tensor<?x?x?x?xf32>
}
