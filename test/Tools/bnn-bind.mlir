// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/w.npy f32 [2,3] 1 -2 3 -4 5 -6
// RUN: %npy write %t/b.npy bool [3] true false true
// RUN: bnn-bind %s --entry=f --arg=1:%t/w.npy --arg=2:%t/b.npy | FileCheck %s
// RUN: bnn-bind %s --entry=f --arg=2:%t/b.npy "--arg=1:dense<[[1.0, -2.0, 3.0], [-4.0, 5.0, -6.0]]> : tensor<2x3xf32>" \
// RUN:   --emit-bytecode | bnn-opt --quant-bnn-read-resources --canonicalize | FileCheck %s --check-prefix=READ
//
// RUN: not bnn-bind %s --entry=g --arg=0:%t/w.npy 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not bnn-bind %s --arg=0:%t/w.npy 2>&1 | FileCheck %s --check-prefix=SEVERAL
// RUN: not bnn-bind %s --entry=called --arg=0:%t/w.npy 2>&1 | FileCheck %s --check-prefix=CALLED
// RUN: not bnn-bind %s --entry=f --arg=4:%t/w.npy 2>&1 | FileCheck %s --check-prefix=COUNT
// RUN: not bnn-bind %s --entry=f --arg=%t/w.npy 2>&1 | FileCheck %s --check-prefix=NUMBER
// RUN: not bnn-bind %s --entry=f --arg=1:%t/w.npy --arg=1:%t/w.npy 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not bnn-bind %s --entry=f --arg=1:%t/none.npy -o %t/out.mlir 2>&1 | FileCheck %s --check-prefix=FILE
// RUN: not ls %t/out.mlir
// RUN: not bnn-bind %s --entry=f --arg=1:%t/b.npy 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not bnn-bind %s --entry=f --arg=3:%t/w.npy 2>&1 | FileCheck %s --check-prefix=TYPE
// RUN: not bnn-opt %s --quant-bnn-bind-arguments="function=f" 2>&1 | FileCheck %s --check-prefix=REMOVED
//
// NONE:    error: has no function '@g' with a body
// SEVERAL: error: has several functions: choose one with --entry
// CALLED:  error: has callers, so its arguments cannot be bound: inline it first
// COUNT:   error: has 4 arguments, but --arg binds argument 4
// NUMBER:  error: --arg requires N:FILE, but got '{{.*}}w.npy'
// TWICE:   error: --arg binds argument 1 twice
// FILE:    error: cannot bind argument 1: {{.*}}none.npy: no such file or directory
// SHAPE:   error: cannot bind argument 1: {{.*}}b.npy: requires 'tensor<?x?xf32>', but has shape (3) and elements of |b1
// TYPE:    error: cannot bind argument 3: requires a ranked tensor of numbers without encoding, but the argument is 'index'
// REMOVED: 'quant-bnn-bind-arguments' was removed: the tool bnn-bind replaces arguments by the arrays of files

// Elementwise ops take the sizes that the constant makes known.
// CHECK-LABEL: func @f(
// CHECK-SAME:    %[[X:.*]]: tensor<?x2xf32>, %{{.*}}: index)
// CHECK-DAG:     %[[W:.*]] = arith.constant dense_resource<w> : tensor<2x3xf32>
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     arith.constant dense<[true, false, true]> : tensor<3xi1>
// CHECK:         %[[S:.*]] = quant_bnn.sign %[[W]] : tensor<2x3xf32>
// CHECK:         linalg.matmul ins(%[[X]], %[[S]] : tensor<?x2xf32>, tensor<2x3xf32>) {{.*}} -> tensor<?x3xf32>
// CHECK:         return {{.*}}, %[[C3]]
// CHECK:         w: "0x10000000{{0000803F000000C0000040400000(80C0|80c0)}}

// READ-LABEL:  func @f(
// READ-DAG:      arith.constant dense<{{\[\[}}1.000000e+00, -1.000000e+00, 1.000000e+00], [-1.000000e+00, 1.000000e+00, -1.000000e+00]]> : tensor<2x3xf32>
// READ-NOT:      quant_bnn.sign
func.func @f(%x: tensor<?x2xf32>, %w: tensor<?x?xf32>, %b: tensor<3xi1>, %i: index) -> (tensor<?x?xf32>, tensor<?x?xf32>, tensor<3xi1>, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %rows = tensor.dim %x, %c0 : tensor<?x2xf32>
  %columns = tensor.dim %w, %c1 : tensor<?x?xf32>
  %s = quant_bnn.sign %w : tensor<?x?xf32>
  %empty = tensor.empty(%rows, %columns) : tensor<?x?xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x?xf32>) -> tensor<?x?xf32>
  %y = linalg.matmul ins(%x, %s : tensor<?x2xf32>, tensor<?x?xf32>) outs(%zeros : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y, %s, %b, %columns : tensor<?x?xf32>, tensor<?x?xf32>, tensor<3xi1>, index
}

func.func @called(%w: tensor<2x3xf32>) -> tensor<2x3xf32> {
  return %w : tensor<2x3xf32>
}

func.func @caller(%w: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %y = func.call @called(%w) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}
