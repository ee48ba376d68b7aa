// RUN: not bnn-opt %s --quant-bnn-differentiate 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: requires the functions to differentiate: quant-bnn-differentiate{functions=f,g}

// RUN: not bnn-opt %s --quant-bnn-differentiate="functions=f recompute=all" 2>&1 | FileCheck %s --check-prefix=MODE
// MODE: Cannot find option named 'all'!

// RUN: bnn-opt %s --quant-bnn-differentiate=functions=f,g | FileCheck %s

// A function that is asked for gets its own visibility, and a pair only once.
// CHECK-LABEL: func.func private @f(
// CHECK: func.func private @f_fwd({{.*}}quant_bnn.backward = @f_bwd
// CHECK: func.func private @f_bwd(
func.func private @f(%x: f32) -> f32 {
  %y = math.exp %x : f32
  return %y : f32
}

// CHECK-LABEL: func.func @g(
// CHECK: func.func @g_fwd({{.*}}quant_bnn.backward = @g_bwd
// CHECK: call @f_fwd
// CHECK: func.func @g_bwd(
// CHECK: call @f_bwd
// CHECK-NOT: func.func
func.func @g(%x: f32) -> f32 {
  %y = func.call @f(%x) : (f32) -> f32
  return %y : f32
}
