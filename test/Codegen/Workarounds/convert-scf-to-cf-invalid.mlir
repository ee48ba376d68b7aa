// RUN: bnn-opt %s --bnn-codegen-convert-scf-to-cf --split-input-file --verify-diagnostics

func.func @results(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'scf.forall' op cannot become branches: upstream has no pattern for its form}}
  %0 = scf.forall (%i) in (4) shared_outs(%y = %x) -> tensor<4xf32> {
    scf.forall.in_parallel {
    }
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @body(%x: memref<4xf32>, %c: i1) {
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      outs(%x : memref<4xf32>) {
  ^bb0(%a: f32):
    // expected-error @+1 {{'scf.if' op cannot become branches: the region of 'linalg.generic' around it takes one block}}
    %0 = scf.if %c -> f32 {
      scf.yield %a : f32
    } else {
      %1 = arith.negf %a : f32
      scf.yield %1 : f32
    }
    linalg.yield %0 : f32
  }
  return
}
