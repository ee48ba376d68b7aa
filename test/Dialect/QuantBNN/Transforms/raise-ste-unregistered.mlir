// Ops of no dialect that is known, and regions of them, are left alone.

// RUN: bnn-opt %s --allow-unregistered-dialect --quant-bnn-raise-ste=estimator=straight-through | FileCheck %s

// CHECK-LABEL: func.func @f
// CHECK: %[[A:.*]] = "foo.bar"
// CHECK-NEXT: %[[B:.*]] = "nodialect"(%[[A]])
// CHECK-NEXT: quant_bnn.sign %[[A]] : f32
// CHECK: quant_bnn.sign %[[A]] : f32
// CHECK-NEXT: quant_bnn.sign %[[B]] : f32
// CHECK: %[[S:.*]] = "foo.inner"
// CHECK-NEXT: quant_bnn.sign %[[S]] : f32
func.func @f(%x: f32, %t: tensor<4xf32>) -> (f32, f32, tensor<4xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %a = "foo.bar"(%x) : (f32) -> f32
  %b = "nodialect"(%a) ({
    %c = arith.cmpf olt, %a, %zero : f32
    %q = arith.select %c, %minus, %one : f32
    "nodialect.yield"(%q) : (f32) -> ()
  }) : (f32) -> f32
  %n = arith.cmpf olt, %a, %zero : f32
  %q = arith.select %n, %minus, %one : f32
  %m = arith.cmpf olt, %b, %zero : f32
  %r = arith.select %m, %minus, %one : f32
  %u = "foo.t"(%t) : (tensor<4xf32>) -> tensor<4xf32>
  %e = linalg.map ins(%u : tensor<4xf32>) outs(%t : tensor<4xf32>)
    (%in: f32, %o: f32) {
      %s = "foo.inner"(%in) : (f32) -> f32
      %k = arith.cmpf olt, %s, %zero : f32
      %v = arith.select %k, %minus, %one : f32
      linalg.yield %v : f32
    }
  return %q, %r, %e : f32, f32, tensor<4xf32>
}
