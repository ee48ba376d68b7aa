// A canonicalization keeps value and gradient: the gradients of a function are
// those of what it canonicalizes to, bit for bit, also at the edges of windows.
//
// RUN: bnn-opt %s --quant-bnn-differentiate="functions=f combine" -o %t.plain
// RUN: bnn-opt %s --canonicalize --cse -o %t.canonical
// RUN: FileCheck %s < %t.canonical
// RUN: bnn-opt %t.canonical --quant-bnn-differentiate="functions=f combine" -o %t.folded
//
// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/x.npy f32 [16] \
// RUN:   -- -inf -2.0 -1.0000001 -1.0 -0.5 -0.25 -1e-40 -0.0 0.0 1e-40 0.25 0.5 1.0 1.0000001 inf nan
// RUN: %npy write %t/g.npy f32 [16] \
// RUN:   -- 1.0 -2.0 inf nan 3.0 -0.0 1e-40 5.0 -6.0 7.0 -8.0 9.0 10.0 -inf nan 12.0
// RUN: bnn-runner %t.plain --entry=f_vjp --arg=%t/x.npy --arg=%t/g.npy \
// RUN:   --result=%t/y0.npy --result=%t/dx0.npy
// RUN: bnn-runner %t.folded --entry=f_vjp --arg=%t/x.npy --arg=%t/g.npy \
// RUN:   --result=%t/y1.npy --result=%t/dx1.npy
// RUN: %npy equal %t/y0.npy %t/y1.npy --bits
// RUN: %npy equal %t/dx0.npy %t/dx1.npy --bits

// Cancellations in a row are one, and the quantized activation is two ops.
// CHECK-LABEL: func.func @f(
// CHECK-COUNT-2: quant_bnn.gradient_cancellation
// CHECK-NOT: quant_bnn.gradient_cancellation
// CHECK-NOT: quant_bnn.qactivation
func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
  %a = quant_bnn.gradient_cancellation %x threshold = 2.0 : tensor<?xf32>
  %b = quant_bnn.gradient_cancellation %a threshold = 0.5 : tensor<?xf32>
  %c = quant_bnn.ste_heaviside %b clip = 0.25 : tensor<?xf32>
  %d = quant_bnn.qactivation %x quantizer = "approx_sign" threshold = 1.0 : tensor<?xf32>
  %e = quant_bnn.identity %d : tensor<?xf32>
  %y = arith.addf %c, %e : tensor<?xf32>
  return %y : tensor<?xf32>
}
