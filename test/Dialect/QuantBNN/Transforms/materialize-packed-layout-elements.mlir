// Ops that may move elements between words are computed on elements of i1.
//
// RUN: bnn-opt %s --quant-bnn-materialize-packed-layout --canonicalize --split-input-file | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-materialize-packed-layout --split-input-file \
// RUN:   --remarks-filter='quant-bnn-materialize-packed-layout' -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// CHECK-LABEL: func @transpose(
// CHECK-SAME: %[[A:.*]]: tensor<4x2xi64>
func.func @transpose(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>) -> tensor<100x4xi1, #quant_bnn.packed<i64>> {
  // CHECK: %[[BITS:.*]] = linalg.generic {{.*}} ins(%[[A]] : tensor<4x2xi64>) outs(%{{.*}} : tensor<4x100xi1>)
  // CHECK: %[[R:.*]] = linalg.transpose ins(%[[BITS]] : tensor<4x100xi1>) outs(%{{.*}} : tensor<100x4xi1>) permutation = [1, 0]
  // CHECK: linalg.generic {{.*}} ins(%[[R]] : tensor<100x4xi1>) outs(%{{.*}} : tensor<100x1xi64>)
  // REMARK: [[@LINE+2]]:{{.*}}linalg.transpose not computed on words, but on elements that are unpacked
  %0 = tensor.empty() : tensor<100x4xi1, #quant_bnn.packed<i64>>
  %1 = linalg.transpose ins(%a : tensor<4x100xi1, #quant_bnn.packed<i64>>) outs(%0 : tensor<100x4xi1, #quant_bnn.packed<i64>>) permutation = [1, 0]
  return %1 : tensor<100x4xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func @reshape(
func.func @reshape(%a: tensor<4x9xi1, #quant_bnn.packed<i8>>) -> tensor<2x3x6xi1, #quant_bnn.packed<i8>> {
  // CHECK: %[[FLAT:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0, 1]] : tensor<4x9xi1> into tensor<36xi1>
  // CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0, 1, 2]] output_shape [2, 3, 6] : tensor<36xi1> into tensor<2x3x6xi1>
  // REMARK: [[@LINE+2]]:{{.*}}tensor.collapse_shape not computed on words
  // REMARK: [[@LINE+2]]:{{.*}}tensor.expand_shape not computed on words
  %0 = tensor.collapse_shape %a [[0, 1]] : tensor<4x9xi1, #quant_bnn.packed<i8>> into tensor<36xi1, #quant_bnn.packed<i8>>
  %1 = tensor.expand_shape %0 [[0, 1, 2]] output_shape [2, 3, 6] : tensor<36xi1, #quant_bnn.packed<i8>> into tensor<2x3x6xi1, #quant_bnn.packed<i8>>
  return %1 : tensor<2x3x6xi1, #quant_bnn.packed<i8>>
}

// -----

// CHECK-LABEL: func @concat(
func.func @concat(%a: tensor<4x33xi1, #quant_bnn.packed<i64>>, %b: tensor<4x?xi1, #quant_bnn.packed<i64>>) -> tensor<4x?xi1, #quant_bnn.packed<i64>> {
  // CHECK: %[[R:.*]] = tensor.concat dim(1) %{{.*}}, %{{.*}} : (tensor<4x33xi1>, tensor<4x?xi1>) -> tensor<4x?xi1>
  // CHECK: linalg.generic {{.*}} ins(%[[R]] : tensor<4x?xi1>) outs(%{{.*}} : tensor<4x?xi64>)
  // REMARK: [[@LINE+1]]:{{.*}}tensor.concat not computed on words
  %0 = tensor.concat dim(1) %a, %b : (tensor<4x33xi1, #quant_bnn.packed<i64>>, tensor<4x?xi1, #quant_bnn.packed<i64>>) -> tensor<4x?xi1, #quant_bnn.packed<i64>>
  return %0 : tensor<4x?xi1, #quant_bnn.packed<i64>>
}

// -----

// The second word of the first slice would hold an element too many. The second
// slice begins within a word, and the third drops the rows.
// CHECK-LABEL: func @extract_slice(
func.func @extract_slice(%a: tensor<4x200xi1, #quant_bnn.packed<i64>>) -> (tensor<4x127xi1, #quant_bnn.packed<i64>>, tensor<4x64xi1, #quant_bnn.packed<i64>>, tensor<4xi1, #quant_bnn.packed<i64>>) {
  // CHECK: tensor.extract_slice %{{.*}}[0, 64] [4, 127] [1, 1] : tensor<4x200xi1> to tensor<4x127xi1>
  // CHECK: tensor.extract_slice %{{.*}}[0, 1] [4, 64] [1, 1] : tensor<4x200xi1> to tensor<4x64xi1>
  // CHECK: tensor.extract_slice %{{.*}}[0, 0] [4, 1] [1, 1] : tensor<4x200xi1> to tensor<4xi1>
  // REMARK-COUNT-3: tensor.extract_slice not computed on words
  %0 = tensor.extract_slice %a[0, 64] [4, 127] [1, 1] : tensor<4x200xi1, #quant_bnn.packed<i64>> to tensor<4x127xi1, #quant_bnn.packed<i64>>
  %1 = tensor.extract_slice %a[0, 1] [4, 64] [1, 1] : tensor<4x200xi1, #quant_bnn.packed<i64>> to tensor<4x64xi1, #quant_bnn.packed<i64>>
  %2 = tensor.extract_slice %a[0, 0] [4, 1] [1, 1] : tensor<4x200xi1, #quant_bnn.packed<i64>> to tensor<4xi1, #quant_bnn.packed<i64>>
  return %0, %1, %2 : tensor<4x127xi1, #quant_bnn.packed<i64>>, tensor<4x64xi1, #quant_bnn.packed<i64>>, tensor<4xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func @insert_slice(
func.func @insert_slice(%a: tensor<2x100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x228xi1, #quant_bnn.packed<i64>>) -> tensor<8x228xi1, #quant_bnn.packed<i64>> {
  // CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[0, 64] [2, 100] [1, 1] : tensor<2x100xi1> into tensor<8x228xi1>
  // REMARK: [[@LINE+1]]:{{.*}}tensor.insert_slice not computed on words
  %0 = tensor.insert_slice %a into %b[0, 64] [2, 100] [1, 1] : tensor<2x100xi1, #quant_bnn.packed<i64>> into tensor<8x228xi1, #quant_bnn.packed<i64>>
  return %0 : tensor<8x228xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func @pad(
func.func @pad(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x103xi1, #quant_bnn.packed<i64>> {
  // CHECK: tensor.pad %{{.*}} low[0, 1] high[0, 2]
  // CHECK: tensor<4x100xi1> to tensor<4x103xi1>
  // REMARK: [[@LINE+2]]:{{.*}}tensor.pad not computed on words
  %true = arith.constant true
  %0 = tensor.pad %a low[0, 1] high[0, 2] {
  ^bb0(%i: index, %j: index):
    tensor.yield %true : i1
  } : tensor<4x100xi1, #quant_bnn.packed<i64>> to tensor<4x103xi1, #quant_bnn.packed<i64>>
  return %0 : tensor<4x103xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func @elementwise(
func.func @elementwise(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<4x100xi1, #quant_bnn.packed<i64>>, %c: tensor<4x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x100xi1, #quant_bnn.packed<i64>> {
  // CHECK: arith.cmpi ult, %{{.*}}, %{{.*}} : tensor<4x100xi1>
  // CHECK: arith.select %{{.*}}, %{{.*}}, %{{.*}} : tensor<4x100xi1>, tensor<4x100xi1>
  // REMARK: [[@LINE+2]]:{{.*}}arith.cmpi not computed on words
  // REMARK: [[@LINE+2]]:{{.*}}arith.select not computed on words
  %0 = arith.cmpi ult, %a, %b : tensor<4x100xi1, #quant_bnn.packed<i64>>
  %1 = arith.select %0, %a, %c : tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<4x100xi1, #quant_bnn.packed<i64>>
  return %1 : tensor<4x100xi1, #quant_bnn.packed<i64>>
}

// -----

// The words of both operands differ.
#map = affine_map<(i, j) -> (i, j)>
// CHECK-LABEL: func @other_words(
func.func @other_words(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<4x100xi1, #quant_bnn.packed<i8>>) -> tensor<4x100xi1, #quant_bnn.packed<i8>> {
  // CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<4x100xi1>) outs(%{{.*}} : tensor<4x100xi1>)
  // CHECK: arith.andi %{{.*}} : i1
  // REMARK: [[@LINE+1]]:{{.*}}linalg.generic not computed on words
  %0 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<4x100xi1, #quant_bnn.packed<i64>>) outs(%b : tensor<4x100xi1, #quant_bnn.packed<i8>>) {
  ^bb0(%x: i1, %y: i1):
    %1 = arith.andi %x, %y : i1
    linalg.yield %1 : i1
  } -> tensor<4x100xi1, #quant_bnn.packed<i8>>
  return %0 : tensor<4x100xi1, #quant_bnn.packed<i8>>
}

// -----

// CHECK-LABEL: func @reduction(
func.func @reduction(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %init: tensor<4xi1, #quant_bnn.packed<i64>>) -> tensor<4xi1, #quant_bnn.packed<i64>> {
  // CHECK: linalg.reduce { arith.andi } ins(%{{.*}} : tensor<4x100xi1>) outs(%{{.*}} : tensor<4xi1>) dimensions = [1]
  // REMARK: [[@LINE+1]]:{{.*}}linalg.reduce not computed on words
  %0 = linalg.reduce {arith.andi} ins(%a : tensor<4x100xi1, #quant_bnn.packed<i64>>) outs(%init : tensor<4xi1, #quant_bnn.packed<i64>>) dimensions = [1]
  return %0 : tensor<4xi1, #quant_bnn.packed<i64>>
}

// -----

// No operand but the packed one gives the range of the loop.
// CHECK-LABEL: func @bit_reads(
func.func @bit_reads(%w: tensor<?xi1, #quant_bnn.packed<i32>>, %init: tensor<f32>) -> tensor<f32> {
  // CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<?xi1>) outs(%{{.*}} : tensor<f32>)
  // REMARK: [[@LINE+1]]:{{.*}}linalg.generic not computed on words
  %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%w : tensor<?xi1, #quant_bnn.packed<i32>>) outs(%init : tensor<f32>) {
  ^bb0(%bit: i1, %out: f32):
    %term = arith.uitofp %bit : i1 to f32
    %sum = arith.addf %out, %term : f32
    linalg.yield %sum : f32
  } -> tensor<f32>
  return %y : tensor<f32>
}

// -----

// CHECK-LABEL: func @new_tensors(
func.func @new_tensors(%b: i1, %n: index) -> (tensor<2xi1, #quant_bnn.packed<i64>>, tensor<4x?xi1, #quant_bnn.packed<i64>>) {
  // CHECK: tensor.from_elements %{{.*}}, %{{.*}} : tensor<2xi1>
  // CHECK: tensor.generate
  // CHECK: } : tensor<4x?xi1>
  // REMARK: [[@LINE+2]]:{{.*}}tensor.from_elements not computed on words
  // REMARK: [[@LINE+2]]:{{.*}}tensor.generate not computed on words
  %0 = tensor.from_elements %b, %b : tensor<2xi1, #quant_bnn.packed<i64>>
  %1 = tensor.generate %n {
  ^bb0(%i: index, %j: index):
    tensor.yield %b : i1
  } : tensor<4x?xi1, #quant_bnn.packed<i64>>
  return %0, %1 : tensor<2xi1, #quant_bnn.packed<i64>>, tensor<4x?xi1, #quant_bnn.packed<i64>>
}
