// RUN: bnn-opt %s --quant-bnn-decompose --split-input-file | FileCheck %s

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

// CHECK-DAG: #[[$A:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[$B:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[$ACC:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-LABEL: func @xnor_matmul(
// CHECK-SAME: %[[A_WORDS:.*]]: tensor<4x2xi64>, %[[B_WORDS:.*]]: tensor<8x2xi64>
func.func @xnor_matmul(%a: tensor<4x2xi64>, %b: tensor<8x2xi64>) -> tensor<4x8xi32> {
  // CHECK-DAG: %[[DEPTH:.*]] = arith.constant 100 : i32
  // CHECK-DAG: %[[FACTOR:.*]] = arith.constant -2 : i32
  // CHECK: %[[INIT:.*]] = linalg.fill ins(%[[DEPTH]] : i32) outs(%{{.*}} : tensor<4x8xi32>)
  // CHECK: %[[R:.*]] = linalg.generic {indexing_maps = [#[[$A]], #[[$B]], #[[$ACC]]], iterator_types = ["parallel", "parallel", "reduction"]}
  // CHECK-SAME: ins(%[[A_WORDS]], %[[B_WORDS]] : {{.*}}) outs(%[[INIT]] : tensor<4x8xi32>)
  // CHECK-NEXT: ^bb0(%[[X:.*]]: i64, %[[Y:.*]]: i64, %[[SUM:.*]]: i32):
  // CHECK-NEXT: %[[DIFFERING:.*]] = arith.xori %[[X]], %[[Y]] : i64
  // CHECK-NEXT: %[[COUNT:.*]] = math.ctpop %[[DIFFERING]] : i64
  // CHECK-NEXT: %[[NARROW:.*]] = arith.trunci %[[COUNT]] : i64 to i32
  // CHECK-NEXT: %[[TERM:.*]] = arith.muli %[[NARROW]], %[[FACTOR]] : i32
  // CHECK-NEXT: %[[NEXT:.*]] = arith.addi %[[SUM]], %[[TERM]] : i32
  // CHECK-NEXT: linalg.yield %[[NEXT]] : i32
  // CHECK: return %[[R]]
  %0 = quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<4x2xi64>, tensor<8x2xi64>) -> tensor<4x8xi32>
  return %0 : tensor<4x8xi32>
}

// -----

// The same b in every batch, and what is unknown.
// CHECK-DAG: #[[$A:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
// CHECK-DAG: #[[$B:.*]] = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
// CHECK-DAG: #[[$ACC:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
// CHECK-LABEL: func @broadcast(
// CHECK-SAME: %[[A_WORDS:.*]]: tensor<3x?x?xi8>, %[[B_WORDS:.*]]: tensor<?x?xi8>, %[[K:.*]]: index
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
func.func @broadcast(%a: tensor<3x?x?xi8>, %b: tensor<?x?xi8>, %k: index) -> tensor<3x7x?xi32> {
  // CHECK-DAG: %[[M:.*]] = tensor.dim %[[A_WORDS]], %[[C1]]
  // CHECK-DAG: %[[N:.*]] = tensor.dim %[[B_WORDS]], %[[C0]]
  // CHECK-DAG: %[[DEPTH:.*]] = arith.index_cast %[[K]] : index to i32
  // CHECK: tensor.empty(%[[M]], %[[N]]) : tensor<3x?x?xi32>
  // CHECK: linalg.fill ins(%[[DEPTH]] : i32)
  // CHECK: linalg.generic {indexing_maps = [#[[$A]], #[[$B]], #[[$ACC]]], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
  // CHECK: arith.extui %{{.*}} : i8 to i32
  // CHECK: tensor.cast %{{.*}} : tensor<3x?x?xi32> to tensor<3x7x?xi32>
  %0 = quant_bnn.xnor_matmul %a, %b depth = %k : (tensor<3x?x?xi8>, tensor<?x?xi8>) -> tensor<3x7x?xi32>
  return %0 : tensor<3x7x?xi32>
}

// -----

// Without padding there is nothing to correct.
// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 * 2 + d4, d2 + d5 * 3, d6)>
// CHECK-DAG: #[[$F:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d3, d4, d5, d6)>
// CHECK-LABEL: func @conv(
// CHECK-SAME: %[[IMAGES:.*]]: tensor<1x9x9x2xi32>, %[[FILTER:.*]]: tensor<4x3x2x2xi32>
func.func @conv(%x: tensor<1x9x9x2xi32>, %f: tensor<4x3x2x2xi32>) -> tensor<1x4x6x4xi32> {
  // CHECK-NOT: tensor.pad
  // CHECK: %[[TERMS:.*]] = arith.constant 240 : i32
  // CHECK: linalg.fill ins(%[[TERMS]] : i32)
  // CHECK: linalg.generic {indexing_maps = [#[[$X]], #[[$F]], {{.*}}], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
  // CHECK-SAME: ins(%[[IMAGES]], %[[FILTER]] :
  %0 = quant_bnn.xnor_conv_2d %x, %f depth = 40 strides = [2, 1] dilations = [1, 3]
      : (tensor<1x9x9x2xi32>, tensor<4x3x2x2xi32>) -> tensor<1x4x6x4xi32>
  return %0 : tensor<1x4x6x4xi32>
}

// -----

// Zeros around images are bits of 0 around words, and another beginning of the
// sums, which does not look at the images.
// CHECK-LABEL: func @conv_of_zeros(
// CHECK-SAME: %[[IMAGES:.*]]: tensor<1x9x9x1xi32>, %[[FILTER:.*]]: tensor<4x3x3x1xi32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : i32
func.func @conv_of_zeros(%x: tensor<1x9x9x1xi32>, %f: tensor<4x3x3x1xi32>) -> tensor<1x9x9x4xi32> {
  // CHECK: linalg.generic {{.*}} ins(%[[FILTER]] : tensor<4x3x3x1xi32>)
  // CHECK: %[[TOTALS:.*]] = linalg.broadcast ins(%{{.*}} : tensor<4xi32>)
  // CHECK: %[[INIT:.*]] = linalg.generic {{.*}} outs(%[[TOTALS]] : tensor<1x9x9x4xi32>)
  // CHECK: %[[PADDED:.*]] = tensor.pad %[[IMAGES]] low[0, 1, 1, 0] high[0, 1, 1, 0]
  // CHECK: tensor.yield %[[C0]]
  // CHECK: linalg.generic {{.*}} ins(%[[PADDED]], %[[FILTER]] : {{.*}}) outs(%[[INIT]] :
  %0 = quant_bnn.xnor_conv_2d %x, %f depth = 31 padding = [1, 1, 1, 1]
      : (tensor<1x9x9x1xi32>, tensor<4x3x3x1xi32>) -> tensor<1x9x9x4xi32>
  return %0 : tensor<1x9x9x4xi32>
}

// -----

// Bits of 1 go around whole words as words of them.
// CHECK-LABEL: func @conv_of_minus_ones(
// CHECK-SAME: %[[IMAGES:.*]]: tensor<1x9x9x1xi32>
// CHECK-DAG: %[[CM1:.*]] = arith.constant -1 : i32
func.func @conv_of_minus_ones(%x: tensor<1x9x9x1xi32>, %f: tensor<4x3x3x1xi32>) -> tensor<1x9x9x4xi32> {
  // CHECK-NOT: linalg.broadcast
  // CHECK: tensor.pad %[[IMAGES]] low[0, 1, 1, 0] high[0, 1, 1, 0]
  // CHECK: tensor.yield %[[CM1]]
  %0 = quant_bnn.xnor_conv_2d %x, %f depth = 32 padding = [1, 1, 1, 1] pad_value = minus_one
      : (tensor<1x9x9x1xi32>, tensor<4x3x3x1xi32>) -> tensor<1x9x9x4xi32>
  return %0 : tensor<1x9x9x4xi32>
}

// -----

// With the other polarity these are the bits of +1.
// CHECK-LABEL: func @conv_of_ones(
// CHECK-SAME: %[[IMAGES:.*]]: tensor<1x9x9x1xi32>
// CHECK-DAG: %[[CM1:.*]] = arith.constant -1 : i32
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : i32
func.func @conv_of_ones(%x: tensor<1x9x9x1xi32>, %f: tensor<4x3x3x1xi32>) -> (tensor<1x9x9x4xi32>, tensor<1x9x9x4xi32>) {
  // CHECK: tensor.pad %[[IMAGES]]
  // CHECK: tensor.yield %[[CM1]]
  // CHECK: tensor.pad %[[IMAGES]]
  // CHECK: tensor.yield %[[C0]]
  %0 = quant_bnn.xnor_conv_2d %x, %f depth = 32 padding = [1, 1, 1, 1] pad_value = one polarity = nonnegative
      : (tensor<1x9x9x1xi32>, tensor<4x3x3x1xi32>) -> tensor<1x9x9x4xi32>
  %1 = quant_bnn.xnor_conv_2d %x, %f depth = 32 padding = [1, 1, 1, 1] pad_value = one
      : (tensor<1x9x9x1xi32>, tensor<4x3x3x1xi32>) -> tensor<1x9x9x4xi32>
  return %0, %1 : tensor<1x9x9x4xi32>, tensor<1x9x9x4xi32>
}

// -----

// Groups are a dimension of their own.
// CHECK-LABEL: func @conv_of_groups(
func.func @conv_of_groups(%x: tensor<?x9x9x4xi32>, %f: tensor<6x3x3x2xi32>) -> tensor<?x7x7x6xi32> {
  // CHECK-DAG: tensor.expand_shape %{{.*}} {{\[\[}}0], [1], [2], [3, 4]] output_shape [%{{.*}}, 9, 9, 2, 2]
  // CHECK-DAG: tensor.expand_shape %{{.*}} {{\[\[}}0, 1], [2], [3], [4]] output_shape [2, 3, 3, 3, 2]
  // CHECK-DAG: tensor.expand_shape %{{.*}} {{\[\[}}0], [1], [2], [3, 4]] output_shape [%{{.*}}, 7, 7, 2, 3]
  // CHECK: linalg.generic {{.*}}"parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]
  // CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0], [1], [2], [3, 4]] : tensor<?x7x7x2x3xi32> into tensor<?x7x7x6xi32>
  %0 = quant_bnn.xnor_conv_2d %x, %f depth = 40 groups = 2 : (tensor<?x9x9x4xi32>, tensor<6x3x3x2xi32>) -> tensor<?x7x7x6xi32>
  return %0 : tensor<?x7x7x6xi32>
}

// -----

// No loop may read past the end of an image, not even one that does not run.
// CHECK-LABEL: func @no_positions(
func.func @no_positions(%x: tensor<1x1x5x1xi8>, %f: tensor<2x3x3x1xi8>) -> (tensor<1x0x3x2xi32>, tensor<1x0x5x1xi8>) {
  // CHECK-NOT: linalg.generic
  // CHECK: linalg.fill {{.*}} outs(%{{.*}} : tensor<1x0x3x2xi32>)
  // CHECK: linalg.fill {{.*}} outs(%{{.*}} : tensor<1x0x5x1xi8>)
  // CHECK-NOT: linalg.generic
  %0 = quant_bnn.xnor_conv_2d %x, %f depth = 8 : (tensor<1x1x5x1xi8>, tensor<2x3x3x1xi8>) -> tensor<1x0x3x2xi32>
  %1 = quant_bnn.xnor_max_pool_2d %x kernel = [4, 1] : tensor<1x1x5x1xi8> to tensor<1x0x5x1xi8>
  return %0, %1 : tensor<1x0x3x2xi32>, tensor<1x0x5x1xi8>
}

// -----

// CHECK-LABEL: func @no_taps(
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : i32
func.func @no_taps(%x: tensor<1x3x3x1xi8>, %f: tensor<2x0x2x1xi8>) -> tensor<1x4x2x2xi32> {
  // CHECK-NOT: linalg.generic
  // CHECK: linalg.fill ins(%[[C0]] : i32) outs(%{{.*}} : tensor<1x4x2x2xi32>)
  // CHECK-NOT: linalg.generic
  %0 = quant_bnn.xnor_conv_2d %x, %f depth = 8 : (tensor<1x3x3x1xi8>, tensor<2x0x2x1xi8>) -> tensor<1x4x2x2xi32>
  return %0 : tensor<1x4x2x2xi32>
}

// -----

//===----------------------------------------------------------------------===//
// What follows a product
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @threshold(
// CHECK-SAME: %[[ACC:.*]]: tensor<4x100xi32>, %[[T:.*]]: tensor<100xi32>, %[[FLIP:.*]]: tensor<100xi1>
func.func @threshold(%acc: tensor<4x100xi32>, %t: tensor<100xi32>, %flip: tensor<100xi1>) -> tensor<4x2xi64> {
  // CHECK: %[[BITS:.*]] = linalg.generic {{.*}} ins(%[[ACC]], %[[T]], %[[FLIP]] : {{.*}}) outs(%{{.*}} : tensor<4x100xi1>)
  // CHECK: ^bb0(%[[A:.*]]: i32, %[[B:.*]]: i32, %[[F:.*]]: i1, %{{.*}}: i1):
  // CHECK-NEXT: %[[BELOW:.*]] = arith.cmpi slt, %[[A]], %[[B]] : i32
  // CHECK-NEXT: %[[BIT:.*]] = arith.xori %[[BELOW]], %[[F]] : i1
  // CHECK-NEXT: linalg.yield %[[BIT]]
  // CHECK: linalg.generic {{.*}} ins(%[[BITS]] : tensor<4x100xi1>) outs(%{{.*}} : tensor<4x2xi64>)
  %0 = quant_bnn.threshold %acc, %t, %flip : (tensor<4x100xi32>, tensor<100xi32>, tensor<100xi1>) -> tensor<4x2xi64>
  return %0 : tensor<4x2xi64>
}

// -----

// The maximum of signs is the AND of bits of -1, and the OR of bits of +1. What is
// around images is -1.
// CHECK-LABEL: func @max_pool(
// CHECK-SAME: %[[X:.*]]: tensor<1x8x8x2xi32>
func.func @max_pool(%x: tensor<1x8x8x2xi32>) -> (tensor<1x4x4x2xi32>, tensor<1x7x8x2xi32>) {
  // CHECK-DAG: %[[ONES:.*]] = arith.constant -1 : i32
  // CHECK-DAG: %[[ZEROS:.*]] = arith.constant 0 : i32
  // CHECK: linalg.fill ins(%[[ONES]] : i32)
  // CHECK: %[[PADDED:.*]] = tensor.pad %[[X]] low[0, 1, 0, 0] high[0, 0, 1, 0]
  // CHECK: tensor.yield %[[ONES]]
  // CHECK: linalg.generic {{.*}} ins(%[[PADDED]], %{{.*}} : tensor<1x9x9x2xi32>, tensor<3x3xi32>)
  // CHECK: arith.andi
  // CHECK: linalg.fill ins(%[[ZEROS]] : i32)
  // CHECK-NOT: tensor.pad
  // CHECK: linalg.generic {{.*}} ins(%[[X]], %{{.*}} : tensor<1x8x8x2xi32>, tensor<2x1xi32>)
  // CHECK: arith.ori
  %0 = quant_bnn.xnor_max_pool_2d %x kernel = [3, 3] strides = [2, 2] padding = [1, 0, 0, 1]
      : tensor<1x8x8x2xi32> to tensor<1x4x4x2xi32>
  %1 = quant_bnn.xnor_max_pool_2d %x kernel = [2, 1] polarity = nonnegative : tensor<1x8x8x2xi32> to tensor<1x7x8x2xi32>
  return %0, %1 : tensor<1x4x4x2xi32>, tensor<1x7x8x2xi32>
}
