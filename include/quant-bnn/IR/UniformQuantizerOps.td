//===- UniformQuantizerOps.td - Quantizers to equal steps --*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_IR_UNIFORMQUANTIZEROPS
#define QUANT_BNN_IR_UNIFORMQUANTIZEROPS

include "quant-bnn/IR/QuantBNNBase.td"

defvar QuantBNN_BitWidthBody =
    "unsigned $cppClass::getBitWidth() { return getBits(); }";

/// A quantizer to 2^bits equal steps of a range that is computed or learned.
class QuantBNN_RangeQuantizerOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_DecomposableOp<mnemonic, [
        DeclareOpInterfaceMethods<DifferentiableOpInterface>,
    DeclareOpInterfaceMethods<QuantizerOpInterface,
                                  ["getBitWidth", "buildInference"]>
      ] # traits> {
  let extraClassDefinition = !strconcat(reifyBody, QuantBNN_BitWidthBody);
  let hasFolder = 1;
}

def QuantBNN_InputDoReFaOp : QuantBNN_ElementwiseOp<"input_dorefa", [
    SameOperandsAndResultType, QuantBNN_ValueIdempotent,
    DeclareOpInterfaceMethods<UniformLevelsOpInterface>,
    DeclareOpInterfaceMethods<WindowedGradientOpInterface, ["getWindow"]>,
    DeclareOpInterfaceMethods<DifferentiableOpInterface>,
    DeclareOpInterfaceMethods<QuantizerOpInterface,
                              ["getBitWidth", "buildInference"]>]> {
  let summary = "Activation quantizer of DoReFa-Net, on [0, 1]";
  let description = [{
    ```
    n  = 2^bits - 1
    y  = roundeven(clamp(x, 0, 1) n) / n
    dx = g                                grad = identity
    dx = g  where 0 <= x <= 1, else 0     grad = window
    ```

    Ties round to even: with 1 bit 0.5 gives 0, with 2 bits 2/3. An infinity
    clamps to 0 or 1. A NaN gives NaN, and is outside the window. `bits` is at
    least 1 and at most 24 (`f32`, `f64`), 11 (`f16`) or 8 (`bf16`), so that every
    level is exact in the type. The division is correctly rounded.

    Source: DoReFa-Net, Zhou et al. 2016, arXiv:1606.06160, equation 6.

    Example:

    ```mlir
    %y = quant_bnn.input_dorefa %x bits = 2 grad = window : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins
    QuantBNN_FloatLike:$x, I64Attr:$bits,
    DefaultValuedAttr<QuantBNN_InputDoReFaGradientAttr,
                      "::quant_bnn::InputDoReFaGradient::identity">:$grad);
  let results = (outs QuantBNN_FloatLike:$y);
  let assemblyFormat = [{
    $x `bits` `=` $bits (`grad` `=` `` $grad^)? attr-dict `:` type($y)
  }];
  let extraClassDefinition = !strconcat(reifyBody, QuantBNN_BitWidthBody);
  let hasFolder = 1;
}

def QuantBNN_WeightDoReFaOp
    : QuantBNN_RangeQuantizerOp<"weight_dorefa", [
        SameOperandsAndResultType,
        DeclareOpInterfaceMethods<UniformLevelsOpInterface>]> {
  let summary = "Weight quantizer of DoReFa-Net, on [-1, 1]";
  let description = [{
    ```
    n  = 2^bits - 1,  t = tanh w,  m = max |t| over the tensor
    y  = 2 roundeven((t / (2 m) + 1/2) n) / n - 1
    dw = g                                grad = identity
    dw = g (1 - t^2) / m                  grad = tanh
    dw = 0                                grad = zero
    ```

    `m` is a constant of the gradient (detached). Where `m = 0` (all zero)
    `t / (2m)` counts as 0, and the `tanh` gradient is 0. An infinite weight is
    one of tanh 1. Any NaN makes every output NaN, and every `tanh` gradient. An
    empty tensor gives an empty one. Limits of `bits` as in `input_dorefa`. With 1
    bit a 0 gives -1, for it is a tie: this is not `sign`.

    A result is one of the levels exactly; which one may be the neighbour where
    `(t / (2m) + 1/2) n` lies within `7 n` epsilon of a tie, the error of tanh.

    Source: DoReFa-Net, Zhou et al. 2016, arXiv:1606.06160, equation 9. The
    gradient that follows from it is `tanh`; the others are what is in use.

    Example:

    ```mlir
    %y = quant_bnn.weight_dorefa %w bits = 2 grad = tanh : tensor<128x?xf32>
    ```
  }];
  let arguments = (ins
    QuantBNN_Tensor:$w, I64Attr:$bits,
    DefaultValuedAttr<QuantBNN_WeightDoReFaGradientAttr,
                      "::quant_bnn::WeightDoReFaGradient::identity">:$grad);
  let results = (outs QuantBNN_Tensor:$y);
  let assemblyFormat = [{
    $w `bits` `=` $bits (`grad` `=` `` $grad^)? attr-dict `:` type($y)
  }];
  let extraClassDefinition = !strconcat(reifyBody, QuantBNN_BitWidthBody);
  let hasFolder = 1;
}

def QuantBNN_MinMaxOp : QuantBNN_RangeQuantizerOp<"min_max", [
    AllTypesMatch<["x", "q"]>, QuantBNN_ElementTypeOf<"x", "s">]> {
  let summary = "Symmetric quantizer to the range of the tensor";
  let description = [{
    ```
    m  = max |x| over the tensor
    s  = min((2^(bits-1) - 1) / m, largest)
    q  = roundeven(clamp(x, -m, m) s)     (without the rounding if unrounded)
    dx = g s
    ```

    `q` holds integers as floats and `s` is their scale: `q / s` is `x` to within
    half a step, 1 / (2 s), and the rounding of `s` and `q / s` to the type.
    `largest` is the largest finite number of the type (65504 for `f16`), so that
    the scale of a small `m` does not overflow; with it, fewer levels are in use.
    `s` is detached, and the clamp never acts, so the gradient is the same
    everywhere. Where `m = 0`, or the tensor is empty, `q = 0` and `s = 0`.
    Any NaN makes `s` and every `q` NaN. An infinite `m` gives `s = 0`, and so 0
    for finite elements and NaN for infinite ones. `bits` is at least 2; the upper
    limits are those of `input_dorefa`.

    Source: torchapprox's MinMaxQuant; it is the symmetric, narrow-range form of
    Jacob et al. 2018, arXiv:1712.05877.

    Example:

    ```mlir
    %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?x?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_Tensor:$x, I64Attr:$bits, UnitAttr:$unrounded);
  let results = (outs QuantBNN_Tensor:$q, QuantBNN_Scalar:$s);
  let assemblyFormat = [{
    $x `bits` `=` $bits (`unrounded` $unrounded^)? attr-dict `:` type($x)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def QuantBNN_PactOp : QuantBNN_RangeQuantizerOp<"pact", [
    AllTypesMatch<["x", "q"]>, QuantBNN_ElementTypeOf<"x", "alpha">,
    QuantBNN_ElementTypeOf<"x", "s">]> {
  let summary = "Quantizer to a learned clipping range (PACT)";
  let description = [{
    ```
    mode = signed:    i = 2^(bits-1) - 1,  s = min(i / alpha, largest)
                      level = roundeven(clamp(s x, -i, i))
    mode = unsigned:  n = 2^bits - 1,      s = min(n (1 / alpha), largest)
                      level = roundeven(clamp(x, 0, alpha) s)
    form = level:     q = level
    form = value:     q = level / s
    ```

    `n (1 / alpha)` is rounded twice; `largest` is the largest finite number of the
    type, as in `min_max`. `unrounded` leaves out the roundeven. `alpha <= 0` or NaN gives `s = 0`,
    `q = 0` and zero gradients; else a NaN `x` gives a NaN `q`, and is in no
    range. An infinite `alpha` gives `s = 0` by the formula, and with it a level
    of 0 and a value of 0 / 0, NaN. With R the closed range [-alpha, alpha] (signed)
    or [0, alpha] (unsigned), g the cotangent of `q` and gs that of `s`:

    ```
    grad = full, form = value:
      dx     = g where x in R, else 0
      dalpha = sum of g sign(x) where |x| >= alpha   (unsigned: g where x >= alpha)
    grad = full, form = level:
      dx     = g s where x in R, else 0
      dalpha = sum of -g x s / alpha where x in R, and -gs s / alpha
    grad = compat (form = level only):
      dx     = g s,  dalpha = 0
    ```

    In the form `value`, an `x` at the edge of R is counted for both gradients. In
    the form `level` dalpha comes from the dependence of the level and of s on
    alpha: with `dequantize` after it, dx is that of the form `value`, and so is
    dalpha but for the rounding, sum of g (q / s - x) / alpha where x in R.
    `compat` is what torchapprox does, where alpha never learns.
    The gradient op needs a ranked tensor, since dalpha is a sum. `bits` is at
    least 1, and at least 2 if signed; the upper limits are those of
    `input_dorefa`.

    Source: PACT, Choi et al. 2018, arXiv:1805.06085.

    Example:

    ```mlir
    %q, %s = quant_bnn.pact %x, %alpha bits = 4 mode = unsigned form = value : tensor<?x?xf32>
    ```
  }];
  let arguments = (ins
    QuantBNN_FloatLike:$x, QuantBNN_Scalar:$alpha, I64Attr:$bits,
    DefaultValuedAttr<QuantBNN_PactModeAttr, "::quant_bnn::PactMode::signed_">:$mode,
    DefaultValuedAttr<QuantBNN_PactFormAttr, "::quant_bnn::PactForm::level">:$form,
    DefaultValuedAttr<QuantBNN_PactGradientAttr, "::quant_bnn::PactGradient::full">:$grad,
    UnitAttr:$unrounded);
  let results = (outs QuantBNN_FloatLike:$q, QuantBNN_Scalar:$s);
  let assemblyFormat = [{
    $x `,` $alpha `bits` `=` $bits (`mode` `=` `` $mode^)? (`form` `=` `` $form^)?
    (`grad` `=` `` $grad^)? (`unrounded` $unrounded^)? attr-dict `:` type($x)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def QuantBNN_DequantizeOp : QuantBNN_ElementwiseOp<"dequantize", [
    AllTypesMatch<["q", "x"]>,
    DeclareOpInterfaceMethods<DifferentiableOpInterface>,
    DeclareOpInterfaceMethods<QuantizerOpInterface>]> {
  let summary = "Quantized levels back to values";
  let description = [{
    ```
    x  = q / s, 0 where s = 0
    dq = g / s,              0 where s = 0
    ds = -sum of g q / s^2,  0 where s = 0
    ```

    It is the inverse of `min_max` and of the form `level` of `pact`. A zero scale
    gives 0 whatever `q` is, so that a tensor of zeros comes back as zeros; a NaN
    scale gives NaN.

    `s` is a scalar of the element type of `q`; after vectorization it may have
    the type of `q`, which is then printed.

    Example:

    ```mlir
    %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?xf32>
    %y = quant_bnn.dequantize %q, %s : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$q, QuantBNN_FloatLike:$s);
  let results = (outs QuantBNN_FloatLike:$x);
  let assemblyFormat = [{
    $q `,` $s attr-dict `:` custom<ScalarOrSame>(type($q), type($s))
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

def QuantBNN_InputDoReFaGradOp
    : QuantBNN_MaskGradOp<"input_dorefa_grad", ["getWindow"]> {
  let summary = "Gradient of input_dorefa";
  let description = [{
    `dx = g`, or with `grad = window` `dx = g where 0 <= x <= 1, else 0`: a
    select, so a NaN `x` gives 0. With `grad = identity` it folds to `g`.

    Example:

    ```mlir
    %dx = quant_bnn.input_dorefa_grad %x, %g grad = window : tensor<?xf32>
    ```
  }];
  let arguments = (ins
    QuantBNN_FloatLike:$x, QuantBNN_FloatLike:$g,
    DefaultValuedAttr<QuantBNN_InputDoReFaGradientAttr,
                      "::quant_bnn::InputDoReFaGradient::identity">:$grad);
  let results = (outs QuantBNN_FloatLike:$dx);
  let assemblyFormat = [{
    $x `,` $g (`grad` `=` `` $grad^)? attr-dict `:` type($dx)
  }];
}

def QuantBNN_WeightDoReFaGradOp : QuantBNN_DecomposableOp<"weight_dorefa_grad", [
    AllTypesMatch<["w", "g", "dw"]>]> {
  let summary = "Gradient of weight_dorefa";
  let description = [{
    ```
    dw = g                                grad = identity
    dw = g (1 - t^2) / m                  grad = tanh,  t = tanh w
    dw = 0                                grad = zero
    ```

    `m = max |t|` over the tensor is computed unless it is given as `max`, a
    residual of the forward of the element type. Where `m = 0` the `tanh`
    gradient is 0; where `m` is NaN it is NaN. With `grad = identity` the op folds
    to `g`, with `grad = zero` and a static shape to zeros.

    Example:

    ```mlir
    %dw = quant_bnn.weight_dorefa_grad %w, %g grad = tanh : tensor<128x?xf32>
    %du = quant_bnn.weight_dorefa_grad %w, %g max %m grad = tanh : tensor<128x?xf32>
    ```
  }];
  let arguments = (ins
    QuantBNN_Tensor:$w, QuantBNN_Tensor:$g, Optional<QuantBNN_Scalar>:$max,
    DefaultValuedAttr<QuantBNN_WeightDoReFaGradientAttr,
                      "::quant_bnn::WeightDoReFaGradient::identity">:$grad);
  let results = (outs QuantBNN_Tensor:$dw);
  let assemblyFormat = [{
    $w `,` $g (`max` $max^)? (`grad` `=` `` $grad^)? attr-dict
    `:` custom<WithOptionalScalar>(type($dw), ref($max), type($max))
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def QuantBNN_MinMaxGradOp : QuantBNN_ElementwiseOp<"min_max_grad", [
    AllTypesMatch<["g", "dx"]>]> {
  let summary = "Gradient of min_max";
  let description = [{
    `dx = g s`, with `s` the scale that `min_max` returned: a scalar of the
    element type of `g`; after vectorization it may have the type of `g`, which is
    then printed.

    Example:

    ```mlir
    %dx = quant_bnn.min_max_grad %s, %g : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_FloatLike:$s, QuantBNN_FloatLike:$g);
  let results = (outs QuantBNN_FloatLike:$dx);
  let assemblyFormat = [{
    $s `,` $g attr-dict `:` custom<ScalarOrSame>(type($g), type($s))
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def QuantBNN_PactGradOp : QuantBNN_DecomposableOp<"pact_grad", [
    DeclareOpInterfaceMethods<MaskedGradientOpInterface, ["getMaskOperands"]>,
    AllTypesMatch<["x", "g", "dx"]>, QuantBNN_ElementTypeOf<"x", "alpha">,
    QuantBNN_ElementTypeOf<"x", "dalpha">]> {
  let summary = "Gradients of pact with respect to x and alpha";
  let description = [{
    The formulas are those of `pact`. `g` is the cotangent of `q` and
    `scale_gradient`, if given, that of `s`; it has the element type of `x` and
    acts only with `form = level` and `grad = full`, since elsewhere `s` is
    detached. The sum accumulates in `f32` (`f64` for `f64`), in an order that is
    the same on every run on one target; its error is bounded by that of the
    accumulation, relative to the sum of absolute terms.

    Example:

    ```mlir
    %dx, %dalpha = quant_bnn.pact_grad %x, %alpha, %g bits = 4 mode = unsigned form = value : tensor<?xf32>
    %du, %dbeta = quant_bnn.pact_grad %x, %alpha, %g scale_gradient %gs bits = 8 : tensor<?xf32>
    ```
  }];
  let arguments = (ins
    QuantBNN_Tensor:$x, QuantBNN_Scalar:$alpha, QuantBNN_Tensor:$g,
    Optional<QuantBNN_Scalar>:$scale_gradient, I64Attr:$bits,
    DefaultValuedAttr<QuantBNN_PactModeAttr, "::quant_bnn::PactMode::signed_">:$mode,
    DefaultValuedAttr<QuantBNN_PactFormAttr, "::quant_bnn::PactForm::level">:$form,
    DefaultValuedAttr<QuantBNN_PactGradientAttr, "::quant_bnn::PactGradient::full">:$grad);
  let results = (outs QuantBNN_Tensor:$dx, QuantBNN_Scalar:$dalpha);
  let assemblyFormat = [{
    $x `,` $alpha `,` $g (`scale_gradient` $scale_gradient^)?
    `bits` `=` $bits (`mode` `=` `` $mode^)? (`form` `=` `` $form^)?
    (`grad` `=` `` $grad^)? attr-dict
    `:` custom<WithOptionalScalar>(type($x), ref($scale_gradient), type($scale_gradient))
  }];
  let hasVerifier = 1;
}

def QuantBNN_DequantizeGradOp : QuantBNN_DecomposableOp<"dequantize_grad", [
    AllTypesMatch<["q", "g", "dq"]>, QuantBNN_ElementTypeOf<"q", "s">,
    QuantBNN_ElementTypeOf<"q", "ds">]> {
  let summary = "Gradients of dequantize with respect to q and s";
  let description = [{
    ```
    dq = g / s,              0 where s = 0
    ds = -sum of g q / s^2,  0 where s = 0
    ```

    The sum accumulates in `f32` (`f64` for `f64`), in an order that is the same
    on every run on one target, and is divided by `s` twice: `s^2` may overflow
    where the quotient does not.

    Example:

    ```mlir
    %dq, %ds = quant_bnn.dequantize_grad %q, %s, %g : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_Tensor:$q, QuantBNN_Scalar:$s, QuantBNN_Tensor:$g);
  let results = (outs QuantBNN_Tensor:$dq, QuantBNN_Scalar:$ds);
  let assemblyFormat = "$q `,` $s `,` $g attr-dict `:` type($q)";
}

#endif // QUANT_BNN_IR_UNIFORMQUANTIZEROPS
