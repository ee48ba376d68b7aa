//===- Passes.td - Passes of SPIR-V kernels ----------------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_CODEGEN_SPIRV_PASSES
#define QUANT_BNN_CODEGEN_SPIRV_PASSES

include "mlir/Pass/PassBase.td"

def QuantBNNExpandRoundEvenPass : Pass<"bnn-codegen-expand-round-even"> {
  let summary = "Expand math.roundeven of f64 into an add and a subtract";
  let description = [{
    Expands `math.roundeven` of `f64` scalars and vectors into arithmetic that
    rounds half to even. Vulkan drivers expand the instruction, too, and not all
    of them correctly: Mesa 22.3 rounds 1.5 to 1. Narrower types and tensors are
    left alone.

    Example:

    ```mlir
    %y = math.roundeven %x : f64
    ```

    becomes

    ```mlir
    %limit = arith.constant 4503599627370496.0 : f64
    %magnitude = math.absf %x : f64
    %sum = arith.addf %magnitude, %limit : f64
    %rounded = arith.subf %sum, %limit : f64
    %with_sign = math.copysign %rounded, %x : f64
    %has_fraction = arith.cmpf olt, %magnitude, %limit : f64
    %y = arith.select %has_fraction, %with_sign, %x : f64
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def QuantBNNScalarizeVectorsPass : Pass<"bnn-codegen-scalarize-vectors"> {
  let summary = "Replace vectors by one scalar for each lane";
  let description = [{
    Replaces each vector by one scalar for each of its lanes, also in loops and
    branches. SPIR-V has vectors of at most four lanes, and a shader cannot load
    a vector from a buffer of scalars. The compilers of drivers convert vectors
    to scalars anyway, and combine accesses to neighbouring elements into wide
    accesses.

    The pass converts elementwise ops of any dialect, loads, stores, constants,
    and the ops of `vector` that broadcast, reduce, compose and decompose
    vectors. Any other op on vectors is an error, and so is a vector whose rank
    is not 1.

    Example:

    ```mlir
    func.func @negate(%in: memref<?xf32>, %i: index, %out: memref<?xf32>) {
      %x = vector.load %in[%i] : memref<?xf32>, vector<2xf32>
      %y = arith.negf %x : vector<2xf32>
      vector.store %y, %out[%i] : memref<?xf32>, vector<2xf32>
      return
    }
    ```

    becomes

    ```mlir
    func.func @negate(%in: memref<?xf32>, %i: index, %out: memref<?xf32>) {
      %c1 = arith.constant 1 : index
      %i1 = arith.addi %i, %c1 : index
      %x0 = memref.load %in[%i] : memref<?xf32>
      %x1 = memref.load %in[%i1] : memref<?xf32>
      %y0 = arith.negf %x0 : f32
      %y1 = arith.negf %x1 : f32
      memref.store %y0, %out[%i] : memref<?xf32>
      memref.store %y1, %out[%i1] : memref<?xf32>
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

def QuantBNNConvertBF16KernelsToI16Pass
    : Pass<"bnn-codegen-convert-bf16-kernels-to-i16", "::mlir::ModuleOp"> {
  let summary = "Convert bf16 in GPU modules to i16 with the same bits";
  let description = [{
    Replaces each `bf16` type in GPU modules by `i16`, for targets that have no
    `bf16`. Run `bnn-codegen-emulate-narrow-floats`, and `arith-expand` with
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

def QuantBNNCarryInVariablesPass
    : Pass<"bnn-codegen-carry-in-variables", "::mlir::gpu::GPUModuleOp"> {
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
    : Pass<"bnn-codegen-convert-popcount-to-spirv", "::mlir::gpu::GPUModuleOp"> {
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
    : Pass<"bnn-codegen-prepare-spirv-kernels", "::mlir::gpu::GPUModuleOp"> {
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

def QuantBNNNestSPIRVModulesPass
    : Pass<"bnn-codegen-nest-spirv-modules", "::mlir::ModuleOp"> {
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
    : Pass<"bnn-codegen-set-spirv-float-controls", "::mlir::spirv::ModuleOp"> {
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

#endif // QUANT_BNN_CODEGEN_SPIRV_PASSES
