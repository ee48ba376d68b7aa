// A pass that changes a value is found, and what does not matter is left out.
// RUN: not %fuzz --replay=%s --minimize | FileCheck %s

// step: canonicalize
// step: math-uplift-to-fma
// step: cse

// CHECK: finding: wrong value
// CHECK: math-uplift-to-fma: @f: result {{[01]}}, element
// CHECK-NOT: step: {{canonicalize|cse}}
// CHECK: step: math-uplift-to-fma
// CHECK-NOT: math.tanh
// CHECK: arith.mulf
// CHECK-NOT: math.tanh
// CHECK: arith.addf
// CHECK-NOT: math.tanh
// CHECK: return
func.func @f(%x: tensor<16xf32>, %y: tensor<16xf32>) -> (tensor<16xf32>, tensor<16xf32>) {
  %t = math.tanh %x : tensor<16xf32>
  %a = arith.mulf %x, %y fastmath<contract> : tensor<16xf32>
  %b = arith.addf %a, %x fastmath<contract> : tensor<16xf32>
  %u = math.tanh %b : tensor<16xf32>
  %v = arith.addf %t, %u : tensor<16xf32>
  return %v, %b : tensor<16xf32>, tensor<16xf32>
}
