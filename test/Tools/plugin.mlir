// REQUIRES: plugin
// DEFINE: %{plugin} = %library_dir/QuantBNNPlugin.so
// DEFINE: %{passes} =
// DEFINE: %{run} = mlir-opt %s --load-dialect-plugin=%{plugin} \
// DEFINE:   --load-pass-plugin=%{plugin} --pass-pipeline='builtin.module(%{passes})'

// REDEFINE: %{passes} = convert-quant-bnn-to-linalg,convert-quant-bnn-to-arith
// RUN: %{run} | FileCheck %s --check-prefix=LINALG
// REDEFINE: %{passes} = quant-bnn-lower-to-llvm-pipeline
// RUN: %{run} | FileCheck %s --check-prefix=LLVM

// LINALG-LABEL: func @f
// LINALG: linalg.generic
// LINALG-NOT: quant_bnn
// LLVM: llvm.func @f
func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.weight_dorefa %x bits = 2 : tensor<?xf32>
  %z = quant_bnn.swish_sign %y beta = 4.0 : tensor<?xf32>
  return %z : tensor<?xf32>
}
