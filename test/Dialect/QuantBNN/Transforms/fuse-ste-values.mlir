// What keeps the value alone, where no gradient will be taken.
//
// RUN: bnn-opt %s --quant-bnn-fuse-ste=values-only | FileCheck %s --check-prefixes=CHECK,EXACT
// RUN: bnn-opt %s --quant-bnn-fuse-ste='values-only mode=relaxed' | FileCheck %s --check-prefixes=CHECK,RELAXED
// RUN: bnn-opt %s --quant-bnn-fuse-ste=values-only --remarks-filter='.*' \
// RUN:   -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: bnn-opt %s --quant-bnn-fuse-ste='values-only mode=relaxed' \
// RUN:   --remarks-filter='.*' -o /dev/null 2>&1 | FileCheck %s --check-prefix=PASSED

//===----------------------------------------------------------------------===//
// Affine functions of known sign
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @scaled(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
func.func @scaled(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  // CHECK-NEXT: quant_bnn.sign %[[X]] clip = 1.000000e+00 : tensor<2xf32>
  // CHECK-NEXT: quant_bnn.approx_sign %[[X]] nan = propagate : tensor<2xf32>
  // CHECK-NEXT: quant_bnn.ste_heaviside %[[X]] : tensor<2xf32>
  // CHECK-NEXT: return
  // REMARK-DAG: remark: {{.*}}quant_bnn.sign made independent of arith.mulf
  %a = arith.constant dense<[1.0, 3.0]> : tensor<2xf32>
  %b = arith.constant dense<0.5> : tensor<2xf32>
  %0 = arith.mulf %x, %a : tensor<2xf32>
  %1 = quant_bnn.sign %0 clip = 1.0 : tensor<2xf32>
  %2 = arith.mulf %a, %x : tensor<2xf32>
  %3 = quant_bnn.approx_sign %2 nan = propagate : tensor<2xf32>
  %4 = arith.divf %x, %b : tensor<2xf32>
  %5 = quant_bnn.ste_heaviside %4 : tensor<2xf32>
  return %1, %3, %5 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func @scaled_by_a_negative(
// CHECK-SAME: %[[X:.*]]: f16
func.func @scaled_by_a_negative(%x: f16) -> f16 {
  // CHECK-NEXT: %[[N:.*]] = arith.negf %[[X]] : f16
  // CHECK-NEXT: quant_bnn.sign %[[N]] nan = negative : f16
  %a = arith.constant -2.0 : f16
  %0 = arith.mulf %x, %a : f16
  %1 = quant_bnn.sign %0 nan = negative : f16
  return %1 : f16
}

// CHECK-LABEL: func @scaled_by_splats(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %[[V:.*]]: vector<[4]xf32>
func.func @scaled_by_splats(%x: tensor<?xf32>, %v: vector<[4]xf32>, %n: index) -> (tensor<?xf32>, vector<[4]xf32>) {
  // CHECK-NEXT: quant_bnn.sign %[[X]] : tensor<?xf32>
  // CHECK-NEXT: quant_bnn.sign %[[V]] : vector<[4]xf32>
  %a = arith.constant 2.0 : f32
  %t = tensor.splat %a[%n] : tensor<?xf32>
  %0 = arith.mulf %x, %t : tensor<?xf32>
  %1 = quant_bnn.sign %0 : tensor<?xf32>
  %w = vector.broadcast %a : f32 to vector<[4]xf32>
  %2 = arith.mulf %v, %w : vector<[4]xf32>
  %3 = quant_bnn.sign %2 : vector<[4]xf32>
  return %1, %3 : tensor<?xf32>, vector<[4]xf32>
}

// A small x times less than 1 is 0, whose sign is +1.
// CHECK-LABEL: func @underflow(
// CHECK-SAME: %[[X:.*]]: f32
func.func @underflow(%x: f32) -> (f32, f32) {
  // EXACT: arith.mulf
  // EXACT: arith.divf
  // RELAXED-NEXT: quant_bnn.sign %[[X]] : f32
  // RELAXED-NEXT: quant_bnn.sign %[[X]] : f32
  // REMARK-DAG: remark: {{.*}}quant_bnn.sign not made independent of arith.mulf: the result would differ where the scaled value underflows to 0: set mode=relaxed
  // PASSED-DAG: remark: {{.*}}quant_bnn.sign made independent of arith.mulf; the result differs where the scaled value underflows to 0
  %a = arith.constant 0.5 : f32
  %0 = arith.mulf %x, %a : f32
  %1 = quant_bnn.sign %0 : f32
  %b = arith.constant 2.0 : f32
  %2 = arith.divf %x, %b : f32
  %3 = quant_bnn.sign %2 : f32
  return %1, %3 : f32, f32
}

// A factor of both signs, 0, infinity, NaN, and a quotient of a constant.
// CHECK-LABEL: func @no_known_sign(
func.func @no_known_sign(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  // CHECK-COUNT-4: arith.mulf
  // CHECK: arith.divf
  %a = arith.constant dense<[1.0, -1.0]> : tensor<2xf32>
  %b = arith.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %c = arith.constant dense<0x7F800000> : tensor<2xf32>
  %d = arith.constant dense<0x7FC00000> : tensor<2xf32>
  %e = arith.constant dense<1.0> : tensor<2xf32>
  %0 = arith.mulf %x, %a : tensor<2xf32>
  %1 = arith.mulf %x, %b : tensor<2xf32>
  %2 = arith.mulf %x, %c : tensor<2xf32>
  %3 = arith.mulf %x, %d : tensor<2xf32>
  %4 = arith.divf %e, %x : tensor<2xf32>
  %5 = quant_bnn.sign %0 : tensor<2xf32>
  %6 = quant_bnn.sign %1 : tensor<2xf32>
  %7 = quant_bnn.sign %2 : tensor<2xf32>
  %8 = quant_bnn.sign %3 : tensor<2xf32>
  %9 = quant_bnn.sign %4 : tensor<2xf32>
  return %5, %6, %7, %8, %9 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func @used_elsewhere(
func.func @used_elsewhere(%x: f32) -> (f32, f32) {
  // CHECK: %[[P:.*]] = arith.mulf
  // CHECK: quant_bnn.sign %[[P]]
  // REMARK-DAG: remark: {{.*}}quant_bnn.sign not made independent of arith.mulf: its result has other uses
  %a = arith.constant 2.0 : f32
  %0 = arith.mulf %x, %a : f32
  %1 = quant_bnn.sign %0 : f32
  return %0, %1 : f32, f32
}

//===----------------------------------------------------------------------===//
// Relu
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @sign_of_relu(
// CHECK-SAME: %[[X:.*]]: tensor<2x?xf32>, %
func.func @sign_of_relu(%x: tensor<2x?xf32>, %z: tensor<2x?xf32>) -> tensor<2x?xf32> {
  // CHECK-DAG: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
  // CHECK-DAG: %[[D:.*]] = tensor.dim %[[X]]
  // CHECK: %[[Y:.*]] = tensor.splat %[[ONE]][%[[D]]] : tensor<2x?xf32>
  // CHECK: return %[[Y]]
  %c0 = arith.constant 0.0 : f32
  %zero = linalg.fill ins(%c0 : f32) outs(%z : tensor<2x?xf32>) -> tensor<2x?xf32>
  %0 = arith.maximumf %x, %zero : tensor<2x?xf32>
  %1 = quant_bnn.sign %0 : tensor<2x?xf32>
  return %1 : tensor<2x?xf32>
}

// Half of the values of relu are 0, which this sign keeps apart.
// CHECK-LABEL: func @three_signs_of_relu(
// CHECK-SAME: %[[X:.*]]: f32
func.func @three_signs_of_relu(%x: f32) -> (f32, f32) {
  // CHECK: %[[R:.*]] = arith.maximumf %[[X]]
  // CHECK: quant_bnn.sign %[[R]] zero = zero : f32
  // CHECK: quant_bnn.sign %[[X]] zero = negative nan = propagate : f32
  %c0 = arith.constant 0.0 : f32
  %0 = arith.maximumf %x, %c0 : f32
  %1 = quant_bnn.sign %0 zero = zero : f32
  %2 = arith.maximumf %x, %c0 : f32
  %3 = quant_bnn.sign %2 zero = negative nan = propagate : f32
  return %1, %3 : f32, f32
}

// All spellings, in the body of a generic as well.
// CHECK-LABEL: func @heaviside_of_relu(
// CHECK-SAME: %[[X:.*]]: f32
func.func @heaviside_of_relu(%x: f32) -> (f32, f32, f32, f32, f32, f32) {
  // CHECK-COUNT-6: quant_bnn.ste_heaviside %[[X]] : f32
  // CHECK-NEXT: return
  %zero = arith.constant 0.0 : f32
  %minus_zero = arith.constant -0.0 : f32
  %0 = arith.maximumf %zero, %x : f32
  %1 = quant_bnn.ste_heaviside %0 : f32
  %2 = arith.maxnumf %x, %minus_zero : f32
  %3 = quant_bnn.ste_heaviside %2 : f32
  %4 = arith.cmpf ogt, %x, %zero : f32
  %5 = arith.select %4, %x, %zero : f32
  %6 = quant_bnn.ste_heaviside %5 : f32
  %7 = arith.cmpf ult, %x, %zero : f32
  %8 = arith.select %7, %zero, %x : f32
  %9 = quant_bnn.ste_heaviside %8 : f32
  %10 = arith.cmpf olt, %minus_zero, %x : f32
  %11 = arith.select %10, %x, %zero : f32
  %12 = quant_bnn.ste_heaviside %11 : f32
  %13 = arith.cmpf uge, %x, %zero : f32
  %14 = arith.select %13, %x, %zero : f32
  %15 = quant_bnn.ste_heaviside %14 : f32
  return %1, %3, %6, %9, %12, %15 : f32, f32, f32, f32, f32, f32
}

// The other half keeps the sign.
// CHECK-LABEL: func @sign_of_minimum(
// CHECK-SAME: %[[X:.*]]: f32
func.func @sign_of_minimum(%x: f32) -> f32 {
  // CHECK-NEXT: quant_bnn.sign %[[X]] nan = propagate : f32
  %zero = arith.constant 0.0 : f32
  %0 = arith.minimumf %x, %zero : f32
  %1 = quant_bnn.sign %0 nan = propagate : f32
  return %1 : f32
}

// maximumf keeps a NaN, of which this sign makes -1; maxnumf makes it 0.
// CHECK-LABEL: func @negative_nan(
func.func @negative_nan(%x: vector<4xf32>) -> (vector<4xf32>, vector<4xf32>) {
  // CHECK-DAG: %[[ONE:.*]] = arith.constant dense<1.000000e+00> : vector<4xf32>
  // EXACT: %[[M:.*]] = arith.maximumf
  // EXACT: %[[S:.*]] = quant_bnn.sign %[[M]] nan = negative
  // EXACT: return %[[S]], %[[ONE]]
  // RELAXED: return %[[ONE]], %
  // REMARK-DAG: remark: {{.*}}quant_bnn.sign not made independent of arith.maximumf: the result would differ where x is NaN: set mode=relaxed
  %zero = arith.constant dense<0.0> : vector<4xf32>
  %0 = arith.maximumf %x, %zero : vector<4xf32>
  %1 = quant_bnn.sign %0 nan = negative : vector<4xf32>
  %2 = arith.maxnumf %x, %zero : vector<4xf32>
  %3 = quant_bnn.sign %2 nan = negative : vector<4xf32>
  return %1, %3 : vector<4xf32>, vector<4xf32>
}

// Not relus: another limit, another arm, another comparison.
// CHECK-LABEL: func @no_relu(
func.func @no_relu(%x: f32, %y: f32) -> (f32, f32, f32) {
  // CHECK: arith.maximumf
  // CHECK-COUNT-2: arith.select
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %0 = arith.maximumf %x, %one : f32
  %1 = quant_bnn.sign %0 : f32
  %2 = arith.cmpf ogt, %x, %zero : f32
  %3 = arith.select %2, %y, %zero : f32
  %4 = quant_bnn.sign %3 : f32
  %5 = arith.cmpf ogt, %x, %one : f32
  %6 = arith.select %5, %x, %zero : f32
  %7 = quant_bnn.sign %6 : f32
  return %1, %4, %7 : f32, f32, f32
}

//===----------------------------------------------------------------------===//
// Max pools
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @sign_of_pool(
// CHECK-SAME: %[[X:.*]]: tensor<1x4x4x?xf32>, %[[K:.*]]: tensor<2x2xf32>, %[[OUT:.*]]: tensor<1x2x2x?xf32>
func.func @sign_of_pool(%x: tensor<1x4x4x?xf32>, %k: tensor<2x2xf32>, %out: tensor<1x2x2x?xf32>) -> tensor<1x2x2x?xf32> {
  // CHECK-DAG: %[[S:.*]] = quant_bnn.sign %[[X]] : tensor<1x4x4x?xf32>
  // CHECK-DAG: %[[LOW:.*]] = arith.constant -1.000000e+00 : f32
  // CHECK: %[[INIT:.*]] = tensor.splat %[[LOW]]
  // CHECK: %[[P:.*]] = linalg.pooling_nhwc_max {strides = dense<2> : vector<2xi64>} ins(%[[S]], %[[K]] : {{.*}}) outs(%[[INIT]] :
  // CHECK: return %[[P]]
  // REMARK-DAG: remark: {{.*}}quant_bnn.sign moved before linalg.pooling_nhwc_max
  %lowest = arith.constant 0xFF800000 : f32
  %init = linalg.fill ins(%lowest : f32) outs(%out : tensor<1x2x2x?xf32>) -> tensor<1x2x2x?xf32>
  %0 = linalg.pooling_nhwc_max {strides = dense<2> : vector<2xi64>}
      ins(%x, %k : tensor<1x4x4x?xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2x2x?xf32>) -> tensor<1x2x2x?xf32>
  %1 = quant_bnn.sign %0 : tensor<1x2x2x?xf32>
  return %1 : tensor<1x2x2x?xf32>
}

// -1, 0 and 1 rise with x.
// CHECK-LABEL: func @three_signs_of_pool(
// CHECK-SAME: %[[X:.*]]: tensor<1x4x4x?xf32>
func.func @three_signs_of_pool(%x: tensor<1x4x4x?xf32>, %k: tensor<2x2xf32>, %out: tensor<1x2x2x?xf32>) -> tensor<1x2x2x?xf32> {
  // CHECK: quant_bnn.sign %[[X]] zero = zero nan = propagate
  // CHECK: linalg.pooling_nhwc_max
  %lowest = arith.constant 0xFF800000 : f32
  %init = linalg.fill ins(%lowest : f32) outs(%out : tensor<1x2x2x?xf32>) -> tensor<1x2x2x?xf32>
  %0 = linalg.pooling_nhwc_max {strides = dense<2> : vector<2xi64>}
      ins(%x, %k : tensor<1x4x4x?xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2x2x?xf32>) -> tensor<1x2x2x?xf32>
  %1 = quant_bnn.sign %0 zero = zero nan = propagate : tensor<1x2x2x?xf32>
  return %1 : tensor<1x2x2x?xf32>
}

// The maximum of a window with a NaN is NaN, of which a heaviside makes 0. That
// of the heavisides is 1 where there is a positive x, too.
// CHECK-LABEL: func @heaviside_of_pool(
// CHECK-SAME: %[[X:.*]]: tensor<1x1x4x4xf16>
func.func @heaviside_of_pool(%x: tensor<1x1x4x4xf16>, %k: tensor<2x2xf16>) -> tensor<1x1x3x3xf16> {
  // EXACT: linalg.pooling_nchw_max
  // EXACT: quant_bnn.ste_heaviside
  // RELAXED: quant_bnn.ste_heaviside %[[X]]
  // RELAXED: linalg.pooling_nchw_max
  // REMARK-DAG: remark: {{.*}}quant_bnn.ste_heaviside not moved before linalg.pooling_nchw_max: the result would differ where a NaN is pooled: set mode=relaxed
  %init = arith.constant dense<0xFC00> : tensor<1x1x3x3xf16>
  %0 = linalg.pooling_nchw_max
      ins(%x, %k : tensor<1x1x4x4xf16>, tensor<2x2xf16>) outs(%init : tensor<1x1x3x3xf16>) -> tensor<1x1x3x3xf16>
  %1 = quant_bnn.ste_heaviside %0 : tensor<1x1x3x3xf16>
  return %1 : tensor<1x1x3x3xf16>
}

// What the pool starts from is not known, or it is no maximum.
// CHECK-LABEL: func @other_pools(
func.func @other_pools(%x: tensor<1x4x4x1xf32>, %k: tensor<2x2xf32>, %out: tensor<1x3x3x1xf32>) -> (tensor<1x3x3x1xf32>, tensor<1x3x3x1xf32>) {
  // CHECK: linalg.pooling_nhwc_max
  // CHECK: linalg.pooling_nhwc_sum
  // CHECK: quant_bnn.sign
  // CHECK: quant_bnn.sign
  %0 = linalg.pooling_nhwc_max
      ins(%x, %k : tensor<1x4x4x1xf32>, tensor<2x2xf32>) outs(%out : tensor<1x3x3x1xf32>) -> tensor<1x3x3x1xf32>
  %zero = arith.constant dense<0.0> : tensor<1x3x3x1xf32>
  %1 = linalg.pooling_nhwc_sum
      ins(%x, %k : tensor<1x4x4x1xf32>, tensor<2x2xf32>) outs(%zero : tensor<1x3x3x1xf32>) -> tensor<1x3x3x1xf32>
  %2 = quant_bnn.sign %0 : tensor<1x3x3x1xf32>
  %3 = quant_bnn.sign %1 : tensor<1x3x3x1xf32>
  return %2, %3 : tensor<1x3x3x1xf32>, tensor<1x3x3x1xf32>
}
