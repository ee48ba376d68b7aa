// What is computed from the sums of a product of floats is computed where the sums
// are, and neither a fill nor a sum is stored.

// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg=vector-width=512 --canonicalize --cse \
// RUN:   --split-input-file | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg --split-input-file -o /dev/null \
// RUN:   --remarks-filter=bnn-codegen-vectorize-linalg 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK-NOT: remark:
// REMARK:     remark: {{.*}} Function=transposed | {{.*}} are stored, and read here: it has no form on vectors
// REMARK:     Function=rows | {{.*}} are stored, and read here: sums are computed one by one
// REMARK:     Function=unknown_rows | {{.*}} are stored, and read here: sums are computed one by one where there are fewer than 16 rows or 8 columns
// REMARK-NOT: remark:

// RUN: bnn-opt %s --bnn-codegen-map-to-gpu --split-input-file -o /dev/null \
// RUN:   --remarks-filter=bnn-codegen-map-to-gpu 2>&1 | FileCheck %s --check-prefix=GPU
// GPU: Function=bias | {{.*}} are stored, and read here: a product on a GPU has no epilogue

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>
#column = affine_map<(m, n) -> (n)>

// CHECK-LABEL: func @bias(
// CHECK-SAME:      %{{.*}}: memref<64x8xf32>, %{{.*}}: memref<8x32xf32>, %[[BIAS:.*]]: memref<32xf32>, %[[Y:.*]]: memref<64x32xf32>)
// CHECK-NOT:     memref.alloc
// CHECK:         %[[SUM:.*]]:{{.*}} = scf.for
// CHECK:           math.fma
// CHECK:         vector.load %[[BIAS]]
// CHECK:         arith.addf
// CHECK:         vector.store %{{.*}}, %[[Y]]
func.func @bias(%a: memref<64x8xf32>, %b: memref<8x32xf32>, %bias: memref<32xf32>, %y: memref<64x32xf32>)
    attributes {quant_bnn.signature = (tensor<64x8xf32>, tensor<8x32xf32>, tensor<32xf32>, memref<64x32xf32>) -> ()} {
  %zero = arith.constant 0.0 : f32
  %sums = memref.alloc() : memref<64x32xf32>
  linalg.fill ins(%zero : f32) outs(%sums : memref<64x32xf32>)
  linalg.matmul ins(%a, %b : memref<64x8xf32>, memref<8x32xf32>) outs(%sums : memref<64x32xf32>)
  linalg.generic {indexing_maps = [#same, #column, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums, %bias : memref<64x32xf32>, memref<32xf32>) outs(%y : memref<64x32xf32>) {
  ^bb0(%s: f32, %c: f32, %o: f32):
    %r = arith.addf %s, %c : f32
    linalg.yield %r : f32
  }
  memref.dealloc %sums : memref<64x32xf32>
  return
}

// -----

// The largest values of windows, too.
// CHECK-LABEL: func @max_pool(
// CHECK-SAME:      %[[X:.*]]: memref<1x8x8x32xf32>, %[[Y:.*]]: memref<1x4x4x32xf32>)
// CHECK-NOT:     memref.alloc
// CHECK:         %[[FLAT:.*]] = memref.collapse_shape %[[Y]]
// CHECK:         arith.maximumf
// CHECK:         arith.negf
// CHECK:         vector.store %{{.*}}, %[[FLAT]]
#same = affine_map<(n, h, w, c) -> (n, h, w, c)>
func.func @max_pool(%x: memref<1x8x8x32xf32>, %y: memref<1x4x4x32xf32>)
    attributes {quant_bnn.signature = (tensor<1x8x8x32xf32>, memref<1x4x4x32xf32>) -> ()} {
  %least = arith.constant 0xFF800000 : f32
  %window = memref.alloc() : memref<2x2xf32>
  %max = memref.alloc() : memref<1x4x4x32xf32>
  linalg.fill ins(%least : f32) outs(%max : memref<1x4x4x32xf32>)
  linalg.pooling_nhwc_max {strides = dense<2> : vector<2xi64>}
      ins(%x, %window : memref<1x8x8x32xf32>, memref<2x2xf32>) outs(%max : memref<1x4x4x32xf32>)
  linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%max : memref<1x4x4x32xf32>) outs(%y : memref<1x4x4x32xf32>) {
  ^bb0(%s: f32, %o: f32):
    %r = arith.negf %s : f32
    linalg.yield %r : f32
  }
  memref.dealloc %max : memref<1x4x4x32xf32>
  memref.dealloc %window : memref<2x2xf32>
  return
}

// -----

// A fill that others may see stays: the factor may be the memory of the sums.
// CHECK-LABEL: func @aliasing(
// CHECK-SAME:      %{{.*}}: memref<64x8xf32>, %{{.*}}: memref<8x32xf32>, %[[SUMS:.*]]: memref<64x32xf32>)
// CHECK:         %[[FILLED:.*]] = memref.collapse_shape %[[SUMS]]
// CHECK:         vector.store %{{.*}}, %[[FILLED]]
// CHECK:         vector.load %[[SUMS]]
func.func @aliasing(%a: memref<64x8xf32>, %b: memref<8x32xf32>, %sums: memref<64x32xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%sums : memref<64x32xf32>)
  linalg.matmul ins(%a, %b : memref<64x8xf32>, memref<8x32xf32>) outs(%sums : memref<64x32xf32>)
  return
}

// -----

// An op between the fill and the sums reads what was filled.
// CHECK-LABEL: func @read_between(
// CHECK:         %[[SUMS:.*]] = memref.alloc
// CHECK:         %[[FILLED:.*]] = memref.collapse_shape %[[SUMS]]
// CHECK:         vector.store %{{.*}}, %[[FILLED]]
// CHECK:         memref.copy %[[SUMS]]
// CHECK:         vector.load %[[SUMS]]
func.func @read_between(%a: memref<64x8xf32>, %b: memref<8x32xf32>, %y: memref<64x32xf32>) -> memref<64x32xf32> {
  %zero = arith.constant 0.0 : f32
  %sums = memref.alloc() : memref<64x32xf32>
  linalg.fill ins(%zero : f32) outs(%sums : memref<64x32xf32>)
  memref.copy %sums, %y : memref<64x32xf32> to memref<64x32xf32>
  linalg.matmul ins(%a, %b : memref<64x8xf32>, memref<8x32xf32>) outs(%sums : memref<64x32xf32>)
  return %sums : memref<64x32xf32>
}

// -----

#swapped = affine_map<(m, n) -> (n, m)>
#same = affine_map<(m, n) -> (m, n)>

// CHECK-LABEL: func @transposed(
// CHECK:         memref.alloc
func.func @transposed(%a: memref<64x8xf32>, %b: memref<8x32xf32>, %y: memref<32x64xf32>)
    attributes {quant_bnn.signature = (tensor<64x8xf32>, tensor<8x32xf32>, memref<32x64xf32>) -> ()} {
  %zero = arith.constant 0.0 : f32
  %sums = memref.alloc() : memref<64x32xf32>
  linalg.fill ins(%zero : f32) outs(%sums : memref<64x32xf32>)
  linalg.matmul ins(%a, %b : memref<64x8xf32>, memref<8x32xf32>) outs(%sums : memref<64x32xf32>)
  linalg.generic {indexing_maps = [#same, #swapped], iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<64x32xf32>) outs(%y : memref<32x64xf32>) {
  ^bb0(%s: f32, %o: f32):
    %r = arith.negf %s : f32
    linalg.yield %r : f32
  }
  memref.dealloc %sums : memref<64x32xf32>
  return
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (n, k)>
#out = affine_map<(m, n, k) -> (m, n)>
#same = affine_map<(m, n) -> (m, n)>

// Vectors along the terms of a sum have one sum in the end.
// CHECK-LABEL: func @rows(
// CHECK:         memref.alloc
func.func @rows(%a: memref<15x80xf32>, %b: memref<32x80xf32>, %y: memref<15x32xf32>)
    attributes {quant_bnn.signature = (tensor<15x80xf32>, tensor<32x80xf32>, memref<15x32xf32>) -> ()} {
  %zero = arith.constant 0.0 : f32
  %sums = memref.alloc() : memref<15x32xf32>
  linalg.fill ins(%zero : f32) outs(%sums : memref<15x32xf32>)
  linalg.generic {indexing_maps = [#a, #b, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<15x80xf32>, memref<32x80xf32>) outs(%sums : memref<15x32xf32>) {
  ^bb0(%i: f32, %j: f32, %acc: f32):
    %term = arith.mulf %i, %j : f32
    %sum = arith.addf %acc, %term : f32
    linalg.yield %sum : f32
  }
  linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<15x32xf32>) outs(%y : memref<15x32xf32>) {
  ^bb0(%s: f32, %o: f32):
    %r = arith.negf %s : f32
    linalg.yield %r : f32
  }
  memref.dealloc %sums : memref<15x32xf32>
  return
}

// And so it may be if the number of rows is not known.
// CHECK-LABEL: func @unknown_rows(
// CHECK:         memref.alloc
func.func @unknown_rows(%a: memref<?x80xf32>, %b: memref<32x80xf32>, %y: memref<?x32xf32>)
    attributes {quant_bnn.signature = (tensor<?x80xf32>, tensor<32x80xf32>, memref<?x32xf32>) -> ()} {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %m = memref.dim %a, %c0 : memref<?x80xf32>
  %sums = memref.alloc(%m) : memref<?x32xf32>
  linalg.fill ins(%zero : f32) outs(%sums : memref<?x32xf32>)
  linalg.generic {indexing_maps = [#a, #b, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<?x80xf32>, memref<32x80xf32>) outs(%sums : memref<?x32xf32>) {
  ^bb0(%i: f32, %j: f32, %acc: f32):
    %term = arith.mulf %i, %j : f32
    %sum = arith.addf %acc, %term : f32
    linalg.yield %sum : f32
  }
  linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<?x32xf32>) outs(%y : memref<?x32xf32>) {
  ^bb0(%s: f32, %o: f32):
    %r = arith.negf %s : f32
    linalg.yield %r : f32
  }
  memref.dealloc %sums : memref<?x32xf32>
  return
}

// -----

#same = affine_map<(m, n) -> (m, n)>

// A reader in another block.
// CHECK-LABEL: func @another_block(
// CHECK:         %[[SUMS:.*]] = memref.alloc
// CHECK:         vector.store %{{.*}}, %[[SUMS]]
// CHECK:         memref.copy %[[SUMS]]
func.func @another_block(%a: memref<64x8xf32>, %b: memref<8x32xf32>, %y: memref<64x32xf32>, %c: i1)
    attributes {quant_bnn.signature = (tensor<64x8xf32>, tensor<8x32xf32>, memref<64x32xf32>, i1) -> ()} {
  %zero = arith.constant 0.0 : f32
  %sums = memref.alloc() : memref<64x32xf32>
  linalg.fill ins(%zero : f32) outs(%sums : memref<64x32xf32>)
  linalg.matmul ins(%a, %b : memref<64x8xf32>, memref<8x32xf32>) outs(%sums : memref<64x32xf32>)
  linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<64x32xf32>) outs(%y : memref<64x32xf32>) {
  ^bb0(%s: f32, %o: f32):
    %r = arith.negf %s : f32
    linalg.yield %r : f32
  }
  cf.cond_br %c, ^copy, ^end
^copy:
  memref.copy %sums, %y : memref<64x32xf32> to memref<64x32xf32>
  cf.br ^end
^end:
  memref.dealloc %sums : memref<64x32xf32>
  return
}
