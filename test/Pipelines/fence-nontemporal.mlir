// The gradient of large arrays is loaded without masks, and selected then.

// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline=nontemporal-threshold=1 | FileCheck %s
// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline=nontemporal-threshold=0 \
// RUN:   | FileCheck %s --check-prefix=CACHED

// CHECK:      llvm.call_intrinsic "llvm.arithmetic.fence"
// CHECK:      llvm.select
// CHECK:      llvm.store {{.*}}nontemporal
// CACHED-NOT: fence
func.func @grad(%x: tensor<?xf32>, %g: tensor<?xf32>) -> tensor<?xf32> {
  %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<?xf32>
  return %dx : tensor<?xf32>
}
