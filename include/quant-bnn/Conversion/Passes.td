//===- Passes.td - Conversions of quant_bnn ----------------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_CONVERSION_PASSES
#define QUANT_BNN_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ConvertQuantBNNToArithPass : Pass<"convert-quant-bnn-to-arith"> {
  let summary = "Expand elementwise scalar and vector ops into arith and math";
  let description = [{
    Expands each elementwise op on a scalar or vector into the math of one
    element. The math is in the compute type, and the result is rounded once, at
    the end. Ops on tensors are left alone: `convert-quant-bnn-to-linalg` wraps
    them in a `linalg.generic` over scalars first.

    Example:

    ```mlir
    %y = quant_bnn.ste_heaviside %x : vector<16xf32>
    ```

    becomes

    ```mlir
    %zero = arith.constant dense<0.0> : vector<16xf32>
    %one = arith.constant dense<1.0> : vector<16xf32>
    %positive = arith.cmpf ogt, %x, %zero : vector<16xf32>
    %y = arith.select %positive, %one, %zero : vector<16xi1>, vector<16xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

def ConvertQuantBNNToLinalgPass : Pass<"convert-quant-bnn-to-linalg"> {
  let summary = "Convert ops on tensors to linalg.generic over scalars";
  let description = [{
    Decomposes the ops that are not elementwise (see `quant-bnn-decompose`), and
    wraps each elementwise op on tensors, of this dialect and of others, in a
    `linalg.generic` that applies the same op to scalars.

    * Each destination is a `tensor.empty`, so that bufferization overwrites no
      operand. The sizes of a `tensor.empty` do not depend on the results of
      other generics, so that the generics fuse.
    * An op that returns an operand unchanged is replaced by the operand,
      without moving data.
    * `tensor.gather` and `linalg.softmax` become generics. `math.clampf`
      becomes min(max(x, low), high). `math.fpowi` becomes the `math.powf` of
      |x|, with the sign of x where the exponent is odd.
    * The body of a `linalg.generic` that is a contraction adds its products by
      `math.fma`. The pass decides this before fusion, so that fusing a product
      into a sum does not change how the product is rounded.

    Ops that bufferization rejects or is slow on are rewritten:

    * Concatenations, padding and reshapes of tensors that are known to be empty
      become `tensor.empty` or `tensor.generate`.
    * A chain of eight or more `tensor.insert_slice` ops whose slices lie side
      by side becomes one insertion of a `tensor.concat`.

    Example:

    ```mlir
    %y = quant_bnn.sign %x : tensor<4xf32>
    ```

    becomes

    ```mlir
    %empty = tensor.empty() : tensor<4xf32>
    %y = linalg.generic {
        indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
        iterator_types = ["parallel"]}
        ins(%x : tensor<4xf32>) outs(%empty : tensor<4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %sign = quant_bnn.sign %in : f32
      linalg.yield %sign : f32
    } -> tensor<4xf32>
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNConvertBF16KernelsToI16Pass
    : Pass<"quant-bnn-convert-bf16-kernels-to-i16", "::mlir::ModuleOp"> {
  let summary = "Convert bf16 in GPU modules to i16 with the same bits";
  let description = [{
    Replaces each `bf16` type in GPU modules by `i16`, for targets that have no
    `bf16`. Run `quant-bnn-emulate-narrow-floats`, and `arith-expand` with
    `include-bf16`, before this pass: an op that still computes with `bf16` is
    an error. The buffers of host code keep their types; the launches of kernels
    cast them.

    Example:

    ```mlir
    gpu.module @kernels {
      gpu.func @copy(%x: memref<?xbf16>, %y: memref<?xbf16>, %i: index) kernel {
        %0 = memref.load %x[%i] : memref<?xbf16>
        memref.store %0, %y[%i] : memref<?xbf16>
        gpu.return
      }
    }
    ```

    becomes

    ```mlir
    gpu.module @kernels {
      gpu.func @copy(%x: memref<?xi16>, %y: memref<?xi16>, %i: index) kernel {
        %0 = memref.load %x[%i] : memref<?xi16>
        memref.store %0, %y[%i] : memref<?xi16>
        gpu.return
      }
    }
    ```
  }];
}

def QuantBNNConvertMathToArithPass : Pass<"quant-bnn-convert-math-to-arith"> {
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

    `quant-bnn-approximate-math` has polynomials for exp and tanh of `f32`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

def QuantBNNConvertCancellingMathToLibmPass
    : Pass<"quant-bnn-convert-cancelling-math-to-libm", "::mlir::ModuleOp"> {
  let summary = "Convert math.expm1 and math.log1p to C math library calls";
  let description = [{
    Converts `math.expm1` and `math.log1p` as `convert-math-to-libm` does, and
    no other op. `convert-math-to-llvm` would convert the two ops to exp(x) - 1
    and log(1 + x), which cancel for a small x. `convert-math-to-llvm` must run
    before `convert-math-to-libm`, so that LLVM's intrinsics are used, and this
    pass must run before both.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect",
                           "::mlir::vector::VectorDialect"];
}

def QuantBNNConvertSCFToCFPass : Pass<"quant-bnn-convert-scf-to-cf"> {
  let summary = "Convert structured control flow to branches, last op first";
  let description = [{
    Converts the ops that `convert-scf-to-cf` converts, with the same patterns,
    from the last op of a block to the first. The conversion of an op moves all
    ops that follow in the block to a new block. Converting from the first op on
    moves an op once for each op before it, which takes half of the lowering
    time of a function with a thousand loops. As upstream does, the pass
    converts an op before the ops in its regions, because the patterns expect
    the terminator of a region in its first block.

    The pass fails at an op that has no pattern, such as an `scf.forall` with
    results, and at an op in a region that takes a single block, such as the
    body of a `linalg.generic`.

    Example:

    ```mlir
    func.func @f(%c: i1, %x: f32, %m: memref<f32>) {
      scf.if %c {
        memref.store %x, %m[] : memref<f32>
      }
      return
    }
    ```

    becomes

    ```mlir
    func.func @f(%c: i1, %x: f32, %m: memref<f32>) {
      cf.cond_br %c, ^bb1, ^bb2
    ^bb1:
      memref.store %x, %m[] : memref<f32>
      cf.br ^bb2
    ^bb2:
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::cf::ControlFlowDialect"];
}

def QuantBNNCarryInVariablesPass
    : Pass<"quant-bnn-carry-in-variables", "::mlir::gpu::GPUModuleOp"> {
  let summary = "Convert iter_args of scf.for in kernels to SPIR-V variables";
  let description = [{
    Replaces each loop-carried value of an `scf.for` in a GPU module by a
    variable in the `Function` storage class, and stores the initial value
    before the loop. The upstream conversion of `scf.for` to SPIR-V also uses
    variables, but only the loop body writes them; after a loop with a trip
    count of 0, the results are then undefined. Drivers promote the variables
    back to values.

    Example:

    ```mlir
    gpu.module @kernels {
      gpu.func @f(%n: index, %x: f32, %out: memref<?xf32>) kernel {
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %sum = scf.for %i = %c0 to %n step %c1 iter_args(%s = %x) -> f32 {
          %next = arith.addf %s, %s : f32
          scf.yield %next : f32
        }
        memref.store %sum, %out[%c0] : memref<?xf32>
        gpu.return
      }
    }
    ```

    becomes

    ```mlir
    gpu.module @kernels {
      gpu.func @f(%n: index, %x: f32, %out: memref<?xf32>) kernel {
        %v = memref.alloca() : memref<1xf32, #spirv.storage_class<Function>>
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        memref.store %x, %v[%c0] : memref<1xf32, #spirv.storage_class<Function>>
        scf.for %i = %c0 to %n step %c1 {
          %s = memref.load %v[%c0] : memref<1xf32, #spirv.storage_class<Function>>
          %next = arith.addf %s, %s : f32
          memref.store %next, %v[%c0] : memref<1xf32, #spirv.storage_class<Function>>
        }
        %sum = memref.load %v[%c0] : memref<1xf32, #spirv.storage_class<Function>>
        memref.store %sum, %out[%c0] : memref<?xf32>
        gpu.return
      }
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::spirv::SPIRVDialect"];
}

def QuantBNNConvertPopcountToSPIRVPass
    : Pass<"quant-bnn-convert-popcount-to-spirv", "::mlir::gpu::GPUModuleOp"> {
  let summary = "Convert math.ctpop of scalars to spirv.BitCount";
  let description = [{
    Converts `math.ctpop` of scalar integers of up to 64 bits, for which
    upstream has no conversion to SPIR-V. Vulkan counts the bits of 32-bit
    integers only, so the pass extends narrower integers and splits wider
    integers into two halves.

    Example:

    ```mlir
    gpu.module @kernels {
      func.func @f(%x: i8) -> i8 {
        %y = math.ctpop %x : i8
        return %y : i8
      }
    }
    ```

    becomes

    ```mlir
    gpu.module @kernels {
      func.func @f(%x: i8) -> i8 {
        %word = arith.extui %x : i8 to i32
        %count = spirv.BitCount %word : i32
        %y = arith.trunci %count : i32 to i8
        return %y : i8
      }
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::spirv::SPIRVDialect"];
}

def QuantBNNPrepareSPIRVKernelsPass
    : Pass<"quant-bnn-prepare-spirv-kernels", "::mlir::gpu::GPUModuleOp"> {
  let summary = "Prepare GPU kernels for the conversions to SPIR-V";
  let description = [{
    Makes three changes to a GPU module:

    * Each kernel gets an entry point attribute with the workgroup size, which
      `convert-gpu-to-spirv` requires and SPIR-V compiles in. The size is that
      of `known_block_size`, which outlining sets if a launch has constant
      sizes. A kernel without `known_block_size` is an error.
    * Workgroup attributions of a `gpu.func` become a `memref.alloc`. Upstream
      converts workgroup memory from allocations, but not from attributions.
    * The module gets its SPIR-V target in the attribute `spirv.target_env`, in
      which the conversions of other dialects look for the target.
      `spirv-attach-target` stores the target under another name.

    Example:

    ```mlir
    gpu.module @kernels [#spirv.target_env<#spirv.vce<v1.3, [Shader], []>, #spirv.resource_limits<>>] {
      gpu.func @f() workgroup(%m: memref<64xf32, #gpu.address_space<workgroup>>) kernel
          attributes {known_block_size = array<i32: 64, 1, 1>} {
        gpu.return
      }
    }
    ```

    becomes

    ```mlir
    gpu.module @kernels [#spirv.target_env<#spirv.vce<v1.3, [Shader], []>, #spirv.resource_limits<>>]
        attributes {spirv.target_env = #spirv.target_env<#spirv.vce<v1.3, [Shader], []>, #spirv.resource_limits<>>} {
      gpu.func @f() kernel attributes {
          known_block_size = array<i32: 64, 1, 1>,
          spirv.entry_point_abi = #spirv.entry_point_abi<workgroup_size = [64, 1, 1]>} {
        %m = memref.alloc() : memref<64xf32, #spirv.storage_class<Workgroup>>
        gpu.return
      }
    }
    ```
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect",
                           "::mlir::spirv::SPIRVDialect"];
}

def QuantBNNConvertMathToIntrinsicsPass
    : Pass<"quant-bnn-convert-math-to-intrinsics"> {
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

def QuantBNNRefuseMathNamesPass
    : Pass<"quant-bnn-refuse-math-names", "::mlir::ModuleOp"> {
  let summary = "Refuse functions that shadow functions of the C math library";
  let description = [{
    Emits an error at each op of the math dialect that may be lowered to a call
    of the C math library, if the module defines a function of the same name.
    LLVM lowers an op without an instruction to such a call, for example
    `math.exp` of `f64` to a call of `exp`. The call would reach the function of
    the module instead of the library, and may even be a call of that function
    to itself.

    Example: the op in

    ```mlir
    func.func @exp(%x: f64) -> f64 {
      %y = math.exp %x : f64
      return %y : f64
    }
    ```

    is an error: `needs 'exp' of the C math library, which the module hides`.
  }];
}

def QuantBNNRefuseLeftoversPass : Pass<"quant-bnn-refuse-leftovers"> {
  let summary = "Refuse ops that were not lowered";
  let description = [{
    Emits an error at each op that is neither a `builtin.module` nor an op of
    one of `dialects`, and at each op that is not registered. A lowering
    pipeline ends with this pass, because conversions leave ops alone that they
    have no pattern for.

    Example: with `dialects=llvm`, the op in

    ```mlir
    llvm.func @f(%x: i32) -> f32 {
      %y = builtin.unrealized_conversion_cast %x : i32 to f32
      llvm.return %y : f32
    }
    ```

    is an error:
    `'builtin.unrealized_conversion_cast' op was not lowered: expected only ops of llvm`.
  }];
  let options = [
    ListOption<"dialects", "dialects", "std::string",
               "Dialects whose ops are accepted, separated by commas">
  ];
}

def QuantBNNRefuseVendorMathPass : Pass<"quant-bnn-refuse-vendor-math"> {
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

def QuantBNNNestSPIRVModulesPass
    : Pass<"quant-bnn-nest-spirv-modules", "::mlir::ModuleOp"> {
  let summary = "Move each spirv.module into the gpu.module it comes from";
  let description = [{
    Moves each `spirv.module` that `convert-gpu-to-spirv` created into its
    `gpu.module`. `convert-gpu-to-spirv` places the `spirv.module` beside the
    `gpu.module`, but `gpu-module-to-binary` serializes a `spirv.module` inside
    of the `gpu.module`.

    Example:

    ```mlir
    spirv.module @__spv__kernels Logical GLSL450 {}
    gpu.module @kernels {}
    ```

    becomes

    ```mlir
    gpu.module @kernels {
      spirv.module @__spv__kernels Logical GLSL450 {}
    }
    ```
  }];
}

def QuantBNNSetSPIRVFloatControlsPass
    : Pass<"quant-bnn-set-spirv-float-controls", "::mlir::spirv::ModuleOp"> {
  let summary = "Set SPIR-V float controls that preserve float semantics";
  let description = [{
    Adds execution modes and decorations so that a Vulkan device preserves NaN,
    the sign of zero, rounding and subnormal numbers. Without them, a device may
    replace a NaN by any number and one zero by the other, round in any
    direction, flush subnormal numbers to zero, and contract a multiplication
    and an addition.

    * Each entry point gets the execution modes `SignedZeroInfNanPreserve`,
      `RoundingModeRTE` and, with `denormals=preserve`, `DenormPreserve`, for
      each width of float in the module.
    * Multiplications, additions and subtractions get the decoration
      `NoContraction`.

    A device that cannot preserve subnormal numbers does not run a module that
    requires it. `denormals=any` is for such devices. Vulkan does not promise
    correctly rounded divisions on any device; it requires an error of at most
    2.5 units in the last place.

    Example:

    ```mlir
    spirv.module Logical GLSL450 {
      spirv.func @f() "None" {
        %x = spirv.Constant 1.0 : f32
        %y = spirv.FAdd %x, %x : f32
        spirv.Return
      }
      spirv.EntryPoint "GLCompute" @f
    }
    ```

    becomes

    ```mlir
    spirv.module Logical GLSL450 {
      spirv.func @f() "None" {
        %x = spirv.Constant 1.0 : f32
        %y = spirv.FAdd %x, %x {no_contraction} : f32
        spirv.Return
      }
      spirv.EntryPoint "GLCompute" @f
      spirv.ExecutionMode @f "SignedZeroInfNanPreserve", 32
      spirv.ExecutionMode @f "RoundingModeRTE", 32
      spirv.ExecutionMode @f "DenormPreserve", 32
    }
    ```
  }];
  let options = [
    Option<"denormals", "denormals", "::quant_bnn::Denormals",
           /*default=*/"::quant_bnn::Denormals::Preserve",
           "How devices treat subnormal numbers",
           [{::llvm::cl::values(
               clEnumValN(::quant_bnn::Denormals::Preserve, "preserve",
                          "devices preserve them"),
               clEnumValN(::quant_bnn::Denormals::Any, "any",
                          "devices preserve them or flush them to zero"))}]>,
  ];
}

#endif // QUANT_BNN_CONVERSION_PASSES
