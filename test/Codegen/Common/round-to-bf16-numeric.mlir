// All upper halves of f32 with sixteen lower halves, rounded by each means and by
// integers.
// REQUIRES: host-avx512_bf16

// RUN: rm -rf %t && mkdir %t
// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline="bf16=avx512" -o %t/instruction.mlir
// RUN: bnn-runner %t/instruction.mlir --pipeline=none --entry=differences --result=%t/d.npy
// RUN: %npy check %t/d.npy i64 [6] 0
// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline -o %t/integers.mlir
// RUN: bnn-runner %t/integers.mlir --pipeline=none --entry=differences --result=%t/e.npy
// RUN: %npy check %t/e.npy i64 [6] 0
// RUN: FileCheck %s --input-file=%t/instruction.mlir
// RUN: FileCheck %s --input-file=%t/integers.mlir --check-prefix=INTEGERS

// CHECK-LABEL: llvm.func @any
// CHECK:         fpclass
// CHECK:         llvm.fptrunc
// CHECK-LABEL: llvm.func @small
// CHECK-NOT:     fpclass
// CHECK:         llvm.fptrunc
// CHECK-LABEL: llvm.func @smaller
// CHECK:         fpclass
// INTEGERS-NOT:  fptrunc

// Lanes of `%actual` that are not `%value`, rounded to the nearest bf16 with ties to
// even; any NaN is one.
func.func private @count(%value: vector<16xf32>, %actual: vector<16xbf16>) -> i64 {
  %bits = arith.bitcast %value : vector<16xf32> to vector<16xi32>
  %c1 = arith.constant dense<1> : vector<16xi32>
  %c16 = arith.constant dense<16> : vector<16xi32>
  %half = arith.constant dense<0x7fff> : vector<16xi32>
  %upper = arith.shrui %bits, %c16 : vector<16xi32>
  %odd = arith.andi %upper, %c1 : vector<16xi32>
  %0 = arith.addi %bits, %half : vector<16xi32>
  %1 = arith.addi %0, %odd : vector<16xi32>
  %2 = arith.shrui %1, %c16 : vector<16xi32>
  %rounded = arith.trunci %2 : vector<16xi32> to vector<16xi16>
  %actual_bits = arith.bitcast %actual : vector<16xbf16> to vector<16xi16>
  %isDifferent = arith.cmpi ne, %rounded, %actual_bits : vector<16xi16>
  %isNaN = arith.cmpf uno, %value, %value : vector<16xf32>
  %isActualNaN = arith.cmpf uno, %actual, %actual : vector<16xbf16>
  %isNotNaN = arith.xori %isNaN, %isActualNaN : vector<16xi1>
  %isWrong = arith.select %isNaN, %isNotNaN, %isDifferent : vector<16xi1>, vector<16xi1>
  %wrong = arith.extui %isWrong : vector<16xi1> to vector<16xi64>
  %sum = vector.reduction <add>, %wrong : vector<16xi64> into i64
  return %sum : i64
}

func.func private @any(%x: vector<16xf32>) -> i64 {
  %y = arith.truncf %x : vector<16xf32> to vector<16xbf16>
  %n = call @count(%x, %y) : (vector<16xf32>, vector<16xbf16>) -> i64
  return %n : i64
}

// Integers times 2^-126.
func.func private @small(%i: vector<16xi32>) -> i64 {
  %scale = arith.constant dense<1.17549435E-38> : vector<16xf32>
  %0 = arith.sitofp %i : vector<16xi32> to vector<16xf32>
  %1 = arith.mulf %0, %scale : vector<16xf32>
  %y = arith.truncf %1 : vector<16xf32> to vector<16xbf16>
  %n = call @count(%1, %y) : (vector<16xf32>, vector<16xbf16>) -> i64
  return %n : i64
}

// Integers divided by 2^126 and 3.
func.func private @smaller(%i: vector<16xi32>) -> i64 {
  %divisor = arith.constant dense<2.55211775E+38> : vector<16xf32>
  %0 = arith.sitofp %i : vector<16xi32> to vector<16xf32>
  %1 = arith.divf %0, %divisor : vector<16xf32>
  %y = arith.truncf %1 : vector<16xf32> to vector<16xbf16>
  %n = call @count(%1, %y) : (vector<16xf32>, vector<16xbf16>) -> i64
  return %n : i64
}

// A value that is rounded to bf16 and to an integer.
func.func private @integer(%x: vector<16xf32>) -> i64 {
  %y = arith.truncf %x : vector<16xf32> to vector<16xbf16>
  %wide = arith.extf %y : vector<16xbf16> to vector<16xf32>
  %0 = math.roundeven %wide : vector<16xf32>
  %z = arith.truncf %0 : vector<16xf32> to vector<16xbf16>
  %n = call @count(%0, %z) : (vector<16xf32>, vector<16xbf16>) -> i64
  return %n : i64
}

// A difference of values that bf16 has.
func.func private @difference(%x: vector<16xf32>, %i: vector<16xi32>) -> i64 {
  %scale = arith.constant dense<9.86076132E-32> : vector<16xf32>
  %byte = arith.trunci %i : vector<16xi32> to vector<16xi8>
  %0 = arith.sitofp %byte : vector<16xi8> to vector<16xf32>
  %1 = arith.mulf %0, %scale : vector<16xf32>
  %2 = arith.truncf %x : vector<16xf32> to vector<16xbf16>
  %3 = arith.extf %2 : vector<16xbf16> to vector<16xf32>
  %4 = arith.subf %1, %3 : vector<16xf32>
  %y = arith.truncf %4 : vector<16xf32> to vector<16xbf16>
  %n = call @count(%4, %y) : (vector<16xf32>, vector<16xbf16>) -> i64
  return %n : i64
}

// Two registers at once.
func.func private @two_registers(%x: vector<16xf32>, %i: vector<16xi32>) -> i64 {
  %0 = arith.sitofp %i : vector<16xi32> to vector<16xf32>
  %joined = vector.shuffle %x, %0 [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
      24, 25, 26, 27, 28, 29, 30, 31] : vector<16xf32>, vector<16xf32>
  %y = arith.truncf %joined : vector<32xf32> to vector<32xbf16>
  %low = vector.extract_strided_slice %y {offsets = [0], sizes = [16], strides = [1]} : vector<32xbf16> to vector<16xbf16>
  %high = vector.extract_strided_slice %y {offsets = [16], sizes = [16], strides = [1]} : vector<32xbf16> to vector<16xbf16>
  %n0 = call @count(%x, %low) : (vector<16xf32>, vector<16xbf16>) -> i64
  %n1 = call @count(%0, %high) : (vector<16xf32>, vector<16xbf16>) -> i64
  %n = arith.addi %n0, %n1 : i64
  return %n : i64
}

func.func @differences() -> tensor<6xi64> {
  %begin = arith.constant 0 : index
  %end = arith.constant 65536 : index
  %step = arith.constant 1 : index
  %none = arith.constant 0 : i64
  %c16 = arith.constant dense<16> : vector<16xi32>
  %lower = arith.constant dense<[0, 1, 2, 3, 0x7ffd, 0x7ffe, 0x7fff, 0x8000, 0x8001, 0x8002,
      0x8003, 0xaaaa, 0x5555, 0xfffd, 0xfffe, 0xffff]> : vector<16xi32>
  %n:6 = scf.for %u = %begin to %end step %step
      iter_args(%a = %none, %b = %none, %c = %none, %d = %none, %e = %none, %f = %none)
      -> (i64, i64, i64, i64, i64, i64) {
    %0 = arith.index_cast %u : index to i32
    %1 = vector.broadcast %0 : i32 to vector<16xi32>
    %2 = arith.shli %1, %c16 : vector<16xi32>
    %bits = arith.ori %2, %lower : vector<16xi32>
    %x = arith.bitcast %bits : vector<16xi32> to vector<16xf32>
    %a0 = func.call @any(%x) : (vector<16xf32>) -> i64
    %b0 = func.call @small(%bits) : (vector<16xi32>) -> i64
    %c0 = func.call @smaller(%bits) : (vector<16xi32>) -> i64
    %d0 = func.call @integer(%x) : (vector<16xf32>) -> i64
    %e0 = func.call @difference(%x, %1) : (vector<16xf32>, vector<16xi32>) -> i64
    %f0 = func.call @two_registers(%x, %bits) : (vector<16xf32>, vector<16xi32>) -> i64
    %a1 = arith.addi %a, %a0 : i64
    %b1 = arith.addi %b, %b0 : i64
    %c1 = arith.addi %c, %c0 : i64
    %d1 = arith.addi %d, %d0 : i64
    %e1 = arith.addi %e, %e0 : i64
    %f1 = arith.addi %f, %f0 : i64
    scf.yield %a1, %b1, %c1, %d1, %e1, %f1 : i64, i64, i64, i64, i64, i64
  }
  %r = tensor.from_elements %n#0, %n#1, %n#2, %n#3, %n#4, %n#5 : tensor<6xi64>
  return %r : tensor<6xi64>
}
