// There is no fence for pointers and for scalable integers.

// RUN: bnn-opt %s --pass-pipeline="builtin.module(llvm.func(bnn-codegen-fence-selected-loads))" \
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
