// A network with temporary buffers of several sizes, and a batch that is known
// at run time.

!Input = tensor<?x12x12x64xf32>
!Packed = tensor<?x12x12x64xi1, #quant_bnn.packed<i64>>
!Filters = tensor<64x3x3x64xi1, #quant_bnn.packed<i64>>
!Output = tensor<?x10x10x64xf32>

func.func @network(%x: !Input, %filters: !Filters, %thresholds: tensor<64xi32>,
                   %scales: tensor<64xf32>) -> !Output {
  %c0 = arith.constant 0 : index
  %batch = tensor.dim %x, %c0 : !Input
  %0 = quant_bnn.pack %x : !Input to !Packed
  %1 = quant_bnn.xnor_conv_2d %0, %filters padding = [1, 1, 1, 1] pad_value = zero
      : (!Packed, !Filters) -> tensor<?x12x12x64xi32>
  %flip = arith.constant dense<false> : tensor<64xi1>
  %2 = quant_bnn.threshold %1, %thresholds, %flip
      : (tensor<?x12x12x64xi32>, tensor<64xi32>, tensor<64xi1>) -> !Packed
  %3 = quant_bnn.xnor_conv_2d %2, %filters : (!Packed, !Filters) -> tensor<?x10x10x64xi32>
  %empty = tensor.empty(%batch) : !Output
  %4 = linalg.generic {
      indexing_maps = [affine_map<(n, h, w, c) -> (n, h, w, c)>,
                       affine_map<(n, h, w, c) -> (c)>,
                       affine_map<(n, h, w, c) -> (n, h, w, c)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%3, %scales : tensor<?x10x10x64xi32>, tensor<64xf32>) outs(%empty : !Output) {
  ^bb0(%sum: i32, %scale: f32, %out: f32):
    %float = arith.sitofp %sum : i32 to f32
    %product = arith.mulf %float, %scale : f32
    linalg.yield %product : f32
  } -> !Output
  return %4 : !Output
}
