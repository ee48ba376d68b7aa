// A pipeline ends with an error at each op that it does not lower.

// RUN: split-file %s %t
// RUN: not bnn-opt %t/scalar.mlir --quant-bnn-lower-to-llvm-pipeline 2>&1 \
// RUN:   | FileCheck %t/scalar.mlir --check-prefix=LLVM
// RUN: not bnn-opt %t/scalar.mlir --quant-bnn-lower-to-nvvm-pipeline 2>&1 \
// RUN:   | FileCheck %t/scalar.mlir --check-prefix=GPU
// RUN: not bnn-opt %t/scalar.mlir --quant-bnn-lower-to-rocdl-pipeline 2>&1 \
// RUN:   | FileCheck %t/scalar.mlir --check-prefix=GPU
// RUN: not bnn-opt %t/scalar.mlir --quant-bnn-lower-to-nvvm-pipeline=host=keep 2>&1 \
// RUN:   | FileCheck %t/scalar.mlir --check-prefix=HOST
// RUN: not bnn-opt %t/scalar.mlir --quant-bnn-lower-to-rocdl-pipeline=host=keep 2>&1 \
// RUN:   | FileCheck %t/scalar.mlir --check-prefix=HOST
// RUN: not bnn-opt %t/scalar.mlir --quant-bnn-lower-to-spirv-pipeline 2>&1 \
// RUN:   | FileCheck %t/scalar.mlir --check-prefix=HOST

//--- scalar.mlir
func.func @f(%x: f32) -> f32 {
  // LLVM: scalar.mlir:[[@LINE+3]]:8: error: 'spirv.FAdd' op was not lowered: expected only ops of llvm, omp
  // GPU: scalar.mlir:[[@LINE+2]]:8: error: 'spirv.FAdd' op was not lowered: expected only ops of llvm, gpu
  // HOST: scalar.mlir:[[@LINE+1]]:8: error: 'spirv.FAdd' op was not lowered: expected only ops of affine, arith, builtin, cf, func
  %0 = spirv.FAdd %x, %x : f32
  return %0 : f32
}

// An op that is not registered stops the pipeline before.
// RUN: not bnn-opt %t/unregistered.mlir --allow-unregistered-dialect --quant-bnn-lower-to-llvm-pipeline 2>&1 \
// RUN:   | FileCheck %t/unregistered.mlir --check-prefix=ALL
// RUN: not bnn-opt %t/unregistered.mlir --allow-unregistered-dialect --quant-bnn-finalize-llvm-pipeline 2>&1 \
// RUN:   | FileCheck %t/unregistered.mlir

//--- unregistered.mlir
func.func @f(%x: f32) -> f32 {
  // ALL: unregistered.mlir:[[@LINE+2]]:8: error: ops with unknown memory side effects are not supported
  // CHECK: unregistered.mlir:[[@LINE+1]]:8: error: 'foo.bar' op was not lowered: expected only ops of llvm, omp
  %0 = "foo.bar"(%x) : (f32) -> f32
  return %0 : f32
}

// RUN: not bnn-opt %t/tensor.mlir --quant-bnn-lower-to-llvm-pipeline 2>&1 | FileCheck %t/tensor.mlir
// RUN: not bnn-opt %t/tensor.mlir --quant-bnn-lower-to-nvvm-pipeline 2>&1 | FileCheck %t/tensor.mlir
// RUN: not bnn-opt %t/tensor.mlir --quant-bnn-lower-to-rocdl-pipeline 2>&1 | FileCheck %t/tensor.mlir
// RUN: not bnn-opt %t/tensor.mlir --quant-bnn-lower-to-spirv-pipeline 2>&1 | FileCheck %t/tensor.mlir

//--- tensor.mlir
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: tensor.mlir:[[@LINE+1]]:8: error: op was not bufferized
  %0 = tosa.tanh %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// RUN: not bnn-opt %t/finalize.mlir --quant-bnn-finalize-llvm-pipeline 2>&1 | FileCheck %t/finalize.mlir

//--- finalize.mlir
func.func @f(%x: i32) -> f32 {
  // CHECK: finalize.mlir:[[@LINE+1]]:8: error: 'builtin.unrealized_conversion_cast' op was not lowered: expected only ops of llvm, omp
  %0 = builtin.unrealized_conversion_cast %x : i32 to f32
  return %0 : f32
}
module {
  // CHECK: finalize.mlir:[[@LINE+1]]:3: error: 'func.func' op was not lowered
  func.func @in_a_module(%x: tensor<4xf32>) -> tensor<4xf32> {
    return %x : tensor<4xf32>
  }
}

// RUN: not bnn-opt %t/kernel.mlir --allow-unregistered-dialect --quant-bnn-compile-rocdl-kernels-pipeline 2>&1 | FileCheck %t/kernel.mlir

//--- kernel.mlir
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @k(%m: memref<4xf32>, %x: f32) kernel {
      // CHECK: kernel.mlir:[[@LINE+1]]:12: error:
      %y = "foo.op"(%x) : (f32) -> f32
      %c0 = arith.constant 0 : index
      memref.store %y, %m[%c0] : memref<4xf32>
      gpu.return
    }
  }
}
