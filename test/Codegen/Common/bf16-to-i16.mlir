// RUN: bnn-opt %s --pass-pipeline='builtin.module(llvm.func(bnn-codegen-bf16-to-i16))' | FileCheck %s

// CHECK-LABEL: llvm.func @moves
// CHECK-NOT:     bf16
// CHECK:         %[[ONE:.*]] = llvm.mlir.constant(dense<16256> : vector<4xi16>) : vector<4xi16>
// CHECK:         %[[X:.*]] = llvm.load %{{.*}} : !llvm.ptr -> vector<4xi16>
// CHECK:         %[[Y:.*]] = llvm.select %{{.*}}, %[[X]], %[[ONE]] : vector<4xi1>, vector<4xi16>
// CHECK:         %[[ZERO:.*]] = llvm.mlir.constant(dense<0> : vector<4xi16>) : vector<4xi16>
// CHECK:         %[[Z:.*]] = llvm.add %[[Y]], %[[ZERO]] : vector<4xi16>
// CHECK:         llvm.br ^bb1(%[[Z]] : vector<4xi16>)
// CHECK:       ^bb1(%[[W:.*]]: vector<4xi16>)
// CHECK:         llvm.intr.masked.store %[[W]]
llvm.func @moves(%c: vector<4xi1>, %p: !llvm.ptr, %q: !llvm.ptr) {
  %one = llvm.mlir.constant(dense<1.0> : vector<4xbf16>) : vector<4xbf16>
  %x = llvm.load %p : !llvm.ptr -> vector<4xbf16>
  %y = llvm.select %c, %x, %one : vector<4xi1>, vector<4xbf16>
  %zero = llvm.mlir.constant(dense<0> : vector<4xi16>) : vector<4xi16>
  %bits = llvm.bitcast %y : vector<4xbf16> to vector<4xi16>
  %sum = llvm.add %bits, %zero : vector<4xi16>
  %z = llvm.bitcast %sum : vector<4xi16> to vector<4xbf16>
  llvm.br ^bb1(%z : vector<4xbf16>)
^bb1(%w: vector<4xbf16>):
  llvm.intr.masked.store %w, %q, %c {alignment = 2 : i32} : vector<4xbf16>, vector<4xi1> into !llvm.ptr
  llvm.return
}

// CHECK-LABEL: llvm.func @elements(%{{.*}}: i16
// CHECK-NOT:     bitcast
// CHECK:         %[[V:.*]] = llvm.insertelement %{{.*}}, %{{.*}} : vector<4xi16>
// CHECK:         %[[E:.*]] = llvm.extractelement %[[V]]{{.*}} : vector<4xi16>
// CHECK:         llvm.return %[[E]] : i16
llvm.func @elements(%x: bf16, %i: i32) -> bf16 {
  %poison = llvm.mlir.poison : vector<4xbf16>
  %v = llvm.insertelement %x, %poison[%i : i32] : vector<4xbf16>
  %e = llvm.extractelement %v[%i : i32] : vector<4xbf16>
  llvm.return %e : bf16
}

// A note on the function's type stays.
// CHECK-LABEL: llvm.func @signature(%{{.*}}: vector<4xi16>
// CHECK-SAME:    quant_bnn.signature = (vector<4xbf16>) -> ()
// CHECK:         llvm.store %{{.*}} : vector<4xi16>
llvm.func @signature(%x: vector<4xbf16>, %p: !llvm.ptr) attributes {quant_bnn.signature = (vector<4xbf16>) -> ()} {
  llvm.store %x, %p : vector<4xbf16>, !llvm.ptr
  llvm.return
}

// CHECK-LABEL: llvm.func @scalars(
// CHECK-SAME:    %{{.*}}: i1, %[[X:.*]]: i16
// CHECK:         %[[SMALL:.*]] = llvm.mlir.constant(109 : i16) : i16
// CHECK:         llvm.cond_br %{{.*}}, ^bb1(%[[X]] : i16), ^bb1(%[[SMALL]] : i16)
// CHECK:       ^bb1(%[[Y:.*]]: i16)
// CHECK:         llvm.store %[[Y]], %{{.*}} : i16, !llvm.ptr
// CHECK:         llvm.getelementptr %{{.*}}[1] : (!llvm.ptr) -> !llvm.ptr, i16
llvm.func @scalars(%c: i1, %x: bf16, %p: !llvm.ptr) {
  %small = llvm.mlir.constant(1.001e-38 : bf16) : bf16
  llvm.cond_br %c, ^bb1(%x : bf16), ^bb1(%small : bf16)
^bb1(%y: bf16):
  llvm.store %y, %p : bf16, !llvm.ptr
  %q = llvm.getelementptr %p[1] : (!llvm.ptr) -> !llvm.ptr, bf16
  llvm.store %y, %q : bf16, !llvm.ptr
  llvm.return
}

// CHECK:       llvm.func @external(i16) -> !llvm.struct<(ptr, i16)>
// CHECK-LABEL: llvm.func @structure
// CHECK:         %[[S:.*]] = llvm.insertvalue %{{.*}}, %{{.*}}[1] : !llvm.struct<(ptr, i16)>
// CHECK:         %[[E:.*]] = llvm.extractvalue %[[S]][1] : !llvm.struct<(ptr, i16)>
// CHECK:         %[[R:.*]] = llvm.call @external(%[[E]]) : (i16) -> !llvm.struct<(ptr, i16)>
// CHECK:         llvm.return %[[R]] : !llvm.struct<(ptr, i16)>
llvm.func @external(bf16) -> !llvm.struct<(ptr, bf16)>
llvm.func @structure(%x: bf16) -> !llvm.struct<(ptr, bf16)> {
  %poison = llvm.mlir.poison : !llvm.struct<(ptr, bf16)>
  %s = llvm.insertvalue %x, %poison[1] : !llvm.struct<(ptr, bf16)>
  %e = llvm.extractvalue %s[1] : !llvm.struct<(ptr, bf16)>
  %r = llvm.call @external(%e) : (bf16) -> !llvm.struct<(ptr, bf16)>
  llvm.return %r : !llvm.struct<(ptr, bf16)>
}

// Ops that compute keep their type.
// CHECK-LABEL: llvm.func @computes
// CHECK:         %[[BITS:.*]] = llvm.load %{{.*}} -> vector<4xi16>
// CHECK:         %[[X:.*]] = llvm.bitcast %[[BITS]] : vector<4xi16> to vector<4xbf16>
// CHECK:         %[[Y:.*]] = llvm.fadd %[[X]], %{{.*}} : vector<4xbf16>
// CHECK:         %[[SUM:.*]] = llvm.bitcast %[[Y]] : vector<4xbf16> to vector<4xi16>
// CHECK:         llvm.store %[[SUM]]
llvm.func @computes(%p: !llvm.ptr) {
  %x = llvm.load %p : !llvm.ptr -> vector<4xbf16>
  %y = llvm.fadd %x, %x : vector<4xbf16>
  llvm.store %y, %p : vector<4xbf16>, !llvm.ptr
  llvm.return
}

// CHECK-LABEL: llvm.func @f16
// CHECK:         llvm.load %{{.*}} -> vector<4xf16>
llvm.func @f16(%p: !llvm.ptr) {
  %x = llvm.load %p : !llvm.ptr -> vector<4xf16>
  llvm.store %x, %p : vector<4xf16>, !llvm.ptr
  llvm.return
}

// What has not been lowered keeps its types.
// CHECK-LABEL: llvm.func @left(
// CHECK:         %[[M:.*]] = builtin.unrealized_conversion_cast %{{.*}} : !llvm.ptr to memref<4xbf16>
// CHECK:         memref.copy %[[M]], %[[M]] : memref<4xbf16> to memref<4xbf16>
llvm.func @left(%p: !llvm.ptr) {
  %m = builtin.unrealized_conversion_cast %p : !llvm.ptr to memref<4xbf16>
  memref.copy %m, %m : memref<4xbf16> to memref<4xbf16>
  llvm.return
}
