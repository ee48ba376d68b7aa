// What is computed from the sums of a binary product is computed in its kernel, and
// no sum is stored.

// RUN: bnn-opt %s --bnn-codegen-vectorize-popcount="popcount=words vector-width=512" \
// RUN:   --canonicalize --cse --split-input-file | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-vectorize-popcount --split-input-file -o /dev/null \
// RUN:   --remarks-filter=bnn-codegen-vectorize-popcount 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: bnn-opt %s --bnn-codegen-map-to-gpu --split-input-file -o /dev/null \
// RUN:   --remarks-filter=bnn-codegen-map-to-gpu 2>&1 | FileCheck %s --check-prefix=GPU

// REMARK-NOT:  remark:
// REMARK:      remark: {{.*}} Function=overlapping | {{.*}} are stored, and read here: its results may overlap operands of the product
// REMARK:      Function=twice | {{.*}} are stored, and read here: it reads a sum at several positions
// REMARK:      Function=swapped | {{.*}} are stored, and read here: it has no form on vectors
// GPU-COUNT-12: are stored, and read here: a product on a GPU has no epilogue

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>
#column = affine_map<(m, n) -> (n)>

// CHECK-LABEL: func @scale(
// CHECK-SAME:      %[[A:.*]]: memref<64x8xi32>, %[[B:.*]]: memref<32x8xi32>, %[[SCALE:.*]]: memref<32xf32>, %[[Y:.*]]: memref<64x32xf32>)
// CHECK-NOT:     memref<64x32xi32>
// CHECK-NOT:     memref.prefetch %[[SCALE]]
// CHECK:         %[[TERM:.*]] = arith.muli %{{.*}} : vector<16xi32>
// CHECK:         %[[SUM:.*]] = arith.addi %[[TERM]], %{{.*}} : vector<16xi32>
// CHECK-DAG:     %[[S:.*]] = vector.load %[[SCALE]][%{{.*}}]
// CHECK-DAG:     %[[F:.*]] = arith.sitofp %[[SUM]]
// CHECK:         %[[P:.*]] = arith.mulf %[[F]], %[[S]]
// CHECK:         vector.store %[[P]], %[[Y]]
// CHECK-NOT:     memref<64x32xi32>
// CHECK:         return
func.func @scale(%a: memref<64x8xi32>, %b: memref<32x8xi32>, %scale: memref<32xf32>,
                 %y: memref<64x32xf32>)
    attributes {quant_bnn.signature = (tensor<64x8xi32>, tensor<32x8xi32>, tensor<32xf32>, memref<64x32xf32>) -> ()} {
  %depth = arith.constant 256 : i32
  %sums = memref.alloc() : memref<64x32xi32>
  linalg.fill ins(%depth : i32) outs(%sums : memref<64x32xi32>)
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x8xi32>, memref<32x8xi32>) outs(%sums : memref<64x32xi32>) {
  ^bb0(%i: i32, %j: i32, %acc: i32):
    %factor = arith.constant -2 : i32
    %bits = arith.xori %i, %j : i32
    %count = math.ctpop %bits : i32
    %term = arith.muli %count, %factor : i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  linalg.generic {indexing_maps = [#same, #column, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums, %scale : memref<64x32xi32>, memref<32xf32>) outs(%y : memref<64x32xf32>) {
  ^bb0(%sum: i32, %s: f32, %out: f32):
    %f = arith.sitofp %sum : i32 to f32
    %p = arith.mulf %f, %s : f32
    linalg.yield %p : f32
  }
  memref.dealloc %sums : memref<64x32xi32>
  return
}

// -----

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>

// An operand of which each sum needs its own element is prefetched before the sums of
// the block, because rows are far apart.
// CHECK-LABEL: func @residual(
// CHECK-SAME:      %[[A:.*]]: memref<64x8xi32>, %{{.*}}: memref<32x8xi32>, %[[MORE:.*]]: memref<64x32xf32>, %{{.*}}: memref<64x32xf32>)
// CHECK:         %[[FLAT:.*]] = memref.collapse_shape %[[MORE]]
// CHECK-COUNT-12: memref.prefetch %[[FLAT]][%{{.*}}], read, locality<3>, data
// CHECK-NOT:     memref.prefetch
// CHECK:         memref.load %[[A]]
// CHECK:         vector.load %[[FLAT]]
func.func @residual(%a: memref<64x8xi32>, %b: memref<32x8xi32>, %more: memref<64x32xf32>,
                    %y: memref<64x32xf32>)
    attributes {quant_bnn.signature = (tensor<64x8xi32>, tensor<32x8xi32>, tensor<64x32xf32>, memref<64x32xf32>) -> ()} {
  %depth = arith.constant 256 : i32
  %sums = memref.alloc() : memref<64x32xi32>
  linalg.fill ins(%depth : i32) outs(%sums : memref<64x32xi32>)
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x8xi32>, memref<32x8xi32>) outs(%sums : memref<64x32xi32>) {
  ^bb0(%i: i32, %j: i32, %acc: i32):
    %factor = arith.constant -2 : i32
    %bits = arith.xori %i, %j : i32
    %count = math.ctpop %bits : i32
    %term = arith.muli %count, %factor : i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums, %more : memref<64x32xi32>, memref<64x32xf32>) outs(%y : memref<64x32xf32>) {
  ^bb0(%sum: i32, %m: f32, %out: f32):
    %f = arith.sitofp %sum : i32 to f32
    %p = arith.addf %f, %m : f32
    linalg.yield %p : f32
  }
  memref.dealloc %sums : memref<64x32xi32>
  return
}

// -----

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>
#column = affine_map<(m, n) -> (n)>
#words = affine_map<(m, n) -> (m, n floordiv 64)>

// A word of bits needs the sums of two panels, which a task has at once.
// CHECK-LABEL: func @threshold(
// CHECK-SAME:      %{{.*}}, %[[THRESHOLDS:.*]]: memref<128xi32>, %[[Y:.*]]: memref<64x2xi64>)
// CHECK-NOT:     memref<64x128xi32>
// CHECK-COUNT-2: memref.alloc() {alignment = 64 : i64} : memref<8x32xi32>
// CHECK:         %[[BITS:.*]] = arith.cmpi slt, %{{.*}} : vector<16xi32>
// CHECK:         %[[PART:.*]] = vector.bitcast %[[BITS]] : vector<16xi1> to vector<1xi16>
// CHECK:         arith.extui %[[PART]] : vector<1xi16> to vector<1xi64>
// CHECK-NOT:     vector.load %[[Y]]
// CHECK:         vector.store %{{.*}}, %[[Y]]
// CHECK-NOT:     memref<64x128xi32>
// CHECK:         return
func.func @threshold(%a: memref<64x8xi32>, %b: memref<128x8xi32>,
                     %thresholds: memref<128xi32>, %y: memref<64x2xi64>)
    attributes {quant_bnn.signature = (tensor<64x8xi32>, tensor<128x8xi32>, tensor<128xi32>, memref<64x2xi64>) -> ()} {
  %depth = arith.constant 256 : i32
  %sums = memref.alloc() : memref<64x128xi32>
  linalg.fill ins(%depth : i32) outs(%sums : memref<64x128xi32>)
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x8xi32>, memref<128x8xi32>) outs(%sums : memref<64x128xi32>) {
  ^bb0(%i: i32, %j: i32, %acc: i32):
    %factor = arith.constant -2 : i32
    %bits = arith.xori %i, %j : i32
    %count = math.ctpop %bits : i32
    %term = arith.muli %count, %factor : i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  %none = arith.constant 0 : i64
  linalg.fill ins(%none : i64) outs(%y : memref<64x2xi64>)
  linalg.generic {indexing_maps = [#same, #column, #words], iterator_types = ["parallel", "reduction"]}
      ins(%sums, %thresholds : memref<64x128xi32>, memref<128xi32>) outs(%y : memref<64x2xi64>) {
  ^bb0(%sum: i32, %threshold: i32, %word: i64):
    %c64 = arith.constant 64 : index
    %bit = arith.cmpi slt, %sum, %threshold : i32
    %n = linalg.index 1 : index
    %position = arith.remui %n, %c64 : index
    %distance = arith.index_castui %position : index to i64
    %wide = arith.extui %bit : i1 to i64
    %shifted = arith.shli %wide, %distance : i64
    %or = arith.ori %word, %shifted : i64
    linalg.yield %or : i64
  }
  memref.dealloc %sums : memref<64x128xi32>
  return
}

// -----

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>
#swapped = affine_map<(m, n) -> (n, m)>

// Who else reads the sums finds them stored.
// CHECK-LABEL: func @kept(
// CHECK:         %[[SUMS:.*]] = memref.alloc() : memref<32x32xi32>
// CHECK:         vector.store %[[SUM:.*]], %[[SUMS]][
// CHECK:         %[[TWICE:.*]] = arith.addi %[[SUM]], %[[SUM]]
// CHECK:         vector.store %[[TWICE]], %{{.*}}
func.func @kept(%a: memref<32x8xi32>, %b: memref<32x8xi32>, %z: memref<32x32xi32>,
                 %y: memref<32x32xi32>)
    attributes {quant_bnn.signature = (tensor<32x8xi32>, tensor<32x8xi32>, memref<32x32xi32>, memref<32x32xi32>) -> ()} {
  %depth = arith.constant 256 : i32
  %sums = memref.alloc() : memref<32x32xi32>
  linalg.fill ins(%depth : i32) outs(%sums : memref<32x32xi32>)
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x8xi32>, memref<32x8xi32>) outs(%sums : memref<32x32xi32>) {
  ^bb0(%i: i32, %j: i32, %acc: i32):
    %factor = arith.constant -2 : i32
    %bits = arith.xori %i, %j : i32
    %count = math.ctpop %bits : i32
    %term = arith.muli %count, %factor : i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<32x32xi32>) outs(%y : memref<32x32xi32>) {
  ^bb0(%s: i32, %o: i32):
    %p = arith.addi %s, %s : i32
    linalg.yield %p : i32
  }
  memref.copy %sums, %z : memref<32x32xi32> to memref<32x32xi32>
  memref.dealloc %sums : memref<32x32xi32>
  return
}

// -----

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>

// The sums have another shape where they are allocated.
// CHECK-LABEL: func @view(
// CHECK-NOT:     memref.expand_shape
// CHECK:         %[[TWICE:.*]] = arith.addi %[[SUM:.*]], %[[SUM]] : vector<16xi32>
// CHECK:         vector.store %[[TWICE]], %{{.*}}
// CHECK-NOT:     memref.expand_shape
// CHECK:         return
func.func @view(%a: memref<32x8xi32>, %b: memref<32x8xi32>, %z: memref<1024xi32>,
                 %y: memref<32x32xi32>)
    attributes {quant_bnn.signature = (tensor<32x8xi32>, tensor<32x8xi32>, memref<1024xi32>, memref<32x32xi32>) -> ()} {
  %depth = arith.constant 256 : i32
  %memory = memref.alloc() : memref<1024xi32>
  %sums = memref.expand_shape %memory [[0, 1]] output_shape [32, 32] : memref<1024xi32> into memref<32x32xi32>
  linalg.fill ins(%depth : i32) outs(%sums : memref<32x32xi32>)
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x8xi32>, memref<32x8xi32>) outs(%sums : memref<32x32xi32>) {
  ^bb0(%i: i32, %j: i32, %acc: i32):
    %factor = arith.constant -2 : i32
    %bits = arith.xori %i, %j : i32
    %count = math.ctpop %bits : i32
    %term = arith.muli %count, %factor : i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<32x32xi32>) outs(%y : memref<32x32xi32>) {
  ^bb0(%s: i32, %o: i32):
    %p = arith.addi %s, %s : i32
    linalg.yield %p : i32
  }
  memref.dealloc %memory : memref<1024xi32>
  return
}

// -----

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>

// CHECK-LABEL: func @kept_view(
// CHECK:         %[[SUMS:.*]] = memref.expand_shape
// CHECK:         vector.store %[[SUM:.*]], %[[SUMS]][
// CHECK:         %[[TWICE:.*]] = arith.addi %[[SUM]], %[[SUM]] : vector<16xi32>
// CHECK:         vector.store %[[TWICE]], %{{.*}}
func.func @kept_view(%a: memref<32x8xi32>, %b: memref<32x8xi32>, %z: memref<1024xi32>,
                 %y: memref<32x32xi32>)
    attributes {quant_bnn.signature = (tensor<32x8xi32>, tensor<32x8xi32>, memref<1024xi32>, memref<32x32xi32>) -> ()} {
  %depth = arith.constant 256 : i32
  %memory = memref.alloc() : memref<1024xi32>
  %sums = memref.expand_shape %memory [[0, 1]] output_shape [32, 32] : memref<1024xi32> into memref<32x32xi32>
  linalg.fill ins(%depth : i32) outs(%sums : memref<32x32xi32>)
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x8xi32>, memref<32x8xi32>) outs(%sums : memref<32x32xi32>) {
  ^bb0(%i: i32, %j: i32, %acc: i32):
    %factor = arith.constant -2 : i32
    %bits = arith.xori %i, %j : i32
    %count = math.ctpop %bits : i32
    %term = arith.muli %count, %factor : i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<32x32xi32>) outs(%y : memref<32x32xi32>) {
  ^bb0(%s: i32, %o: i32):
    %p = arith.addi %s, %s : i32
    linalg.yield %p : i32
  }
  memref.copy %memory, %z : memref<1024xi32> to memref<1024xi32>
  memref.dealloc %memory : memref<1024xi32>
  return
}

// -----

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>

// CHECK-LABEL: func @kept_alias(
// CHECK:         %[[SUMS:.*]] = memref.expand_shape
// CHECK:         vector.store %{{.*}}, %[[SUMS]][
func.func @kept_alias(%a: memref<32x8xi32>, %b: memref<32x8xi32>, %z: memref<1024xi32>, %c: i1,
                 %y: memref<32x32xi32>)
    attributes {quant_bnn.signature = (tensor<32x8xi32>, tensor<32x8xi32>, memref<1024xi32>, i1, memref<32x32xi32>) -> ()} {
  %depth = arith.constant 256 : i32
  %memory = memref.alloc() : memref<1024xi32>
  %sums = memref.expand_shape %memory [[0, 1]] output_shape [32, 32] : memref<1024xi32> into memref<32x32xi32>
  %alias = scf.if %c -> memref<1024xi32> {
    scf.yield %memory : memref<1024xi32>
  } else {
    scf.yield %z : memref<1024xi32>
  }
  linalg.fill ins(%depth : i32) outs(%sums : memref<32x32xi32>)
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x8xi32>, memref<32x8xi32>) outs(%sums : memref<32x32xi32>) {
  ^bb0(%i: i32, %j: i32, %acc: i32):
    %factor = arith.constant -2 : i32
    %bits = arith.xori %i, %j : i32
    %count = math.ctpop %bits : i32
    %term = arith.muli %count, %factor : i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<32x32xi32>) outs(%y : memref<32x32xi32>) {
  ^bb0(%s: i32, %o: i32):
    %p = arith.addi %s, %s : i32
    linalg.yield %p : i32
  }
  memref.copy %alias, %z : memref<1024xi32> to memref<1024xi32>
  memref.dealloc %memory : memref<1024xi32>
  return
}

// -----

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>

// CHECK-LABEL: func @kept_tensor(
// CHECK:         %[[SUMS:.*]] = memref.expand_shape
// CHECK:         vector.store %{{.*}}, %[[SUMS]][
func.func @kept_tensor(%a: memref<32x8xi32>, %b: memref<32x8xi32>, %z: memref<1024xi32>, %c: i1,
                 %y: memref<32x32xi32>)
    attributes {quant_bnn.signature = (tensor<32x8xi32>, tensor<32x8xi32>, memref<1024xi32>, i1, memref<32x32xi32>) -> ()} {
  %depth = arith.constant 256 : i32
  %memory = memref.alloc() : memref<1024xi32>
  %sums = memref.expand_shape %memory [[0, 1]] output_shape [32, 32] : memref<1024xi32> into memref<32x32xi32>
  %alias = bufferization.to_tensor %memory restrict : memref<1024xi32> to tensor<1024xi32>
  linalg.fill ins(%depth : i32) outs(%sums : memref<32x32xi32>)
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x8xi32>, memref<32x8xi32>) outs(%sums : memref<32x32xi32>) {
  ^bb0(%i: i32, %j: i32, %acc: i32):
    %factor = arith.constant -2 : i32
    %bits = arith.xori %i, %j : i32
    %count = math.ctpop %bits : i32
    %term = arith.muli %count, %factor : i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<32x32xi32>) outs(%y : memref<32x32xi32>) {
  ^bb0(%s: i32, %o: i32):
    %p = arith.addi %s, %s : i32
    linalg.yield %p : i32
  }
  %c0 = arith.constant 0 : index
  %first = tensor.extract %alias[%c0] : tensor<1024xi32>
  memref.store %first, %z[%c0] : memref<1024xi32>
  memref.dealloc %memory : memref<1024xi32>
  return
}

// -----

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>
#swapped = affine_map<(m, n) -> (n, m)>

// The product moves past ops that do not change its operands, and these are freed
// after it.
// CHECK-LABEL: func @past_others(
// CHECK:         linalg.fill {{.*}} outs(%[[OTHER:.*]] : memref<32x32xi32>)
// CHECK:         vector.load %[[OTHER]]
// CHECK:         vector.store
// CHECK-NOT:     linalg.generic
// CHECK:         memref.dealloc %[[OTHER]]
func.func @past_others(%a: memref<32x8xi32>, %b: memref<32x8xi32>, %z: memref<32x32xi32>,
                 %y: memref<32x32xi32>)
    attributes {quant_bnn.signature = (tensor<32x8xi32>, tensor<32x8xi32>, memref<32x32xi32>, memref<32x32xi32>) -> ()} {
  %depth = arith.constant 256 : i32
  %sums = memref.alloc() : memref<32x32xi32>
  linalg.fill ins(%depth : i32) outs(%sums : memref<32x32xi32>)
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x8xi32>, memref<32x8xi32>) outs(%sums : memref<32x32xi32>) {
  ^bb0(%i: i32, %j: i32, %acc: i32):
    %factor = arith.constant -2 : i32
    %bits = arith.xori %i, %j : i32
    %count = math.ctpop %bits : i32
    %term = arith.muli %count, %factor : i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  %other = memref.alloc() : memref<32x32xi32>
  linalg.fill ins(%depth : i32) outs(%other : memref<32x32xi32>)
  linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums, %other : memref<32x32xi32>, memref<32x32xi32>) outs(%y : memref<32x32xi32>) {
  ^bb0(%s: i32, %t: i32, %o: i32):
    %p = arith.addi %s, %t : i32
    linalg.yield %p : i32
  }
  memref.dealloc %other : memref<32x32xi32>
  memref.dealloc %sums : memref<32x32xi32>
  return
}

// -----

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>
#swapped = affine_map<(m, n) -> (n, m)>

// An operand of the product is changed before the epilogue.
// CHECK-LABEL: func @changed(
// CHECK:         %[[SUMS:.*]] = memref.alloc() : memref<32x32xi32>
// CHECK:         vector.store %{{.*}}, %[[SUMS]][
// CHECK:         linalg.generic {{.*}} ins(%[[SUMS]]
func.func @changed(%a: memref<32x8xi32>, %b: memref<32x8xi32>, %z: memref<32x32xi32>,
                 %y: memref<32x32xi32>)
    attributes {quant_bnn.signature = (tensor<32x8xi32>, tensor<32x8xi32>, memref<32x32xi32>, memref<32x32xi32>) -> ()} {
  %depth = arith.constant 256 : i32
  %sums = memref.alloc() : memref<32x32xi32>
  linalg.fill ins(%depth : i32) outs(%sums : memref<32x32xi32>)
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x8xi32>, memref<32x8xi32>) outs(%sums : memref<32x32xi32>) {
  ^bb0(%i: i32, %j: i32, %acc: i32):
    %factor = arith.constant -2 : i32
    %bits = arith.xori %i, %j : i32
    %count = math.ctpop %bits : i32
    %term = arith.muli %count, %factor : i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  %zero = arith.constant 0 : i32
  linalg.fill ins(%zero : i32) outs(%a : memref<32x8xi32>)
  linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<32x32xi32>) outs(%y : memref<32x32xi32>) {
  ^bb0(%s: i32, %o: i32):
    %p = arith.addi %s, %s : i32
    linalg.yield %p : i32
  }
  memref.dealloc %sums : memref<32x32xi32>
  return
}

// -----

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>
#swapped = affine_map<(m, n) -> (n, m)>

// Arguments that never were tensors may overlap.
// CHECK-LABEL: func @overlapping(
// CHECK:         %[[SUMS:.*]] = memref.alloc() : memref<32x32xi32>
// CHECK:         vector.store %{{.*}}, %[[SUMS]][
// CHECK:         linalg.generic {{.*}} ins(%[[SUMS]]
func.func @overlapping(%a: memref<32x8xi32>, %b: memref<32x8xi32>, %z: memref<32x32xi32>,
                 %y: memref<32x32xi32>)
     {
  %depth = arith.constant 256 : i32
  %sums = memref.alloc() : memref<32x32xi32>
  linalg.fill ins(%depth : i32) outs(%sums : memref<32x32xi32>)
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x8xi32>, memref<32x8xi32>) outs(%sums : memref<32x32xi32>) {
  ^bb0(%i: i32, %j: i32, %acc: i32):
    %factor = arith.constant -2 : i32
    %bits = arith.xori %i, %j : i32
    %count = math.ctpop %bits : i32
    %term = arith.muli %count, %factor : i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<32x32xi32>) outs(%y : memref<32x32xi32>) {
  ^bb0(%s: i32, %o: i32):
    %p = arith.addi %s, %s : i32
    linalg.yield %p : i32
  }
  memref.dealloc %sums : memref<32x32xi32>
  return
}

// -----

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>
#swapped = affine_map<(m, n) -> (n, m)>

// The sum at another position may not be known yet.
// CHECK-LABEL: func @twice(
// CHECK:         %[[SUMS:.*]] = memref.alloc() : memref<32x32xi32>
// CHECK:         vector.store %{{.*}}, %[[SUMS]][
// CHECK:         linalg.generic {{.*}} ins(%[[SUMS]]
func.func @twice(%a: memref<32x8xi32>, %b: memref<32x8xi32>, %z: memref<32x32xi32>,
                 %y: memref<32x32xi32>)
    attributes {quant_bnn.signature = (tensor<32x8xi32>, tensor<32x8xi32>, memref<32x32xi32>, memref<32x32xi32>) -> ()} {
  %depth = arith.constant 256 : i32
  %sums = memref.alloc() : memref<32x32xi32>
  linalg.fill ins(%depth : i32) outs(%sums : memref<32x32xi32>)
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x8xi32>, memref<32x8xi32>) outs(%sums : memref<32x32xi32>) {
  ^bb0(%i: i32, %j: i32, %acc: i32):
    %factor = arith.constant -2 : i32
    %bits = arith.xori %i, %j : i32
    %count = math.ctpop %bits : i32
    %term = arith.muli %count, %factor : i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  linalg.generic {indexing_maps = [#same, #swapped, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums, %sums : memref<32x32xi32>, memref<32x32xi32>) outs(%y : memref<32x32xi32>) {
  ^bb0(%s: i32, %t: i32, %o: i32):
    %p = arith.addi %s, %t : i32
    linalg.yield %p : i32
  }
  memref.dealloc %sums : memref<32x32xi32>
  return
}

// -----

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>
#swapped = affine_map<(m, n) -> (n, m)>

// Lanes of the product are no lanes of the result.
// CHECK-LABEL: func @swapped(
// CHECK:         %[[SUMS:.*]] = memref.alloc() : memref<32x32xi32>
// CHECK:         vector.store %{{.*}}, %[[SUMS]][
// CHECK:         linalg.generic {{.*}} ins(%[[SUMS]]
func.func @swapped(%a: memref<32x8xi32>, %b: memref<32x8xi32>, %z: memref<32x32xi32>,
                 %y: memref<32x32xi32>)
    attributes {quant_bnn.signature = (tensor<32x8xi32>, tensor<32x8xi32>, memref<32x32xi32>, memref<32x32xi32>) -> ()} {
  %depth = arith.constant 256 : i32
  %sums = memref.alloc() : memref<32x32xi32>
  linalg.fill ins(%depth : i32) outs(%sums : memref<32x32xi32>)
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<32x8xi32>, memref<32x8xi32>) outs(%sums : memref<32x32xi32>) {
  ^bb0(%i: i32, %j: i32, %acc: i32):
    %factor = arith.constant -2 : i32
    %bits = arith.xori %i, %j : i32
    %count = math.ctpop %bits : i32
    %term = arith.muli %count, %factor : i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  linalg.generic {indexing_maps = [#swapped, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<32x32xi32>) outs(%y : memref<32x32xi32>) {
  ^bb0(%s: i32, %o: i32):
    %p = arith.addi %s, %s : i32
    linalg.yield %p : i32
  }
  memref.dealloc %sums : memref<32x32xi32>
  return
}
