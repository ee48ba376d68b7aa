//===- UniformQuantizerOps.td - Uniform quantizers ---------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_UNIFORMQUANTIZEROPS
#define QUANT_BNN_DIALECT_QUANTBNN_IR_UNIFORMQUANTIZEROPS

include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNBase.td"

defvar QuantBNN_BitWidthBody =
    "unsigned $cppClass::getBitWidth() { return getBits(); }";

/// Base class of quantizers to equally spaced levels of a range that is
/// computed from the tensor or learned.
class QuantBNN_RangeQuantizerOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_DecomposableOp<mnemonic, [
        DeclareOpInterfaceMethods<DifferentiableOpInterface>,
        DeclareOpInterfaceMethods<QuantizerOpInterface,
                                  ["getBitWidth", "buildInference"]>
      ] # traits> {
  let extraClassDeclaration = [{
    /// Builds the scalars that all elements share, in the compute type, from
    /// `range`: the largest magnitude of the tensor, or alpha. The last scalar
    /// is the scale, if the op returns one.
    ::llvm::SmallVector<::mlir::Value> buildScalars(
        ::quant_bnn::PayloadBuilder &builder, ::mlir::Value range);
    /// Builds the quantized value of one element from x and the scalars.
    ::mlir::Value buildElement(::quant_bnn::PayloadBuilder &builder,
                               ::mlir::ValueRange operands);
  }];
  let extraClassDefinition = !strconcat(reifyBody, QuantBNN_BitWidthBody);
  let hasFolder = 1;
}

def QuantBNN_InputDoReFaOp : QuantBNN_ElementwiseOp<"input_dorefa", [
    SameOperandsAndResultType, QuantBNN_ValueIdempotent,
    DeclareOpInterfaceMethods<RaisableOpInterface, ["getRaiseForms", "getEstimatorForm"]>,
    DeclareOpInterfaceMethods<UniformLevelsOpInterface>,
    DeclareOpInterfaceMethods<WindowedGradientOpInterface, ["getWindow"]>,
    DeclareOpInterfaceMethods<DifferentiableOpInterface>,
    DeclareOpInterfaceMethods<QuantizerOpInterface,
                              ["getBitWidth", "buildInference"]>]> {
  let summary = "Activation quantizer of DoReFa-Net, on [0, 1]";
  let description = [{
    Quantizes `x` to 2^bits equally spaced levels on [0, 1]. `grad` selects the
    gradient.

    ```
    n  = 2^bits - 1
    y  = roundeven(clamp(x, 0, 1) n) / n
    dx = g                                grad = identity
    dx = g  where 0 <= x <= 1, else 0     grad = window
    ```

    * Ties round to even: 0.5 gives 0 with 1 bit, and 2/3 with 2 bits.
    * The division is correctly rounded.
    * An infinite `x` is clamped to 0 or 1. A NaN gives NaN and is outside of
      the clipping window.
    * `bits` is at least 1, and at most 24 (`f32`, `f64`), 11 (`f16`) or 8
      (`bf16`), so that every level is exact in the type.
    * `grad` is `identity` by default.

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
}

def QuantBNN_WeightDoReFaOp
    : QuantBNN_RangeQuantizerOp<"weight_dorefa", [
        SameOperandsAndResultType,
        DeclareOpInterfaceMethods<RaisableOpInterface, ["getEstimatorForm"]>,
        DeclareOpInterfaceMethods<UniformLevelsOpInterface>]> {
  let summary = "Weight quantizer of DoReFa-Net, on [-1, 1]";
  let description = [{
    Quantizes tanh w, divided by its largest magnitude, to 2^bits equally spaced
    levels on [-1, 1]. `grad` selects the gradient.

    ```
    n  = 2^bits - 1,  t = tanh w,  m = max |t| over the tensor
    y  = 2 roundeven((t / (2 m) + 1/2) n) / n - 1
    dw = g                                grad = identity
    dw = g (1 - t^2) / m                  grad = tanh
    dw = 0                                grad = zero
    ```

    * The gradient treats `m` as a constant (`m` is detached).
    * Where `m = 0`, which means that all weights are 0, `t / (2 m)` counts as
      0, and the `tanh` gradient is 0.
    * An infinite weight has tanh 1 or -1.
    * If any weight is NaN, every output and every `tanh` gradient is NaN.
    * An empty tensor gives an empty tensor.
    * The limits of `bits` are those of `input_dorefa`.
    * `grad` is `identity` by default.
    * With 1 bit, a weight of 0 gives -1, because the weight is a tie. The op
      with 1 bit is therefore not `sign`.

    Each output is exactly one of the levels. The output may be the neighbour of
    the level that the exact formula gives where `(t / (2 m) + 1/2) n` lies
    within `7 n` epsilon of a tie, which is the error of tanh.

    Source: DoReFa-Net, Zhou et al. 2016, arXiv:1606.06160, equation 9. The
    gradient that follows from equation 9 is `tanh`; the other gradients are
    those of existing implementations.

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
    Quantizes `x` to the integers from -(2^(bits-1) - 1) to 2^(bits-1) - 1, held
    as floats, and returns the integers `q` and their scale `s`.

    ```
    m  = max |x| over the tensor
    s  = min((2^(bits-1) - 1) / m, largest)
    q  = roundeven(clamp(x, -m, m) s)     (without the rounding if unrounded)
    dx = g s
    ```

    * `q / s` is `x` to within half a step, 1 / (2 s), and the rounding of `s`
      and `q / s` to the type.
    * `largest` is the largest finite number of the type (65504 for `f16`). This
      limit keeps the scale of a small `m` from overflowing; fewer levels are
      then in use.
    * The gradient treats `s` as a constant (`s` is detached). The clamp never
      acts, so the gradient is the same for all elements.
    * Where `m = 0`, or where the tensor is empty, `q = 0` and `s = 0`.
    * If any element is NaN, `s` and every `q` is NaN.
    * An infinite `m` gives `s = 0`; `q` is then 0 for finite elements and NaN
      for infinite elements.
    * `bits` is at least 2. The upper limits are those of `input_dorefa`.

    Source: torchapprox's MinMaxQuant, which is the symmetric, narrow-range form
    of Jacob et al. 2018, arXiv:1712.05877.

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
    DeclareOpInterfaceMethods<RaisableOpInterface, ["getRaiseForms", "getEstimatorForm"]>,
    AllTypesMatch<["x", "q"]>, QuantBNN_ElementTypeOf<"x", "alpha">,
    QuantBNN_ElementTypeOf<"x", "s">]> {
  let summary = "Quantizer to a learned clipping range (PACT)";
  let description = [{
    Quantizes `x` to equally spaced levels of a range that ends at the learned
    `alpha`, and returns the result `q` and the scale `s`. `mode` selects the
    range, `form` selects whether `q` is a level or a value, and `grad` selects
    the gradient.

    ```
    mode = signed:    i = 2^(bits-1) - 1,  s = min(i / alpha, largest)
                      level = roundeven(clamp(s x, -i, i))
    mode = unsigned:  n = 2^bits - 1,      s = min(n (1 / alpha), largest)
                      level = roundeven(clamp(x, 0, alpha) s)
    form = level:     q = level
    form = value:     q = level / s
    ```

    * `n (1 / alpha)` is rounded twice. `largest` is the largest finite number
      of the type, as in `min_max`.
    * `unrounded` leaves out the roundeven.
    * `alpha <= 0` or a NaN `alpha` gives `s = 0`, `q = 0` and zero gradients.
    * For a valid `alpha`, a NaN `x` gives a NaN `q` and is outside of the
      range.
    * An infinite `alpha` gives `s = 0` by the formula, so the level is 0 and
      the value is 0 / 0, which is NaN.
    * `bits` is at least 1, and at least 2 if `mode = signed`. The upper limits
      are those of `input_dorefa`.

    R is the closed range [-alpha, alpha] (signed) or [0, alpha] (unsigned), g
    is the cotangent of `q`, and gs is the cotangent of `s`:

    ```
    grad = full, form = value:
      dx     = g where x in R, else 0
      dalpha = sum of g sign(x) where |x| >= alpha   (unsigned: g where x >= alpha)
    grad = full, form = level:
      dx     = g s where x in R, else 0
      dalpha = sum of -g ((x / alpha) s) where x in R, and -(gs / alpha) s
    grad = compat (form = level only):
      dx     = g s,  dalpha = 0
    ```

    * With `form = value`, an `x` at the edge of R contributes to both
      gradients.
    * With `form = level`, dalpha is the derivative of the level and of s with
      respect to alpha. If `dequantize` follows, dx is that of `form = value`,
      and so is dalpha except for the rounding: the sum of g (q / s - x) / alpha
      where x in R.
    * `grad = compat` is the gradient of torchapprox, with which alpha never
      learns.
    * The gradient op needs a ranked tensor, because dalpha is a sum.

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
    DeclareOpInterfaceMethods<RaisableOpInterface, ["getRaiseForms"]>,
    DeclareOpInterfaceMethods<DifferentiableOpInterface>,
    DeclareOpInterfaceMethods<QuantizerOpInterface>]> {
  let summary = "Convert quantized levels back to values";
  let description = [{
    Divides levels by their scale. The op is the inverse of `min_max` and of
    `pact` with `form = level`.

    ```
    x  = q / s,                    0 where s = 0
    dq = g / s,                    0 where s = 0
    ds = -sum of (g / s) (q / s),  0 where s = 0
    ```

    A zero scale gives 0 for every `q`, so that a tensor of zeros is restored. A
    NaN scale gives NaN.

    `s` is a scalar of the element type of `q`. After vectorization, `s` may
    have the type of `q`; the type of `s` is then printed.

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
}

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

def QuantBNN_InputDoReFaGradOp
    : QuantBNN_MaskGradOp<"input_dorefa_grad", ["getWindow"], [
        DeclareOpInterfaceMethods<RaisableOpInterface, ["getRaiseForms"]>]> {
  let summary = "Gradient of input_dorefa";
  let description = [{
    Passes on the cotangent `g` of `input_dorefa`: `dx = g` with
    `grad = identity`, and `dx = g where 0 <= x <= 1, else 0` with
    `grad = window`. The clipped gradient is a select, so `dx` is 0 where `x` is
    NaN. With `grad = identity`, the op folds to `g`.

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
    Computes the gradient of `weight_dorefa` with respect to `w`:

    ```
    dw = g                                grad = identity
    dw = g (1 - t^2) / m                  grad = tanh,  t = tanh w
    dw = 0                                grad = zero
    ```

    The op computes `m = max |t|` over the tensor unless the operand `max` gives
    `m`: a residual of the forward pass, of the element type. Where `m = 0`, the
    `tanh` gradient is 0; where `m` is NaN, the `tanh` gradient is NaN. With
    `grad = identity` the op folds to `g`; with `grad = zero` and a static shape
    it folds to zeros.

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
    Multiplies the cotangent `g` of `q` with the scale `s` that `min_max`
    returned: `dx = g s`. `s` is a scalar of the element type of `g`. After
    vectorization, `s` may have the type of `g`; the type of `s` is then
    printed.

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
}

def QuantBNN_PactGradOp : QuantBNN_DecomposableOp<"pact_grad", [
    DeclareOpInterfaceMethods<MaskedGradientOpInterface, ["getMaskOperands"]>,
    AllTypesMatch<["x", "g", "dx"]>, QuantBNN_ElementTypeOf<"x", "alpha">,
    QuantBNN_ElementTypeOf<"x", "dalpha">]> {
  let summary = "Gradients of pact with respect to x and alpha";
  let description = [{
    Computes `dx` and `dalpha` by the formulas in the description of `pact`. `g`
    is the cotangent of `q`. The optional `scale_gradient` is the cotangent of
    `s` and has the element type of `x`. `scale_gradient` acts only with
    `form = level` and `grad = full`; otherwise `s` is detached.

    The sum accumulates in `f32` (in `f64` for `f64`). The order of the
    additions is the same in every run on one target. The error of the sum is
    that of the accumulation, which is bounded relative to the sum of the
    absolute terms.

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
    Computes the gradients of `dequantize` from the cotangent `g`:

    ```
    dq = g / s,                    0 where s = 0
    ds = -sum of (g / s) (q / s),  0 where s = 0
    ```

    The sum accumulates in `f32` (in `f64` for `f64`). The order of the
    additions is the same in every run on one target. Each factor of a term is
    divided by `s`, because `g q` or `s^2` may overflow or underflow where `ds`
    does not.

    Example:

    ```mlir
    %dq, %ds = quant_bnn.dequantize_grad %q, %s, %g : tensor<?xf32>
    ```
  }];
  let arguments = (ins QuantBNN_Tensor:$q, QuantBNN_Scalar:$s, QuantBNN_Tensor:$g);
  let results = (outs QuantBNN_Tensor:$dq, QuantBNN_Scalar:$ds);
  let assemblyFormat = "$q `,` $s `,` $g attr-dict `:` type($q)";
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_UNIFORMQUANTIZEROPS
