// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline \
// RUN:   | FileCheck %s --check-prefixes=CHECK,RETURN --implicit-check-not='= quant_bnn.'
// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline=results=out-params \
// RUN:   | FileCheck %s --check-prefixes=CHECK,OUT --implicit-check-not='= quant_bnn.'

// The pipeline is its four parts in turn.
// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline=results=out-params -o %t.whole.mlir
// RUN: bnn-opt %s --quant-bnn-fuse-pipeline --quant-bnn-bufferize-pipeline=results=out-params \
// RUN:   --quant-bnn-vectorize-pipeline --quant-bnn-finalize-llvm-pipeline -o %t.parts.mlir
// RUN: diff %t.whole.mlir %t.parts.mlir

// What it lowers to is LLVM IR.
// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline | bnn-translate --mlir-to-llvmir -o /dev/null
// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline='math=libm nontemporal-threshold=0 vector-width=256' \
// RUN:   | bnn-translate --mlir-to-llvmir -o /dev/null
// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline=parallel | bnn-translate --mlir-to-llvmir -o /dev/null

// Upstream's conversion to OpenMP, in place of the runtime library.
// RUN: bnn-opt %s --quant-bnn-fuse-pipeline --quant-bnn-bufferize-pipeline \
// RUN:   --quant-bnn-vectorize-pipeline='parallel nontemporal-threshold=0' --convert-scf-to-openmp \
// RUN:   --canonicalize --quant-bnn-finalize-llvm-pipeline \
// RUN:   | bnn-translate --mlir-to-llvmir | FileCheck %s --check-prefix=OPENMP
// OPENMP: call {{.*}} @__kmpc_fork_call(

// A C caller passes descriptors by pointer: of the result first, or last.
// CHECK-LABEL: llvm.func @sign(
// RETURN-SAME: -> !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
// RETURN-SAME: quant_bnn.signature = (tensor<?xf32>) -> tensor<?xf32>
// RETURN: llvm.func @_mlir_ciface_sign(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr) attributes
// OUT-SAME: quant_bnn.signature = (tensor<?xf32>, memref<?xf32>) -> ()
// OUT: llvm.func @_mlir_ciface_sign(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr) attributes
func.func @sign(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.sign %x clip = 1.0 : tensor<?xf32>
  return %y : tensor<?xf32>
}

// Scalars are returned beside.
// CHECK-LABEL: llvm.func @pact(
// RETURN: llvm.func @_mlir_ciface_pact(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: f32) attributes
// OUT: llvm.func @_mlir_ciface_pact(%{{.*}}: !llvm.ptr, %{{.*}}: f32, %{{.*}}: !llvm.ptr) -> f32
func.func @pact(%x: tensor<?xf32>, %alpha: f32) -> (tensor<?xf32>, f32) {
  %q, %s = quant_bnn.pact %x, %alpha bits = 8 : tensor<?xf32>
  return %q, %s : tensor<?xf32>, f32
}

// CHECK-LABEL: llvm.func @training(
func.func @training(%w: tensor<?x?xbf16>, %x: tensor<?x?xbf16>, %g: tensor<?x?xbf16>)
    -> (tensor<?x?xbf16>, tensor<?x?xbf16>, tensor<?x?xbf16>, bf16) {
  %dw = quant_bnn.weight_dorefa_grad %w, %g grad = tanh : tensor<?x?xbf16>
  %dx = quant_bnn.swish_sign_grad %x, %g : tensor<?x?xbf16>
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?x?xbf16>
  %dq, %ds = quant_bnn.dequantize_grad %q, %s, %g : tensor<?x?xbf16>
  return %dw, %dx, %dq, %ds : tensor<?x?xbf16>, tensor<?x?xbf16>, tensor<?x?xbf16>, bf16
}
