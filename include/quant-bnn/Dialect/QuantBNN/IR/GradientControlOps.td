//===- GradientControlOps.td - Ops that only shape gradients *- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_GRADIENTCONTROLOPS
#define QUANT_BNN_DIALECT_QUANTBNN_IR_GRADIENTCONTROLOPS

include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNBase.td"

/// Base class of quantizers that return an operand and differ in the gradient.
class QuantBNN_GradientControlOp<string mnemonic, list<string> windowMethods = []>
    : QuantBNN_PassThroughOp<mnemonic, [
        DeclareOpInterfaceMethods<DifferentiableOpInterface>,
        DeclareOpInterfaceMethods<QuantizerOpInterface>,
        DeclareOpInterfaceMethods<WindowedGradientOpInterface, windowMethods>]>;

def QuantBNN_IdentityOp
    : QuantBNN_GradientControlOp<"identity", ["getUnwindowed", "buildWithWindow"]> {
  let summary = "Identity that marks a place of full precision";
  let description = [{
    Returns `x`: `y = x`, with the gradient `dx = g`. The op marks a place where
    a network keeps full precision. Canonicalization keeps the op. Lowering
    replaces the op by `x`, without moving data.

    Example:

    ```mlir
    %y = quant_bnn.identity %x : tensor<4x?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$x);
  let results = (outs QuantBNN_FloatLike:$y);
  let assemblyFormat = "$x attr-dict `:` type($y)";
}

def QuantBNN_StraightThroughOp : QuantBNN_GradientControlOp<"straight_through"> {
  let summary = "Straight-through estimator around any function";
  let description = [{
    Returns `q` and sends the gradient to `x`. `q` is the result of any function
    of `x` that is computed by other ops, such as a rounding or a comparison.

    ```
    y  = q
    dx = g                        without clip
    dx = g  where |x| <= clip, else 0
    ```

    No gradient goes to `q`. A NaN `x` is outside of the clipping window. `clip`
    is at least 0 and may be infinite.

    The op is the basic form of the straight-through estimator (Bengio et al.
    2013, arXiv:1308.3432), which frameworks spell as `x + (q(x) - x).detach()`.
    That expression rounds twice, while the value of this op is `q` to the bit.
    Lowering replaces the op by `q`, without moving data.

    `q` need not be computed from `x`. For any differentiable function `h` of
    the same input, `straight_through %q for %h` has the value of `q` and the
    gradient of `h`.

    Example:

    ```mlir
    %q = math.roundeven %x : tensor<?xf32>
    %y = quant_bnn.straight_through %q for %x clip = 1.0 : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$q, QuantBNN_FloatLike:$x,
                       OptionalAttr<F64Attr>:$clip);
  let results = (outs QuantBNN_FloatLike:$y);
  let assemblyFormat = [{
    $q `for` $x (`clip` `=` $clip^)? attr-dict `:` type($y)
  }];
}

def QuantBNN_GradientCancellationOp
    : QuantBNN_GradientControlOp<"gradient_cancellation", ["getUnwindowed"]> {
  let summary = "Identity whose gradient is clipped to a window";
  let description = [{
    Returns `x` and cancels the gradient where |x| exceeds `threshold`.

    ```
    y  = x
    dx = g  where |x| <= threshold, else 0
    ```

    The gradient is a select and not a product, so an infinite or NaN `g`
    outside of the clipping window is dropped. A NaN `x` is outside of the
    clipping window. `threshold` is at least 0 and may be infinite.

    A network places the op before a binarizer to stop the gradient where the
    activation has saturated (Courbariaux et al. 2016, arXiv:1602.02830).

    Two cancellations in a row canonicalize to one cancellation with the smaller
    threshold.

    Example:

    ```mlir
    %c = quant_bnn.gradient_cancellation %x threshold = 1.0 : tensor<?xf32>
    %y = quant_bnn.sign %c : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$x, F64Attr:$threshold);
  let results = (outs QuantBNN_FloatLike:$y);
  let assemblyFormat = [{
    $x `threshold` `=` $threshold attr-dict `:` type($y)
  }];
  let hasCanonicalizeMethod = 1;
}

def QuantBNN_QActivationOp : QuantBNN_DecomposableOp<"qactivation", [
    SameOperandsAndResultType, DeclareOpInterfaceMethods<DifferentiableOpInterface>,
    DeclareOpInterfaceMethods<QuantizerOpInterface,
                                                        ["buildInference"]>]> {
  let summary = "Gradient cancellation, then a quantizer selected by name";
  let description = [{
    Applies `gradient_cancellation` with `threshold`, if a threshold is given,
    and then the quantizer that `quantizer` names. The op is the quantized
    activation layer of a network.

    ```
    y  = quantizer(x)
    dx = quantizer_grad(x, g)  where |x| <= threshold, else 0
    ```

    * `quantizer` is the name of one of these ops: `identity`, `sign`,
      `approx_sign`, `swish_sign`, `ste_heaviside`, `input_dorefa`,
      `weight_dorefa`.
    * `input_dorefa` and `weight_dorefa` require `bits`; no other quantizer
      takes `bits`.
    * Only `swish_sign` takes `beta`.
    * `weight_dorefa` reduces, so it requires a ranked tensor.
    * All other attributes of the quantizer have their default values.
    * Without `threshold`, no gradient is cancelled. With `threshold = 0`, the
      gradient is kept only where x = 0.

    The op canonicalizes to `gradient_cancellation` and the quantizer. To give
    the quantizer other attributes (`low`, `clip`, `grad`, `zero`, `nan`), write
    these two ops:

    ```mlir
    %c = quant_bnn.gradient_cancellation %x threshold = 1.0 : tensor<?xf32>
    %y = quant_bnn.ste_heaviside %c low = -1.0 clip = 1.0 : tensor<?xf32>
    ```

    Example:

    ```mlir
    %a = quant_bnn.qactivation %x quantizer = "sign" threshold = 1.0 : tensor<?xf32>
    %b = quant_bnn.qactivation %x quantizer = "input_dorefa" bits = 2 : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$x, StrAttr:$quantizer,
                       OptionalAttr<F64Attr>:$threshold,
                       OptionalAttr<I64Attr>:$bits,
                       OptionalAttr<F64Attr>:$beta);
  let results = (outs QuantBNN_FloatLike:$y);
  let assemblyFormat = [{
    $x `quantizer` `=` $quantizer (`threshold` `=` $threshold^)?
    (`bits` `=` $bits^)? (`beta` `=` $beta^)? attr-dict `:` type($y)
  }];
  let hasVerifier = 1;
  let hasCanonicalizeMethod = 1;
}

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

def QuantBNN_IdentityGradOp : QuantBNN_PassThroughOp<"identity_grad"> {
  let summary = "Gradient of identity";
  let description = [{
    Returns the cotangent: `dx = g`. The op folds to `g`.

    Example:

    ```mlir
    %dx = quant_bnn.identity_grad %g : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$g);
  let results = (outs QuantBNN_FloatLike:$dx);
  let assemblyFormat = "$g attr-dict `:` type($dx)";
}

def QuantBNN_StraightThroughGradOp : QuantBNN_WindowGradOp<"straight_through_grad"> {
  let summary = "Gradient of straight_through with respect to x";
  let description = [{
    Passes on the cotangent `g` of `straight_through`, clipped if `clip` is
    given: `dx = g` without `clip`, and `dx = g where |x| <= clip, else 0` with
    `clip`. The clipped gradient is a select: `dx` is 0 where `x` is NaN, and an
    infinite or NaN `g` outside of the clipping window is dropped. Without
    `clip`, the op folds to `g`.

    Example:

    ```mlir
    %dx = quant_bnn.straight_through_grad %x, %g clip = 1.0 : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$x, QuantBNN_FloatLike:$g,
                       OptionalAttr<F64Attr>:$clip);
  let results = (outs QuantBNN_FloatLike:$dx);
  let assemblyFormat = [{
    $x `,` $g (`clip` `=` $clip^)? attr-dict `:` type($dx)
  }];
}

def QuantBNN_GradientCancellationGradOp
    : QuantBNN_WindowGradOp<"gradient_cancellation_grad", [
        DeclareOpInterfaceMethods<RaisableOpInterface, ["getRaiseForms"]>]> {
  let summary = "Gradient of gradient_cancellation";
  let description = [{
    Clips the cotangent `g`: `dx = g where |x| <= threshold, else 0`. The
    gradient is a select, so `dx` is 0 where `x` is NaN.

    `sign_grad`, `ste_heaviside_grad` and `straight_through_grad` with `clip`
    compute the same function and canonicalize to this op, so CSE merges equal
    gradients. Two of these ops in a row with the same `x` canonicalize to one op
    with the smaller threshold.

    Example:

    ```mlir
    %dx = quant_bnn.gradient_cancellation_grad %x, %g threshold = 1.0 : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$x, QuantBNN_FloatLike:$g,
                       F64Attr:$threshold);
  let results = (outs QuantBNN_FloatLike:$dx);
  let assemblyFormat = [{
    $x `,` $g `threshold` `=` $threshold attr-dict `:` type($dx)
  }];
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_GRADIENTCONTROLOPS
