// Host code and kernels as upstream lowers them, on the CUDA runtime: a launch
// between copies, barriers, shuffles and shared memory.

// RUN: mlir-opt %s -o %t.mlir \
// RUN:   --gpu-lower-to-nvvm-pipeline="cubin-chip=sm_90 cubin-features=+ptx80 cubin-format=isa"
// RUN: mlir-translate --mlir-to-llvmir %t.mlir -o %t.ll
// RUN: %clang %sanitizers -Werror %S/Inputs/cuda-upstream.c -x ir %t.ll -Wno-override-module \
// RUN:   -L%library_dir -lquant_bnn_cuda_runtime -Wl,-rpath,%library_dir -o %t
// RUN: env LD_LIBRARY_PATH=%cuda_driver %t | FileCheck %s

// Clamped to [0, 1], the multiples of 0.5 from -1 to 2.5 have the sum 4.5.
// CHECK:      sums 72 72 23
// CHECK-NEXT: 0 mismatches

module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @clamp(%x: memref<?xf32>, %sums: memref<?xf32>, %n: index) kernel
        attributes {known_block_size = array<i32: 128, 1, 1>} {
      %block = gpu.block_id x
      %thread = gpu.thread_id x
      %c128 = arith.constant 128 : index
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %one = arith.constant 1.0 : f32
      %begin = arith.muli %block, %c128 : index
      %i = arith.addi %begin, %thread : index
      %inside = arith.cmpi ult, %i, %n : index
      %value = scf.if %inside -> f32 {
        %v = memref.load %x[%i] : memref<?xf32>
        %low = arith.maximumf %v, %zero : f32
        %clamped = arith.minimumf %low, %one : f32
        memref.store %clamped, %x[%i] : memref<?xf32>
        scf.yield %clamped : f32
      } else {
        scf.yield %zero : f32
      }
      %sum = gpu.all_reduce add %value uniform {} : (f32) -> f32
      %first = arith.cmpi eq, %thread, %c0 : index
      scf.if %first {
        memref.store %sum, %sums[%block] : memref<?xf32>
      }
      gpu.return
    }
  }
  func.func @run(%x: memref<?xf32>, %sums: memref<?xf32>) attributes {llvm.emit_c_interface} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c128 = arith.constant 128 : index
    %n = memref.dim %x, %c0 : memref<?xf32>
    %blocks = memref.dim %sums, %c0 : memref<?xf32>
    %t0 = gpu.wait async
    %dx, %t1 = gpu.alloc async [%t0] (%n) : memref<?xf32>
    %dsums, %t2 = gpu.alloc async [%t1] (%blocks) : memref<?xf32>
    %t3 = gpu.memcpy async [%t2] %dx, %x : memref<?xf32>, memref<?xf32>
    %t4 = gpu.launch_func async [%t3] @kernels::@clamp
        blocks in (%blocks, %c1, %c1) threads in (%c128, %c1, %c1)
        args(%dx : memref<?xf32>, %dsums : memref<?xf32>, %n : index)
    %t5 = gpu.memcpy async [%t4] %x, %dx : memref<?xf32>, memref<?xf32>
    %t6 = gpu.memcpy async [%t5] %sums, %dsums : memref<?xf32>, memref<?xf32>
    %t7 = gpu.dealloc async [%t6] %dx : memref<?xf32>
    %t8 = gpu.dealloc async [%t7] %dsums : memref<?xf32>
    gpu.wait [%t8]
    return
  }
}
