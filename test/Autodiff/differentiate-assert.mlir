// Assertions stay in the forward function, in order, and are made once.

// RUN: bnn-opt %s --quant-bnn-differentiate=functions=f,regions,called,unused | FileCheck %s

// RUN: bnn-opt %s --quant-bnn-differentiate="functions=called combine" -o %t.mlir
// RUN: %npy write %t.x.npy f32 [] 0
// RUN: %npy write %t.one.npy i32 [] 1
// RUN: %npy write %t.zero.npy i32 [] 0
// RUN: %npy write %t.tiny.npy f32 [] 1e-30
// RUN: %npy write %t.g.npy f32 [] 3
// RUN: not bnn-runner %t.mlir --entry=called_vjp --arg=%t.tiny.npy --arg=%t.zero.npy --arg=%t.g.npy \
// RUN:   --result=%t.y.npy --result=%t.dx.npy 2>&1 | FileCheck %s --check-prefix=INTEGER
// INTEGER: integer
// RUN: not bnn-runner %t.mlir --entry=called_vjp --arg=%t.x.npy --arg=%t.one.npy --arg=%t.g.npy \
// RUN:   --result=%t.y.npy --result=%t.dx.npy 2>&1 | FileCheck %s --check-prefix=CALLEE
// CALLEE: callee
// RUN: bnn-runner %t.mlir --entry=called_vjp --arg=%t.tiny.npy --arg=%t.one.npy --arg=%t.g.npy \
// RUN:   --result=%t.y.npy --result=%t.dx.npy
// RUN: %npy check %t.dx.npy f32 [] 3

// CHECK-LABEL: func.func @f_fwd(
// CHECK:       %[[A:.*]] = arith.cmpf ogt
// CHECK:       cf.assert %[[A]], "first"
// CHECK:       %[[B:.*]] = arith.cmpi slt
// CHECK:       cf.assert %[[B]], "second"
// CHECK:       return
// CHECK-LABEL: func.func @f_bwd(
// CHECK-NOT:   cf.assert
// CHECK:       return
func.func @f(%x: tensor<?xf32>, %s: f32, %n: i32) -> tensor<?xf32> {
  %zero = arith.constant 0.0 : f32
  %four = arith.constant 4 : i32
  %a = arith.cmpf ogt, %s, %zero : f32
  cf.assert %a, "first"
  %y = math.exp %x : tensor<?xf32>
  %b = arith.cmpi slt, %n, %four : i32
  cf.assert %b, "second"
  return %y : tensor<?xf32>
}

// CHECK-LABEL: func.func @regions_fwd(
// CHECK:       scf.if
// CHECK:         cf.assert %{{.*}}, "branch"
// CHECK:       scf.for
// CHECK:         cf.assert %{{.*}}, "loop"
// CHECK-NOT:   "loop"
// CHECK:       linalg.generic
// CHECK:         cf.assert %{{.*}}, "body"
// CHECK-LABEL: func.func @regions_bwd(
// CHECK-NOT:   cf.assert
// CHECK:       return
func.func @regions(%x: f32, %t: tensor<4xf32>, %c: i1) -> (f32, tensor<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f32
  %0 = scf.if %c -> f32 {
    %p = arith.cmpf ogt, %x, %zero : f32
    cf.assert %p, "branch"
    %1 = math.exp %x : f32
    scf.yield %1 : f32
  } else {
    scf.yield %x : f32
  }
  %2 = scf.for %i = %c0 to %c4 step %c1 iter_args(%a = %0) -> f32 {
    %p = arith.cmpf ogt, %a, %zero : f32
    cf.assert %p, "loop"
    %1 = math.sin %a : f32
    scf.yield %1 : f32
  }
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                       iterator_types = ["parallel"]}
      ins(%t : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %p = arith.cmpf ogt, %in, %zero : f32
    cf.assert %p, "body"
    %1 = math.sin %in : f32
    linalg.yield %1 : f32
  } -> tensor<4xf32>
  return %2, %y : f32, tensor<4xf32>
}

// CHECK-LABEL: func.func private @checked_fwd(
// CHECK:       cf.assert %{{.*}}, "callee"
// CHECK-LABEL: func.func private @checked_bwd(
// CHECK-NOT:   cf.assert
// CHECK:       return
// CHECK-LABEL: func.func @called_fwd(
// CHECK:       call @checked_fwd
// CHECK:       call @check
// CHECK-LABEL: func.func @called_bwd(
// CHECK-NOT:   @check(
// CHECK:       return
func.func private @checked(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %p = arith.cmpf ogt, %x, %zero : f32
  cf.assert %p, "callee"
  %0 = math.exp %x : f32
  return %0 : f32
}
func.func private @check(%i: i32) {
  %zero = arith.constant 0 : i32
  %p = arith.cmpi sgt, %i, %zero : i32
  cf.assert %p, "integer"
  return
}
func.func @called(%x: f32, %i: i32) -> f32 {
  %0 = call @checked(%x) : (f32) -> f32
  call @check(%i) : (i32) -> ()
  return %0 : f32
}

// What only asserts, and a call that nothing reads and that asserts nothing.
// CHECK-LABEL: func.func @unused_fwd(
// CHECK:       scf.if
// CHECK:         cf.assert %{{.*}}, "only"
// CHECK-NOT:   call
// CHECK:       return
// CHECK-LABEL: func.func @unused_bwd(
// CHECK-NOT:   scf.if
// CHECK:       return
func.func private @pure(%i: i32) -> i32 {
  return %i : i32
}
func.func @unused(%x: f32, %i: i32, %c: i1) -> f32 {
  %j = call @pure(%i) : (i32) -> i32
  scf.if %c {
    %zero = arith.constant 0 : i32
    %p = arith.cmpi sgt, %i, %zero : i32
    cf.assert %p, "only"
  }
  %0 = arith.mulf %x, %x : f32
  return %0 : f32
}
