// Ops whose derivative is 0 almost everywhere, on the way of a gradient.

// RUN: bnn-opt %s --quant-bnn-differentiate=functions=f --split-input-file --verify-diagnostics -o /dev/null
// RUN: bnn-opt %s --quant-bnn-differentiate="functions=f zero-derivative=silent" --split-input-file 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SILENT --implicit-check-not=warning:
// SILENT-COUNT-18: func.func @f_bwd
// RUN: not bnn-opt %s --quant-bnn-differentiate="functions=f zero-derivative=error" --split-input-file 2>&1 \
// RUN:   | FileCheck %s --check-prefix=ERROR --implicit-check-not=warning:
// ERROR: error: 'math.roundeven' op passes no gradient: its derivative is 0 almost everywhere; for a straight-through estimator, run quant-bnn-raise-ste first (mode=relaxed raises x + (q - x)), or import the network with its quantizers as quant_bnn ops; zero-derivative=silent accepts it

func.func @f(%x: f32) -> f32 {
  // expected-warning@+1 {{'math.roundeven' op passes no gradient: its derivative is 0 almost everywhere; for a straight-through estimator, run quant-bnn-raise-ste first (mode=relaxed raises x + (q - x)), or import the network with its quantizers as quant_bnn ops; zero-derivative=silent accepts it}}
  %y = math.roundeven %x : f32
  return %y : f32
}

// -----

// The other roundings, on tensors and vectors; one a level of a quantizer.
func.func @f(%x: tensor<?xf16>, %v: vector<4xf64>, %s: bf16) -> (tensor<?xf16>, vector<4xf64>, bf16) {
  // expected-warning@+1 {{'math.round' op passes no gradient}}
  %0 = math.round %x : tensor<?xf16>
  %1 = arith.mulf %0, %x : tensor<?xf16>
  // expected-warning@+1 {{'math.floor' op passes no gradient}}
  %2 = math.floor %1 : tensor<?xf16>
  // expected-warning@+1 {{'math.ceil' op passes no gradient}}
  %3 = math.ceil %v : vector<4xf64>
  // expected-warning@+1 {{'math.trunc' op passes no gradient}}
  %4 = math.trunc %s : bf16
  return %2, %3, %4 : tensor<?xf16>, vector<4xf64>, bf16
}

// -----

// A copied sign: of a constant, and of a value that has a gradient.
func.func @f(%x: f32, %y: f32) -> (f32, f32) {
  %one = arith.constant 1.0 : f32
  // expected-warning@+1 {{'math.copysign' op passes no gradient: its derivative is 0 almost everywhere}}
  %0 = math.copysign %one, %x : f32
  %1 = math.copysign %y, %x : f32
  return %0, %1 : f32, f32
}

// -----

// To an integer and back. Of steps in a row the last is reported.
func.func @f(%x: f32) -> (f32, f32) {
  %0 = arith.fptosi %x : f32 to i32
  // expected-warning@+1 {{'arith.sitofp' op passes no gradient: it converts an integer that depends on an argument in steps}}
  %1 = arith.sitofp %0 : i32 to f32
  %2 = math.floor %x : f32
  %3 = arith.fptoui %2 : f32 to i32
  %4 = arith.addi %3, %0 : i32
  // expected-warning@+1 {{'arith.uitofp' op passes no gradient}}
  %5 = arith.uitofp %4 : i32 to f32
  return %1, %5 : f32, f32
}

// -----

// A comparison, converted.
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %0 = arith.cmpf oge, %x, %zero : tensor<4xf32>
  %1 = arith.extui %0 : tensor<4xi1> to tensor<4xi8>
  // expected-warning@+1 {{'arith.uitofp' op passes no gradient}}
  %2 = arith.uitofp %1 : tensor<4xi8> to tensor<4xf32>
  %3 = arith.mulf %2, %x : tensor<4xf32>
  return %3 : tensor<4xf32>
}

// -----

// x + (sign(x) - x) of a sign in two choices.
func.func @f(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %p = arith.cmpf ogt, %x, %zero : f32
  %a = arith.select %p, %one, %zero : f32
  %n = arith.cmpf olt, %x, %zero : f32
  // expected-warning@+1 {{'arith.select' op passes no gradient: its condition depends on an argument, and the values that it chooses from do not}}
  %q = arith.select %n, %minus, %a : f32
  %d = arith.subf %q, %x : f32
  %y = arith.addf %x, %d : f32
  return %y : f32
}

// -----

// Whether a number is a number.
func.func @f(%x: f32, %c: f32 {quant_bnn.no_gradient}) -> f32 {
  %zero = arith.constant 0.0 : f32
  %p = math.isnan %x : f32
  // expected-warning@+1 {{'arith.select' op passes no gradient}}
  %y = arith.select %p, %zero, %c : f32
  return %y : f32
}

// -----

// In the body of a linalg op, and a condition that another one computed.
#id = affine_map<(i) -> (i)>
func.func @f(%x: tensor<?xf32>, %n: index) -> tensor<?xf32> {
  %e = tensor.empty(%n) : tensor<?xf32>
  %b = tensor.empty(%n) : tensor<?xi1>
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    // expected-warning@+1 {{'math.floor' op passes no gradient}}
    %0 = math.floor %in : f32
    %1 = arith.subf %0, %in : f32
    linalg.yield %1 : f32
  } -> tensor<?xf32>
  %m = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%s : tensor<?xf32>) outs(%b : tensor<?xi1>) {
  ^bb0(%in: f32, %out: i1):
    %zero = arith.constant 0.0 : f32
    %0 = arith.cmpf ogt, %in, %zero : f32
    linalg.yield %0 : i1
  } -> tensor<?xi1>
  %y = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
      ins(%m, %s : tensor<?xi1>, tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%in: i1, %z: f32, %out: f32):
    %one = arith.constant 1.0 : f32
    %minus = arith.constant -1.0 : f32
    // expected-warning@+1 {{'arith.select' op passes no gradient}}
    %0 = arith.select %in, %one, %minus : f32
    %1 = arith.mulf %0, %z : f32
    linalg.yield %1 : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

// A sign in several linalg ops: one warning.
#id = affine_map<(i) -> (i)>
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %p = arith.cmpf ogt, %in, %zero : f32
    %0 = arith.select %p, %one, %zero : f32
    linalg.yield %0 : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
      ins(%x, %a : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%in: f32, %b: f32, %out: f32):
    %zero = arith.constant 0.0 : f32
    %minus = arith.constant -1.0 : f32
    %p = arith.cmpf olt, %in, %zero : f32
    // expected-warning@+1 {{'arith.select' op passes no gradient}}
    %0 = arith.select %p, %minus, %b : f32
    linalg.yield %0 : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// In callees: of the condition that the caller computes, and once where two
// calls reach it.
func.func private @where(%c: i1, %a: f32, %b: f32) -> f32 {
  // expected-warning@+1 {{'arith.select' op passes no gradient}}
  %0 = arith.select %c, %a, %b : f32
  return %0 : f32
}
func.func private @round(%x: f32) -> f32 {
  // expected-warning@+1 {{'math.round' op passes no gradient}}
  %0 = math.round %x : f32
  return %0 : f32
}
func.func @f(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %c = arith.cmpf ogt, %x, %zero : f32
  %0 = call @where(%c, %one, %zero) : (i1, f32, f32) -> f32
  %1 = call @where(%c, %x, %zero) : (i1, f32, f32) -> f32
  %2 = call @round(%1) : (f32) -> f32
  %3 = call @round(%x) : (f32) -> f32
  %4 = arith.addf %0, %2 : f32
  %5 = arith.addf %4, %3 : f32
  return %5 : f32
}

// -----

// Branches and loops.
func.func @f(%x: f32, %y: f32) -> (f32, f32) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c = arith.cmpf ogt, %x, %zero : f32
  // expected-warning@+1 {{'scf.if' op passes no gradient: its condition depends on an argument, and the values that it chooses from do not}}
  %0 = scf.if %c -> f32 {
    scf.yield %one : f32
  } else {
    scf.yield %zero : f32
  }
  %1 = scf.for %i = %c0 to %c4 step %c1 iter_args(%a = %y) -> f32 {
    // expected-warning@+1 {{'math.floor' op passes no gradient}}
    %2 = math.floor %a : f32
    scf.yield %2 : f32
  }
  return %0, %1 : f32, f32
}

// -----

// A straight-through estimator of our own, and one that has a step before it.
func.func @f(%x: f32, %y: f32) -> (f32, f32) {
  %q = math.roundeven %x : f32
  %0 = quant_bnn.straight_through %q for %x : f32
  // expected-warning@+1 {{'math.roundeven' op passes no gradient}}
  %r = math.roundeven %y : f32
  %1 = quant_bnn.sign %r clip = 1.0 : f32
  return %0, %1 : f32, f32
}

// -----

//===----------------------------------------------------------------------===//
// No warning from here on
//===----------------------------------------------------------------------===//

// Choices one of whose values has a gradient: relu, hardtanh, clamps.
func.func @f(%x: tensor<4xf32>, %s: f32) -> (tensor<4xf32>, f32) {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %one = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %c = arith.cmpf ogt, %x, %zero : tensor<4xf32>
  %0 = arith.select %c, %x, %zero : tensor<4xi1>, tensor<4xf32>
  %low = arith.cmpf olt, %s, %minus : f32
  %1 = arith.select %low, %minus, %s : f32
  %high = arith.cmpf ogt, %1, %one : f32
  %2 = arith.select %high, %one, %1 : f32
  %3 = scf.if %high -> f32 {
    scf.yield %one : f32
  } else {
    %4 = arith.mulf %2, %s : f32
    scf.yield %4 : f32
  }
  return %0, %3 : tensor<4xf32>, f32
}

// -----

// Extrema, absolute values, quantizers.
func.func @f(%x: tensor<1x4x4x1xf32>, %y: f32) -> (tensor<1x2x2x1xf32>, f32) {
  %low = arith.constant dense<0xFF800000> : tensor<1x2x2x1xf32>
  %w = tensor.empty() : tensor<2x2xf32>
  %0 = linalg.pooling_nhwc_max {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
      ins(%x, %w : tensor<1x4x4x1xf32>, tensor<2x2xf32>) outs(%low : tensor<1x2x2x1xf32>) -> tensor<1x2x2x1xf32>
  %1 = quant_bnn.sign %0 clip = 1.0 : tensor<1x2x2x1xf32>
  %2 = math.absf %y : f32
  %3 = arith.maximumf %2, %y : f32
  return %1, %3 : tensor<1x2x2x1xf32>, f32
}

// -----

// What comes from data, and what stops a gradient on purpose.
func.func @f(%x: f32, %data: f32 {quant_bnn.no_gradient}, %label: i32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %c = arith.cmpf ogt, %data, %zero : f32
  %mask = arith.select %c, %one, %zero : f32
  %r = math.roundeven %data : f32
  %l = arith.sitofp %label : i32 to f32
  %stopped = quant_bnn.straight_through %x for %zero : f32
  %0 = arith.mulf %x, %mask : f32
  %1 = arith.mulf %0, %r : f32
  %2 = arith.mulf %1, %l : f32
  %3 = arith.mulf %2, %stopped : f32
  return %3 : f32
}

// -----

// Integers that index, extents, and what has no cotangent.
func.func @f(%x: tensor<?xf32>, %y: f32) -> (f32, i32, f32 {quant_bnn.no_gradient}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %i = arith.index_cast %n : index to i32
  %count = arith.sitofp %i : i32 to f32
  %j = arith.fptoui %y : f32 to i32
  %k = arith.index_cast %j : i32 to index
  %element = tensor.extract %x[%k] : tensor<?xf32>
  %mean = arith.divf %element, %count : f32
  %metric = math.round %y : f32
  return %mean, %j, %metric : f32, i32, f32
}

// -----

// An argmax beside a maximum.
#in = affine_map<(i) -> (i)>
#out = affine_map<(i) -> ()>
func.func @f(%x: tensor<4xf32>) -> (tensor<f32>, tensor<i64>) {
  %low = arith.constant dense<0xFF800000> : tensor<f32>
  %first = arith.constant dense<0> : tensor<i64>
  %max = linalg.generic {indexing_maps = [#in, #out], iterator_types = ["reduction"]}
      ins(%x : tensor<4xf32>) outs(%low : tensor<f32>) {
  ^bb0(%in: f32, %best: f32):
    %0 = arith.maximumf %in, %best : f32
    linalg.yield %0 : f32
  } -> tensor<f32>
  %arg:2 = linalg.generic {indexing_maps = [#in, #out, #out], iterator_types = ["reduction"]}
      ins(%x : tensor<4xf32>) outs(%low, %first : tensor<f32>, tensor<i64>) {
  ^bb0(%in: f32, %best: f32, %at: i64):
    %i = linalg.index 0 : index
    %j = arith.index_cast %i : index to i64
    %c = arith.cmpf ogt, %in, %best : f32
    %0 = arith.select %c, %in, %best : f32
    %1 = arith.select %c, %j, %at : i64
    linalg.yield %0, %1 : f32, i64
  } -> (tensor<f32>, tensor<i64>)
  return %max, %arg#1 : tensor<f32>, tensor<i64>
}

// -----

// A pair says itself what has a gradient.
func.func private @round_fwd(%x: f32) -> f32
    attributes {quant_bnn.backward = @round_bwd, quant_bnn.residuals = array<i64>} {
  %0 = math.roundeven %x : f32
  return %0 : f32
}
func.func private @round_bwd(%g: f32) -> f32 {
  return %g : f32
}
func.func @f(%x: f32) -> f32 {
  %0 = call @round_fwd(%x) : (f32) -> f32
  return %0 : f32
}
