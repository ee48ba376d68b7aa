// Each message, at the op that it is about.

// RUN: bnn-opt %s --quant-bnn-differentiate=functions=f --split-input-file --verify-diagnostics

// expected-error@+1 {{has no function @f to differentiate}}
module {
}

// -----

// expected-error@+1 {{cannot be differentiated: it has no body}}
func.func private @f(%x: f32) -> f32

// -----

// expected-error@+1 {{cannot be differentiated: it has no float argument that a gradient is wanted for}}
func.func @f(%x: i32) -> f32 {
  %y = arith.sitofp %x : i32 to f32
  return %y : f32
}

// -----

// expected-error@+1 {{cannot be differentiated: it has no float result that a gradient comes from}}
func.func @f(%x: f32) -> i32 {
  %y = arith.fptosi %x : f32 to i32
  return %y : i32
}

// -----

// expected-error@+1 {{cannot be differentiated: there is a symbol @f_bwd already}}
func.func @f(%x: f32) -> f32 {
  return %x : f32
}
func.func @f_bwd() {
  return
}

// -----

// expected-error@+1 {{cannot be differentiated: it has 2 blocks; run lift-cf-to-scf first, which makes the control flow structured}}
func.func @f(%x: f32) -> f32 {
  cf.br ^end
^end:
  return %x : f32
}

// -----

func.func @f(%x: f32, %m: memref<f32>) -> f32 {
  // expected-error@+1 {{'memref.load' op cannot be differentiated: it may have side effects; differentiate functions of values, before bufferization}}
  %y = memref.load %m[] : memref<f32>
  %z = arith.mulf %x, %y : f32
  return %z : f32
}

// -----

// A linalg op on a buffer, of which nothing returns.
func.func @f(%x: f32, %m: memref<4xf32>, %sum: memref<f32>) -> f32 {
  // expected-error@+1 {{'linalg.reduce' op cannot be differentiated: it may have side effects}}
  linalg.reduce { arith.addf } ins(%m : memref<4xf32>) outs(%sum : memref<f32>) dimensions = [0]
  return %x : f32
}

// -----

func.func private @outside(f32) -> f32
func.func @f(%x: f32) -> f32 {
  // expected-error@+1 {{'func.call' op cannot be differentiated: @outside has no body; define it in this module}}
  %y = func.call @outside(%x) : (f32) -> f32
  return %y : f32
}

// -----

func.func @g(%x: f32) -> f32 {
  // expected-error@+1 {{'func.call' op cannot be differentiated: @f is recursive; write it as a loop}}
  %y = func.call @f(%x) : (f32) -> f32
  return %y : f32
}
func.func @f(%x: f32) -> f32 {
  %y = func.call @g(%x) : (f32) -> f32
  return %y : f32
}

// -----

// An op in a function that is called.
func.func @g(%x: f32) -> f32 {
  // expected-error@+1 {{'quant_bnn.sign_grad' op cannot be differentiated}}
  %y = quant_bnn.sign_grad %x, %x clip = 1.0 : f32
  return %y : f32
}
func.func @f(%x: f32) -> f32 {
  %y = func.call @g(%x) : (f32) -> f32
  return %y : f32
}

// -----

func.func @f(%x: f32, %g: f32) -> f32 {
  // expected-error@+1 {{'quant_bnn.sign_grad' op cannot be differentiated}}
  %y = quant_bnn.sign_grad %x, %g clip = 1.0 : f32
  return %y : f32
}

// -----

func.func @f(%x: f32, %alpha: f32) -> f32 {
  // expected-error@+1 {{'quant_bnn.pact' op cannot be differentiated on 'f32': the gradient of alpha is a sum over a ranked tensor}}
  %q, %s = quant_bnn.pact %x, %alpha bits = 4 : f32
  return %q : f32
}

// -----

func.func @f(%x: vector<4xf32>, %s: f32) -> vector<4xf32> {
  // expected-error@+1 {{'quant_bnn.dequantize' op cannot be differentiated on 'vector<4xf32>' with a scale of type 'f32': the gradient of the scale is a sum over a ranked tensor}}
  %q = quant_bnn.dequantize %x, %s : vector<4xf32>
  return %q : vector<4xf32>
}

// -----

// A float made of the bits of another.
func.func @f(%x: f32) -> f32 {
  %mask = arith.constant 0x7fffffff : i32
  %bits = arith.bitcast %x : f32 to i32
  %size = arith.andi %bits, %mask : i32
  // expected-error@+1 {{'arith.bitcast' op cannot be differentiated: it makes a float of the bits of one that depends on an argument; write it with ops of arith and math on floats}}
  %y = arith.bitcast %size : i32 to f32
  return %y : f32
}

// -----

func.func @f(%x: f32) -> f32 {
  // expected-error@+1 {{'scf.while' op cannot be differentiated: it has no gradient; of the ops of scf, 'scf.for' and 'scf.if' have gradients}}
  %y = scf.while (%a = %x) : (f32) -> f32 {
    %c = arith.cmpf olt, %a, %a : f32
    scf.condition(%c) %a : f32
  } do {
  ^bb0(%a: f32):
    scf.yield %a : f32
  }
  return %y : f32
}

// -----

// Of a region in a body, which captures a value.
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    // expected-error@+1 {{'scf.execute_region' op cannot be differentiated}}
    %0 = scf.execute_region -> f32 {
      %1 = math.exp %in : f32
      scf.yield %1 : f32
    }
    linalg.yield %0 : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  // expected-error@+1 {{'scf.for' op cannot be differentiated: the extents of carried value #0, 'tensor<?xf32>', may change from one iteration to the next, so no stack of one type holds them; carry a tensor of the largest extents and insert into it}}
  %y = scf.for %i = %c0 to %c4 step %c1 iter_args(%a = %x) -> tensor<?xf32> {
    %b = tensor.concat dim(0) %a, %a : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
    scf.yield %b : tensor<?xf32>
  }
  return %y : tensor<?xf32>
}

// -----

func.func @f(%x: f32, %v: vector<2xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error@+1 {{'scf.for' op cannot be differentiated: it carries 'vector<2xf32>', which cannot be saved on a stack; carry a scalar or a ranked tensor}}
  %y:2 = scf.for %i = %c0 to %c1 step %c1 iter_args(%a = %x, %b = %v) -> (f32, vector<2xf32>) {
    %c = arith.mulf %a, %a : f32
    scf.yield %c, %b : f32, vector<2xf32>
  }
  return %y#0 : f32
}

// -----

func.func @f(%x: tensor<4xf32>, %init: tensor<f32>) -> tensor<f32> {
  // expected-error@+1 {{'linalg.reduce' op cannot be differentiated: it reduces by 'arith.remf', which is neither a sum, a product nor an extremum; write the reduction as an 'scf.for'}}
  %y = linalg.reduce { arith.remf } ins(%x : tensor<4xf32>) outs(%init : tensor<f32>) dimensions = [0]
  return %y : tensor<f32>
}

// -----

func.func @f(%x: tensor<4xf32>, %init: tensor<f32>) -> tensor<f32> {
  // expected-error@+1 {{'linalg.reduce' op cannot be differentiated: the init operand of its extremum depends on the arguments; start from a constant and take the extremum of the result and that operand}}
  %y = linalg.reduce { arith.maximumf } ins(%x : tensor<4xf32>) outs(%init : tensor<f32>) dimensions = [0]
  return %y : tensor<f32>
}

// -----

// The result of a sum depends on another that is accumulated with it.
func.func @f(%x: tensor<4xf32>, %init: tensor<f32>) -> tensor<f32> {
  // expected-error@+1 {{'linalg.generic' op cannot be differentiated: result #0 depends on what result #1 accumulates; accumulate them in two ops}}
  %y:2 = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>, affine_map<(i) -> ()>],
      iterator_types = ["reduction"]}
      ins(%x : tensor<4xf32>) outs(%init, %init : tensor<f32>, tensor<f32>) {
  ^bb0(%in: f32, %a: f32, %b: f32):
    %0 = arith.mulf %in, %b : f32
    %1 = arith.addf %a, %0 : f32
    %2 = arith.addf %b, %in : f32
    linalg.yield %1, %2 : f32, f32
  } -> (tensor<f32>, tensor<f32>)
  return %y#0 : tensor<f32>
}

// -----

// A table that is read where its gradient would need a condition.
func.func @f(%x: tensor<4xf32>, %table: tensor<9xf32>, %empty: tensor<4xf32>) -> tensor<4xf32> {
  %y = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%empty : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %i = linalg.index 0 : index
    %zero = arith.constant 0.0 : f32
    %c = arith.cmpf ogt, %in, %zero : f32
    %0 = scf.if %c -> f32 {
      // expected-error@+1 {{'tensor.extract' op cannot be differentiated in the body of 'linalg.generic': the gradient of 'tensor<9xf32>', which the body captures, is only known for 'tensor.extract' outside of nested regions; extract the element there, or make the tensor an operand}}
      %1 = tensor.extract %table[%i] : tensor<9xf32>
      scf.yield %1 : f32
    } else {
      scf.yield %zero : f32
    }
    linalg.yield %0 : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// A product into a diagonal.
func.func @f(%x: tensor<2x3xf32>, %init: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{'linalg.generic' op cannot be differentiated: it multiplies into elements selected by affine_map<(d0, d1) -> (d0 + d1)>, which is more than loops and constants; write the factors to a tensor of their own and reduce that}}
  %y = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i + j)>],
      iterator_types = ["reduction", "reduction"]}
      ins(%x : tensor<2x3xf32>) outs(%init : tensor<4xf32>) {
  ^bb0(%in: f32, %product: f32):
    %0 = arith.mulf %in, %product : f32
    linalg.yield %0 : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// Of one value only the part on a path to a float result matters.
func.func @f(%x: f32, %m: i32) -> (f32, i1) {
  %clamped = math.clampf %x to [%x, %x] : f32
  %c = arith.cmpf olt, %clamped, %x : f32
  %y = arith.select %c, %x, %x : f32
  return %y, %c : f32, i1
}

// -----

// After quant-bnn-binarize.
func.func @f(%x: tensor<2x64xf32>, %w: tensor<4x64xi1, #quant_bnn.packed<i32>>) -> tensor<2x4xf32> {
  // expected-error@+1 {{'quant_bnn.pack' op cannot be differentiated: it has no gradient; run quant-bnn-differentiate before passes that replace quantizers, such as quant-bnn-binarize}}
  %b = quant_bnn.pack %x : tensor<2x64xf32> to tensor<2x64xi1, #quant_bnn.packed<i32>>
  %p = quant_bnn.xnor_matmul %b, %w : (tensor<2x64xi1, #quant_bnn.packed<i32>>, tensor<4x64xi1, #quant_bnn.packed<i32>>) -> tensor<2x4xi32>
  %y = arith.sitofp %p : tensor<2x4xi32> to tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// Bits that a comparison makes.
func.func @f(%x: tensor<2x64xf32>, %w: tensor<4x64xi1, #quant_bnn.packed<i32>>) -> tensor<2x4xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x64xf32>
  %c = arith.cmpf oge, %x, %zero : tensor<2x64xf32>
  // expected-error@+1 {{'quant_bnn.pack' op cannot be differentiated: it has no gradient}}
  %b = quant_bnn.pack %c : tensor<2x64xi1> to tensor<2x64xi1, #quant_bnn.packed<i32>>
  %p = quant_bnn.xnor_matmul %b, %w : (tensor<2x64xi1, #quant_bnn.packed<i32>>, tensor<4x64xi1, #quant_bnn.packed<i32>>) -> tensor<2x4xi32>
  %y = arith.sitofp %p : tensor<2x4xi32> to tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// Bits of a float that a branch returns, and that are read as a number.
func.func @f(%x: f32, %c: i1) -> f32 {
  %zero = arith.constant 0 : i32
  %bits = scf.if %c -> i32 {
    %0 = arith.bitcast %x : f32 to i32
    scf.yield %0 : i32
  } else {
    scf.yield %zero : i32
  }
  // expected-error@+1 {{'arith.bitcast' op cannot be differentiated: it makes a float of the bits of one that depends on an argument}}
  %y = arith.bitcast %bits : i32 to f32
  return %y : f32
}

// -----

// The logarithm of a float, about.
func.func @f(%x: f32) -> f32 {
  %bits = arith.bitcast %x : f32 to i32
  // expected-error@+1 {{'arith.sitofp' op cannot be differentiated: it makes a float of the bits of one that depends on an argument}}
  %y = arith.sitofp %bits : i32 to f32
  return %y : f32
}

// -----

// A sign in ops of which nothing is known.
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = "tosa.const"() <{values = dense<0.0> : tensor<4xf32>}> : () -> tensor<4xf32>
  %one = "tosa.const"() <{values = dense<1.0> : tensor<4xf32>}> : () -> tensor<4xf32>
  // expected-error@+1 {{'tosa.greater_equal' op cannot be differentiated: it has no gradient; convert it to ops of arith, math, linalg, scf and tensor first}}
  %c = tosa.greater_equal %x, %zero : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  %y = tosa.select %c, %one, %zero : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// A condition whose ops are known, read by one of which nothing is.
func.func @f(%x: f32) -> f32 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %c = arith.cmpf oge, %x, %zero : f32
  %i = arith.index_castui %c : i1 to index
  // expected-error@+1 {{'scf.index_switch' op cannot be differentiated: it has no gradient}}
  %y = scf.index_switch %i -> f32
  case 0 {
    scf.yield %zero : f32
  }
  default {
    scf.yield %one : f32
  }
  return %y : f32
}

// -----

// expected-error@+1 {{has no function @f to differentiate}}
module {
  module @inner {
    // expected-note@+1 {{a function of a nested module is differentiated by a pass on that module: builtin.module(builtin.module(quant-bnn-differentiate{functions=f}))}}
    func.func @f(%x: f32) -> f32 {
      return %x : f32
    }
  }
}

// -----

// Extents that are not known.
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %u = tensor.cast %x : tensor<4xf32> to tensor<*xf32>
  // expected-error@+1 {{'tensor.cast' op cannot be differentiated: it casts from 'tensor<*xf32>'; use ranked tensors}}
  %y = tensor.cast %u : tensor<*xf32> to tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @f(%x: tensor<4xf32>, %shape: tensor<2xindex>) -> tensor<2x2xf32> {
  %u = tensor.cast %x : tensor<4xf32> to tensor<*xf32>
  // expected-error@+1 {{'tensor.reshape' op cannot be differentiated: it reshapes 'tensor<*xf32>' to 'tensor<2x2xf32>'; use ranked tensors}}
  %y = tensor.reshape %u(%shape) : (tensor<*xf32>, tensor<2xindex>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}
