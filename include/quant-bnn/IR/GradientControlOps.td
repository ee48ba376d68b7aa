//===- GradientControlOps.td - Ops that only shape gradients *- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_IR_GRADIENTCONTROLOPS
#define QUANT_BNN_IR_GRADIENTCONTROLOPS

include "quant-bnn/IR/QuantBNNBase.td"

/// A quantizer that returns an operand, so that only its gradient acts.
class QuantBNN_GradientControlOp<string mnemonic, list<string> windowMethods = []>
    : QuantBNN_PassThroughOp<mnemonic, [
        DeclareOpInterfaceMethods<DifferentiableOpInterface>,
        DeclareOpInterfaceMethods<QuantizerOpInterface>,
        DeclareOpInterfaceMethods<WindowedGradientOpInterface, windowMethods>]> {
  let hasFolder = 1;
}

def QuantBNN_IdentityOp
    : QuantBNN_GradientControlOp<"identity", ["getUnwindowed", "buildWithWindow"]> {
  let summary = "Full precision: the value and the gradient unchanged";
  let description = [{
    `y = x`, with gradient `dx = g`. It marks a place where a network keeps full
    precision, and is kept until lowering, where it moves no data.

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
    `y = q`, where `q` is any function of `x` computed outside, rounding or
    comparing as it likes. The gradient skips that function: it goes to `x`, as

    ```
    dx = g                        without clip
    dx = g  where |x| <= clip, else 0
    ```

    and nothing goes to `q`. A NaN `x` is outside. `clip` is at least 0 and may be
    infinite.

    This is the base form of the straight-through estimator (Bengio et al. 2013,
    arXiv:1308.3432), and what `x + (q(x) - x).detach()` means; that expression
    rounds twice, while the value here is `q` to the bit. Lowering moves no data.

    `x` need not be what `q` was computed from. With another differentiable
    function `h` of the same input, `straight_through %q for %h` has the value of
    `q` and the gradient of `h`: any value with any gradient.

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
  let summary = "Identity whose gradient is cut outside a window";
  let description = [{
    `y = x`, with gradient

    ```
    dx = g  where |x| <= threshold, else 0
    ```

    It is a select, not a product: an infinite or NaN `g` outside the window is
    dropped. A NaN `x` is outside. It stands before a binarizer to stop the
    gradient where the activation has saturated (Courbariaux et al. 2016,
    arXiv:1602.02830). `threshold` is at least 0 and may be infinite.

    Two cancellations in a row canonicalize to one with the smaller threshold.

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
  let summary = "Gradient cancellation, then a quantizer given by name";
  let description = [{
    The quantized activation layer: `gradient_cancellation` with `threshold`,
    when one is given, and then the quantizer called `quantizer`, so that

    ```
    y  = quantizer(x)
    dx = quantizer_grad(x, g)  where |x| <= threshold, else 0
    ```

    `quantizer` is the name of one of these ops: `identity`, `sign`,
    `approx_sign`, `swish_sign`, `ste_heaviside`, `input_dorefa`,
    `weight_dorefa`. The last two need `bits` and no other takes it; only
    `swish_sign` takes `beta`. `weight_dorefa` reduces, so it needs a ranked
    tensor. All other attributes of the quantizer are its defaults. Without
    `threshold` nothing is cancelled; a `threshold` of 0 passes the gradient at 0
    alone.

    The op canonicalizes to the two that it stands for. Where the quantizer has
    other attributes (`low`, `clip`, `grad`, `zero`, `nan`), write these two:

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
    `dx = g`. It folds to `g`.

    Example:

    ```mlir
    %dx = quant_bnn.identity_grad %g : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$g);
  let results = (outs QuantBNN_FloatLike:$dx);
  let assemblyFormat = "$g attr-dict `:` type($dx)";
  let hasFolder = 1;
}

def QuantBNN_StraightThroughGradOp : QuantBNN_WindowGradOp<"straight_through_grad"> {
  let summary = "Gradient of straight_through with respect to x";
  let description = [{
    `dx = g`, or with clip `dx = g where |x| <= clip, else 0`: a select, so a NaN
    `x` gives 0 and `g` is dropped outside whatever it is. Without clip it folds
    to `g`.

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
    : QuantBNN_WindowGradOp<"gradient_cancellation_grad"> {
  let summary = "Gradient of gradient_cancellation";
  let description = [{
    `dx = g where |x| <= threshold, else 0`: a select, so a NaN `x` gives 0.

    `sign_grad`, `ste_heaviside_grad` and `straight_through_grad` with a clip
    compute the same function and canonicalize to this op, so that CSE merges
    equal gradients. Two of these ops in a row over the same `x` canonicalize to
    one with the smaller threshold.

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

#endif // QUANT_BNN_IR_GRADIENTCONTROLOPS
