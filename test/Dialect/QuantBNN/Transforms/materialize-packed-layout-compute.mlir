// RUN: bnn-opt %s --quant-bnn-materialize-packed-layout --canonicalize --split-input-file | FileCheck %s

//===----------------------------------------------------------------------===//
// Matmul and convolution
//===----------------------------------------------------------------------===//

// CHECK-DAG: #[[$A:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[$B:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[$ACC:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-LABEL: func @xnor_matmul(
// CHECK-SAME: %[[A_WORDS:.*]]: tensor<4x2xi64>, %[[B_WORDS:.*]]: tensor<8x2xi64>
func.func @xnor_matmul(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi32> {
  // CHECK-DAG: %[[LENGTH:.*]] = arith.constant 100 : i32
  // CHECK-DAG: %[[FACTOR:.*]] = arith.constant -2 : i32
  // CHECK: %[[INIT:.*]] = linalg.fill ins(%[[LENGTH]] : i32) outs(%{{.*}} : tensor<4x8xi32>)
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
  %0 = quant_bnn.xnor_matmul %a, %b : (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<8x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi32>
  return %0 : tensor<4x8xi32>
}

// -----

// The same b in each batch, and dynamic sizes.
// CHECK-DAG: #[[$A:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
// CHECK-DAG: #[[$B:.*]] = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
// CHECK-DAG: #[[$ACC:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
// CHECK-LABEL: func @broadcast(
// CHECK-SAME: %[[A_WORDS:.*]]: tensor<3x?x?xi8>, %[[A_K:.*]]: index, %[[B_WORDS:.*]]: tensor<?x?xi8>, %[[K:.*]]: index
func.func @broadcast(%a: tensor<3x?x?xi1, #quant_bnn.packed<i8>>, %b: tensor<?x?xi1, #quant_bnn.packed<i8>>) -> tensor<3x?x?xi32> {
  // CHECK-DAG: %[[M:.*]] = tensor.dim %[[A_WORDS]], %c1
  // CHECK-DAG: %[[N:.*]] = tensor.dim %[[B_WORDS]], %c0
  // CHECK-DAG: %[[SAME:.*]] = arith.cmpi eq, %[[A_K]], %[[K]] : index
  // CHECK-DAG: cf.assert %[[SAME]], "quant_bnn.xnor_matmul: requires rows of the same length"
  // CHECK-DAG: %[[LENGTH:.*]] = arith.index_cast %[[K]] : index to i32
  // CHECK: tensor.empty(%[[M]], %[[N]]) : tensor<3x?x?xi32>
  // CHECK: linalg.fill ins(%[[LENGTH]] : i32)
  // CHECK: linalg.generic {indexing_maps = [#[[$A]], #[[$B]], #[[$ACC]]], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
  // CHECK-SAME: ins(%[[A_WORDS]], %[[B_WORDS]] :
  // CHECK: arith.extui %{{.*}} : i8 to i32
  %0 = quant_bnn.xnor_matmul %a, %b : (tensor<3x?x?xi1, #quant_bnn.packed<i8>>, tensor<?x?xi1, #quant_bnn.packed<i8>>) -> tensor<3x?x?xi32>
  return %0 : tensor<3x?x?xi32>
}

// -----

// One operand of static length is enough.
// CHECK-LABEL: func @length_of_one(
func.func @length_of_one(%a: tensor<4x?xi1, #quant_bnn.packed<i8>>, %b: tensor<8x20xi1, #quant_bnn.packed<i8>>) -> tensor<4x8xi32> {
  // CHECK: %[[LENGTH:.*]] = arith.constant 20 : i32
  // CHECK: linalg.fill ins(%[[LENGTH]] : i32)
  %0 = quant_bnn.xnor_matmul %a, %b : (tensor<4x?xi1, #quant_bnn.packed<i8>>, tensor<8x20xi1, #quant_bnn.packed<i8>>) -> tensor<4x8xi32>
  return %0 : tensor<4x8xi32>
}

// -----

// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 * 2 + d4, d2 + d5 * 3, d6)>
// CHECK-DAG: #[[$F:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d3, d4, d5, d6)>
// CHECK-LABEL: func @conv(
// CHECK-SAME: %[[IMAGES:.*]]: tensor<1x9x9x2xi32>, %[[FILTER:.*]]: tensor<4x3x2x2xi32>
func.func @conv(%x: tensor<1x9x9x40xi1, #quant_bnn.packed<i32>>, %f: tensor<4x3x2x40xi1, #quant_bnn.packed<i32>>) -> tensor<1x4x6x4xi32> {
  // CHECK-NOT: tensor.pad
  // CHECK: %[[TERMS:.*]] = arith.constant 240 : i32
  // CHECK: linalg.fill ins(%[[TERMS]] : i32)
  // CHECK: linalg.generic {indexing_maps = [#[[$X]], #[[$F]], {{.*}}], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
  // CHECK-SAME: ins(%[[IMAGES]], %[[FILTER]] :
  %0 = quant_bnn.xnor_conv_2d %x, %f strides = [2, 1] dilations = [1, 3]
      : (tensor<1x9x9x40xi1, #quant_bnn.packed<i32>>, tensor<4x3x2x40xi1, #quant_bnn.packed<i32>>) -> tensor<1x4x6x4xi32>
  return %0 : tensor<1x4x6x4xi32>
}

// -----

// Zeros around the images are read as bits of 0. What that adds is in a table by
// filter and by which taps are inside: there are three classes of rows, and
// three of columns.
// CHECK-DAG: #[[$TABLE:.*]] = affine_map<(d0, d1, d2, d3) -> ((d1 + 8) floordiv 9 + (d1 + 1) floordiv 9, (d2 + 8) floordiv 9 + (d2 + 1) floordiv 9, d3)>
// CHECK-LABEL: func @conv_of_zeros(
// CHECK-SAME: %[[IMAGES:.*]]: tensor<1x9x9x1xi32>, %[[FILTER:.*]]: tensor<4x3x3x1xi32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : i32
// CHECK-DAG: %[[INSIDE:.*]] = arith.constant dense<{{\[\[}}0, 1, 1], [1, 1, 1], [1, 1, 0]]> : tensor<3x3xi32>
func.func @conv_of_zeros(%x: tensor<1x9x9x31xi1, #quant_bnn.packed<i32>>, %f: tensor<4x3x3x31xi1, #quant_bnn.packed<i32>>) -> tensor<1x9x9x4xi32> {
  // CHECK: %[[INIT:.*]] = linalg.fill ins(%[[C0]] : i32) outs(%{{.*}} : tensor<1x9x9x4xi32>)
  // CHECK: %[[PADDED:.*]] = tensor.pad %[[IMAGES]] low[0, 1, 1, 0] high[0, 1, 1, 0]
  // CHECK: tensor.yield %[[C0]]
  // CHECK: %[[SUMS:.*]] = linalg.generic {{.*}} ins(%[[PADDED]], %[[FILTER]] : {{.*}}) outs(%[[INIT]] :
  // CHECK: linalg.generic {{.*}} ins(%[[FILTER]] : tensor<4x3x3x1xi32>)
  // CHECK: linalg.generic {{.*}} ins(%[[INSIDE]], %{{.*}} : tensor<3x3xi32>, tensor<3x3x4xi32>)
  // CHECK: %[[VALUES:.*]] = linalg.generic {{.*}} ins(%[[INSIDE]], %{{.*}} : tensor<3x3xi32>, tensor<3x3x4xi32>)
  // CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$TABLE]], #{{.*}}]
  // CHECK-SAME: ins(%[[SUMS]], %[[VALUES]] : tensor<1x9x9x4xi32>, tensor<3x3x4xi32>)
  %0 = quant_bnn.xnor_conv_2d %x, %f padding = [1, 1, 1, 1]
      : (tensor<1x9x9x31xi1, #quant_bnn.packed<i32>>, tensor<4x3x3x31xi1, #quant_bnn.packed<i32>>) -> tensor<1x9x9x4xi32>
  return %0 : tensor<1x9x9x4xi32>
}

// -----

// Where an extent is dynamic, the table has a row for each position.
// CHECK-DAG: #[[$TABLE:.*]] = affine_map<(d0, d1, d2, d3) -> (d1, (d2 + 8) floordiv 9 + (d2 + 1) floordiv 9, d3)>
// CHECK-LABEL: func @conv_of_zeros_dynamic(
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$TABLE]], #{{.*}}]
// CHECK-SAME: ins(%{{.*}}, %{{.*}} : tensor<1x?x9x4xi32>, tensor<?x3x4xi32>)
func.func @conv_of_zeros_dynamic(%x: tensor<1x?x9x31xi1, #quant_bnn.packed<i32>>, %f: tensor<4x3x3x31xi1, #quant_bnn.packed<i32>>) -> tensor<1x?x9x4xi32> {
  %0 = quant_bnn.xnor_conv_2d %x, %f padding = [1, 1, 1, 1]
      : (tensor<1x?x9x31xi1, #quant_bnn.packed<i32>>, tensor<4x3x3x31xi1, #quant_bnn.packed<i32>>) -> tensor<1x?x9x4xi32>
  return %0 : tensor<1x?x9x4xi32>
}

// -----

// Bits of 1 around rows of whole words are words of ones.
// CHECK-LABEL: func @conv_of_minus_ones(
// CHECK-SAME: %[[IMAGES:.*]]: tensor<1x9x9x1xi32>
// CHECK-DAG: %[[CM1:.*]] = arith.constant -1 : i32
func.func @conv_of_minus_ones(%x: tensor<1x9x9x32xi1, #quant_bnn.packed<i32>>, %f: tensor<4x3x3x32xi1, #quant_bnn.packed<i32>>) -> tensor<1x9x9x4xi32> {
  // CHECK: tensor.pad %[[IMAGES]] low[0, 1, 1, 0] high[0, 1, 1, 0]
  // CHECK: tensor.yield %[[CM1]]
  %0 = quant_bnn.xnor_conv_2d %x, %f padding = [1, 1, 1, 1] pad_value = minus_one
      : (tensor<1x9x9x32xi1, #quant_bnn.packed<i32>>, tensor<4x3x3x32xi1, #quant_bnn.packed<i32>>) -> tensor<1x9x9x4xi32>
  return %0 : tensor<1x9x9x4xi32>
}

// -----

// Bits past the end of a row stay 0. With the other polarity, bits of 1 are +1.
// CHECK-LABEL: func @conv_of_ones(
// CHECK-SAME: %[[X:.*]]: tensor<1x9x9x2xi8>, %{{.*}}: tensor<4x3x3x2xi8>, %[[Y:.*]]: tensor<1x9x9x2xi8>
func.func @conv_of_ones(%x: tensor<1x9x9x12xi1, #quant_bnn.packed<i8, nonnegative>>, %f: tensor<4x3x3x12xi1, #quant_bnn.packed<i8, nonnegative>>, %y: tensor<1x9x9x12xi1, #quant_bnn.packed<i8>>,
                        %g: tensor<4x3x3x12xi1, #quant_bnn.packed<i8>>) -> (tensor<1x9x9x4xi32>, tensor<1x9x9x4xi32>) {
  // CHECK-DAG: %[[ONES:.*]] = arith.constant -1 : i8
  // CHECK-DAG: %[[C0:.*]] = arith.constant 0 : i8
  // CHECK: tensor.pad %[[X]]
  // CHECK: ^bb0(%{{.*}}: index, %{{.*}}: index, %{{.*}}: index, %[[WORD:.*]]: index):
  // CHECK: affine.max {{.*}}%[[WORD]]
  // CHECK: %[[USED:.*]] = arith.shrui %[[ONES]]
  // CHECK: tensor.yield %[[USED]]
  // CHECK: tensor.pad %[[Y]]
  // CHECK: tensor.yield %[[C0]]
  %0 = quant_bnn.xnor_conv_2d %x, %f padding = [1, 1, 1, 1] pad_value = one
      : (tensor<1x9x9x12xi1, #quant_bnn.packed<i8, nonnegative>>, tensor<4x3x3x12xi1, #quant_bnn.packed<i8, nonnegative>>) -> tensor<1x9x9x4xi32>
  %1 = quant_bnn.xnor_conv_2d %y, %g padding = [1, 1, 1, 1] pad_value = one
      : (tensor<1x9x9x12xi1, #quant_bnn.packed<i8>>, tensor<4x3x3x12xi1, #quant_bnn.packed<i8>>) -> tensor<1x9x9x4xi32>
  return %0, %1 : tensor<1x9x9x4xi32>, tensor<1x9x9x4xi32>
}

// -----

// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1 + d5, d2 + d6, d3, d7)>
// CHECK-DAG: #[[$F:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d3, d4, d5, d6, d7)>
// CHECK-LABEL: func @conv_of_groups(
// CHECK-SAME: %[[X:.*]]: tensor<?x9x9x2x2xi32>, %[[F:.*]]: tensor<6x3x3x2xi32>
func.func @conv_of_groups(%x: tensor<?x9x9x2x40xi1, #quant_bnn.packed<i32>>, %f: tensor<6x3x3x40xi1, #quant_bnn.packed<i32>>) -> tensor<?x7x7x6xi32> {
  // CHECK: %[[FILTER:.*]] = tensor.expand_shape %[[F]] {{\[\[}}0, 1], [2], [3], [4]] output_shape [2, 3, 3, 3, 2]
  // CHECK: %[[ACC:.*]] = linalg.generic {indexing_maps = [#[[$X]], #[[$F]], {{.*}}"parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]
  // CHECK-SAME: ins(%[[X]], %[[FILTER]] : {{.*}}) outs(%{{.*}} : tensor<?x7x7x2x3xi32>)
  // CHECK: tensor.collapse_shape %[[ACC]] {{\[\[}}0], [1], [2], [3, 4]] : tensor<?x7x7x2x3xi32> into tensor<?x7x7x6xi32>
  %0 = quant_bnn.xnor_conv_2d %x, %f groups = 2 : (tensor<?x9x9x2x40xi1, #quant_bnn.packed<i32>>, tensor<6x3x3x40xi1, #quant_bnn.packed<i32>>) -> tensor<?x7x7x6xi32>
  return %0 : tensor<?x7x7x6xi32>
}

// -----

// No loop may read past the end of an image, not even one that does not run.
// CHECK-LABEL: func @no_positions(
func.func @no_positions(%x: tensor<1x1x5x8xi1, #quant_bnn.packed<i8>>, %f: tensor<2x3x3x8xi1, #quant_bnn.packed<i8>>) -> tensor<1x0x3x2xi32> {
  // CHECK-NOT: linalg.generic
  %0 = quant_bnn.xnor_conv_2d %x, %f : (tensor<1x1x5x8xi1, #quant_bnn.packed<i8>>, tensor<2x3x3x8xi1, #quant_bnn.packed<i8>>) -> tensor<1x0x3x2xi32>
  return %0 : tensor<1x0x3x2xi32>
}

// -----

// CHECK-LABEL: func @no_taps(
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : i32
func.func @no_taps(%x: tensor<1x3x3x8xi1, #quant_bnn.packed<i8>>, %f: tensor<2x0x2x8xi1, #quant_bnn.packed<i8>>) -> tensor<1x4x2x2xi32> {
  // CHECK-NOT: linalg.generic
  // CHECK: linalg.fill ins(%[[C0]] : i32) outs(%{{.*}} : tensor<1x4x2x2xi32>)
  // CHECK-NOT: linalg.generic
  %0 = quant_bnn.xnor_conv_2d %x, %f : (tensor<1x3x3x8xi1, #quant_bnn.packed<i8>>, tensor<2x0x2x8xi1, #quant_bnn.packed<i8>>) -> tensor<1x4x2x2xi32>
  return %0 : tensor<1x4x2x2xi32>
}

// -----

//===----------------------------------------------------------------------===//
// Threshold
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @threshold(
// CHECK-SAME: %[[ACC:.*]]: tensor<4x100xi32>, %[[T:.*]]: tensor<100xi32>, %[[FLIP:.*]]: tensor<100xi1>
func.func @threshold(%acc: tensor<4x100xi32>, %t: tensor<100xi32>, %flip: tensor<100xi1>) -> tensor<4x100xi1, #quant_bnn.packed<i64>> {
  // CHECK: %[[BITS:.*]] = linalg.generic {{.*}} ins(%[[ACC]], %[[T]], %[[FLIP]] : {{.*}}) outs(%{{.*}} : tensor<4x100xi1>)
  // CHECK: ^bb0(%[[A:.*]]: i32, %[[B:.*]]: i32, %[[F:.*]]: i1, %{{.*}}: i1):
  // CHECK-NEXT: %[[BELOW:.*]] = arith.cmpi slt, %[[A]], %[[B]] : i32
  // CHECK-NEXT: %[[BIT:.*]] = arith.xori %[[BELOW]], %[[F]] : i1
  // CHECK-NEXT: linalg.yield %[[BIT]]
  // CHECK: linalg.generic {{.*}} ins(%[[BITS]] : tensor<4x100xi1>) outs(%{{.*}} : tensor<4x2xi64>)
  %0 = quant_bnn.threshold %acc, %t, %flip : (tensor<4x100xi32>, tensor<100xi32>, tensor<100xi1>) -> tensor<4x100xi1, #quant_bnn.packed<i64>>
  return %0 : tensor<4x100xi1, #quant_bnn.packed<i64>>
}
