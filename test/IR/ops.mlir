// RUN: bnn-opt %s | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --emit-bytecode | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --mlir-print-op-generic | bnn-opt | FileCheck %s

// CHECK-LABEL: func @identity
func.func @identity(%x: tensor<4x?xf32>) -> tensor<4x?xf32> {
  // CHECK: quant_bnn.identity %{{.*}} : tensor<4x?xf32>
  %y = quant_bnn.identity %x : tensor<4x?xf32>
  return %y : tensor<4x?xf32>
}
