// A rewrite of values needs a function whose gradient is there already.
//
// RUN: bnn-opt %s --quant-bnn-fuse-ste | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-fuse-ste --remarks-filter='.*' -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=REMARK

// CHECK-LABEL: func @may_be_differentiated(
func.func @may_be_differentiated(%x: f32) -> f32 {
  // CHECK: arith.mulf
  // REMARK-DAG: remark: {{.*}}quant_bnn.sign not made independent of arith.mulf: a gradient may still be taken here: run quant-bnn-differentiate first, or set values-only
  %a = arith.constant 2.0 : f32
  %0 = arith.mulf %x, %a : f32
  %1 = quant_bnn.sign %0 : f32
  return %1 : f32
}

// CHECK-LABEL: func @f_fwd(
// CHECK-SAME: %[[X:.*]]: f32
func.func @f_fwd(%x: f32) -> f32 attributes {quant_bnn.backward = @f_bwd, quant_bnn.residuals = array<i64>} {
  // CHECK-NEXT: quant_bnn.sign %[[X]] : f32
  %a = arith.constant 2.0 : f32
  %0 = arith.mulf %x, %a : f32
  %1 = quant_bnn.sign %0 : f32
  return %1 : f32
}

func.func @f_bwd(%g: f32) -> f32 {
  %a = arith.constant 2.0 : f32
  %0 = arith.mulf %g, %a : f32
  return %0 : f32
}
