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
    operand move no data: they are replaced by it.

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
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNConvertF64MathToArithPass
    : Pass<"quant-bnn-convert-f64-math-to-arith"> {
  let summary = "Compute exp and tanh of f64 where there is no math library";
  let description = [{
    Expands `math.exp` and `math.tanh` on `f64` scalars and vectors into arithmetic, for
    targets without a library that has them. `exp` is within 2 ulp, to subnormal
    results; `tanh` is within 4 ulp. Both are computed from e^r - 1 by Taylor's series
    for abs r <= ln(2) / 2, what is left of the argument when multiples of ln(2) are
    taken away (W. J. Cody and W. Waite, Software Manual for the Elementary Functions,
    1980).

    `quant-bnn-approximate-math` does the same for `f32`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

def QuantBNNConvertSCFToCFPass : Pass<"quant-bnn-convert-scf-to-cf"> {
  let summary = "Structured control flow to branches, last op first";
  let description = [{
    Converts what `convert-scf-to-cf` does, with its patterns, from the last op of a
    block to the first. A conversion moves what follows in the block to a new one:
    from the first op on, all that follows is moved for each, which takes half the
    time that a function of a thousand loops takes to be lowered.

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
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // QUANT_BNN_CONVERSION_PASSES
