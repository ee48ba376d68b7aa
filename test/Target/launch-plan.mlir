// REQUIRES: nvptx-registered-target
// RUN: bnn-opt %s --quant-bnn-lower-to-nvvm-pipeline='host=keep memory=device' \
// RUN:   | bnn-translate --gpu-to-launch-plan | FileCheck %s

// CHECK:      "arguments": [
// CHECK-NEXT:   0
// CHECK-NEXT: ]
// CHECK-NEXT: "name": "sign"
// CHECK-NEXT: "results": [
// CHECK-NEXT:   [[RESULT:[0-9]+]]
// CHECK:      "op": "memref.dim"
// CHECK-NEXT: "operands": [
// CHECK-NEXT:   0,
// CHECK:      "results": [
// CHECK-NEXT:   [[SIZE:[0-9]+]]
// CHECK:      "op": "gpu.alloc"
// CHECK-NEXT: "operands": [
// CHECK-NEXT:   [[SIZE]]
// CHECK-NEXT: ]
// CHECK-NEXT: "results": [
// CHECK-NEXT:   [[RESULT]]
// CHECK:      "op": "arith.cmpi"
// CHECK:      "predicate": "eq"
// CHECK:      "block": [
// CHECK:      "grid": [
// CHECK:      "kernel": "sign_kernel"
// CHECK-NEXT: "module": "sign_kernel"
// CHECK-NEXT: "op": "gpu.launch_func"
// CHECK:      "types": [
// CHECK-NEXT:   "memref<?xf32>"
// CHECK:      "kernels": [
// CHECK:      "chip": "sm_80"
// CHECK-NEXT: "format": "assembly"
// CHECK-NEXT: "image": "{{[A-Za-z0-9+/=]+}}"
// CHECK-NEXT: "module": "sign_kernel"
func.func @sign(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.sign %x : tensor<?xf32>
  return %y : tensor<?xf32>
}
