// An integer of 54 to 64 bits is rounded once on its way to bf16. The first argument is
// 2^57 + 2^49 + 1, one more than halfway between two numbers of bf16.

// RUN: bnn-runner %s --entry=f --arg='144678138029277185 : i64' --print | FileCheck %s
// RUN: bnn-runner %s --entry=f --arg='5 : i64' --print | FileCheck %s --check-prefix=FIVE

// CHECK-COUNT-3: 1.45E+17
// FIVE-COUNT-3: {{^5$}}
func.func @f(%x: i64) -> (bf16, bf16, bf16) {
  %s = arith.trunci %x : i64 to i60
  %0 = arith.sitofp %s : i60 to bf16
  %1 = arith.uitofp %s : i60 to bf16
  %2 = arith.sitofp %x : i64 to bf16
  return %0, %1, %2 : bf16, bf16, bf16
}
