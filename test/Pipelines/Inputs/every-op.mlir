// Every quantizer, gradient and packed op, on tensors of unknown size. Tests
// replace f32 by other types.

func.func @identity(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.identity %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @identity_grad(%g: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.identity_grad %g : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @straight_through(%q: tensor<?xf32>, %x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.straight_through %q for %x clip = 1.0 : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @straight_through_grad(%x: tensor<?xf32>, %g: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.straight_through_grad %x, %g clip = 1.0 : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @sign(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.sign %x clip = 1.0 nan = propagate : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @sign_with_zero(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.sign %x zero = zero nan = zero : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @sign_grad(%x: tensor<?xf32>, %g: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @approx_sign(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.approx_sign %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @approx_sign_grad(%x: tensor<?xf32>, %g: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.approx_sign_grad %x, %g : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @swish_sign(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.swish_sign %x nan = negative : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @surrogate_sign(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.surrogate_sign #quant_bnn.ede<10.0>, %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @surrogate_grad(%x: tensor<?xf32>, %g: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.surrogate_grad #quant_bnn.ede<10.0>, %x, %g : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @swish_sign_grad(%x: tensor<?xf32>, %g: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.swish_sign_grad %x, %g beta = 5.0 : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @ste_heaviside(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.ste_heaviside %x low = -1.0 : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @ste_heaviside_grad(%x: tensor<?xf32>, %g: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.ste_heaviside_grad %x, %g clip = 1.0 : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @input_dorefa(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.input_dorefa %x bits = 3 : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @input_dorefa_grad(%x: tensor<?xf32>, %g: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.input_dorefa_grad %x, %g grad = window : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @weight_dorefa(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = quant_bnn.weight_dorefa %x bits = 2 : tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
func.func @weight_dorefa_grad(%x: tensor<?x?xf32>, %g: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %y = quant_bnn.weight_dorefa_grad %x, %g grad = tanh : tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
func.func @min_max(%x: tensor<?xf32>) -> (tensor<?xf32>, f32) {
  %y, %s = quant_bnn.min_max %x bits = 4 : tensor<?xf32>
  return %y, %s : tensor<?xf32>, f32
}
func.func @min_max_grad(%s: f32, %g: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.min_max_grad %s, %g : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @pact(%x: tensor<?xf32>, %alpha: f32) -> (tensor<?xf32>, f32) {
  %y, %s = quant_bnn.pact %x, %alpha bits = 4 mode = unsigned : tensor<?xf32>
  return %y, %s : tensor<?xf32>, f32
}
func.func @pact_grad(%x: tensor<?xf32>, %alpha: f32, %g: tensor<?xf32>) -> (tensor<?xf32>, f32) {
  %y, %s = quant_bnn.pact_grad %x, %alpha, %g bits = 4 form = value : tensor<?xf32>
  return %y, %s : tensor<?xf32>, f32
}
func.func @dequantize(%q: tensor<?xf32>, %s: f32) -> tensor<?xf32> {
  %y = quant_bnn.dequantize %q, %s : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @dequantize_grad(%q: tensor<?xf32>, %s: f32, %g: tensor<?xf32>) -> (tensor<?xf32>, f32) {
  %y, %ds = quant_bnn.dequantize_grad %q, %s, %g : tensor<?xf32>
  return %y, %ds : tensor<?xf32>, f32
}
func.func @gradient_cancellation(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.gradient_cancellation %x threshold = 1.0 : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @gradient_cancellation_grad(%x: tensor<?xf32>, %g: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.gradient_cancellation_grad %x, %g threshold = 1.0 : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @qactivation(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.qactivation %x quantizer = "sign" threshold = 1.0 : tensor<?xf32>
  return %y : tensor<?xf32>
}
func.func @pack(%x: tensor<?xf32>) -> tensor<?xi1, #quant_bnn.packed<i8>> {
  %y = quant_bnn.pack %x : tensor<?xf32> to tensor<?xi1, #quant_bnn.packed<i8>>
  return %y : tensor<?xi1, #quant_bnn.packed<i8>>
}
func.func @unpack(%b: tensor<?xi1, #quant_bnn.packed<i32>>) -> tensor<?xf32> {
  %y = quant_bnn.unpack %b : tensor<?xi1, #quant_bnn.packed<i32>> to tensor<?xf32>
  return %y : tensor<?xf32>
}
