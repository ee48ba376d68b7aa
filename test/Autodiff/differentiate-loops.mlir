// Gradients of loops whose trip counts are not known, against differences.

// RUN: %python %S/Inputs/check_gradients.py %s --recompute=cheap,none | FileCheck %s --check-prefix=NUMERIC
// NUMERIC: {{^[0-9]+}} functions, 0 failures

// RUN: bnn-opt %s --quant-bnn-differentiate=functions=power | FileCheck %s

// What each iteration starts with is saved on a stack of as many values as
// there are iterations.
// CHECK-LABEL: func.func @power_fwd(
// CHECK-SAME:    %{{.*}}: f64, %[[N:.*]]: index) -> (f64, {{.*}}tensor<?xf64>
// CHECK:       tensor.empty(%[[COUNT:.*]]) : tensor<?xf64>
// CHECK:       scf.for
// CHECK:         tensor.insert
// CHECK-LABEL: func.func @power_bwd(
// CHECK:       scf.for
// CHECK:         tensor.extract
func.func @power(%x: f64, %n: index) -> f64 {
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  // An index argument of a test is 0: five iterations.
  %m = arith.addi %n, %c5 : index
  %y = scf.for %i = %n to %m step %c1 iter_args(%a = %x) -> f64 {
    %b = math.sin %a : f64
    %c = arith.mulf %b, %x : f64
    scf.yield %c : f64
  }
  return %y : f64
}

// Every bound is dynamic and a narrow integer: -100, -30 and 40, up to 100, so
// that the distance overflows; tensors, scalars and integers are carried.
func.func @strided(%x: tensor<?x2xf64>, %s: f64, %z: i8) -> (tensor<?x2xf64>, f64, i32) {
  %cm100 = arith.constant -100 : i8
  %c100 = arith.constant 100 : i8
  %c70 = arith.constant 70 : i8
  %lower = arith.addi %z, %cm100 : i8
  %upper = arith.addi %z, %c100 : i8
  %step = arith.addi %z, %c70 : i8
  %one = arith.constant 1 : i32
  %r:3 = scf.for %i = %lower to %upper step %step iter_args(%a = %x, %t = %s, %k = %one)
      -> (tensor<?x2xf64>, f64, i32) : i8 {
    %f = arith.sitofp %i : i8 to f64
    %g = arith.sitofp %k : i32 to f64
    %hundred = arith.constant 100.0 : f64
    %h = arith.divf %f, %hundred : f64
    %u = arith.addf %t, %h : f64
    %v = arith.mulf %u, %g : f64
    %w = math.sin %v : f64
    %b = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%a : tensor<?x2xf64>) outs(%a : tensor<?x2xf64>) {
    ^bb0(%in: f64, %out: f64):
      %0 = arith.mulf %in, %w : f64
      %1 = math.cos %0 : f64
      linalg.yield %1 : f64
    } -> tensor<?x2xf64>
    %m = arith.addi %k, %one : i32
    scf.yield %b, %w, %m : tensor<?x2xf64>, f64, i32
  }
  return %r#0, %r#1, %r#2 : tensor<?x2xf64>, f64, i32
}

// No iteration, in three ways.
func.func @none(%x: f64, %y: f64, %z: f64, %n: index, %k: i32) -> (f64, f64, f64) {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %a = scf.for %i = %c1 to %n step %c1 iter_args(%v = %x) -> f64 {
    %0 = math.exp %v : f64
    scf.yield %0 : f64
  }
  %b = scf.for %i = %c3 to %c1 step %c1 iter_args(%v = %y) -> f64 {
    %0 = math.exp %v : f64
    scf.yield %0 : f64
  }
  %one = arith.constant 1 : i32
  %c = scf.for %i = %k to %k step %one iter_args(%v = %z) -> f64 : i32 {
    %0 = math.exp %v : f64
    scf.yield %0 : f64
  }
  return %a, %b, %c : f64, f64, f64
}

// An inner loop whose bounds depend on the outer one, which carries an index.
func.func @triangle(%x: tensor<?xf64>, %w: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  %zero = arith.constant 0.0 : f64
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %zero, %k = %c0) -> (f64, index) {
    %s = scf.for %j = %k to %n step %c1 iter_args(%b = %a) -> f64 {
      %e = tensor.extract %x[%j] : tensor<?xf64>
      %p = arith.mulf %e, %w : f64
      %q = arith.addf %b, %p : f64
      %t = math.tanh %q : f64
      scf.yield %t : f64
    }
    %l = arith.addi %k, %c1 : index
    scf.yield %s, %l : f64, index
  }
  return %r#0 : f64
}

// A recurrent network over a sequence of unknown length, in a function that is
// called.
func.func private @cell(%sequence: tensor<?x2xf64>, %w: tensor<2x2xf64>, %h0: tensor<2xf64>) -> tensor<2xf64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %sequence, %c0 : tensor<?x2xf64>
  %h = scf.for %t = %c0 to %n step %c1 iter_args(%state = %h0) -> tensor<2xf64> {
    %x = tensor.extract_slice %sequence[%t, 0] [1, 2] [1, 1] : tensor<?x2xf64> to tensor<2xf64>
    %y = linalg.matvec ins(%w, %state : tensor<2x2xf64>, tensor<2xf64>) outs(%x : tensor<2xf64>) -> tensor<2xf64>
    %z = math.tanh %y : tensor<2xf64>
    scf.yield %z : tensor<2xf64>
  }
  return %h : tensor<2xf64>
}
func.func @recurrent(%sequence: tensor<?x2xf64>, %w: tensor<2x2xf64>, %h0: tensor<2xf64>) -> tensor<2xf64> {
  %h = func.call @cell(%sequence, %w, %h0) : (tensor<?x2xf64>, tensor<2x2xf64>, tensor<2xf64>) -> tensor<2xf64>
  return %h : tensor<2xf64>
}

// A loop that carries nothing has no gradient.
func.func @empty(%x: f32, %n: index) -> f32 {
  %c1 = arith.constant 1 : index
  scf.for %i = %n to %n step %c1 {
    %0 = math.exp %x : f32
  }
  %y = arith.mulf %x, %x : f32
  return %y : f32
}
