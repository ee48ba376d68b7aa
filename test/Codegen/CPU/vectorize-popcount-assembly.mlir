// What LLVM makes of the inner loop.
// REQUIRES: x86-registered-target, aarch64-registered-target

// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline="popcount=words" \
// RUN:   | bnn-translate --mlir-to-llvmir -o %t.512.ll
// RUN: %clang --target=x86_64-linux-gnu -mavx512f -mavx512vpopcntdq -O3 -Wno-override-module \
// RUN:   -S -x ir %t.512.ll -o - | FileCheck %s --check-prefix=AVX512
// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline="vector-width=256" \
// RUN:   | bnn-translate --mlir-to-llvmir -o %t.256.ll
// RUN: %clang --target=x86_64-linux-gnu -mavx2 -O3 -Wno-override-module \
// RUN:   -S -x ir %t.256.ll -o - | FileCheck %s --check-prefix=AVX2
// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline="vector-width=128" \
// RUN:   | bnn-translate --mlir-to-llvmir -o %t.128.ll
// RUN: %clang --target=aarch64-linux-gnu -O3 -Wno-override-module \
// RUN:   -S -x ir %t.128.ll -o - | FileCheck %s --check-prefix=NEON

// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline="popcount=table lookup=x86 vector-width=256" \
// RUN:   | bnn-translate --mlir-to-llvmir -o %t.table.ll
// RUN: %clang --target=x86_64-linux-gnu -mavx2 -O3 -Wno-override-module \
// RUN:   -S -x ir %t.table.ll -o - | FileCheck %s --check-prefix=TABLE

// AVX512-COUNT-16: vpopcntd {{.*}}%zmm
// AVX512:          j{{n?[a-z]+}}

// AVX2:      vpbroadcastd {{.*}}%ymm
// AVX2:      vpxor
// AVX2:      vpshufb
// AVX2:      vpaddb

// TABLE:      vbroadcasti128 {{.*}}%ymm
// TABLE:      vpshufb
// TABLE:      vpaddb

// NEON:      cnt v{{[0-9]+}}.16b
// NEON:      add v{{[0-9]+}}.16b

func.func @matmul(%a: memref<64x64xi32>, %b: memref<64x64xi32>, %out: memref<64x64xi32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n, w) -> (m, w)>,
                                   affine_map<(m, n, w) -> (n, w)>,
                                   affine_map<(m, n, w) -> (m, n)>],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x64xi32>, memref<64x64xi32>) outs(%out : memref<64x64xi32>) {
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
