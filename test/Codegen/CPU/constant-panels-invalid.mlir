// A resource of another size than its type is an error, also where panels would hold it.
// RUN: not bnn-compile %s -o %t.so --header=%t.h 2>&1 | FileCheck %s
// CHECK: [[@LINE+2]]:8: error: raw data size does not match element type size
func.func @product(%a: tensor<49x500xf32>, %c: tensor<49x72xf32>) -> tensor<49x72xf32> {
  %b = arith.constant dense_resource<w> : tensor<500x72xf32>
  %r = linalg.matmul ins(%a, %b : tensor<49x500xf32>, tensor<500x72xf32>) outs(%c : tensor<49x72xf32>) -> tensor<49x72xf32>
  return %r : tensor<49x72xf32>
}
{-# dialect_resources: { builtin: { w: "0x0400000001000000" } } #-}
