//===- Passes.td - Passes that emit GPU kernels ------------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_CODEGEN_GPU_PASSES
#define QUANT_BNN_CODEGEN_GPU_PASSES

include "mlir/Pass/PassBase.td"

def QuantBNNMapToGPUPass : Pass<"bnn-codegen-map-to-gpu"> {
  let summary = "Map linalg ops on memrefs to GPU kernels";
  let description = [{
    Maps each `linalg` op on memrefs to a `gpu.launch`, with the body of the op
    on vectors. The pass finds loops, lanes and packed words as
    `bnn-codegen-vectorize-linalg` does. An op that `bnn-codegen-vectorize-linalg`
    leaves alone gets one thread for each iteration of its parallel loops, and
    the thread runs the reduction loops sequentially.

    * A thread loads and stores `vector-width` bits at once, and loads up to
      four such vectors before it computes. Neighbouring threads access
      neighbouring vectors, in a loop whose stride is the size of the grid. The
      kernel takes this size as an argument.
    * A launch has blocks of `block-size` threads: as many blocks as there is
      work for, and at most 65,535. A launch without work has no blocks, and a
      runtime skips it.
    * The code decides at run time whether rows are aligned to vectors.
      Unaligned rows, and the elements after the last whole vector of a row, are
      accessed one element at a time. An op with packed words uses masked
      vectors of whole words instead.
    * A reduction to one element takes two kernels: up to 1024 blocks reduce a
      share of the elements each, and one block combines the results. If rows
      are reduced, each row has one block. The threads of a block combine their
      values in a tree in workgroup memory. No operation is atomic, so every run
      on a target gives the same bits.
    * Float sums are compensated, as in `bnn-codegen-vectorize-linalg`.

    **Tensor cores.** With `bit-mma`, popcount contractions (see
    `bnn-codegen-vectorize-popcount`) of 32-bit and 64-bit words run on tensor
    cores; those of narrower words do not. All words of a row are one dimension,
    and all rows of the windows of an image are another dimension, so a
    convolution is a matrix product.

    * A warp holds the sums of 64 rows and 32 columns in registers. A block of
      256 threads computes tiles of 128 by 128 sums, and advances by as many
      tiles as there are blocks. In each step of 256 bits per row, the threads
      load words from memory two steps ahead, and store words to workgroup
      memory one step ahead of the products.
    * Words past the end of a row count as 0, which adds nothing. Out-of-range
      rows load the last row again; their results are discarded.
    * `and` instructions count the bits that are 1 in both operands. The number
      of differing bits is the number of bits in `a` plus the number of bits in
      `b`, minus twice that count. One more instruction for each fragment, with
      a matrix of ones as the other operand, counts the bits of the fragment.
    * A `linalg.fill` of the output directly before the op becomes part of the
      kernel.

    **Memory.** Kernels access each buffer as one dimension, by an offset and
    strides that they take as arguments. With `unbounded-views`, the type of a
    buffer has a static size that no device reaches, so that a bare-pointer
    calling convention passes the memref as one pointer.

    The host code keeps `memref.alloc` and its own memory accesses. The host
    code also allocates and frees the buffers for the partial results of
    reductions. `bnn-codegen-allocate-on-gpu` moves these buffers to the device.

    Example:

    ```mlir
    linalg.generic {
        indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
        iterator_types = ["parallel"]}
        ins(%x : memref<1024xf32>) outs(%y : memref<1024xf32>) {
    ^bb0(%in: f32, %out: f32):
      %sign = quant_bnn.sign %in : f32
      linalg.yield %sign : f32
    }
    ```

    becomes, where rows are aligned,

    ```mlir
    func.func @kernel(%x: memref<1024xf32>, %y: memref<1024xf32>) {
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %c256 = arith.constant 256 : index
      gpu.launch blocks(%block, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
                 threads(%thread, %ty, %tz) in (%sx = %c256, %sy = %c1, %sz = %c1) {
        %first = arith.muli %block, %c256 : index
        %id = arith.addi %first, %thread : index
        %count = arith.muli %c1, %c256 : index
        scf.for %vector = %id to %c256 step %count {
          %i = arith.muli %vector, %c4 : index
          %in = vector.load %x[%i] {alignment = 16 : i64} : memref<1024xf32>, vector<4xf32>
          %sign = quant_bnn.sign %in : vector<4xf32>
          vector.store %sign, %y[%i] {alignment = 16 : i64} : memref<1024xf32>, vector<4xf32>
        }
        gpu.terminator
      }
      return
    }
    ```
  }];
  let options = [
    Option<"blockSize", "block-size", "int64_t", /*default=*/"256",
           "Threads per block: a power of two, at most 1024">,
    Option<"vectorWidth", "vector-width", "int64_t", /*default=*/"128",
           "Bits that a thread loads at once: a power of two from 64 to 1024">,
    Option<"unboundedViews", "unbounded-views", "bool", /*default=*/"false",
           "Pass buffers to kernels as memrefs of a static, unreachable size">,
    Option<"bitMMA", "bit-mma", "::quant_bnn::BitMMA",
           /*default=*/"::quant_bnn::BitMMA::None",
           "Tensor core instruction for matrix products of bits",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::BitMMA::None, "none", "none"),
             clEnumValN(::quant_bnn::BitMMA::XorM8N8K128, "xor-m8n8k128",
                        "xor of 8 rows and 8 columns of 128 bits (sm_75)"),
             clEnumValN(::quant_bnn::BitMMA::XorM16N8K256, "xor-m16n8k256",
                        "xor of 16 rows and 8 columns of 256 bits (sm_80)"),
             clEnumValN(::quant_bnn::BitMMA::AndM16N8K256, "and-m16n8k256",
                        "and of 16 rows and 8 columns of 256 bits (sm_80, sm_90)"))}]>
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::gpu::GPUDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::memref::MemRefDialect", "::mlir::NVVM::NVVMDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"
  ];
}

def QuantBNNAllocateOnGPUPass
    : Pass<"bnn-codegen-allocate-on-gpu", "::mlir::ModuleOp"> {
  let summary = "Move buffers of host code to the memory of a GPU";
  let description = [{
    Moves memrefs of host code to the memory of the device: the memrefs that
    kernels or callers of public functions use, and all memrefs that may alias
    these. Memrefs that only the host uses stay in host memory. Run the pass
    after `bnn-codegen-map-to-gpu`.

    * `memref.alloc`, `memref.dealloc` and `memref.copy` become `gpu.alloc`,
      `gpu.dealloc` and `gpu.memcpy`.
    * A constant (`memref.get_global`) is copied to the device where it is used,
      and freed at the end of its block.
    * A load by the host copies the value to host memory first. A store by the
      host takes a kernel of one thread, and so does a load from a memref with
      dimensions.

    Example:

    ```mlir
    func.func @f(%x: memref<f32>) -> f32 {
      %element = memref.load %x[] : memref<f32>
      return %element : f32
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: memref<f32>) -> f32 {
      %host = memref.alloca() : memref<f32>
      gpu.memcpy %host, %x : memref<f32>, memref<f32>
      %element = memref.load %host[] : memref<f32>
      return %element : f32
    }
    ```
  }];
  let options = [
    Option<"unboundedViews", "unbounded-views", "bool", /*default=*/"false",
           "As for bnn-codegen-map-to-gpu">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::gpu::GPUDialect",
                           "::mlir::memref::MemRefDialect"];
}

def QuantBNNCopyHostArgumentsPass
    : Pass<"bnn-codegen-copy-host-arguments", "::mlir::ModuleOp"> {
  let summary = "Copy host arguments of public functions to the GPU and back";
  let description = [{
    Moves the body of each public function that takes or returns memrefs to a
    private function, whose name ends in `_on_device`. The public function calls
    the private function with copies of the arguments in the memory of the
    device. The public function then copies the results to buffers on the host,
    and copies back the arguments that the private function may write. Calls
    within the module go to the private function.

    An argument or result with a layout is an error, because a copy of it would
    not be contiguous. A function that returns an argument is an error as well,
    because the result would no longer be the buffer of the argument.

    Example:

    ```mlir
    func.func @f(%x: memref<4xf32>) {
      %c1 = arith.constant 1 : index
      gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
                 threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
        %zero = arith.constant 0.0 : f32
        memref.store %zero, %x[%tx] : memref<4xf32>
        gpu.terminator
      }
      return
    }
    ```

    becomes

    ```mlir
    func.func private @f_on_device(%x: memref<4xf32>) {
      %c1 = arith.constant 1 : index
      gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
                 threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
        %zero = arith.constant 0.0 : f32
        memref.store %zero, %x[%tx] : memref<4xf32>
        gpu.terminator
      }
      return
    }
    func.func @f(%x: memref<4xf32>) {
      %device = gpu.alloc() : memref<4xf32>
      gpu.memcpy %device, %x : memref<4xf32>, memref<4xf32>
      func.call @f_on_device(%device) : (memref<4xf32>) -> ()
      gpu.memcpy %x, %device : memref<4xf32>, memref<4xf32>
      gpu.dealloc %device : memref<4xf32>
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::func::FuncDialect",
                           "::mlir::gpu::GPUDialect",
                           "::mlir::memref::MemRefDialect"];
}

def QuantBNNConvertMathToArithPass : Pass<"bnn-codegen-convert-math-to-arith"> {
  let summary = "Expand math ops on scalars and vectors into arithmetic";
  let description = [{
    Expands ops of the math dialect on scalars and vectors into arithmetic, for
    targets that have no math library, and for functions whose upstream
    expansions cancel. Ops on tensors are left alone.

    | ops | type | error |
    |---|---|---|
    | `exp`, `log` | `f64` | at most 2 ulp |
    | `tanh` | `f64` | at most 4 ulp |
    | `acosh`, `asinh`, `atanh`, `cosh`, `expm1`, `log1p`, `sinh` | `f32` and `f64` | at most 4 ulp |
    | `log` | `f32` | at most 1 ulp: the logarithm in `f64`, rounded |

    The bounds hold for all arguments, including subnormal ones.

    The functions are computed from e^r - 1 and, for logarithms, from the series
    of the inverse of tanh (W. J. Cody and W. Waite, Software Manual for the
    Elementary Functions, 1980). r is the argument reduced by a multiple of
    ln(2), so that |r| <= ln(2) / 2; e^r - 1 is computed by Taylor's series.

    `bnn-codegen-approximate-math` has polynomials for exp and tanh of `f32`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

def QuantBNNConvertMathToIntrinsicsPass
    : Pass<"bnn-codegen-convert-math-to-intrinsics"> {
  let summary = "Convert math ops with GPU instructions to LLVM intrinsics";
  let description = [{
    Converts `math.absf`, `ceil`, `copysign`, `ctpop`, `floor`, `fma`,
    `roundeven` and `sqrt` on scalars and one-dimensional vectors to calls of
    LLVM intrinsics. The upstream conversions to NVVM and ROCDL would call the
    vendor's math library for these ops instead, one element at a time, and the
    calls stay unresolved if the library is not linked. The upstream conversions
    also do not accept the ops of the LLVM dialect that stand for these
    intrinsics, which is why the pass emits `llvm.call_intrinsic`.

    Example:

    ```mlir
    %y = math.absf %x : vector<4xf32>
    ```

    becomes

    ```mlir
    %y = llvm.call_intrinsic "llvm.fabs"(%x) : (vector<4xf32>) -> vector<4xf32>
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::vector::VectorDialect"];
}

def QuantBNNRefuseVendorMathPass : Pass<"bnn-codegen-refuse-vendor-math"> {
  let summary = "Refuse unresolved calls to GPU vendors' math libraries";
  let description = [{
    Emits an error at each call of a `__nv_` or `__ocml_` function that the
    module declares but does not define. The conversions to NVVM and ROCDL
    convert ops of the math dialect that have no instruction to such calls.
    Without this pass, the call would fail only when a kernel is loaded.

    Example: the call in

    ```mlir
    llvm.func @__nv_erff(f32) -> f32
    llvm.func @kernel(%x: f32) -> f32 {
      %y = llvm.call @__nv_erff(%x) : (f32) -> f32
      llvm.return %y : f32
    }
    ```

    is an error:
    `needs '__nv_erff' of the vendor's math library, which is not linked`.
  }];
}

#endif // QUANT_BNN_CODEGEN_GPU_PASSES
