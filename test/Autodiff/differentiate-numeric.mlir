// Gradients that the compiler makes, against central differences of f64.

// RUN: %python %S/Inputs/check_gradients.py %s --recompute=cheap,none | FileCheck %s
// CHECK: {{^[0-9]+}} functions, 0 failures

//===----------------------------------------------------------------------===//
// arith and math: scalars, vectors, tensors
//===----------------------------------------------------------------------===//

func.func @arith(%x: f64, %y: f64, %z: f64) -> (f64, f64) {
  %0 = arith.addf %x, %y : f64
  %1 = arith.subf %0, %z : f64
  %2 = arith.mulf %1, %y : f64
  %3 = arith.divf %2, %z : f64
  %4 = arith.negf %3 : f64
  %five = arith.constant 5.0 : f64
  %big = arith.mulf %x, %five : f64
  %5 = arith.remf %big, %y : f64
  %6 = arith.maximumf %4, %x : f64
  %7 = arith.minimumf %6, %y : f64
  %8 = arith.maxnumf %7, %2 : f64
  %9 = arith.minnumf %z, %8 : f64
  %10 = arith.addf %9, %5 : f64
  return %10, %3 : f64, f64
}

func.func @select(%c: i1, %x: tensor<?x4xf64>, %y: tensor<?x4xf64>) -> tensor<?x4xf64> {
  %0 = arith.cmpf olt, %x, %y : tensor<?x4xf64>
  %1 = arith.select %0, %x, %y : tensor<?x4xi1>, tensor<?x4xf64>
  %2 = arith.mulf %x, %y : tensor<?x4xf64>
  %3 = arith.select %c, %1, %2 : tensor<?x4xf64>
  return %3 : tensor<?x4xf64>
}

func.func @exponentials(%x: tensor<?xf64>) -> (tensor<?xf64>, tensor<?xf64>) {
  %0 = math.exp %x : tensor<?xf64>
  %1 = math.exp2 %0 : tensor<?xf64>
  %2 = math.expm1 %x : tensor<?xf64>
  %3 = math.log %1 : tensor<?xf64>
  %4 = math.log2 %2 : tensor<?xf64>
  %5 = math.log1p %x : tensor<?xf64>
  %6 = math.log10 %x : tensor<?xf64>
  %7 = arith.mulf %3, %4 : tensor<?xf64>
  %8 = arith.mulf %5, %6 : tensor<?xf64>
  return %7, %8 : tensor<?xf64>, tensor<?xf64>
}

func.func @roots(%x: vector<4xf64>, %y: vector<4xf64>) -> (vector<4xf64>, vector<4xf64>) {
  %0 = math.sqrt %x : vector<4xf64>
  %1 = math.rsqrt %y : vector<4xf64>
  %2 = math.cbrt %x : vector<4xf64>
  %3 = math.powf %x, %y : vector<4xf64>
  %4 = arith.mulf %0, %1 : vector<4xf64>
  %5 = arith.mulf %2, %3 : vector<4xf64>
  return %4, %5 : vector<4xf64>, vector<4xf64>
}

func.func @circular(%x: tensor<5xf64>) -> (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) {
  %0 = math.sin %x : tensor<5xf64>
  %1 = math.cos %x : tensor<5xf64>
  %2 = math.tan %x : tensor<5xf64>
  %3 = math.asin %x : tensor<5xf64>
  %4 = math.acos %x : tensor<5xf64>
  %5 = math.atan %x : tensor<5xf64>
  %6 = math.atan2 %0, %1 : tensor<5xf64>
  %7 = arith.mulf %6, %2 : tensor<5xf64>
  %8 = arith.mulf %3, %4 : tensor<5xf64>
  return %7, %8, %5 : tensor<5xf64>, tensor<5xf64>, tensor<5xf64>
}

func.func @hyperbolic(%x: f64) -> (f64, f64, f64) {
  %one = arith.constant 1.0 : f64
  %0 = math.sinh %x : f64
  %1 = math.cosh %x : f64
  %2 = math.tanh %x : f64
  %3 = math.asinh %x : f64
  %4 = arith.addf %x, %one : f64
  %5 = math.acosh %4 : f64
  %6 = math.atanh %x : f64
  %7 = arith.mulf %0, %1 : f64
  %8 = arith.mulf %2, %3 : f64
  %9 = arith.mulf %5, %6 : f64
  return %7, %8, %9 : f64, f64, f64
}

func.func @others(%x: f64, %y: f64) -> (f64, f64, f64) {
  %0 = math.erf %x : f64
  %1 = math.erfc %x : f64
  %2 = arith.subf %x, %y : f64
  %3 = math.absf %2 : f64
  %4 = math.copysign %x, %2 : f64
  %5 = math.fma %0, %y, %4 : f64
  %6 = math.floor %x : f64
  %7 = arith.mulf %6, %y : f64
  %8 = arith.addf %3, %7 : f64
  return %1, %5, %8 : f64, f64, f64
}

func.func @powers(%x: f64, %n: i32) -> (f64, f64, f64, f64) {
  %two = arith.constant 2 : i32
  %three = arith.constant 3 : i32
  %minus = arith.subi %n, %two : i32
  %0 = math.fpowi %x, %n : f64, i32
  %1 = math.fpowi %x, %minus : f64, i32
  %2 = math.fpowi %1, %three : f64, i32
  %3, %4 = math.sincos %1 : f64
  %5, %6 = math.sincos %x : f64
  return %0, %2, %3, %6 : f64, f64, f64, f64
}

func.func @both(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  %0, %1 = math.sincos %x : tensor<?xf32>
  %2 = arith.mulf %0, %1 : tensor<?xf32>
  return %2, %1 : tensor<?xf32>, tensor<?xf32>
}

//===----------------------------------------------------------------------===//
// linalg
//===----------------------------------------------------------------------===//

#matrix = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#column = affine_map<(i, j) -> (j)>
#scalar = affine_map<(i, j) -> ()>

func.func @broadcasting(%x: tensor<?x4xf64>, %b: tensor<4xf64>, %r: tensor<?xf64>, %s: f64, %t: f64)
    -> tensor<?x4xf64> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x4xf64>
  %e = tensor.empty(%n) : tensor<?x4xf64>
  %y = linalg.generic {indexing_maps = [#matrix, #column, #row, #scalar, #matrix],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x, %b, %r, %s : tensor<?x4xf64>, tensor<4xf64>, tensor<?xf64>, f64)
      outs(%e : tensor<?x4xf64>) {
  ^bb0(%in: f64, %bias: f64, %row: f64, %scale: f64, %out: f64):
    %j = linalg.index 1 : index
    %k = arith.index_cast %j : index to i64
    %f = arith.sitofp %k : i64 to f64
    %0 = arith.mulf %in, %scale : f64
    %1 = arith.addf %0, %bias : f64
    %2 = math.tanh %1 : f64
    %3 = arith.mulf %2, %row : f64
    %4 = arith.mulf %3, %t : f64
    %5 = arith.addf %4, %f : f64
    linalg.yield %5 : f64
  } -> tensor<?x4xf64>
  return %y : tensor<?x4xf64>
}

func.func @named_elementwise(%x: tensor<3x4xf64>, %y: tensor<3x4xf64>) -> tensor<3x4xf64> {
  %e = tensor.empty() : tensor<3x4xf64>
  %0 = linalg.mul ins(%x, %y : tensor<3x4xf64>, tensor<3x4xf64>) outs(%e : tensor<3x4xf64>) -> tensor<3x4xf64>
  %1 = linalg.exp ins(%0 : tensor<3x4xf64>) outs(%e : tensor<3x4xf64>) -> tensor<3x4xf64>
  %2 = linalg.map { arith.divf } ins(%1, %x : tensor<3x4xf64>, tensor<3x4xf64>) outs(%e : tensor<3x4xf64>)
  return %2 : tensor<3x4xf64>
}

// The body reads the destination.
func.func @accumulated(%x: tensor<3xf64>, %y: tensor<3xf64>) -> tensor<3xf64> {
  %0 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                       iterator_types = ["parallel"]}
      ins(%x : tensor<3xf64>) outs(%y : tensor<3xf64>) {
  ^bb0(%in: f64, %out: f64):
    %1 = arith.mulf %in, %out : f64
    linalg.yield %1 : f64
  } -> tensor<3xf64>
  return %0 : tensor<3xf64>
}

func.func @matmul(%a: tensor<?x3xf64>, %b: tensor<3x5xf64>, %c: tensor<?x5xf64>) -> tensor<?x5xf64> {
  %0 = linalg.matmul ins(%a, %b : tensor<?x3xf64>, tensor<3x5xf64>) outs(%c : tensor<?x5xf64>) -> tensor<?x5xf64>
  return %0 : tensor<?x5xf64>
}

func.func @matmul_transposed(%a: tensor<3x2xf64>, %b: tensor<5x3xf64>, %c: tensor<2x5xf64>) -> tensor<2x5xf64> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>,
                                      affine_map<(m, n, k) -> (n, k)>,
                                      affine_map<(m, n, k) -> (m, n)>]
      ins(%a, %b : tensor<3x2xf64>, tensor<5x3xf64>) outs(%c : tensor<2x5xf64>) -> tensor<2x5xf64>
  return %0 : tensor<2x5xf64>
}

func.func @batch_matmul(%a: tensor<2x3x4xf64>, %b: tensor<2x4x5xf64>, %c: tensor<2x3x5xf64>) -> tensor<2x3x5xf64> {
  %0 = linalg.batch_matmul ins(%a, %b : tensor<2x3x4xf64>, tensor<2x4x5xf64>)
                           outs(%c : tensor<2x3x5xf64>) -> tensor<2x3x5xf64>
  return %0 : tensor<2x3x5xf64>
}

func.func @vectors(%a: tensor<3x4xf64>, %x: tensor<4xf64>, %y: tensor<3xf64>, %s: tensor<f64>) -> tensor<f64> {
  %0 = linalg.matvec ins(%a, %x : tensor<3x4xf64>, tensor<4xf64>) outs(%y : tensor<3xf64>) -> tensor<3xf64>
  %1 = linalg.dot ins(%0, %y : tensor<3xf64>, tensor<3xf64>) outs(%s : tensor<f64>) -> tensor<f64>
  return %1 : tensor<f64>
}

func.func @sums(%x: tensor<3x?xf64>) -> (tensor<?xf64>, tensor<3xf64>) {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c1 : tensor<3x?xf64>
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty(%n) : tensor<?xf64>
  %z = linalg.fill ins(%zero : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  %0 = linalg.reduce { arith.addf } ins(%x : tensor<3x?xf64>) outs(%z : tensor<?xf64>) dimensions = [0]
  %e1 = tensor.empty() : tensor<3xf64>
  %z1 = linalg.fill ins(%zero : f64) outs(%e1 : tensor<3xf64>) -> tensor<3xf64>
  // A sum of some squares, less others.
  %1 = linalg.generic {indexing_maps = [#matrix, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<3x?xf64>) outs(%z1 : tensor<3xf64>) {
  ^bb0(%in: f64, %acc: f64):
    %half = arith.constant 0.5 : f64
    %square = arith.mulf %in, %in : f64
    %large = arith.cmpf ogt, %in, %half : f64
    %more = arith.addf %square, %acc : f64
    %less = arith.subf %acc, %in : f64
    %next = arith.select %large, %more, %less : f64
    linalg.yield %next : f64
  } -> tensor<3xf64>
  return %0, %1 : tensor<?xf64>, tensor<3xf64>
}

func.func @extrema(%x: tensor<3x?xf64>) -> (tensor<3xf64>, tensor<3xf64>) {
  %low = arith.constant 0xFFF0000000000000 : f64
  %high = arith.constant 0x7FF0000000000000 : f64
  %e = tensor.empty() : tensor<3xf64>
  %l = linalg.fill ins(%low : f64) outs(%e : tensor<3xf64>) -> tensor<3xf64>
  %h = linalg.fill ins(%high : f64) outs(%e : tensor<3xf64>) -> tensor<3xf64>
  %0 = linalg.reduce { arith.maximumf } ins(%x : tensor<3x?xf64>) outs(%l : tensor<3xf64>) dimensions = [1]
  %1 = linalg.generic {indexing_maps = [#matrix, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<3x?xf64>) outs(%h : tensor<3xf64>) {
  ^bb0(%in: f64, %acc: f64):
    %square = arith.mulf %in, %in : f64
    %next = arith.minnumf %acc, %square : f64
    linalg.yield %next : f64
  } -> tensor<3xf64>
  return %0, %1 : tensor<3xf64>, tensor<3xf64>
}

// Softmax, as it is written.
func.func @softmax(%x: tensor<?x4xf64>) -> tensor<?x4xf64> {
  %c0 = arith.constant 0 : index
  %low = arith.constant 0xFFF0000000000000 : f64
  %zero = arith.constant 0.0 : f64
  %n = tensor.dim %x, %c0 : tensor<?x4xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  %m = tensor.empty(%n) : tensor<?x4xf64>
  %l = linalg.fill ins(%low : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<?x4xf64>) outs(%l : tensor<?xf64>) dimensions = [1]
  %wide = linalg.broadcast ins(%max : tensor<?xf64>) outs(%m : tensor<?x4xf64>) dimensions = [1]
  %shifted = arith.subf %x, %wide : tensor<?x4xf64>
  %exp = math.exp %shifted : tensor<?x4xf64>
  %z = linalg.fill ins(%zero : f64) outs(%e : tensor<?xf64>) -> tensor<?xf64>
  %sum = linalg.reduce { arith.addf } ins(%exp : tensor<?x4xf64>) outs(%z : tensor<?xf64>) dimensions = [1]
  %sums = linalg.broadcast ins(%sum : tensor<?xf64>) outs(%m : tensor<?x4xf64>) dimensions = [1]
  %y = arith.divf %exp, %sums : tensor<?x4xf64>
  return %y : tensor<?x4xf64>
}

func.func @moves(%x: tensor<3x?xf64>, %s: f64) -> (tensor<?x3xf64>, tensor<2x5xf64>) {
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c1 : tensor<3x?xf64>
  %e = tensor.empty(%n) : tensor<?x3xf64>
  %0 = linalg.transpose ins(%x : tensor<3x?xf64>) outs(%e : tensor<?x3xf64>) permutation = [1, 0]
  %1 = linalg.copy ins(%0 : tensor<?x3xf64>) outs(%e : tensor<?x3xf64>) -> tensor<?x3xf64>
  %e1 = tensor.empty() : tensor<2x5xf64>
  %2 = linalg.fill ins(%s : f64) outs(%e1 : tensor<2x5xf64>) -> tensor<2x5xf64>
  return %1, %2 : tensor<?x3xf64>, tensor<2x5xf64>
}

func.func @conv_nhwc(%x: tensor<2x9x8x2xf64>, %w: tensor<3x2x2x4xf64>, %b: tensor<2x3x3x4xf64>)
    -> tensor<2x3x3x4xf64> {
  %0 = linalg.conv_2d_nhwc_hwcf {dilations = dense<[2, 3]> : tensor<2xi64>, strides = dense<[2, 2]> : tensor<2xi64>}
      ins(%x, %w : tensor<2x9x8x2xf64>, tensor<3x2x2x4xf64>) outs(%b : tensor<2x3x3x4xf64>) -> tensor<2x3x3x4xf64>
  return %0 : tensor<2x3x3x4xf64>
}

func.func @conv_nchw(%x: tensor<?x2x6x7xf64>, %w: tensor<4x2x3x2xf64>, %b: tensor<?x4x4x3xf64>)
    -> tensor<?x4x4x3xf64> {
  %0 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<[1, 2]> : tensor<2xi64>}
      ins(%x, %w : tensor<?x2x6x7xf64>, tensor<4x2x3x2xf64>) outs(%b : tensor<?x4x4x3xf64>) -> tensor<?x4x4x3xf64>
  return %0 : tensor<?x4x4x3xf64>
}

func.func @depthwise(%x: tensor<1x5x5x3xf64>, %w: tensor<3x3x3xf64>, %b: tensor<1x3x3x3xf64>) -> tensor<1x3x3x3xf64> {
  %0 = linalg.depthwise_conv_2d_nhwc_hwc {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%x, %w : tensor<1x5x5x3xf64>, tensor<3x3x3xf64>) outs(%b : tensor<1x3x3x3xf64>) -> tensor<1x3x3x3xf64>
  return %0 : tensor<1x3x3x3xf64>
}

// Windows overlap, and the stride skips elements.
func.func @max_pool(%x: tensor<2x7x8x3xf64>, %y: tensor<?x3x9x9xf64>) -> (tensor<2x3x3x3xf64>, tensor<?x3x3x4xf64>) {
  %c0 = arith.constant 0 : index
  %low = arith.constant 0xFFF0000000000000 : f64
  %w = tensor.empty() : tensor<3x2xf64>
  %e = tensor.empty() : tensor<2x3x3x3xf64>
  %l = linalg.fill ins(%low : f64) outs(%e : tensor<2x3x3x3xf64>) -> tensor<2x3x3x3xf64>
  %0 = linalg.pooling_nhwc_max {dilations = dense<[1, 3]> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
      ins(%x, %w : tensor<2x7x8x3xf64>, tensor<3x2xf64>) outs(%l : tensor<2x3x3x3xf64>) -> tensor<2x3x3x3xf64>
  %n = tensor.dim %y, %c0 : tensor<?x3x9x9xf64>
  %e1 = tensor.empty(%n) : tensor<?x3x3x4xf64>
  %l1 = linalg.fill ins(%low : f64) outs(%e1 : tensor<?x3x3x4xf64>) -> tensor<?x3x3x4xf64>
  %1 = linalg.pooling_nchw_max {dilations = dense<[2, 1]> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
      ins(%y, %w : tensor<?x3x9x9xf64>, tensor<3x2xf64>) outs(%l1 : tensor<?x3x3x4xf64>) -> tensor<?x3x3x4xf64>
  return %0, %1 : tensor<2x3x3x3xf64>, tensor<?x3x3x4xf64>
}

func.func @sum_pool(%x: tensor<2x6x6x3xf64>, %b: tensor<2x2x2x3xf64>) -> tensor<2x2x2x3xf64> {
  %w = tensor.empty() : tensor<3x3xf64>
  %0 = linalg.pooling_nhwc_sum {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
      ins(%x, %w : tensor<2x6x6x3xf64>, tensor<3x3xf64>) outs(%b : tensor<2x2x2x3xf64>) -> tensor<2x2x2x3xf64>
  return %0 : tensor<2x2x2x3xf64>
}

//===----------------------------------------------------------------------===//
// tensor
//===----------------------------------------------------------------------===//

func.func @shapes(%x: tensor<?x4xf64>) -> (tensor<?xf64>, tensor<?x2x2xf64>, tensor<2x?xf64>) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %n = tensor.dim %x, %c0 : tensor<?x4xf64>
  %y = arith.mulf %x, %x : tensor<?x4xf64>
  %0 = tensor.collapse_shape %y [[0, 1]] : tensor<?x4xf64> into tensor<?xf64>
  %1 = tensor.expand_shape %y [[0], [1, 2]] output_shape [%n, 2, 2] : tensor<?x4xf64> into tensor<?x2x2xf64>
  %m = arith.muli %n, %c2 : index
  %shape = tensor.from_elements %c2, %m : tensor<2xindex>
  %2 = tensor.reshape %y(%shape) : (tensor<?x4xf64>, tensor<2xindex>) -> tensor<2x?xf64>
  return %0, %1, %2 : tensor<?xf64>, tensor<?x2x2xf64>, tensor<2x?xf64>
}

func.func @slices(%x: tensor<?x6xf64>, %y: tensor<2x2xf64>, %i: index)
    -> (tensor<2xf64>, tensor<?x6xf64>, tensor<?x9xf64>) {
  %zero = arith.constant 0.0 : f64
  %z = arith.mulf %x, %x : tensor<?x6xf64>
  %0 = tensor.extract_slice %z[1, %i] [1, 2] [1, 3] : tensor<?x6xf64> to tensor<2xf64>
  %1 = tensor.insert_slice %y into %z[%i, 1] [2, 2] [1, 2] : tensor<2x2xf64> into tensor<?x6xf64>
  %2 = tensor.pad %z low[%i, 1] high[1, 2] {
  ^bb0(%a: index, %b: index):
    tensor.yield %zero : f64
  } : tensor<?x6xf64> to tensor<?x9xf64>
  return %0, %1, %2 : tensor<2xf64>, tensor<?x6xf64>, tensor<?x9xf64>
}

func.func @elements(%x: tensor<?x4xf64>, %s: f64, %i: index) -> (tensor<?x4xf64>, tensor<2x2xf64>, tensor<5xf64>) {
  %0 = tensor.extract %x[%i, %i] : tensor<?x4xf64>
  %1 = arith.mulf %0, %s : f64
  %2 = tensor.insert %1 into %x[%i, %i] : tensor<?x4xf64>
  %3 = tensor.from_elements %0, %1, %s, %s : tensor<2x2xf64>
  %4 = tensor.splat %1 : tensor<5xf64>
  return %2, %3, %4 : tensor<?x4xf64>, tensor<2x2xf64>, tensor<5xf64>
}

func.func @concat(%x: tensor<2x?xf64>, %y: tensor<2x4xf64>) -> tensor<2x?xf64> {
  %0 = arith.mulf %y, %y : tensor<2x4xf64>
  %1 = tensor.cast %0 : tensor<2x4xf64> to tensor<2x?xf64>
  %2 = tensor.concat dim(1) %x, %1, %x : (tensor<2x?xf64>, tensor<2x?xf64>, tensor<2x?xf64>) -> tensor<2x?xf64>
  return %2 : tensor<2x?xf64>
}

//===----------------------------------------------------------------------===//
// Calls and control flow
//===----------------------------------------------------------------------===//

func.func private @count(%x: tensor<?xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  %i = arith.index_cast %n : index to i64
  %f = arith.sitofp %i : i64 to f64
  return %f : f64
}

func.func private @layer(%x: tensor<?xf64>, %s: f64) -> (tensor<?xf64>, f64) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  %w = tensor.splat %s[%n] : tensor<?xf64>
  %0 = arith.mulf %x, %w : tensor<?xf64>
  %1 = math.tanh %0 : tensor<?xf64>
  %2 = func.call @count(%x) : (tensor<?xf64>) -> f64
  %3 = arith.mulf %s, %2 : f64
  return %1, %3 : tensor<?xf64>, f64
}

func.func @calls(%x: tensor<?xf64>, %s: f64) -> tensor<?xf64> {
  %0, %1 = func.call @layer(%x, %s) : (tensor<?xf64>, f64) -> (tensor<?xf64>, f64)
  %2, %3 = func.call @layer(%0, %1) : (tensor<?xf64>, f64) -> (tensor<?xf64>, f64)
  return %2 : tensor<?xf64>
}

func.func @conditional(%x: tensor<?xf64>, %y: tensor<?xf64>, %s: f64, %i: i32) -> (tensor<?xf64>, f64) {
  %one = arith.constant 1 : i32
  %low = arith.cmpi slt, %i, %one : i32
  %z:2 = scf.if %low -> (tensor<?xf64>, f64) {
    %0 = arith.mulf %x, %y : tensor<?xf64>
    %1, %2 = func.call @layer(%0, %s) : (tensor<?xf64>, f64) -> (tensor<?xf64>, f64)
    scf.yield %1, %2 : tensor<?xf64>, f64
  } else {
    %0 = math.exp %x : tensor<?xf64>
    scf.yield %0, %s : tensor<?xf64>, f64
  }
  return %z#0, %z#1 : tensor<?xf64>, f64
}

func.func @loop(%x: tensor<?x3xf64>, %w: tensor<3x3xf64>, %s: f64) -> (tensor<?x3xf64>, f64, i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c7 = arith.constant 7 : index
  %zero = arith.constant 0.0 : f64
  %i0 = arith.constant 1 : i32
  %n = tensor.dim %x, %c0 : tensor<?x3xf64>
  %e = tensor.empty(%n) : tensor<?x3xf64>
  %z = linalg.fill ins(%zero : f64) outs(%e : tensor<?x3xf64>) -> tensor<?x3xf64>
  // Three iterations: 1, 3 and 5.
  %r:3 = scf.for %i = %c1 to %c7 step %c2 iter_args(%h = %x, %t = %s, %k = %i0)
      -> (tensor<?x3xf64>, f64, i32) {
    %p = linalg.matmul ins(%h, %w : tensor<?x3xf64>, tensor<3x3xf64>) outs(%z : tensor<?x3xf64>) -> tensor<?x3xf64>
    %q = math.tanh %p : tensor<?x3xf64>
    %j = arith.index_cast %i : index to i64
    %f = arith.sitofp %j : i64 to f64
    %g = arith.sitofp %k : i32 to f64
    %u = arith.mulf %t, %f : f64
    %a = arith.mulf %u, %g : f64
    %v = math.sin %a : f64
    %m = arith.addi %k, %k : i32
    scf.yield %q, %v, %m : tensor<?x3xf64>, f64, i32
  }
  return %r#0, %r#1, %r#2 : tensor<?x3xf64>, f64, i32
}

// A branch within a loop within a loop.
func.func @nested(%x: f64, %y: tensor<2xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %r = scf.for %i = %c0 to %c2 step %c1 iter_args(%a = %x) -> (f64) {
    %s = scf.for %j = %c0 to %c2 step %c1 iter_args(%b = %a) -> (f64) {
      %same = arith.cmpi eq, %i, %j : index
      %t = scf.if %same -> (f64) {
        %e = tensor.extract %y[%j] : tensor<2xf64>
        %0 = arith.mulf %b, %e : f64
        scf.yield %0 : f64
      } else {
        %0 = math.exp %b : f64
        scf.yield %0 : f64
      }
      scf.yield %t : f64
    }
    scf.yield %s : f64
  }
  return %r : f64
}

// Neighbouring branches of one condition, of the forward and the backward pass.
func.func @if_scalar(%x: f64, %s: f64) -> (f64, f64) {
  %half = arith.constant 0.6 : f64
  %c = arith.cmpf ogt, %x, %half : f64
  %v:2 = scf.if %c -> (f64, f64) {
    %t = math.exp %x : f64
    scf.yield %t, %s : f64, f64
  } else {
    scf.yield %x, %x : f64, f64
  }
  return %v#0, %v#1 : f64, f64
}

func.func @if_tensor(%x: tensor<2x3xf64>, %s: f64, %i: i32) -> tensor<2x3xf64> {
  %one = arith.constant 1 : i32
  %c = arith.cmpi slt, %i, %one : i32
  %v = scf.if %c -> (tensor<2x3xf64>) {
    %e = tensor.splat %s : tensor<2x3xf64>
    %t = arith.mulf %x, %e : tensor<2x3xf64>
    scf.yield %t : tensor<2x3xf64>
  } else {
    scf.yield %x : tensor<2x3xf64>
  }
  return %v : tensor<2x3xf64>
}

func.func @if_twice(%x: f64, %s: f64, %i: i32) -> (f64, f64) {
  %one = arith.constant 1 : i32
  %c = arith.cmpi slt, %i, %one : i32
  %v = scf.if %c -> (f64) {
    %t = math.exp %x : f64
    scf.yield %t : f64
  } else {
    scf.yield %s : f64
  }
  %w = scf.if %c -> (f64) {
    %t = arith.mulf %v, %x : f64
    scf.yield %t : f64
  } else {
    scf.yield %v : f64
  }
  %u = scf.if %c -> (f64) {
    %t = math.sin %w : f64
    %c2 = arith.cmpf olt, %t, %x : f64
    %q = scf.if %c2 -> (f64) {
      scf.yield %t : f64
    } else {
      %p = arith.mulf %x, %s : f64
      scf.yield %p : f64
    }
    scf.yield %q : f64
  } else {
    scf.yield %w : f64
  }
  return %u, %w : f64, f64
}

func.func @unused_result(%x: f64, %v: vector<4xf64>) -> (f64, vector<4xf64>) {
  %half = arith.constant 0.6 : f64
  %c = arith.cmpf ogt, %x, %half : f64
  %r:3 = scf.if %c -> (f64, f64, vector<4xf64>) {
    %t = math.exp %x : f64
    %w = math.sin %v : vector<4xf64>
    scf.yield %t, %x, %w : f64, f64, vector<4xf64>
  } else {
    %t = math.sin %x : f64
    %w = arith.mulf %v, %v : vector<4xf64>
    scf.yield %x, %t, %w : f64, f64, vector<4xf64>
  }
  return %r#1, %r#2 : f64, vector<4xf64>
}

func.func @single(%x: tensor<2xf32>, %s: f32) -> (tensor<2xf32>, f32) {
  %half = arith.constant 0.6 : f32
  %c = arith.cmpf ogt, %s, %half : f32
  %e = tensor.empty() : tensor<2xf32>
  %r:2 = scf.if %c -> (tensor<2xf32>, f32) {
    %t = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%x : tensor<2xf32>) outs(%e : tensor<2xf32>) {
    ^bb0(%a: f32, %o: f32):
      %p = scf.if %c -> f32 {
        %q = arith.mulf %a, %s : f32
        scf.yield %q : f32
      } else {
        scf.yield %s : f32
      }
      linalg.yield %p : f32
    } -> tensor<2xf32>
    scf.yield %t, %s : tensor<2xf32>, f32
  } else {
    %t = math.exp %x : tensor<2xf32>
    %u = arith.mulf %s, %s : f32
    scf.yield %t, %u : tensor<2xf32>, f32
  }
  return %r#0, %r#1 : tensor<2xf32>, f32
}

//===----------------------------------------------------------------------===//
// Regions and calls in the bodies of linalg ops
//===----------------------------------------------------------------------===//

#id = affine_map<(i) -> (i)>

func.func private @curve(%x: f64) -> f64 {
  %y = math.tanh %x : f64
  return %y : f64
}

func.func private @scaled(%x: f64, %n: i32, %s: f64) -> (f64, f64) {
  %k = arith.sitofp %n : i32 to f64
  %0 = arith.mulf %x, %k : f64
  %1 = arith.mulf %0, %s : f64
  %2 = call @curve(%1) : (f64) -> f64
  return %1, %2 : f64, f64
}

func.func @if_in_body(%x: tensor<?xf64>, %s: f64) -> tensor<?xf64> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  %e = tensor.empty(%n) : tensor<?xf64>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<?xf64>) outs(%e : tensor<?xf64>) {
  ^bb0(%a: f64, %o: f64):
    %half = arith.constant 0.6 : f64
    %c = arith.cmpf ogt, %a, %half : f64
    %b = arith.mulf %a, %s : f64
    %t:2 = scf.if %c -> (f64, f64) {
      scf.yield %b, %s : f64, f64
    } else {
      %u = math.exp %a : f64
      %m = arith.mulf %u, %s : f64
      %d = scf.if %c -> (f64) {
        scf.yield %s : f64
      } else {
        %p = arith.mulf %m, %a : f64
        scf.yield %p : f64
      }
      scf.yield %d, %u : f64, f64
    }
    %r = arith.mulf %t#0, %t#1 : f64
    linalg.yield %r : f64
  } -> tensor<?xf64>
  return %y : tensor<?xf64>
}

func.func @call_in_body(%x: tensor<4xf64>, %s: f64, %k: i32) -> (tensor<4xf64>, tensor<f64>) {
  %e = tensor.empty() : tensor<4xf64>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xf64>) outs(%e : tensor<4xf64>) {
  ^bb0(%a: f64, %o: f64):
    %q = arith.constant 2 : i32
    %t, %u = func.call @scaled(%a, %q, %s) : (f64, i32, f64) -> (f64, f64)
    %v = arith.addf %t, %u : f64
    linalg.yield %v : f64
  } -> tensor<4xf64>
  %z = arith.constant dense<0.0> : tensor<f64>
  %w = linalg.generic {indexing_maps = [#id, affine_map<(i) -> ()>], iterator_types = ["reduction"]} ins(%x : tensor<4xf64>) outs(%z : tensor<f64>) {
  ^bb0(%a: f64, %o: f64):
    %t = func.call @curve(%a) : (f64) -> f64
    %v = arith.addf %o, %t : f64
    linalg.yield %v : f64
  } -> tensor<f64>
  return %y, %w : tensor<4xf64>, tensor<f64>
}

func.func @for_in_body(%x: tensor<4xf64>, %s: f64) -> tensor<4xf64> {
  %e = tensor.empty() : tensor<4xf64>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xf64>) outs(%e : tensor<4xf64>) {
  ^bb0(%a: f64, %o: f64):
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%t = %a) -> f64 {
      %u = arith.mulf %t, %a : f64
      %v = arith.mulf %u, %s : f64
      %w = math.sin %v : f64
      scf.yield %w : f64
    }
    linalg.yield %r : f64
  } -> tensor<4xf64>
  return %y : tensor<4xf64>
}

func.func @sum_in_body(%x: tensor<4xf64>, %s: f64) -> tensor<4xf64> {
  %e = tensor.empty() : tensor<4xf64>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xf64>) outs(%e : tensor<4xf64>) {
  ^bb0(%a: f64, %o: f64):
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%t = %s) -> f64 {
      %u = arith.mulf %a, %a : f64
      %v = arith.addf %u, %t : f64
      scf.yield %v : f64
    }
    linalg.yield %r : f64
  } -> tensor<4xf64>
  return %y : tensor<4xf64>
}

// A sum whose terms a branch computes, and one that goes through choices.
func.func @branching_sum(%x: tensor<3x4xf64>, %i: tensor<3xf64>) -> tensor<3xf64> {
  %0 = linalg.generic {indexing_maps = [#matrix, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<3x4xf64>) outs(%i : tensor<3xf64>) {
  ^bb0(%in: f64, %acc: f64):
    %half = arith.constant 0.6 : f64
    %c = arith.cmpf ogt, %in, %half : f64
    %term = scf.if %c -> f64 {
      %1 = math.exp %in : f64
      scf.yield %1 : f64
    } else {
      scf.yield %in : f64
    }
    %2 = arith.addf %acc, %term : f64
    %3 = arith.select %c, %2, %acc : f64
    %4 = arith.subf %3, %in : f64
    linalg.yield %4 : f64
  } -> tensor<3xf64>
  return %0 : tensor<3xf64>
}

//===----------------------------------------------------------------------===//
// No dimensions
//===----------------------------------------------------------------------===//

#r0 = affine_map<() -> ()>

func.func @rank0(%x: tensor<f64>, %y: tensor<f64>, %s: f64) -> (tensor<f64>, tensor<f64>) {
  %e = tensor.empty() : tensor<f64>
  %a = linalg.generic {indexing_maps = [#r0, #r0, #r0, #r0], iterator_types = []} ins(%x, %y, %s : tensor<f64>, tensor<f64>, f64) outs(%e : tensor<f64>) {
  ^bb0(%in: f64, %q: f64, %r: f64, %out: f64):
    %0 = arith.mulf %in, %q : f64
    %1 = arith.mulf %0, %r : f64
    %2 = arith.mulf %1, %s : f64
    linalg.yield %2 : f64
  } -> tensor<f64>
  %m = linalg.map { math.exp } ins(%a : tensor<f64>) outs(%e : tensor<f64>)
  %n = linalg.mul ins(%m, %x : tensor<f64>, tensor<f64>) outs(%e : tensor<f64>) -> tensor<f64>
  %k = linalg.generic {indexing_maps = [#r0, #r0], iterator_types = []} ins(%n : tensor<f64>) outs(%y : tensor<f64>) {
  ^bb0(%in: f64, %out: f64):
    %0 = arith.mulf %in, %out : f64
    linalg.yield %0 : f64
  } -> tensor<f64>
  return %n, %k : tensor<f64>, tensor<f64>
}

func.func @rank0_loss(%x: tensor<?x3xf64>, %b: tensor<f64>) -> tensor<f64> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x3xf64>
  %f = arith.constant 0.0 : f64
  %e0 = tensor.empty() : tensor<f64>
  %z = linalg.fill ins(%f : f64) outs(%e0 : tensor<f64>) -> tensor<f64>
  %s = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>, affine_map<(i, j) -> ()>], iterator_types = ["reduction", "reduction"]} ins(%x, %b : tensor<?x3xf64>, tensor<f64>) outs(%z : tensor<f64>) {
  ^bb0(%in: f64, %q: f64, %out: f64):
    %d = arith.subf %in, %q : f64
    %0 = arith.mulf %d, %d : f64
    %1 = arith.addf %out, %0 : f64
    linalg.yield %1 : f64
  } -> tensor<f64>
  %mean = linalg.generic {indexing_maps = [#r0, #r0], iterator_types = []} ins(%s : tensor<f64>) outs(%e0 : tensor<f64>) {
  ^bb0(%in: f64, %out: f64):
    %i = arith.index_cast %n : index to i64
    %k = arith.sitofp %i : i64 to f64
    %0 = arith.divf %in, %k : f64
    %1 = math.sqrt %0 : f64
    linalg.yield %1 : f64
  } -> tensor<f64>
  return %mean : tensor<f64>
}

//===----------------------------------------------------------------------===//
// Mixed precision
//===----------------------------------------------------------------------===//

func.func @mixed(%x: tensor<4xf32>, %s: f64) -> (tensor<4xf64>, f32) {
  %0 = arith.extf %x : tensor<4xf32> to tensor<4xf64>
  %1 = tensor.splat %s : tensor<4xf64>
  %2 = arith.mulf %0, %1 : tensor<4xf64>
  %3 = arith.truncf %s : f64 to f32
  return %2, %3 : tensor<4xf64>, f32
}

// PyTorch's reflection_pad2d, and a padding that is an argument.
func.func @paddings(%x: tensor<3x?xf64>, %s: f64, %n: index)
    -> (tensor<6x?xf64>, tensor<4x?xf64>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %y = arith.mulf %x, %x : tensor<3x?xf64>
  %columns = tensor.dim %x, %c1 : tensor<3x?xf64>
  %last = arith.subi %columns, %c1 : index
  %0 = tensor.pad %y low[1, %c2] high[2, 1] {
  ^bb0(%i: index, %j: index):
    %row = arith.subi %i, %c1 : index
    %a = math.absi %row : index
    %b = arith.subi %a, %c2 : index
    %c = math.absi %b : index
    %r = arith.subi %c2, %c : index
    %column = arith.subi %j, %c2 : index
    %d = math.absi %column : index
    %e = arith.subi %d, %last : index
    %f = math.absi %e : index
    %q = arith.subi %last, %f : index
    %v = tensor.extract %y[%r, %q] : tensor<3x?xf64>
    tensor.yield %v : f64
  } : tensor<3x?xf64> to tensor<6x?xf64>
  %t = arith.mulf %s, %s : f64
  %1 = tensor.pad %x low[0, %n] high[1, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %t : f64
  } : tensor<3x?xf64> to tensor<4x?xf64>
  return %0, %1 : tensor<6x?xf64>, tensor<4x?xf64>
}

// An extremum of terms that read an init, which another result stores over.
func.func @extrema_of_inits(%x: tensor<2x3xf64>, %v: tensor<4xf64>, %b: tensor<2x3xf64>)
    -> (tensor<2x3xf64>, tensor<2xf64>, tensor<2xf64>) {
  %low = arith.constant -1.0e3 : f64
  %e = tensor.empty() : tensor<2xf64>
  %m = linalg.fill ins(%low : f64) outs(%e : tensor<2xf64>) -> tensor<2xf64>
  %0:2 = linalg.generic {indexing_maps = [#matrix, #matrix, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<2x3xf64>) outs(%b, %m : tensor<2x3xf64>, tensor<2xf64>) {
  ^bb0(%a: f64, %old: f64, %max: f64):
    %t = arith.mulf %a, %old : f64
    %1 = arith.maximumf %max, %t : f64
    linalg.yield %a, %1 : f64, f64
  } -> (tensor<2x3xf64>, tensor<2xf64>)
  %2:2 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i + j)>, #matrix, #row], iterator_types = ["parallel", "reduction"]}
      ins(%v : tensor<4xf64>) outs(%b, %m : tensor<2x3xf64>, tensor<2xf64>) {
  ^bb0(%a: f64, %old: f64, %max: f64):
    %t = arith.addf %a, %old : f64
    %3 = arith.maximumf %max, %t : f64
    linalg.yield %a, %3 : f64, f64
  } -> (tensor<2x3xf64>, tensor<2xf64>)
  return %0#0, %0#1, %2#1 : tensor<2x3xf64>, tensor<2xf64>, tensor<2xf64>
}

// The extent of j is that of an init, which nobody reads.
func.func @extent_of_init(%v: tensor<?xf64>, %b: tensor<2x?xf64>)
    -> (tensor<2x?xf64>, tensor<2xf64>) {
  %low = arith.constant -1.0e3 : f64
  %e = tensor.empty() : tensor<2xf64>
  %m = linalg.fill ins(%low : f64) outs(%e : tensor<2xf64>) -> tensor<2xf64>
  %c1 = arith.constant 1 : index
  %columns = tensor.dim %b, %c1 : tensor<2x?xf64>
  %rows = tensor.empty(%columns) : tensor<2x?xf64>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %v, %c0 : tensor<?xf64>
  %twice = arith.addi %n, %n : index
  %zero = arith.constant 0.0 : f64
  %longEmpty = tensor.empty(%twice) : tensor<?xf64>
  %zeros = linalg.fill ins(%zero : f64) outs(%longEmpty : tensor<?xf64>) -> tensor<?xf64>
  %long = tensor.insert_slice %v into %zeros[1] [%n] [1] : tensor<?xf64> into tensor<?xf64>
  %0:2 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i + j)>, #matrix, #row], iterator_types = ["parallel", "reduction"]}
      ins(%long : tensor<?xf64>) outs(%rows, %m : tensor<2x?xf64>, tensor<2xf64>) {
  ^bb0(%a: f64, %old: f64, %max: f64):
    %1 = arith.maximumf %max, %a : f64
    linalg.yield %a, %1 : f64, f64
  } -> (tensor<2x?xf64>, tensor<2xf64>)
  return %0#0, %0#1 : tensor<2x?xf64>, tensor<2xf64>
}
