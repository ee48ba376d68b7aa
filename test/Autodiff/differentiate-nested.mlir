// A function of a nested module is differentiated by a pass on that module.

// RUN: bnn-opt %s --pass-pipeline='builtin.module(builtin.module(quant-bnn-differentiate{functions=f}))' \
// RUN:   | FileCheck %s
// CHECK:      module @inner
// CHECK:        func.func @f_fwd(
// CHECK:        func.func @f_bwd(
module {
  module @inner {
    func.func @f(%x: f32) -> f32 {
      %y = math.exp %x : f32
      return %y : f32
    }
  }
}
