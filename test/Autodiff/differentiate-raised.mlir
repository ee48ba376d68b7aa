// x + (sign(x) - x) of a sign in two choices: raised in relaxed mode it has its
// straight-through gradient, and no op is left to warn about.

// RUN: bnn-opt %s --quant-bnn-raise-ste=mode=relaxed \
// RUN:   --quant-bnn-differentiate="functions=f zero-derivative=error" | FileCheck %s
// CHECK-LABEL: func.func @f_bwd(
// CHECK-SAME:    %[[G:.*]]: tensor<?xf32>) -> tensor<?xf32>
// CHECK-NEXT:  return %[[G]]
func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                       iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %z = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %minus = arith.constant -1.0 : f32
    %p = arith.cmpf ogt, %in, %z : f32
    %a = arith.select %p, %one, %z : f32
    %m = arith.cmpf olt, %in, %z : f32
    %q = arith.select %m, %minus, %a : f32
    %d = arith.subf %q, %in : f32
    %s = arith.addf %in, %d : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}
