// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/w.npy f32 [2,3] 1 -2 3 -4 5 -6
// RUN: %npy write %t/b.npy bool [3] true false true
// RUN: bnn-opt %s --quant-bnn-bind-arguments="function=f first=1 files=%t/w.npy,%t/b.npy" | FileCheck %s
//
// RUN: not bnn-opt %s --quant-bnn-bind-arguments="function=g files=%t/w.npy" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not bnn-opt %s --quant-bnn-bind-arguments="function=called files=%t/w.npy" 2>&1 | FileCheck %s --check-prefix=CALLED
// RUN: not bnn-opt %s --quant-bnn-bind-arguments="function=f first=3 files=%t/w.npy,%t/w.npy" 2>&1 | FileCheck %s --check-prefix=COUNT
// RUN: not bnn-opt %s --quant-bnn-bind-arguments="function=f first=1 files=%t/none.npy" 2>&1 | FileCheck %s --check-prefix=FILE
// RUN: not bnn-opt %s --quant-bnn-bind-arguments="function=f first=1 files=%t/b.npy" 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not bnn-opt %s --quant-bnn-bind-arguments="function=f first=3 files=%t/w.npy" 2>&1 | FileCheck %s --check-prefix=TYPE
//
// NONE:   error: requires a function with a body to bind arguments of, but @g is none
// CALLED: error: has callers, so its arguments cannot be bound
// COUNT:  error: requires 2 arguments to bind from number 3 on, but has 4
// FILE:   error: cannot bind argument 1: {{.*}}none.npy: no such file or directory
// SHAPE:  error: cannot bind argument 1: {{.*}}b.npy: requires 'tensor<?x?xf32>', but has shape (3) and elements of |b1
// TYPE:   error: cannot bind argument 3: 'index' is no type of a file

// Sizes that become known are known to all that computes element by element.
// CHECK-LABEL: func @f(
// CHECK-SAME:    %[[X:.*]]: tensor<?x2xf32>, %{{.*}}: index)
func.func @f(%x: tensor<?x2xf32>, %w: tensor<?x?xf32>, %b: tensor<3xi1>, %i: index) -> (tensor<?x?xf32>, tensor<?x?xf32>, tensor<3xi1>, index) {
  // CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, -1.000000e+00, 1.000000e+00], [-1.000000e+00, 1.000000e+00, -1.000000e+00]]> : tensor<2x3xf32>
  // CHECK-DAG: %[[C3:.*]] = arith.constant 3 : index
  // CHECK-DAG: arith.constant dense<[true, false, true]> : tensor<3xi1>
  // CHECK:     %[[Y:.*]] = linalg.matmul ins(%[[X]], %[[W]] : tensor<?x2xf32>, tensor<2x3xf32>) {{.*}} -> tensor<?x3xf32>
  // CHECK:     return {{.*}}, %[[C3]]
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
