//===- BinarizerOps.td - One-bit quantizers ----------------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_IR_BINARIZEROPS
#define QUANT_BNN_IR_BINARIZEROPS

include "quant-bnn/IR/QuantBNNBase.td"

/// A quantizer to two values, or to three if a zero keeps a value of its own. An
/// op of this family states its values in `buildForward` and `getSignValues`,
/// and its surrogate gradient in `buildGradient`.
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
  let hasFolder = 1;
}

/// A binarizer whose forward is the sign, so that only `buildGradient` is its
/// own. All of them are `sign` in inference. Each has the attributes `zero` and
/// `nan`, with which it is the forward of any framework.
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
    ::mlir::OpFoldResult $cppClass::fold(FoldAdaptor adaptor) {
      return ::quant_bnn::detail::foldSign(getType(), adaptor.getX(), getZero(),
                                           getNan());
    }
    ::mlir::Value $cppClass::buildInference(::mlir::OpBuilder &builder,
                                            ::mlir::Location loc) {
      return ::quant_bnn::detail::buildSignInference(*this, builder, loc);
    }
  }];
}

def QuantBNN_SignOp : QuantBNN_SignLikeOp<"sign", [
    QuantBNN_ValueIdempotent, WindowedGradientOpInterface]> {
  let summary = "Sign with a straight-through, optionally clipped gradient";
  let description = [{
    ```
    y  = -1 where x < 0, +1 where x > 0, by `zero` where x = 0
    dx = g                                without clip
    dx = g  where |x| <= clip, else 0
    ```

    Zeros of either sign give +1, -1 or 0 as `zero` says (`positive`, `negative`,
    `zero`). A NaN gives +1, -1, NaN or 0 as `nan` says (`positive`, `negative`,
    `propagate`, `zero`), and is outside the window. Without `clip` the gradient is
    `g` even there. `nan = zero` needs `zero = zero`: no other sign has the value 0.

    Every output is one bit, unless `zero = zero` or `nan = propagate`: with these
    the op is not bipolar, and `quant-bnn-binarize` leaves it. PyTorch's `sign` is
    `zero = zero nan = zero`, TensorFlow's `zero = zero nan = propagate`; the value
    at -0 is 0 and not -0.
    `clip` is at least 0 and may be infinite, which cuts at a NaN alone.
    `sign(sign(x))` is not folded: its gradient is not that of `sign(x)`.

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

def QuantBNN_ApproxSignOp : QuantBNN_SignLikeOp<"approx_sign", [
    DeclareOpInterfaceMethods<WindowedGradientOpInterface, ["getWindow"]>]> {
  let summary = "Sign with the piecewise quadratic surrogate's gradient";
  let description = [{
    ```
    y  = -1 where x < 0, +1 where x > 0, by `zero` where x = 0
    dx = (2 - 2 |x|) g  where |x| <= 1, else 0
    ```

    The forward is that of `sign`, `zero` and `nan` included. The gradient is that of
    2x - x |x| on [-1, 1], which joins -1 and +1 smoothly: its peak is 2, at 0, and
    it is 0 from |x| = 1 on. It is a select, so it is 0 at an infinite or NaN `x`.

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
    ```
    y  = -1 where x < 0, +1 where x > 0, by `zero` where x = 0
    dx = g b (2 - z tanh(z/2)) / (1 + cosh z),  z = b x,  b = beta
    ```

    The forward is that of `sign`, `zero` and `nan` included. The gradient peaks at `beta g`
    at 0, changes sign at |z| = 2.399 and tends to 0 from below. It is 0 where `z`
    is infinite and NaN at NaN. `beta` is positive and finite, 5.0 unless given;
    the larger it is, the narrower the peak.

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
    : QuantBNN_BinarizerOp<"ste_heaviside", [WindowedGradientOpInterface]> {
  let summary = "Heaviside step with a straight-through gradient";
  let description = [{
    ```
    y  = 1 where x > 0, else low
    dx = g                                without clip
    dx = g  where |x| <= clip, else 0
    ```

    `low` is 0.0 unless given, or -1.0. Both zeros and NaN give `low`; a NaN is
    outside the window. `clip` is at least 0 and may be infinite.

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
    `dx = g`, or with clip `dx = g where |x| <= clip, else 0`: a select, so a NaN
    `x` gives 0. Without clip it folds to `g`.

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

def QuantBNN_ApproxSignGradOp
    : QuantBNN_ElementwiseOp<"approx_sign_grad", [
        SameOperandsAndResultType,
        DeclareOpInterfaceMethods<WindowedGradientOpInterface, ["getWindow"]>]> {
  let summary = "Gradient of approx_sign";
  let description = [{
    `dx = (2 - 2 |x|) g where |x| <= 1, else 0`: a select, so an infinite or NaN
    `x` gives 0.

    Example:

    ```mlir
    %dx = quant_bnn.approx_sign_grad %x, %g : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$x, QuantBNN_FloatLike:$g);
  let results = (outs QuantBNN_FloatLike:$dx);
  let assemblyFormat = "$x `,` $g attr-dict `:` type($dx)";
  let hasFolder = 1;
}

def QuantBNN_SwishSignGradOp
    : QuantBNN_ElementwiseOp<"swish_sign_grad", [SameOperandsAndResultType]> {
  let summary = "Gradient of swish_sign";
  let description = [{
    ```
    dx = g b (2 - z tanh(z/2)) / (1 + cosh z),  z = b x,  b = beta
    ```

    computed with one exponential that neither overflows nor cancels:

    ```
    e  = exp(-|z|)
    dx = g b (2 - |z| (1 - e) / (1 + e)) 2 e / (1 + e)^2
    ```

    It is 0 where `z` is infinite, and NaN at NaN. The factor has a root near
    |z| = 2.399, so the error is bounded in terms of `b g`, not of the result: it
    is at most 8 epsilon |b g|, with the epsilon of the type.

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
  let hasFolder = 1;
}

def QuantBNN_SteHeavisideGradOp : QuantBNN_WindowGradOp<"ste_heaviside_grad"> {
  let summary = "Gradient of ste_heaviside";
  let description = [{
    `dx = g`, or with clip `dx = g where |x| <= clip, else 0`: a select, so a NaN
    `x` gives 0. Without clip it folds to `g`.

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

#endif // QUANT_BNN_IR_BINARIZEROPS
