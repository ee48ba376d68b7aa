// A value that a masked instruction could load is behind a fence if its block has
// stores that bypass the caches; LLVM then loads whole vectors.
// REQUIRES: x86-registered-target

// RUN: bnn-opt %s --pass-pipeline="builtin.module(llvm.func(bnn-codegen-fence-nontemporal))" \
// RUN:   -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: bnn-translate --mlir-to-llvmir %t.mlir -o %t.ll
// RUN: %clang --target=x86_64-linux-gnu -march=znver5 -O3 -Wno-override-module \
// RUN:   -S -x ir %t.ll -o - | FileCheck %s --check-prefix=ASM

// CHECK-LABEL: llvm.func @load(
// CHECK:         %[[X:.*]] = llvm.load
// CHECK:         %[[FENCE:.*]] = llvm.call_intrinsic "llvm.arithmetic.fence"(%[[X]])
// CHECK:         llvm.select %{{.*}}, %[[FENCE]], %{{.*}}
// ASM-LABEL: load:
// ASM:         vmovups (%rdi), %zmm0{{$}}
// ASM:         {%k1}
llvm.func @load(%p: !llvm.ptr, %q: !llvm.ptr, %mask: vector<16xi1>, %other: vector<16xf32>) {
  %x = llvm.load %p {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
  %y = llvm.select %mask, %x, %other : vector<16xi1>, vector<16xf32>
  llvm.store %y, %q {alignment = 64 : i64, nontemporal} : vector<16xf32>, !llvm.ptr
  llvm.return
}

// CHECK-LABEL: llvm.func @product(
// CHECK:         %[[PRODUCT:.*]] = llvm.fmul
// CHECK:         %[[FENCE:.*]] = llvm.call_intrinsic "llvm.arithmetic.fence"(%[[PRODUCT]])
// CHECK:         llvm.select %{{.*}}, %{{.*}}, %[[FENCE]]
// ASM-LABEL: product:
// ASM:         vmulps (%rdi), %zmm1, %zmm{{[0-9]+}}{{$}}
llvm.func @product(%p: !llvm.ptr, %q: !llvm.ptr, %mask: vector<16xi1>, %factor: vector<16xf32>) {
  %zero = llvm.mlir.zero : vector<16xf32>
  %x = llvm.load %p {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
  %product = llvm.fmul %x, %factor : vector<16xf32>
  %y = llvm.select %mask, %zero, %product : vector<16xi1>, vector<16xf32>
  llvm.store %y, %q {alignment = 64 : i64, nontemporal} : vector<16xf32>, !llvm.ptr
  llvm.return
}

// Integers, such as bf16 that is moved only, as floats of 32 bits.
// CHECK-LABEL: llvm.func @integers(
// CHECK:         %[[FLOATS:.*]] = llvm.bitcast %{{.*}} : vector<32xi16> to vector<16xf32>
// CHECK:         %[[FENCE:.*]] = llvm.call_intrinsic "llvm.arithmetic.fence"(%[[FLOATS]])
// CHECK:         %[[X:.*]] = llvm.bitcast %[[FENCE]] : vector<16xf32> to vector<32xi16>
// CHECK:         llvm.select %{{.*}}, %[[X]], %{{.*}}
// ASM-LABEL: integers:
// ASM:         vmovups (%rdi), %zmm0{{$}}
llvm.func @integers(%p: !llvm.ptr, %q: !llvm.ptr, %mask: vector<32xi1>) {
  %zero = llvm.mlir.zero : vector<32xi16>
  %x = llvm.load %p {alignment = 2 : i64} : !llvm.ptr -> vector<32xi16>
  %y = llvm.select %mask, %x, %zero : vector<32xi1>, vector<32xi16>
  llvm.store %y, %q {alignment = 64 : i64, nontemporal} : vector<32xi16>, !llvm.ptr
  llvm.return
}

// These have no masked form: a scalar condition, a value that is used elsewhere, and
// one that no load is near. There is no fence for integers that are no whole floats and
// for 3 elements.
// CHECK-LABEL: llvm.func @others(
// CHECK-NOT:     fence
// CHECK:         llvm.return
llvm.func @others(%p: !llvm.ptr, %q: !llvm.ptr, %bit: i1, %mask: vector<16xi1>, %short: vector<3xi1>,
                  %x: vector<16xf32>) {
  %loaded = llvm.load %p {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
  %a = llvm.select %bit, %loaded, %x : i1, vector<16xf32>
  %b = llvm.load %p {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
  %c = llvm.select %mask, %b, %x : vector<16xi1>, vector<16xf32>
  %d = llvm.fadd %a, %c : vector<16xf32>
  %e = llvm.select %mask, %d, %b : vector<16xi1>, vector<16xf32>
  llvm.store %e, %q {alignment = 64 : i64, nontemporal} : vector<16xf32>, !llvm.ptr
  %zero = llvm.mlir.zero : vector<3xi16>
  %f = llvm.load %p {alignment = 2 : i64} : !llvm.ptr -> vector<3xi16>
  %g = llvm.select %short, %f, %zero : vector<3xi1>, vector<3xi16>
  llvm.store %g, %p {alignment = 2 : i64} : vector<3xi16>, !llvm.ptr
  %three = llvm.mlir.zero : vector<3xf32>
  %h = llvm.load %p {alignment = 4 : i64} : !llvm.ptr -> vector<3xf32>
  %i = llvm.select %short, %h, %three : vector<3xi1>, vector<3xf32>
  llvm.store %i, %p {alignment = 4 : i64} : vector<3xf32>, !llvm.ptr
  llvm.return
}

// CHECK-LABEL: llvm.func @cached(
// CHECK-NOT:     fence
// CHECK:         llvm.return
// ASM-LABEL: cached:
// ASM:         vmovups (%rdi), %zmm0 {%k1} {z}
llvm.func @cached(%p: !llvm.ptr, %q: !llvm.ptr, %mask: vector<16xi1>) {
  %zero = llvm.mlir.zero : vector<16xf32>
  %x = llvm.load %p {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
  %y = llvm.select %mask, %x, %zero : vector<16xi1>, vector<16xf32>
  llvm.store %y, %q {alignment = 4 : i64} : vector<16xf32>, !llvm.ptr
  llvm.return
}

// LLVM has no such store of bf16.
// CHECK-LABEL: llvm.func @bf16(
// CHECK:         %[[BITS:.*]] = llvm.bitcast %{{.*}} : vector<32xbf16> to vector<32xi16>
// CHECK:         %[[FLOATS:.*]] = llvm.bitcast %[[BITS]] : vector<32xi16> to vector<16xf32>
// CHECK:         %[[FENCE:.*]] = llvm.call_intrinsic "llvm.arithmetic.fence"(%[[FLOATS]])
// CHECK:         %[[FENCED:.*]] = llvm.bitcast %[[FENCE]] : vector<16xf32> to vector<32xi16>
// CHECK:         llvm.store %[[FENCED]]
// ASM-LABEL: bf16:
// ASM:         vmovnt
llvm.func @bf16(%x: vector<32xf32>, %q: !llvm.ptr) {
  %y = llvm.fptrunc %x : vector<32xf32> to vector<32xbf16>
  %bits = llvm.bitcast %y : vector<32xbf16> to vector<32xi16>
  llvm.store %bits, %q {alignment = 64 : i64, nontemporal} : vector<32xi16>, !llvm.ptr
  llvm.return
}
