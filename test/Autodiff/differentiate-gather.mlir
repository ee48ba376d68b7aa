// Gradients of elements that are read at computed places.

// RUN: %python %S/Inputs/check_gradients.py %s --recompute=cheap,none | FileCheck %s --check-prefix=NUMERIC
// NUMERIC: {{^[0-9]+}} functions, 0 failures

// RUN: bnn-opt %s --quant-bnn-differentiate=functions=embedding,narrow,gather | FileCheck %s

#matrix = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#vector = affine_map<(i) -> (i)>
#none = affine_map<(i) -> ()>

// Rows are chosen by an operand, and added in the order of the loops.
// CHECK-LABEL: func.func @embedding_bwd(
// CHECK-SAME:    %[[I:[^:,]*]]: tensor<?xi64>,
// CHECK:       %[[ZEROS:.*]] = linalg.fill {{.*}} -> tensor<?x4xf64>
// CHECK:       scf.for %[[R:.*]] = %{{.*}} iter_args(%{{.*}} = %[[ZEROS]])
// CHECK:         scf.for %[[C:.*]] = %{{.*}} iter_args(%[[SUM:.*]] =
// CHECK:           tensor.extract %[[I]][%[[R]]]
// CHECK:           %[[K:.*]] = arith.index_cast
// CHECK:           %[[OLD:.*]] = tensor.extract %[[SUM]][%[[K]], %[[C]]]
// CHECK:           %[[NEW:.*]] = arith.addf %[[OLD]],
// CHECK:           tensor.insert %[[NEW]] into %[[SUM]][%[[K]], %[[C]]]
func.func @embedding(%table: tensor<?x4xf64>, %rows: tensor<?xi64>, %scale: tensor<4xf64>) -> tensor<?x4xf64> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %rows, %c0 : tensor<?xi64>
  %e = tensor.empty(%n) : tensor<?x4xf64>
  %y = linalg.generic {indexing_maps = [#row, affine_map<(i, j) -> (j)>, #matrix],
                       iterator_types = ["parallel", "parallel"]}
      ins(%rows, %scale : tensor<?xi64>, tensor<4xf64>) outs(%e : tensor<?x4xf64>) {
  ^bb0(%row: i64, %s: f64, %out: f64):
    %i = arith.index_cast %row : i64 to index
    %j = linalg.index 1 : index
    %0 = tensor.extract %table[%i, %j] : tensor<?x4xf64>
    %1 = math.exp %0 : f64
    %2 = arith.mulf %1, %s : f64
    linalg.yield %2 : f64
  } -> tensor<?x4xf64>
  return %y : tensor<?x4xf64>
}

// The sum of a half type is accumulated in f32, also what was widened.
// CHECK-LABEL: func.func private @narrow_bwd(
// CHECK:       scf.for {{.*}} -> (tensor<3xf32>)
// CHECK-NOT:     truncf
// CHECK:       arith.truncf %{{.*}} : tensor<3xf32> to tensor<3xf16>
func.func private @narrow(%table: tensor<3xf16>, %places: tensor<?xi32>) -> tensor<f32> {
  %zero = arith.constant dense<0.0> : tensor<f32>
  %y = linalg.generic {indexing_maps = [#vector, #none], iterator_types = ["reduction"]}
      ins(%places : tensor<?xi32>) outs(%zero : tensor<f32>) {
  ^bb0(%place: i32, %sum: f32):
    %i = arith.index_cast %place : i32 to index
    %0 = tensor.extract %table[%i] : tensor<3xf16>
    %1 = arith.extf %0 : f16 to f32
    %2 = arith.addf %sum, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<f32>
  return %y : tensor<f32>
}

// Every element is read several times, by two extracts in one body.
func.func @repeated(%table: tensor<3xf64>, %x: tensor<5xf64>) -> (tensor<f64>, tensor<5xf64>) {
  %zero = arith.constant dense<0.0> : tensor<f64>
  %e = tensor.empty() : tensor<5xf64>
  %y:2 = linalg.generic {indexing_maps = [#vector, #none, #vector], iterator_types = ["reduction"]}
      ins(%x : tensor<5xf64>) outs(%zero, %e : tensor<f64>, tensor<5xf64>) {
  ^bb0(%in: f64, %sum: f64, %out: f64):
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %i = linalg.index 0 : index
    %a = arith.remui %i, %c3 : index
    %b = arith.divui %i, %c2 : index
    %0 = tensor.extract %table[%a] : tensor<3xf64>
    %1 = tensor.extract %table[%b] : tensor<3xf64>
    %2 = arith.mulf %0, %1 : f64
    %3 = arith.mulf %2, %in : f64
    %4 = arith.addf %sum, %3 : f64
    %5 = math.sin %1 : f64
    linalg.yield %4, %5 : f64, f64
  } -> (tensor<f64>, tensor<5xf64>)
  return %y#0, %y#1 : tensor<f64>, tensor<5xf64>
}

// The negative log likelihood of torch-mlir: of each row the element that is
// its target.
func.func @nll(%x: tensor<?x4xf64>, %targets: tensor<?xi64>) -> tensor<f64> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %targets, %c0 : tensor<?xi64>
  %zero = arith.constant dense<0.0> : tensor<f64>
  %e = tensor.empty(%n) : tensor<?x1xf64>
  %wide = tensor.expand_shape %targets [[0, 1]] output_shape [%n, 1] : tensor<?xi64> into tensor<?x1xi64>
  %picked = linalg.generic {indexing_maps = [#matrix, #matrix], iterator_types = ["parallel", "parallel"]}
      ins(%wide : tensor<?x1xi64>) outs(%e : tensor<?x1xf64>) {
  ^bb0(%in: i64, %out: f64):
    %i = linalg.index 0 : index
    %j = arith.index_cast %in : i64 to index
    %0 = tensor.extract %x[%i, %j] : tensor<?x4xf64>
    linalg.yield %0 : f64
  } -> tensor<?x1xf64>
  %flat = tensor.collapse_shape %picked [[0, 1]] : tensor<?x1xf64> into tensor<?xf64>
  %loss = linalg.generic {indexing_maps = [#vector, #none], iterator_types = ["reduction"]}
      ins(%flat : tensor<?xf64>) outs(%zero : tensor<f64>) {
  ^bb0(%in: f64, %sum: f64):
    %0 = math.log %in : f64
    %1 = arith.subf %sum, %0 : f64
    linalg.yield %1 : f64
  } -> tensor<f64>
  return %loss : tensor<f64>
}

// Padding by reflection.
func.func @reflect(%x: tensor<2x?xf64>) -> tensor<2x?xf64> {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %n = tensor.dim %x, %c1 : tensor<2x?xf64>
  %c3 = arith.constant 3 : index
  %size = arith.addi %n, %c3 : index
  %e = tensor.empty(%size) : tensor<2x?xf64>
  %y = linalg.generic {indexing_maps = [#matrix], iterator_types = ["parallel", "parallel"]}
      outs(%e : tensor<2x?xf64>) {
  ^bb0(%out: f64):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %from = arith.subi %j, %c2 : index
    %left = math.absi %from : index
    %last = arith.subi %n, %c1 : index
    %excess = arith.subi %left, %last : index
    %c0 = arith.constant 0 : index
    %over = arith.maxsi %excess, %c0 : index
    %twice = arith.muli %over, %c2 : index
    %place = arith.subi %left, %twice : index
    %0 = tensor.extract %x[%i, %place] : tensor<2x?xf64>
    linalg.yield %0 : f64
  } -> tensor<2x?xf64>
  return %y : tensor<2x?xf64>
}

// The place is read through another table; the input has a window, and the
// body a destination that it reads.
func.func @window(%table: tensor<9xf64>, %map: tensor<9xi32>, %x: tensor<6xf64>, %y: tensor<4xf64>) -> tensor<4xf64> {
  %w = tensor.empty() : tensor<3xf64>
  %0 = linalg.generic {indexing_maps = [affine_map<(i, k) -> (i + k)>, affine_map<(i, k) -> (k)>, #row],
                       iterator_types = ["parallel", "reduction"]}
      ins(%x, %w : tensor<6xf64>, tensor<3xf64>) outs(%y : tensor<4xf64>) {
  ^bb0(%in: f64, %unused: f64, %out: f64):
    %i = linalg.index 0 : index
    %k = linalg.index 1 : index
    %s = arith.addi %i, %k : index
    %p = tensor.extract %map[%s] : tensor<9xi32>
    %q = arith.index_cast %p : i32 to index
    %1 = tensor.extract %table[%q] : tensor<9xf64>
    %2 = arith.mulf %1, %in : f64
    %3 = arith.addf %out, %2 : f64
    linalg.yield %3 : f64
  } -> tensor<4xf64>
  return %0 : tensor<4xf64>
}

// The place depends on an operand that is a float.
func.func @rounded(%table: tensor<4xf64>, %x: tensor<5xf64>) -> tensor<5xf64> {
  %e = tensor.empty() : tensor<5xf64>
  %y = linalg.generic {indexing_maps = [#vector, #vector], iterator_types = ["parallel"]}
      ins(%x : tensor<5xf64>) outs(%e : tensor<5xf64>) {
  ^bb0(%in: f64, %out: f64):
    %0 = arith.fptosi %in : f64 to i32
    %i = arith.index_cast %0 : i32 to index
    %1 = tensor.extract %table[%i] : tensor<4xf64>
    %2 = arith.mulf %1, %in : f64
    linalg.yield %2 : f64
  } -> tensor<5xf64>
  return %y : tensor<5xf64>
}

// tensor.gather.
// RUN: rm -rf %t && mkdir %t
// RUN: sed 's/private @gather/@gather/' %s | bnn-opt --quant-bnn-differentiate="functions=gather,gather_all combine" -o %t/m.mlir
// RUN: %npy write %t/x.npy f32 [2,3,3] iota
// RUN: %npy write %t/i.npy i32 [4,1] 2 0 2 2
// RUN: %npy write %t/g.npy f32 [4,2,3] iota
// RUN: bnn-runner %t/m.mlir --entry=gather_vjp --arg=%t/x.npy --arg=%t/i.npy --arg=%t/g.npy --result=%t/y.npy --result=%t/dx.npy
// RUN: %npy check %t/y.npy f32 [4,2,3] 6 7 8 15 16 17  0 1 2 9 10 11  6 7 8 15 16 17  6 7 8 15 16 17
// RUN: %npy check %t/dx.npy f32 [2,3,3] 6 7 8  0 0 0  30 33 36  9 10 11  0 0 0  39 42 45
// 2048 + 1 + 1 in f32 is 2050; in f16 it would stay 2048.
// RUN: %npy write %t/ia.npy i64 [4,2] 0 1  1 1  0 1  0 1
// RUN: %npy write %t/ga.npy f16 [4,1,1] 2048 5 1 1
// RUN: %npy write %t/xa.npy f16 [2,2] iota
// RUN: bnn-runner %t/m.mlir --entry=gather_all_vjp --arg=%t/xa.npy --arg=%t/ia.npy --arg=%t/ga.npy --result=%t/ya.npy --result=%t/da.npy
// RUN: %npy check %t/ya.npy f16 [4,1,1] 1 3 1 1
// RUN: %npy check %t/da.npy f16 [2,2] 0 2050 0 5
// CHECK-LABEL: func.func private @gather_bwd(
// CHECK:       scf.for
// CHECK:       tensor.insert
func.func private @gather(%x: tensor<2x?x3xf32>, %i: tensor<?x1xi32>) -> tensor<?x2x3xf32> {
  %0 = tensor.gather %x[%i] gather_dims([1]) : (tensor<2x?x3xf32>, tensor<?x1xi32>) -> tensor<?x2x3xf32>
  return %0 : tensor<?x2x3xf32>
}
func.func private @gather_all(%x: tensor<2x2xf16>, %i: tensor<4x2xindex>) -> tensor<4x1x1xf16> {
  %0 = tensor.gather %x[%i] gather_dims([0, 1]) : (tensor<2x2xf16>, tensor<4x2xindex>) -> tensor<4x1x1xf16>
  return %0 : tensor<4x1x1xf16>
}
