// Each op that needs masks, the shapes, and the uses of a residual.
//
// RUN: bnn-opt %s --quant-bnn-compress-residuals --split-input-file | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-compress-residuals --split-input-file \
// RUN:   --remarks-filter='.*' -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
//
// Nothing that it makes is lost in text or bytecode.
// RUN: bnn-opt %s --quant-bnn-compress-residuals --split-input-file --verify-roundtrip -o /dev/null

// The mask is made where the loop that reads x can make it.
// CHECK-LABEL: func @window_fwd(
// CHECK-SAME: %[[X:.*]]: tensor<3x5xf32>) -> (tensor<3x5xf32>, tensor<15xi1, #quant_bnn.packed<i8>>)
// CHECK-SAME: quant_bnn.residuals = array<i64: 1>
// CHECK: %[[Y:.*]] = quant_bnn.sign %[[X]]
// CHECK: %[[M:.*]] = linalg.generic {{.*}} ins(%[[X]] : tensor<3x5xf32>) outs(%{{.*}} : tensor<3x5xi1>)
// CHECK: math.absf
// CHECK: arith.cmpf ole
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[M]] {{\[}}[0, 1]] : tensor<3x5xi1> into tensor<15xi1>
// CHECK: %[[W:.*]] = quant_bnn.pack %[[FLAT]] : tensor<15xi1> to tensor<15xi1, #quant_bnn.packed<i8>>
// CHECK: %[[Z:.*]] = quant_bnn.identity %[[Y]]
// CHECK: return %[[Z]], %[[W]]
// REMARK: remark: {{.*}}residual 0 of type tensor<3x5xf32> saved in 2 bytes instead of 60
func.func @window_fwd(%x: tensor<3x5xf32>) -> (tensor<3x5xf32>, tensor<3x5xf32>)
    attributes {quant_bnn.backward = @window_bwd, quant_bnn.residuals = array<i64: 1>} {
  %y = quant_bnn.sign %x clip = 1.0 : tensor<3x5xf32>
  %z = quant_bnn.identity %y : tensor<3x5xf32>
  return %z, %x : tensor<3x5xf32>, tensor<3x5xf32>
}

// CHECK-LABEL: func @window_bwd(
// CHECK-SAME: %[[W:.*]]: tensor<15xi1, #quant_bnn.packed<i8>>, %[[G:.*]]: tensor<3x5xf32>)
// CHECK: %[[FLAT:.*]] = quant_bnn.unpack %[[W]] : tensor<15xi1, #quant_bnn.packed<i8>> to tensor<15xi1>
// CHECK: %[[M:.*]] = tensor.expand_shape %[[FLAT]] {{\[}}[0, 1]] output_shape [3, 5] : tensor<15xi1> into tensor<3x5xi1>
// CHECK: %[[DX:.*]] = linalg.generic {{.*}} ins(%[[M]], %[[G]] :
// CHECK: arith.select
// CHECK: return %[[DX]]
func.func @window_bwd(%x: tensor<3x5xf32>, %g: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<3x5xf32>
  return %dx : tensor<3x5xf32>
}

// The callers follow.
// CHECK-LABEL: func @window_step(
// CHECK-SAME: %[[X:.*]]: tensor<3x5xf32>, %[[G:.*]]: tensor<3x5xf32>)
// CHECK: %[[R:.*]]:2 = call @window_fwd(%[[X]]) {tag} : (tensor<3x5xf32>) -> (tensor<3x5xf32>, tensor<15xi1, #quant_bnn.packed<i8>>)
// CHECK: %[[DX:.*]] = call @window_bwd(%[[R]]#1, %[[G]]) : (tensor<15xi1, #quant_bnn.packed<i8>>, tensor<3x5xf32>) -> tensor<3x5xf32>
// CHECK: return %[[R]]#0, %[[DX]]
func.func @window_step(%x: tensor<3x5xf32>, %g: tensor<3x5xf32>) -> (tensor<3x5xf32>, tensor<3x5xf32>) {
  %y, %r = call @window_fwd(%x) {tag} : (tensor<3x5xf32>) -> (tensor<3x5xf32>, tensor<3x5xf32>)
  %dx = call @window_bwd(%r, %g) : (tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
  return %y, %dx : tensor<3x5xf32>, tensor<3x5xf32>
}

// -----

// The other ops with one mask; each residual has its own.
// CHECK-LABEL: func @others_fwd(
// CHECK-SAME: -> (tensor<8xf16>, tensor<8xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>)
// CHECK-SAME: quant_bnn.residuals = array<i64: 1, 2, 3, 4>
// CHECK-DAG: arith.cmpf oge
// CHECK-DAG: arith.cmpf ole
// CHECK: arith.andi
func.func @others_fwd(%a: tensor<8xf16>, %b: tensor<8xf16>, %c: tensor<8xf16>, %d: tensor<8xf16>)
    -> (tensor<8xf16>, tensor<8xf16>, tensor<8xf16>, tensor<8xf16>, tensor<8xf16>)
    attributes {quant_bnn.backward = @others_bwd, quant_bnn.residuals = array<i64: 1, 2, 3, 4>} {
  return %a, %a, %b, %c, %d : tensor<8xf16>, tensor<8xf16>, tensor<8xf16>, tensor<8xf16>, tensor<8xf16>
}

// CHECK-LABEL: func @others_bwd(
// CHECK-COUNT-4: quant_bnn.unpack %{{.*}} : tensor<8xi1, #quant_bnn.packed<i8>> to tensor<8xi1>
// CHECK-NOT: _grad
func.func @others_bwd(%a: tensor<8xf16>, %b: tensor<8xf16>, %c: tensor<8xf16>, %d: tensor<8xf16>, %g: tensor<8xf16>)
    -> (tensor<8xf16>, tensor<8xf16>, tensor<8xf16>, tensor<8xf16>) {
  %0 = quant_bnn.ste_heaviside_grad %a, %g clip = 1.0 : tensor<8xf16>
  %1 = quant_bnn.straight_through_grad %b, %0 clip = 0.5 : tensor<8xf16>
  %2 = quant_bnn.gradient_cancellation_grad %c, %1 threshold = 0x7FF0000000000000 : tensor<8xf16>
  %3 = quant_bnn.input_dorefa_grad %d, %2 grad = window : tensor<8xf16>
  return %0, %1, %2, %3 : tensor<8xf16>, tensor<8xf16>, tensor<8xf16>, tensor<8xf16>
}

// -----

// The shape comes from g.
// CHECK-LABEL: func @dynamic_fwd(
// CHECK-SAME: -> (tensor<?x3x?xf64>, tensor<?xi1, #quant_bnn.packed<i8>>)
// CHECK: tensor.collapse_shape %{{.*}} {{\[}}[0, 1, 2]] : tensor<?x3x?xi1> into tensor<?xi1>
// CHECK: quant_bnn.pack %{{.*}} : tensor<?xi1> to tensor<?xi1, #quant_bnn.packed<i8>>
// REMARK: remark: {{.*}}residual 0 of type tensor<?x3x?xf64> saved in 1 bits an element instead of 64
func.func @dynamic_fwd(%x: tensor<?x3x?xf64>) -> (tensor<?x3x?xf64>, tensor<?x3x?xf64>)
    attributes {quant_bnn.backward = @dynamic_bwd, quant_bnn.residuals = array<i64: 1>} {
  %y = quant_bnn.sign %x clip = 1.0 : tensor<?x3x?xf64>
  return %y, %x : tensor<?x3x?xf64>, tensor<?x3x?xf64>
}

// CHECK-LABEL: func @dynamic_bwd(
// CHECK-SAME: %[[W:.*]]: tensor<?xi1, #quant_bnn.packed<i8>>, %[[G:.*]]: tensor<?x3x?xf64>)
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG: %[[D0:.*]] = tensor.dim %[[G]], %[[C0]]
// CHECK-DAG: %[[D2:.*]] = tensor.dim %[[G]], %[[C2]]
// CHECK: %[[FLAT:.*]] = quant_bnn.unpack %[[W]] : tensor<?xi1, #quant_bnn.packed<i8>> to tensor<?xi1>
// CHECK: tensor.expand_shape %[[FLAT]] {{\[}}[0, 1, 2]] output_shape [%[[D0]], 3, %[[D2]]]
// The mask is not asked for its size: that would keep it from being fused.
// CHECK: tensor.empty(%[[D0]], %[[D2]]) : tensor<?x3x?xf64>
func.func @dynamic_bwd(%x: tensor<?x3x?xf64>, %g: tensor<?x3x?xf64>) -> tensor<?x3x?xf64> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<?x3x?xf64>
  %n = tensor.dim %x, %c0 : tensor<?x3x?xf64>
  %m = tensor.dim %g, %c2 : tensor<?x3x?xf64>
  %0 = tensor.extract_slice %dx[0, 0, 0] [%n, 3, %m] [1, 1, 1] : tensor<?x3x?xf64> to tensor<?x3x?xf64>
  return %0 : tensor<?x3x?xf64>
}

// -----

// The extent is asked for before there is another tensor of the shape.
// CHECK-LABEL: func @early_dim_fwd(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>) -> (tensor<1xf32>, tensor<?xi1, #quant_bnn.packed<i8>>, index)
// CHECK-SAME: quant_bnn.residuals = array<i64: 1, 2>
// CHECK: %[[N:.*]] = tensor.dim %[[X]]
// REMARK: remark: {{.*}}residual 0 of type tensor<?xf32> saved in 1 bits an element instead of 32, beside 1 extents
func.func @early_dim_fwd(%x: tensor<?xf32>) -> (tensor<1xf32>, tensor<?xf32>)
    attributes {quant_bnn.backward = @early_dim_bwd, quant_bnn.residuals = array<i64: 1>} {
  %c0 = arith.constant 0 : index
  %y = tensor.extract_slice %x[0] [1] [1] : tensor<?xf32> to tensor<1xf32>
  return %y, %x : tensor<1xf32>, tensor<?xf32>
}

// CHECK-LABEL: func @early_dim_bwd(
// CHECK-SAME: %[[W:.*]]: tensor<?xi1, #quant_bnn.packed<i8>>, %[[N:.*]]: index, %{{.*}}: tensor<1xf32>)
// CHECK: %[[G:.*]] = tensor.pad
// CHECK: quant_bnn.unpack %[[W]]
func.func @early_dim_bwd(%x: tensor<?xf32>, %g: tensor<1xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %high = arith.subi %n, %c1 : index
  %0 = tensor.pad %g low[0] high[%high] {
  ^bb0(%i: index):
    tensor.yield %zero : f32
  } : tensor<1xf32> to tensor<?xf32>
  %dx = quant_bnn.sign_grad %x, %0 clip = 1.0 : tensor<?xf32>
  return %dx : tensor<?xf32>
}

// -----

// One mask for two gradients with one window, another for the third.
// CHECK-LABEL: func @shared_fwd(
// CHECK-SAME: -> (tensor<4xf32>, tensor<4xi1, #quant_bnn.packed<i8>>, tensor<4xi1, #quant_bnn.packed<i8>>)
// CHECK-SAME: quant_bnn.residuals = array<i64: 1, 2>
// CHECK-COUNT-2: = quant_bnn.pack
// CHECK-NOT: = quant_bnn.pack
// REMARK: remark: {{.*}}residual 0 of type tensor<4xf32> saved in 2 bytes instead of 16
func.func @shared_fwd(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    attributes {quant_bnn.backward = @shared_bwd, quant_bnn.residuals = array<i64: 1>} {
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @shared_bwd(
// CHECK-COUNT-2: quant_bnn.unpack
// CHECK-NOT: quant_bnn.unpack
func.func @shared_bwd(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %0 = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<4xf32>
  %1 = quant_bnn.gradient_cancellation_grad %x, %0 threshold = 1.0 : tensor<4xf32>
  %2 = quant_bnn.ste_heaviside_grad %x, %1 clip = 0.5 : tensor<4xf32>
  return %2 : tensor<4xf32>
}

// -----

// alpha is a residual, too, and stays one.
// CHECK-LABEL: func @pact_fwd(
// CHECK-SAME: -> (tensor<9xf32>, tensor<9xi1, #quant_bnn.packed<i8>>, tensor<9xi1, #quant_bnn.packed<i8>>, f32, tensor<9xi1, #quant_bnn.packed<i8>>, tensor<9xi1, #quant_bnn.packed<i8>>, tensor<9xi1, #quant_bnn.packed<i8>>)
// CHECK-SAME: quant_bnn.residuals = array<i64: 1, 2, 3, 4, 5, 6>
// REMARK: remark: {{.*}}residual 2 of type tensor<9xf32> saved in 6 bytes instead of 36
// REMARK: remark: {{.*}}residual 0 of type tensor<9xf32> saved in 4 bytes instead of 36
func.func @pact_fwd(%x: tensor<9xf32>, %alpha: f32, %z: tensor<9xf32>) -> (tensor<9xf32>, tensor<9xf32>, f32, tensor<9xf32>)
    attributes {quant_bnn.backward = @pact_bwd, quant_bnn.residuals = array<i64: 1, 2, 3>} {
  %q, %s = quant_bnn.pact %x, %alpha bits = 4 mode = unsigned form = value : tensor<9xf32>
  return %q, %x, %alpha, %z : tensor<9xf32>, tensor<9xf32>, f32, tensor<9xf32>
}

// CHECK-LABEL: func @pact_bwd(
// CHECK-COUNT-2: quant_bnn.unpack
// CHECK: quant_bnn.pact_grad %{{.*}} bits = 4 mode = unsigned form = value
// CHECK-COUNT-3: quant_bnn.unpack
// CHECK: quant_bnn.pact_grad %{{.*}} bits = 4 form = value
func.func @pact_bwd(%x: tensor<9xf32>, %alpha: f32, %z: tensor<9xf32>, %g: tensor<9xf32>) -> (tensor<9xf32>, f32, tensor<9xf32>) {
  %c = arith.constant 2.0 : f32
  %twice = arith.mulf %alpha, %c : f32
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %g bits = 4 mode = unsigned form = value : tensor<9xf32>
  %dz, %dbeta = quant_bnn.pact_grad %z, %twice, %g bits = 4 form = value : tensor<9xf32>
  %sum = arith.addf %dalpha, %dbeta : f32
  return %dx, %sum, %dz : tensor<9xf32>, f32, tensor<9xf32>
}

// -----

// Where no x matters, nothing is saved.
// CHECK-LABEL: func @nothing_fwd(
// CHECK-SAME: -> (tensor<4xf32>, f32)
// CHECK-SAME: quant_bnn.residuals = array<i64: 1>
// REMARK: remark: {{.*}}residual 1 of type tensor<4xf32> saved in 0 bytes instead of 16
// REMARK: remark: {{.*}}residual 0 of type tensor<4xf32> saved in 0 bytes instead of 16
func.func @nothing_fwd(%x: tensor<4xf32>, %alpha: f32) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, f32)
    attributes {quant_bnn.backward = @nothing_bwd, quant_bnn.residuals = array<i64: 1, 2, 3>} {
  %q, %s = quant_bnn.pact %x, %alpha bits = 4 grad = compat : tensor<4xf32>
  return %q, %x, %q, %alpha : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, f32
}

// CHECK-LABEL: func @nothing_bwd(
// CHECK-SAME: %[[ALPHA:.*]]: f32, %[[G:.*]]: tensor<4xf32>)
// CHECK: quant_bnn.pact_grad %[[G]], %[[ALPHA]], %[[G]] bits = 4 grad = compat
func.func @nothing_bwd(%x: tensor<4xf32>, %q: tensor<4xf32>, %alpha: f32, %g: tensor<4xf32>) -> (tensor<4xf32>, f32) {
  %0 = quant_bnn.sign_grad %q, %g : tensor<4xf32>
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %0 bits = 4 grad = compat : tensor<4xf32>
  return %dx, %dalpha : tensor<4xf32>, f32
}

// -----

// A result that is saved as well stays as a result. The binarizer that is computed
// again needs the sign of what it reads: one bit, beside that of the window.
// CHECK-LABEL: func @again_fwd(
// CHECK-SAME: %[[X:.*]]: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>)
// CHECK-SAME: quant_bnn.residuals = array<i64: 1, 2>
// CHECK-DAG: arith.cmpf uge
// CHECK-DAG: arith.cmpf ole
// CHECK: return %[[X]]
// REMARK: remark: {{.*}}residual 0 of type tensor<8xf32> saved in 2 bytes instead of 32
func.func @again_fwd(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
    attributes {quant_bnn.backward = @again_bwd, quant_bnn.residuals = array<i64: 1>} {
  return %x, %x : tensor<8xf32>, tensor<8xf32>
}

// CHECK-LABEL: func @again_bwd(
// CHECK-COUNT-2: quant_bnn.unpack
// CHECK-NOT: = quant_bnn.
// CHECK: return
func.func @again_bwd(%x: tensor<8xf32>, %g: tensor<8xf32>) -> tensor<8xf32> {
  %y = quant_bnn.sign %x : tensor<8xf32>
  %0 = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<8xf32>
  %1 = arith.mulf %y, %0 : tensor<8xf32>
  return %1 : tensor<8xf32>
}

// CHECK-LABEL: func @again_step(
// CHECK: %[[R:.*]]:3 = call @again_fwd
// CHECK: call @again_bwd(%[[R]]#1, %[[R]]#2, %{{.*}})
// CHECK: return %{{.*}}, %[[R]]#0
func.func @again_step(%x: tensor<8xf32>, %g: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %0, %r = call @again_fwd(%x) : (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
  %1 = call @again_bwd(%r, %g) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %1, %0 : tensor<8xf32>, tensor<8xf32>
}

// -----

// A zero with a value of its own needs a second mask, a NaN that is kept a third.
// CHECK-LABEL: func @zeros_fwd(
// CHECK-SAME: -> (tensor<8xf32>, tensor<8xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>)
// CHECK: arith.cmpf ogt
// CHECK: arith.cmpf ult
// CHECK: arith.cmpf olt
// CHECK: arith.cmpf uno
// CHECK-LABEL: func @zeros_bwd(
// CHECK-DAG: %[[MINUS:.*]] = arith.constant -1.0
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.0
// CHECK: %[[LOWER:.*]] = arith.select %{{.*}}, %[[MINUS]], %[[ZERO]]
// CHECK: %[[ONE:.*]] = arith.constant 1.0
// CHECK: arith.select %{{.*}}, %[[ONE]], %[[LOWER]]
func.func @zeros_fwd(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
    attributes {quant_bnn.backward = @zeros_bwd, quant_bnn.residuals = array<i64: 1>} {
  return %x, %x : tensor<8xf32>, tensor<8xf32>
}
func.func @zeros_bwd(%x: tensor<8xf32>, %g: tensor<8xf32>) -> tensor<8xf32> {
  %0 = quant_bnn.sign %x zero = zero nan = negative : tensor<8xf32>
  %1 = quant_bnn.approx_sign %x zero = zero nan = propagate : tensor<8xf32>
  %2 = arith.addf %0, %1 : tensor<8xf32>
  return %2 : tensor<8xf32>
}

// -----

// What each binarizer needs: of a NaN, too.
// CHECK-LABEL: func @binarizers_fwd(
// CHECK-SAME: -> (tensor<8xf32>, tensor<8xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>)
// CHECK: arith.cmpf oge
// CHECK: arith.cmpf uno
// CHECK: arith.cmpf ogt
func.func @binarizers_fwd(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
    attributes {quant_bnn.backward = @binarizers_bwd, quant_bnn.residuals = array<i64: 1>} {
  return %x, %x : tensor<8xf32>, tensor<8xf32>
}
func.func @binarizers_bwd(%x: tensor<8xf32>, %g: tensor<8xf32>) -> tensor<8xf32> {
  %0 = quant_bnn.sign %x nan = negative : tensor<8xf32>
  %1 = quant_bnn.approx_sign %x nan = propagate : tensor<8xf32>
  %2 = quant_bnn.ste_heaviside %x low = -1.0 : tensor<8xf32>
  %3 = arith.addf %0, %1 : tensor<8xf32>
  %4 = arith.addf %3, %2 : tensor<8xf32>
  return %4 : tensor<8xf32>
}

// -----

// A pair that calls a pair returns the same masks.
// CHECK-LABEL: func private @inner_fwd(
// CHECK-SAME: -> (tensor<8xf32>, tensor<8xi1, #quant_bnn.packed<i8>>)
func.func private @inner_fwd(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
    attributes {quant_bnn.backward = @inner_bwd, quant_bnn.residuals = array<i64: 1>} {
  %y = quant_bnn.sign %x clip = 1.0 : tensor<8xf32>
  return %y, %x : tensor<8xf32>, tensor<8xf32>
}
func.func private @inner_bwd(%x: tensor<8xf32>, %g: tensor<8xf32>) -> tensor<8xf32> {
  %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<8xf32>
  return %dx : tensor<8xf32>
}

// CHECK-LABEL: func @outer_fwd(
// CHECK-SAME: -> (tensor<8xf32>, tensor<8xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>)
// CHECK-SAME: quant_bnn.residuals = array<i64: 1, 2>
// CHECK: %[[A:.*]]:2 = call @inner_fwd
// CHECK: %[[B:.*]]:2 = call @inner_fwd(%[[A]]#0)
// CHECK: return %[[B]]#0, %[[A]]#1, %[[B]]#1
func.func @outer_fwd(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>)
    attributes {quant_bnn.backward = @outer_bwd, quant_bnn.residuals = array<i64: 1, 2>} {
  %0, %r = call @inner_fwd(%x) : (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
  %1, %s = call @inner_fwd(%0) : (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
  return %1, %r, %s : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}

// CHECK-LABEL: func @outer_bwd(
// CHECK-SAME: %[[R:.*]]: tensor<8xi1, #quant_bnn.packed<i8>>, %[[S:.*]]: tensor<8xi1, #quant_bnn.packed<i8>>, %[[G:.*]]: tensor<8xf32>)
// CHECK: %[[D:.*]] = call @inner_bwd(%[[S]], %[[G]])
// CHECK: call @inner_bwd(%[[R]], %[[D]])
func.func @outer_bwd(%r: tensor<8xf32>, %s: tensor<8xf32>, %g: tensor<8xf32>) -> tensor<8xf32> {
  %0 = call @inner_bwd(%s, %g) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %1 = call @inner_bwd(%r, %0) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %1 : tensor<8xf32>
}

// CHECK-LABEL: func @outer_step(
// CHECK: %[[R:.*]]:3 = call @outer_fwd
// CHECK: call @outer_bwd(%[[R]]#1, %[[R]]#2, %{{.*}}) : (tensor<8xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>, tensor<8xf32>)
func.func @outer_step(%x: tensor<8xf32>, %g: tensor<8xf32>) -> tensor<8xf32> {
  %y, %r, %s = call @outer_fwd(%x) : (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>)
  %dx = call @outer_bwd(%r, %s, %g) : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %dx : tensor<8xf32>
}
