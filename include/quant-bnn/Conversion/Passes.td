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

#endif // QUANT_BNN_CONVERSION_PASSES
