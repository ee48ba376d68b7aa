// Extents that disagree are an error, and nothing is written.

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/3.npy f32 [3] 1 && %npy write %t/5.npy f32 [5] 2
// RUN: %npy write %t/0.npy f32 [0] && %npy write %t/scalar.npy f32 [] 0.5

// RUN: bnn-runner %s --entry=add --arg=%t/3.npy --arg=%t/3.npy --arg=%t/3.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f32 [3] 1
// RUN: bnn-runner %s --entry=add --arg=%t/0.npy --arg=%t/0.npy --arg=%t/0.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f32 [0]
// RUN: not bnn-runner %s --entry=add --arg=%t/3.npy --arg=%t/5.npy --arg=%t/3.npy --result=%t/none.npy 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SECOND
// RUN: not bnn-runner %s --entry=add --arg=%t/3.npy --arg=%t/3.npy --arg=%t/5.npy --result=%t/none.npy 2>&1 \
// RUN:   | FileCheck %s --check-prefix=THIRD
// RUN: not bnn-runner %s --entry=add --arg=%t/3.npy --arg=%t/0.npy --arg=%t/3.npy --result=%t/none.npy 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SECOND
// The host code of kernels checks them too.
// RUN: env LD_LIBRARY_PATH=%cuda_driver bnn-runner %s --target=cuda --entry=add --arg=%t/3.npy --arg=%t/3.npy --arg=%t/3.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f32 [3] 1
// RUN: not env LD_LIBRARY_PATH=%cuda_driver bnn-runner %s --target=cuda --entry=add --arg=%t/3.npy --arg=%t/5.npy --arg=%t/3.npy --result=%t/none.npy 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SECOND
// RUN: not ls %t/none.npy
// SECOND: bnn-runner-extents.mlir:[[@LINE+5]]:8: @add requires dimension 0 of argument 1 to be dimension 0 of argument 0 for
// SECOND: bnn-runner: error: the function called abort
// THIRD: bnn-runner-extents.mlir:[[@LINE+4]]:8: @add requires dimension 0 of argument 2 to be dimension 0 of argument 0 for
// THIRD: bnn-runner: error: the function called abort
func.func @add(%x: tensor<?xf32>, %y: tensor<?xf32>, %z: tensor<?xf32>) -> tensor<?xf32> {
  %0 = arith.mulf %x, %y : tensor<?xf32>
  %1 = arith.subf %0, %z : tensor<?xf32>
  %2 = arith.addf %1, %y : tensor<?xf32>
  return %2 : tensor<?xf32>
}

// RUN: %npy write %t/2x3.npy f32 [2,3] 1 && %npy write %t/3x4.npy f32 [3,4] 1
// RUN: bnn-runner %s --entry=matmul --arg=%t/2x3.npy --arg=%t/3x4.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f32 [2,4] 3
// RUN: not bnn-runner %s --entry=matmul --arg=%t/3x4.npy --arg=%t/2x3.npy --result=%t/none.npy 2>&1 \
// RUN:   | FileCheck %s --check-prefix=MATMUL
// MATMUL: @matmul requires dimension 0 of argument 1 to be dimension 1 of argument 0 for 'linalg.matmul'
func.func @matmul(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %n = tensor.dim %y, %c1 : tensor<?x?xf32>
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %0 = linalg.matmul ins(%x, %y : tensor<?x?xf32>, tensor<?x?xf32>) outs(%f : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// RUN: bnn-runner %s --entry=pact --arg=%t/3.npy --arg=%t/3.npy --arg=%t/scalar.npy --result=%t/y.npy
// RUN: not bnn-runner %s --entry=pact --arg=%t/3.npy --arg=%t/5.npy --arg=%t/scalar.npy --result=%t/none.npy 2>&1 \
// RUN:   | FileCheck %s --check-prefix=PACT
// PACT: @pact requires dimension 0 of argument 1 to be dimension 0 of argument 0 for
func.func @pact(%x: tensor<?xf32>, %g: tensor<?xf32>, %alpha: f32) -> tensor<?xf32> {
  %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %g bits = 8 : tensor<?xf32>
  return %dx : tensor<?xf32>
}

// RUN: %npy write %t/2x1.npy i64 [2,1] 0 && %npy write %t/3x1.npy i64 [3,1] 0
// RUN: %npy write %t/3x2.npy i64 [3,2] 0
// RUN: %npy write %t/n64.npy index [] 64 && %npy write %t/n65.npy index [] 65
// RUN: bnn-runner %s --entry=xnor --arg=%t/2x1.npy --arg=%t/n64.npy --arg=%t/3x1.npy --arg=%t/n64.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy i32 [2,3] 64
// RUN: not bnn-runner %s --entry=xnor --arg=%t/2x1.npy --arg=%t/n64.npy --arg=%t/3x2.npy --arg=%t/n65.npy --result=%t/none.npy 2>&1 \
// RUN:   | FileCheck %s --check-prefix=XNOR
// RUN: not bnn-runner %s --entry=xnor --arg=%t/2x1.npy --arg=%t/n64.npy --arg=%t/3x1.npy --arg=%t/n65.npy --result=%t/none.npy 2>&1 \
// RUN:   | FileCheck %s --check-prefix=LENGTH
// XNOR: @xnor requires dimension 1 of argument 2 to be dimension 1 of argument 0 for
// LENGTH: argument 2 of xnor: requires the words that hold the elements of a row, whose number is argument 3
func.func @xnor(%x: tensor<?x?xi1, #quant_bnn.packed<i64>>, %y: tensor<?x?xi1, #quant_bnn.packed<i64>>) -> tensor<?x?xi32> {
  %0 = quant_bnn.xnor_matmul %x, %y
      : (tensor<?x?xi1, #quant_bnn.packed<i64>>, tensor<?x?xi1, #quant_bnn.packed<i64>>) -> tensor<?x?xi32>
  return %0 : tensor<?x?xi32>
}

// A slice past the end.
// RUN: %npy write %t/n2.npy index [] 2 && %npy write %t/n4.npy index [] 4 && %npy write %t/n0.npy index [] 0
// RUN: bnn-runner %s --entry=slice --arg=%t/5.npy --arg=%t/n2.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f32 [2] 2
// RUN: bnn-runner %s --entry=slice --arg=%t/5.npy --arg=%t/n0.npy --result=%t/y.npy
// RUN: not bnn-runner %s --entry=slice --arg=%t/5.npy --arg=%t/n4.npy --result=%t/none.npy 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SLICE
// RUN: not ls %t/none.npy
// SLICE: @slice requires every index to be within dimension 0 of argument 0 for 'tensor.extract_slice'
func.func @slice(%x: tensor<?xf32>, %n: index) -> tensor<?xf32> {
  %0 = tensor.extract_slice %x[2] [%n] [1] : tensor<?xf32> to tensor<?xf32>
  return %0 : tensor<?xf32>
}
