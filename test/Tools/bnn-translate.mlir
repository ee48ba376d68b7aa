// RUN: bnn-translate --mlir-to-llvmir %s 2>&1 | FileCheck %s

// Attributes of the dialect that are left on lowered functions say nothing to
// LLVM, and pass without a word.

// CHECK-NOT: {{warning|error}}
// CHECK: define float @f(float %0)
llvm.func @f(%x: f32) -> f32 attributes {
    quant_bnn.signature = #quant_bnn<nan_mode positive>} {
  llvm.return %x : f32
}
