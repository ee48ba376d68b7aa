//===- QuantBNNDialect.td - The quant_bnn dialect ----------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNDIALECT
#define QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNDIALECT

include "mlir/IR/DialectBase.td"

def QuantBNN_Dialect : Dialect {
  let name = "quant_bnn";
  let cppNamespace = "::quant_bnn";
  let summary = "Quantizers with stated gradients, and compute on packed bits";
  let description = [{
    The dialect holds the quantizers of binary and low-bit neural networks, the
    gradients of these quantizers, and ops that compute on packed bits:

    | group | ops |
    |---|---|
    | binarizers | `sign`, `approx_sign`, `swish_sign`, `ste_heaviside` |
    | uniform quantizers, whose levels are equally spaced | `input_dorefa`, `weight_dorefa`, `min_max`, `pact`, and `dequantize`, which maps levels back to values |
    | gradient control: the value is an operand, only the gradient differs | `identity`, `straight_through`, `gradient_cancellation` |
    | a quantizer selected by name, after gradient cancellation | `qactivation` |
    | gradients | one op for each op above except `qactivation`: the name of the op with the suffix `_grad` |
    | packing of bits into words | `pack`, `unpack` |
    | binary compute on packed bits | `xnor_matmul`, `xnor_conv_2d`, `threshold` |

    A *quantizer* states two functions: the value that the forward pass
    computes, and the gradient that the backward pass computes. The gradient
    need not be the derivative of the value: it may be a surrogate, such as the
    straight-through estimator (STE), that a compiler cannot derive from
    comparisons and selects. A quantizer is therefore one op and not a few
    comparisons. Ops on packed bits have no gradient.

    A layer and its gradient:

    ```mlir
    // Forward: cancel the gradient where x has saturated, then binarize.
    %c = quant_bnn.gradient_cancellation %x threshold = 1.0 : tensor<?x64xf32>
    %y = quant_bnn.approx_sign %c : tensor<?x64xf32>
    // Backward: g is the gradient of y, dx that of x.
    %dc = quant_bnn.approx_sign_grad %c, %g : tensor<?x64xf32>
    %dx = quant_bnn.gradient_cancellation_grad %x, %dc threshold = 1.0 : tensor<?x64xf32>
    ```

    **Types.** A quantizer or a gradient op computes on `T`: `f16`, `bf16`,
    `f32` or `f64`, or a vector or ranked tensor of one of these types. Ops that
    reduce take ranked tensors only. The result has the type of the operand. A
    scalar operand has the element type of `T`. Packed operands and results are
    ranked tensors of `i1` with the encoding `#quant_bnn.packed`. `xnor_matmul`
    and `xnor_conv_2d` return tensors of `i32`.

    **Attributes** are written as `keyword = value`, in the order that the
    syntax of the op gives. A float has a decimal point; infinity is written as
    `0x7FF0000000000000`. An attribute that has its default value is not
    printed. These limits hold for all ops:

    | attribute | limits |
    |---|---|
    | `bits` | at least 1, or at least 2 where levels are signed; at most 24 for `f32` and `f64`, 11 for `f16` and 8 for `bf16`, so that every level is exact |
    | `clip`, `threshold` | at least 0; may be infinite, but not NaN |
    | `beta` | positive and finite |

    **Notation.** In the descriptions of ops, `g` is the cotangent of the
    result, and `dx` is the gradient of the operand `x`.

    **Numerics.** Ops on `f16` and `bf16` compute in `f32` and round once, at
    the end. Every other operation rounds as written, to nearest, ties to even:
    no operation is contracted, has fast-math flags, or flushes subnormal
    numbers to zero. Float attributes are rounded to the compute type before
    use. The sign of a zero result and the payload of a NaN are unspecified.
    Results that are not specified to the bit (those of tanh, exp and sums) are
    marked in the description of the op.

    **Clipping windows.** A clipped gradient is a select and not a product with
    a mask: the gradient is 0 outside of the clipping window, even where `g` is
    infinite or NaN. A clipping window is a closed interval. NaN is outside of
    every clipping window.

    **Packed bits.** `pack` keeps one bit of each element, in integer words, and
    `unpack` converts the bits back to elements. A packed tensor is a tensor of
    `i1` whose encoding, `#quant_bnn.packed`, says so; ops of `tensor`, `linalg`
    and `arith` move and combine its elements.
    `quant-bnn-materialize-packed-layout` replaces packed tensors by tensors of
    words. Binary networks compute on packed bits.
    `quant-bnn-compress-residuals` uses packed bits to save only which elements
    lie inside a clipping window.

    **Folding.** A fold or canonicalization of this dialect preserves both the
    value and the gradient. Rewrites that preserve only the value are left to
    passes that run where no gradient will be taken, such as
    `quant-bnn-strip-gradients` for inference.

    **Function attributes.** The dialect defines these attributes of functions,
    arguments and results:

    | attribute | meaning |
    |---|---|
    | `quant_bnn.backward` | on a forward function: the symbol of its backward function |
    | `quant_bnn.residuals` | on a forward function: the indices of the results that are the leading arguments of the backward function |
    | `quant_bnn.no_gradient` | on an argument, which gets no gradient, or on a result, which gets no cotangent |
    | `quant_bnn.signature` | on a function: its type before tensors became buffers |

    **Extending.** An elementwise op states its scalar math once, in
    `buildForward` of `ElementwisePayloadOpInterface`. An op that reduces or
    changes the shape states its expansion in `decomposeOperation` of
    `linalg::AggregatedOpInterface`. A quantizer also states its gradient in
    `buildGradient` of `DifferentiableOpInterface`. Except for
    `quant-bnn-raise-ste`, passes and targets see quantizers through interfaces
    and traits only.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect",
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect",
    "::mlir::tensor::TensorDialect",
    "::mlir::vector::VectorDialect"
  ];
  let extraClassDeclaration = [{
    /// Refuses removed ops with an error that names what took their place.
    std::optional<ParseOpHook>
    getParseOperationHook(::llvm::StringRef opName) const override;
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasCanonicalizer = 1;
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNDIALECT
