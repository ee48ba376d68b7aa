// Each op on packed bits alone in a function: with unknown sizes, and as a
// network has it.

func.func @xnor_matmul(%a: tensor<?x?xi32>, %b: tensor<?x?xi32>, %k: index) -> tensor<?x?xi32> {
  %y = quant_bnn.xnor_matmul %a, %b depth = %k : (tensor<?x?xi32>, tensor<?x?xi32>) -> tensor<?x?xi32>
  return %y : tensor<?x?xi32>
}
func.func @xnor_matmul_static(%a: tensor<64x2xi64>, %b: tensor<32x2xi64>) -> tensor<64x32xi32> {
  %y = quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<64x2xi64>, tensor<32x2xi64>) -> tensor<64x32xi32>
  return %y : tensor<64x32xi32>
}
func.func @xnor_conv_2d(%x: tensor<?x?x?x?xi8>, %f: tensor<?x?x?x?xi8>, %k: index) -> tensor<?x?x?x?xi32> {
  %y = quant_bnn.xnor_conv_2d %x, %f depth = %k strides = [2, 1] padding = [1, 1, 1, 1] pad_value = minus_one
      : (tensor<?x?x?x?xi8>, tensor<?x?x?x?xi8>) -> tensor<?x?x?x?xi32>
  return %y : tensor<?x?x?x?xi32>
}
func.func @xnor_conv_2d_static(%x: tensor<1x14x14x2xi32>, %f: tensor<64x3x3x1xi32>) -> tensor<1x14x14x64xi32> {
  %y = quant_bnn.xnor_conv_2d %x, %f depth = 32 groups = 2 padding = [1, 1, 1, 1]
      : (tensor<1x14x14x2xi32>, tensor<64x3x3x1xi32>) -> tensor<1x14x14x64xi32>
  return %y : tensor<1x14x14x64xi32>
}
func.func @threshold(%x: tensor<?x?xi32>, %t: tensor<?xi32>, %flip: tensor<?xi1>) -> tensor<?x?xi16> {
  %y = quant_bnn.threshold %x, %t, %flip : (tensor<?x?xi32>, tensor<?xi32>, tensor<?xi1>) -> tensor<?x?xi16>
  return %y : tensor<?x?xi16>
}
func.func @xnor_max_pool_2d(%x: tensor<1x28x28x2xi64>) -> tensor<1x14x14x2xi64> {
  %y = quant_bnn.xnor_max_pool_2d %x kernel = [3, 3] strides = [2, 2] padding = [1, 1, 1, 1]
      : tensor<1x28x28x2xi64> to tensor<1x14x14x2xi64>
  return %y : tensor<1x14x14x2xi64>
}
func.func @packed_cast(%x: tensor<?x?xi8>, %k: index) -> tensor<?x?xi32> {
  %y = quant_bnn.packed_cast %x depth = %k flip : tensor<?x?xi8> to tensor<?x?xi32>
  return %y : tensor<?x?xi32>
}
func.func @packed_transpose(%x: tensor<?x?xi32>, %k: index) -> tensor<?x?xi32> {
  %y = quant_bnn.packed_transpose %x depth = %k permutation = [1, 0] : tensor<?x?xi32> to tensor<?x?xi32>
  return %y : tensor<?x?xi32>
}
func.func @packed_reshape(%x: tensor<?x7x7x1xi64>, %n: index) -> tensor<?x49xi64> {
  %y = quant_bnn.packed_reshape %x depth = 64 shape = [%n, 3136] : tensor<?x7x7x1xi64> to tensor<?x49xi64>
  return %y : tensor<?x49xi64>
}
func.func @packed_concat(%a: tensor<4x1xi64>, %b: tensor<4x2xi64>) -> tensor<4x3xi64> {
  %y = quant_bnn.packed_concat %a, %b depths = [60, 100] dim = 1 : (tensor<4x1xi64>, tensor<4x2xi64>) -> tensor<4x3xi64>
  return %y : tensor<4x3xi64>
}
func.func @packed_slice(%x: tensor<?x2xi64>, %i: index) -> tensor<?x?xi64> {
  %y = quant_bnn.packed_slice %x depth = 100 offsets = [2, %i] sizes = [%i, 5] strides = [1, 2]
      : tensor<?x2xi64> to tensor<?x1xi64>
  %z = tensor.cast %y : tensor<?x1xi64> to tensor<?x?xi64>
  return %z : tensor<?x?xi64>
}
func.func @packed_pad(%x: tensor<?x?xi8>, %k: index, %n: index) -> tensor<?x?xi8> {
  %y = quant_bnn.packed_pad %x depth = %k low = [%n, 0] high = [2, %n] : tensor<?x?xi8> to tensor<?x?xi8>
  return %y : tensor<?x?xi8>
}
