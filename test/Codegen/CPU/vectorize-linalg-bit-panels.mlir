// Panels of bits hold the floats that the bits select.

// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg=vector-width=256 --canonicalize --cse | FileCheck %s

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (k, n floordiv 32)>
#y = affine_map<(m, n, k) -> (m, n)>

// CHECK-LABEL: func @many_rows(
// CHECK-SAME:      %[[X:[^:]*]]: memref<32x100xbf16>, %[[W:[^:]*]]: memref<100x1xi32>
// CHECK-DAG:     %[[MINUS:.*]] = arith.constant dense<-1.000000e+00> : vector<32xf32>
// CHECK-DAG:     %[[PLUS:.*]] = arith.constant dense<1.000000e+00> : vector<32xf32>
// CHECK:         %[[PANELS:.*]] = memref.alloc() {{.*}} : memref<1x100x32xf32>
// CHECK:         %[[WORD:.*]] = vector.load %[[W]]
// CHECK:         %[[BITS:.*]] = vector.bitcast %[[WORD]] : vector<1xi32> to vector<32xi1>
// CHECK:         %[[FACTOR:.*]] = arith.select %[[BITS]], %[[MINUS]], %[[PLUS]]
// CHECK:         vector.store %[[FACTOR]], %[[PANELS]]
// CHECK-NOT:     arith.select %{{.*}} : vector
// CHECK:         %[[ROW:.*]] = memref.load %[[X]]
// CHECK:         %[[LOADED:.*]] = vector.load %[[PANELS]]
// CHECK:         math.fma %{{.*}}, %[[LOADED]], %{{.*}} : vector<32xf32>
func.func @many_rows(%x: memref<32x100xbf16>, %w: memref<100x1xi32>, %y: memref<32x32xf32>) {
  %plus = arith.constant 1.0 : bf16
  %minus = arith.constant -1.0 : bf16
  %c32 = arith.constant 32 : index
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<32x100xbf16>, memref<100x1xi32>) outs(%y : memref<32x32xf32>) {
  ^bb0(%in: bf16, %word: i32, %out: f32):
    %n = linalg.index 1 : index
    %position = arith.remui %n, %c32 : index
    %distance = arith.index_castui %position : index to i32
    %shifted = arith.shrui %word, %distance : i32
    %bit = arith.trunci %shifted : i32 to i1
    %factor = arith.select %bit, %minus, %plus : bf16
    %wide = arith.extf %in : bf16 to f32
    %wide_factor = arith.extf %factor : bf16 to f32
    %next = math.fma %wide, %wide_factor, %out : f32
    linalg.yield %next : f32
  }
  return
}

// Other uses of the bits, and few rows, do without panels.
// CHECK-LABEL: func @used_bits(
// CHECK-NOT:     memref.alloc
// CHECK-LABEL: func @few_rows(
// CHECK-NOT:     memref.alloc
func.func @used_bits(%x: memref<32x100xf32>, %w: memref<100x1xi32>, %y: memref<32x32xf32>) {
  %plus = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %c32 = arith.constant 32 : index
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<32x100xf32>, memref<100x1xi32>) outs(%y : memref<32x32xf32>) {
  ^bb0(%in: f32, %word: i32, %out: f32):
    %n = linalg.index 1 : index
    %position = arith.remui %n, %c32 : index
    %distance = arith.index_castui %position : index to i32
    %shifted = arith.shrui %word, %distance : i32
    %bit = arith.trunci %shifted : i32 to i1
    %factor = arith.select %bit, %minus, %plus : f32
    %next = math.fma %in, %factor, %out : f32
    %selected = arith.select %bit, %next, %out : f32
    linalg.yield %selected : f32
  }
  return
}

func.func @few_rows(%x: memref<31x100xf32>, %w: memref<100x1xi32>, %y: memref<31x32xf32>) {
  %plus = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %c32 = arith.constant 32 : index
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<31x100xf32>, memref<100x1xi32>) outs(%y : memref<31x32xf32>) {
  ^bb0(%in: f32, %word: i32, %out: f32):
    %n = linalg.index 1 : index
    %position = arith.remui %n, %c32 : index
    %distance = arith.index_castui %position : index to i32
    %shifted = arith.shrui %word, %distance : i32
    %bit = arith.trunci %shifted : i32 to i1
    %factor = arith.select %bit, %minus, %plus : f32
    %next = math.fma %in, %factor, %out : f32
    linalg.yield %next : f32
  }
  return
}
