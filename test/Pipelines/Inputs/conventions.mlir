func.func @quantize(%x: tensor<?x?xf32>) -> (tensor<?x?xf32>, f32) {
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?x?xf32>
  return %q, %s : tensor<?x?xf32>, f32
}
