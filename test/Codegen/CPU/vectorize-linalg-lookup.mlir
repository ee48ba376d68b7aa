// Products of floats and bits by tables of the sums of four terms.

// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="lookup=x86" --canonicalize --cse \
// RUN:   --split-input-file | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg --split-input-file \
// RUN:   | FileCheck %s --check-prefix=NONE
// RUN: bnn-opt %s --bnn-codegen-vectorize-linalg="lookup=x86 vector-width=256" \
// RUN:   --split-input-file | FileCheck %s --check-prefix=NONE

// NONE-NOT: llvm.call_intrinsic

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (k, n floordiv 32)>
#y = affine_map<(m, n, k) -> (m, n)>

// CHECK-LABEL: func @product(
// CHECK-SAME:      %[[X:[^:]*]]: memref<8x512xf32>, %[[W:[^:]*]]: memref<512x2xi32>, %[[Y:[^:]*]]: memref<8x64xf32>)
// CHECK-DAG:     %[[BIT0:.*]] = arith.constant dense<[1.0{{0*}}e+00, -1.0{{0*}}e+00, 1.0{{0*}}e+00, -1.0
// CHECK-DAG:     %[[BIT1:.*]] = arith.constant dense<[1.0{{0*}}e+00, 1.0{{0*}}e+00, -1.0{{0*}}e+00, -1.0
// CHECK-DAG:     %[[FACTORS:.*]] = memref.alloc() {{.*}} : memref<256xf32>
// CHECK-DAG:     %[[WORDS:.*]] = memref.alloc() {{.*}} : memref<256x16xi32>
// CHECK-DAG:     %[[TABLES:.*]] = memref.alloc() {{.*}} : memref<32x1024xf32>
// CHECK-DAG:     %[[NUMBERS:.*]] = memref.alloc() {{.*}} : memref<64x32xi32>
// CHECK:         scf.for %{{.*}} = %c0 to %c512 step %c256

// The tables. A set bit selects -1.
// CHECK:           memref.load %[[X]]
// CHECK:           memref.store %{{.*}}, %[[FACTORS]]
// CHECK:           %[[ONE:.*]] = arith.mulf %{{.*}}, %[[BIT0]] : vector<16xf32>
// CHECK:           math.fma %{{.*}}, %[[BIT1]], %[[ONE]] : vector<16xf32>
// CHECK-COUNT-2:   math.fma
// CHECK:           vector.store %{{.*}}, %[[TABLES]]

// The numbers of 32 columns.
// CHECK:           memref.load %[[W]]
// CHECK:           memref.store %{{.*}}, %[[WORDS]]
// CHECK-COUNT-4:   vector.load %[[WORDS]]
// CHECK:           arith.extui %{{.*}} : vector<32xi8> to vector<32xi32>
// CHECK:           vector.store %{{.*}}, %[[NUMBERS]]

// A kernel: 8 rows of two vectors.
// CHECK-COUNT-2:   vector.load %[[NUMBERS]]
// CHECK:           %[[TABLE:.*]] = vector.load %[[TABLES]]
// CHECK:           %[[SUM:.*]] = llvm.call_intrinsic "llvm.x86.avx512.permvar.sf.512"(%[[TABLE]],
// CHECK:           arith.addf %{{.*}}, %[[SUM]] : vector<16xf32>
// CHECK-COUNT-15:  llvm.call_intrinsic
// CHECK-NOT:       llvm.call_intrinsic
// CHECK:           vector.load %[[Y]]
// CHECK:           vector.store %{{.*}}, %[[Y]]
// CHECK:         memref.dealloc %[[FACTORS]]
func.func @product(%x: memref<8x512xf32>, %w: memref<512x2xi32>, %y: memref<8x64xf32>) {
  %plus = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %c32 = arith.constant 32 : index
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<8x512xf32>, memref<512x2xi32>) outs(%y : memref<8x64xf32>) {
  ^bb0(%in: f32, %word: i32, %out: f32):
    %n = linalg.index 1 : index
    %position = arith.remui %n, %c32 : index
    %distance = arith.index_castui %position : index to i32
    %shifted = arith.shrui %word, %distance : i32
    %bit = arith.trunci %shifted : i32 to i1
    %factor = arith.select %bit, %minus, %plus : f32
    %sum = math.fma %in, %factor, %out fastmath<reassoc> : f32
    linalg.yield %sum : f32
  }
  return
}

// -----

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (k, n floordiv 32)>
#y = affine_map<(m, n, k) -> (m, n)>

// In their order, without leave to change it.
// CHECK-LABEL: func @in_order(
// CHECK-NOT:     llvm.call_intrinsic
func.func @in_order(%x: memref<8x512xf32>, %w: memref<512x2xi32>, %y: memref<8x64xf32>) {
  %plus = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %c32 = arith.constant 32 : index
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<8x512xf32>, memref<512x2xi32>) outs(%y : memref<8x64xf32>) {
  ^bb0(%in: f32, %word: i32, %out: f32):
    %n = linalg.index 1 : index
    %position = arith.remui %n, %c32 : index
    %distance = arith.index_castui %position : index to i32
    %shifted = arith.shrui %word, %distance : i32
    %bit = arith.trunci %shifted : i32 to i1
    %factor = arith.select %bit, %minus, %plus : f32
    %sum = math.fma %in, %factor, %out : f32
    linalg.yield %sum : f32
  }
  return
}

// -----

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (k, n floordiv 32)>
#y = affine_map<(m, n, k) -> (m, n)>

// Fewer than four rows do not pay for the tables.
// CHECK-LABEL: func @rows(
// CHECK:         %[[ROWS:.*]] = memref.dim %arg0, %c0
// CHECK:         %[[MANY:.*]] = arith.cmpi uge, %[[ROWS]], %c4
// CHECK:         scf.if %[[MANY]]
// CHECK:           llvm.call_intrinsic
// CHECK:         } else {
// CHECK-NOT:       llvm.call_intrinsic
// CHECK:           math.fma
func.func @rows(%x: memref<?x512xf32>, %w: memref<512x2xi32>, %y: memref<?x64xf32>) {
  %plus = arith.constant 1.0 : f32
  %minus = arith.constant -1.0 : f32
  %c32 = arith.constant 32 : index
  linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<?x512xf32>, memref<512x2xi32>) outs(%y : memref<?x64xf32>) {
  ^bb0(%in: f32, %word: i32, %out: f32):
    %n = linalg.index 1 : index
    %position = arith.remui %n, %c32 : index
    %distance = arith.index_castui %position : index to i32
    %shifted = arith.shrui %word, %distance : i32
    %bit = arith.trunci %shifted : i32 to i1
    %factor = arith.select %bit, %minus, %plus : f32
    %sum = math.fma %in, %factor, %out fastmath<reassoc> : f32
    linalg.yield %sum : f32
  }
  return
}
