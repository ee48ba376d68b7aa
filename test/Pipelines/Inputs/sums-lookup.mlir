// Sums of products with bits, for sums-lookup.cpp.
#m = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>
#lhs = affine_map<(i, j, k) -> (i, k)>
#bits = affine_map<(i, j, k) -> (k, j)>
#out = affine_map<(i, j, k) -> (i, j)>

func.func @product(%a: tensor<?x300xf32>, %w: tensor<300x70xi1, #quant_bnn.packed<i32>>, %init: tensor<?x70xf32>)
    -> tensor<?x70xf32> {
  %plus = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %s = linalg.generic {indexing_maps = [#lhs, #bits, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %w : tensor<?x300xf32>, tensor<300x70xi1, #quant_bnn.packed<i32>>) outs(%init : tensor<?x70xf32>) {
  ^bb0(%x: f32, %bit: i1, %o: f32):
    %factor = arith.select %bit, %minus, %plus : f32
    %0 = arith.mulf %x, %factor : f32
    %1 = arith.addf %o, %0 fastmath<reassoc> : f32
    linalg.yield %1 : f32
  } -> tensor<?x70xf32>
  return %s : tensor<?x70xf32>
}

// Products that are rounded, and groups with terms of two taps.
func.func @taps(%x: tensor<31x87xf32>, %w: tensor<3x87x40xi1, #quant_bnn.packed<i32>>, %init: tensor<29x40xf32>)
    -> tensor<29x40xf32> {
  %large = arith.constant 3.3 : f32
  %small = arith.constant 0.7 : f32
  %s = linalg.generic {indexing_maps = [affine_map<(i, f, t, c) -> (i + t, c)>, affine_map<(i, f, t, c) -> (t, c, f)>, affine_map<(i, f, t, c) -> (i, f)>],
                       iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<31x87xf32>, tensor<3x87x40xi1, #quant_bnn.packed<i32>>) outs(%init : tensor<29x40xf32>) {
  ^bb0(%in: f32, %bit: i1, %o: f32):
    %factor = arith.select %bit, %large, %small : f32
    %0 = arith.mulf %factor, %in : f32
    %1 = arith.addf %0, %o fastmath<reassoc> : f32
    linalg.yield %1 : f32
  } -> tensor<29x40xf32>
  return %s : tensor<29x40xf32>
}

// Nothing but the epilogue reads the sums, of several tasks.
func.func @scaled(%a: tensor<37x300xf32>, %w: tensor<300x2100xi1, #quant_bnn.packed<i32>>, %b: tensor<2100xf32>)
    -> tensor<37x2100xf32> {
  %plus = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<37x2100xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<37x2100xf32>) -> tensor<37x2100xf32>
  %s = linalg.generic {indexing_maps = [#lhs, #bits, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %w : tensor<37x300xf32>, tensor<300x2100xi1, #quant_bnn.packed<i32>>) outs(%init : tensor<37x2100xf32>) {
  ^bb0(%x: f32, %bit: i1, %o: f32):
    %factor = arith.select %bit, %minus, %plus : f32
    %0 = arith.mulf %x, %factor : f32
    %1 = arith.addf %o, %0 fastmath<reassoc> : f32
    linalg.yield %1 : f32
  } -> tensor<37x2100xf32>
  %r = linalg.generic {indexing_maps = [#m, #column, #m], iterator_types = ["parallel", "parallel"]}
      ins(%s, %b : tensor<37x2100xf32>, tensor<2100xf32>) outs(%e : tensor<37x2100xf32>) {
  ^bb0(%in: f32, %scale: f32, %o: f32):
    %0 = arith.mulf %in, %scale : f32
    linalg.yield %0 : f32
  } -> tensor<37x2100xf32>
  return %r : tensor<37x2100xf32>
}
