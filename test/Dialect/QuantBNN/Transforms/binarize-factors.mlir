// A factor of signs that is the same for all terms of a sum multiplies the sum.

// RUN: bnn-opt %s --quant-bnn-binarize=mode=relaxed --split-input-file \
// RUN:   --remarks-filter=quant-bnn-binarize 2>%t.remarks | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK --input-file=%t.remarks
// RUN: bnn-opt %s --quant-bnn-binarize --split-input-file --remarks-filter=quant-bnn-binarize 2>%t.exact \
// RUN:   | FileCheck %s --check-prefix=EXACT
// RUN: FileCheck %s --check-prefix=REFUSED --input-file=%t.exact

#all = affine_map<(k, n) -> (k, n)>
#column = affine_map<(k, n) -> (n)>

// CHECK-LABEL: func @columns(
// CHECK-SAME:      %{{.*}}, %{{.*}}, %[[ALPHA:.*]]: tensor<32xf32>)
// CHECK:         quant_bnn.xnor_matmul
// CHECK:         %[[SUMS:.*]] = arith.sitofp
// CHECK:         linalg.generic {indexing_maps = [#{{.*}}, #[[COLUMN:.*]], #{{.*}}]
// CHECK-SAME:      ins(%[[SUMS]], %[[ALPHA]] :
// CHECK:           arith.mulf
// REMARK: Function=columns | Remark="linalg.matmul: a factor of signs multiplies the sums instead"
// EXACT-LABEL: func @columns(
// EXACT-NOT:     xnor_matmul
// EXACT:         return
// REFUSED: Function=columns | Remark="linalg.matmul not binarized: with mode=exact, only a constant power of two can multiply a sum instead of its terms"
func.func @columns(%x: tensor<4x64xf32>, %w: tensor<64x32xf32>, %alpha: tensor<32xf32>) -> tensor<4x32xf32> {
  %zero = arith.constant 0.0 : f32
  %s = quant_bnn.sign %x : tensor<4x64xf32>
  %q = quant_bnn.sign %w : tensor<64x32xf32>
  %we = tensor.empty() : tensor<64x32xf32>
  %a = linalg.generic {indexing_maps = [#all, #column, #all], iterator_types = ["parallel", "parallel"]}
      ins(%q, %alpha : tensor<64x32xf32>, tensor<32xf32>) outs(%we : tensor<64x32xf32>) {
  ^bb0(%in: f32, %c: f32, %out: f32):
    %m = arith.mulf %c, %in : f32
    linalg.yield %m : f32
  } -> tensor<64x32xf32>
  %e = tensor.empty() : tensor<4x32xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4x32xf32>) -> tensor<4x32xf32>
  %y = linalg.matmul ins(%s, %a : tensor<4x64xf32>, tensor<64x32xf32>) outs(%z : tensor<4x32xf32>) -> tensor<4x32xf32>
  return %y : tensor<4x32xf32>
}

// -----

// Two factors, of both operands, one in the body of an op and one of two
// dimensions; a bias, with dynamic sizes.
// CHECK-LABEL: func @both(
// CHECK-SAME:      %{{.*}}, %{{.*}}, %[[BETA:.*]]: f32, %[[ALPHA:.*]]: tensor<?xf32>, %[[BIAS:.*]]: tensor<?x?xf32>)
// CHECK:         quant_bnn.xnor_matmul
// CHECK:         linalg.generic
// CHECK-SAME:      %[[ALPHA]]
// CHECK:           arith.mulf
// CHECK:         linalg.generic
// CHECK-SAME:      %[[BETA]], %[[BIAS]]
// CHECK:           arith.mulf
// CHECK:           arith.addf
// REMARK-COUNT-2: Function=both | Remark="linalg.matmul: a factor
#all = affine_map<(i, j) -> (i, j)>
func.func @both(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>, %beta: f32, %alpha: tensor<?xf32>, %bias: tensor<?x?xf32>)
    -> tensor<?x?xf32> {
  %s = quant_bnn.sign %x : tensor<?x?xf32>
  %b = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel"]}
      ins(%s : tensor<?x?xf32>) outs(%x : tensor<?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %m = arith.mulf %in, %beta : f32
    linalg.yield %m : f32
  } -> tensor<?x?xf32>
  %q = quant_bnn.sign %w : tensor<?x?xf32>
  %spread = linalg.broadcast ins(%alpha : tensor<?xf32>) outs(%w : tensor<?x?xf32>) dimensions = [0]
  %a = arith.mulf %spread, %q : tensor<?x?xf32>
  %y = linalg.matmul ins(%b, %a : tensor<?x?xf32>, tensor<?x?xf32>) outs(%bias : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// A power of two is exact, for all elements of a filter.
// EXACT-LABEL: func @half(
// EXACT:         %[[HALF:.*]] = arith.constant 5.000000e-01 : f32
// EXACT:         quant_bnn.xnor_conv_2d
// EXACT:         arith.mulf %{{.*}}, %[[HALF]]
func.func @half(%x: tensor<1x8x8x32xf32>, %w: tensor<3x3x32x16xf32>) -> tensor<1x6x6x16xf32> {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant dense<0.5> : tensor<3x3x32x16xf32>
  %s = quant_bnn.sign %x : tensor<1x8x8x32xf32>
  %q = quant_bnn.sign %w : tensor<3x3x32x16xf32>
  %a = arith.mulf %q, %half : tensor<3x3x32x16xf32>
  %e = tensor.empty() : tensor<1x6x6x16xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x6x6x16xf32>) -> tensor<1x6x6x16xf32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%s, %a : tensor<1x8x8x32xf32>, tensor<3x3x32x16xf32>)
                                outs(%z : tensor<1x6x6x16xf32>) -> tensor<1x6x6x16xf32>
  return %y : tensor<1x6x6x16xf32>
}

// -----

// Sums of subnormal terms are rounded, and -0 is not +0.
// EXACT-LABEL: func @subnormal(
// EXACT-NOT:     xnor_matmul
// EXACT:         return
// REFUSED: Function=subnormal | Remark="linalg.matmul not binarized: with mode=exact,
func.func @subnormal(%x: tensor<4x64xf32>, %w: tensor<64x32xf32>) -> tensor<4x32xf32> {
  %zero = arith.constant 0.0 : f32
  %small = arith.constant dense<0x00000001> : tensor<64x32xf32>
  %s = quant_bnn.sign %x : tensor<4x64xf32>
  %q = quant_bnn.sign %w : tensor<64x32xf32>
  %a = arith.mulf %q, %small : tensor<64x32xf32>
  %e = tensor.empty() : tensor<4x32xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4x32xf32>) -> tensor<4x32xf32>
  %y = linalg.matmul ins(%s, %a : tensor<4x64xf32>, tensor<64x32xf32>) outs(%z : tensor<4x32xf32>) -> tensor<4x32xf32>
  return %y : tensor<4x32xf32>
}

// -----

// A term that was rounded, though a sum of products is not.
// EXACT-LABEL: func @rounded(
// EXACT-NOT:     xnor_matmul
// EXACT:         return
func.func @rounded(%x: tensor<4x64xf16>) -> tensor<4x3xf16> {
  %large = arith.constant dense<1024.0> : tensor<4x64xf16>
  %s = arith.constant dense<9.1552734375e-05> : tensor<64x3xf16>
  %small = arith.constant dense<9.765625e-04> : tensor<64x3xf16>
  %a = arith.mulf %s, %small : tensor<64x3xf16>
  %zeros = arith.constant dense<0.0> : tensor<4x3xf16>
  %y = linalg.matmul ins(%large, %a : tensor<4x64xf16>, tensor<64x3xf16>) outs(%zeros : tensor<4x3xf16>) -> tensor<4x3xf16>
  return %y : tensor<4x3xf16>
}

// -----

// Types without a sign.
// EXACT-LABEL: func @unsigned(
// EXACT-NOT:     xnor_matmul
// EXACT:         return
func.func @unsigned(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %c = arith.constant dense<"0x00800080"> : tensor<2x2xf8E8M0FNU>
  %w = arith.extf %c : tensor<2x2xf8E8M0FNU> to tensor<2x2xf32>
  %s = quant_bnn.sign %x : tensor<2x2xf32>
  %zeros = arith.constant dense<0.0> : tensor<2x2xf32>
  %y = linalg.matmul ins(%s, %w : tensor<2x2xf32>, tensor<2x2xf32>) outs(%zeros : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// -----

// EXACT-LABEL: func @negative(
// EXACT-NOT:     xnor_matmul
// EXACT:         return
// REFUSED: Function=negative | Remark="linalg.matmul not binarized: with mode=exact,
func.func @negative(%x: tensor<4x64xf32>, %w: tensor<64x32xf32>) -> tensor<4x32xf32> {
  %zero = arith.constant 0.0 : f32
  %minus = arith.constant dense<-2.0> : tensor<64x32xf32>
  %s = quant_bnn.sign %x : tensor<4x64xf32>
  %q = quant_bnn.sign %w : tensor<64x32xf32>
  %a = arith.mulf %q, %minus : tensor<64x32xf32>
  %e = tensor.empty() : tensor<4x32xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4x32xf32>) -> tensor<4x32xf32>
  %y = linalg.matmul ins(%s, %a : tensor<4x64xf32>, tensor<64x32xf32>) outs(%z : tensor<4x32xf32>) -> tensor<4x32xf32>
  return %y : tensor<4x32xf32>
}

// -----

// Along the terms of a sum.
// CHECK-LABEL: func @rows(
// CHECK-NOT:     xnor_matmul
// CHECK:         return
// REMARK: Function=rows | Remark="linalg.matmul not binarized: the factors of the terms of a sum differ"
func.func @rows(%x: tensor<4x64xf32>, %w: tensor<64x32xf32>, %alpha: tensor<64xf32>) -> tensor<4x32xf32> {
  %zero = arith.constant 0.0 : f32
  %s = quant_bnn.sign %x : tensor<4x64xf32>
  %q = quant_bnn.sign %w : tensor<64x32xf32>
  %we = tensor.empty() : tensor<64x32xf32>
  %spread = linalg.broadcast ins(%alpha : tensor<64xf32>) outs(%we : tensor<64x32xf32>) dimensions = [1]
  %a = arith.mulf %q, %spread : tensor<64x32xf32>
  %e = tensor.empty() : tensor<4x32xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4x32xf32>) -> tensor<4x32xf32>
  %y = linalg.matmul ins(%s, %a : tensor<4x64xf32>, tensor<64x32xf32>) outs(%z : tensor<4x32xf32>) -> tensor<4x32xf32>
  return %y : tensor<4x32xf32>
}

// -----

// Signs of another type, also by an op with a body. A magnitude that another type
// rounds to 0 is none.
// EXACT-LABEL: func @converted(
// EXACT:         quant_bnn.xnor_matmul
// EXACT-NOT:     quant_bnn.xnor_matmul
// EXACT:         return
// REFUSED: Function=converted | Remark="linalg.matmul not binarized: a magnitude is not a number of its type"
#all = affine_map<(i, j) -> (i, j)>
func.func @converted(%x: tensor<4x64xf16>, %w: tensor<64x32xf16>) -> (tensor<4x32xf32>, tensor<4x32xf16>) {
  %zero = arith.constant 0.0 : f32
  %s = quant_bnn.sign %x : tensor<4x64xf16>
  %q = quant_bnn.sign %w : tensor<64x32xf16>
  %xe = tensor.empty() : tensor<4x64xf32>
  %a = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel"]}
      ins(%s : tensor<4x64xf16>) outs(%xe : tensor<4x64xf32>) {
  ^bb0(%in: f16, %out: f32):
    %0 = arith.extf %in : f16 to f32
    linalg.yield %0 : f32
  } -> tensor<4x64xf32>
  %b = arith.extf %q : tensor<64x32xf16> to tensor<64x32xf32>
  %e = tensor.empty() : tensor<4x32xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4x32xf32>) -> tensor<4x32xf32>
  %y = linalg.matmul ins(%a, %b : tensor<4x64xf32>, tensor<64x32xf32>) outs(%z : tensor<4x32xf32>) -> tensor<4x32xf32>
  %c = arith.constant dense<1.0e-30> : tensor<64x32xf32>
  %d = arith.truncf %c : tensor<64x32xf32> to tensor<64x32xf16>
  %zero16 = arith.constant 0.0 : f16
  %e16 = tensor.empty() : tensor<4x32xf16>
  %z16 = linalg.fill ins(%zero16 : f16) outs(%e16 : tensor<4x32xf16>) -> tensor<4x32xf16>
  %u = linalg.matmul ins(%s, %d : tensor<4x64xf16>, tensor<64x32xf16>) outs(%z16 : tensor<4x32xf16>) -> tensor<4x32xf16>
  return %y, %u : tensor<4x32xf32>, tensor<4x32xf16>
}
