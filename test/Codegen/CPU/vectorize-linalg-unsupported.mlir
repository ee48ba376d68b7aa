// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg=lower-others | FileCheck %s --check-prefix=LOOPS
// LOOPS-NOT: linalg.{{generic|fill|map}}
// LOOPS:     memref.load
// LOOPS-NOT: linalg.{{generic|fill|map}}
// RUN: not bnn-opt %s --bnn-codegen-vectorize-linalg="vector-width=96" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=WIDTH
// RUN: not bnn-opt %s --bnn-codegen-vectorize-linalg="vector-width=-512" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NEGATIVE
// RUN: not bnn-opt %s --bnn-codegen-vectorize-linalg="task-time=1000000001" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=TASK

// TASK: error: task-time must be between 0 and 1000000000, but is 1000000001
// WIDTH: error: vector-width must be a power of two and at least 64, but is 96
// NEGATIVE: error: vector-width must be a power of two and at least 64, but is -512

#words = affine_map<(d0) -> (d0 floordiv 8)>
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

// A word is used as a word, and not a bit of it at a time.
// CHECK-LABEL: func @whole_word
// CHECK:         linalg.generic
func.func @whole_word(%b: memref<?xi8>, %y: memref<?xi8>) {
  linalg.generic {indexing_maps = [#words, #identity],
                  iterator_types = ["parallel"]}
      ins(%b : memref<?xi8>) outs(%y : memref<?xi8>) {
  ^bb0(%word: i8, %out: i8):
    linalg.yield %word : i8
  }
  return
}

// The bits are in another order.
// CHECK-LABEL: func @most_significant_first
// CHECK:         linalg.generic
func.func @most_significant_first(%x: memref<?xf32>, %b: memref<?xi8>) {
  %zero = arith.constant 0.0 : f32
  %c8 = arith.constant 8 : index
  %c7 = arith.constant 7 : i8
  linalg.generic {indexing_maps = [#identity, #words],
                  iterator_types = ["reduction"]}
      ins(%x : memref<?xf32>) outs(%b : memref<?xi8>) {
  ^bb0(%in: f32, %word: i8):
    %bit = arith.cmpf olt, %in, %zero : f32
    %k = linalg.index 0 : index
    %position = arith.remui %k, %c8 : index
    %up = arith.index_castui %position : index to i8
    %shift = arith.subi %c7, %up : i8
    %wide = arith.extui %bit : i1 to i8
    %shifted = arith.shli %wide, %shift : i8
    %sum = arith.ori %word, %shifted : i8
    linalg.yield %sum : i8
  }
  return
}

// The index is used for more than the place of a bit.
// CHECK-LABEL: func @index_used
// CHECK:         linalg.generic
func.func @index_used(%b: memref<?xi8>, %y: memref<?xi64>) {
  %c8 = arith.constant 8 : index
  linalg.generic {indexing_maps = [#words, #identity],
                  iterator_types = ["parallel"]}
      ins(%b : memref<?xi8>) outs(%y : memref<?xi64>) {
  ^bb0(%word: i8, %out: i64):
    %k = linalg.index 0 : index
    %position = arith.remui %k, %c8 : index
    %shift = arith.index_castui %position : index to i8
    %shifted = arith.shrui %word, %shift : i8
    %bit = arith.trunci %shifted : i8 to i1
    %number = arith.index_cast %k : index to i64
    %zero = arith.constant 0 : i64
    %value = arith.select %bit, %number, %zero : i64
    linalg.yield %value : i64
  }
  return
}

// What is left alone still fuses products: a named op, whose body is given, is
// then a generic one.
// CHECK-LABEL: func @strided_matmul
// CHECK-NOT:     linalg.matmul
// CHECK:         linalg.generic
// CHECK:           math.fma
func.func @strided_matmul(%a: memref<4x8xf32, strided<[16, 2]>>, %b: memref<2x8xf32, strided<[16, 2]>>,
                          %c: memref<4x2xf32, strided<[4, 2]>>) {
  linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%a, %b : memref<4x8xf32, strided<[16, 2]>>, memref<2x8xf32, strided<[16, 2]>>)
      outs(%c : memref<4x2xf32, strided<[4, 2]>>)
  return
}
