// What is given is not chosen for this machine.
// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline="host vector-width=64 popcount=bytes" | FileCheck %s

// CHECK-LABEL: llvm.func @product
// CHECK-NOT:     pshuf
// CHECK:         llvm.intr.ctpop(%{{.*}}) : (vector<8xi8>) -> vector<8xi8>
// CHECK-NOT:     pshuf
func.func @product(%a: tensor<64x128xi1, #quant_bnn.packed<i32>>, %b: tensor<64x128xi1, #quant_bnn.packed<i32>>)
    -> tensor<64x64xi32> {
  %acc = quant_bnn.xnor_matmul %a, %b
      : (tensor<64x128xi1, #quant_bnn.packed<i32>>, tensor<64x128xi1, #quant_bnn.packed<i32>>) -> tensor<64x64xi32>
  return %acc : tensor<64x64xi32>
}
