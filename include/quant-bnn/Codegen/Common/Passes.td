//===- Passes.td - Passes of every code generator ----------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_CODEGEN_COMMON_PASSES
#define QUANT_BNN_CODEGEN_COMMON_PASSES

include "mlir/Pass/PassBase.td"

def QuantBNNCheckExtentsPass
    : Pass<"bnn-codegen-check-extents", "::mlir::func::FuncOp"> {
  let summary = "Assert that dynamic extents agree where an op requires it";
  let description = [{
    Inserts a `cf.assert` for each requirement on dynamic extents that does not
    hold by construction. Elementwise ops, `linalg` ops, and casts, slices,
    concatenations and expansions of tensors require extents that agree, or
    indices that are within an extent. The verifiers check static extents.
    Dynamic extents that do not agree are undefined behavior: compiled code
    reads past the end of a buffer. The message of an assertion names the
    extents and the location of the op.

    The pass traces each extent to the extents of the arguments that it comes
    from. If an op in the entry block has a requirement on the extents of
    arguments, the requirement is asserted once, at the entry of the function.
    Any other requirement is asserted before its op. An index with `mod` is not
    checked.

    Ops of quant_bnn are checked after `convert-quant-bnn-to-linalg`. The option
    `check-extents` of the lowering pipelines runs the pass there.

    Example:

    ```mlir
    func.func @f(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
      %0 = arith.addf %x, %y : tensor<?xf32>
      return %0 : tensor<?xf32>
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
      %c0 = arith.constant 0 : index
      %n = tensor.dim %x, %c0 : tensor<?xf32>
      %m = tensor.dim %y, %c0 : tensor<?xf32>
      %equal = arith.cmpi eq, %n, %m : index
      cf.assert %equal, "@f requires dimension 0 of argument 1 to be dimension 0 of argument 0 for 'arith.addf'"
      %0 = arith.addf %x, %y : tensor<?xf32>
      return %0 : tensor<?xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::cf::ControlFlowDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNConvertResultsToOutParamsPass
    : Pass<"bnn-codegen-convert-results-to-out-params", "::mlir::ModuleOp"> {
  let summary = "Convert tensor results to memref parameters of the caller";
  let description = [{
    Replaces each tensor result of a public function by a memref parameter after
    the arguments, in order, and materializes the result into this parameter:
    first as tensors, so that bufferization sees where a result is computed in
    the buffer of another one, then as buffers.
    Scalars are still returned. Run the pass before bufferization, which then
    computes in the buffers of the caller where it can. A caller must not pass
    the same memory twice. Calls within the module go to a private copy of the
    function, which keeps the type of the function. `quant_bnn.backward` and
    `quant_bnn.residuals`, which refer to results by number, are removed from
    public functions.

    Upstream's `buffer-results-to-out-params` runs after bufferization. That pass
    copies each result whose allocation it cannot replace by the parameter, and
    rejects a call with a result of dynamic shape unless the sizes of the result
    are arguments of the callee.

    Example:

    ```mlir
    func.func @f(%x: tensor<?xf32>) -> (tensor<?xf32>, f32) {
      %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?xf32>
      return %q, %s : tensor<?xf32>, f32
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: tensor<?xf32>, %out: memref<?xf32>) -> f32 {
      %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?xf32>
      %t = bufferization.to_tensor %out restrict writable
          : memref<?xf32> to tensor<?xf32>
      %r = bufferization.materialize_in_destination %q in %t
          : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
      bufferization.materialize_in_destination %r in writable %out
          : (tensor<?xf32>, memref<?xf32>) -> ()
      return %s : f32
    }
    ```

    A buffer of the wrong size is undefined behavior. With `check-extents`, a
    `cf.assert` compares each dynamic extent of a buffer with that of its result.
  }];
  let options = [Option<"checkExtents", "check-extents", "bool",
                        /*default=*/"false",
                        "Assert that the buffers have the extents of the "
                        "results">];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::bufferization::BufferizationDialect",
                           "::mlir::cf::ControlFlowDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNExpandStridedCopiesPass : Pass<"bnn-codegen-expand-strided-copies"> {
  let summary = "Convert memref.copy of strided buffers to linalg.generic";
  let description = [{
    Replaces a `memref.copy` from or to a buffer that is not contiguous by a
    `linalg.generic`. Such a copy would otherwise be lowered to a call of a
    function of the MLIR runtime, which ahead-of-time users need not have. A
    copy between contiguous buffers is left alone and becomes a `memcpy` later.

    One-shot bufferization could create such generics itself (`memCpyFn`), but
    not all copies come from it: functions on buffers, buffer deallocation and
    `bnn-codegen-separate-results` have copies, too.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def QuantBNNFlattenElementwisePass : Pass<"bnn-codegen-flatten-elementwise"> {
  let summary = "Collapse elementwise generics next to 1-D generics";
  let description = [{
    Collapses elementwise `linalg.generic` ops to one dimension where a reshape
    to or from one dimension would block fusion. If a tensor is reshaped to or
    from one dimension for a generic, the elementwise generics that produce or
    use the tensor become 1-D generics. In turn, so do the elementwise generics
    that produce or use the other operands of these generics. The reshape then
    no longer separates loops over the same elements, such as the loop of an
    activation and the loop that packs its mask, and
    `bnn-codegen-recompute-producers` and `bnn-codegen-fuse-siblings` can fuse the
    loops. Run `linalg-fuse-elementwise-ops` before this pass, because it would
    expand some of the collapsed generics again.

    A generic is left alone if it accesses an operand in another order or shape,
    if it uses an index, or if it reads a slice, which collapsing would copy.
    Scalar operands and reductions to a scalar do not prevent collapsing.
    Results are expanded again where other ops use them, which moves no data.

    Example: in

    ```mlir
    func.func @f(%x: tensor<4x8xf32>)
        -> (tensor<4x8xf32>, tensor<32xi1, #quant_bnn.packed<i8>>) {
      %y = quant_bnn.sign %x : tensor<4x8xf32>
      %flat = tensor.collapse_shape %x [[0, 1]] : tensor<4x8xf32> into tensor<32xf32>
      %bits = quant_bnn.pack %flat : tensor<32xf32> to tensor<32xi1, #quant_bnn.packed<i8>>
      return %y, %bits : tensor<4x8xf32>, tensor<32xi1, #quant_bnn.packed<i8>>
    }
    ```

    the generic that `%y` becomes reads `%flat`, and so does the generic of
    `%bits`. One loop then computes both.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNFuseSiblingsPass : Pass<"bnn-codegen-fuse-siblings"> {
  let summary = "Fuse linalg.generic ops over the same elements into one loop";
  let description = [{
    Fuses `linalg.generic` ops on tensors that access the same elements in the
    same order, and that share an operand or use each other's results. Examples
    are a forward op and its gradient, two uses of one value, and a reduction
    beside elementwise math. The fused op has several results. Values that only
    the fused op uses are no longer stored. Upstream fusion merges a producer
    into its single consumer; this pass fuses the remaining generics, in linear
    time.

    A generic may also access the packed words that hold one bit of each element
    along the last dimension (see `quant_bnn.pack`).

    Two generics are fused only if their shapes are known to agree: the shapes
    are static, or another generic relates them. A fused op accesses at most 12
    tensors.

    Example: in

    ```mlir
    %a = quant_bnn.sign %x : tensor<?xf32>
    %b = arith.mulf %a, %x : tensor<?xf32>
    %c = arith.subf %a, %x : tensor<?xf32>
    ```

    if `%b` and `%c` are used, one loop computes all three values. The loop
    reads `%x` and writes `%b` and `%c`.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def QuantBNNPlanMemoryPass
    : Pass<"bnn-codegen-plan-memory", "::mlir::ModuleOp"> {
  let summary = "Give the temporary buffers of a function shared memory";
  let description = [{
    Replaces the buffers that a function allocates and frees by parts of one
    piece of memory, the arena. Buffers that are never in use at the same time
    share bytes: those of constant size lie at constant offsets, the largest
    first; others get slots, each as large as the largest of its buffers.

    With `workspace=call`, each call allocates the arena once. With
    `workspace=thread`, a public function takes the arena from
    `@quant_bnn_take_workspace` and hands it to `@quant_bnn_return_workspace` at
    the end: the library `quant_bnn_runtime` has these functions. With
    `workspace=argument`, a public function takes the arena as its last argument,
    a `memref<?xi8>` that is aligned to 64 bytes. The function
    `@NAME_workspace_size` returns how many bytes the arena of `@NAME` must have.
    Its arguments are the numbers on which a size may depend: for each argument of
    `@NAME`, in order, the argument itself if it is an `index`, or its dynamic
    extents if it is a memref. A function asserts that the arena is large enough
    and aligned.

    Except with `workspace=call`, calls of public functions within the module go
    to private copies. A private function gets its arena, and the buffers of its
    results, from its callers, in whose arenas they are buffers like any other.
    A function allocates for itself if an op that is no call uses it, or if it
    calls itself; it allocates a result whose extents are not known at its entry.
    If a private function whose address is used does not lead to itself, an
    arena of constant size, of at most 64 KiB, is in its stack frame.

    A buffer is still allocated where it was, and a remark says why, if its size
    is not known at the entry of the function, if it is allocated in a parallel
    loop, if another block frees it, if the op around it may not run and its size
    may be negative then, or if it has a layout, a memory space or an alignment
    above 64.

    Example: with `workspace=argument`,

    ```mlir
    func.func @f(%x: memref<?xf32>, %y: memref<?xf32>) {
      %c0 = arith.constant 0 : index
      %n = memref.dim %x, %c0 : memref<?xf32>
      %t = memref.alloc(%n) : memref<?xf32>
      linalg.exp ins(%x : memref<?xf32>) outs(%t : memref<?xf32>)
      linalg.tanh ins(%t : memref<?xf32>) outs(%y : memref<?xf32>)
      memref.dealloc %t : memref<?xf32>
      return
    }
    ```

    becomes a function `@f_workspace_size(%n: index, %m: index)`, which returns
    4 n rounded up to a multiple of 64, and, without the assertions,

    ```mlir
    func.func @f(%x: memref<?xf32>, %y: memref<?xf32>, %workspace: memref<?xi8>) {
      %c0 = arith.constant 0 : index
      %n = memref.dim %x, %c0 : memref<?xf32>
      %t = memref.view %workspace[%c0][%n] : memref<?xi8> to memref<?xf32>
      linalg.exp ins(%x : memref<?xf32>) outs(%t : memref<?xf32>)
      linalg.tanh ins(%t : memref<?xf32>) outs(%y : memref<?xf32>)
      return
    }
    ```
  }];
  let options = [
    Option<"workspace", "workspace", "::quant_bnn::Workspace",
           /*default=*/"::quant_bnn::Workspace::Call",
           "Where the temporary buffers of public functions are",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::Workspace::Call, "call",
                        "in memory that each call allocates once"),
             clEnumValN(::quant_bnn::Workspace::Thread, "thread",
                        "in memory that the thread keeps between calls"),
             clEnumValN(::quant_bnn::Workspace::Argument, "argument",
                        "in memory that the caller passes after the other "
                        "arguments"))}]>
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::cf::ControlFlowDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::memref::MemRefDialect"];
}

def QuantBNNRecomputeProducersPass : Pass<"bnn-codegen-recompute-producers"> {
  let summary = "Recompute cheap elementwise generics in each of their users";
  let description = [{
    Fuses an elementwise `linalg.generic` that reads at most one tensor into
    each generic that uses it. The users then read that tensor instead of the
    result, which costs no more bytes, and the result is never written.

    Example: in

    ```mlir
    %h = quant_bnn.input_dorefa %x bits = 4 : tensor<?xf32>
    %q, %s = quant_bnn.min_max %h bits = 4 : tensor<?xf32>
    ```

    the maximum needs `%h`, and `%q` needs `%h` again after the maximum is
    known. Both loops compute `%h` from `%x`.

    The pass leaves a function alone in which a generic has an operand with an
    encoding, such as a packed tensor: run
    `quant-bnn-materialize-packed-layout` first.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def QuantBNNReplaceEmptyTensorsPass : Pass<"bnn-codegen-replace-empty-tensors"> {
  let summary = "Replace ops on tensors without elements";
  let description = [{
    Replaces `tensor.concat`, `tensor.pad`, `tensor.extract_slice`,
    `tensor.collapse_shape` and `tensor.expand_shape` whose results are known to
    be empty by `tensor.empty`, drops empty operands of `tensor.concat` and
    `tensor.insert_slice`, and replaces the padding of an empty tensor by a
    `tensor.generate`. An extent is known by the type, or by the constants of a
    `tensor.empty` or a slice. Bufferization would copy such an operand to a
    view that begins at the end of its buffer, which is an error.

    Example: in

    ```mlir
    %0 = tensor.concat dim(0) %empty, %x
        : (tensor<0x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    ```

    all uses of `%0` become uses of `%x`.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNRunIfPresentPass : Pass<"bnn-codegen-run-if-present"> {
  let summary = "Run a pipeline if there are ops that it converts";
  let description = [{
    Runs `pipeline`, whose passes are on ops named `anchor`, if the op contains an
    op whose name, or whose dialect, is among `ops`. The lowering pipelines use
    this for passes that do nothing without such ops: a pass that runs visits
    each op, and each op is verified after it.

    Example: `bnn-codegen-run-if-present{ops=linalg pipeline=convert-linalg-to-loops}`
    converts the `linalg` ops of a function that has any.
  }];
  let options = [
    ListOption<"ops", "ops", "std::string",
               "The names of ops and of dialects, separated by commas">,
    Option<"anchor", "anchor", "std::string", /*default=*/"\"func.func\"",
           "The name of the op on which the passes run">,
    Option<"pipeline", "pipeline", "std::string", /*default=*/"\"\"",
           "The passes">
  ];
}

def QuantBNNSeparateResultsPass
    : Pass<"bnn-codegen-separate-results", "::mlir::func::FuncOp"> {
  let summary = "Copy returned memrefs that share a buffer or are strided";
  let description = [{
    Copies each returned memref that may share its buffer with an earlier
    result, and each one that is cast from a strided view. After bufferization,
    two results of a function may be one buffer, which the caller would free
    twice, and callers expect contiguous results. The pass leaves it to
    ownership-based deallocation to copy results that the function does not own,
    such as an argument or a constant.

    Example:

    ```mlir
    func.func @f() -> (memref<4xf32>, memref<4xf32>) {
      %y = memref.alloc() : memref<4xf32>
      return %y, %y : memref<4xf32>, memref<4xf32>
    }
    ```

    becomes

    ```mlir
    func.func @f() -> (memref<4xf32>, memref<4xf32>) {
      %y = memref.alloc() : memref<4xf32>
      %copy = memref.alloc() : memref<4xf32>
      memref.copy %y, %copy : memref<4xf32> to memref<4xf32>
      return %y, %copy : memref<4xf32>, memref<4xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def QuantBNNApproximateMathPass : Pass<"bnn-codegen-approximate-math"> {
  let summary = "Replace f32 math ops by polynomials that vectorize";
  let description = [{
    Replaces `math.tanh` on `f32` scalars and vectors by the polynomial
    approximation of the math dialect, and `math.erf`, `math.exp`, `math.expm1`
    and `math.log1p` by series; those of the last two do not cancel. `tanh` is
    within 5 ulp, `erf` and `exp` are within 2 ulp, and `expm1` and `log1p` are
    within 4 ulp. Wider types are left to the C math library, and narrower types
    to `bnn-codegen-emulate-narrow-floats`. Ops on tensors are left alone.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

def QuantBNNCompareNarrowFloatsPass
    : Pass<"bnn-codegen-compare-narrow-floats"> {
  let summary = "Compare f16 and bf16 with constants as 16-bit integers";
  let description = [{
    Replaces comparisons of an `f16` or `bf16`, which may be widened, with a
    constant by unsigned comparisons of its 16 bits. Twice as many lanes then fit
    into a register, and nothing is widened. The pass rewrites `olt`, `ole`, `ogt`
    and `oge` of the value or its magnitude, and an `arith.andi` of two such
    comparisons of one value. A value that is also computed with is left alone, and
    so are tensors.

    The bits of numbers of one sign are ordered like their magnitudes, so that each
    condition holds for at most two ranges of bit patterns, none of which has a
    NaN. The negative numbers of bf16 are `0x8001` to `0xff80` (-infinity), the
    numbers from 0 to 1 are `0x0000` to `0x3f80` and `0x8000` (-0). A magnitude is
    at most a constant if its bits without the sign are at most the bits of the
    constant, rounded toward zero.

    Example:

    ```mlir
    func.func @f(%x: bf16) -> i1 {
      %zero = arith.constant 0.0 : f32
      %wide = arith.extf %x : bf16 to f32
      %below = arith.cmpf olt, %wide, %zero : f32
      return %below : i1
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: bf16) -> i1 {
      %first = arith.constant 0x8001 : i16
      %count = arith.constant 0x7f7f : i16
      %bits = arith.bitcast %x : bf16 to i16
      %offset = arith.subi %bits, %first : i16
      %below = arith.cmpi ule, %offset, %count : i16
      return %below : i1
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def QuantBNNEmulateNarrowFloatsPass
    : Pass<"bnn-codegen-emulate-narrow-floats"> {
  let summary = "Compute ops on bf16, and math ops on f16, in f32";
  let description = [{
    Extends the operands of each op of arith, math and vector on `bf16`, and of
    each op of math on `f16`, to `f32`, and rounds the results. Each op
    therefore rounds once, whichever ops it is fused with. Ops that only move
    bits are left alone, and so are tensors. A `linalg` op that reduces
    accumulates in `f32`, as with `bnn-codegen-widen-accumulators`.

    The conversions have no fast-math flags. `arith-emulate-unsupported-floats`
    and `math-extend-to-supported-types` mark their conversions `contract`,
    which lets folders drop the rounding between two ops.

    A conversion between `bf16` and `f64`, or from an integer that `f32` does
    not hold, first rounds to odd. The second rounding then gives the rounding
    of the exact value (S. Boldo and G. Melquiond, Emulation of a FMA and
    Correctly Rounded Sums: Proved Algorithms Using Rounding to Odd, 2008).

    A `memref.atomic_rmw` that computes with `bf16` is an error.

    Use `math-only` before a pass that approximates math ops in `f32`.

    Example:

    ```mlir
    func.func @f(%x: bf16, %y: bf16) -> bf16 {
      %0 = arith.addf %x, %y : bf16
      return %0 : bf16
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: bf16, %y: bf16) -> bf16 {
      %0 = arith.extf %x : bf16 to f32
      %1 = arith.extf %y : bf16 to f32
      %2 = arith.addf %0, %1 : f32
      %3 = arith.truncf %2 : f32 to bf16
      return %3 : bf16
    }
    ```
  }];
  let options = [
    Option<"mathOnly", "math-only", "bool", /*default=*/"false",
           "Leave arith and vector alone">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNRoundToBF16Pass : Pass<"bnn-codegen-round-to-bf16"> {
  let summary = "Round f32 to bf16 in fewer instructions";
  let description = [{
    Replaces `arith.truncf` from `f32` to `bf16`, of scalars and vectors, where
    it costs less than the integer ops that `arith-expand` makes of it:

    * A value that `bf16` has, such as the result of `math.roundeven` on an
      extended `bf16`, is not rounded: its upper half is the result, and an op
      that extends the result again is dropped.
    * With `instruction=avx512`, `llvm.fptrunc` rounds where the operand is
      never a subnormal number, or where the result is only rounded to an
      integer, because the instruction takes subnormal numbers for zeros. Other
      vectors of 4, 8 or a multiple of 16 elements are rounded so in a branch
      that runs where no element is subnormal. Other scalars and vectors keep the
      `arith.truncf`. One instruction rounds the two registers of 32 elements.

    Run it after `bnn-codegen-emulate-narrow-floats`. What is known of the
    operands is found in the ops of the function that computed them: constants,
    conversions, sums, products and quotients.

    Example, with `instruction=avx512`:

    ```mlir
    func.func @f(%x: vector<16xf32>) -> vector<16xbf16> {
      %thirds = arith.constant dense<3.0> : vector<16xf32>
      %0 = math.roundeven %x : vector<16xf32>
      %1 = arith.divf %0, %thirds : vector<16xf32>
      %2 = arith.truncf %1 : vector<16xf32> to vector<16xbf16>
      return %2 : vector<16xbf16>
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: vector<16xf32>) -> vector<16xbf16> {
      %thirds = arith.constant dense<3.0> : vector<16xf32>
      %0 = math.roundeven %x : vector<16xf32>
      %1 = arith.divf %0, %thirds : vector<16xf32>
      %2 = llvm.fptrunc %1 : vector<16xf32> to vector<16xbf16>
      return %2 : vector<16xbf16>
    }
    ```
  }];
  let options = [
    Option<"instruction", "instruction", "::quant_bnn::BF16Instruction",
           /*default=*/"::quant_bnn::BF16Instruction::None",
           "The instruction of the target",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::BF16Instruction::None, "none", "unknown"),
             clEnumValN(::quant_bnn::BF16Instruction::AVX512, "avx512",
                        "vcvtneps2bf16 and vcvtne2ps2bf16 of AVX512_BF16"))}]>
  ];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def QuantBNNWidenAccumulatorsPass : Pass<"bnn-codegen-widen-accumulators"> {
  let summary = "Accumulate linalg reductions of f16 and bf16 in f32";
  let description = [{
    Gives each `linalg` op that reduces a dimension into `f16` or `bf16` an
    output of `f32`, which is rounded once, after the op. A sum that is rounded
    at each step would stop growing where a term is half an ulp of the sum. The
    pass widens the old value of the output before the op, and computes the ops
    of the body between the old value and the new value in `f32`. A product that
    is added is not rounded either, as in a matmul of `f16` to `f32`.

    A maximum or minimum is the same in any type and is left alone, and so is a
    body that rounds its sum explicitly. Loops that are written as `scf` ops
    still round at each step.

    Example:

    ```mlir
    func.func @f(%x: tensor<8x8xbf16>, %init: tensor<8xbf16>) -> tensor<8xbf16> {
      %sum = linalg.reduce { arith.addf } ins(%x : tensor<8x8xbf16>)
          outs(%init : tensor<8xbf16>) dimensions = [1]
      return %sum : tensor<8xbf16>
    }
    ```

    becomes

    ```mlir
    #map = affine_map<(d0) -> (d0)>
    func.func @f(%x: tensor<8x8xbf16>, %init: tensor<8xbf16>) -> tensor<8xbf16> {
      %0 = tensor.empty() : tensor<8xf32>
      %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
          ins(%init : tensor<8xbf16>) outs(%0 : tensor<8xf32>) {
      ^bb0(%in: bf16, %out: f32):
        %5 = arith.extf %in : bf16 to f32
        linalg.yield %5 : f32
      } -> tensor<8xf32>
      %2 = linalg.reduce ins(%x : tensor<8x8xbf16>) outs(%1 : tensor<8xf32>)
          dimensions = [1]
        (%in: bf16, %sum: f32) {
          %5 = arith.extf %in : bf16 to f32
          %6 = arith.addf %5, %sum : f32
          linalg.yield %6 : f32
        }
      %3 = tensor.empty() : tensor<8xbf16>
      %4 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
          ins(%2 : tensor<8xf32>) outs(%3 : tensor<8xbf16>) {
      ^bb0(%in: f32, %out: bf16):
        %5 = arith.truncf %in : f32 to bf16
        linalg.yield %5 : bf16
      } -> tensor<8xbf16>
      return %4 : tensor<8xbf16>
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNBF16ToI16Pass
    : Pass<"bnn-codegen-bf16-to-i16", "::mlir::LLVM::LLVMFuncOp"> {
  let summary = "Convert bf16 in LLVM functions to i16 with the same bits";
  let description = [{
    Replaces each `bf16` in a function of the LLVM dialect by an `i16` with the
    same bits. Without this pass, on a target without bf16 instructions, LLVM
    converts a bf16 that is selected or passed to a branch to f32 and back, by a
    library call or by an instruction that flushes subnormal numbers to 0. LLVM
    also splits vectors of bf16 into scalars.

    Run `bnn-codegen-emulate-narrow-floats`, and `arith-expand` with
    `include-bf16`, before this pass. Arithmetic then is on f32 and integers,
    and bf16 is only moved. Functions take and return i16 as well, because LLVM
    would convert the selection of a cast of two arguments to a cast of the
    selected argument. The operands and results of an op that computes with bf16
    are cast; the pass does not guarantee more for such an op.

    Example:

    ```mlir
    llvm.func @f(%c: i1, %x: bf16, %p: !llvm.ptr) -> bf16 {
      %one = llvm.mlir.constant(1.0 : bf16) : bf16
      %y = llvm.select %c, %x, %one : i1, bf16
      llvm.store %y, %p : bf16, !llvm.ptr
      llvm.return %y : bf16
    }
    ```

    becomes

    ```mlir
    llvm.func @f(%c: i1, %x: i16, %p: !llvm.ptr) -> i16 {
      %one = llvm.mlir.constant(16256 : i16) : i16
      %y = llvm.select %c, %x, %one : i1, i16
      llvm.store %y, %p : i16, !llvm.ptr
      llvm.return %y : i16
    }
    ```
  }];
}

def QuantBNNRefuseLeftoversPass : Pass<"bnn-codegen-refuse-leftovers"> {
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

#endif // QUANT_BNN_CODEGEN_COMMON_PASSES
