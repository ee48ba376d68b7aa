//===- BinarizerOps.td - One-bit quantizers ----------------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_BINARIZEROPS
#define QUANT_BNN_DIALECT_QUANTBNN_IR_BINARIZEROPS

include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNAttributes.td"
include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNBase.td"

/// Base class of quantizers to two values, or to three if zero has a value of
/// its own. A derived op states its values in `buildForward` and
/// `getSignValues`, and its surrogate gradient in `buildGradient`.
class QuantBNN_BinarizerOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_ElementwiseOp<mnemonic, [
        SameOperandsAndResultType,
        DeclareOpInterfaceMethods<DifferentiableOpInterface>,
        DeclareOpInterfaceMethods<QuantizerOpInterface,
                                  ["getBitWidth", "buildInference"]>,
        DeclareOpInterfaceMethods<SignFunctionOpInterface>,
        DeclareOpInterfaceMethods<MaskedGradientOpInterface>] # traits> {
  code bitWidthBody = [{
    unsigned $cppClass::getBitWidth() {
      return ::quant_bnn::detail::getSignBitWidth(getSignValues());
    }
  }];
  code maskBody = [{
    std::optional<unsigned> $cppClass::getNumMasks() {
      return ::quant_bnn::detail::getNumSignMasks(getSignValues());
    }
    ::llvm::SmallVector<::mlir::Value> $cppClass::buildMasks(
        ::quant_bnn::PayloadBuilder &builder, ::mlir::ValueRange operands) {
      return ::quant_bnn::detail::buildSignMasks(builder, getSignValues(),
                                                 operands.front());
    }
    ::llvm::SmallVector<::mlir::Value> $cppClass::buildFromMasks(
        ::mlir::OpBuilder &builder, ::mlir::Location loc,
        ::mlir::ValueRange masks) {
      return {::quant_bnn::detail::buildSignFromMasks(
          builder, loc, getSignValues(), getType(), masks)};
    }
  }];
  let extraClassDefinition = reifyBody # bitWidthBody # maskBody;
  let results = (outs QuantBNN_FloatLike:$y);
}

/// Base class of binarizers whose value is that of `sign`. A derived op states
/// only `buildGradient`, and becomes `sign` in inference. The attributes `zero`
/// and `nan` select the values at zero and NaN, which differ between frameworks.
class QuantBNN_SignLikeOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_BinarizerOp<mnemonic, traits> {
  let extraClassDefinition = reifyBody # bitWidthBody # maskBody # [{
    ::quant_bnn::SignValues $cppClass::getSignValues() {
      return ::quant_bnn::detail::getSignValues(getZero(), getNan());
    }
    ::mlir::Value $cppClass::buildForward(::quant_bnn::PayloadBuilder &builder,
                                          ::mlir::ValueRange operands) {
      return ::quant_bnn::detail::buildSign(builder, operands.front(),
                                            getZero(), getNan());
    }
    ::mlir::Value $cppClass::buildInference(::mlir::OpBuilder &builder,
                                            ::mlir::Location loc) {
      return ::quant_bnn::detail::buildSignInference(*this, builder, loc);
    }
  }];
}

def QuantBNN_SignOp : QuantBNN_SignLikeOp<"sign", [
    QuantBNN_ValueIdempotent, WindowedGradientOpInterface,
    DeclareOpInterfaceMethods<RaisableOpInterface, ["getRaiseForms", "getEstimatorForm"]>]> {
  let summary = "Sign with an optionally clipped straight-through gradient";
  let description = [{
    Binarizes `x` to -1 and +1. The gradient is the straight-through estimator,
    clipped to |x| <= clip if `clip` is given.

    ```
    y  = -1 where x < 0, +1 where x > 0, as `zero` selects where x = 0
    dx = g                                without clip
    dx = g  where |x| <= clip, else 0     with clip
    ```

    * `zero` selects the value at zeros of either sign: +1 (`positive`, the
      default), -1 (`negative`) or 0 (`zero`). With `zero = zero`, the value at
      -0 is +0.
    * `nan` selects the value at NaN: +1 (`positive`, the default), -1
      (`negative`), NaN (`propagate`) or 0 (`zero`). `nan = zero` requires
      `zero = zero`, because 0 is not a value of the op otherwise.
    * `clip` is at least 0. With an infinite `clip`, only a NaN `x` is outside
      of the clipping window. Without `clip`, the gradient at NaN is `g`.

    The op is bipolar, which means that each value is one bit, unless
    `zero = zero` or `nan = propagate`. `quant-bnn-binarize` does not binarize
    products of values that are not bipolar. PyTorch's `sign` is
    `zero = zero nan = zero`, and TensorFlow's is `zero = zero nan = propagate`.

    `sign(sign(x))` does not fold to `sign(x)`, because the gradients differ.

    Source: Courbariaux et al. 2016, arXiv:1602.02830 (clip = 1); Bengio et al.
    2013, arXiv:1308.3432 (no clip).

    Example:

    ```mlir
    %y = quant_bnn.sign %x : tensor<64x?xf32>
    %z = quant_bnn.sign %x clip = 1.0 nan = propagate : tensor<64x?xf32>
    %t = quant_bnn.sign %x zero = zero nan = zero : tensor<64x?xf32>
    ```
  }];
  let arguments = (ins
    QuantBNN_FloatLike:$x,
    OptionalAttr<F64Attr>:$clip,
    DefaultValuedAttr<QuantBNN_ZeroModeAttr, "::quant_bnn::ZeroMode::positive">:$zero,
    DefaultValuedAttr<QuantBNN_NanModeAttr, "::quant_bnn::NanMode::positive">:$nan);
  let assemblyFormat = [{
    $x (`clip` `=` $clip^)? (`zero` `=` `` $zero^)? (`nan` `=` `` $nan^)?
    attr-dict `:` type($y)
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x), [{
    build($_builder, $_state, x.getType(), x, ::mlir::FloatAttr());
  }]>];
}

def QuantBNN_SurrogateSignOp : QuantBNN_SignLikeOp<"surrogate_sign", [
    DeclareOpInterfaceMethods<WindowedGradientOpInterface, ["getWindow"]>]> {
  let summary = "Sign with the surrogate gradient that an attribute states";
  let description = [{
    Binarizes `x` like `sign`, with the same attributes `zero` and `nan`. The
    attribute `gradient` states the gradient. It implements
    `SurrogateGradientAttrInterface` and is, for example, `#quant_bnn.ede`, or
    an attribute of another dialect.

    Example:

    ```mlir
    %y = quant_bnn.surrogate_sign #quant_bnn.ede<10.0>, %x : tensor<64x?xf32>
    ```
  }];
  let arguments = (ins
    QuantBNN_FloatLike:$x,
    SurrogateGradientAttrInterface:$gradient,
    DefaultValuedAttr<QuantBNN_ZeroModeAttr, "::quant_bnn::ZeroMode::positive">:$zero,
    DefaultValuedAttr<QuantBNN_NanModeAttr, "::quant_bnn::NanMode::positive">:$nan);
  let assemblyFormat = [{
    $gradient `,` $x (`zero` `=` `` $zero^)? (`nan` `=` `` $nan^)?
    attr-dict `:` type($y)
  }];
}

def QuantBNN_ApproxSignOp : QuantBNN_SignLikeOp<"approx_sign", [
    DeclareOpInterfaceMethods<WindowedGradientOpInterface, ["getWindow"]>]> {
  let summary = "Sign with the gradient of a piecewise quadratic surrogate";
  let description = [{
    Binarizes `x` as `sign` does. The gradient is the derivative of `2x - x |x|`
    on [-1, 1].

    ```
    y  = -1 where x < 0, +1 where x > 0, as `zero` selects where x = 0
    dx = (2 - 2 |x|) g  where |x| <= 1, else 0
    ```

    The attributes `zero` and `nan` are those of `sign`. The surrogate
    `2x - x |x|` joins -1 and +1 smoothly. The derivative of the surrogate has a
    peak of 2 at x = 0 and is 0 from |x| = 1 on. The gradient is a select, so
    `dx` is 0 where `x` is infinite or NaN.

    Source: Bi-Real Net, Liu et al. 2018, arXiv:1808.00278.

    Example:

    ```mlir
    %y = quant_bnn.approx_sign %x : vector<16xf32>
    ```
  }];
  let arguments = (ins
    QuantBNN_FloatLike:$x,
    DefaultValuedAttr<QuantBNN_ZeroModeAttr, "::quant_bnn::ZeroMode::positive">:$zero,
    DefaultValuedAttr<QuantBNN_NanModeAttr, "::quant_bnn::NanMode::positive">:$nan);
  let assemblyFormat = [{
    $x (`zero` `=` `` $zero^)? (`nan` `=` `` $nan^)? attr-dict `:` type($y)
  }];
}

def QuantBNN_SwishSignOp : QuantBNN_SignLikeOp<"swish_sign"> {
  let summary = "Sign with the derivative of the sign-swish as gradient";
  let description = [{
    Binarizes `x` as `sign` does. The gradient is the derivative of the
    sign-swish function.

    ```
    y  = -1 where x < 0, +1 where x > 0, as `zero` selects where x = 0
    dx = g b (2 - z tanh(z/2)) / (1 + cosh z),  z = b x,  b = beta
    ```

    The attributes `zero` and `nan` are those of `sign`. `beta` is positive and
    finite; the default is 5.0. A larger `beta` gives a narrower peak. The
    factor of `g` has a peak of `beta` at x = 0, changes sign at |z| = 2.399,
    and then tends to 0 from below. The gradient is 0 where `z` is infinite, and
    NaN where `x` is NaN.

    Source: BNN+, Darabi et al. 2018, arXiv:1812.11800.

    Example:

    ```mlir
    %y = quant_bnn.swish_sign %x beta = 4.0 : f32
    ```
  }];
  let arguments = (ins
    QuantBNN_FloatLike:$x,
    DefaultValuedAttr<F64Attr, "5.0">:$beta,
    DefaultValuedAttr<QuantBNN_ZeroModeAttr, "::quant_bnn::ZeroMode::positive">:$zero,
    DefaultValuedAttr<QuantBNN_NanModeAttr, "::quant_bnn::NanMode::positive">:$nan);
  let assemblyFormat = [{
    $x (`beta` `=` $beta^)? (`zero` `=` `` $zero^)? (`nan` `=` `` $nan^)?
    attr-dict `:` type($y)
  }];
}

def QuantBNN_SteHeavisideOp
    : QuantBNN_BinarizerOp<"ste_heaviside", [
        WindowedGradientOpInterface,
        DeclareOpInterfaceMethods<RaisableOpInterface, ["getRaiseForms", "getEstimatorForm"]>]> {
  let summary = "Heaviside step with a straight-through gradient";
  let description = [{
    Binarizes `x` to `low` and 1. The gradient is the straight-through
    estimator, clipped to |x| <= clip if `clip` is given.

    ```
    y  = 1 where x > 0, else low
    dx = g                                without clip
    dx = g  where |x| <= clip, else 0     with clip
    ```

    `low` is 0.0 (the default) or -1.0. Both zeros and NaN give `low`. NaN is
    outside of the clipping window. `clip` is at least 0 and may be infinite.

    Source: Bengio et al. 2013, arXiv:1308.3432.

    Example:

    ```mlir
    %y = quant_bnn.ste_heaviside %x low = -1.0 clip = 1.0 : tensor<?xbf16>
    ```
  }];
  let arguments = (ins
    QuantBNN_FloatLike:$x,
    DefaultValuedAttr<F64Attr, "0.0">:$low,
    OptionalAttr<F64Attr>:$clip);
  let assemblyFormat = [{
    $x (`low` `=` $low^)? (`clip` `=` $clip^)? attr-dict `:` type($y)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

def QuantBNN_SignGradOp : QuantBNN_WindowGradOp<"sign_grad"> {
  let summary = "Gradient of sign";
  let description = [{
    Passes on the cotangent `g` of `sign`, clipped if `clip` is given: `dx = g`
    without `clip`, and `dx = g where |x| <= clip, else 0` with `clip`. The
    clipped gradient is a select, so `dx` is 0 where `x` is NaN. Without `clip`,
    the op folds to `g`.

    Example:

    ```mlir
    %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$x, QuantBNN_FloatLike:$g,
                       OptionalAttr<F64Attr>:$clip);
  let results = (outs QuantBNN_FloatLike:$dx);
  let assemblyFormat = [{
    $x `,` $g (`clip` `=` $clip^)? attr-dict `:` type($dx)
  }];
}

def QuantBNN_SurrogateGradOp
    : QuantBNN_ElementwiseOp<"surrogate_grad", [
        SameOperandsAndResultType,
        DeclareOpInterfaceMethods<WindowedGradientOpInterface, ["getWindow"]>]> {
  let summary = "Gradient of surrogate_sign";
  let description = [{
    Computes the gradient of `surrogate_sign` from the cotangent `g`. The
    description of the attribute has the formula.

    Example:

    ```mlir
    %dx = quant_bnn.surrogate_grad #quant_bnn.ede<10.0>, %x, %g : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$x, QuantBNN_FloatLike:$g,
                       SurrogateGradientAttrInterface:$gradient);
  let results = (outs QuantBNN_FloatLike:$dx);
  let assemblyFormat = [{
    $gradient `,` $x `,` $g attr-dict `:` type($dx)
  }];
}

def QuantBNN_ApproxSignGradOp
    : QuantBNN_ElementwiseOp<"approx_sign_grad", [
        SameOperandsAndResultType,
        DeclareOpInterfaceMethods<WindowedGradientOpInterface, ["getWindow"]>,
        DeclareOpInterfaceMethods<RaisableOpInterface, ["getRaiseForms"]>]> {
  let summary = "Gradient of approx_sign";
  let description = [{
    Scales the cotangent `g` of `approx_sign`:
    `dx = (2 - 2 |x|) g where |x| <= 1, else 0`. The gradient is a select, so
    `dx` is 0 where `x` is infinite or NaN.

    Example:

    ```mlir
    %dx = quant_bnn.approx_sign_grad %x, %g : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$x, QuantBNN_FloatLike:$g);
  let results = (outs QuantBNN_FloatLike:$dx);
  let assemblyFormat = "$x `,` $g attr-dict `:` type($dx)";
}

def QuantBNN_SwishSignGradOp
    : QuantBNN_ElementwiseOp<"swish_sign_grad", [
        SameOperandsAndResultType,
        DeclareOpInterfaceMethods<RaisableOpInterface, ["getRaiseForms"]>]> {
  let summary = "Gradient of swish_sign";
  let description = [{
    Scales the cotangent `g` of `swish_sign` by the derivative of the sign-swish
    function:

    ```
    dx = g b (2 - z tanh(z/2)) / (1 + cosh z),  z = b x,  b = beta
    ```

    The op computes this with one exponential that neither overflows nor
    cancels:

    ```
    e  = exp(-|z|)
    dx = g b (2 - |z| (1 - e) / (1 + e)) 2 e / (1 + e)^2
    ```

    `dx` is 0 where `z` is infinite, and NaN where `x` is NaN. The factor of `g`
    has a root near |z| = 2.399, where no bound relative to the result holds.
    The error is therefore bounded in terms of `b g`: it is at most
    `8 epsilon |b g|`, with the epsilon of the compute type.

    Example:

    ```mlir
    %dx = quant_bnn.swish_sign_grad %x, %g beta = 4.0 : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$x, QuantBNN_FloatLike:$g,
                       DefaultValuedAttr<F64Attr, "5.0">:$beta);
  let results = (outs QuantBNN_FloatLike:$dx);
  let assemblyFormat = [{
    $x `,` $g (`beta` `=` $beta^)? attr-dict `:` type($dx)
  }];
}

def QuantBNN_SteHeavisideGradOp : QuantBNN_WindowGradOp<"ste_heaviside_grad"> {
  let summary = "Gradient of ste_heaviside";
  let description = [{
    Passes on the cotangent `g` of `ste_heaviside`, clipped if `clip` is given:
    `dx = g` without `clip`, and `dx = g where |x| <= clip, else 0` with `clip`.
    The clipped gradient is a select, so `dx` is 0 where `x` is NaN. Without
    `clip`, the op folds to `g`.

    Example:

    ```mlir
    %dx = quant_bnn.ste_heaviside_grad %x, %g clip = 1.0 : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$x, QuantBNN_FloatLike:$g,
                       OptionalAttr<F64Attr>:$clip);
  let results = (outs QuantBNN_FloatLike:$dx);
  let assemblyFormat = [{
    $x `,` $g (`clip` `=` $clip^)? attr-dict `:` type($dx)
  }];
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_BINARIZEROPS
