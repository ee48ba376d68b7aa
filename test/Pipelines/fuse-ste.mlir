// What quant-bnn-fuse-ste rewrites computes the same, at every number of f16.
//
// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/x.npy u16 [65536] iota
// RUN: %npy write %t/g.npy f16 [5,65536] 1*65536 -0.0*65536 inf*65536 nan*65536 -3.7*65536
// RUN: bnn-opt %s --quant-bnn-fuse-ste=values-only > %t/fused.mlir
// RUN: FileCheck %s < %t/fused.mlir

// RUN: bnn-runner %s --entry=signs --arg=%t/x.npy \
// RUN:   --result=%t/a0.npy --result=%t/a1.npy --result=%t/a2.npy
// RUN: bnn-runner %t/fused.mlir --entry=signs --arg=%t/x.npy \
// RUN:   --result=%t/b0.npy --result=%t/b1.npy --result=%t/b2.npy
// RUN: %npy equal %t/b0.npy %t/a0.npy --bits
// RUN: %npy equal %t/b1.npy %t/a1.npy
// RUN: %npy equal %t/b2.npy %t/a2.npy

// The scaled number and the extrema are gone; one power of two tells each sign.
// CHECK-LABEL: func @signs(
// CHECK-NOT: dense<3.0
// CHECK-NOT: divf
// CHECK-NOT: maximumf
// CHECK-NOT: maxnumf
// CHECK-NOT: minimumf
// CHECK-NOT: minnumf
// CHECK: return
func.func @signs(%bits: tensor<65536xi16>) -> (tensor<65536xf16>, tensor<65536xf16>, tensor<65536xf16>) {
  %x = arith.bitcast %bits : tensor<65536xi16> to tensor<65536xf16>
  %zero = arith.constant dense<0.0> : tensor<65536xf16>
  %two = arith.constant dense<2.0> : tensor<65536xf16>
  %three = arith.constant dense<3.0> : tensor<65536xf16>
  %minus_three = arith.constant dense<-3.0> : tensor<65536xf16>
  %quarter = arith.constant dense<0.25> : tensor<65536xf16>
  %0 = arith.mulf %x, %three : tensor<65536xf16>
  %1 = quant_bnn.sign %0 : tensor<65536xf16>
  %2 = arith.mulf %minus_three, %x : tensor<65536xf16>
  %3 = quant_bnn.sign %2 nan = negative : tensor<65536xf16>
  %4 = arith.divf %x, %quarter : tensor<65536xf16>
  %5 = quant_bnn.ste_heaviside %4 low = -1.0 : tensor<65536xf16>
  %6 = arith.maximumf %x, %zero : tensor<65536xf16>
  %7 = quant_bnn.ste_heaviside %6 : tensor<65536xf16>
  %8 = arith.cmpf ult, %x, %zero : tensor<65536xf16>
  %9 = arith.select %8, %zero, %x : tensor<65536xi1>, tensor<65536xf16>
  %10 = quant_bnn.ste_heaviside %9 low = -1.0 : tensor<65536xf16>
  %11 = arith.maxnumf %x, %zero : tensor<65536xf16>
  %12 = quant_bnn.sign %11 nan = negative : tensor<65536xf16>
  %13 = arith.minnumf %x, %zero : tensor<65536xf16>
  %14 = quant_bnn.sign %13 : tensor<65536xf16>
  %15 = arith.minimumf %x, %zero : tensor<65536xf16>
  %16 = quant_bnn.approx_sign %15 nan = negative : tensor<65536xf16>
  %17 = arith.mulf %1, %two : tensor<65536xf16>
  %18 = arith.addf %17, %3 : tensor<65536xf16>
  %19 = arith.mulf %18, %two : tensor<65536xf16>
  %20 = arith.addf %19, %5 : tensor<65536xf16>
  %21 = arith.mulf %20, %two : tensor<65536xf16>
  %22 = arith.addf %21, %7 : tensor<65536xf16>
  %23 = arith.mulf %22, %two : tensor<65536xf16>
  %24 = arith.addf %23, %10 : tensor<65536xf16>
  %25 = arith.mulf %24, %two : tensor<65536xf16>
  %26 = arith.addf %25, %12 : tensor<65536xf16>
  %27 = arith.mulf %26, %two : tensor<65536xf16>
  %28 = arith.addf %27, %14 : tensor<65536xf16>
  %29 = arith.mulf %28, %two : tensor<65536xf16>
  %30 = arith.addf %29, %16 : tensor<65536xf16>
  %31 = arith.mulf %x, %minus_three : tensor<65536xf16>
  %32 = quant_bnn.sign %31 nan = propagate : tensor<65536xf16>
  %33 = arith.minimumf %zero, %x : tensor<65536xf16>
  %34 = quant_bnn.swish_sign %33 nan = propagate : tensor<65536xf16>
  return %30, %32, %34 : tensor<65536xf16>, tensor<65536xf16>, tensor<65536xf16>
}

// RUN: bnn-runner %s --entry=gradients --arg=%t/x.npy --arg=%t/g.npy \
// RUN:   --result=%t/a0.npy --result=%t/a1.npy --result=%t/a2.npy --result=%t/a3.npy
// RUN: bnn-runner %t/fused.mlir --entry=gradients --arg=%t/x.npy --arg=%t/g.npy \
// RUN:   --result=%t/b0.npy --result=%t/b1.npy --result=%t/b2.npy --result=%t/b3.npy
// RUN: %npy equal %t/b0.npy %t/a0.npy --bits
// RUN: %npy equal %t/b1.npy %t/a1.npy
// RUN: %npy equal %t/b2.npy %t/a2.npy --bits
// RUN: %npy equal %t/b3.npy %t/a3.npy

// CHECK-LABEL: func @gradients(
// CHECK: quant_bnn.gradient_cancellation_grad
// CHECK-NEXT: quant_bnn.approx_sign_grad
// CHECK-NEXT: quant_bnn.input_dorefa_grad
// CHECK-NEXT: quant_bnn.approx_sign_grad
// CHECK-NEXT: return
func.func @gradients(%bits: tensor<65536xi16>, %g: tensor<5x65536xf16>)
    -> (tensor<5x65536xf16>, tensor<5x65536xf16>, tensor<5x65536xf16>, tensor<5x65536xf16>) {
  %row = arith.bitcast %bits : tensor<65536xi16> to tensor<65536xf16>
  %empty = tensor.empty() : tensor<5x65536xf16>
  %x = linalg.broadcast ins(%row : tensor<65536xf16>) outs(%empty : tensor<5x65536xf16>) dimensions = [0]
  %0 = quant_bnn.sign_grad %x, %g clip = 0.1 : tensor<5x65536xf16>
  %1 = quant_bnn.gradient_cancellation_grad %x, %0 threshold = 2.0 : tensor<5x65536xf16>
  %2 = quant_bnn.approx_sign_grad %x, %g : tensor<5x65536xf16>
  %3 = quant_bnn.gradient_cancellation_grad %x, %2 threshold = 1.0 : tensor<5x65536xf16>
  %4 = quant_bnn.input_dorefa_grad %x, %g grad = window : tensor<5x65536xf16>
  %5 = quant_bnn.straight_through_grad %x, %4 clip = 1.0 : tensor<5x65536xf16>
  %6 = quant_bnn.gradient_cancellation_grad %x, %g threshold = 0x7FF0000000000000 : tensor<5x65536xf16>
  %7 = quant_bnn.approx_sign_grad %x, %6 : tensor<5x65536xf16>
  return %1, %3, %5, %7 : tensor<5x65536xf16>, tensor<5x65536xf16>, tensor<5x65536xf16>, tensor<5x65536xf16>
}
