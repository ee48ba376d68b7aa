// RUN: bnn-opt %s --pass-pipeline='builtin.module(llvm.func(quant-bnn-bf16-vectors-to-i16))' | FileCheck %s

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

// Scalars keep their type, and with it how they are passed.
// CHECK-LABEL: llvm.func @elements(%{{.*}}: bf16
// CHECK:         %[[BITS:.*]] = llvm.bitcast %{{.*}} : bf16 to i16
// CHECK:         %[[V:.*]] = llvm.insertelement %[[BITS]], %{{.*}} : vector<4xi16>
// CHECK:         %[[E:.*]] = llvm.extractelement %[[V]]{{.*}} : vector<4xi16>
// CHECK:         %[[X:.*]] = llvm.bitcast %[[E]] : i16 to bf16
// CHECK:         llvm.return %[[X]] : bf16
llvm.func @elements(%x: bf16, %i: i32) -> bf16 {
  %poison = llvm.mlir.poison : vector<4xbf16>
  %v = llvm.insertelement %x, %poison[%i : i32] : vector<4xbf16>
  %e = llvm.extractelement %v[%i : i32] : vector<4xbf16>
  llvm.return %e : bf16
}

// CHECK-LABEL: llvm.func @computes
// CHECK:         llvm.load %{{.*}} -> vector<4xbf16>
// CHECK:         llvm.fadd %{{.*}}, %{{.*}} : vector<4xbf16>
llvm.func @computes(%p: !llvm.ptr) {
  %x = llvm.load %p : !llvm.ptr -> vector<4xbf16>
  %y = llvm.fadd %x, %x : vector<4xbf16>
  llvm.store %y, %p : vector<4xbf16>, !llvm.ptr
  llvm.return
}

// CHECK-LABEL: llvm.func @signature(%{{.*}}: vector<4xbf16>
// CHECK:         llvm.store %{{.*}} : vector<4xbf16>
llvm.func @signature(%x: vector<4xbf16>, %p: !llvm.ptr) {
  llvm.store %x, %p : vector<4xbf16>, !llvm.ptr
  llvm.return
}

// CHECK-LABEL: llvm.func @f16
// CHECK:         llvm.load %{{.*}} -> vector<4xf16>
llvm.func @f16(%p: !llvm.ptr) {
  %x = llvm.load %p : !llvm.ptr -> vector<4xf16>
  llvm.store %x, %p : vector<4xf16>, !llvm.ptr
  llvm.return
}
