// The quantizers of bitorch_lenet.mlir as ops, with the gradients of bitorch.

/// Sign: g.
func.func private @quantize_weights(%w: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
  %s = quant_bnn.sign %w : tensor<?x?x?x?xf32>
  return %s : tensor<?x?x?x?xf32>
}

/// QActivation(Sign): g where abs x <= 1.
func.func private @quantize_activation(%x: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
  %s = quant_bnn.qactivation %x quantizer = "sign" threshold = 1.0 : tensor<?x?x?x?xf32>
  return %s : tensor<?x?x?x?xf32>
}
