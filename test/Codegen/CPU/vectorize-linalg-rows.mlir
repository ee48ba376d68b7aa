// Rows of a product share the vectors of the other operand.

// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg --canonicalize --cse --split-input-file \
// RUN:   | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="vector-width=256" --canonicalize --cse \
// RUN:   --split-input-file | FileCheck %s --check-prefix=W256
// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="parallel task-time=0" --canonicalize --cse \
// RUN:   --split-input-file | FileCheck %s --check-prefix=PARALLEL

// Four rows at once, and the rest one by one. Registers of 256 bits are half as
// many, so there are two.
// CHECK-LABEL: func @matmul(
// CHECK-SAME:      %[[A:[^:]*]]: memref<?x100xf32>, %[[B:[^:]*]]: memref<100x64xf32>, %[[C:[^:]*]]: memref<?x64xf32>)
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK:         %[[ROWS:.*]] = memref.dim %[[A]], %[[C0]]
// CHECK:         %[[REST:.*]] = arith.remui %[[ROWS]], %[[C4]]
// CHECK:         %[[END:.*]] = arith.subi %[[ROWS]], %[[REST]]
// CHECK:         scf.for %[[M:.*]] = %[[C0]] to %[[END]] step %[[C4]] {
// CHECK:           %[[M1:.*]] = arith.addi %[[M]], %[[C1]]
// CHECK-COUNT-16:  vector.load %[[C]]
// CHECK:           scf.for %[[K:.*]] = %[[C0]] to %{{.*}} step %[[C1]]
// CHECK:             memref.load %[[A]][%[[M]], %[[K]]]
// CHECK-COUNT-4:     vector.load %[[B]][%[[K]],
// CHECK-NOT:         vector.load
// CHECK:             memref.load %[[A]][%[[M1]], %[[K]]]
// CHECK-NOT:         vector.load
// CHECK:             scf.yield
// CHECK-COUNT-16:  vector.store
// CHECK:         scf.for %{{.*}} = %[[END]] to %[[ROWS]] step %[[C1]] {
// CHECK-COUNT-4:   vector.load %[[C]]
// CHECK-NOT:       vector.load %[[C]]
// CHECK:         return

// W256-LABEL: func @matmul(
// W256:         arith.remui %{{.*}}, %c2 : index
// W256:         scf.for {{.*}} step %c2 {

// A task of a parallel loop has whole groups of rows.
// PARALLEL-LABEL: func @matmul(
// PARALLEL:         arith.ceildivui %{{.*}}, %c4 : index
// PARALLEL:         scf.parallel
// PARALLEL:           arith.muli %{{.*}}, %c4 : index
// PARALLEL:           scf.for {{.*}} step %c4 {
func.func @matmul(%a: memref<?x100xf32>, %b: memref<100x64xf32>, %c: memref<?x64xf32>) {
  linalg.matmul ins(%a, %b : memref<?x100xf32>, memref<100x64xf32>) outs(%c : memref<?x64xf32>)
  return
}

// -----

// Three rows are two and one.
// CHECK-LABEL: func @few_rows(
// CHECK-NOT:     arith.remui
// CHECK-COUNT-8: vector.load %arg2
// CHECK:         scf.for
// CHECK-COUNT-8: vector.store
// CHECK-COUNT-4: vector.load %arg2[%c2,
// CHECK:         scf.for
func.func @few_rows(%a: memref<3x100xf32>, %b: memref<100x64xf32>, %c: memref<3x64xf32>) {
  linalg.matmul ins(%a, %b : memref<3x100xf32>, memref<100x64xf32>) outs(%c : memref<3x64xf32>)
  return
}

// -----

// There is no vector to share: every row has its own.
// CHECK-LABEL: func @sums(
// CHECK-NOT:     step %c4
// CHECK-NOT:     step %c2
// CHECK:         return
func.func @sums(%x: memref<8x100x64xi32>, %y: memref<8x64xi32>) {
  linalg.reduce { arith.addi } ins(%x : memref<8x100x64xi32>) outs(%y : memref<8x64xi32>) dimensions = [1]
  return
}
