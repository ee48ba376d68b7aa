// With assertions, `--debug-only` prints what passes decide and why; without, the
// option does not exist.
// REQUIRES: asserts
// RUN: bnn-opt %s --bnn-codegen-fuse-siblings \
// RUN:   --debug-only=bnn-codegen-fuse-siblings -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=FUSE
// RUN: bnn-opt %s --quant-bnn-differentiate=functions=f \
// RUN:   --debug-only=quant-bnn-raise-ste,quant-bnn-differentiate -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SAVE
// RUN: bnn-opt %s --bnn-codegen-fuse-siblings --debug-only=quant-bnn-raise-ste \
// RUN:   -o /dev/null 2>&1 | count 0

#id = affine_map<(d0) -> (d0)>

// FUSE: [bnn-codegen-fuse-siblings{{.*}}debug-only.mlir":[[#@LINE+13]]:{{.*}} does not join the loop at {{.*}}debug-only.mlir":[[#@LINE+7]]:{{.*}}: an op between them uses a result of the loop
// FUSE-NEXT: [bnn-codegen-fuse-siblings{{.*}} fuses 2 loops, over 3 tensors
// SAVE: [quant-bnn-differentiate{{.*}} saves tensor<8xf32> from {{.*}}debug-only.mlir"
func.func @f(%x: tensor<8xf32>, %i: index)
    -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, f32) {
  %e = tensor.empty() : tensor<8xf32>
  // The line that the first message names.
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %c = math.exp %a : f32
    linalg.yield %c : f32
  } -> tensor<8xf32>
  %s = tensor.extract %0[%i] : tensor<8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.negf %a : f32
    linalg.yield %c : f32
  } -> tensor<8xf32>
  %2 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.mulf %a, %a : f32
    linalg.yield %c : f32
  } -> tensor<8xf32>
  return %0, %1, %2, %s : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, f32
}
