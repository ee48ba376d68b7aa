// Contractions by blocks, with copies of the operand along the lanes.

// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg --canonicalize --cse --split-input-file \
// RUN:   | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="vector-width=256" --canonicalize --cse \
// RUN:   --split-input-file | FileCheck %s --check-prefix=W256
// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="parallel task-time=0" --canonicalize --cse \
// RUN:   --split-input-file | FileCheck %s --check-prefix=PARALLEL

// For each 256 rows, two panels of 32 columns have blocks of 256 terms. A kernel
// has 8 rows, or the 4 that are left over.
// CHECK-LABEL: func @matmul(
// CHECK-SAME:      %[[A:[^:]*]]: memref<300x600xf32>, %[[B:[^:]*]]: memref<600x64xf32>, %[[C:[^:]*]]: memref<300x64xf32>)
// CHECK:         %[[PANEL:.*]] = memref.alloc() {alignment = 64 : i64} : memref<2x256x32xf32>
// CHECK:         scf.for %{{.*}} = %c0 to %c2 step %c1
// CHECK:           scf.for %[[BLOCK:[a-z0-9]*]] = %c0 to %c600 step %c256
// CHECK:             scf.for %[[T:[a-z0-9]*]] = %c0
// CHECK:               %[[K:.*]] = arith.addi %[[BLOCK]], %[[T]]
// CHECK:               scf.for %[[N:[a-z0-9]*]] = %c0 to %c64 step %c32
// CHECK:                 vector.load %[[B]][%[[K]], %[[N]]]
// CHECK:                 vector.store %{{.*}}, %[[PANEL]][%{{.*}}, %[[T]],
// CHECK:                 vector.load %[[B]][%[[K]],
// CHECK:                 vector.store %{{.*}}, %[[PANEL]][%{{.*}}, %[[T]],
// CHECK:             scf.for %{{.*}} = %c0 to %c64 step %c32
// CHECK:               scf.for %{{.*}} step %c8 {
// CHECK:                 scf.for %[[T2:[a-z0-9]*]] = %c0
// CHECK:                   memref.load %[[A]]
// CHECK:                   vector.load %[[PANEL]][%{{.*}}, %[[T2]],
// CHECK:                   vector.load %[[PANEL]][%{{.*}}, %[[T2]],
// CHECK-COUNT-16:        math.fma
// CHECK-NOT:             math.fma
// CHECK-COUNT-16:      vector.load %[[C]]
// CHECK-COUNT-16:      vector.store %{{.*}}, %[[C]]
// CHECK:             scf.for %{{.*}} step %c4 {
// CHECK-COUNT-8:         math.fma
// CHECK-NOT:             math.fma
// CHECK:         memref.dealloc %[[PANEL]]

// W256-LABEL: func @matmul(
// W256:         memref.alloc() {{.*}} : memref<4x256x16xf32>
// W256:         scf.for {{.*}} step %c6 {
// W256-COUNT-12:  math.fma
// W256-NOT:       math.fma
// W256:         memref.dealloc

// A task has a panel of its own, and only one.
// PARALLEL-LABEL: func @matmul(
// PARALLEL:         scf.parallel
// PARALLEL:           memref.alloc() {{.*}} : memref<1x256x32xf32>
// PARALLEL:           memref.dealloc
// PARALLEL:           scf.reduce
func.func @matmul(%a: memref<300x600xf32>, %b: memref<600x64xf32>, %c: memref<300x64xf32>) {
  linalg.matmul ins(%a, %b : memref<300x600xf32>, memref<600x64xf32>) outs(%c : memref<300x64xf32>)
  return
}

// -----

// Few rows have no blocks.
// CHECK-LABEL: func @dynamic_rows(
// CHECK:         %[[ROWS:.*]] = memref.dim %arg0, %c0
// CHECK:         %[[MANY:.*]] = arith.cmpi uge, %[[ROWS]], %c16
// CHECK:         scf.if %[[MANY]] {
// CHECK:           memref.alloc()
// CHECK:         } else {
// CHECK-NOT:       memref.alloc
// CHECK:           math.fma
// CHECK:         return
func.func @dynamic_rows(%a: memref<?x256xf32>, %b: memref<256x64xf32>, %c: memref<?x64xf32>) {
  linalg.matmul ins(%a, %b : memref<?x256xf32>, memref<256x64xf32>) outs(%c : memref<?x64xf32>)
  return
}

// -----

// CHECK-LABEL: func @few_rows(
// CHECK-NOT:     memref.alloc
// CHECK:         return
func.func @few_rows(%a: memref<15x256xf32>, %b: memref<256x64xf32>, %c: memref<15x64xf32>) {
  linalg.matmul ins(%a, %b : memref<15x256xf32>, memref<256x64xf32>) outs(%c : memref<15x64xf32>)
  return
}

// -----

// Fewer rows pay if the caches do not hold the operand.
// CHECK-LABEL: func @few_rows_far(
// CHECK:         memref.alloc() {{.*}} : memref<4x256x32xf32>
func.func @few_rows_far(%a: memref<5x1024xf32>, %b: memref<1024x512xf32>, %c: memref<5x512xf32>) {
  linalg.matmul ins(%a, %b : memref<5x1024xf32>, memref<1024x512xf32>) outs(%c : memref<5x512xf32>)
  return
}

// -----

// The operand stays in the cache as it is.
// CHECK-LABEL: func @small(
// CHECK-NOT:     memref.alloc
// CHECK:         return
func.func @small(%a: memref<64x63xf32>, %b: memref<63x64xf32>, %c: memref<64x64xf32>) {
  linalg.matmul ins(%a, %b : memref<64x63xf32>, memref<63x64xf32>) outs(%c : memref<64x64xf32>)
  return
}

// -----

// Rows are the positions of all images: those after the first one are counted
// on, without divisions. A block of terms has whole runs of channels.
// CHECK-LABEL: func @conv(
// CHECK:         scf.for %{{.*}} = %c0 to %c576 step %c256
// CHECK:           scf.for {{.*}} step %c8 {
// CHECK-COUNT-2:     arith.divui
// CHECK-NOT:         arith.divui
// CHECK:             scf.for %[[R:[a-z0-9]*]] =
// CHECK:               arith.divui %[[R]], %c3
// CHECK:               scf.for %{{.*}} = %c0 to %c64 step %c1
// CHECK-COUNT-16:        math.fma
func.func @conv(%x: memref<2x9x9x64xf32>, %w: memref<3x3x64x32xf32>, %y: memref<2x7x7x32xf32>) {
  linalg.conv_2d_nhwc_hwcf ins(%x, %w : memref<2x9x9x64xf32>, memref<3x3x64x32xf32>) outs(%y : memref<2x7x7x32xf32>)
  return
}

// -----

// Each element gets its products in the order of i, and so in the opposite
// order of t, which is outside.
// CHECK-LABEL: func @overlapping(
// CHECK:         scf.for %[[IV:[a-z0-9]*]] = %c0 to %c3 step %c1 {
// CHECK:           %[[T:.*]] = arith.subi %c2, %[[IV]]
// CHECK:           memref.alloc()
// CHECK:           vector.load %arg1[%[[T]],
#y = affine_map<(i, f, t, c) -> (i, f)>
#w = affine_map<(i, f, t, c) -> (t, f, c)>
#x = affine_map<(i, f, t, c) -> (i * 2 + t, c)>
func.func @overlapping(%y: memref<20x128xf32>, %w: memref<3x128x64xf32>, %x: memref<41x64xf32>) {
  linalg.generic {indexing_maps = [#y, #w, #x], iterator_types = ["reduction", "reduction", "reduction", "parallel"]}
      ins(%y, %w : memref<20x128xf32>, memref<3x128x64xf32>) outs(%x : memref<41x64xf32>) {
  ^bb0(%in: f32, %k: f32, %out: f32):
    %0 = arith.mulf %in, %k : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  }
  return
}

// -----

// Taps come before rows in the nest, and so in ascending order.
// CHECK-LABEL: func @overlapping_taps_first(
// CHECK:         scf.for %[[T:[a-z0-9]*]] = %c0 to %c3 step %c1 {
// CHECK-NOT:       arith.subi %c2, %[[T]]
// CHECK:           vector.load %arg1[%[[T]],
#y = affine_map<(t, i, f, c) -> (i, f)>
#w = affine_map<(t, i, f, c) -> (t, f, c)>
#x = affine_map<(t, i, f, c) -> (i + t, c)>
func.func @overlapping_taps_first(%y: memref<20x128xf32>, %w: memref<3x128x64xf32>, %x: memref<22x64xf32>) {
  linalg.generic {indexing_maps = [#y, #w, #x], iterator_types = ["reduction", "reduction", "reduction", "parallel"]}
      ins(%y, %w : memref<20x128xf32>, memref<3x128x64xf32>) outs(%x : memref<22x64xf32>) {
  ^bb0(%in: f32, %k: f32, %out: f32):
    %0 = arith.mulf %in, %k : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  }
  return
}

// -----

// A group whose index is no loop alone.
// CHECK-LABEL: func @every_other_group(
// CHECK:         memref.alloc()
// CHECK:         vector.load %arg1[%[[G:[a-z0-9]*]],
// CHECK:         %[[TWICE:.*]] = arith.muli %[[G]], %c2
// CHECK:         vector.store %{{.*}}, %arg2[%[[TWICE]],
#a = affine_map<(g, m, n, k) -> (g, m, k)>
#b = affine_map<(g, m, n, k) -> (g, k, n)>
#c = affine_map<(g, m, n, k) -> (g * 2, m, n)>
func.func @every_other_group(%a: memref<5x40x300xf32>, %b: memref<5x300x64xf32>, %c: memref<9x40x64xf32>) {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<5x40x300xf32>, memref<5x300x64xf32>) outs(%c : memref<9x40x64xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %0 = arith.mulf %x, %y : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  }
  return
}

// -----

// Rows that are not apart: two loops in one index.
// CHECK-LABEL: func @rows_meet(
// CHECK-NOT:     memref.alloc
// CHECK:         return
#y = affine_map<(i, j, f, c) -> (i, j, f)>
#w = affine_map<(i, j, f, c) -> (f, c)>
#x = affine_map<(i, j, f, c) -> (i + j, c)>
func.func @rows_meet(%y: memref<20x3x128xf32>, %w: memref<128x64xf32>, %x: memref<22x64xf32>) {
  linalg.generic {indexing_maps = [#y, #w, #x], iterator_types = ["reduction", "reduction", "reduction", "parallel"]}
      ins(%y, %w : memref<20x3x128xf32>, memref<128x64xf32>) outs(%x : memref<22x64xf32>) {
  ^bb0(%in: f32, %k: f32, %out: f32):
    %0 = arith.mulf %in, %k : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  }
  return
}
