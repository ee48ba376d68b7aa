// Sums of every kind, for sums.cpp.
#v = affine_map<(i) -> (i)>
#m = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#column = affine_map<(i, j) -> (j)>
#scalar1 = affine_map<(i) -> ()>
#scalar2 = affine_map<(i, j) -> ()>

// The sum of x, and 2 x beside it.
func.func @with_store(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<f32>) {
  %c0 = arith.constant 0 : index
  %two = arith.constant 2.0 : f32
  %zero = arith.constant dense<0.0> : tensor<f32>
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %y, %s = linalg.generic {indexing_maps = [#v, #v, #scalar1], iterator_types = ["reduction"]}
      ins(%x : tensor<?xf32>) outs(%e, %zero : tensor<?xf32>, tensor<f32>) {
  ^bb0(%in: f32, %o: f32, %acc: f32):
    %0 = arith.mulf %in, %two : f32
    %1 = arith.addf %acc, %in : f32
    linalg.yield %0, %1 : f32, f32
  } -> (tensor<?xf32>, tensor<f32>)
  return %y, %s : tensor<?xf32>, tensor<f32>
}

// The same sum in f64.
func.func @wide(%x: tensor<?xf32>) -> tensor<f64> {
  %zero = arith.constant dense<0.0> : tensor<f64>
  %s = linalg.generic {indexing_maps = [#v, #scalar1], iterator_types = ["reduction"]}
      ins(%x : tensor<?xf32>) outs(%zero : tensor<f64>) {
  ^bb0(%in: f32, %acc: f64):
    %0 = arith.extf %in : f32 to f64
    %1 = arith.addf %acc, %0 : f64
    linalg.yield %1 : f64
  } -> tensor<f64>
  return %s : tensor<f64>
}

func.func @rows(%x: tensor<?x?xf32>, %init: tensor<?xf32>) -> tensor<?xf32> {
  %s = linalg.reduce {arith.addf} ins(%x : tensor<?x?xf32>) outs(%init : tensor<?xf32>) dimensions = [1]
  return %s : tensor<?xf32>
}

func.func @columns(%x: tensor<?x?xf32>, %init: tensor<?xf32>) -> tensor<?xf32> {
  %s = linalg.reduce {arith.addf} ins(%x : tensor<?x?xf32>) outs(%init : tensor<?xf32>) dimensions = [0]
  return %s : tensor<?xf32>
}

// The sum over the first and the last dimension.
func.func @around(%x: tensor<?x3x?xf32>, %init: tensor<3xf32>) -> tensor<3xf32> {
  %s = linalg.reduce {arith.addf} ins(%x : tensor<?x3x?xf32>) outs(%init : tensor<3xf32>) dimensions = [0, 2]
  return %s : tensor<3xf32>
}

// The sum of all x[i, j] b[j]. The products are elementwise, so rounded.
func.func @broadcast(%x: tensor<?x?xf32>, %b: tensor<?xf32>) -> tensor<f32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant dense<0.0> : tensor<f32>
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %n = tensor.dim %x, %c1 : tensor<?x?xf32>
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %p = linalg.generic {indexing_maps = [#m, #column, #m], iterator_types = ["parallel", "parallel"]}
      ins(%x, %b : tensor<?x?xf32>, tensor<?xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%in: f32, %f: f32, %o: f32):
    %0 = arith.mulf %in, %f : f32
    linalg.yield %0 : f32
  } -> tensor<?x?xf32>
  %s = linalg.reduce {arith.addf} ins(%p : tensor<?x?xf32>) outs(%zero : tensor<f32>) dimensions = [0, 1]
  return %s : tensor<f32>
}

func.func @matmul(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>, %init: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %s = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%init : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %s : tensor<?x?xf32>
}

// The same as a gradient is written, and from the transposed matrix.
func.func @product(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>, %init: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %s = linalg.generic {indexing_maps = [affine_map<(k, i, j) -> (i, k)>, affine_map<(k, i, j) -> (k, j)>, affine_map<(k, i, j) -> (i, j)>],
                       iterator_types = ["reduction", "parallel", "parallel"]}
      ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%init : tensor<?x?xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %0 = arith.mulf %w, %x : f32
    %1 = arith.addf %0, %o : f32
    linalg.yield %1 : f32
  } -> tensor<?x?xf32>
  return %s : tensor<?x?xf32>
}
func.func @transposed(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>, %init: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %s = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (j, k)>, affine_map<(i, j, k) -> (i, j)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%init : tensor<?x?xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %0 = arith.mulf %x, %w : f32
    %1 = arith.addf %o, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<?x?xf32>
  return %s : tensor<?x?xf32>
}

// Three taps along the rows of x, each with as many products as x has columns.
func.func @taps(%x: tensor<?x?xf32>, %w: tensor<3x?x8xf32>, %init: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %s = linalg.generic {indexing_maps = [affine_map<(i, f, t, c) -> (i + t, c)>, affine_map<(i, f, t, c) -> (t, c, f)>, affine_map<(i, f, t, c) -> (i, f)>],
                       iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<?x?xf32>, tensor<3x?x8xf32>) outs(%init : tensor<?x8xf32>) {
  ^bb0(%in: f32, %k: f32, %o: f32):
    %0 = arith.mulf %in, %k : f32
    %1 = arith.addf %o, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<?x8xf32>
  return %s : tensor<?x8xf32>
}

// Rows of which kernels leave some over, in a known number.
func.func @tall(%a: tensor<263x300xf32>, %b: tensor<300x40xf32>, %init: tensor<263x40xf32>) -> tensor<263x40xf32> {
  %s = linalg.matmul ins(%a, %b : tensor<263x300xf32>, tensor<300x40xf32>) outs(%init : tensor<263x40xf32>) -> tensor<263x40xf32>
  return %s : tensor<263x40xf32>
}

func.func @batched(%a: tensor<?x?x?xf32>, %b: tensor<?x?x?xf32>, %init: tensor<?x?x?xf32>) -> tensor<?x?x?xf32> {
  %s = linalg.batch_matmul ins(%a, %b : tensor<?x?x?xf32>, tensor<?x?x?xf32>) outs(%init : tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  return %s : tensor<?x?x?xf32>
}

// Nothing but the epilogue reads the sums.
func.func @image(%x: tensor<2x9x8x100xf32>, %w: tensor<3x3x100x40xf32>, %b: tensor<40xf32>) -> tensor<2x7x6x40xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x6x40xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x7x6x40xf32>) -> tensor<2x7x6x40xf32>
  %s = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<2x9x8x100xf32>, tensor<3x3x100x40xf32>) outs(%f : tensor<2x7x6x40xf32>) -> tensor<2x7x6x40xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(n, h, w, f) -> (n, h, w, f)>, affine_map<(n, h, w, f) -> (f)>, affine_map<(n, h, w, f) -> (n, h, w, f)>],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%s, %b : tensor<2x7x6x40xf32>, tensor<40xf32>) outs(%e : tensor<2x7x6x40xf32>) {
  ^bb0(%in: f32, %bias: f32, %o: f32):
    %0 = arith.addf %in, %bias : f32
    linalg.yield %0 : f32
  } -> tensor<2x7x6x40xf32>
  return %r : tensor<2x7x6x40xf32>
}

// The gradient of a convolution of stride 2: taps of different rows of y add to
// one row.
func.func @overlapping(%y: tensor<?x?xf32>, %w: tensor<3x?x40xf32>, %init: tensor<?x40xf32>) -> tensor<?x40xf32> {
  %s = linalg.generic {indexing_maps = [affine_map<(i, f, t, c) -> (i, f)>, affine_map<(i, f, t, c) -> (t, f, c)>, affine_map<(i, f, t, c) -> (i * 2 + t, c)>],
                       iterator_types = ["reduction", "reduction", "reduction", "parallel"]}
      ins(%y, %w : tensor<?x?xf32>, tensor<3x?x40xf32>) outs(%init : tensor<?x40xf32>) {
  ^bb0(%in: f32, %k: f32, %o: f32):
    %0 = arith.mulf %in, %k : f32
    %1 = arith.addf %o, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<?x40xf32>
  return %s : tensor<?x40xf32>
}
