// RUN: bnn-opt %s --bnn-codegen-allocate-on-gpu --verify-diagnostics

func.func @unranked(%x: memref<*xf32>, %y: memref<*xf32>) {
  // expected-error @+1 {{'memref.copy' op cannot copy 'memref<*xf32>' on the device: cast it to a ranked memref}}
  memref.copy %x, %y : memref<*xf32> to memref<*xf32>
  return
}
