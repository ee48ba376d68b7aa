// RUN: bnn-opt %s --convert-quant-bnn-to-linalg --split-input-file | FileCheck %s
// RUN: bnn-opt %s --convert-quant-bnn-to-linalg --linalg-fuse-elementwise-ops \
// RUN:     --split-input-file | FileCheck %s --check-prefix=FUSED

// The op is applied to scalars, and expanded later. The destination is fresh:
// an operand as destination would be overwritten.
// CHECK-LABEL: func @static(
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>
// FUSED-LABEL: func @static(
func.func @static(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: %[[DEST:.*]] = tensor.empty() : tensor<4x8xf32>
  // CHECK: %[[Y:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]}
  // CHECK-SAME: ins(%[[X]] : tensor<4x8xf32>) outs(%[[DEST]] : tensor<4x8xf32>)
  // CHECK-NEXT: ^bb0(%[[IN:.*]]: f32, %{{.*}}: f32):
  // CHECK-NEXT: %[[SIGN:.*]] = quant_bnn.sign %[[IN]] clip = 1.000000e+00 nan = negative : f32
  // CHECK-NEXT: linalg.yield %[[SIGN]]
  // CHECK: return %[[Y]]
  %y = quant_bnn.sign %x clip = 1.0 nan = negative : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// -----

// CHECK-LABEL: func @dynamic(
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf16>, %[[G:.*]]: tensor<?x8xf16>
// FUSED-LABEL: func @dynamic(
func.func @dynamic(%x: tensor<?x8xf16>, %g: tensor<?x8xf16>) -> tensor<?x8xf16> {
  // CHECK: %[[SIZE:.*]] = tensor.dim %[[X]]
  // CHECK: %[[DEST:.*]] = tensor.empty(%[[SIZE]]) : tensor<?x8xf16>
  // CHECK: linalg.generic {{.*}} ins(%[[X]], %[[G]] : {{.*}}) outs(%[[DEST]] : tensor<?x8xf16>)
  // CHECK: quant_bnn.approx_sign_grad %{{.*}}, %{{.*}} : f16
  %dx = quant_bnn.approx_sign_grad %x, %g : tensor<?x8xf16>
  return %dx : tensor<?x8xf16>
}

// -----

// CHECK-LABEL: func @rank_zero(
// FUSED-LABEL: func @rank_zero(
func.func @rank_zero(%x: tensor<f32>) -> tensor<f32> {
  // CHECK: linalg.generic {{.*}} iterator_types = []
  // CHECK: quant_bnn.sign %{{.*}} : f32
  %y = quant_bnn.sign %x : tensor<f32>
  return %y : tensor<f32>
}

// -----

// CHECK-LABEL: func @scalar_operand(
// CHECK-SAME: %[[Q:.*]]: tensor<?xf32>, %[[S:.*]]: f32
// FUSED-LABEL: func @scalar_operand(
func.func @scalar_operand(%q: tensor<?xf32>, %s: f32) -> tensor<?xf32> {
  // CHECK: linalg.generic
  // CHECK: quant_bnn.dequantize %{{.*}}, %{{.*}} : f32
  %x = quant_bnn.dequantize %q, %s : tensor<?xf32>
  return %x : tensor<?xf32>
}

// -----

// CHECK-LABEL: func @pass_through_moves_nothing(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %[[Q:.*]]: tensor<?xf32>, %[[G:.*]]: tensor<?xf32>
// FUSED-LABEL: func @pass_through_moves_nothing(
func.func @pass_through_moves_nothing(%x: tensor<?xf32>, %q: tensor<?xf32>, %g: tensor<?xf32>)
    -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  // CHECK-NEXT: return %[[X]], %[[X]], %[[Q]], %[[G]], %[[G]]
  %0 = quant_bnn.identity %x : tensor<?xf32>
  %1 = quant_bnn.qactivation %x quantizer = "identity" threshold = 1.0 : tensor<?xf32>
  %2 = quant_bnn.straight_through %q for %x clip = 1.0 : tensor<?xf32>
  %3 = quant_bnn.input_dorefa_grad %x, %g : tensor<?xf32>
  %4 = quant_bnn.weight_dorefa_grad %x, %g : tensor<?xf32>
  return %0, %1, %2, %3, %4
      : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// -----

// The sizes of every destination come from arguments, not from the results of
// other generics, so that nothing but the data flow ties one to another.
// CHECK-LABEL: func @dynamic_chain(
// CHECK-NOT: tensor.dim %{{[0-9]}}
// FUSED-LABEL: func @dynamic_chain(
func.func @dynamic_chain(%x: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {
  // FUSED: linalg.generic
  // FUSED: arith.addf
  // FUSED: quant_bnn.sign
  // FUSED: arith.mulf
  // FUSED-NOT: linalg.generic
  // FUSED: return
  %0 = arith.addf %x, %b : tensor<?xf32>
  %1 = quant_bnn.qactivation %0 quantizer = "sign" threshold = 1.0 : tensor<?xf32>
  %2 = arith.mulf %1, %b : tensor<?xf32>
  return %2 : tensor<?xf32>
}

// -----

// The maximum is one loop, and what reads it another, into which more fuses.
// CHECK-LABEL: func @reduction(
// FUSED-LABEL: func @reduction(
func.func @reduction(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // FUSED: linalg.generic {{.*}} iterator_types = ["reduction", "reduction"]
  // FUSED: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]
  // FUSED: math.roundeven
  // FUSED: quant_bnn.dequantize
  // FUSED-NOT: linalg.generic
  // FUSED: return
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?x?xf32>
  %y = quant_bnn.dequantize %q, %s : tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// -----

// What was there before keeps its destination.
// CHECK-LABEL: func @other_generics_are_left(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>, %[[INIT:.*]]: tensor<4xf32>
// FUSED-LABEL: func @other_generics_are_left(
func.func @other_generics_are_left(%x: tensor<4xf32>, %init: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: linalg.generic {{.*}} outs(%[[INIT]] : tensor<4xf32>)
  %y = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
                       iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%init : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %s = quant_bnn.sign %in : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// CHECK-LABEL: func @scalars_and_vectors_are_left(
// FUSED-LABEL: func @scalars_and_vectors_are_left(
func.func @scalars_and_vectors_are_left(%x: f32, %v: vector<4xf32>) -> (f32, vector<4xf32>) {
  // CHECK: quant_bnn.sign %{{.*}} : f32
  // CHECK: quant_bnn.sign %{{.*}} : vector<4xf32>
  %0 = quant_bnn.sign %x : f32
  %1 = quant_bnn.sign %v : vector<4xf32>
  return %0, %1 : f32, vector<4xf32>
}

// -----

// Packed bits wait for quant-bnn-materialize-packed-layout.
// CHECK-LABEL: func @packed_ops_are_left(
// FUSED-LABEL: func @packed_ops_are_left(
func.func @packed_ops_are_left(%x: tensor<4x100xf32>, %acc: tensor<4x8xi32>, %t: tensor<8xi32>, %flip: tensor<8xi1>)
    -> (tensor<4x100xf32>, tensor<4x4xi32>) {
  // CHECK-NEXT: quant_bnn.pack %
  // CHECK-NEXT: quant_bnn.unpack %
  // CHECK-NEXT: quant_bnn.threshold %
  // CHECK-NEXT: quant_bnn.xnor_matmul %
  // CHECK-NEXT: return
  %0 = quant_bnn.pack %x : tensor<4x100xf32> to tensor<4x100xi1, #quant_bnn.packed<i64>>
  %1 = quant_bnn.unpack %0 : tensor<4x100xi1, #quant_bnn.packed<i64>> to tensor<4x100xf32>
  %2 = quant_bnn.threshold %acc, %t, %flip
      : (tensor<4x8xi32>, tensor<8xi32>, tensor<8xi1>) -> tensor<4x8xi1, #quant_bnn.packed<i8>>
  %3 = quant_bnn.xnor_matmul %2, %2
      : (tensor<4x8xi1, #quant_bnn.packed<i8>>, tensor<4x8xi1, #quant_bnn.packed<i8>>) -> tensor<4x4xi32>
  return %1, %3 : tensor<4x100xf32>, tensor<4x4xi32>
}

// -----

// Fusion would keep a destination that is read, and loops that visit an element
// several times would read what they wrote.
// CHECK-LABEL: func @read_destination
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %[[Y:.*]]: tensor<?xf32>
// FUSED-LABEL: func @read_destination
func.func @read_destination(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  // CHECK: %[[N:.*]] = tensor.dim %[[Y]]
  // CHECK: %[[EMPTY:.*]] = tensor.empty(%[[N]])
  // CHECK: linalg.generic {{.*}} ins(%[[X]], %[[Y]] : {{.*}}) outs(%[[EMPTY]] :
  // CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %[[B:.*]]: f32, %{{.*}}: f32)
  // CHECK-NEXT: arith.subf %[[B]], %[[A]]
  %0 = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]} ins(%x : tensor<?xf32>) outs(%y : tensor<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %difference = arith.subf %out, %in : f32
    linalg.yield %difference : f32
  } -> tensor<?xf32>
  return %0 : tensor<?xf32>
}
