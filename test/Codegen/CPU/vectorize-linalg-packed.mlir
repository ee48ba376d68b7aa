// Words that hold a bit of each element, beside the elements.
//
// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="nontemporal-threshold=0" \
// RUN:   --canonicalize --cse --split-input-file | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="nontemporal-threshold=0 vector-width=128" \
// RUN:   --canonicalize --cse --split-input-file | FileCheck %s --check-prefix=W128

// A vector of bits is words as it is: nothing is shifted, and the zeros are not
// needed. The rest writes whole words, with 0 past the end. A step has at least
// one word, and here the bits of two vectors.
// CHECK-LABEL: func @pack
// CHECK-SAME:    %[[X:.*]]: memref<?xf32>, %[[Y:.*]]: memref<?xf32>, %[[B:.*]]: memref<?xi8>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG: %[[C32:.*]] = arith.constant 32 : index
// CHECK-NOT:     linalg.
// CHECK-NOT:     arith.sh
// CHECK:         scf.for %[[I:.*]] = %[[C0]] to %{{.*}} step %[[C32]]
// CHECK:           %[[IN:.*]] = vector.load %[[X]][%[[I]]] : memref<?xf32>, vector<32xf32>
// CHECK:           %[[BIT:.*]] = arith.cmpf olt, %[[IN]], %{{.*}} : vector<32xf32>
// CHECK:           vector.store %{{.*}}, %[[Y]][%[[I]]]
// CHECK:           %[[J:.*]] = arith.divui %[[I]], %[[C8]]
// CHECK:           %[[WORDS:.*]] = vector.bitcast %[[BIT]] : vector<32xi1> to vector<4xi8>
// CHECK:           vector.store %[[WORDS]], %[[B]][%[[J]]] : memref<?xi8>, vector<4xi8>
// CHECK:         %[[MASK:.*]] = arith.cmpi ugt, %{{.*}} : vector<32xi32>
// CHECK:         %[[BIT:.*]] = arith.cmpf olt
// CHECK:         %[[INSIDE:.*]] = arith.andi %[[BIT]], %[[MASK]] : vector<32xi1>
// CHECK:         %[[WORDS:.*]] = vector.bitcast %[[INSIDE]] : vector<32xi1> to vector<4xi8>
// CHECK:         %[[FIRST:.*]] = vector.shuffle %[[MASK]], %[[MASK]] [0, 8, 16, 24]
// CHECK:         vector.maskedstore %[[B]][%{{.*}}], %[[FIRST]], %[[WORDS]]
// W128-LABEL: func @pack
// W128:         vector.bitcast %{{.*}} : vector<8xi1> to vector<1xi8>
#elements = affine_map<(d0) -> (d0)>
#words = affine_map<(d0) -> (d0 floordiv 8)>
func.func @pack(%x: memref<?xf32>, %y: memref<?xf32>, %b: memref<?xi8>) {
  %zero = arith.constant 0.0 : f32
  %none = arith.constant 0 : i8
  %c8 = arith.constant 8 : index
  linalg.fill ins(%none : i8) outs(%b : memref<?xi8>)
  linalg.generic {indexing_maps = [#elements, #elements, #words],
                  iterator_types = ["reduction"]}
      ins(%x : memref<?xf32>) outs(%y, %b : memref<?xf32>, memref<?xi8>) {
  ^bb0(%in: f32, %out: f32, %word: i8):
    %neg = arith.negf %in : f32
    %bit = arith.cmpf olt, %in, %zero : f32
    %k = linalg.index 0 : index
    %position = arith.remui %k, %c8 : index
    %shift = arith.index_castui %position : index to i8
    %wide = arith.extui %bit : i1 to i8
    %shifted = arith.shli %wide, %shift : i8
    %sum = arith.ori %shifted, %word : i8
    linalg.yield %neg, %sum : f32, i8
  }
  return
}

// -----

// CHECK-LABEL: func @unpack
// CHECK-SAME:    %[[B:.*]]: memref<?xi64>, %[[G:.*]]: memref<?xf32>, %[[Y:.*]]: memref<?xf32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C64:.*]] = arith.constant 64 : index
// CHECK-NOT:     linalg.
// CHECK-NOT:     arith.sh
// CHECK:         scf.for %[[I:.*]] = %[[C0]] to %{{.*}} step %[[C64]]
// CHECK:           %[[J:.*]] = arith.divui %[[I]], %[[C64]]
// CHECK:           %[[WORD:.*]] = vector.load %[[B]][%[[J]]] : memref<?xi64>, vector<1xi64>
// CHECK:           %[[BITS:.*]] = vector.bitcast %[[WORD]] : vector<1xi64> to vector<64xi1>
// CHECK:           %[[G64:.*]] = vector.load %[[G]][%[[I]]] : memref<?xf32>, vector<64xf32>
// CHECK:           arith.select %[[BITS]], %[[G64]]
// CHECK:         vector.maskedload %[[B]]{{.*}} : memref<?xi64>, vector<1xi1>, vector<1xi64>
// W128-LABEL: func @unpack
#elements = affine_map<(d0) -> (d0)>
#words = affine_map<(d0) -> (d0 floordiv 64)>
func.func @unpack(%b: memref<?xi64>, %g: memref<?xf32>, %y: memref<?xf32>) {
  %zero = arith.constant 0.0 : f32
  %c64 = arith.constant 64 : index
  linalg.generic {indexing_maps = [#words, #elements, #elements],
                  iterator_types = ["parallel"]}
      ins(%b, %g : memref<?xi64>, memref<?xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%word: i64, %in: f32, %out: f32):
    %k = linalg.index 0 : index
    %position = arith.remui %k, %c64 : index
    %shift = arith.index_castui %position : index to i64
    %shifted = arith.shrui %word, %shift : i64
    %bit = arith.trunci %shifted : i64 to i1
    %cut = arith.select %bit, %in, %zero : f32
    linalg.yield %cut : f32
  }
  return
}

// -----

// Rows of whole words are one.
// CHECK-LABEL: func @whole_rows
// CHECK:         memref.collapse_shape %{{.*}} {{\[}}[0, 1]] : memref<?x16xf32>
// CHECK:         memref.collapse_shape %{{.*}} {{\[}}[0, 1]] : memref<?x2xi8>
// CHECK:         scf.for
// CHECK-NOT:     scf.for
// CHECK:         return
// W128-LABEL: func @whole_rows
#elements = affine_map<(d0, d1) -> (d0, d1)>
#words = affine_map<(d0, d1) -> (d0, d1 floordiv 8)>
func.func @whole_rows(%x: memref<?x16xf32>, %b: memref<?x2xi8>) {
  %zero = arith.constant 0.0 : f32
  %c8 = arith.constant 8 : index
  linalg.generic {indexing_maps = [#elements, #words],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x16xf32>) outs(%b : memref<?x2xi8>) {
  ^bb0(%in: f32, %word: i8):
    %bit = arith.cmpf olt, %in, %zero : f32
    %k = linalg.index 1 : index
    %position = arith.remui %k, %c8 : index
    %shift = arith.index_castui %position : index to i8
    %wide = arith.extui %bit : i1 to i8
    %shifted = arith.shli %wide, %shift : i8
    %sum = arith.ori %word, %shifted : i8
    linalg.yield %sum : i8
  }
  return
}

// -----

// Each row of others begins with a new word.
// CHECK-LABEL: func @other_rows
// CHECK-NOT:     collapse_shape
// CHECK:         scf.for %[[ROW:.*]] =
// CHECK:           vector.bitcast %{{.*}} : vector<16xi1> to vector<2xi8>
// CHECK:           vector.store %{{.*}}, %{{.*}}[%[[ROW]], %{{.*}}] : memref<?x3xi8>, vector<2xi8>
// CHECK:           vector.maskedstore %{{.*}}[%[[ROW]], %{{.*}}], %{{.*}} : memref<?x3xi8>
// W128-LABEL: func @other_rows
#elements = affine_map<(d0, d1) -> (d0, d1)>
#words = affine_map<(d0, d1) -> (d0, d1 floordiv 8)>
func.func @other_rows(%x: memref<?x20xf32>, %b: memref<?x3xi8>) {
  %zero = arith.constant 0.0 : f32
  %c8 = arith.constant 8 : index
  linalg.generic {indexing_maps = [#elements, #words],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x20xf32>) outs(%b : memref<?x3xi8>) {
  ^bb0(%in: f32, %word: i8):
    %bit = arith.cmpf olt, %in, %zero : f32
    %k = linalg.index 1 : index
    %position = arith.remui %k, %c8 : index
    %shift = arith.index_castui %position : index to i8
    %wide = arith.extui %bit : i1 to i8
    %shifted = arith.shli %wide, %shift : i8
    %sum = arith.ori %word, %shifted : i8
    linalg.yield %sum : i8
  }
  return
}
