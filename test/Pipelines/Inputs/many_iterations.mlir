func.func @f() -> tensor<2xf32> {
  %w = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %zeros = arith.constant dense<0.0> : tensor<2xf32>
  %many = tensor.empty() : tensor<2147483648xi8>
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i)>],
                       iterator_types = ["parallel", "reduction"]}
      ins(%w, %many : tensor<2xf32>, tensor<2147483648xi8>) outs(%zeros : tensor<2xf32>) {
  ^bb0(%a: f32, %m: i8, %o: f32):
    %s = math.sin %a : f32
    %b = arith.addf %s, %o : f32
    linalg.yield %b : f32
  } -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
