//===- QuantBNNDialect.td - The quant_bnn dialect ----------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_IR_QUANTBNNDIALECT
#define QUANT_BNN_IR_QUANTBNNDIALECT

include "mlir/IR/DialectBase.td"

def QuantBNN_Dialect : Dialect {
  let name = "quant_bnn";
  let cppNamespace = "::quant_bnn";
  let summary = "Quantizers of binary and low-bit networks, with their gradients";
  let description = [{
    Every op is a *quantizer*, which says what the forward pass computes, or the
    *gradient* of one, which says what the backward pass computes. The two need
    not agree as functions: that is the point of a straight-through estimator
    (STE), and why a quantizer is an op rather than a handful of comparisons.

    **Types.** `T` is `f16`, `bf16`, `f32` or `f64`, or a vector or ranked
    tensor of one. Ops that reduce take ranked tensors only. The result type is
    the operand type, and a scalar operand has the element type of `T`.

    **Attributes** are written as `keyword = value`, in the order that each op
    gives, floats with a dot (an infinite one as `0x7FF0000000000000`). One that
    has its default is not printed. These limits hold throughout:

    | attribute | limits |
    |---|---|
    | `bits` | from 1, or 2 where levels are signed, to 24 for `f32` and `f64`, 11 for `f16`, 8 for `bf16`: every level is exact |
    | `clip`, `threshold` | at least 0; may be infinite, not NaN |
    | `beta` | positive and finite |

    **Numerics.** `f16` and `bf16` compute in `f32` and round once, at the end.
    Every other operation is rounded as written, half to even: no contraction, no
    fast-math, no flush to zero. Float attributes are rounded to the compute type
    before use. The sign of a zero result and the payload of a NaN are free. What
    is not determined to the bit (tanh, exp and sums) says so.

    **Windows.** A gradient that is cut outside a window is a select, not a
    product: what is outside gives 0 even where `g` is infinite or NaN. Windows
    are closed, and a NaN is outside of every one.

    **Packed bits.** `pack` keeps one bit of every element, in integer words, and
    `unpack` makes elements of it again: what a binary network computes with, and
    what it takes to remember which gradients a window cuts.

    **Folding.** A fold or canonicalization of this dialect preserves the value
    *and* the gradient. What is true of values only is applied by
    `quant-bnn-strip-gradients`, for inference.

    A layer and its gradient:

    ```mlir
    // Forward: cancel the gradient where x has saturated, then binarize.
    %c = quant_bnn.gradient_cancellation %x threshold = 1.0 : tensor<?x64xf32>
    %y = quant_bnn.approx_sign %c : tensor<?x64xf32>
    // Backward: g is the gradient of y, dx that of x.
    %dc = quant_bnn.approx_sign_grad %c, %g : tensor<?x64xf32>
    %dx = quant_bnn.gradient_cancellation_grad %x, %dc threshold = 1.0 : tensor<?x64xf32>
    ```

    **Extending.** An elementwise op states its scalar math once, in
    `buildForward`; an op that reduces or has a scalar result states its
    `decompose`; a quantizer adds `buildGradient`. Passes and targets see only
    these interfaces.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect",
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect",
    "::mlir::tensor::TensorDialect",
    "::mlir::vector::VectorDialect"
  ];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
}

#endif // QUANT_BNN_IR_QUANTBNNDIALECT
