// REQUIRES: plugin
// RUN: mlir-opt %s --load-dialect-plugin=%library_dir/QuantBNNPlugin.so \
// RUN:     --load-pass-plugin=%library_dir/QuantBNNPlugin.so \
// RUN:     --pass-pipeline='builtin.module(convert-quant-bnn-to-linalg,convert-quant-bnn-to-arith)' \
// RUN:   | FileCheck %s

// CHECK-LABEL: func @f
// CHECK: linalg.generic
// CHECK-NOT: quant_bnn
func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.weight_dorefa %x bits = 2 : tensor<?xf32>
  %z = quant_bnn.swish_sign %y beta = 4.0 : tensor<?xf32>
  return %z : tensor<?xf32>
}
