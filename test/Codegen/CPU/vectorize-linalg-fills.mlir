// Sums of which another output has several for one of them are in memory between the
// iterations of a loop: their fill stays.

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/x.npy i32 [3,4,32] 1
// RUN: %npy write %t/y.npy f32 [2,3,2] 1 2 3 4 5 6 12 11 10 9 8 7
// RUN: bnn-runner %s --entry=lanes --arg=%t/x.npy --result=%t/a.npy --result=%t/b.npy
// RUN: %npy check %t/a.npy i32 [3,32] 4
// RUN: %npy check %t/b.npy i32 [32] 12
// RUN: bnn-runner %s --entry=reduced --arg=%t/y.npy --result=%t/c.npy --result=%t/d.npy
// RUN: %npy check %t/c.npy f32 [2] 6 12
// RUN: %npy check %t/d.npy f32 [3] 12 10 8

func.func @lanes(%x: tensor<3x4x32xi32>) -> (tensor<3x32xi32>, tensor<32xi32>) {
  %zero = arith.constant 0 : i32
  %e0 = tensor.empty() : tensor<3x32xi32>
  %e1 = tensor.empty() : tensor<32xi32>
  %f0 = linalg.fill ins(%zero : i32) outs(%e0 : tensor<3x32xi32>) -> tensor<3x32xi32>
  %f1 = linalg.fill ins(%zero : i32) outs(%e1 : tensor<32xi32>) -> tensor<32xi32>
  %r:2 = linalg.generic {indexing_maps = [affine_map<(m, k, n) -> (m, k, n)>, affine_map<(m, k, n) -> (m, n)>, affine_map<(m, k, n) -> (n)>],
                         iterator_types = ["reduction", "reduction", "parallel"]}
      ins(%x : tensor<3x4x32xi32>) outs(%f0, %f1 : tensor<3x32xi32>, tensor<32xi32>) {
  ^bb0(%a: i32, %o: i32, %p: i32):
    %s = arith.addi %o, %a : i32
    %t = arith.addi %p, %a : i32
    linalg.yield %s, %t : i32, i32
  } -> (tensor<3x32xi32>, tensor<32xi32>)
  return %r#0, %r#1 : tensor<3x32xi32>, tensor<32xi32>
}

func.func @reduced(%x: tensor<2x3x2xf32>) -> (tensor<2xf32>, tensor<3xf32>) {
  %low = arith.constant -1000.0 : f32
  %e0 = tensor.empty() : tensor<2xf32>
  %e1 = tensor.empty() : tensor<3xf32>
  %f0 = linalg.fill ins(%low : f32) outs(%e0 : tensor<2xf32>) -> tensor<2xf32>
  %f1 = linalg.fill ins(%low : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r:2 = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, n, k)>, affine_map<(m, n, k) -> (m)>, affine_map<(m, n, k) -> (n)>],
                         iterator_types = ["reduction", "reduction", "reduction"]}
      ins(%x : tensor<2x3x2xf32>) outs(%f0, %f1 : tensor<2xf32>, tensor<3xf32>) {
  ^bb0(%a: f32, %o: f32, %p: f32):
    %s = arith.maximumf %o, %a : f32
    %t = arith.maximumf %p, %a : f32
    linalg.yield %s, %t : f32, f32
  } -> (tensor<2xf32>, tensor<3xf32>)
  return %r#0, %r#1 : tensor<2xf32>, tensor<3xf32>
}
