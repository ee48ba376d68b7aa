// RUN: bnn-opt %s --bnn-codegen-vectorize-popcount="vector-width=256" --canonicalize --cse \
// RUN:   | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-vectorize-popcount="popcount=words" --canonicalize --cse \
// RUN:   | FileCheck %s --check-prefix=WORDS
// RUN: bnn-opt %s --bnn-codegen-vectorize-popcount="popcount=table lookup=x86 vector-width=256" \
// RUN:   --canonicalize --cse | FileCheck %s --check-prefix=TABLE
// RUN: bnn-opt %s --bnn-codegen-vectorize-popcount="parallel" --canonicalize --cse \
// RUN:   | FileCheck %s --check-prefix=PARALLEL

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>

// A panel for two vectors of columns, through which all rows go: three rows at
// once, and one at the end. 40 words are too many for a byte.
// CHECK-LABEL: func @matmul
// CHECK-SAME:    %[[A:.*]]: memref<64x40xi32>, %[[B:.*]]: memref<32x40xi32>, %[[OUT:.*]]: memref<64x32xi32>
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG:     %[[C16:.*]] = arith.constant 16 : index
// CHECK-DAG:     %[[C31:.*]] = arith.constant 31 : index
// CHECK-DAG:     %[[C32:.*]] = arith.constant 32 : index
// CHECK-DAG:     %[[C40:.*]] = arith.constant 40 : index
// CHECK-DAG:     %[[C63:.*]] = arith.constant 63 : index
// CHECK-DAG:     %[[ONE:.*]] = arith.constant dense<1> : vector<8xi32>
// CHECK:         scf.for %[[N:.*]] = %[[C0]] to %[[C32]] step %[[C16]] {
// CHECK:           %[[PANEL:.*]] = memref.alloc() {alignment = 64 : i64} : memref<40x16xi32>
// CHECK:           scf.for %{{.*}} = %[[C0]] to %[[C16]] step %[[C1]] {
// CHECK:             scf.for %{{.*}} = %[[C0]] to %[[C40]] step %[[C16]] {
// CHECK:               memref.prefetch %[[B]]
// CHECK:           scf.for %[[LINE:.*]] = %[[C0]] to %[[C40]] step %[[C16]] {
// CHECK:             scf.for %{{.*}} = %[[LINE]] to %{{.*}} step %[[C4]] {
// CHECK-COUNT-8:       vector.load %[[B]]{{.*}} vector<4xi32>
// CHECK:               vector.shuffle %{{.*}}, %{{.*}} [0, 8, 1, 9, 4, 12, 5, 13]
// CHECK-NEXT:          vector.shuffle %{{.*}}, %{{.*}} [2, 10, 3, 11, 6, 14, 7, 15]
// CHECK:               vector.store %{{.*}}, %[[PANEL]][%{{.*}}, %[[C0]]]
// CHECK:             scf.for %{{.*}} = %[[LINE]] to %{{.*}} step %[[C4]] {
// CHECK:               vector.store %{{.*}}, %[[PANEL]][%{{.*}}, %[[C8]]]
// CHECK:           scf.for %[[M:.*]] = %[[C0]] to %[[C63]] step %[[C3]] {
// CHECK:             %[[TOTALS:.*]]:6 = scf.for %[[BLOCK:.*]] = %[[C0]] to %[[C40]] step %[[C31]]
// CHECK:               %[[COUNTS:.*]]:6 = scf.for %[[I:.*]] = %[[C0]] to %{{.*}} step %[[C1]]
// CHECK-SAME:              -> (vector<32xi8>,
// CHECK:                 %[[K:.*]] = arith.addi %[[BLOCK]], %[[I]]
// CHECK:                 %[[LEFT:.*]] = vector.load %[[PANEL]][%[[K]], %[[C0]]]
// CHECK:                 %[[RIGHT:.*]] = vector.load %[[PANEL]][%[[K]], %[[C8]]]
// CHECK:                 %[[WORD:.*]] = memref.load %[[A]][%[[M]], %[[K]]]
// CHECK:                 %[[SPLAT:.*]] = vector.broadcast %[[WORD]] : i32 to vector<8xi32>
// CHECK:                 %[[XOR:.*]] = arith.xori %[[SPLAT]], %[[LEFT]]
// CHECK:                 %[[BYTES:.*]] = vector.bitcast %[[XOR]] : vector<8xi32> to vector<32xi8>
// CHECK:                 %[[BITS:.*]] = math.ctpop %[[BYTES]]
// CHECK:                 arith.addi %{{.*}}, %[[BITS]] : vector<32xi8>
// CHECK:               vector.bitcast %[[COUNTS]]#0 : vector<32xi8> to vector<16xi16>
// CHECK:             %[[BEFORE:.*]] = vector.load %[[OUT]][%[[M]], %[[N]]]
// CHECK:             %[[TWICE:.*]] = arith.shli %[[TOTALS]]#0, %[[ONE]]
// CHECK:             %[[AFTER:.*]] = arith.subi %[[BEFORE]], %[[TWICE]]
// CHECK:             vector.store %[[AFTER]], %[[OUT]][%[[M]], %[[N]]]
// CHECK:           memref.dealloc %[[PANEL]]

// WORDS-LABEL: func @matmul
// WORDS:         %{{.*}}:16 = scf.for %{{.*}} = %{{.*}} to %c40
// WORDS:           %[[BITS:.*]] = math.ctpop %{{.*}} : vector<16xi32>
// WORDS-NEXT:      arith.addi %{{.*}}, %[[BITS]] : vector<16xi32>

// A table for each two nibbles, which counts for two rows in the halves of a byte,
// and offsets of tables for the nibbles of a and of its next row. Three counts fit
// in four bits.
// TABLE-LABEL: func @matmul
// TABLE-SAME:    %[[A:.*]]: memref<64x40xi32>, %[[B:.*]]: memref<32x40xi32>, %[[OUT:.*]]: memref<64x32xi32>
// TABLE:         %[[ALLOC:.*]] = memref.alloc() {alignment = 64 : i64} : memref<16x16x16xi8>
// TABLE:         %[[TABLES:.*]] = memref.collapse_shape %[[ALLOC]]
// TABLE:         %[[OFFSETS:.*]] = memref.alloc() {alignment = 64 : i64} : memref<64x320xi16>
// TABLE:         scf.for %[[ROW:.*]] = %c0 to %c64
// TABLE:           vector.load %[[A]][%[[ROW]]
// TABLE:           %[[NEXT:.*]] = arith.addi %[[ROW]], %c1
// TABLE:           %[[LAST:.*]] = arith.minui %[[NEXT]], %c63
// TABLE:           vector.load %[[A]][%[[LAST]]
// TABLE:           vector.store %{{.*}}, %[[OFFSETS]]{{.*}} vector<64xi16>
// TABLE:         %[[PANEL:.*]] = memref.alloc() {alignment = 64 : i64} : memref<320x64xi8>
// TABLE:         scf.for %[[M:.*]] = %c0 to %c64 step %c4 {
// TABLE:           scf.for %{{.*}} = %c0 to %c320 step %c63 iter_args({{.*}} -> (vector<16xi16>,
// TABLE:             scf.for %{{.*}} step %c3 iter_args({{.*}} -> (vector<32xi8>,
// TABLE:               %[[NIBBLES:.*]] = vector.load %[[PANEL]]
// TABLE:               %[[JOINED:.*]] = memref.load %[[OFFSETS]][%[[M]],
// TABLE:               %[[OFFSET:.*]] = arith.index_castui %[[JOINED]] : i16 to index
// TABLE:               %[[TABLE:.*]] = vector.load %[[TABLES]][%[[OFFSET]]]
// TABLE:               %[[SPREAD:.*]] = vector.shuffle %[[TABLE]], %[[TABLE]]
// TABLE:               %[[COUNT:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"(%[[SPREAD]], %[[NIBBLES]])
// TABLE:               %[[SUM:.*]] = arith.addi %{{.*}}, %{{.*}} : vector<32xi8>
// TABLE:               %[[SUMS:.*]] = arith.addi %{{.*}}, %[[SUM]] : vector<32xi8>
// TABLE:               %[[PAIRS:.*]] = vector.bitcast %[[SUMS]] : vector<32xi8> to vector<16xi16>
// TABLE:               %[[SHIFTED:.*]] = arith.shrui %[[PAIRS]]
// TABLE:               %[[HIGH:.*]] = vector.bitcast %[[SHIFTED]] : vector<16xi16> to vector<32xi8>
// TABLE:               arith.addi %[[HIGH]], %{{.*}} : vector<32xi8>
// TABLE:         memref.dealloc %[[OFFSETS]]
// TABLE:         memref.dealloc %[[ALLOC]]

// PARALLEL-LABEL: func @matmul
// PARALLEL-NOT:     scf.parallel
// PARALLEL-LABEL: func @dynamic
// PARALLEL:         scf.if
// PARALLEL:           scf.parallel
// PARALLEL:             memref.alloc
// PARALLEL:             memref.dealloc
// PARALLEL:         } else {
// PARALLEL:           scf.parallel
func.func @matmul(%a: memref<64x40xi32>, %b: memref<32x40xi32>, %out: memref<64x32xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x40xi32>, memref<32x40xi32>) outs(%out : memref<64x32xi32>) {
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

// Few rows are not worth a panel: four meet a vector of words as it lies in memory.
// What is left of the columns has a masked panel.
// CHECK-LABEL: func @dynamic
// CHECK-SAME:    %[[A:.*]]: memref<?x?xi64>, %[[B:.*]]: memref<?x?xi64>, %[[OUT:.*]]: memref<?x?xi32>
// CHECK:         %[[MANY:.*]] = arith.cmpi uge, %{{.*}}, %c16
// CHECK:         scf.if %[[MANY]] {
// CHECK:           %[[WHOLE:.*]] = arith.cmpi uge
// CHECK-NEXT:      scf.if %[[WHOLE]] {
// CHECK:             vector.store %{{.*}}, %[[OUT]]
// CHECK:           } else {
// CHECK:             %[[MASK:.*]] = vector.create_mask
// CHECK:             vector.maskedload %[[OUT]]{{.*}}, %[[MASK]]
// CHECK:             vector.maskedstore %[[OUT]]{{.*}}, %[[MASK]]
// CHECK:         } else {
// CHECK-NOT:       memref.alloc
// CHECK:           %[[COLUMN:.*]] = vector.load %[[B]]
// CHECK-COUNT-4:   arith.xori %{{.*}}, %[[COLUMN]]
// CHECK:           vector.reduction <add>, %{{.*}} : vector<32xi32> into i32
func.func @dynamic(%a: memref<?x?xi64>, %b: memref<?x?xi64>, %out: memref<?x?xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<?x?xi64>, memref<?x?xi64>) outs(%out : memref<?x?xi32>) {
  ^bb0(%x: i64, %y: i64, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %y, %x : i64
    %count = math.ctpop %bits : i64
    %narrow = arith.trunci %count : i64 to i32
    %twice = arith.shli %narrow, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}

// The last two loops that reduce walk words in a row, so they are one. All three
// are 18 words, which a byte can count.
// CHECK-LABEL: func @conv
// CHECK-SAME:    %[[A:.*]]: memref<1x30x30x2xi32>, %[[B:.*]]: memref<8x3x3x2xi32>
// CHECK-DAG:     memref.collapse_shape %[[A]] {{\[}}[0], [1], [2, 3]]
// CHECK-DAG:     memref.collapse_shape %[[B]] {{\[}}[0], [1], [2, 3]]
// CHECK:         scf.for %{{.*}} = %c0 to %c28 step %c1 {
// CHECK:           scf.for %{{.*}} = %c0 to %c27 step %c3 {
// CHECK:             scf.for %{{.*}} = %c0 to %c3 step %c1 iter_args({{.*}}vector<32xi8>
// CHECK:               scf.for %{{.*}} = %c0 to %c6 step %c1 iter_args({{.*}}vector<32xi8>
func.func @conv(%a: memref<1x30x30x2xi32>, %b: memref<8x3x3x2xi32>, %out: memref<1x28x28x8xi32>) {
  linalg.generic {
      indexing_maps = [affine_map<(n, h, x, o, kh, kx, w) -> (n, h + kh, x + kx, w)>,
                       affine_map<(n, h, x, o, kh, kx, w) -> (o, kh, kx, w)>,
                       affine_map<(n, h, x, o, kh, kx, w) -> (n, h, x, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel",
                        "reduction", "reduction", "reduction"]}
      ins(%a, %b : memref<1x30x30x2xi32>, memref<8x3x3x2xi32>)
      outs(%out : memref<1x28x28x8xi32>) {
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

// A fill with nothing in between is not needed: the kernel sets the output.
// CHECK-LABEL: func @fill
// CHECK-NOT:     linalg.fill
// CHECK-NOT:     vector.load %{{.*}} : memref<64x32xi32>
// CHECK:         return
func.func @fill(%a: memref<64x40xi32>, %b: memref<32x40xi32>, %out: memref<64x32xi32>) {
  %depth = arith.constant 1280 : i32
  linalg.fill ins(%depth : i32) outs(%out : memref<64x32xi32>)
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x40xi32>, memref<32x40xi32>) outs(%out : memref<64x32xi32>) {
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

// Something may read what is filled.
// CHECK-LABEL: func @fill_before_call
// CHECK:         linalg.fill
func.func private @read(memref<64x32xi32>)
func.func @fill_before_call(%a: memref<64x40xi32>, %b: memref<32x40xi32>, %out: memref<64x32xi32>) {
  %depth = arith.constant 1280 : i32
  linalg.fill ins(%depth : i32) outs(%out : memref<64x32xi32>)
  call @read(%out) : (memref<64x32xi32>) -> ()
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x40xi32>, memref<32x40xi32>) outs(%out : memref<64x32xi32>) {
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
