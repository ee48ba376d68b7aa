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
  let summary = "Expand elementwise ops on scalars and vectors into arith and math";
  let description = [{
    Expands every elementwise op on a scalar or vector into its payload, in the
    compute type and rounded once at the end. Ops on tensors are left:
    `convert-quant-bnn-to-linalg` maps those over their elements first.

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
  let summary = "Map ops on tensors over their elements with linalg.generic";
  let description = [{
    Decomposes what is not elementwise (see `quant-bnn-decompose`), and wraps
    every elementwise op on tensors, of this dialect and of others, into a
    `linalg.generic` that applies the same op to scalars. Every destination is a
    `tensor.empty`, so that no operand is overwritten, whose sizes do not depend
    on the results of other generics, so that they fuse. Ops that return an
    operand move no data: they are replaced by it. `tensor.gather` and
    `linalg.softmax` become generics too, `math.clampf` becomes
    min(max(x, low), high), and `math.fpowi` the `math.powf` of abs x with the sign
    of x where the exponent is odd.

    Ops that bufferization rejects, or is slow on, are rewritten. Concatenations,
    padding and reshapes of tensors that are known to be empty become `tensor.empty`
    or `tensor.generate`. A chain of eight or more `tensor.insert_slice` that lie side
    by side becomes one insertion of a `tensor.concat`.

    A `linalg.generic` that is a contraction adds its products by `math.fma` from
    here on, so that fusion does not make one of a sum of rounded products.

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
  let summary = "Hold bf16 in kernels as its bits";
  let description = [{
    Makes every `bf16` in GPU modules an `i16`, for targets that have no such type.
    `quant-bnn-emulate-narrow-floats` and `arith-expand` with `include-bf16` come
    before; an op that still computes with bf16 is an error. The buffers of host code
    stay what they are: launches cast them.

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
  let summary = "Compute math where there is no library";
  let description = [{
    Expands math on scalars and vectors into arithmetic, for targets without a library,
    and where the expansions of upstream cancel. `exp`, `tanh` and `log` of `f64`, and
    `acosh`, `asinh`, `atanh`, `cosh`, `expm1`, `log1p` and `sinh` of `f32` and `f64`
    are within 4 ulp for all arguments, to subnormal ones, `exp` and `log` of `f64`
    within 2. `log` of `f32` is that of `f64`, rounded, and within 1 ulp.

    They are computed from e^r - 1 by Taylor's series for abs r <= ln(2) / 2, what is
    left of the argument when multiples of ln(2) are taken away, and from the series of
    the inverse of tanh (W. J. Cody and W. Waite, Software Manual for the Elementary
    Functions, 1980).

    `quant-bnn-approximate-math` has polynomials for exp and tanh of `f32`. Ops on
    tensors are left as they are.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

def QuantBNNConvertCancellingMathToLibmPass
    : Pass<"quant-bnn-convert-cancelling-math-to-libm", "::mlir::ModuleOp"> {
  let summary = "Call the C math library for expm1 and log1p";
  let description = [{
    Converts `math.expm1` and `math.log1p` as `convert-math-to-libm` does, and no other
    op. `convert-math-to-llvm` makes them exp(x) - 1 and log(1 + x), of which nothing is
    left for a small x, and has to come before `convert-math-to-libm` for the sake of
    LLVM's intrinsics.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect",
                           "::mlir::vector::VectorDialect"];
}

def QuantBNNConvertSCFToCFPass : Pass<"quant-bnn-convert-scf-to-cf"> {
  let summary = "Structured control flow to branches, last op first";
  let description = [{
    Converts the ops that `convert-scf-to-cf` converts, with its patterns, from the
    last op of a block to the first. A conversion moves all ops that follow in the
    block to a new block. A conversion from the first op on moves them once for each
    op, which takes half of the time that a function of a thousand loops takes to be
    lowered. An op is converted before the ops in its regions, as upstream does: its
    pattern expects the terminators of its regions in their first blocks.

    The pass fails at an op that has no pattern, such as an `scf.forall` with results,
    and at an op in a region that takes a single block, such as the body of a
    `linalg.generic`.

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
  let summary = "Keep what loops of kernels carry in variables of SPIR-V";
  let description = [{
    The conversion of `scf.for` to SPIR-V keeps the results of a loop in variables
    that only its body writes: where a loop has no iteration, they are undefined. Here
    the initial values are stored first. Drivers turn variables back to values.

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
    Upstream has no conversion for it. Vulkan counts the bits of 32-bit integers
    alone: narrower ones are extended, those of 64 bits are two.

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
  let summary = "Give kernels the form that conversions to SPIR-V take";
  let description = [{
    * `convert-gpu-to-spirv` requires an attribute for the size of a workgroup, which
      SPIR-V compiles in: this makes it of `known_block_size`, which outlining sets
      where a launch has constant sizes. It is an error if a kernel has none.
    * The conversion of `memref` knows workgroup memory that is allocated, none
      knows that which a function is attributed.
    * The conversions of other dialects look for the target as an attribute of
      another name than `spirv-attach-target` gives it: the module gets that one, too.

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
  let summary = "Convert math that GPUs have instructions for to LLVM intrinsics";
  let description = [{
    Calls the intrinsic for each of `math.absf`, `ceil`, `copysign`, `ctpop`, `floor`,
    `fma`, `roundeven` and `sqrt` on scalars and one-dimensional vectors. The
    conversions to NVVM and ROCDL call the vendor's math library instead, one
    element at a time, and do not accept the ops of the LLVM dialect that stand for
    these intrinsics; without the library at hand, the calls stay unresolved.

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
  let summary = "Refuse functions that hide those of the C math library";
  let description = [{
    What LLVM has no instruction for becomes a call of the C math library: of `exp` for
    `math.exp` of `f64`, say. A function of that name in the module would be called
    instead, which may be the one that calls. This pass emits an error at each such op
    of math.

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
    Emits an error at each op that is neither a `builtin.module` nor an op of one of
    `dialects`, and at each op that is not registered. A lowering pipeline ends with
    this pass: conversions leave ops alone that they have no pattern for.

    Example: with `dialects=llvm`, the op in

    ```mlir
    llvm.func @f(%x: i32) -> f32 {
      %y = builtin.unrealized_conversion_cast %x : i32 to f32
      llvm.return %y : f32
    }
    ```

    is an error: `'builtin.unrealized_conversion_cast' op was not lowered: expected
    only ops of llvm`.
  }];
  let options = [
    ListOption<"dialects", "dialects", "std::string",
               "The dialects that ops may be of, separated by commas">
  ];
}

def QuantBNNRefuseVendorMathPass : Pass<"quant-bnn-refuse-vendor-math"> {
  let summary = "Refuse calls of math functions that only a GPU's vendor has";
  let description = [{
    The conversions to NVVM and ROCDL turn ops of math that have no instruction into
    calls of `__nv_` and `__ocml_` functions. Where these are not defined, such a call
    would fail only when a kernel is loaded. This pass emits an error at each.

    Example: the call in

    ```mlir
    llvm.func @__nv_erff(f32) -> f32
    llvm.func @kernel(%x: f32) -> f32 {
      %y = llvm.call @__nv_erff(%x) : (f32) -> f32
      llvm.return %y : f32
    }
    ```

    is an error: `needs '__nv_erff' of the vendor's math library, which is not linked`.
  }];
}

def QuantBNNNestSPIRVModulesPass
    : Pass<"quant-bnn-nest-spirv-modules", "::mlir::ModuleOp"> {
  let summary = "Move modules of SPIR-V into those of gpu that they come from";
  let description = [{
    `convert-gpu-to-spirv` puts the module that it makes of a shader's beside the
    `gpu.module`; `gpu-module-to-binary` serializes the one that is inside.

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
  let summary = "Have floats computed with as written";
  let description = [{
    Without being told, a Vulkan device may take a NaN for any number and one zero for
    the other, round in any direction, replace subnormal numbers by zero, and contract
    a multiplication and an addition. For each width of float in the module, every
    entry point gets the execution modes that forbid it, and multiplications,
    additions and subtractions are decorated with `NoContraction`.

    Devices that do not preserve subnormal numbers do not run a module which requires
    it: `denormals=any` is for those. Divisions are correctly rounded on no device by
    a promise of Vulkan, which asks for 2.5 units in the last place.

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
           "What subnormal numbers are",
           [{::llvm::cl::values(
               clEnumValN(::quant_bnn::Denormals::Preserve, "preserve",
                          "numbers like any other"),
               clEnumValN(::quant_bnn::Denormals::Any, "any",
                          "those, or zero: what the device prefers"))}]>,
  ];
}

#endif // QUANT_BNN_CONVERSION_PASSES
