// What differentiation saves of a binary network is bits, but for the input; and
// the step computes the same.
//
// RUN: bnn-opt %s --quant-bnn-fuse-ste --quant-bnn-differentiate='functions=net combine' > %t.pair
// RUN: bnn-opt %t.pair --quant-bnn-compress-residuals > %t.small
// RUN: FileCheck %s < %t.small
// RUN: bnn-opt %t.pair --quant-bnn-compress-residuals --remarks-filter='.*' \
// RUN:   -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
//
// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/x.npy f32 [5,16] random:1
// RUN: %npy write %t/w.npy f32 [16,8] random:2
// RUN: %npy write %t/v.npy f32 [8,3] random:3
// RUN: %npy write %t/g.npy f32 [5,3] random:4
// RUN: bnn-runner %t.pair --entry=net_vjp --arg=%t/x.npy --arg=%t/w.npy \
// RUN:   --arg=%t/v.npy --arg=%t/g.npy --result=%t/a0.npy --result=%t/a1.npy \
// RUN:   --result=%t/a2.npy --result=%t/a3.npy
// RUN: bnn-runner %t.small --entry=net_vjp --arg=%t/x.npy --arg=%t/w.npy \
// RUN:   --arg=%t/v.npy --arg=%t/g.npy --result=%t/b0.npy --result=%t/b1.npy \
// RUN:   --result=%t/b2.npy --result=%t/b3.npy
// RUN: %npy equal %t/b0.npy %t/a0.npy --bits
// RUN: %npy equal %t/b1.npy %t/a1.npy --bits
// RUN: %npy equal %t/b2.npy %t/a2.npy --bits
// RUN: %npy equal %t/b3.npy %t/a3.npy --bits

// REMARK-DAG: remark: {{.*}}of type tensor<?x16xf32> not compressed: 'linalg.matmul' needs its values
// REMARK-DAG: remark: {{.*}}of type tensor<16x8xf32> saved in 32 bytes instead of 512
// REMARK-DAG: remark: {{.*}}of type tensor<?x8xf32> saved in 2 bits an element instead of 32
// REMARK-DAG: remark: {{.*}}of type tensor<?x3xf32> saved in 1 bits an element instead of 32

// The signs of a layer, for the product, and its window.
// CHECK-LABEL: func @net_fwd(
// CHECK-COUNT-7: quant_bnn.pack %
// CHECK-NOT: quant_bnn.pack %
// CHECK-LABEL: func @net_bwd(
// CHECK-NOT: quant_bnn.{{.*}}sign
// CHECK: return
func.func @net(%x: tensor<?x16xf32>, %w: tensor<16x8xf32>, %v: tensor<8x3xf32>) -> tensor<?x3xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e0 = tensor.empty(%n) : tensor<?x8xf32>
  %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %e1 = tensor.empty(%n) : tensor<?x3xf32>
  %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<?x3xf32>) -> tensor<?x3xf32>
  %sw = quant_bnn.sign %w clip = 1.0 : tensor<16x8xf32>
  %sv = quant_bnn.sign %v clip = 1.0 : tensor<8x3xf32>
  %0 = linalg.matmul ins(%x, %sw : tensor<?x16xf32>, tensor<16x8xf32>) outs(%z0 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = quant_bnn.qactivation %0 quantizer = "sign" threshold = 1.5 : tensor<?x8xf32>
  %2 = linalg.matmul ins(%1, %sv : tensor<?x8xf32>, tensor<8x3xf32>) outs(%z1 : tensor<?x3xf32>) -> tensor<?x3xf32>
  %3 = quant_bnn.qactivation %2 quantizer = "sign" threshold = 1.5 : tensor<?x3xf32>
  return %3 : tensor<?x3xf32>
}
