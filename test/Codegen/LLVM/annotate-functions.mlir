// RUN: bnn-opt %s --bnn-codegen-annotate-functions | FileCheck %s

// CHECK: func.func @public(%{{.*}}: tensor<?xf32> {bufferization.writable = false}, %{{.*}}: f32, %{{.*}}: memref<4xf32>) -> tensor<?xf32>
// CHECK-SAME: attributes {quant_bnn.signature = (tensor<?xf32>, f32, memref<4xf32>) -> tensor<?xf32>}
func.func @public(%x: tensor<?xf32>, %a: f32, %m: memref<4xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// CHECK: func.func @marked(%{{.*}}: tensor<?xf32> {bufferization.writable = true}, %{{.*}}: tensor<?xf32> {bufferization.writable = false})
func.func @marked(%x: tensor<?xf32> {bufferization.writable = true}, %y: tensor<?xf32>) {
  return
}

// A signature that an earlier pass took is the one that a caller knows.
// CHECK: func.func @signed({{.*}}) attributes {quant_bnn.signature = () -> tensor<4xf32>}
func.func @signed(%x: memref<4xf32>) attributes {quant_bnn.signature = () -> tensor<4xf32>} {
  return
}

// CHECK: func.func private @private(%{{.*}}: tensor<?xf32>) -> tensor<?xf32> {
func.func private @private(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// What differentiation reads has no meaning for buffers.
// CHECK: func.func private @backward(
// CHECK: func.func private @forward(%{{.*}}: f32, %{{.*}}: f32) -> (f32, f32) {
func.func private @backward(f32, f32) -> f32
func.func private @forward(%x: f32, %data: f32 {quant_bnn.no_gradient}) -> (f32, f32)
    attributes {quant_bnn.backward = @backward, quant_bnn.residuals = array<i64: 1>} {
  return %x, %data : f32, f32
}
