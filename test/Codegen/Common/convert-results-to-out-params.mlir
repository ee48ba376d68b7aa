// RUN: bnn-opt %s --bnn-codegen-convert-results-to-out-params --split-input-file --verify-diagnostics | FileCheck %s

// A buffer for each tensor, in order, after the arguments; scalars stay.
// CHECK-LABEL: func.func @mixed_results(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %[[A:.*]]: f32, %[[OUT0:.*]]: memref<?xf32>, %[[OUT1:.*]]: memref<4x4xf16>) -> (f32, index)
func.func @mixed_results(%x: tensor<?xf32>, %a: f32) -> (tensor<?xf32>, f32, tensor<4x4xf16>, index) {
  // First the tensors, then the buffers.
  // CHECK-DAG: %[[T0:.*]] = bufferization.to_tensor %[[OUT0]] restrict writable
  // CHECK-DAG: %[[T1:.*]] = bufferization.to_tensor %[[OUT1]] restrict writable
  // CHECK: %[[Y:.*]] = tensor.empty
  // CHECK: %[[R0:.*]] = bufferization.materialize_in_destination %[[X]] in %[[T0]]
  // CHECK: %[[R1:.*]] = bufferization.materialize_in_destination %[[Y]] in %[[T1]]
  // CHECK: bufferization.materialize_in_destination %[[R0]] in writable %[[OUT0]]
  // CHECK: bufferization.materialize_in_destination %[[R1]] in writable %[[OUT1]]
  // CHECK: return %[[A]], %{{.*}} : f32, index
  %i = arith.constant 1 : index
  %y = tensor.empty() : tensor<4x4xf16>
  return %x, %a, %y, %i : tensor<?xf32>, f32, tensor<4x4xf16>, index
}

// -----

// CHECK-LABEL: func.func @no_tensor(
// CHECK-SAME: %[[A:.*]]: f32, %[[M:.*]]: memref<4xf32>) -> (f32, memref<4xf32>)
func.func @no_tensor(%a: f32, %m: memref<4xf32>) -> (f32, memref<4xf32>) {
  // CHECK-NEXT: return %[[A]], %[[M]]
  return %a, %m : f32, memref<4xf32>
}

// -----

// Callers in the module keep calling what they called, under another name.
// CHECK: func.func @callee(%{{.*}}: tensor<?xf32>, %{{.*}}: memref<?xf32>) {
// CHECK: func.func private @[[$COPY:.*]](%{{.*}}: tensor<?xf32>) -> tensor<?xf32>
func.func @callee(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}
// CHECK-LABEL: func.func @caller(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %[[OUT:.*]]: memref<?xf32>) {
func.func @caller(%x: tensor<?xf32>) -> tensor<?xf32> {
  // CHECK: %[[Y:.*]] = call @[[$COPY]](%[[X]])
  // CHECK: %[[R:.*]] = bufferization.materialize_in_destination %[[Y]] in
  // CHECK: bufferization.materialize_in_destination %[[R]] in writable %[[OUT]]
  %y = call @callee(%x) : (tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

// A copy calls copies.
// CHECK: func.func @even(%{{.*}}: tensor<f32>, %{{.*}}: i1, %{{.*}}: memref<f32>) {
// CHECK:   call @[[$ODD:[a-z_0-9]*]](%{{.*}}) : (tensor<f32>, i1) -> tensor<f32>
// CHECK: func.func private @[[$EVEN:[a-z_0-9]*]](%{{.*}}) -> tensor<f32> {
// CHECK:   call @[[$ODD]](%{{.*}}) : (tensor<f32>, i1) -> tensor<f32>
func.func @even(%x: tensor<f32>, %c: i1) -> tensor<f32> {
  %y = call @odd(%x, %c) : (tensor<f32>, i1) -> tensor<f32>
  return %y : tensor<f32>
}
// CHECK: func.func @odd(%{{.*}}: tensor<f32>, %{{.*}}: i1, %{{.*}}: memref<f32>) {
// CHECK:   func.call @[[$EVEN]](%{{.*}}) : (tensor<f32>, i1) -> tensor<f32>
// CHECK: func.func private @[[$ODD]](%{{.*}}) -> tensor<f32> {
// CHECK:   func.call @[[$EVEN]](%{{.*}}) : (tensor<f32>, i1) -> tensor<f32>
func.func @odd(%x: tensor<f32>, %c: i1) -> tensor<f32> {
  %y = scf.if %c -> tensor<f32> {
    %z = func.call @even(%x, %c) : (tensor<f32>, i1) -> tensor<f32>
    scf.yield %z : tensor<f32>
  } else {
    scf.yield %x : tensor<f32>
  }
  return %y : tensor<f32>
}

// -----

// CHECK-LABEL: func.func private @private(
// CHECK-SAME: -> tensor<?xf32>
func.func private @private(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// -----

// A declaration is someone else's.
// CHECK: func.func private @declaration(tensor<?xf32>) -> tensor<?xf32>
func.func private @declaration(%x: tensor<?xf32>) -> tensor<?xf32>

// -----

// expected-error @+1 {{cannot return 'tensor<*xf32>' through an out parameter}}
func.func @unranked(%x: tensor<*xf32>) -> tensor<*xf32> {
  return %x : tensor<*xf32>
}

// -----

// What is computed in another shape is stored in that shape.
// CHECK-LABEL: func.func @expanded(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %{{.*}}: index, %[[OUT:.*]]: memref<?x8xf32>) {
func.func @expanded(%x: tensor<?xf32>, %n: index) -> tensor<?x8xf32> {
  // CHECK: %[[FLAT:.*]] = memref.collapse_shape %[[OUT]] {{\[}}[0, 1]] : memref<?x8xf32> into memref<?xf32>
  // CHECK: %[[T:.*]] = bufferization.to_tensor %[[FLAT]] restrict writable
  // CHECK: %[[R:.*]] = bufferization.materialize_in_destination %[[X]] in %[[T]]
  // CHECK: bufferization.materialize_in_destination %[[R]] in writable %[[FLAT]]
  %y = tensor.expand_shape %x [[0, 1]] output_shape [%n, 8] : tensor<?xf32> into tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Results that begin with the same zeros begin in their buffers.
// CHECK-LABEL: func.func @zeros(
// CHECK: %[[A:.*]] = linalg.fill
// CHECK: %[[B:.*]] = linalg.fill
// CHECK: bufferization.materialize_in_destination %[[A]] in
// CHECK: bufferization.materialize_in_destination %[[B]] in
func.func @zeros() -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4xf32>
  %x = linalg.fill ins(%zero : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}

// -----

// A fill that nobody reads.
// CHECK-LABEL: func.func @unread(
// CHECK: linalg.fill
func.func @unread(%x: f32) -> tensor<4xf32> {
  %empty = tensor.empty() : tensor<4xf32>
  %y = linalg.fill ins(%x : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
  return %empty : tensor<4xf32>
}

// -----

// A result that another one is computed from comes first, whatever the order
// of the results.
// CHECK-LABEL: func.func @one_from_another(
// CHECK-SAME: %{{.*}}: tensor<1x2xf32>, %{{.*}}: tensor<1x1xf32>, %[[OUT0:.*]]: memref<1x2xf32>, %[[OUT1:.*]]: memref<1x2xf32>) {
func.func @one_from_another(%x: tensor<1x2xf32>, %y: tensor<1x1xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  // CHECK-DAG: %[[T0:.*]] = bufferization.to_tensor %[[OUT0]] restrict writable
  // CHECK-DAG: %[[T1:.*]] = bufferization.to_tensor %[[OUT1]] restrict writable
  // CHECK: %[[A:.*]] = math.absf
  // CHECK: %[[B:.*]] = tensor.insert_slice %{{.*}} into %[[A]]
  // CHECK-NEXT: bufferization.materialize_in_destination %[[A]] in %[[T1]]
  // CHECK-NEXT: bufferization.materialize_in_destination %[[B]] in %[[T0]]
  %a = math.absf %x : tensor<1x2xf32>
  %b = tensor.insert_slice %y into %a[0, 0] [1, 1] [1, 1] : tensor<1x1xf32> into tensor<1x2xf32>
  return %b, %a : tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

// A value that is returned twice is copied from its first buffer.
// CHECK-LABEL: func.func @twice(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>, %[[OUT0:.*]]: memref<4xf32>, %[[OUT1:.*]]: memref<4xf32>) {
func.func @twice(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK-DAG: %[[T0:.*]] = bufferization.to_tensor %[[OUT0]] restrict writable
  // CHECK-DAG: %[[T1:.*]] = bufferization.to_tensor %[[OUT1]] restrict writable
  // CHECK: %[[Y:.*]] = math.absf %[[X]]
  // CHECK: %[[R0:.*]] = bufferization.materialize_in_destination %[[Y]] in %[[T0]]
  // CHECK: %[[R1:.*]] = bufferization.materialize_in_destination %[[R0]] in %[[T1]]
  // CHECK: bufferization.materialize_in_destination %[[R0]] in writable %[[OUT0]]
  // CHECK: bufferization.materialize_in_destination %[[R1]] in writable %[[OUT1]]
  %y = math.absf %x : tensor<4xf32>
  return %y, %y : tensor<4xf32>, tensor<4xf32>
}
