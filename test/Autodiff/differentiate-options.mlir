// RUN: not bnn-opt %s --quant-bnn-differentiate 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: requires the functions to differentiate: quant-bnn-differentiate{functions=f,g}

// RUN: not bnn-opt %s --quant-bnn-differentiate="functions=f recompute=all" 2>&1 | FileCheck %s --check-prefix=MODE
// MODE: Cannot find option named 'all'!

// RUN: bnn-opt %s --quant-bnn-differentiate=functions=f,g | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-differentiate="functions=h combine" | FileCheck %s --check-prefix=COMBINE

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
// CHECK-NOT: func.func @{{.*}}_vjp
func.func @g(%x: f32) -> f32 {
  %y = func.call @f(%x) : (f32) -> f32
  return %y : f32
}

// What needs no gradient has neither gradient nor cotangent.
// COMBINE-LABEL: func.func @h_fwd(
// COMBINE-SAME:    f32 {quant_bnn.no_gradient}, %{{.*}}: f32) -> (f32, f32 {quant_bnn.no_gradient}, f32)
// COMBINE-LABEL: func.func @h_bwd(%{{.*}}: f32, %{{.*}}: f32) -> f32
// COMBINE-LABEL: func.func @h_vjp(
//  COMBINE-SAME:   %[[DATA:.*]]: f32, %[[X:.*]]: f32, %[[G:.*]]: f32) -> (f32, f32, f32)
//       COMBINE:   %[[FWD:.*]]:3 = call @h_fwd(%[[DATA]], %[[X]])
//       COMBINE:   %[[DX:.*]] = call @h_bwd(%[[FWD]]#2, %[[G]])
//       COMBINE:   return %[[FWD]]#0, %[[FWD]]#1, %[[DX]]
func.func @h(%data: f32 {quant_bnn.no_gradient}, %x: f32) -> (f32, f32 {quant_bnn.no_gradient}) {
  %y = arith.mulf %x, %data : f32
  return %y, %x : f32, f32
}
