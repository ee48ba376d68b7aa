// RUN: bnn-opt %s --quant-bnn-decompose --split-input-file | FileCheck %s

// CHECK-LABEL: func @qactivation(
// CHECK-SAME: %[[X:.*]]: vector<8xf32>
func.func @qactivation(%x: vector<8xf32>) -> vector<8xf32> {
  // CHECK-NEXT: %[[C:.*]] = quant_bnn.gradient_cancellation %[[X]] threshold = 1.000000e+00 : vector<8xf32>
  // CHECK-NEXT: %[[Y:.*]] = quant_bnn.input_dorefa %[[C]] bits = 2 : vector<8xf32>
  // CHECK-NEXT: return %[[Y]]
  %y = quant_bnn.qactivation %x quantizer = "input_dorefa" threshold = 1.0 bits = 2 : vector<8xf32>
  return %y : vector<8xf32>
}

// -----

// A qactivation that reduces is decomposed to the end.
// CHECK-LABEL: func @qactivation_that_reduces(
func.func @qactivation_that_reduces(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NOT: qactivation
  // CHECK: linalg.generic {{.*}} iterator_types = ["reduction"]
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel"]
  %y = quant_bnn.qactivation %x quantizer = "weight_dorefa" bits = 2 : tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

// max |w| is an integer maximum, and its tanh is the maximum of the tanhs.
// CHECK-LABEL: func @weight_dorefa(
// CHECK-SAME: %[[W:.*]]: tensor<?x4xf32>
// CHECK-DAG: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : i32
func.func @weight_dorefa(%w: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: %[[INIT:.*]] = linalg.fill ins(%[[C0]] : i32)
  // CHECK: %[[MAX:.*]] = linalg.generic {{.*}} iterator_types = ["reduction", "reduction"]} ins(%[[W]] : tensor<?x4xf32>) outs(%[[INIT]] : tensor<i32>)
  // CHECK: arith.andi
  // CHECK: arith.maxsi
  // CHECK: %[[BITS:.*]] = tensor.extract %[[MAX]][] : tensor<i32>
  // CHECK: %[[ABS:.*]] = arith.bitcast %[[BITS]] : i32 to f32
  // CHECK: math.tanh %[[ABS]] : f32
  // The range of an all-zero tensor is 1.
  // CHECK: %[[RANGE:.*]] = arith.select %{{.*}}, %[[ONE]], %{{.*}} : f32
  // CHECK: %[[DEST:.*]] = tensor.empty(%{{.*}}) : tensor<?x4xf32>
  // CHECK: %[[Y:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]} ins(%[[W]], %[[RANGE]] : tensor<?x4xf32>, f32) outs(%[[DEST]] : tensor<?x4xf32>)
  // CHECK: math.tanh
  // CHECK: math.roundeven
  // CHECK: return %[[Y]]
  %y = quant_bnn.weight_dorefa %w bits = 2 : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func @weight_dorefa_grad_computes_max(
func.func @weight_dorefa_grad_computes_max(%w: tensor<8xf32>, %g: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: arith.maxsi
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel"]
  %dw = quant_bnn.weight_dorefa_grad %w, %g grad = tanh : tensor<8xf32>
  return %dw : tensor<8xf32>
}

// -----

// CHECK-LABEL: func @weight_dorefa_grad_takes_max(
// CHECK-SAME: %[[W:.*]]: tensor<8xf32>, %[[G:.*]]: tensor<8xf32>, %[[M:.*]]: f32
func.func @weight_dorefa_grad_takes_max(%w: tensor<8xf32>, %g: tensor<8xf32>, %m: f32) -> tensor<8xf32> {
  // CHECK-NOT: arith.maxsi
  // CHECK: linalg.generic {{.*}} ins(%[[W]], %[[G]], %[[M]] : tensor<8xf32>, tensor<8xf32>, f32)
  %dw = quant_bnn.weight_dorefa_grad %w, %g max %m grad = tanh : tensor<8xf32>
  return %dw : tensor<8xf32>
}

// -----

// CHECK-LABEL: func @weight_dorefa_grad_identity(
// CHECK-SAME: %{{.*}}: tensor<8xf32>, %[[G:.*]]: tensor<8xf32>
func.func @weight_dorefa_grad_identity(%w: tensor<8xf32>, %g: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: return %[[G]]
  %dw = quant_bnn.weight_dorefa_grad %w, %g : tensor<8xf32>
  return %dw : tensor<8xf32>
}

// -----

// CHECK-LABEL: func @weight_dorefa_grad_zero(
func.func @weight_dorefa_grad_zero(%w: tensor<?xf32>, %g: tensor<?xf32>) -> tensor<?xf32> {
  // CHECK: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
  // CHECK: linalg.generic
  // CHECK: linalg.yield %[[ZERO]]
  %dw = quant_bnn.weight_dorefa_grad %w, %g grad = zero : tensor<?xf32>
  return %dw : tensor<?xf32>
}

// -----

// In f16, the maximum is of 16-bit patterns, and s is rounded for its result
// alone: q takes it as computed, but for the limit of f16.
// CHECK-LABEL: func @min_max(
// CHECK-SAME: %[[X:.*]]: tensor<8xf16>
func.func @min_max(%x: tensor<8xf16>) -> (tensor<8xf16>, f16) {
  // CHECK: %[[LIMIT:.*]] = arith.constant 6.550400e+04 : f32
  // CHECK: arith.maxsi %{{.*}}, %{{.*}} : i16
  // CHECK: %[[M:.*]] = arith.extf %{{.*}} : f16 to f32
  // CHECK: %[[QUOTIENT:.*]] = arith.divf %{{.*}}, %[[M]] : f32
  // CHECK: %[[OVERFLOWS:.*]] = arith.cmpf ogt, %[[QUOTIENT]], %[[LIMIT]] : f32
  // CHECK: %[[FINITE:.*]] = arith.select %[[OVERFLOWS]], %[[LIMIT]], %[[QUOTIENT]] : f32
  // CHECK: %[[S:.*]] = arith.select %{{.*}}, %{{.*}}, %[[FINITE]] : f32
  // CHECK: %[[Q:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[S]] : tensor<8xf16>, f32)
  // CHECK: arith.extf
  // CHECK: arith.mulf
  // CHECK: math.roundeven
  // CHECK: arith.truncf
  // CHECK: %[[ROUNDED:.*]] = arith.truncf %[[QUOTIENT]] : f32 to f16
  // CHECK: %[[LIMITED:.*]] = arith.select %[[OVERFLOWS]], %{{.*}}, %[[ROUNDED]] : f16
  // CHECK: %[[RESULT:.*]] = arith.select %{{.*}}, %{{.*}}, %[[LIMITED]] : f16
  // CHECK: return %[[Q]], %[[RESULT]]
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<8xf16>
  return %q, %s : tensor<8xf16>, f16
}

// -----

// CHECK-LABEL: func @min_max_unrounded(
func.func @min_max_unrounded(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NOT: math.roundeven
  %q, %s = quant_bnn.min_max %x bits = 8 unrounded : tensor<8xf32>
  return %q : tensor<8xf32>
}

// -----

// On vectors and scalars pact needs no loop.
// CHECK-LABEL: func @pact_of_vector(
// CHECK-SAME: %[[X:.*]]: vector<8xf32>, %[[ALPHA:.*]]: f32
func.func @pact_of_vector(%x: vector<8xf32>, %alpha: f32) -> (vector<8xf32>, f32) {
  // CHECK-NOT: linalg
  // CHECK: %[[QUOTIENT:.*]] = arith.divf
  // CHECK: %[[FINITE:.*]] = arith.select %{{.*}}, %{{.*}}, %[[QUOTIENT]] : f32
  // CHECK: %[[S:.*]] = arith.select %{{.*}}, %[[FINITE]], %{{.*}} : f32
  // CHECK: %[[SPREAD:.*]] = vector.broadcast %[[S]] : f32 to vector<8xf32>
  // CHECK: arith.mulf %[[SPREAD]], %[[X]] : vector<8xf32>
  // CHECK: arith.cmpf olt
  // CHECK: arith.cmpf ogt
  // CHECK: math.roundeven
  %q, %s = quant_bnn.pact %x, %alpha bits = 8 : vector<8xf32>
  return %q, %s : vector<8xf32>, f32
}

// -----

// The scale is rounded twice, as the reference rounds it.
// CHECK-LABEL: func @pact_unsigned(
func.func @pact_unsigned(%x: f32, %alpha: f32) -> (f32, f32) {
  // CHECK: %[[R:.*]] = arith.divf %{{.*}}, %{{.*}} : f32
  // CHECK: arith.mulf %{{.*}}, %[[R]] : f32
  // CHECK: math.roundeven
  // CHECK: arith.divf
  %q, %s = quant_bnn.pact %x, %alpha bits = 8 mode = unsigned form = value : f32
  return %q, %s : f32, f32
}

// -----

// One pass over memory: the sum is computed where dx is.
// CHECK-LABEL: func @pact_grad(
func.func @pact_grad(%x: tensor<?xbf16>, %alpha: bf16, %g: tensor<?xbf16>) -> (tensor<?xbf16>, bf16) {
  // CHECK: %[[DX:.*]]:2 = linalg.generic {{.*}} iterator_types = ["reduction"]} {{.*}} outs(%{{.*}}, %{{.*}} : tensor<?xbf16>, tensor<f32>)
  // CHECK-NOT: linalg.generic
  // CHECK: tensor.extract %[[DX]]#1[] : tensor<f32>
  // CHECK: arith.truncf %{{.*}} : f32 to bf16
  // CHECK: return %[[DX]]#0
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %g bits = 8 form = value : tensor<?xbf16>
  return %dx, %dalpha : tensor<?xbf16>, bf16
}

// -----

// CHECK-LABEL: func @pact_grad_of_scale(
// CHECK-SAME: %[[GS:[^ ,]*]]: f32)
func.func @pact_grad_of_scale(%x: tensor<?xf32>, %alpha: f32, %g: tensor<?xf32>, %gs: f32) -> (tensor<?xf32>, f32) {
  // CHECK: %[[SUM:.*]] = tensor.extract
  // CHECK: %[[SHARE:.*]] = arith.divf %[[GS]], %{{.*}} : f32
  // CHECK: %[[PART:.*]] = arith.mulf %[[SHARE]], %{{.*}} : f32
  // CHECK: arith.addf %[[SUM]], %[[PART]] : f32
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %g scale_gradient %gs bits = 8 : tensor<?xf32>
  return %dx, %dalpha : tensor<?xf32>, f32
}

// -----

// CHECK-LABEL: func @pact_grad_compat(
func.func @pact_grad_compat(%x: tensor<?xf32>, %alpha: f32, %g: tensor<?xf32>) -> (tensor<?xf32>, f32) {
  // CHECK: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
  // CHECK: %[[DX:.*]] = linalg.generic {{.*}} iterator_types = ["parallel"]
  // CHECK: return %[[DX]], %[[ZERO]]
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %g bits = 8 grad = compat : tensor<?xf32>
  return %dx, %dalpha : tensor<?xf32>, f32
}

// -----

// CHECK-LABEL: func @dequantize_grad(
func.func @dequantize_grad(%q: tensor<?xf32>, %s: f32, %g: tensor<?xf32>) -> (tensor<?xf32>, f32) {
  // CHECK: %[[DQ:.*]]:2 = linalg.generic
  // CHECK: ^{{.*}}(%[[Q:.*]]: f32, %[[G:.*]]: f32, %[[S:.*]]: f32, %{{.*}}: f32, %{{.*}}: f32):
  // CHECK: arith.divf %[[G]], %[[S]] : f32
  // CHECK: arith.divf %[[Q]], %[[S]] : f32
  // CHECK: %[[SUM:.*]] = tensor.extract %[[DQ]]#1[]
  // CHECK: arith.negf %[[SUM]]
  %dq, %ds = quant_bnn.dequantize_grad %q, %s, %g : tensor<?xf32>
  return %dq, %ds : tensor<?xf32>, f32
}

// -----

// CHECK-LABEL: func @elementwise_stays(
func.func @elementwise_stays(%x: tensor<?xf32>, %s: f32) -> (tensor<?xf32>, tensor<?xf32>) {
  // CHECK-NEXT: quant_bnn.sign
  // CHECK-NEXT: quant_bnn.dequantize
  %0 = quant_bnn.sign %x : tensor<?xf32>
  %1 = quant_bnn.dequantize %x, %s : tensor<?xf32>
  return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

// -----

// CHECK-LABEL: func @packed_stays(
func.func @packed_stays(%x: tensor<4x100xf32>) -> tensor<4x4xi32> {
  // CHECK-NEXT: quant_bnn.pack
  // CHECK-NEXT: quant_bnn.xnor_matmul
  %0 = quant_bnn.pack %x : tensor<4x100xf32> to tensor<4x100xi1, #quant_bnn.packed<i64>>
  %1 = quant_bnn.xnor_matmul %0, %0
      : (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<4x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x4xi32>
  return %1 : tensor<4x4xi32>
}

// -----

// The encoding of a tensor is that of its destination too.
// CHECK-LABEL: func @encoding(
func.func @encoding(%x: tensor<?xf32, "blocked">, %alpha: f32) -> (tensor<?xf32, "blocked">, tensor<?xf32, "blocked">) {
  // CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<?xf32, "blocked">)
  // CHECK: linalg.generic {{.*}} outs(%{{.*}}, %{{.*}} : tensor<?xf32, "blocked">, tensor<f32>)
  %q, %s = quant_bnn.pact %x, %alpha bits = 8 : tensor<?xf32, "blocked">
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %q bits = 8 : tensor<?xf32, "blocked">
  return %q, %dx : tensor<?xf32, "blocked">, tensor<?xf32, "blocked">
}

// -----

// The decomposition of upstream would round each step of a softmax of f16.
// CHECK-LABEL: func @softmax_stays(
func.func @softmax_stays(%x: tensor<4x8xf16>) -> tensor<4x8xf16> {
  // CHECK: linalg.softmax
  %e = tensor.empty() : tensor<4x8xf16>
  %y = linalg.softmax dimension(1) ins(%x : tensor<4x8xf16>) outs(%e : tensor<4x8xf16>) -> tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}
