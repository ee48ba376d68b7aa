// RUN: bnn-opt %s --quant-bnn-raise-ste --split-input-file | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-raise-ste=mode=relaxed --split-input-file | FileCheck %s --check-prefix=RELAXED

// The weights of DoReFa over two loops and a reduction, with an all-zero tensor
// seen to.
// CHECK-LABEL: func.func @weights
// CHECK-SAME: (%[[W:.*]]: tensor<?x8xf32>)
// CHECK-NEXT: %[[Y:.*]] = quant_bnn.weight_dorefa %[[W]] bits = 2 : tensor<?x8xf32>
// CHECK-NEXT: return %[[Y]]
#id = affine_map<(d0, d1) -> (d0, d1)>
#none = affine_map<(d0, d1) -> ()>
func.func @weights(%w: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %n = arith.constant 3.0 : f32
  %lowest = arith.constant dense<0xFF800000> : tensor<f32>
  %t = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%w : tensor<?x8xf32>) outs(%w : tensor<?x8xf32>) {
  ^bb0(%in: f32, %o: f32):
    %a = math.tanh %in : f32
    linalg.yield %a : f32
  } -> tensor<?x8xf32>
  %m = linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction", "reduction"]}
      ins(%t : tensor<?x8xf32>) outs(%lowest : tensor<f32>) {
  ^bb0(%in: f32, %o: f32):
    %a = math.absf %in : f32
    %b = arith.maximumf %a, %o : f32
    linalg.yield %b : f32
  } -> tensor<f32>
  %y = linalg.generic {indexing_maps = [#id, #none, #id], iterator_types = ["parallel", "parallel"]}
      ins(%t, %m : tensor<?x8xf32>, tensor<f32>) outs(%w : tensor<?x8xf32>) {
  ^bb0(%in: f32, %max: f32, %o: f32):
    %is_zero = arith.cmpf oeq, %max, %zero : f32
    %twice = arith.mulf %max, %two : f32
    %range = arith.select %is_zero, %one, %twice : f32
    %a = arith.divf %in, %range : f32
    %b = arith.addf %a, %half : f32
    %c = arith.mulf %b, %n : f32
    %d = math.roundeven %c : f32
    %e = arith.divf %d, %n : f32
    %f = arith.mulf %e, %two : f32
    %g = arith.subf %f, %one : f32
    linalg.yield %g : f32
  } -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Without that, a tensor of zeros gives NaN: relaxed alone.
// CHECK-LABEL: func.func @unguarded_weights
// CHECK-NOT: quant_bnn
// CHECK: return
// RELAXED-LABEL: func.func @unguarded_weights
// RELAXED-NEXT: quant_bnn.weight_dorefa %{{.*}} bits = 2 : tensor<4x8xf32>
func.func @unguarded_weights(%w: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %half = arith.constant dense<0.5> : tensor<4x8xf32>
  %one = arith.constant dense<1.0> : tensor<4x8xf32>
  %two = arith.constant dense<2.0> : tensor<4x8xf32>
  %n = arith.constant dense<3.0> : tensor<4x8xf32>
  %zero = arith.constant dense<0.0> : tensor<f32>
  %t = math.tanh %w : tensor<4x8xf32>
  %magnitude = math.absf %t : tensor<4x8xf32>
  %m = linalg.reduce { arith.maximumf } ins(%magnitude : tensor<4x8xf32>)
      outs(%zero : tensor<f32>) dimensions = [0, 1]
  %scalar = tensor.extract %m[] : tensor<f32>
  %max = tensor.splat %scalar : tensor<4x8xf32>
  %twice = arith.mulf %max, %two : tensor<4x8xf32>
  %a = arith.divf %t, %twice : tensor<4x8xf32>
  %b = arith.addf %a, %half : tensor<4x8xf32>
  %c = arith.mulf %b, %n : tensor<4x8xf32>
  %d = math.roundeven %c : tensor<4x8xf32>
  %e = arith.divf %d, %n : tensor<4x8xf32>
  %f = arith.mulf %e, %two : tensor<4x8xf32>
  %y = arith.subf %f, %one : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// -----

// maxnumf drops a NaN of the tensor, where the op is NaN throughout.
// CHECK-LABEL: func.func @maxnum
// CHECK-NOT: quant_bnn
// CHECK: return
// RELAXED-LABEL: func.func @maxnum
// RELAXED-NOT: quant_bnn
// RELAXED: return
func.func @maxnum(%x: tensor<8xf32>) -> tensor<8xf32> {
  %zero = arith.constant dense<0.0> : tensor<f32>
  %steps = arith.constant 127.0 : f32
  %magnitude = math.absf %x : tensor<8xf32>
  %m = linalg.reduce { arith.maxnumf } ins(%magnitude : tensor<8xf32>)
      outs(%zero : tensor<f32>) dimensions = [0]
  %max = tensor.extract %m[] : tensor<f32>
  %s = arith.divf %steps, %max : f32
  %scale = tensor.splat %s : tensor<8xf32>
  %a = arith.mulf %x, %scale : tensor<8xf32>
  %q = math.roundeven %a : tensor<8xf32>
  return %q : tensor<8xf32>
}

// -----

// A scale that overflows is infinite: relaxed alone.
// CHECK-LABEL: func.func @unlimited_range
// CHECK-NOT: quant_bnn
// CHECK: return
// RELAXED-LABEL: func.func @unlimited_range
// RELAXED-NEXT: quant_bnn.min_max %{{.*}} bits = 8 : tensor<8xf32>
func.func @unlimited_range(%x: tensor<8xf32>) -> tensor<8xf32> {
  %none = arith.constant 0.0 : f32
  %zero = arith.constant dense<0.0> : tensor<f32>
  %steps = arith.constant 127.0 : f32
  %magnitude = math.absf %x : tensor<8xf32>
  %m = linalg.reduce { arith.maximumf } ins(%magnitude : tensor<8xf32>)
      outs(%zero : tensor<f32>) dimensions = [0]
  %max = tensor.extract %m[] : tensor<f32>
  %is_zero = arith.cmpf oeq, %max, %none : f32
  %quotient = arith.divf %steps, %max : f32
  %s = arith.select %is_zero, %none, %quotient : f32
  %scale = tensor.splat %s : tensor<8xf32>
  %a = arith.mulf %x, %scale : tensor<8xf32>
  %q = math.roundeven %a : tensor<8xf32>
  return %q : tensor<8xf32>
}

// -----

// CHECK-LABEL: func.func @range
// CHECK-SAME: (%[[X:.*]]: tensor<8xf32>)
// CHECK-NEXT: %[[Q:.*]], %{{.*}} = quant_bnn.min_max %[[X]] bits = 8 : tensor<8xf32>
// CHECK-NEXT: return %[[Q]]
func.func @range(%x: tensor<8xf32>) -> tensor<8xf32> {
  %none = arith.constant 0.0 : f32
  %zero = arith.constant dense<0.0> : tensor<f32>
  %steps = arith.constant 127.0 : f32
  %largest = arith.constant 0x7F7FFFFF : f32
  %magnitude = math.absf %x : tensor<8xf32>
  %m = linalg.reduce { arith.maximumf } ins(%magnitude : tensor<8xf32>)
      outs(%zero : tensor<f32>) dimensions = [0]
  %max = tensor.extract %m[] : tensor<f32>
  %is_zero = arith.cmpf oeq, %max, %none : f32
  %quotient = arith.divf %steps, %max : f32
  %overflows = arith.cmpf ogt, %quotient, %largest : f32
  %finite = arith.select %overflows, %largest, %quotient : f32
  %s = arith.select %is_zero, %none, %finite : f32
  %scale = tensor.splat %s : tensor<8xf32>
  %a = arith.mulf %x, %scale : tensor<8xf32>
  %q = math.roundeven %a : tensor<8xf32>
  return %q : tensor<8xf32>
}

// -----

// The weights of DoReFa as they come through TOSA: a maximum dimension by
// dimension, a reciprocal, which rounds twice, and rounding by floor and ceil.
// CHECK-LABEL: func.func @weights_of_tosa
// CHECK-NOT: quant_bnn
// CHECK: return
// RELAXED-LABEL: func.func @weights_of_tosa
// RELAXED-SAME: (%[[W:.*]]: tensor<4x8xf32>)
// RELAXED-NEXT: %[[Y:.*]] = quant_bnn.weight_dorefa %[[W]] bits = 1 : tensor<4x8xf32>
// RELAXED-NEXT: return %[[Y]]
#id = affine_map<(d0, d1) -> (d0, d1)>
#one = affine_map<(d0, d1) -> (0, 0)>
func.func @weights_of_tosa(%w: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %half = arith.constant 0.5 : f32
  %lowest = arith.constant dense<0xFF7FFFFF> : tensor<8xf32>
  %lowest_row = arith.constant dense<0xFF7FFFFF> : tensor<1xf32>
  %t = math.tanh %w : tensor<4x8xf32>
  %magnitude = math.absf %t : tensor<4x8xf32>
  %columns = linalg.reduce { arith.maximumf } ins(%magnitude : tensor<4x8xf32>)
      outs(%lowest : tensor<8xf32>) dimensions = [0]
  %row = tensor.expand_shape %columns [[0, 1]] output_shape [1, 8] : tensor<8xf32> into tensor<1x8xf32>
  %m = linalg.reduce { arith.maximumf } ins(%row : tensor<1x8xf32>)
      outs(%lowest_row : tensor<1xf32>) dimensions = [1]
  %max = tensor.expand_shape %m [[0, 1]] output_shape [1, 1] : tensor<1xf32> into tensor<1x1xf32>
  %y = linalg.generic {indexing_maps = [#id, #one, #id], iterator_types = ["parallel", "parallel"]}
      ins(%t, %max : tensor<4x8xf32>, tensor<1x1xf32>) outs(%w : tensor<4x8xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32):
    %twice = arith.mulf %s, %two : f32
    %reciprocal = arith.divf %one, %twice : f32
    %a = arith.mulf %in, %reciprocal : f32
    %b = arith.addf %a, %half : f32
    %floor = math.floor %b : f32
    %ceil = math.ceil %b : f32
    %fraction = arith.subf %b, %floor : f32
    %halved = arith.mulf %floor, %half : f32
    %pairs = math.floor %halved : f32
    %even = arith.mulf %pairs, %two : f32
    %is_even = arith.cmpf oeq, %floor, %even : f32
    %is_tie = arith.cmpf oeq, %fraction, %half : f32
    %is_even_tie = arith.andi %is_tie, %is_even : i1
    %is_below = arith.cmpf ogt, %half, %fraction : f32
    %is_floor = arith.ori %is_below, %is_even_tie : i1
    %level = arith.select %is_floor, %floor, %ceil : f32
    %c = arith.mulf %level, %two : f32
    %d = arith.subf %c, %one : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// -----

// The maxima of rows are no maximum of the tensor.
// RELAXED-LABEL: func.func @maxima_of_rows
// RELAXED-NOT: quant_bnn
// RELAXED: return
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
func.func @maxima_of_rows(%w: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %t = math.tanh %w : tensor<4x8xf32>
  %magnitude = math.absf %t : tensor<4x8xf32>
  %m = linalg.reduce { arith.maximumf } ins(%magnitude : tensor<4x8xf32>)
      outs(%zero : tensor<4xf32>) dimensions = [1]
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%t, %m : tensor<4x8xf32>, tensor<4xf32>) outs(%w : tensor<4x8xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32):
    %twice = arith.mulf %s, %two : f32
    %a = arith.divf %in, %twice : f32
    %b = arith.addf %a, %half : f32
    %level = math.roundeven %b : f32
    %c = arith.mulf %level, %two : f32
    %d = arith.subf %c, %one : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
