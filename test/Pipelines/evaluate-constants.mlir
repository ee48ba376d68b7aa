// Tensors that depend on nothing but constants are computed at compile time.

// RUN: bnn-opt %s --quant-bnn-evaluate-constants --split-input-file \
// RUN:   --remarks-filter=quant-bnn-evaluate-constants 2>%t.remarks | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK --input-file=%t.remarks

// A batch norm: the deviation stays a vector, which is broadcast.
// CHECK-LABEL: func @deviation(
// CHECK:         %[[D:.*]] = arith.constant dense<[2.000000e+00, 3.000000e+00]> : tensor<2xf32>
// CHECK-NOT:     math.sqrt
// CHECK:         linalg.broadcast ins(%[[D]]
// REMARK: [[@LINE+5]]:{{.*}} Function=deviation | Remark="computed now, from constants alone"
func.func @deviation(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %variance = arith.constant dense<[3.0, 8.0]> : tensor<2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %sum = arith.addf %variance, %one : tensor<2xf32>
  %deviation = math.sqrt %sum : tensor<2xf32>
  %empty = tensor.empty() : tensor<4x2xf32>
  %all = linalg.broadcast ins(%deviation : tensor<2xf32>) outs(%empty : tensor<4x2xf32>) dimensions = [0]
  %y = arith.divf %x, %all : tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// -----

// Loops, which may use a scalar from outside, sums, and several uses.
// CHECK-LABEL: func @loops(
// CHECK-DAG:     %[[Y:.*]] = arith.constant dense<{{\[\[}}1.500000e+00, 2.500000e+00], [3.500000e+00, 4.500000e+00]]> : tensor<2x2xf32>
// CHECK-DAG:     %[[SUM:.*]] = arith.constant dense<[5.000000e+00, 7.000000e+00]> : tensor<2xf32>
// CHECK:         return %[[Y]], %[[SUM]], %[[Y]]
// REMARK-COUNT-2: Function=loops | Remark="computed now
func.func @loops() -> (tensor<2x2xf32>, tensor<2xf32>, tensor<2x2xf32>) {
  %x = arith.constant dense<[[1.0, 3.0], [2.0, 4.0]]> : tensor<2x2xf32>
  %half = arith.constant 0.5 : f32
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %empty = tensor.empty() : tensor<2x2xf32>
  %transposed = linalg.transpose ins(%x : tensor<2x2xf32>) outs(%empty : tensor<2x2xf32>) permutation = [1, 0]
  %y = linalg.map ins(%transposed : tensor<2x2xf32>) outs(%empty : tensor<2x2xf32>)
    (%a: f32, %out: f32) {
      %b = arith.addf %a, %half : f32
      linalg.yield %b : f32
    }
  %sum = linalg.reduce { arith.addf } ins(%y : tensor<2x2xf32>) outs(%zero : tensor<2xf32>) dimensions = [0]
  return %y, %sum, %y : tensor<2x2xf32>, tensor<2xf32>, tensor<2x2xf32>
}

// -----

// Quantizers, in any type, padded, from resources and to bits.
// REMARK-COUNT-5: Function=types
// CHECK-LABEL: func @types(
// CHECK-DAG:     %[[F16:.*]] = arith.constant dense<[1.000000e+00, -1.000000e+00, 1.000000e+00]> : tensor<3xf16>
// CHECK-DAG:     %[[PADDED:.*]] = arith.constant dense<[0, 3, -4, 0]> : tensor<4xi8>
// CHECK-DAG:     %[[BITS:.*]] = arith.constant dense<[true, false]> : tensor<2xi1>
// CHECK-DAG:     %[[WIDE:.*]] = arith.constant dense<[3, -4]> : tensor<2xindex>
// CHECK-DAG:     %[[CHOSEN:.*]] = arith.constant dense<[3, 0]> : tensor<2xi8>
// CHECK:         return %[[F16]], %[[PADDED]], %[[BITS]], %[[WIDE]], %[[CHOSEN]]
func.func @types() -> (tensor<3xf16>, tensor<4xi8>, tensor<2xi1>, tensor<2xindex>, tensor<2xi8>) {
  %x = arith.constant dense<[0.5, -0.25, 2.0]> : tensor<3xf16>
  %0 = quant_bnn.sign %x : tensor<3xf16>
  %w = arith.constant dense_resource<w> : tensor<2xi8>
  %c0 = arith.constant 0 : i8
  %1 = tensor.pad %w low[1] high[1] {
  ^bb0(%i: index):
    tensor.yield %c0 : i8
  } : tensor<2xi8> to tensor<4xi8>
  %none = arith.constant dense<0> : tensor<2xi8>
  %2 = arith.cmpi sgt, %w, %none : tensor<2xi8>
  %3 = arith.index_cast %w : tensor<2xi8> to tensor<2xindex>
  %mask = arith.constant dense<[true, false]> : tensor<2xi1>
  %4 = arith.select %mask, %w, %none : tensor<2xi1>, tensor<2xi8>
  return %0, %1, %2, %3, %4 : tensor<3xf16>, tensor<4xi8>, tensor<2xi1>, tensor<2xindex>, tensor<2xi8>
}
{-# dialect_resources: { builtin: { w: "0x0100000003FC" } } #-}

// -----

// In a loop of the program, too.
// REMARK: Function=nested
// CHECK-LABEL: func @nested(
// CHECK:         scf.for
// CHECK:           %[[C:.*]] = arith.constant dense<[2.000000e+00, 4.000000e+00]>
// CHECK:           arith.mulf %{{.*}}, %[[C]]
func.func @nested(%x: tensor<2xf32>, %n: index) -> tensor<2xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%z = %x) -> tensor<2xf32> {
    %twice = arith.addf %c, %c : tensor<2xf32>
    %next = arith.mulf %z, %twice : tensor<2xf32>
    scf.yield %next : tensor<2xf32>
  }
  return %y : tensor<2xf32>
}

// -----

// Two results of one op, and a constant of another dialect.
// REMARK-COUNT-2: Function=two_results
// CHECK-LABEL: func @two_results(
// CHECK-DAG:     arith.constant dense<[2.000000e+00, 4.000000e+00]>
// CHECK-DAG:     arith.constant dense<[-1.000000e+00, -2.000000e+00]>
// CHECK-NOT:     linalg.generic
#id = affine_map<(i) -> (i)>
func.func @two_results() -> (tensor<2xf32>, tensor<2xf32>) {
  %c = "tosa.const"() <{values = dense<[1.0, 2.0]> : tensor<2xf32>}> : () -> tensor<2xf32>
  %e = tensor.empty() : tensor<2xf32>
  %0:2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
      ins(%c : tensor<2xf32>) outs(%e, %e : tensor<2xf32>, tensor<2xf32>) {
  ^bb0(%a: f32, %o: f32, %p: f32):
    %twice = arith.addf %a, %a : f32
    %minus = arith.negf %a : f32
    linalg.yield %twice, %minus : f32, f32
  } -> (tensor<2xf32>, tensor<2xf32>)
  return %0#0, %0#1 : tensor<2xf32>, tensor<2xf32>
}

// -----

// An assertion that holds goes, also where all elements are equal.
// REMARK-COUNT-2: Function=assertion | Remark="computed now
// CHECK-LABEL: func @assertion(
// CHECK-DAG:     %[[R:.*]] = arith.constant dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>
// CHECK-DAG:     %[[EQUAL:.*]] = arith.constant dense<2.500000e-01> : tensor<2xf32>
// CHECK-NOT:     cf.assert
// CHECK:         return %[[R]], %[[EQUAL]]
func.func @assertion() -> (tensor<2xf32>, tensor<2xf32>) {
  %x = arith.constant dense<[2.0, 4.0]> : tensor<2xf32>
  %equal = arith.constant dense<4.0> : tensor<2xf32>
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %empty = tensor.empty() : tensor<2xf32>
  %reciprocal = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                                iterator_types = ["parallel"]}
      ins(%x : tensor<2xf32>) outs(%empty : tensor<2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %differs = arith.cmpf one, %in, %zero : f32
    cf.assert %differs, "zero"
    %quotient = arith.divf %one, %in : f32
    linalg.yield %quotient : f32
  } -> tensor<2xf32>
  %same = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                          iterator_types = ["parallel"]}
      ins(%equal : tensor<2xf32>) outs(%empty : tensor<2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %differs = arith.cmpf one, %in, %zero : f32
    cf.assert %differs, "zero"
    %quotient = arith.divf %one, %in : f32
    linalg.yield %quotient : f32
  } -> tensor<2xf32>
  return %reciprocal, %same : tensor<2xf32>, tensor<2xf32>
}

// -----

// An assertion that fails stays.
// REMARK: Function=failing | Remark="depends on constants alone, but an assertion on the way to some such tensor fails
// CHECK-LABEL: func @failing(
// CHECK:         cf.assert
// CHECK:         arith.divf
func.func @failing() -> tensor<2xf32> {
  %x = arith.constant dense<[2.0, 0.0]> : tensor<2xf32>
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %empty = tensor.empty() : tensor<2xf32>
  %reciprocal = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                                iterator_types = ["parallel"]}
      ins(%x : tensor<2xf32>) outs(%empty : tensor<2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %differs = arith.cmpf one, %in, %zero : f32
    cf.assert %differs, "zero"
    %quotient = arith.divf %one, %in : f32
    linalg.yield %quotient : f32
  } -> tensor<2xf32>
  return %reciprocal : tensor<2xf32>
}

// -----

// A scale that is computed from scalars.
// REMARK: Function=scalars | Remark="computed now
// CHECK-LABEL: func @scalars(
// CHECK:         %[[S:.*]] = arith.constant dense<2.500000e-01> : tensor<f32>
// CHECK:         return %[[S]]
func.func @scalars() -> tensor<f32> {
  %x = arith.constant dense<-0.5> : tensor<f32>
  %empty = tensor.empty() : tensor<f32>
  %y = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>], iterator_types = []}
      ins(%x : tensor<f32>) outs(%empty : tensor<f32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.absf %in : f32
    linalg.yield %0 : f32
  } -> tensor<f32>
  %z = arith.mulf %y, %y : tensor<f32>
  return %z : tensor<f32>
}

// -----

// What stays.
// REMARK-NOT: remark:
// CHECK-LABEL: func @stay(
func.func @stay(%x: tensor<2xf32>, %k: tensor<?xf32>) -> (tensor<64xf32>, tensor<2xf32>, tensor<?xf32>, tensor<2xi32>, tensor<2xi32>, tensor<2xf32>, tensor<16x2xf32>, tensor<2xf32>, tensor<2xi32>) {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  // Equal elements take no memory now.
  // CHECK: linalg.fill
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<64xf32>
  %0 = linalg.fill ins(%zero : f32) outs(%empty : tensor<64xf32>) -> tensor<64xf32>
  // An argument.
  // CHECK: arith.addf
  %1 = arith.addf %x, %c : tensor<2xf32>
  // CHECK: tensor.cast
  %2 = tensor.cast %c : tensor<2xf32> to tensor<?xf32>
  // A division by 0.
  // CHECK: arith.divsi
  %i = arith.constant dense<[1, 2]> : tensor<2xi32>
  %j = arith.constant dense<[1, 0]> : tensor<2xi32>
  %3 = arith.divsi %i, %j : tensor<2xi32>
  // CHECK: arith.remsi
  %4 = arith.remsi %i, %j : tensor<2xi32>
  // Elements that do not exist.
  // CHECK: tensor.extract_slice
  %far = arith.constant 1000000000 : index
  %8 = tensor.extract_slice %i[0] [2] [%far] : tensor<2xi32> to tensor<2xi32>
  // An element that may not exist.
  // CHECK: tensor.extract
  %5 = linalg.map ins(%c : tensor<2xf32>) outs(%x : tensor<2xf32>)
    (%a: f32, %out: f32) {
      %at = arith.fptosi %a : f32 to i64
      %index = arith.index_cast %at : i64 to index
      %b = tensor.extract %c[%index] : tensor<2xf32>
      linalg.yield %b : f32
    }
  // CHECK: linalg.broadcast
  %image = tensor.empty() : tensor<16x2xf32>
  %6 = linalg.broadcast ins(%c : tensor<2xf32>) outs(%image : tensor<16x2xf32>) dimensions = [0]
  // Without data.
  // CHECK: arith.negf
  %elided = arith.constant dense_resource<elided> : tensor<2xf32>
  %7 = arith.negf %elided : tensor<2xf32>
  return %0, %1, %2, %3, %4, %5, %6, %7, %8 : tensor<64xf32>, tensor<2xf32>, tensor<?xf32>, tensor<2xi32>, tensor<2xi32>, tensor<2xf32>, tensor<16x2xf32>, tensor<2xf32>, tensor<2xi32>
}

// -----

// A map whose first and last index are in bounds, and others are not.
// CHECK-LABEL: func @map_with_mod(
// CHECK:         linalg.generic
func.func @map_with_mod() -> tensor<4xf32> {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %e = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(i) -> ((i * 500000003) mod 1500000009)>, affine_map<(i) -> (i)>],
                       iterator_types = ["parallel"]}
      ins(%c : tensor<2xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// REMARK: remark: {{.*}} Function=gather
// REMARK-NOT: remark:
// Elements at indices: all exist in the first case, as the filter of a transposed
// convolution is reversed, and one may not in the second.
// CHECK-LABEL: func @gather(
// CHECK-DAG:     %[[reversed:.*]] = arith.constant dense<{{\[}}[4.000000e+00, 2.000000e+00], [3.000000e+00, 1.000000e+00]]>
// CHECK:         %[[far:.*]] = linalg.generic
// CHECK:         return %[[reversed]], %[[far]]
func.func @gather() -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %c = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %e = tensor.empty() : tensor<2x2xf32>
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      outs(%e : tensor<2x2xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %row = arith.subi %c1, %j : index
    %column = arith.subi %c1, %i : index
    %a = tensor.extract %c[%row, %column] : tensor<2x2xf32>
    linalg.yield %a : f32
  } -> tensor<2x2xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      outs(%e : tensor<2x2xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %row = arith.subi %c2, %i : index
    %a = tensor.extract %c[%row, %j] : tensor<2x2xf32>
    linalg.yield %a : f32
  } -> tensor<2x2xf32>
  return %0, %1 : tensor<2x2xf32>, tensor<2x2xf32>
}

// -----

// Constants that grow.
// REMARK: remark: {{.*}} Function=growth
// REMARK-NOT: remark:
// CHECK-LABEL: func @growth(
// CHECK:         tensor.concat
func.func @growth() -> tensor<64xi8> {
  %c = arith.constant dense<[1, 2]> : tensor<2xi8>
  %0 = tensor.concat dim(0) %c, %c, %c, %c : (tensor<2xi8>, tensor<2xi8>, tensor<2xi8>, tensor<2xi8>) -> tensor<8xi8>
  %1 = tensor.concat dim(0) %0, %0, %0, %0 : (tensor<8xi8>, tensor<8xi8>, tensor<8xi8>, tensor<8xi8>) -> tensor<32xi8>
  %2 = tensor.concat dim(0) %1, %1 : (tensor<32xi8>, tensor<32xi8>) -> tensor<64xi8>
  return %2 : tensor<64xi8>
}
