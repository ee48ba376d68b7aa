// What is left as it is, and why.
//
// RUN: bnn-opt %s --split-input-file > %t.before
// RUN: bnn-opt %s --quant-bnn-compress-residuals --split-input-file > %t.after
// RUN: diff %t.before %t.after
// RUN: bnn-opt %s --quant-bnn-compress-residuals --split-input-file \
// RUN:   --remarks-filter='.*' -o /dev/null 2>&1 | FileCheck %s

func.func @values_fwd(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    attributes {quant_bnn.backward = @values_bwd, quant_bnn.residuals = array<i64: 1>} {
  %y = quant_bnn.approx_sign %x : tensor<4xf32>
  return %y, %x : tensor<4xf32>, tensor<4xf32>
}
func.func @values_bwd(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}residual 0 of type tensor<4xf32> not compressed: 'quant_bnn.approx_sign_grad' needs its values
  %dx = quant_bnn.approx_sign_grad %x, %g : tensor<4xf32>
  return %dx : tensor<4xf32>
}

// -----

func.func @level_fwd(%x: tensor<4xf32>, %alpha: f32) -> (tensor<4xf32>, tensor<4xf32>, f32)
    attributes {quant_bnn.backward = @level_bwd, quant_bnn.residuals = array<i64: 1, 2>} {
  %q, %s = quant_bnn.pact %x, %alpha bits = 4 : tensor<4xf32>
  return %q, %x, %alpha : tensor<4xf32>, tensor<4xf32>, f32
}
func.func @level_bwd(%x: tensor<4xf32>, %alpha: f32, %g: tensor<4xf32>) -> (tensor<4xf32>, f32) {
  // CHECK: remark: {{.*}}'quant_bnn.pact_grad' needs its values, not only masks of them
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %g bits = 4 : tensor<4xf32>
  return %dx, %dalpha : tensor<4xf32>, f32
}

// -----

// One use too many, and the saved value as another operand of the same op.
func.func @also_fwd(%x: tensor<4xf32>, %z: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
    attributes {quant_bnn.backward = @also_bwd, quant_bnn.residuals = array<i64: 1, 2>} {
  return %x, %x, %z : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
func.func @also_bwd(%x: tensor<4xf32>, %z: tensor<4xf32>, %g: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<4xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}residual 1 of type tensor<4xf32> not compressed: 'quant_bnn.sign_grad' needs its values
  %1 = quant_bnn.sign_grad %z, %z clip = 1.0 : tensor<4xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}residual 0 of type tensor<4xf32> not compressed: 'arith.mulf' needs its values
  %2 = arith.mulf %0, %x : tensor<4xf32>
  return %1, %2 : tensor<4xf32>, tensor<4xf32>
}

// -----

// A number is no smaller as a byte that holds its bit.
// CHECK-NOT: tensor<f32>
func.func @rank_0_fwd(%x: tensor<f32>, %s: f32) -> (tensor<f32>, tensor<f32>, f32)
    attributes {quant_bnn.backward = @rank_0_bwd, quant_bnn.residuals = array<i64: 1, 2>} {
  return %x, %x, %s : tensor<f32>, tensor<f32>, f32
}
func.func @rank_0_bwd(%x: tensor<f32>, %s: f32, %g: tensor<f32>) -> (tensor<f32>, f32) {
  %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<f32>
  %ds = quant_bnn.sign_grad %s, %s clip = 1.0 : f32
  return %dx, %ds : tensor<f32>, f32
}

// -----

func.func @encoding_fwd(%x: tensor<4xf32, "blocked">) -> (tensor<4xf32, "blocked">, tensor<4xf32, "blocked">)
    attributes {quant_bnn.backward = @encoding_bwd, quant_bnn.residuals = array<i64: 1>} {
  // CHECK: remark: {{.*}}its type has an encoding
  return %x, %x : tensor<4xf32, "blocked">, tensor<4xf32, "blocked">
}
func.func @encoding_bwd(%x: tensor<4xf32, "blocked">, %g: tensor<4xf32, "blocked">) -> tensor<4xf32, "blocked"> {
  %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<4xf32, "blocked">
  return %dx : tensor<4xf32, "blocked">
}

// -----

// alpha is not known before the backward.
func.func @late_fwd(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    attributes {quant_bnn.backward = @late_bwd, quant_bnn.residuals = array<i64: 1>} {
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}
// CHECK: remark: {{.*}}its masks depend on a value that only @late_bwd has
func.func @late_bwd(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %alpha = tensor.extract %g[%c0] : tensor<4xf32>
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %g bits = 4 form = value : tensor<4xf32>
  return %dx : tensor<4xf32>
}

// -----

// As many masks as an element has bits.
func.func @many_fwd(%x: tensor<4xf16>) -> (tensor<4xf16>, tensor<4xf16>)
    attributes {quant_bnn.backward = @many_bwd, quant_bnn.residuals = array<i64: 1>} {
  // CHECK: remark: {{.*}}its masks take 16 bits an element
  return %x, %x : tensor<4xf16>, tensor<4xf16>
}
func.func @many_bwd(%x: tensor<4xf16>, %g: tensor<4xf16>) -> tensor<4xf16> {
  %0 = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<4xf16>
  %1 = quant_bnn.sign_grad %x, %0 clip = 2.0 : tensor<4xf16>
  %2 = quant_bnn.sign_grad %x, %1 clip = 3.0 : tensor<4xf16>
  %3 = quant_bnn.sign_grad %x, %2 clip = 4.0 : tensor<4xf16>
  %4 = quant_bnn.sign_grad %x, %3 clip = 5.0 : tensor<4xf16>
  %5 = quant_bnn.sign_grad %x, %4 clip = 6.0 : tensor<4xf16>
  %6 = quant_bnn.sign_grad %x, %5 clip = 7.0 : tensor<4xf16>
  %7 = quant_bnn.sign_grad %x, %6 clip = 8.0 : tensor<4xf16>
  %8 = quant_bnn.sign_grad %x, %7 clip = 9.0 : tensor<4xf16>
  %9 = quant_bnn.sign_grad %x, %8 clip = 10.0 : tensor<4xf16>
  %10 = quant_bnn.sign_grad %x, %9 clip = 11.0 : tensor<4xf16>
  %11 = quant_bnn.sign_grad %x, %10 clip = 12.0 : tensor<4xf16>
  %12 = quant_bnn.sign_grad %x, %11 clip = 13.0 : tensor<4xf16>
  %13 = quant_bnn.sign_grad %x, %12 clip = 14.0 : tensor<4xf16>
  %14 = quant_bnn.sign_grad %x, %13 clip = 15.0 : tensor<4xf16>
  %15 = quant_bnn.sign_grad %x, %14 clip = 16.0 : tensor<4xf16>
  return %15 : tensor<4xf16>
}

// -----

func.func @f_fwd(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    attributes {quant_bnn.backward = @f_bwd, quant_bnn.residuals = array<i64: 1>} {
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}
func.func @f_bwd(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<4xf32>
  return %dx : tensor<4xf32>
}
func.func @caller(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0, %r = call @f_fwd(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}a caller uses it for something else than @f_bwd
  %1 = arith.addf %r, %r : tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

func.func @f_fwd(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    attributes {quant_bnn.backward = @f_bwd, quant_bnn.residuals = array<i64: 1>} {
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}
func.func @f_bwd(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<4xf32>
  return %dx : tensor<4xf32>
}
func.func @caller(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}a caller passes @f_bwd a value that is not from a call of @f_fwd
  %0 = call @f_bwd(%x, %x) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @f_fwd(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    attributes {quant_bnn.backward = @f_bwd, quant_bnn.residuals = array<i64: 1>} {
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}
func.func @f_bwd(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<4xf32>
  return %dx : tensor<4xf32>
}
func.func @address() -> ((tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>) {
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}a function of its pair is used other than by a call
  %f = func.constant @f_bwd : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %f : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
}

// -----

// The caller's backward uses the residual of the pair that it calls.
func.func @g_fwd(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    attributes {quant_bnn.backward = @g_bwd, quant_bnn.residuals = array<i64: 1>} {
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}
func.func @g_bwd(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<4xf32>
  return %dx : tensor<4xf32>
}
func.func @h_fwd(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    attributes {quant_bnn.backward = @h_bwd, quant_bnn.residuals = array<i64: 1>} {
  %0, %r = call @g_fwd(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %0, %r : tensor<4xf32>, tensor<4xf32>
}
func.func @h_bwd(%r: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %0 = call @g_bwd(%r, %g) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}@h_bwd uses it too: inline the calls first (--inline)
  %1 = arith.mulf %0, %r : tensor<4xf32>
  return %1 : tensor<4xf32>
}
