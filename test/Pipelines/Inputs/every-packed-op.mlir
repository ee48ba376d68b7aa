// Each op on packed bits alone in a function: with unknown sizes, and as a
// network has it. The last four move elements between words.

#bytes = #quant_bnn.packed<i8>
#halves = #quant_bnn.packed<i16>
#words = #quant_bnn.packed<i32>
#longs = #quant_bnn.packed<i64>

func.func @xnor_matmul(%a: tensor<?x?xi1, #words>, %b: tensor<?x?xi1, #words>) -> tensor<?x?xi32> {
  %y = quant_bnn.xnor_matmul %a, %b : (tensor<?x?xi1, #words>, tensor<?x?xi1, #words>) -> tensor<?x?xi32>
  return %y : tensor<?x?xi32>
}
func.func @xnor_matmul_static(%a: tensor<64x100xi1, #longs>, %b: tensor<32x100xi1, #longs>) -> tensor<64x32xi32> {
  %y = quant_bnn.xnor_matmul %a, %b : (tensor<64x100xi1, #longs>, tensor<32x100xi1, #longs>) -> tensor<64x32xi32>
  return %y : tensor<64x32xi32>
}
func.func @xnor_conv_2d(%x: tensor<?x?x?x?xi1, #bytes>, %f: tensor<?x?x?x?xi1, #bytes>) -> tensor<?x?x?x?xi32> {
  %y = quant_bnn.xnor_conv_2d %x, %f strides = [2, 1] padding = [1, 1, 1, 1] pad_value = minus_one
      : (tensor<?x?x?x?xi1, #bytes>, tensor<?x?x?x?xi1, #bytes>) -> tensor<?x?x?x?xi32>
  return %y : tensor<?x?x?x?xi32>
}
func.func @xnor_conv_2d_static(%x: tensor<1x14x14x2x32xi1, #words>, %f: tensor<64x3x3x32xi1, #words>) -> tensor<1x14x14x64xi32> {
  %y = quant_bnn.xnor_conv_2d %x, %f groups = 2 padding = [1, 1, 1, 1]
      : (tensor<1x14x14x2x32xi1, #words>, tensor<64x3x3x32xi1, #words>) -> tensor<1x14x14x64xi32>
  return %y : tensor<1x14x14x64xi32>
}
func.func @threshold(%x: tensor<?x?xi32>, %t: tensor<?xi32>, %flip: tensor<?xi1>) -> tensor<?x?xi1, #halves> {
  %y = quant_bnn.threshold %x, %t, %flip : (tensor<?x?xi32>, tensor<?xi32>, tensor<?xi1>) -> tensor<?x?xi1, #halves>
  return %y : tensor<?x?xi1, #halves>
}
func.func @bitwise(%x: tensor<?x?xi1, #bytes>, %y: tensor<?x?xi1, #bytes>) -> tensor<?x?xi1, #bytes> {
  %0 = arith.xori %x, %y : tensor<?x?xi1, #bytes>
  %1 = arith.andi %0, %x : tensor<?x?xi1, #bytes>
  return %1 : tensor<?x?xi1, #bytes>
}
func.func @max_pool(%x: tensor<1x28x28x128xi1, #longs>) -> tensor<1x13x13x128xi1, #longs> {
  %lowest = arith.constant dense<true> : tensor<1x13x13x128xi1, #longs>
  %window = tensor.empty() : tensor<3x3xf32>
  %y = linalg.pooling_nhwc_max {strides = dense<2> : vector<2xi64>}
      ins(%x, %window : tensor<1x28x28x128xi1, #longs>, tensor<3x3xf32>)
      outs(%lowest : tensor<1x13x13x128xi1, #longs>) -> tensor<1x13x13x128xi1, #longs>
  return %y : tensor<1x13x13x128xi1, #longs>
}
func.func @collapse(%x: tensor<?x7x7x64xi1, #longs>) -> tensor<?x3136xi1, #longs> {
  %y = tensor.collapse_shape %x [[0], [1, 2, 3]] : tensor<?x7x7x64xi1, #longs> into tensor<?x3136xi1, #longs>
  return %y : tensor<?x3136xi1, #longs>
}
func.func @pad(%x: tensor<?x?xi1, #bytes>, %n: index) -> tensor<?x?xi1, #bytes> {
  %false = arith.constant false
  %y = tensor.pad %x low[%n, 0] high[2, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %false : i1
  } : tensor<?x?xi1, #bytes> to tensor<?x?xi1, #bytes>
  return %y : tensor<?x?xi1, #bytes>
}
func.func @cast(%x: tensor<?x?xi1, #bytes>) -> tensor<?x?xi1, #words> {
  %y = tensor.cast %x : tensor<?x?xi1, #bytes> to tensor<?x?xi1, #words>
  return %y : tensor<?x?xi1, #words>
}
func.func @transpose(%x: tensor<?x?xi1, #words>) -> tensor<?x?xi1, #words> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xi1, #words>
  %n = tensor.dim %x, %c1 : tensor<?x?xi1, #words>
  %empty = tensor.empty(%n, %m) : tensor<?x?xi1, #words>
  %y = linalg.transpose ins(%x : tensor<?x?xi1, #words>) outs(%empty : tensor<?x?xi1, #words>) permutation = [1, 0]
  return %y : tensor<?x?xi1, #words>
}
func.func @concat(%a: tensor<4x60xi1, #longs>, %b: tensor<4x100xi1, #longs>) -> tensor<4x160xi1, #longs> {
  %y = tensor.concat dim(1) %a, %b : (tensor<4x60xi1, #longs>, tensor<4x100xi1, #longs>) -> tensor<4x160xi1, #longs>
  return %y : tensor<4x160xi1, #longs>
}
func.func @slice(%x: tensor<?x100xi1, #longs>, %i: index) -> tensor<?x5xi1, #longs> {
  %y = tensor.extract_slice %x[2, %i] [%i, 5] [1, 2] : tensor<?x100xi1, #longs> to tensor<?x5xi1, #longs>
  return %y : tensor<?x5xi1, #longs>
}
