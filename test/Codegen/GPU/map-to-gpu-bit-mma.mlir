// RUN: bnn-opt %s --bnn-codegen-map-to-gpu=bit-mma=xor-m16n8k256 --canonicalize --split-input-file \
// RUN:   | FileCheck %s --check-prefixes=CHECK,XOR
// RUN: bnn-opt %s --bnn-codegen-map-to-gpu=bit-mma=and-m16n8k256 --canonicalize --split-input-file \
// RUN:   | FileCheck %s --check-prefixes=CHECK,AND
// RUN: bnn-opt %s --bnn-codegen-map-to-gpu=bit-mma=xor-m8n8k128 --canonicalize --split-input-file \
// RUN:   | FileCheck %s --check-prefixes=CHECK,SMALL
// RUN: bnn-opt %s --bnn-codegen-map-to-gpu --split-input-file | FileCheck %s --check-prefix=NONE
// RUN: bnn-opt %s --bnn-codegen-map-to-gpu='bit-mma=and-m16n8k256 block-size=16' --split-input-file \
// RUN:   | FileCheck %s --check-prefix=NONE

// A row has too few words for a block.
// NONE-NOT: mma.sync
// NONE-NOT: workgroup

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>

// Words are loaded two steps ahead, and go to workgroup memory one step ahead. A
// warp multiplies 64 rows by 32 columns; for common bits it counts those of each
// column and of each row besides.
// CHECK-LABEL: func @matmul(
// CHECK-SAME:    %[[A:.*]]: memref<?x?xi64>, %[[B:.*]]: memref<?x?xi64>, %[[C:.*]]: memref<?x?xi32>)
// CHECK-DAG: %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG: %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[VA:.*]] = memref.reinterpret_cast %[[A]]
// CHECK-DAG:     %[[VB:.*]] = memref.reinterpret_cast %[[B]]
// CHECK-DAG:     %[[VC:.*]] = memref.reinterpret_cast %[[C]]
// CHECK:         gpu.launch
// CHECK-SAME:      workgroup(%[[ROWS:[^ ]*]] : memref<2x128x4xi64, #gpu.address_space<workgroup>>,
// CHECK-SAME:                %[[COLUMNS:[^ ]*]] : memref<2x128x4xi64, #gpu.address_space<workgroup>>)
// CHECK:           scf.for
// CHECK:             memref.store %{{.*}}, %[[ROWS]]
// CHECK:             memref.store %{{.*}}, %[[COLUMNS]]
// CHECK:             scf.if
// CHECK:             gpu.barrier
// CHECK:             scf.for %[[STEP:[^ ]*]] =
// CHECK:               %[[AHEAD:.*]] = arith.addi %[[STEP]], %[[C2]]
// CHECK:               arith.muli %[[AHEAD]], %[[C4]]
// CHECK:               scf.if
// CHECK-COUNT-2:         memref.load %[[VA]]{{.*}} {alignment = 8 : i64}
// CHECK-COUNT-2:         memref.load %[[VB]]{{.*}} {alignment = 8 : i64}
// CHECK-COUNT-8:       memref.load %[[ROWS]]
// CHECK-COUNT-4:       memref.load %[[COLUMNS]]
// XOR-COUNT-16:        nvvm.mma.sync {{.*}}b1Op = #nvvm.mma_b1op<xor_popc>{{.*}}shape = #nvvm.shape<m = 16, n = 8, k = 256>
// AND-COUNT-24:        nvvm.mma.sync {{.*}}b1Op = #nvvm.mma_b1op<and_popc>{{.*}}shape = #nvvm.shape<m = 16, n = 8, k = 256>
// SMALL-COUNT-64:      llvm.inline_asm has_side_effects "mma.sync.aligned.m8n8k128.row.col.s32.b1.b1.s32.xor.popc
// CHECK-NOT:           mma.sync
// CHECK:               memref.store %{{.*}}, %[[ROWS]]
// CHECK:               memref.store %{{.*}}, %[[COLUMNS]]
// CHECK:               gpu.barrier
// CHECK:               scf.yield
// CHECK:             scf.if
// CHECK:               scf.if
// CHECK:                 %[[BEFORE:.*]] = memref.load %[[VC]]
// CHECK:                 %[[AFTER:.*]] = arith.addi %[[BEFORE]]
// CHECK:                 memref.store %[[AFTER]], %[[VC]]
func.func @matmul(%a: memref<?x?xi64>, %b: memref<?x?xi64>, %c: memref<?x?xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<?x?xi64>, memref<?x?xi64>) outs(%c : memref<?x?xi32>) {
  ^bb0(%x: i64, %y: i64, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %y : i64
    %count = math.ctpop %bits : i64
    %narrow = arith.trunci %count : i64 to i32
    %twice = arith.shli %narrow, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>

// A fill before is what the kernel adds to. Two words of 32 bits are
// loaded for one of 64.
// CHECK-LABEL: func @fill(
// CHECK-SAME:    %[[DEPTH:[^ ]*]]: i32,
// CHECK:         gpu.launch
// CHECK:           mma.sync
// CHECK:           arith.addi %[[DEPTH]]
// CHECK-NOT:     gpu.launch
func.func @fill(%depth: i32, %a: memref<50x7xi32>, %b: memref<20x7xi32>, %c: memref<50x20xi32>) {
  linalg.fill ins(%depth : i32) outs(%c : memref<50x20xi32>)
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<50x7xi32>, memref<20x7xi32>) outs(%c : memref<50x20xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %twice = arith.shli %count, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>

// Narrow words are left to threads that count one by one.
// CHECK-LABEL: func @bytes(
// CHECK-NOT:     mma.sync
// CHECK:         math.ctpop
func.func @bytes(%a: memref<?x?xi8>, %b: memref<?x?xi8>, %c: memref<?x?xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<?x?xi8>, memref<?x?xi8>) outs(%c : memref<?x?xi32>) {
  ^bb0(%x: i8, %y: i8, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %y : i8
    %count = math.ctpop %bits : i8
    %wide = arith.extui %count : i8 to i32
    %twice = arith.shli %wide, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}

// -----

#a = affine_map<(m, n, k) -> (m floordiv 2, k)>
#b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>

// Rows that are not as far from each other everywhere, too.
// CHECK-LABEL: func @divided(
// CHECK-NOT:     mma.sync
// CHECK:         math.ctpop
func.func @divided(%a: memref<25x7xi32>, %b: memref<20x7xi32>, %c: memref<50x20xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<25x7xi32>, memref<20x7xi32>) outs(%c : memref<50x20xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %twice = arith.shli %count, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}
