// Ops that keep elements in their words are computed on words.
//
// RUN: bnn-opt %s --quant-bnn-materialize-packed-layout --canonicalize --split-input-file | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-materialize-packed-layout --split-input-file \
// RUN:   --remarks-filter='quant-bnn-materialize-packed-layout' -o /dev/null 2>&1 | FileCheck %s --allow-empty --check-prefix=REMARK

// REMARK-NOT: remark

//===----------------------------------------------------------------------===//
// Pack and unpack
//===----------------------------------------------------------------------===//

// CHECK-DAG: #[[$ELEMENTS:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$WORDS:.*]] = affine_map<(d0, d1) -> (d0, d1 floordiv 8)>
// CHECK-LABEL: func @pack(
// CHECK-SAME: %[[X:.*]]: tensor<4x9xf16>, %[[Y:.*]]: tensor<9xf32>, %[[M:.*]]: tensor<9xi1>
func.func @pack(%x: tensor<4x9xf16>, %y: tensor<9xf32>, %m: tensor<9xi1>) -> (tensor<4x9xi1, #quant_bnn.packed<i8>>, tensor<9xi1, #quant_bnn.packed<i8, nonnegative>>, tensor<9xi1, #quant_bnn.packed<i8>>) {
  // CHECK-DAG: %[[C0:.*]] = arith.constant 0 : i8
  // CHECK-DAG: %[[C8:.*]] = arith.constant 8 : index
  // CHECK: %[[ZEROS:.*]] = linalg.fill ins(%[[C0]] : i8) outs(%{{.*}} : tensor<4x2xi8>)
  // CHECK: linalg.generic {indexing_maps = [#[[$ELEMENTS]], #[[$WORDS]]], iterator_types = ["parallel", "reduction"]}
  // CHECK-SAME: ins(%[[X]] : tensor<4x9xf16>) outs(%[[ZEROS]] : tensor<4x2xi8>)
  // CHECK-NEXT: ^bb0(%[[IN:.*]]: f16, %[[OUT:.*]]: i8):
  // CHECK: %[[BIT:.*]] = arith.cmpf olt
  // CHECK: %[[K:.*]] = linalg.index 1
  // CHECK: %[[POSITION:.*]] = arith.remui %[[K]], %[[C8]] : index
  // CHECK: %[[SHIFT:.*]] = arith.index_castui %[[POSITION]] : index to i8
  // CHECK: %[[WIDE:.*]] = arith.extui %[[BIT]] : i1 to i8
  // CHECK: %[[SHIFTED:.*]] = arith.shli %[[WIDE]], %[[SHIFT]] : i8
  // CHECK: %[[WORD:.*]] = arith.ori %[[OUT]], %[[SHIFTED]] : i8
  // CHECK: linalg.yield %[[WORD]]
  // CHECK: linalg.generic {{.*}} ins(%[[Y]] : tensor<9xf32>)
  // CHECK: arith.cmpf uge
  // CHECK: linalg.generic {{.*}} ins(%[[M]] : tensor<9xi1>)
  // CHECK-NOT: arith.cmpf
  %0 = quant_bnn.pack %x : tensor<4x9xf16> to tensor<4x9xi1, #quant_bnn.packed<i8>>
  %1 = quant_bnn.pack %y : tensor<9xf32> to tensor<9xi1, #quant_bnn.packed<i8, nonnegative>>
  %2 = quant_bnn.pack %m : tensor<9xi1> to tensor<9xi1, #quant_bnn.packed<i8>>
  return %0, %1, %2 : tensor<4x9xi1, #quant_bnn.packed<i8>>, tensor<9xi1, #quant_bnn.packed<i8, nonnegative>>, tensor<9xi1, #quant_bnn.packed<i8>>
}

// -----

// CHECK-DAG: #[[$WORDS:.*]] = affine_map<(d0, d1) -> (d0, d1 floordiv 8)>
// CHECK-LABEL: func @unpack(
// CHECK-SAME: %[[A:.*]]: tensor<?x?xi8>, %[[K:.*]]: index, %[[B:.*]]: tensor<4x2xi8>
func.func @unpack(%a: tensor<?x?xi1, #quant_bnn.packed<i8>>, %b: tensor<4x9xi1, #quant_bnn.packed<i8, nonnegative>>) -> (tensor<?x?xi1>, tensor<4x9xbf16>) {
  // CHECK-DAG: %[[ONE:.*]] = arith.constant 1.000000e+00 : bf16
  // CHECK-DAG: %[[MINUS_ONE:.*]] = arith.constant -1.000000e+00 : bf16
  // CHECK: %[[EMPTY:.*]] = tensor.empty(%{{.*}}, %[[K]]) : tensor<?x?xi1>
  // CHECK: linalg.generic {indexing_maps = [#[[$WORDS]], #{{.*}}], iterator_types = ["parallel", "parallel"]}
  // CHECK-SAME: ins(%[[A]] : tensor<?x?xi8>) outs(%[[EMPTY]] : tensor<?x?xi1>)
  // CHECK: arith.shrui
  // CHECK: arith.trunci %{{.*}} : i8 to i1
  // CHECK: linalg.generic {{.*}} ins(%[[B]] : tensor<4x2xi8>)
  // CHECK: arith.select %{{.*}}, %[[ONE]], %[[MINUS_ONE]] : bf16
  %0 = quant_bnn.unpack %a : tensor<?x?xi1, #quant_bnn.packed<i8>> to tensor<?x?xi1>
  %1 = quant_bnn.unpack %b : tensor<4x9xi1, #quant_bnn.packed<i8, nonnegative>> to tensor<4x9xbf16>
  return %0, %1 : tensor<?x?xi1>, tensor<4x9xbf16>
}

// -----

// The number of words is a constant, but the type does not say so.
// CHECK-LABEL: func @pack_of_a_known_length(
func.func @pack_of_a_known_length(%x: tensor<4x17xf16>) -> tensor<2x?xi1, #quant_bnn.packed<i64>> {
  // CHECK: %[[LENGTH:.*]] = arith.constant 3 : index
  // CHECK: %[[WORDS:.*]] = tensor.cast %{{.*}} : tensor<2x1xi64> to tensor<2x?xi64>
  // CHECK: return %[[WORDS]], %[[LENGTH]] : tensor<2x?xi64>, index
  %n = arith.constant 3 : index
  %slice = tensor.extract_slice %x[0, 9] [2, %n] [2, 1] : tensor<4x17xf16> to tensor<2x?xf16>
  %words = quant_bnn.pack %slice : tensor<2x?xf16> to tensor<2x?xi1, #quant_bnn.packed<i64>>
  return %words : tensor<2x?xi1, #quant_bnn.packed<i64>>
}

// -----

//===----------------------------------------------------------------------===//
// Constants, sizes and single elements
//===----------------------------------------------------------------------===//

// A splat of ones is none where a row ends within a word.
// CHECK-LABEL: func @constants(
func.func @constants() -> (tensor<2x9xi1, #quant_bnn.packed<i8>>, tensor<2x9xi1, #quant_bnn.packed<i8>>, tensor<2x16xi1, #quant_bnn.packed<i8>>, tensor<2x10xi1, #quant_bnn.packed<i8>>, tensor<2x0xi1, #quant_bnn.packed<i8>>) {
  // CHECK-DAG: %[[ZEROS:.*]] = arith.constant dense<0> : tensor<2x2xi8>
  // CHECK-DAG: %[[TAILS:.*]] = arith.constant dense<{{\[}}[-1, 1], [-1, 1]]> : tensor<2x2xi8>
  // CHECK-DAG: %[[ONES:.*]] = arith.constant dense<-1> : tensor<2x2xi8>
  // CHECK-DAG: %[[BITS:.*]] = arith.constant dense<{{\[}}[1, 2], [6, 0]]> : tensor<2x2xi8>
  // CHECK-DAG: %[[NONE:.*]] = arith.constant dense<> : tensor<2x0xi8>
  // CHECK: return %[[ZEROS]], %[[TAILS]], %[[ONES]], %[[BITS]], %[[NONE]]
  %0 = arith.constant dense<false> : tensor<2x9xi1, #quant_bnn.packed<i8>>
  %1 = arith.constant dense<true> : tensor<2x9xi1, #quant_bnn.packed<i8>>
  %2 = arith.constant dense<true> : tensor<2x16xi1, #quant_bnn.packed<i8>>
  %3 = arith.constant dense<[[true, false, false, false, false, false, false, false, false, true],
                             [false, true, true, false, false, false, false, false, false, false]]> : tensor<2x10xi1, #quant_bnn.packed<i8>>
  %4 = arith.constant dense<> : tensor<2x0xi1, #quant_bnn.packed<i8>>
  return %0, %1, %2, %3, %4 : tensor<2x9xi1, #quant_bnn.packed<i8>>, tensor<2x9xi1, #quant_bnn.packed<i8>>, tensor<2x16xi1, #quant_bnn.packed<i8>>, tensor<2x10xi1, #quant_bnn.packed<i8>>, tensor<2x0xi1, #quant_bnn.packed<i8>>
}

// -----

// CHECK-LABEL: func @sizes(
// CHECK-SAME: %[[A:.*]]: tensor<?x?xi8>, %[[K:.*]]: index, %[[I:.*]]: index
func.func @sizes(%a: tensor<?x?xi1, #quant_bnn.packed<i8>>, %i: index) -> (index, index, index) {
  // CHECK-DAG: %[[ROWS:.*]] = tensor.dim %[[A]], %c0
  // CHECK-DAG: %[[IS_LAST:.*]] = arith.cmpi eq, %[[I]], %c1 : index
  // CHECK-DAG: %[[OTHER:.*]] = tensor.dim %[[A]], %[[I]]
  // CHECK: %[[ANY:.*]] = arith.select %[[IS_LAST]], %[[K]], %[[OTHER]] : index
  // CHECK: return %[[ROWS]], %[[K]], %[[ANY]]
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = tensor.dim %a, %c0 : tensor<?x?xi1, #quant_bnn.packed<i8>>
  %1 = tensor.dim %a, %c1 : tensor<?x?xi1, #quant_bnn.packed<i8>>
  %2 = tensor.dim %a, %i : tensor<?x?xi1, #quant_bnn.packed<i8>>
  return %0, %1, %2 : index, index, index
}

// -----

// CHECK-DAG: #[[$CEIL:.*]] = affine_map<()[s0] -> (s0 ceildiv 8)>
// CHECK-LABEL: func @empty(
// CHECK-SAME: %[[I:.*]]: index, %[[K:.*]]: index
func.func @empty(%i: index, %k: index) -> tensor<?x?xi1, #quant_bnn.packed<i8>> {
  // CHECK: %[[COUNT:.*]] = affine.apply #[[$CEIL]]()[%[[K]]]
  // CHECK: %[[EMPTY:.*]] = tensor.empty(%[[I]], %[[COUNT]]) : tensor<?x?xi8>
  // CHECK: return %[[EMPTY]], %[[K]]
  %0 = tensor.empty(%i, %k) : tensor<?x?xi1, #quant_bnn.packed<i8>>
  return %0 : tensor<?x?xi1, #quant_bnn.packed<i8>>
}

// -----

// CHECK-LABEL: func @extract(
// CHECK-SAME: %[[A:.*]]: tensor<4x2xi64>, %[[I:.*]]: index
func.func @extract(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %i: index) -> i1 {
  // CHECK: %[[INDEX:.*]] = arith.divui %[[I]], %c64 : index
  // CHECK: %[[WORD:.*]] = tensor.extract %[[A]][%c1, %[[INDEX]]]
  // CHECK: %[[SHIFT:.*]] = arith.remui %[[I]], %c64 : index
  // CHECK: arith.shrui %[[WORD]]
  %c1 = arith.constant 1 : index
  %0 = tensor.extract %a[%c1, %i] : tensor<4x100xi1, #quant_bnn.packed<i64>>
  return %0 : i1
}

// -----

//===----------------------------------------------------------------------===//
// tensor.cast
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @cast_to_narrow_words(
// CHECK-SAME: %[[A:.*]]: tensor<4x2xi64>
func.func @cast_to_narrow_words(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x100xi1, #quant_bnn.packed<i8>> {
  // CHECK: linalg.generic {{.*}} ins(%[[A]] : tensor<4x2xi64>) outs(%{{.*}} : tensor<4x2x8xi8>)
  // CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0], [1, 2]] : tensor<4x2x8xi8> into tensor<4x16xi8>
  // CHECK: tensor.extract_slice %{{.*}}[0, 0] [4, 13] [1, 1] : tensor<4x16xi8> to tensor<4x13xi8>
  %0 = tensor.cast %a : tensor<4x100xi1, #quant_bnn.packed<i64>> to tensor<4x100xi1, #quant_bnn.packed<i8>>
  return %0 : tensor<4x100xi1, #quant_bnn.packed<i8>>
}

// -----

// CHECK-LABEL: func @cast_to_wide_words(
// CHECK-SAME: %[[A:.*]]: tensor<4x13xi8>
func.func @cast_to_wide_words(%a: tensor<4x100xi1, #quant_bnn.packed<i8>>) -> tensor<4x100xi1, #quant_bnn.packed<i64>> {
  // CHECK: tensor.pad %[[A]] low[0, 0] high[0, 3]
  // CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]] output_shape [4, 2, 8] : tensor<4x16xi8> into tensor<4x2x8xi8>
  // CHECK: linalg.generic {{.*}}"parallel", "parallel", "reduction"]{{.*}} outs(%{{.*}} : tensor<4x2xi64>)
  %0 = tensor.cast %a : tensor<4x100xi1, #quant_bnn.packed<i8>> to tensor<4x100xi1, #quant_bnn.packed<i64>>
  return %0 : tensor<4x100xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-DAG: #[[$FILL:.*]] = affine_map<()[s0, s1] -> (-s1 + (s0 ceildiv 64) * 8)>
// CHECK-LABEL: func @cast_of_dynamic_rows(
// CHECK-SAME: %[[A:.*]]: tensor<4x?xi8>, %[[K:.*]]: index
func.func @cast_of_dynamic_rows(%a: tensor<4x?xi1, #quant_bnn.packed<i8>>) -> tensor<4x?xi1, #quant_bnn.packed<i64>> {
  // CHECK: %[[HIGH:.*]] = affine.apply #[[$FILL]]()[%[[K]], %{{.*}}]
  // CHECK: tensor.pad %[[A]] low[0, 0] high[0, %[[HIGH]]]
  // CHECK: return %{{.*}}, %[[K]] : tensor<4x?xi64>, index
  %0 = tensor.cast %a : tensor<4x?xi1, #quant_bnn.packed<i8>> to tensor<4x?xi1, #quant_bnn.packed<i64>>
  return %0 : tensor<4x?xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func @cast_of_polarity(
// CHECK-SAME: %[[A:.*]]: tensor<4x2xi64>
func.func @cast_of_polarity(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x100xi1, #quant_bnn.packed<i64, nonnegative>> {
  // CHECK-NEXT: return %[[A]]
  %0 = tensor.cast %a : tensor<4x100xi1, #quant_bnn.packed<i64>> to tensor<4x100xi1, #quant_bnn.packed<i64, nonnegative>>
  return %0 : tensor<4x100xi1, #quant_bnn.packed<i64, nonnegative>>
}

// -----

// A cast may know the length, or forget it.
// CHECK-LABEL: func @cast_of_sizes(
// CHECK-SAME: %[[A:.*]]: tensor<4x?xi64>, %{{.*}}: index, %[[B:.*]]: tensor<4x2xi64>
func.func @cast_of_sizes(%a: tensor<4x?xi1, #quant_bnn.packed<i64>>, %b: tensor<4x100xi1, #quant_bnn.packed<i64>>) -> (tensor<?x100xi1, #quant_bnn.packed<i64>>, tensor<4x?xi1, #quant_bnn.packed<i64>>) {
  // CHECK-DAG: %[[LENGTH:.*]] = arith.constant 100 : index
  // CHECK-DAG: %[[KNOWN:.*]] = tensor.cast %[[A]] : tensor<4x?xi64> to tensor<?x2xi64>
  // CHECK-DAG: %[[UNKNOWN:.*]] = tensor.cast %[[B]] : tensor<4x2xi64> to tensor<4x?xi64>
  // CHECK: return %[[KNOWN]], %[[UNKNOWN]], %[[LENGTH]]
  %0 = tensor.cast %a : tensor<4x?xi1, #quant_bnn.packed<i64>> to tensor<?x100xi1, #quant_bnn.packed<i64>>
  %1 = tensor.cast %b : tensor<4x100xi1, #quant_bnn.packed<i64>> to tensor<4x?xi1, #quant_bnn.packed<i64>>
  return %0, %1 : tensor<?x100xi1, #quant_bnn.packed<i64>>, tensor<4x?xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func @cast_of_encoding(
// CHECK-SAME: %[[A:.*]]: tensor<4x2xi64>, %[[B:.*]]: tensor<4x100xi1>
func.func @cast_of_encoding(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<4x100xi1>) -> (tensor<4x100xi1>, tensor<4x100xi1, #quant_bnn.packed<i8>>) {
  // CHECK: linalg.generic {{.*}} ins(%[[A]] : tensor<4x2xi64>) outs(%{{.*}} : tensor<4x100xi1>)
  // CHECK: linalg.generic {{.*}} ins(%[[B]] : tensor<4x100xi1>) outs(%{{.*}} : tensor<4x13xi8>)
  %0 = tensor.cast %a : tensor<4x100xi1, #quant_bnn.packed<i64>> to tensor<4x100xi1>
  %1 = tensor.cast %b : tensor<4x100xi1> to tensor<4x100xi1, #quant_bnn.packed<i8>>
  return %0, %1 : tensor<4x100xi1>, tensor<4x100xi1, #quant_bnn.packed<i8>>
}

// -----

//===----------------------------------------------------------------------===//
// Moves of elements
//===----------------------------------------------------------------------===//

// CHECK-DAG: #[[$FROM:.*]] = affine_map<(d0, d1, d2) -> (d1, d0, d2)>
// CHECK-LABEL: func @transpose(
// CHECK-SAME: %[[A:.*]]: tensor<3x?x2xi64>
func.func @transpose(%a: tensor<3x?x100xi1, #quant_bnn.packed<i64>>, %n: index) -> tensor<?x3x100xi1, #quant_bnn.packed<i64>> {
  // CHECK: linalg.generic {indexing_maps = [#[[$FROM]], {{.*}} ins(%[[A]] : tensor<3x?x2xi64>) outs(%{{.*}} : tensor<?x3x2xi64>)
  %0 = tensor.empty(%n) : tensor<?x3x100xi1, #quant_bnn.packed<i64>>
  %1 = linalg.transpose ins(%a : tensor<3x?x100xi1, #quant_bnn.packed<i64>>) outs(%0 : tensor<?x3x100xi1, #quant_bnn.packed<i64>>) permutation = [1, 0, 2]
  return %1 : tensor<?x3x100xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-DAG: #[[$CEIL:.*]] = affine_map<()[s0] -> (s0 ceildiv 8)>
// CHECK-LABEL: func @expand_shape(
// CHECK-SAME: %[[A:.*]]: tensor<6x?xi8>, %[[K:.*]]: index)
func.func @expand_shape(%a: tensor<6x?xi1, #quant_bnn.packed<i8>>) -> tensor<2x3x?xi1, #quant_bnn.packed<i8>> {
  // CHECK: cf.assert
  // CHECK: %[[COUNT:.*]] = affine.apply #[[$CEIL]]()[%[[K]]]
  // CHECK: %[[R:.*]] = tensor.expand_shape %[[A]] {{\[\[}}0, 1], [2]] output_shape [2, 3, %[[COUNT]]] : tensor<6x?xi8> into tensor<2x3x?xi8>
  // CHECK: return %[[R]], %[[K]]
  %c1 = arith.constant 1 : index
  %k = tensor.dim %a, %c1 : tensor<6x?xi1, #quant_bnn.packed<i8>>
  %0 = tensor.expand_shape %a [[0, 1], [2]] output_shape [2, 3, %k] : tensor<6x?xi1, #quant_bnn.packed<i8>> into tensor<2x3x?xi1, #quant_bnn.packed<i8>>
  return %0 : tensor<2x3x?xi1, #quant_bnn.packed<i8>>
}

// -----

// CHECK-LABEL: func @collapse_shape(
// CHECK-SAME: %[[A:.*]]: tensor<2x3x?xi8>, %[[K:.*]]: index, %[[B:.*]]: tensor<?x7x7x1xi64>
func.func @collapse_shape(%a: tensor<2x3x?xi1, #quant_bnn.packed<i8>>, %b: tensor<?x7x7x64xi1, #quant_bnn.packed<i64>>) -> (tensor<6x?xi1, #quant_bnn.packed<i8>>, tensor<?x3136xi1, #quant_bnn.packed<i64>>) {
  // CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[A]] {{\[\[}}0, 1], [2]] : tensor<2x3x?xi8> into tensor<6x?xi8>
  // CHECK: %[[WORDS:.*]] = tensor.collapse_shape %[[B]] {{\[\[}}0], [1, 2, 3]] : tensor<?x7x7x1xi64> into tensor<?x49xi64>
  // CHECK: return %[[ROWS]], %[[K]], %[[WORDS]]
  %0 = tensor.collapse_shape %a [[0, 1], [2]] : tensor<2x3x?xi1, #quant_bnn.packed<i8>> into tensor<6x?xi1, #quant_bnn.packed<i8>>
  %1 = tensor.collapse_shape %b [[0], [1, 2, 3]] : tensor<?x7x7x64xi1, #quant_bnn.packed<i64>> into tensor<?x3136xi1, #quant_bnn.packed<i64>>
  return %0, %1 : tensor<6x?xi1, #quant_bnn.packed<i8>>, tensor<?x3136xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func @concat_of_rows(
// CHECK-SAME: %[[A:.*]]: tensor<4x2xi64>, %[[B:.*]]: tensor<?x2xi64>
func.func @concat_of_rows(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<?x100xi1, #quant_bnn.packed<i64>>) -> tensor<?x100xi1, #quant_bnn.packed<i64>> {
  // CHECK-NEXT: tensor.concat dim(0) %[[A]], %[[B]] : (tensor<4x2xi64>, tensor<?x2xi64>) -> tensor<?x2xi64>
  %0 = tensor.concat dim(0) %a, %b : (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<?x100xi1, #quant_bnn.packed<i64>>) -> tensor<?x100xi1, #quant_bnn.packed<i64>>
  return %0 : tensor<?x100xi1, #quant_bnn.packed<i64>>
}

// -----

// The last operand may end within a word.
// CHECK-DAG: #[[$SUM:.*]] = affine_map<()[s0] -> (s0 + 64)>
// CHECK-LABEL: func @concat_of_words(
// CHECK-SAME: %[[A:.*]]: tensor<4x1xi64>, %[[B:.*]]: tensor<4x?xi64>, %[[K:.*]]: index
func.func @concat_of_words(%a: tensor<4x64xi1, #quant_bnn.packed<i64>>, %b: tensor<4x?xi1, #quant_bnn.packed<i64>>) -> tensor<4x?xi1, #quant_bnn.packed<i64>> {
  // CHECK: %[[LENGTH:.*]] = affine.apply #[[$SUM]]()[%[[K]]]
  // CHECK: %[[R:.*]] = tensor.concat dim(1) %[[A]], %[[B]] : (tensor<4x1xi64>, tensor<4x?xi64>) -> tensor<4x?xi64>
  // CHECK: return %[[R]], %[[LENGTH]]
  %0 = tensor.concat dim(1) %a, %b : (tensor<4x64xi1, #quant_bnn.packed<i64>>, tensor<4x?xi1, #quant_bnn.packed<i64>>) -> tensor<4x?xi1, #quant_bnn.packed<i64>>
  return %0 : tensor<4x?xi1, #quant_bnn.packed<i64>>
}

// -----

// The form that canonicalization gives to a packed concatenation.
// CHECK-LABEL: func @concat_between_casts(
// CHECK-SAME: %[[A:.*]]: tensor<4x2xi64>, %[[B:.*]]: tensor<2x2xi64>
func.func @concat_between_casts(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<2x100xi1, #quant_bnn.packed<i64>>) -> tensor<?x100xi1, #quant_bnn.packed<i64>> {
  // CHECK-NEXT: %[[R:.*]] = tensor.concat dim(0) %[[A]], %[[B]] : (tensor<4x2xi64>, tensor<2x2xi64>) -> tensor<6x2xi64>
  // CHECK-NEXT: tensor.cast %[[R]] : tensor<6x2xi64> to tensor<?x2xi64>
  %0 = tensor.cast %a : tensor<4x100xi1, #quant_bnn.packed<i64>> to tensor<4x100xi1>
  %1 = tensor.cast %b : tensor<2x100xi1, #quant_bnn.packed<i64>> to tensor<2x100xi1>
  %2 = tensor.concat dim(0) %0, %1 : (tensor<4x100xi1>, tensor<2x100xi1>) -> tensor<6x100xi1>
  %3 = tensor.cast %2 : tensor<6x100xi1> to tensor<?x100xi1, #quant_bnn.packed<i64>>
  return %3 : tensor<?x100xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func @pad_before_cast(
// CHECK-SAME: %[[A:.*]]: tensor<4x2xi64>
func.func @pad_before_cast(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>) -> tensor<?x100xi1, #quant_bnn.packed<i64>> {
  // CHECK: %[[R:.*]] = tensor.pad %[[A]] low[1, 0] high[0, 0]
  // CHECK: } : tensor<4x2xi64> to tensor<5x2xi64>
  // CHECK: tensor.cast %[[R]] : tensor<5x2xi64> to tensor<?x2xi64>
  %false = arith.constant false
  %0 = tensor.pad %a low[1, 0] high[0, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %false : i1
  } : tensor<4x100xi1, #quant_bnn.packed<i64>> to tensor<5x100xi1>
  %1 = tensor.cast %0 : tensor<5x100xi1> to tensor<?x100xi1, #quant_bnn.packed<i64>>
  return %1 : tensor<?x100xi1, #quant_bnn.packed<i64>>
}

// -----

// Dimensions of size 1 beside a row move no elements.
// CHECK-LABEL: func @unit_dimension(
// CHECK-SAME: %[[A:.*]]: tensor<2xi64>
func.func @unit_dimension(%a: tensor<100xi1, #quant_bnn.packed<i64>>) -> tensor<1x100xi1, #quant_bnn.packed<i64>> {
  // CHECK-NEXT: tensor.expand_shape %[[A]] {{.*}} : tensor<2xi64> into tensor<1x2xi64>
  %0 = tensor.expand_shape %a [[0, 1]] output_shape [1, 100] : tensor<100xi1, #quant_bnn.packed<i64>> into tensor<1x100xi1, #quant_bnn.packed<i64>>
  return %0 : tensor<1x100xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func @cast_of_constant(
func.func @cast_of_constant() -> tensor<2x12xi1, #quant_bnn.packed<i8>> {
  // CHECK-NEXT: arith.constant dense<{{\[\[-1, 15\], \[-1, 15\]\]}}> : tensor<2x2xi8>
  // CHECK-NEXT: return
  %0 = arith.constant dense<true> : tensor<2x12xi1>
  %1 = tensor.cast %0 : tensor<2x12xi1> to tensor<2x12xi1, #quant_bnn.packed<i8>>
  return %1 : tensor<2x12xi1, #quant_bnn.packed<i8>>
}

// -----

// A slice may end at a word boundary or at the end of the row.
// CHECK-LABEL: func @extract_slice(
// CHECK-SAME: %[[A:.*]]: tensor<?x4xi64>, %[[I:.*]]: index
func.func @extract_slice(%a: tensor<?x200xi1, #quant_bnn.packed<i64>>, %i: index) -> (tensor<3x128xi1, #quant_bnn.packed<i64>>, tensor<3x72xi1, #quant_bnn.packed<i64>>, tensor<200xi1, #quant_bnn.packed<i64>>) {
  // CHECK-NEXT: tensor.extract_slice %[[A]][%[[I]], 1] [3, 2] [2, 1] : tensor<?x4xi64> to tensor<3x2xi64>
  // CHECK-NEXT: tensor.extract_slice %[[A]][0, 2] [3, 2] [1, 1] : tensor<?x4xi64> to tensor<3x2xi64>
  // CHECK-NEXT: tensor.extract_slice %[[A]][%[[I]], 0] [1, 4] [1, 1] : tensor<?x4xi64> to tensor<4xi64>
  %0 = tensor.extract_slice %a[%i, 64] [3, 128] [2, 1] : tensor<?x200xi1, #quant_bnn.packed<i64>> to tensor<3x128xi1, #quant_bnn.packed<i64>>
  %1 = tensor.extract_slice %a[0, 128] [3, 72] [1, 1] : tensor<?x200xi1, #quant_bnn.packed<i64>> to tensor<3x72xi1, #quant_bnn.packed<i64>>
  %2 = tensor.extract_slice %a[%i, 0] [1, 200] [1, 1] : tensor<?x200xi1, #quant_bnn.packed<i64>> to tensor<200xi1, #quant_bnn.packed<i64>>
  return %0, %1, %2 : tensor<3x128xi1, #quant_bnn.packed<i64>>, tensor<3x72xi1, #quant_bnn.packed<i64>>, tensor<200xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func @extract_slice_of_dynamic_rows(
// CHECK-SAME: %[[A:.*]]: tensor<?x?xi8>, %[[K:.*]]: index
func.func @extract_slice_of_dynamic_rows(%a: tensor<?x?xi1, #quant_bnn.packed<i8>>) -> tensor<4x?xi1, #quant_bnn.packed<i8>> {
  // CHECK: %[[R:.*]] = tensor.extract_slice %[[A]][1, 0] [4, %{{.*}}] [1, 1] : tensor<?x?xi8> to tensor<4x?xi8>
  // CHECK: return %[[R]], %[[K]]
  %c1 = arith.constant 1 : index
  %k = tensor.dim %a, %c1 : tensor<?x?xi1, #quant_bnn.packed<i8>>
  %0 = tensor.extract_slice %a[1, 0] [4, %k] [1, 1] : tensor<?x?xi1, #quant_bnn.packed<i8>> to tensor<4x?xi1, #quant_bnn.packed<i8>>
  return %0 : tensor<4x?xi1, #quant_bnn.packed<i8>>
}

// -----

// CHECK-LABEL: func @insert_slice(
// CHECK-SAME: %[[A:.*]]: tensor<2x2xi64>, %[[B:.*]]: tensor<8x4xi64>, %[[I:.*]]: index
func.func @insert_slice(%a: tensor<2x100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x228xi1, #quant_bnn.packed<i64>>, %i: index) -> tensor<8x228xi1, #quant_bnn.packed<i64>> {
  // CHECK-NEXT: tensor.insert_slice %[[A]] into %[[B]][%[[I]], 2] [2, 2] [1, 1] : tensor<2x2xi64> into tensor<8x4xi64>
  %0 = tensor.insert_slice %a into %b[%i, 128] [2, 100] [1, 1] : tensor<2x100xi1, #quant_bnn.packed<i64>> into tensor<8x228xi1, #quant_bnn.packed<i64>>
  return %0 : tensor<8x228xi1, #quant_bnn.packed<i64>>
}

// -----

// Ones in rows of 100 elements are 36 bits in the second word.
// CHECK-DAG: #[[$UNUSED:.*]] = affine_map<(d0) -> (0, d0 * 64 - 36)>
// CHECK-LABEL: func @pad(
// CHECK-SAME: %[[A:.*]]: tensor<4x2xi64>, %[[B:.*]]: tensor<4x2xi64>, %[[N:.*]]: index
func.func @pad(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<4x128xi1, #quant_bnn.packed<i64>>, %n: index) -> (tensor<?x100xi1, #quant_bnn.packed<i64>>, tensor<5x128xi1, #quant_bnn.packed<i64>>, tensor<5x100xi1, #quant_bnn.packed<i64>>) {
  // CHECK-DAG: %[[ONES:.*]] = arith.constant -1 : i64
  // CHECK-DAG: %[[C0:.*]] = arith.constant 0 : i64
  // CHECK: tensor.pad %[[A]] low[%[[N]], 0] high[1, 0]
  // CHECK: tensor.yield %[[C0]]
  // CHECK: tensor.pad %[[B]] low[0, 0] high[1, 0]
  // CHECK: tensor.yield %[[ONES]]
  // CHECK: tensor.pad %[[A]] low[0, 0] high[1, 0]
  // CHECK-NEXT: ^bb0(%{{.*}}: index, %[[WORD:.*]]: index):
  // CHECK: %[[UNUSED:.*]] = affine.max #[[$UNUSED]](%[[WORD]])
  // CHECK: %[[SHIFT:.*]] = arith.index_castui %[[UNUSED]] : index to i64
  // CHECK: %[[USED:.*]] = arith.shrui %[[ONES]], %[[SHIFT]] : i64
  // CHECK: tensor.yield %[[USED]]
  %false = arith.constant false
  %true = arith.constant true
  %0 = tensor.pad %a low[%n, 0] high[1, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %false : i1
  } : tensor<4x100xi1, #quant_bnn.packed<i64>> to tensor<?x100xi1, #quant_bnn.packed<i64>>
  %1 = tensor.pad %b low[0, 0] high[1, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %true : i1
  } : tensor<4x128xi1, #quant_bnn.packed<i64>> to tensor<5x128xi1, #quant_bnn.packed<i64>>
  %2 = tensor.pad %a low[0, 0] high[1, 0] {
  ^bb0(%i: index, %j: index):
    %inside = arith.constant true
    tensor.yield %inside : i1
  } : tensor<4x100xi1, #quant_bnn.packed<i64>> to tensor<5x100xi1, #quant_bnn.packed<i64>>
  return %0, %1, %2 : tensor<?x100xi1, #quant_bnn.packed<i64>>, tensor<5x128xi1, #quant_bnn.packed<i64>>, tensor<5x100xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-DAG: #[[$UNUSED:.*]] = affine_map<(d0)[s0] -> (0, d0 * 8 - s0 + 8)>
// CHECK-LABEL: func @pad_of_dynamic_rows(
// CHECK-SAME: %[[A:.*]]: tensor<4x?xi8>, %[[K:.*]]: index, %[[BIT:.*]]: i1
func.func @pad_of_dynamic_rows(%a: tensor<4x?xi1, #quant_bnn.packed<i8>>, %bit: i1) -> tensor<5x?xi1, #quant_bnn.packed<i8>> {
  // CHECK: tensor.pad %[[A]] low[0, 0] high[1, 0]
  // CHECK: affine.max #[[$UNUSED]](%{{.*}})[%[[K]]]
  // CHECK: %[[USED:.*]] = arith.shrui
  // CHECK: %[[WORD:.*]] = arith.select %[[BIT]], %[[USED]], %{{.*}} : i8
  // CHECK: tensor.yield %[[WORD]]
  %0 = tensor.pad %a low[0, 0] high[1, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %bit : i1
  } : tensor<4x?xi1, #quant_bnn.packed<i8>> to tensor<5x?xi1, #quant_bnn.packed<i8>>
  return %0 : tensor<5x?xi1, #quant_bnn.packed<i8>>
}

// -----

//===----------------------------------------------------------------------===//
// Bitwise and structured ops
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @fill(
// CHECK-SAME: %[[A:.*]]: tensor<4x2xi64>, %[[B:.*]]: tensor<4x1xi64>
func.func @fill(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<4x64xi1, #quant_bnn.packed<i64>>) -> (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<4x64xi1, #quant_bnn.packed<i64>>, tensor<4x100xi1, #quant_bnn.packed<i64>>) {
  // CHECK-DAG: %[[C0:.*]] = arith.constant 0 : i64
  // CHECK-DAG: %[[ONES:.*]] = arith.constant -1 : i64
  // CHECK-DAG: %[[ROW:.*]] = arith.constant dense<[-1, 68719476735]> : tensor<2xi64>
  // CHECK: linalg.fill ins(%[[C0]] : i64) outs(%[[A]] : tensor<4x2xi64>)
  // CHECK: linalg.fill ins(%[[ONES]] : i64) outs(%[[B]] : tensor<4x1xi64>)
  // CHECK: linalg.broadcast ins(%[[ROW]] : tensor<2xi64>) outs(%[[A]] : tensor<4x2xi64>) dimensions = [0]
  %false = arith.constant false
  %true = arith.constant true
  %0 = linalg.fill ins(%false : i1) outs(%a : tensor<4x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x100xi1, #quant_bnn.packed<i64>>
  %1 = linalg.fill ins(%true : i1) outs(%b : tensor<4x64xi1, #quant_bnn.packed<i64>>) -> tensor<4x64xi1, #quant_bnn.packed<i64>>
  %2 = linalg.fill ins(%true : i1) outs(%a : tensor<4x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x100xi1, #quant_bnn.packed<i64>>
  return %0, %1, %2 : tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<4x64xi1, #quant_bnn.packed<i64>>, tensor<4x100xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func @fill_of_dynamic_rows(
// CHECK-SAME: %[[A:.*]]: tensor<4x?xi64>, %[[K:.*]]: index, %[[BIT:.*]]: i1
func.func @fill_of_dynamic_rows(%a: tensor<4x?xi1, #quant_bnn.packed<i64>>, %bit: i1) -> tensor<4x?xi1, #quant_bnn.packed<i64>> {
  // CHECK: %[[R:.*]] = linalg.generic {{.*}} ins(%[[BIT]] : i1) outs(%[[A]] : tensor<4x?xi64>)
  // CHECK: affine.max #{{.*}}()[%{{.*}}, %[[K]]]
  // CHECK: %[[USED:.*]] = arith.shrui
  // CHECK: arith.select %{{.*}}, %[[USED]], %{{.*}} : i64
  // CHECK: return %[[R]], %[[K]]
  %0 = linalg.fill ins(%bit : i1) outs(%a : tensor<4x?xi1, #quant_bnn.packed<i64>>) -> tensor<4x?xi1, #quant_bnn.packed<i64>>
  return %0 : tensor<4x?xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func @max_pool(
// CHECK-SAME: %[[X:.*]]: tensor<1x8x8x4xi32>, %[[INIT:.*]]: tensor<1x7x7x4xi32>
func.func @max_pool(%x: tensor<1x8x8x100xi1, #quant_bnn.packed<i32>>, %init: tensor<1x7x7x100xi1, #quant_bnn.packed<i32>>, %w: tensor<2x2xf32>) -> tensor<1x7x7x100xi1, #quant_bnn.packed<i32>> {
  // CHECK: linalg.generic {{.*}} ins(%[[X]], %{{.*}} : tensor<1x8x8x4xi32>, tensor<2x2xf32>) outs(%[[INIT]] : tensor<1x7x7x4xi32>)
  // CHECK-NEXT: ^bb0(%[[IN:.*]]: i32, %{{.*}}: f32, %[[OUT:.*]]: i32):
  // CHECK-NEXT: arith.andi %[[OUT]], %[[IN]] : i32
  %y = linalg.pooling_nhwc_max ins(%x, %w : tensor<1x8x8x100xi1, #quant_bnn.packed<i32>>, tensor<2x2xf32>) outs(%init : tensor<1x7x7x100xi1, #quant_bnn.packed<i32>>) -> tensor<1x7x7x100xi1, #quant_bnn.packed<i32>>
  return %y : tensor<1x7x7x100xi1, #quant_bnn.packed<i32>>
}

// -----

// CHECK-LABEL: func @min_pool(
func.func @min_pool(%x: tensor<1x8x8x100xi1, #quant_bnn.packed<i32, nonnegative>>, %init: tensor<1x7x7x100xi1, #quant_bnn.packed<i32, nonnegative>>, %w: tensor<2x2xf32>) -> tensor<1x7x7x100xi1, #quant_bnn.packed<i32, nonnegative>> {
  // CHECK: arith.ori %{{.*}} : i32
  %y = linalg.pooling_nhwc_min ins(%x, %w : tensor<1x8x8x100xi1, #quant_bnn.packed<i32, nonnegative>>, tensor<2x2xf32>) outs(%init : tensor<1x7x7x100xi1, #quant_bnn.packed<i32, nonnegative>>) -> tensor<1x7x7x100xi1, #quant_bnn.packed<i32, nonnegative>>
  return %y : tensor<1x7x7x100xi1, #quant_bnn.packed<i32, nonnegative>>
}

// -----

// CHECK-LABEL: func @bitwise(
// CHECK-SAME: %[[A:.*]]: tensor<4x?xi64>, %[[K:.*]]: index, %[[B:.*]]: tensor<4x?xi64>, %{{.*}}: index
func.func @bitwise(%a: tensor<4x?xi1, #quant_bnn.packed<i64>>, %b: tensor<4x?xi1, #quant_bnn.packed<i64>>) -> tensor<4x?xi1, #quant_bnn.packed<i64>> {
  // CHECK: %[[AND:.*]] = arith.andi %[[A]], %[[B]] : tensor<4x?xi64>
  // CHECK: %[[OR:.*]] = arith.ori %[[AND]], %[[B]] : tensor<4x?xi64>
  // CHECK: %[[XOR:.*]] = arith.xori %[[OR]], %[[A]] : tensor<4x?xi64>
  // CHECK: return %[[XOR]], %[[K]]
  %0 = arith.andi %a, %b : tensor<4x?xi1, #quant_bnn.packed<i64>>
  %1 = arith.ori %0, %b : tensor<4x?xi1, #quant_bnn.packed<i64>>
  %2 = arith.xori %1, %a : tensor<4x?xi1, #quant_bnn.packed<i64>>
  return %2 : tensor<4x?xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func @select(
// CHECK-SAME: %[[A:.*]]: tensor<4x?xi64>, %[[K:.*]]: index, %[[B:.*]]: tensor<4x?xi64>, %[[L:.*]]: index, %[[C:.*]]: i1
func.func @select(%a: tensor<4x?xi1, #quant_bnn.packed<i64>>, %b: tensor<4x?xi1, #quant_bnn.packed<i64>>, %c: i1) -> tensor<4x?xi1, #quant_bnn.packed<i64>> {
  // CHECK-DAG: %[[WORDS:.*]] = arith.select %[[C]], %[[A]], %[[B]] : tensor<4x?xi64>
  // CHECK-DAG: %[[LENGTH:.*]] = arith.select %[[C]], %[[K]], %[[L]] : index
  // CHECK: return %[[WORDS]], %[[LENGTH]]
  %0 = arith.select %c, %a, %b : tensor<4x?xi1, #quant_bnn.packed<i64>>
  return %0 : tensor<4x?xi1, #quant_bnn.packed<i64>>
}

// -----

#map = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
// Constants, and bits that are the same along a row, become words.
// CHECK-LABEL: func @generic(
// CHECK-SAME: %[[A:.*]]: tensor<4x2xi64>, %[[B:.*]]: tensor<4xi1>
func.func @generic(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<4xi1>) -> tensor<4x100xi1, #quant_bnn.packed<i64>> {
  // CHECK: linalg.generic {{.*}} ins(%[[A]], %[[B]] : tensor<4x2xi64>, tensor<4xi1>)
  // CHECK-NEXT: ^bb0(%[[X:.*]]: i64, %[[Y:.*]]: i1, %{{.*}}: i64):
  // CHECK: %[[USED:.*]] = arith.shrui
  // CHECK: %[[NOT:.*]] = arith.xori %[[X]], %[[USED]] : i64
  // CHECK: %[[WORD:.*]] = arith.select %[[Y]], %{{.*}}, %{{.*}} : i64
  // CHECK: arith.andi %[[NOT]], %[[WORD]] : i64
  %true = arith.constant true
  %e = tensor.empty() : tensor<4x100xi1, #quant_bnn.packed<i64>>
  %0 = linalg.generic {indexing_maps = [#map, #row, #map], iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<4xi1>) outs(%e : tensor<4x100xi1, #quant_bnn.packed<i64>>) {
  ^bb0(%x: i1, %y: i1, %out: i1):
    %1 = arith.xori %x, %true : i1
    %2 = arith.andi %1, %y : i1
    linalg.yield %2 : i1
  } -> tensor<4x100xi1, #quant_bnn.packed<i64>>
  return %0 : tensor<4x100xi1, #quant_bnn.packed<i64>>
}

// -----

// A generic that reads single bits reads the words that hold them.
// CHECK-DAG: #[[$WORDS:.*]] = affine_map<(d0, d1, d2) -> (d1, d2 floordiv 32)>
// CHECK-LABEL: func @bit_reads(
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32>, %[[W:.*]]: tensor<?x?xi32>
func.func @bit_reads(%x: tensor<?x?xf32>, %w: tensor<?x?xi1, #quant_bnn.packed<i32>>, %init: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$WORDS]], #{{.*}}], {{.*}} ins(%[[X]], %[[W]] : tensor<?x?xf32>, tensor<?x?xi32>)
  // CHECK-NEXT: ^bb0(%[[IN:.*]]: f32, %[[WORD:.*]]: i32, %{{.*}}: f32):
  // CHECK: %[[K:.*]] = linalg.index 2
  // CHECK: arith.remui %[[K]], %c32
  // CHECK: %[[SHIFTED:.*]] = arith.shrui %[[WORD]]
  // CHECK: %[[BIT:.*]] = arith.trunci %[[SHIFTED]] : i32 to i1
  // CHECK: arith.select %[[BIT]]
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<?x?xf32>, tensor<?x?xi1, #quant_bnn.packed<i32>>) outs(%init : tensor<?x?xf32>) {
  ^bb0(%in: f32, %bit: i1, %out: f32):
    %minus = arith.negf %in : f32
    %term = arith.select %bit, %minus, %in : f32
    %sum = arith.addf %out, %term : f32
    linalg.yield %sum : f32
  } -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// CHECK-LABEL: func @resource(
func.func @resource() -> tensor<2x4xi1, #quant_bnn.packed<i8>> {
  // CHECK: arith.constant dense<{{\[}}[9], [8]]> : tensor<2x1xi8>
  %0 = arith.constant dense_resource<bits> : tensor<2x4xi1, #quant_bnn.packed<i8>>
  return %0 : tensor<2x4xi1, #quant_bnn.packed<i8>>
}

{-#
  dialect_resources: {
    builtin: {
      bits: "0x010000000100000100000001"
    }
  }
#-}
