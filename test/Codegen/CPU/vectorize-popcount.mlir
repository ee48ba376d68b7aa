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

// A panel of columns is packed once, and all rows go through it. The bits of a word
// are counted in bytes, which are added to the sums of 32 bits before they overflow.
// CHECK-LABEL: func @matmul
// CHECK-SAME:    %[[A:.*]]: memref<64x40xi32>, %[[B:.*]]: memref<32x40xi32>, %[[OUT:.*]]: memref<64x32xi32>
// CHECK:         scf.for
// CHECK:           %[[PANEL:.*]] = memref.alloc
// CHECK:           vector.load %[[B]]
// CHECK:           vector.store %{{.*}}, %[[PANEL]]
// CHECK:           scf.for
// CHECK:             %[[LEFT:.*]] = vector.load %[[PANEL]]
// CHECK:             %[[WORD:.*]] = memref.load %[[A]]
// CHECK:             %[[SPLAT:.*]] = vector.broadcast %[[WORD]] : i32 to vector<8xi32>
// CHECK:             %[[XOR:.*]] = arith.xori %[[SPLAT]], %[[LEFT]]
// CHECK:             %[[BYTES:.*]] = vector.bitcast %[[XOR]] : vector<8xi32> to vector<32xi8>
// CHECK:             %[[BITS:.*]] = math.ctpop %[[BYTES]]
// CHECK:             arith.addi %{{.*}}, %[[BITS]] : vector<32xi8>
// CHECK:             %[[BEFORE:.*]] = vector.load %[[OUT]]
// CHECK:             %[[AFTER:.*]] = arith.addi %[[BEFORE]], %{{.*}} : vector<8xi32>
// CHECK:             vector.store %[[AFTER]], %[[OUT]]
// CHECK:           memref.dealloc %[[PANEL]]

// WORDS-LABEL: func @matmul
// WORDS:         scf.for
// WORDS:           %[[BITS:.*]] = math.ctpop %{{.*}} : vector<16xi32>
// WORDS-NEXT:      arith.addi %{{.*}}, %[[BITS]] : vector<16xi32>

// Tables of counts are made from the rows, and the nibbles of a panel look up in
// them.
// TABLE-LABEL: func @matmul
// TABLE-SAME:    %[[A:.*]]: memref<64x40xi32>, %[[B:.*]]: memref<32x40xi32>, %[[OUT:.*]]: memref<64x32xi32>
// TABLE:         %[[ALLOC:.*]] = memref.alloc() {alignment = 64 : i64} : memref<16x16x16xi8>
// TABLE:         %[[TABLES:.*]] = memref.collapse_shape %[[ALLOC]]
// TABLE:         vector.load %[[A]]
// TABLE:         scf.for
// TABLE-NOT:       %[[A]]
// TABLE:           %[[TABLE:.*]] = vector.load %[[TABLES]]
// TABLE:           %[[SPREAD:.*]] = vector.shuffle %[[TABLE]], %[[TABLE]]
// TABLE:           %[[COUNT:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"(%[[SPREAD]], %{{.*}})
// TABLE:           arith.addi %{{.*}} : vector<32xi8>
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
// CHECK:         %[[MANY:.*]] = arith.cmpi uge
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

// The last two loops that reduce walk words in a row, so they are one.
// CHECK-LABEL: func @conv
// CHECK-SAME:    %[[A:.*]]: memref<1x30x30x2xi32>, %[[B:.*]]: memref<8x3x3x2xi32>
// CHECK-DAG:     memref.collapse_shape %[[A]] {{\[}}[0], [1], [2, 3]]
// CHECK-DAG:     memref.collapse_shape %[[B]] {{\[}}[0], [1], [2, 3]]
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C6:.*]] = arith.constant 6 : index
// CHECK:         scf.for %{{.*}} to %[[C3]] step %{{.*}} iter_args({{.*}}vector<32xi8>
// CHECK-NEXT:      scf.for %{{.*}} to %[[C6]] step %{{.*}} iter_args({{.*}}vector<32xi8>
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

// The sum of the counts needs no product.
// CHECK-LABEL: func @hamming_distance
// CHECK:         math.ctpop
// CHECK:         %[[BEFORE:.*]] = vector.load %{{.*}} : memref<64x32xi32>, vector<8xi32>
// CHECK-NOT:     arith.muli
// CHECK:         arith.addi %[[BEFORE]], %{{.*}} : vector<8xi32>
// CHECK:         return
func.func @hamming_distance(%a: memref<64x40xi32>, %b: memref<32x40xi32>, %out: memref<64x32xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x40xi32>, memref<32x40xi32>) outs(%out : memref<64x32xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %sum = arith.addi %count, %acc : i32
    linalg.yield %sum : i32
  }
  return
}

// Any constant, and any order of operands.
// CHECK-LABEL: func @product_first
// CHECK:         %[[FACTOR:.*]] = arith.constant dense<3> : vector<8xi32>
// CHECK:         math.ctpop
// CHECK:         arith.muli %{{.*}}, %[[FACTOR]] : vector<8xi32>
func.func @product_first(%a: memref<64x40xi32>, %b: memref<32x40xi32>, %out: memref<64x32xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x40xi32>, memref<32x40xi32>) outs(%out : memref<64x32xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %three = arith.constant 3 : i32
    %term = arith.muli %three, %count : i32
    %sum = arith.addi %term, %acc : i32
    linalg.yield %sum : i32
  }
  return
}

// A difference.
// CHECK-LABEL: func @difference_of_shift
// CHECK:         %[[FACTOR:.*]] = arith.constant dense<-4> : vector<8xi32>
// CHECK:         math.ctpop
// CHECK:         arith.muli %{{.*}}, %[[FACTOR]] : vector<8xi32>
func.func @difference_of_shift(%a: memref<64x40xi32>, %b: memref<32x40xi32>, %out: memref<64x32xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x40xi32>, memref<32x40xi32>) outs(%out : memref<64x32xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %two = arith.constant 2 : i32
    %term = arith.shli %count, %two : i32
    %sum = arith.subi %acc, %term : i32
    linalg.yield %sum : i32
  }
  return
}

// A product of 64 bits, of which the output has the low 32: the factor
// is 6 * 2^30.
// CHECK-LABEL: func @truncated_product
// CHECK:         %[[FACTOR:.*]] = arith.constant dense<-2147483648> : vector<8xi32>
// CHECK:         math.ctpop
// CHECK:         arith.muli %{{.*}}, %[[FACTOR]] : vector<8xi32>
func.func @truncated_product(%a: memref<64x40xi64>, %b: memref<32x40xi64>, %out: memref<64x32xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x40xi64>, memref<32x40xi64>) outs(%out : memref<64x32xi32>) {
  ^bb0(%x: i64, %y: i64, %acc: i32):
    %bits = arith.xori %x, %y : i64
    %count = math.ctpop %bits : i64
    %six = arith.constant 6 : i64
    %shift = arith.constant 30 : i64
    %product = arith.muli %count, %six : i64
    %wide = arith.shli %product, %shift : i64
    %term = arith.trunci %wide : i64 to i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  return
}

// The count of a byte is at most 8, which has no sign.
// CHECK-LABEL: func @sign_extended
// CHECK:         %[[FACTOR:.*]] = arith.constant dense<-2> : vector<32xi32>
// CHECK:         math.ctpop
// CHECK:         arith.muli %{{.*}}, %[[FACTOR]] : vector<32xi32>
func.func @sign_extended(%a: memref<64x40xi8>, %b: memref<32x40xi8>, %out: memref<64x32xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x40xi8>, memref<32x40xi8>) outs(%out : memref<64x32xi32>) {
  ^bb0(%x: i8, %y: i8, %acc: i32):
    %bits = arith.xori %x, %y : i8
    %count = math.ctpop %bits : i8
    %two = arith.constant 2 : i32
    %wide = arith.extsi %count : i8 to i32
    %term = arith.muli %wide, %two : i32
    %sum = arith.subi %acc, %term : i32
    linalg.yield %sum : i32
  }
  return
}
