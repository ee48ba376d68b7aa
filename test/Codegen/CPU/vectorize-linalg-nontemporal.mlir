// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="nontemporal-threshold=8192" --cse \
// RUN:   | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="nontemporal-threshold=8192 vector-width=256" --cse \
// RUN:   | FileCheck %s --check-prefix=NARROW

#identity = affine_map<(d0) -> (d0)>

// The size and whether the op is in place are looked at when it runs. A masked
// head brings the output to the alignment of a vector; then a line is stored at
// once, or 256 bytes by narrower vectors. What is left goes through the caches.
// CHECK-LABEL: func @dynamic
// CHECK-SAME: %[[IN:.*]]: memref<?xf32>, %[[OUT:.*]]: memref<?xf32>
// CHECK-DAG:     %[[ENOUGH:.*]] = arith.constant 1024 : index
// CHECK-DAG:     %[[X:.*]] = memref.extract_aligned_pointer_as_index %[[IN]]
// CHECK-DAG:     %[[Y:.*]] = memref.extract_aligned_pointer_as_index %[[OUT]]
// CHECK-DAG:     arith.cmpi uge, %{{.*}}, %[[ENOUGH]]
// CHECK-DAG:     arith.cmpi ne, %[[Y]], %[[X]]
// CHECK:         %[[END:.*]] = scf.if
// CHECK:           vector.maskedstore
// CHECK:           vector.store {{.*}} {alignment = 64 : i64, nontemporal = true}
// CHECK-NOT:       nontemporal
// CHECK:           llvm.fence seq_cst
// CHECK:         } else {
// CHECK-NOT:     nontemporal
// CHECK:         scf.for
// CHECK-NOT:     nontemporal
// CHECK:           arith.addi %{{.*}}, %[[END]]
// CHECK:           vector.store
// CHECK:         vector.maskedstore
// NARROW-LABEL: func @dynamic
// NARROW-COUNT-8: vector.store {{.*}} {alignment = 32 : i64, nontemporal = true}
// NARROW-NOT:     nontemporal
// NARROW:         llvm.fence seq_cst
// NARROW-LABEL: func @small
func.func @dynamic(%x: memref<?xf32>, %y: memref<?xf32>) {
  linalg.generic {indexing_maps = [#identity, #identity], iterator_types = ["parallel"]}
      ins(%x : memref<?xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %sign = quant_bnn.sign %in : f32
    linalg.yield %sign : f32
  }
  return
}

// CHECK-LABEL: func @small
// CHECK-NOT:     nontemporal
// CHECK:         return
func.func @small(%x: memref<1023xf32>, %y: memref<1023xf32>) {
  linalg.generic {indexing_maps = [#identity, #identity], iterator_types = ["parallel"]}
      ins(%x : memref<1023xf32>) outs(%y : memref<1023xf32>) {
  ^bb0(%in: f32, %out: f32):
    %sign = quant_bnn.sign %in : f32
    linalg.yield %sign : f32
  }
  return
}

// CHECK-LABEL: func @in_place
// CHECK-NOT:     nontemporal
// CHECK:         return
func.func @in_place(%x: memref<?xf32>) {
  linalg.generic {indexing_maps = [#identity, #identity], iterator_types = ["parallel"]}
      ins(%x : memref<?xf32>) outs(%x : memref<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %sign = quant_bnn.sign %in : f32
    linalg.yield %sign : f32
  }
  return
}

// CHECK-LABEL: func @read
// CHECK-NOT:     nontemporal
// CHECK:         return
func.func @read(%x: memref<?xf32>, %y: memref<?xf32>) {
  linalg.generic {indexing_maps = [#identity, #identity], iterator_types = ["parallel"]}
      ins(%x : memref<?xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %sum = arith.addf %in, %out : f32
    linalg.yield %sum : f32
  }
  return
}

// Bits of elements share words, so that there is no head: an output that begins
// with a line is stored by lines, and one that is aligned to 16 bytes by these.
// CHECK-LABEL: func @bits
// CHECK-SAME:    %{{.*}}: memref<?xi8>, %{{.*}}: memref<?xf32>, %[[OUT:.*]]: memref<?xf32>
// CHECK:         %[[Y:.*]] = memref.extract_aligned_pointer_as_index %[[OUT]]
// CHECK:         %[[OFFSET:.*]] = arith.remui %[[Y]], %{{.*}}
// CHECK:         arith.cmpi eq, %[[OFFSET]], %{{.*}}
// CHECK:         %[[LINES:.*]] = arith.andi
// CHECK:         arith.cmpi ne, %[[OFFSET]], %{{.*}}
// CHECK:         arith.remui %[[OFFSET]], %{{.*}}
// CHECK:         %[[ALIGNED:.*]] = arith.andi
// CHECK:         scf.if %[[LINES]]
// CHECK-NOT:       maskedstore
// CHECK:           vector.store {{.*}} {alignment = 64 : i64, nontemporal = true}
// CHECK:         scf.if %[[ALIGNED]]
// CHECK-NOT:       maskedstore
// CHECK:           vector.store {{.*}} {alignment = 16 : i64, nontemporal = true}
#words = affine_map<(d0) -> (d0 floordiv 8)>
func.func @bits(%b: memref<?xi8>, %g: memref<?xf32>, %y: memref<?xf32>) {
  %zero = arith.constant 0.0 : f32
  %c8 = arith.constant 8 : index
  linalg.generic {indexing_maps = [#words, #identity, #identity], iterator_types = ["parallel"]}
      ins(%b, %g : memref<?xi8>, memref<?xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%word: i8, %in: f32, %out: f32):
    %k = linalg.index 0 : index
    %position = arith.remui %k, %c8 : index
    %shift = arith.index_castui %position : index to i8
    %shifted = arith.shrui %word, %shift : i8
    %bit = arith.trunci %shifted : i8 to i1
    %cut = arith.select %bit, %in, %zero : f32
    linalg.yield %cut : f32
  }
  return
}
