// RUN: bnn-opt %s --bnn-codegen-fold-transpositions | FileCheck %s

// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[$W:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[$Y:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[$FILTER:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>

// CHECK-LABEL: func @matmul
// CHECK-SAME:    %[[X:[a-z0-9]+]]: tensor<16x64xf32>, %[[W:[a-z0-9]+]]: tensor<8x64xf32>
// CHECK-NOT:     linalg.transpose
// CHECK:         linalg.generic {indexing_maps = [#[[$X]], #[[$W]], #[[$Y]]]
// CHECK-SAME:      ins(%[[X]], %[[W]] :
// CHECK:           math.fma
func.func @matmul(%x: tensor<16x64xf32>, %w: tensor<8x64xf32>, %e: tensor<64x8xf32>, %y: tensor<16x8xf32>)
    -> tensor<16x8xf32> {
  %t = linalg.transpose ins(%w : tensor<8x64xf32>) outs(%e : tensor<64x8xf32>) permutation = [1, 0]
  %0 = linalg.matmul ins(%x, %t : tensor<16x64xf32>, tensor<64x8xf32>) outs(%y : tensor<16x8xf32>) -> tensor<16x8xf32>
  return %0 : tensor<16x8xf32>
}

// The gradient of the image of a convolution: a filter with its channels turned.
// CHECK-LABEL: func @gradient
// CHECK-NOT:     linalg.transpose
// CHECK:         indexing_maps = [#{{.*}}, #[[$FILTER]], #{{.*}}]
func.func @gradient(%g: tensor<1x7x7x64xf32>, %w: tensor<3x3x32x64xf32>, %e: tensor<3x3x64x32xf32>,
                    %y: tensor<1x9x9x32xf32>) -> tensor<1x9x9x32xf32> {
  %t = linalg.transpose ins(%w : tensor<3x3x32x64xf32>) outs(%e : tensor<3x3x64x32xf32>) permutation = [0, 1, 3, 2]
  %0 = linalg.generic {
      indexing_maps = [affine_map<(n, h, w, f, i, j, c) -> (n, h, w, f)>, affine_map<(n, h, w, f, i, j, c) -> (i, j, f, c)>,
                       affine_map<(n, h, w, f, i, j, c) -> (n, h + i, w + j, c)>],
      iterator_types = ["reduction", "reduction", "reduction", "reduction", "reduction", "reduction", "parallel"]}
      ins(%g, %t : tensor<1x7x7x64xf32>, tensor<3x3x64x32xf32>) outs(%y : tensor<1x9x9x32xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x9x9x32xf32>
  return %0 : tensor<1x9x9x32xf32>
}

// A transposed operand that lies along rows.
// CHECK-LABEL: func @rows
// CHECK:         linalg.transpose
// CHECK:         linalg.matmul
func.func @rows(%x: tensor<32x64xf32>, %e: tensor<64x32xf32>, %y: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %t = linalg.transpose ins(%x : tensor<32x64xf32>) outs(%e : tensor<64x32xf32>) permutation = [1, 0]
  %0 = linalg.matmul ins(%t, %x : tensor<64x32xf32>, tensor<32x64xf32>) outs(%y : tensor<64x64xf32>) -> tensor<64x64xf32>
  return %0 : tensor<64x64xf32>
}

// Few rows, few columns, dynamic extents.
// CHECK-LABEL: func @few_rows
// CHECK:         linalg.transpose
func.func @few_rows(%x: tensor<15x64xf32>, %w: tensor<8x64xf32>, %e: tensor<64x8xf32>, %y: tensor<15x8xf32>)
    -> tensor<15x8xf32> {
  %t = linalg.transpose ins(%w : tensor<8x64xf32>) outs(%e : tensor<64x8xf32>) permutation = [1, 0]
  %0 = linalg.matmul ins(%x, %t : tensor<15x64xf32>, tensor<64x8xf32>) outs(%y : tensor<15x8xf32>) -> tensor<15x8xf32>
  return %0 : tensor<15x8xf32>
}
// CHECK-LABEL: func @few_columns
// CHECK:         linalg.transpose
func.func @few_columns(%x: tensor<16x64xf32>, %w: tensor<7x64xf32>, %e: tensor<64x7xf32>, %y: tensor<16x7xf32>)
    -> tensor<16x7xf32> {
  %t = linalg.transpose ins(%w : tensor<7x64xf32>) outs(%e : tensor<64x7xf32>) permutation = [1, 0]
  %0 = linalg.matmul ins(%x, %t : tensor<16x64xf32>, tensor<64x7xf32>) outs(%y : tensor<16x7xf32>) -> tensor<16x7xf32>
  return %0 : tensor<16x7xf32>
}
// CHECK-LABEL: func @dynamic_rows
// CHECK:         linalg.transpose
func.func @dynamic_rows(%x: tensor<?x64xf32>, %w: tensor<8x64xf32>, %e: tensor<64x8xf32>, %y: tensor<?x8xf32>)
    -> tensor<?x8xf32> {
  %t = linalg.transpose ins(%w : tensor<8x64xf32>) outs(%e : tensor<64x8xf32>) permutation = [1, 0]
  %0 = linalg.matmul ins(%x, %t : tensor<?x64xf32>, tensor<64x8xf32>) outs(%y : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// Another reader, integers.
// CHECK-LABEL: func @other_reader
// CHECK:         linalg.transpose
func.func @other_reader(%x: tensor<16x64xf32>, %w: tensor<8x64xf32>, %e: tensor<64x8xf32>, %y: tensor<16x8xf32>)
    -> (tensor<16x8xf32>, tensor<64x8xf32>) {
  %t = linalg.transpose ins(%w : tensor<8x64xf32>) outs(%e : tensor<64x8xf32>) permutation = [1, 0]
  %0 = linalg.matmul ins(%x, %t : tensor<16x64xf32>, tensor<64x8xf32>) outs(%y : tensor<16x8xf32>) -> tensor<16x8xf32>
  return %0, %t : tensor<16x8xf32>, tensor<64x8xf32>
}
// CHECK-LABEL: func @integers
// CHECK:         linalg.transpose
func.func @integers(%x: tensor<16x64xi32>, %w: tensor<8x64xi32>, %e: tensor<64x8xi32>, %y: tensor<16x8xi32>)
    -> tensor<16x8xi32> {
  %t = linalg.transpose ins(%w : tensor<8x64xi32>) outs(%e : tensor<64x8xi32>) permutation = [1, 0]
  %0 = linalg.matmul ins(%x, %t : tensor<16x64xi32>, tensor<64x8xi32>) outs(%y : tensor<16x8xi32>) -> tensor<16x8xi32>
  return %0 : tensor<16x8xi32>
}

// Both readers, one of which multiplies the transposed matrix by itself.
// CHECK-LABEL: func @two_readers
// CHECK-NOT:     linalg.transpose
// CHECK:         linalg.generic {indexing_maps = [#[[$X]], #[[$W]], #[[$Y]]]
// CHECK:         linalg.generic
// CHECK-NOT:     linalg.transpose
func.func @two_readers(%x: tensor<16x16xf32>, %w: tensor<16x16xf32>, %y: tensor<16x16xf32>)
    -> (tensor<16x16xf32>, tensor<16x16xf32>) {
  %t = linalg.transpose ins(%w : tensor<16x16xf32>) outs(%y : tensor<16x16xf32>) permutation = [1, 0]
  %0 = linalg.matmul ins(%x, %t : tensor<16x16xf32>, tensor<16x16xf32>) outs(%y : tensor<16x16xf32>) -> tensor<16x16xf32>
  %1 = linalg.matmul ins(%y, %t : tensor<16x16xf32>, tensor<16x16xf32>) outs(%0 : tensor<16x16xf32>) -> tensor<16x16xf32>
  return %0, %1 : tensor<16x16xf32>, tensor<16x16xf32>
}

// Nothing changes where one reader is no such product, nor where a product has another
// factor, or another operand along the output.
// CHECK-LABEL: func @mixed_readers
// CHECK:         linalg.transpose
// CHECK:         linalg.matmul
func.func @mixed_readers(%x: tensor<16x16xf32>, %w: tensor<16x16xf32>, %y: tensor<16x16xf32>)
    -> (tensor<16x16xf32>, tensor<16x16xf32>) {
  %t = linalg.transpose ins(%w : tensor<16x16xf32>) outs(%y : tensor<16x16xf32>) permutation = [1, 0]
  %0 = linalg.matmul ins(%x, %t : tensor<16x16xf32>, tensor<16x16xf32>) outs(%y : tensor<16x16xf32>) -> tensor<16x16xf32>
  %1 = linalg.matmul ins(%t, %x : tensor<16x16xf32>, tensor<16x16xf32>) outs(%y : tensor<16x16xf32>) -> tensor<16x16xf32>
  return %0, %1 : tensor<16x16xf32>, tensor<16x16xf32>
}
// CHECK-LABEL: func @scaled
// CHECK:         linalg.transpose
func.func @scaled(%x: tensor<16x64xf32>, %w: tensor<8x64xf32>, %e: tensor<64x8xf32>, %s: tensor<8xf32>,
                  %y: tensor<16x8xf32>) -> tensor<16x8xf32> {
  %t = linalg.transpose ins(%w : tensor<8x64xf32>) outs(%e : tensor<64x8xf32>) permutation = [1, 0]
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (n)>,
                       affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %t, %s : tensor<16x64xf32>, tensor<64x8xf32>, tensor<8xf32>) outs(%y : tensor<16x8xf32>) {
  ^bb0(%a: f32, %b: f32, %f: f32, %c: f32):
    %scaled = arith.mulf %b, %f : f32
    %next = math.fma %a, %scaled, %c : f32
    linalg.yield %next : f32
  } -> tensor<16x8xf32>
  return %0 : tensor<16x8xf32>
}
// CHECK-LABEL: func @elementwise_weights
// CHECK:         linalg.transpose
func.func @elementwise_weights(%x: tensor<64x8xf32>, %w: tensor<8x64xf32>, %e: tensor<64x8xf32>, %y: tensor<16x8xf32>)
    -> tensor<16x8xf32> {
  %t = linalg.transpose ins(%w : tensor<8x64xf32>) outs(%e : tensor<64x8xf32>) permutation = [1, 0]
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %t : tensor<64x8xf32>, tensor<64x8xf32>) outs(%y : tensor<16x8xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %next = math.fma %a, %b, %c : f32
    linalg.yield %next : f32
  } -> tensor<16x8xf32>
  return %0 : tensor<16x8xf32>
}
