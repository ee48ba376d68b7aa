// RUN: bnn-opt %s --quant-bnn-vectorize-linalg | FileCheck %s
// RUN: not bnn-opt %s --quant-bnn-vectorize-linalg="vector-width=96" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=WIDTH
// RUN: not bnn-opt %s --quant-bnn-vectorize-linalg="vector-width=-512" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NEGATIVE

// WIDTH: error: vector-width must be a power of two and at least 64, but is 96
// NEGATIVE: error: vector-width must be a power of two and at least 64, but is -512

#identity = affine_map<(d0) -> (d0)>

// An i1 takes a byte in a memref, and a bit in a vector.
// CHECK-LABEL: func @i1
// CHECK:         linalg.generic
func.func @i1(%x: memref<?xf32>, %y: memref<?xi1>) {
  linalg.generic {indexing_maps = [#identity, #identity], iterator_types = ["parallel"]}
      ins(%x : memref<?xf32>) outs(%y : memref<?xi1>) {
  ^bb0(%in: f32, %out: i1):
    %positive = arith.cmpf ogt, %in, %in : f32
    linalg.yield %positive : i1
  }
  return
}

// CHECK-LABEL: func @strided
// CHECK:         linalg.generic
func.func @strided(%x: memref<?xf32, strided<[?]>>, %y: memref<?xf32>) {
  linalg.generic {indexing_maps = [#identity, #identity], iterator_types = ["parallel"]}
      ins(%x : memref<?xf32, strided<[?]>>) outs(%y : memref<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  return
}

// CHECK-LABEL: func @transposed
// CHECK:         linalg.transpose
func.func @transposed(%x: memref<?x?xf32>, %y: memref<?x?xf32>) {
  linalg.transpose ins(%x : memref<?x?xf32>) outs(%y : memref<?x?xf32>) permutation = [1, 0]
  return
}

// A lane that is masked off would divide by zero.
// CHECK-LABEL: func @may_trap
// CHECK:         linalg.generic
func.func @may_trap(%x: memref<?xi32>, %y: memref<?xi32>) {
  linalg.generic {indexing_maps = [#identity, #identity, #identity], iterator_types = ["parallel"]}
      ins(%x, %x : memref<?xi32>, memref<?xi32>) outs(%y : memref<?xi32>) {
  ^bb0(%a: i32, %b: i32, %out: i32):
    %quotient = arith.divsi %a, %b : i32
    linalg.yield %quotient : i32
  }
  return
}

// CHECK-LABEL: func @not_elementwise
// CHECK:         linalg.generic
func.func @not_elementwise(%y: memref<?xindex>) {
  linalg.generic {indexing_maps = [#identity], iterator_types = ["parallel"]}
      outs(%y : memref<?xindex>) {
  ^bb0(%out: index):
    %i = linalg.index 0 : index
    linalg.yield %i : index
  }
  return
}

// Subtraction is no way to combine partial results.
// CHECK-LABEL: func @not_a_reduction
// CHECK:         linalg.generic
func.func @not_a_reduction(%x: memref<?xf32>, %y: memref<f32>) {
  linalg.generic {indexing_maps = [#identity, affine_map<(d0) -> ()>], iterator_types = ["reduction"]}
      ins(%x : memref<?xf32>) outs(%y : memref<f32>) {
  ^bb0(%in: f32, %out: f32):
    %difference = arith.subf %in, %out : f32
    linalg.yield %difference : f32
  }
  return
}

// CHECK-LABEL: func @index_of_the_loop
//       CHECK: linalg.generic
//   CHECK-NOT: vector.
func.func @index_of_the_loop(%x: memref<?xi64>) {
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>],
                  iterator_types = ["parallel"]} outs(%x : memref<?xi64>) {
  ^bb0(%out: i64):
    %i = linalg.index 0 : index
    %v = arith.index_cast %i : index to i64
    linalg.yield %v : i64
  }
  return
}
