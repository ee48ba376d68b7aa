// RUN: bnn-opt %s --quant-bnn-raise-ste --split-input-file | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-raise-ste --split-input-file > %t.once
// RUN: bnn-opt %s --quant-bnn-raise-ste --quant-bnn-raise-ste --split-input-file > %t.twice
// RUN: diff %t.once %t.twice

// The whole loop is the quantizer: the op is on tensors, and the loop goes.
// CHECK-LABEL: func.func @loop_to_tensor_op
// CHECK-SAME: (%[[X:.*]]: tensor<?x8xf32>, %{{.*}}: tensor<?x8xf32>)
// CHECK-NEXT: %[[Y:.*]] = quant_bnn.sign %[[X]] nan = negative : tensor<?x8xf32>
// CHECK-NEXT: return %[[Y]]
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @loop_to_tensor_op(%x: tensor<?x8xf32>, %out: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x8xf32>) outs(%out : tensor<?x8xf32>) {
  ^bb0(%in: f32, %o: f32):
    %c = arith.cmpf oge, %in, %zero : f32
    %s = arith.select %c, %one, %minus : f32
    linalg.yield %s : f32
  } -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// The quantizer is a part of the loop, and its input is computed there: the op
// is on scalars.
// CHECK-LABEL: func.func @part_of_a_loop
// CHECK: ^bb0(%[[IN:.*]]: f32, %[[B:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[IN]], %[[B]]
// CHECK-NEXT: %[[S:.*]] = quant_bnn.sign %[[SUM]] : f32
// CHECK-NEXT: %[[P:.*]] = arith.mulf %[[S]], %[[B]]
// CHECK-NEXT: linalg.yield %[[P]]
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d1)>
func.func @part_of_a_loop(%x: tensor<4x8xf32>, %b: tensor<8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %b : tensor<4x8xf32>, tensor<8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%in: f32, %bias: f32, %o: f32):
    %sum = arith.addf %in, %bias : f32
    %c = arith.cmpf olt, %sum, %zero : f32
    %s = arith.select %c, %minus, %one : f32
    %p = arith.mulf %s, %bias : f32
    linalg.yield %p : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// -----

// A transposing loop is no elementwise op on its tensors.
// CHECK-LABEL: func.func @transposing_loop
// CHECK: linalg.generic
// CHECK: %[[S:.*]] = quant_bnn.ste_heaviside %{{.*}} : f32
// CHECK-NEXT: linalg.yield %[[S]]
#id = affine_map<(d0, d1) -> (d0, d1)>
#transposed = affine_map<(d0, d1) -> (d1, d0)>
func.func @transposing_loop(%x: tensor<8x4xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [#transposed, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<8x4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%in: f32, %o: f32):
    %c = arith.cmpf ogt, %in, %zero : f32
    %s = arith.uitofp %c : i1 to f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// -----

// A loop that makes two tensors stays one loop.
// CHECK-LABEL: func.func @two_results
// CHECK: linalg.generic
// CHECK: %[[S:.*]] = quant_bnn.sign %[[IN:.*]] : f32
// CHECK: linalg.yield %[[S]], %{{.*}} : f32, f32
#id = affine_map<(d0) -> (d0)>
func.func @two_results(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %y:2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%e, %e : tensor<4xf32>, tensor<4xf32>) {
  ^bb0(%in: f32, %o: f32, %p: f32):
    %c = arith.cmpf olt, %in, %zero : f32
    %s = arith.select %c, %minus, %one : f32
    %d = arith.addf %in, %one : f32
    linalg.yield %s, %d : f32, f32
  } -> (tensor<4xf32>, tensor<4xf32>)
  return %y#0, %y#1 : tensor<4xf32>, tensor<4xf32>
}

// -----

// On buffers, the body is what there is.
// CHECK-LABEL: func.func @on_buffers
// CHECK: quant_bnn.sign %{{.*}} : bf16
#id = affine_map<(d0) -> (d0)>
func.func @on_buffers(%x: memref<4xbf16>, %y: memref<4xbf16>) {
  %zero = arith.constant 0.0 : bf16
  %one = arith.constant 1.0 : bf16
  %minus = arith.constant -1.0 : bf16
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : memref<4xbf16>) outs(%y : memref<4xbf16>) {
  ^bb0(%in: bf16, %o: bf16):
    %c = arith.cmpf olt, %in, %zero : bf16
    %s = arith.select %c, %minus, %one : bf16
    linalg.yield %s : bf16
  }
  return
}

// -----

// Constants in every form: a fill, a splat of rank 0, a broadcast.
// CHECK-LABEL: func.func @constants_of_loops
// CHECK-NEXT: %[[Y:.*]] = quant_bnn.sign %{{.*}} : tensor<4x8xf32>
// CHECK-NEXT: return %[[Y]]
#id = affine_map<(d0, d1) -> (d0, d1)>
#none = affine_map<(d0, d1) -> ()>
func.func @constants_of_loops(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant dense<1.0> : tensor<f32>
  %minus = arith.constant dense<-1.0> : tensor<4x8xf32>
  %e = tensor.empty() : tensor<4x8xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [#id, #id, #none, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %zeros, %one, %minus : tensor<4x8xf32>, tensor<4x8xf32>, tensor<f32>, tensor<4x8xf32>)
      outs(%e : tensor<4x8xf32>) {
  ^bb0(%in: f32, %z: f32, %a: f32, %b: f32, %o: f32):
    %c = arith.cmpf olt, %in, %z : f32
    %s = arith.select %c, %b, %a : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// -----

// Named structured ops and maps are looked through.
// CHECK-LABEL: func.func @named_ops
// CHECK-NEXT: %[[Y:.*]] = quant_bnn.gradient_cancellation_grad %{{.*}}, %{{.*}} threshold = 1.000000e+00
// CHECK-NEXT: return %[[Y]]
func.func @named_ops(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %a = linalg.abs ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %y = linalg.map ins(%a, %g : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>)
    (%in: f32, %h: f32, %o: f32) {
      %c = arith.cmpf ole, %in, %one : f32
      %s = arith.select %c, %h, %zero : f32
      linalg.yield %s : f32
    }
  return %y : tensor<4xf32>
}

// -----

// Only what the constant makes true is accepted: with 2, the outer sign is that
// of sign(x) + 2.
// CHECK-LABEL: func.func @sign_of_far_shifted_sign
// CHECK: %[[INNER:.*]] = quant_bnn.sign %{{.*}} : f32
// CHECK: %[[SUM:.*]] = arith.addf %[[INNER]], %{{.*}} : f32
// CHECK: %[[OUTER:.*]] = quant_bnn.sign %[[SUM]] : f32
// CHECK: return %[[OUTER]]
func.func @sign_of_far_shifted_sign(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %minus = arith.constant -1.0 : f32
  %c = arith.cmpf olt, %x, %zero : f32
  %s = arith.select %c, %minus, %one : f32
  %d = arith.addf %s, %two : f32
  %e = arith.cmpf olt, %d, %zero : f32
  %t = arith.select %e, %minus, %one : f32
  return %t : f32
}

// -----

// In f16 an op computes in f32 and rounds once; so does this body.
// CHECK-LABEL: func.func @widened
// CHECK-NEXT: %[[Y:.*]] = quant_bnn.approx_sign_grad %{{.*}}, %{{.*}} : f16
// CHECK-NEXT: return %[[Y]]
func.func @widened(%x: f16, %g: f16) -> f16 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %wx = arith.extf %x : f16 to f32
  %wg = arith.extf %g : f16 to f32
  %a = math.absf %wx : f32
  %in = arith.cmpf ole, %a, %one : f32
  %b = arith.addf %a, %a : f32
  %c = arith.subf %two, %b : f32
  %d = arith.mulf %wg, %c : f32
  %s = arith.select %in, %d, %zero : f32
  %y = arith.truncf %s : f32 to f16
  return %y : f16
}

// -----

// 2 (1 - abs x) is 2 - 2 abs x to the bit.
// CHECK-LABEL: func.func @factored_slope
// CHECK-NEXT: quant_bnn.approx_sign_grad
func.func @factored_slope(%x: f32, %g: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %a = math.absf %x : f32
  %in = arith.cmpf ole, %a, %one : f32
  %b = arith.subf %one, %a : f32
  %c = arith.mulf %b, %two : f32
  %d = arith.mulf %c, %g : f32
  %y = arith.select %in, %d, %zero : f32
  return %y : f32
}

// -----

// So many levels are not cut apart: the normal form decides.
// CHECK-LABEL: func.func @many_bits
// CHECK-NEXT: quant_bnn.input_dorefa %{{.*}} bits = 16 : f64
func.func @many_bits(%x: f64) -> f64 {
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %n = arith.constant 65535.0 : f64
  %low = arith.cmpf olt, %x, %zero : f64
  %a = arith.select %low, %zero, %x : f64
  %high = arith.cmpf ogt, %a, %one : f64
  %b = arith.select %high, %one, %a : f64
  %c = arith.mulf %n, %b : f64
  %d = math.roundeven %c : f64
  %y = arith.divf %d, %n : f64
  return %y : f64
}

// -----

// What is not a quantizer is left alone: a relu, a clamp, a rounding.
// CHECK-LABEL: func.func @no_quantizer
// CHECK-NOT: quant_bnn
// CHECK: return
func.func @no_quantizer(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %a = arith.maximumf %x, %zero : tensor<4xf32>
  %b = arith.minimumf %a, %one : tensor<4xf32>
  %c = math.roundeven %x : tensor<4xf32>
  return %a, %b, %c : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
