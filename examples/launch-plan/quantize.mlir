// A batch of rows, quantized to 8 bits by its own range.
func.func @quantize(%x: tensor<?x?xf32>) -> (tensor<?x?xf32>, f32) {
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?x?xf32>
  return %q, %s : tensor<?x?xf32>, f32
}

// A learned range, and the gradients of its input and of the range.
func.func @pact_grad(%x: tensor<?xf32>, %alpha: f32, %g: tensor<?xf32>)
    -> (tensor<?xf32>, f32) {
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %g bits = 4 mode = unsigned form = value
      : tensor<?xf32>
  return %dx, %dalpha : tensor<?xf32>, f32
}

// In bf16, with a range that is on the device.
func.func @pact(%x: tensor<?xbf16>, %range: tensor<bf16>) -> tensor<?xbf16> {
  %alpha = tensor.extract %range[] : tensor<bf16>
  %y, %scale = quant_bnn.pact %x, %alpha bits = 4 form = value : tensor<?xbf16>
  return %y : tensor<?xbf16>
}
