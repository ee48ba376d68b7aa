// Whether the backward function reads a residual or computes it anew, and
// whether what it reads fits into vectors (bits in bytes do not), a gradient that
// is a sum has the same bits.

// DEFINE: %{type} = f32
// DEFINE: %{mode} =
// DEFINE: %{run} = sed -e s/f32/%{type}/g %s | bnn-opt --quant-bnn-differentiate='functions=f recompute=%{mode} combine' -o %t/%{mode}.mlir && \
// DEFINE:   bnn-runner %t/%{mode}.mlir --entry=f_vjp --arg=%t/x.npy --arg=%t/w.npy --arg=%t/g.npy \
// DEFINE:     --result=%t/y.npy --result=%t/%{mode}-dx.npy --result=%t/%{mode}-dw.npy

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/x.npy f32 [3,1001] random:1
// RUN: %npy write %t/w.npy f32 [] 0.3
// RUN: %npy write %t/g.npy f32 [3,1001] random:2
// REDEFINE: %{mode} = none
// RUN: %{run}
// REDEFINE: %{mode} = cheap
// RUN: %{run}
// RUN: %npy equal %t/none-dx.npy %t/cheap-dx.npy --bits
// RUN: %npy equal %t/none-dw.npy %t/cheap-dw.npy --bits

// REDEFINE: %{type} = bf16
// RUN: %npy write %t/x.npy bf16 [3,1001] random:1
// RUN: %npy write %t/w.npy bf16 [] 0.3
// RUN: %npy write %t/g.npy bf16 [3,1001] random:2
// REDEFINE: %{mode} = none
// RUN: %{run}
// REDEFINE: %{mode} = cheap
// RUN: %{run}
// RUN: %npy equal %t/none-dx.npy %t/cheap-dx.npy --bits
// RUN: %npy equal %t/none-dw.npy %t/cheap-dw.npy --bits

// The residuals differ, so the loops do.
// RUN: FileCheck %s --check-prefix=NONE < %t/none.mlir
// RUN: FileCheck %s --check-prefix=CHEAP < %t/cheap.mlir
// NONE:      func @f_bwd({{.*}}tensor<3x1001xi1>
// CHEAP:     func @f_bwd(
// CHEAP-NOT: i1>
// CHEAP-SAME: {
func.func @f(%x: tensor<3x1001xf32>, %w: tensor<f32>) -> tensor<3x1001xf32> {
  %zero = arith.constant dense<0.0> : tensor<3x1001xf32>
  %m = arith.cmpf ogt, %x, %zero : tensor<3x1001xf32>
  %v = arith.select %m, %x, %zero : tensor<3x1001xi1>, tensor<3x1001xf32>
  %e = tensor.empty() : tensor<3x1001xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%v, %w : tensor<3x1001xf32>, tensor<f32>) outs(%e : tensor<3x1001xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %p, %a : f32
    linalg.yield %q : f32
  } -> tensor<3x1001xf32>
  return %y : tensor<3x1001xf32>
}
