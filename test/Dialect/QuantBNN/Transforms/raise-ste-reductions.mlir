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
