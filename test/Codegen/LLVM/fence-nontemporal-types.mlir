// There is no fence for pointers and for scalable integers. Half floats are cast to
// those of 32 bits: not all targets have a fence of theirs.

// RUN: bnn-opt %s --pass-pipeline="builtin.module(llvm.func(bnn-codegen-fence-nontemporal))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: llvm.func @types(
// CHECK-NOT:     fence
// CHECK:         llvm.return
llvm.func @types(%p: !llvm.ptr, %q: !llvm.ptr, %mask: vector<4xi1>, %scalable: vector<[4]xi1>) {
  %null = llvm.mlir.zero : vector<4x!llvm.ptr>
  %a = llvm.load %p {alignment = 8 : i64} : !llvm.ptr -> vector<4x!llvm.ptr>
  %b = llvm.select %mask, %a, %null : vector<4xi1>, vector<4x!llvm.ptr>
  llvm.store %b, %q {alignment = 8 : i64, nontemporal} : vector<4x!llvm.ptr>, !llvm.ptr
  %zero = llvm.mlir.zero : vector<[4]xi32>
  %c = llvm.load %p {alignment = 4 : i64} : !llvm.ptr -> vector<[4]xi32>
  %d = llvm.select %scalable, %c, %zero : vector<[4]xi1>, vector<[4]xi32>
  llvm.store %d, %q {alignment = 16 : i64, nontemporal} : vector<[4]xi32>, !llvm.ptr
  llvm.return
}

// CHECK-LABEL: llvm.func @half(
// CHECK:         %[[FLOATS:.*]] = llvm.bitcast %{{.*}} : vector<32xf16> to vector<16xf32>
// CHECK:         llvm.call_intrinsic "llvm.arithmetic.fence"(%[[FLOATS]])
llvm.func @half(%p: !llvm.ptr, %q: !llvm.ptr, %mask: vector<32xi1>) {
  %zero = llvm.mlir.zero : vector<32xf16>
  %x = llvm.load %p {alignment = 2 : i64} : !llvm.ptr -> vector<32xf16>
  %y = llvm.select %mask, %x, %zero : vector<32xi1>, vector<32xf16>
  llvm.store %y, %q {alignment = 64 : i64, nontemporal} : vector<32xf16>, !llvm.ptr
  llvm.return
}
