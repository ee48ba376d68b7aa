//===- Passes.td - Passes that know quantizers -------------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_TRANSFORMS_PASSES
#define QUANT_BNN_DIALECT_QUANTBNN_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def QuantBNNDecomposePass : Pass<"quant-bnn-decompose"> {
  let summary = "Decompose ops that are not elementwise into structured ops";
  let description = [{
    Replaces each op that is not elementwise by its expansion: `linalg.generic`
    for reductions and for elementwise math that reads a scalar, and `arith` for
    scalars. These ops are `qactivation`, `weight_dorefa`, `min_max`, `pact`,
    the gradients `weight_dorefa_grad`, `pact_grad` and `dequantize_grad`, and
    the ops of other dialects that implement `linalg::AggregatedOpInterface`,
    except `linalg.softmax`. Elementwise ops are left alone, and so are ops on
    packed bits, which `quant-bnn-materialize-packed-layout` replaces.

    Example:

    ```mlir
    %y = quant_bnn.qactivation %x quantizer = "sign" threshold = 1.0 : tensor<?xf32>
    ```

    becomes

    ```mlir
    %c = quant_bnn.gradient_cancellation %x threshold = 1.0 : tensor<?xf32>
    %y = quant_bnn.sign %c : tensor<?xf32>
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNReadResourcesPass : Pass<"quant-bnn-read-resources"> {
  let summary = "Replace dense_resource constants by dense ones, for folds";
  let description = [{
    Replaces each `arith.constant` that is a `dense_resource` by one that is
    `dense`. Folds and canonicalizations, those of upstream too, look into
    `dense` alone; so this pass lets the passes that follow fold trained
    weights: signs to packed bits, and batch norms to thresholds. A resource
    without data stays as it is. Constants that no pass folds need more memory
    as `dense`, so a pipeline that folds nothing does not need the pass.

    Example:

    ```mlir
    %w = arith.constant dense_resource<w> : tensor<2xf32>
    ```

    becomes, with 0.5 and -0.5 in the resource,

    ```mlir
    %w = arith.constant dense<[5.000000e-01, -5.000000e-01]> : tensor<2xf32>
    ```
  }];
}

def QuantBNNChannelsLastPass : Pass<"quant-bnn-channels-last"> {
  let summary = "Make the channels of images the last dimension";
  let description = [{
    Replaces convolutions and pools whose images have the channels after the
    batch (NCHW, NCW, NCDHW), as PyTorch has them, by those whose images have the
    channels last, in which the channels of a pixel are contiguous: vectors and
    packed words lie along them. Filters become HWCF, HWC if they are depthwise,
    or GFHWC if the channels are in groups.

    Images are transposed before and results after each such op, and the
    transpositions of results move down through elementwise ops, quantizers,
    pads, concatenations, slices and `linalg.generic`, as far as they do not
    become more, until they meet those of the next operands and cancel. One is
    left where an image enters or leaves. A constant filter is transposed by an
    op, too, which `quant-bnn-evaluate-constants` computes. If images are flattened
    for a `linalg.matmul` with constant weights, the rows of the weights are
    transposed instead.

    A convolution then adds its terms in another order, rows and columns of the
    filter before channels, so float sums may be rounded differently. Nothing
    else changes a value. Run the pass before `quant-bnn-differentiate`, so that
    gradients have the channels last, too.

    A convolution or a pool that is a `linalg.generic` gets its name first.

    Example:

    ```mlir
    func.func @f(%x: tensor<1x8x6x6xf32>, %window: tensor<2x2xf32>, %init: tensor<1x8x3x3xf32>)
        -> tensor<1x8x3x3xf32> {
      %y = linalg.pooling_nchw_max {strides = dense<2> : vector<2xi64>}
          ins(%x, %window : tensor<1x8x6x6xf32>, tensor<2x2xf32>)
          outs(%init : tensor<1x8x3x3xf32>) -> tensor<1x8x3x3xf32>
      return %y : tensor<1x8x3x3xf32>
    }
    ```

    becomes a `linalg.pooling_nhwc_max` between transpositions.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNStripGradientsPass : Pass<"quant-bnn-strip-gradients"> {
  let summary = "Rewrite quantizers to simpler ops of equal value (inference)";
  let description = [{
    Rewrites each quantizer to the simplest op that has the same value:

    * `identity`, `gradient_cancellation` and `straight_through` are replaced by
      the operand that they return.
    * `approx_sign` and `swish_sign` become `sign`, and `qactivation` becomes
      the quantizer that it names.
    * The attributes `clip` and `grad`, which shape only gradients, are dropped.
    * An idempotent quantizer (`sign`, `input_dorefa`) that is applied to its own
      result is applied once.

    Values do not change in any bit, but gradients do. Run the pass only where
    no gradient will be taken. Gradient ops are left alone.

    Example:

    ```mlir
    %c = quant_bnn.gradient_cancellation %x threshold = 1.0 : tensor<?xf32>
    %y = quant_bnn.approx_sign %c : tensor<?xf32>
    ```

    becomes

    ```mlir
    %y = quant_bnn.sign %x : tensor<?xf32>
    ```
  }];
}

def QuantBNNRaiseSTEPass : Pass<"quant-bnn-raise-ste"> {
  let summary = "Raise arith, math and linalg code to quantizers and gradients";
  let description = [{
    Front ends spell a quantizer as comparisons, selects, clamps and roundings.
    This pass finds values that equal the result of an op of this dialect, and
    replaces each of these values by the op. The pass raises to the quantizers
    `sign`, `ste_heaviside`, `input_dorefa`, `weight_dorefa`, `min_max`, `pact`
    and `dequantize`, and to the gradient ops `gradient_cancellation_grad`,
    `input_dorefa_grad`, `approx_sign_grad` and `swish_sign_grad`. Run the pass
    after inlining and before any lowering. Neither the spelling nor the level
    of the math matters: the math may be on scalars, vectors or tensors, in the
    body of one structured op or in several, fused or not.

    The pass computes the function of a body exactly, as a piecewise function of
    the input in the arithmetic of the element type, and compares this function
    with the function of each op. For example, `sign(sign(x) + c)` is `sign` for
    c = 0.1, but not for c = 2.

    **Gradients.** A quantizer that the pass raises has a gradient, while the
    written-out code has the derivative 0. The code does not state this
    gradient, so the option `estimator` selects it:

    | `estimator` | `sign` | `ste_heaviside` | `input_dorefa` | `weight_dorefa` | `pact` | `min_max` |
    |---|---|---|---|---|---|---|
    | `straight-through` | g | g | g | g | g in its range | g s |
    | `clip` | `clip = 1.0` | `clip = 1.0` | `grad = window` | not stated | g in its range | not stated |
    | `approx-sign` | `approx_sign` | not stated | not stated | not stated | not stated | not stated |
    | `swish-sign` | `swish_sign` | not stated | not stated | not stated | not stated | not stated |
    | `none` | not raised | not raised | not raised | `grad = zero` | not raised | not raised |
    | `unspecified` (default) | not stated | not stated | not stated | not stated | not stated | not stated |

    Where the table says "not stated", the pass assumes the straight-through
    gradient. The pass then emits one warning for each function that has such
    quantizers, and a note at each quantizer. The pass emits no such warning

    * for gradient ops and `dequantize`, whose gradients follow from the code,
    * for a quantizer inside of the detach idiom (below), which states the
      identity as gradient,
    * in a function in which the pass also raises a gradient op, because the
      backward pass of the function is written out, and
    * where no gradient will be taken: in the forward function of a pair, which
      has the attribute `quant_bnn.backward`, and in all functions with
      `values-only`.

    Where a gradient may be taken, a body does not extend past math that has a
    gradient of its own. In `sign(clamp(x))`, which equals `sign(x)`, the clamp
    stays. A scaling, a relu, and the clamp of another quantizer before a
    quantizer stay as well. A clamp, scaling or tanh that is part of the
    definition of the quantizer is raised with the quantizer. A step before a
    step (`sign(sign(x) + 0.1)`) has no gradient and is raised with the
    quantizer. With `values-only`, the pass compares only values, and
    `estimator` has no effect.

    Some ops have the same values: `approx_sign` and `sign`, and the masks of
    the gradients of `sign`, `ste_heaviside` and `gradient_cancellation`. The
    pass raises these to `sign` and `gradient_cancellation_grad`.

    **Modes.** With `mode=exact`, no result changes in any bit for any input,
    except in the payload of a NaN; the sign of a zero counts. Values that the
    fast-math flags `nnan`, `ninf` and `nsz` exclude are not compared. With
    `mode=relaxed`, the pass also raises a body that equals the op in real
    arithmetic, which has no NaN, no infinities and one zero. `mode=relaxed`
    also accepts these forms:

    * `x + (q - x)` and `(x - x) + q`, which are the detach idiom without its
      barrier, become the quantizer q or `straight_through`.
    * A product with the reciprocal of n = 2^k - 1, or of an n that is no constant,
      counts as the division by n.
    * A product with a mask of 0 and 1 counts as a select.
    * Operations that each round to `f16` or `bf16` count as rounded once, at
      the end.
    * Arithmetic without steps or kinks becomes `swish_sign_grad` if both are
      equal at samples, such as the form with cosh and tanh.

    Remarks (`--remarks-filter=quant-bnn-raise-ste`) report each value that was
    raised and any change of its results. Remarks also report why a body that is
    close to a quantizer was refused, with an input and both results.

    Example:

    ```mlir
    func.func @f(%x: f32) -> f32 {
      %zero = arith.constant 0.0 : f32
      %one = arith.constant 1.0 : f32
      %minus = arith.constant -1.0 : f32
      %at_least = arith.cmpf oge, %x, %zero : f32
      %y = arith.select %at_least, %one, %minus : f32
      return %y : f32
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: f32) -> f32 {
      %y = quant_bnn.sign %x nan = negative : f32
      return %y : f32
    }
    ```
  }];
  let options = [
    Option<"mode", "mode", "::quant_bnn::RewriteMode",
           "::quant_bnn::RewriteMode::Exact",
           "exact: raise values that equal an op in every bit; relaxed: also "
           "values that equal an op in real arithmetic",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::RewriteMode::Exact, "exact",
                        "raise values that equal an op in every bit"),
             clEnumValN(::quant_bnn::RewriteMode::Relaxed, "relaxed",
                        "also values that equal an op in real arithmetic"))}]>,
    Option<"estimator", "estimator", "::quant_bnn::Estimator",
           "::quant_bnn::Estimator::Unspecified",
           "Gradient of a raised quantizer whose gradient the code does not "
           "state",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::Estimator::Unspecified, "unspecified",
                        "straight-through, with a warning"),
             clEnumValN(::quant_bnn::Estimator::StraightThrough,
                        "straight-through", "the cotangent, unchanged"),
             clEnumValN(::quant_bnn::Estimator::Clip, "clip",
                        "the cotangent, 0 outside of [-1, 1] or of the range "
                        "of the quantizer"),
             clEnumValN(::quant_bnn::Estimator::ApproxSign, "approx-sign",
                        "the gradient of approx_sign, for signs"),
             clEnumValN(::quant_bnn::Estimator::SwishSign, "swish-sign",
                        "the gradient of swish_sign, for signs"),
             clEnumValN(::quant_bnn::Estimator::None, "none",
                        "0: raise only to ops with the gradient 0"))}]>,
    Option<"valuesOnly", "values-only", "bool", /*default=*/"false",
           "Assume that no gradient is taken of any function">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::quant_bnn::QuantBNNDialect"];
}

def QuantBNNFuseSTEPass : Pass<"quant-bnn-fuse-ste"> {
  let summary = "Fuse straight-through estimators with the ops around them";
  let description = [{
    Merges `gradient_cancellation` into the quantizer that reads it, consecutive
    clipping windows, and a sign with the scaling, relu or max pool before it.
    The rewrites are of two kinds. Run the pass before `quant-bnn-differentiate`
    for rewrites of the first kind, and after it for rewrites of the second
    kind. Remarks (`--remarks-filter=quant-bnn-fuse-ste`) report each rewrite,
    and each rewrite that was refused.

    **Rewrites that preserve the value and the gradient**, bit for bit, apply in
    every function:

    * A clipping window moves into the quantizer that reads the clipped value.
      `gradient_cancellation` with threshold t before `sign`, `ste_heaviside` or
      `straight_through` becomes `clip = min(clip, t)`. Two
      `gradient_cancellation` ops in a row become one with the smaller
      threshold. `gradient_cancellation` with t >= 1 is dropped before
      `approx_sign` and `input_dorefa grad = window`, whose gradients are 0 for
      |x| > 1. A `qactivation` of such a quantizer thus becomes one op. Other
      users of the cancelled value keep the cancellation.
    * `identity` is dropped next to a quantizer.
    * Consecutive gradient ops whose clipping windows are on the same x become
      one op with the smaller window. Gradient ops read x itself and not the
      result of a cancellation.

    Clipping windows are closed and contain no NaN, so an infinite `threshold`
    becomes an infinite `clip`. The pass refuses to merge windows for which no
    op exists: `approx_sign` with a window below 1, and quantizers without a
    window, such as `swish_sign`.

    **Rewrites that preserve only the value** apply where no gradient will be
    taken: in the forward function of a pair, which has the attribute
    `quant_bnn.backward`, and in all functions with `values-only`. The op that
    the rewrite removes must have no other use.

    * A sign (any op with `SignFunctionOpInterface`) of x times a constant, or
      of x divided by a constant, becomes the sign of x, or of -x if the
      constant is negative. The constant must be finite and not 0. The constant
      may differ between elements, as long as all elements have the same sign.
      The rewrite is exact for a product if `|constant| >= 1`, and for a
      quotient if `|constant| <= 1`. Otherwise the result may underflow to 0,
      and the rewrite requires `mode=relaxed`.
    * A sign of a relu or of its mirror image (`maximumf`, `maxnumf`, `minimumf`
      or `minnumf` with 0, or a select by a comparison with 0) becomes a
      constant or the sign of x. `sign` of a relu becomes +1. `ste_heaviside` of
      a relu becomes `ste_heaviside` of x, and so does `sign` with
      `zero = negative`. If the results differ only at NaN, the rewrite requires
      `mode=relaxed`.
    * A sign after a max pool (`linalg.pooling_*_max`) moves before the pool, so
      that the pool reads one-bit data. The rewrite is exact for
      `nan = positive` and `nan = propagate`. For `nan = negative`, `nan = zero`
      and `ste_heaviside`, whose result is `low` where the window contains a
      NaN, the rewrite requires `mode=relaxed`.

    Example:

    ```mlir
    %c = quant_bnn.gradient_cancellation %x threshold = 1.0 : tensor<?xf32>
    %y = quant_bnn.sign %c : tensor<?xf32>
    ```

    becomes

    ```mlir
    %y = quant_bnn.sign %x clip = 1.0 : tensor<?xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
  let options = [
    Option<"mode", "mode", "::quant_bnn::RewriteMode",
           /*default=*/"::quant_bnn::RewriteMode::Exact",
           "Where rewrites that preserve only the value may change it",
           "::llvm::cl::values("
           "clEnumValN(::quant_bnn::RewriteMode::Exact, \"exact\", "
           "\"nowhere\"), "
           "clEnumValN(::quant_bnn::RewriteMode::Relaxed, \"relaxed\", "
           "\"at NaN, and where a product underflows\"))">,
    Option<"valuesOnly", "values-only", "bool", /*default=*/"false",
           "Assume that no gradient is taken of any function">
  ];
}

def QuantBNNBinarizePass : Pass<"quant-bnn-binarize"> {
  let summary = "Replace bipolar matmuls and convolutions by packed xnor ops";
  let description = [{
    Replaces structured float ops that sum products of bipolar operands by
    `xnor_matmul` and `xnor_conv_2d` on packed bits. A tensor is bipolar if each
    of its elements is +a or -a. Run the pass where no gradient will be taken,
    after `quant-bnn-strip-gradients` and `quant-bnn-decompose`, and before
    `quant-bnn-propagate-packed`, which moves the packing to the operands of the
    signs.

    **Ops.** The pass considers `linalg.matmul`, `batch_matmul`, `matvec` and
    similar ops, with operands in any order and with any transposition, and 2-D
    convolutions in any layout, with groups. The ops may be named or generic.

    **Bipolar operands.** An operand is bipolar if it is produced by `sign` (or
    any `SignFunctionOpInterface` op with the values +a and -a), is a constant
    of +-a, or is either of these after a transpose, reshape, slice, concat,
    pad, broadcast or max pool. In a constant, a may differ between the outputs.
    Zeros, or values of +-a, that pad the images of a convolution become the
    padding of `xnor_conv_2d`. Conversions to other float types are looked through.

    **Factors.** A bipolar operand may be multiplied by a factor, constant or not, for
    all elements or for each output, as weights are by scales of channels. The factor
    then multiplies the sums, and what the product adds to is added after it. With
    `mode=exact`, the factor is one constant power of two, and no term and no sum is
    subnormal or infinite. With `mode=relaxed`, results may be rounded differently, and
    a factor that is infinite or NaN may give NaN in other places.

    **One bipolar operand.** If only one operand is bipolar, such as binary
    weights with float activations, the pass packs this operand along the last
    dimension of the result. In a `linalg.generic`, each bit then selects +a or
    -a. The result is the same, bit for bit, and a weight takes one bit. With
    `mode=exact`, elements along the last dimension of the result must be the
    innermost elements of the bipolar operand, and of the other operand if that
    operand has this dimension. Otherwise terms would be added in another order.
    With `mode=relaxed`, the addition has the flag `reassoc`, so that targets may
    choose the order.

    **Levels of k bits.** Equally spaced levels, such as those of `input_dorefa`
    and `weight_dorefa`, are sums of k bipolar values times powers of two. The
    pass replaces a product of two tensors of levels by the products of each bit
    of one tensor with each bit of the other, and by a correction if the range
    of one tensor is not centered at 0. At most `max-plane-products` products of
    bits replace one product of levels. Levels of more than 4 bits are left
    alone, and so are products in which neither range is centered at 0. This
    rewrite requires `mode=relaxed`, because float sums of levels are rounded,
    and because quantizers propagate NaN. A NaN then counts as the lowest level.

    **Exactness.** With `mode=exact`, the result has the same bits as the float
    sum that it replaces, so no partial sum may have been rounded. No sum is
    rounded if all multiples of a up to the number of terms are floats: for an a
    of 1, up to 2^24 terms for `f32`, 2^11 for `f16` and 2^8 for `bf16`. With
    `mode=relaxed`, the number of terms need not be known, and the op may
    accumulate into values other than 0.

    A sign function with another value at 0 or at NaN, such as that of PyTorch, is
    not bipolar. Activations of a network seldom are 0 and never NaN: with
    `assume-no-zeros` and `assume-no-nans`, such an op counts as bipolar, and what
    it gives for a 0 or a NaN is not specified.

    Remarks (`--remarks-filter=quant-bnn-binarize`) report each op that was
    replaced. For an op with a bipolar operand that was not replaced, a remark
    reports the reason, at the op that prevents the rewrite. An analysis remark,
    `computed-in-floats`, names each product that floats still compute, and the
    reason.

    Example:

    ```mlir
    func.func @f(%x: tensor<4x64xf32>, %w: tensor<64x8xf32>) -> tensor<4x8xf32> {
      %zero = arith.constant 0.0 : f32
      %a = quant_bnn.sign %x : tensor<4x64xf32>
      %b = quant_bnn.sign %w : tensor<64x8xf32>
      %empty = tensor.empty() : tensor<4x8xf32>
      %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x8xf32>) -> tensor<4x8xf32>
      %y = linalg.matmul ins(%a, %b : tensor<4x64xf32>, tensor<64x8xf32>)
                         outs(%zeros : tensor<4x8xf32>) -> tensor<4x8xf32>
      return %y : tensor<4x8xf32>
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: tensor<4x64xf32>, %w: tensor<64x8xf32>) -> tensor<4x8xf32> {
      %a = quant_bnn.sign %x : tensor<4x64xf32>
      %b = quant_bnn.sign %w : tensor<64x8xf32>
      %empty = tensor.empty() : tensor<8x64xf32>
      %t = linalg.transpose ins(%b : tensor<64x8xf32>) outs(%empty : tensor<8x64xf32>)
                            permutation = [1, 0]
      %pa = quant_bnn.pack %a : tensor<4x64xf32> to tensor<4x64xi1, #quant_bnn.packed<i32>>
      %pb = quant_bnn.pack %t : tensor<8x64xf32> to tensor<8x64xi1, #quant_bnn.packed<i32>>
      %acc = quant_bnn.xnor_matmul %pa, %pb
          : (tensor<4x64xi1, #quant_bnn.packed<i32>>,
             tensor<8x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x8xi32>
      %y = arith.sitofp %acc : tensor<4x8xi32> to tensor<4x8xf32>
      return %y : tensor<4x8xf32>
    }
    ```
  }];
  let options = [
    Option<"wordWidth", "word-width", "int64_t", "32",
           "Bits of a packed word: 8, 16, 32 or 64">,
    Option<"maxPlaneProducts", "max-plane-products", "int64_t", "8",
           "Largest number of bit products that replace a product of levels">,
    Option<"mode", "mode", "::quant_bnn::RewriteMode",
           "::quant_bnn::RewriteMode::Exact",
           "exact: replace ops whose results keep every bit; relaxed: also ops "
           "whose sums may have been rounded",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::RewriteMode::Exact, "exact",
                        "replace ops whose results keep every bit"),
             clEnumValN(::quant_bnn::RewriteMode::Relaxed, "relaxed",
                        "also ops whose sums may have been rounded"))}]>,
    Option<"assumeNoZeros", "assume-no-zeros", "bool", /*default=*/"false",
           "Assume that no operand of a sign function is 0">,
    Option<"assumeNoNaNs", "assume-no-nans", "bool", /*default=*/"false",
           "Assume that no operand of a sign function is NaN">
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect",
                           "::quant_bnn::QuantBNNDialect"];
}

def QuantBNNPropagatePackedPass : Pass<"quant-bnn-propagate-packed"> {
  let summary = "Hoist quant_bnn.pack above ops that move elements";
  let description = [{
    Moves `pack` up to the op that computes its elements. A `pack` of an op with
    `SignFunctionOpInterface` packs the operand of the op instead. Casts,
    reshapes, transposes, slices, concatenations, padding and max pools before a
    `pack` become the same ops on packed tensors, except that a max pool of bits
    that stand for +1 is `linalg.pooling_nhwc_min`. Values therefore stay packed
    from one binary product to the next, and at most an eighth of the bytes is
    moved. Other uses of a value keep the value. A reshape that would move bits
    between words stays before `pack`, unless its operand is the result of a
    sign or of `unpack`.

    Packed bits have no gradient, so run the pass where no gradient will be
    taken.

    Example:

    ```mlir
    func.func @f(%x: tensor<?x8x8x64xf32>)
        -> tensor<?x4x4x64xi1, #quant_bnn.packed<i32>> {
      %lowest = arith.constant 0xFF800000 : f32
      %c0 = arith.constant 0 : index
      %n = tensor.dim %x, %c0 : tensor<?x8x8x64xf32>
      %window = tensor.empty() : tensor<2x2xf32>
      %empty = tensor.empty(%n) : tensor<?x4x4x64xf32>
      %init = linalg.fill ins(%lowest : f32) outs(%empty : tensor<?x4x4x64xf32>) -> tensor<?x4x4x64xf32>
      %pool = linalg.pooling_nhwc_max {strides = dense<2> : vector<2xi64>}
          ins(%x, %window : tensor<?x8x8x64xf32>, tensor<2x2xf32>)
          outs(%init : tensor<?x4x4x64xf32>) -> tensor<?x4x4x64xf32>
      %y = quant_bnn.sign %pool : tensor<?x4x4x64xf32>
      %b = quant_bnn.pack %y : tensor<?x4x4x64xf32> to tensor<?x4x4x64xi1, #quant_bnn.packed<i32>>
      return %b : tensor<?x4x4x64xi1, #quant_bnn.packed<i32>>
    }
    ```

    becomes, where the largest `i1` is 0 because 1 is -1,

    ```mlir
    func.func @f(%x: tensor<?x8x8x64xf32>)
        -> tensor<?x4x4x64xi1, #quant_bnn.packed<i32>> {
      %true = arith.constant true
      %c0 = arith.constant 0 : index
      %n = tensor.dim %x, %c0 : tensor<?x8x8x64xf32>
      %window = tensor.empty() : tensor<2x2xf32>
      %p = quant_bnn.pack %x : tensor<?x8x8x64xf32> to tensor<?x8x8x64xi1, #quant_bnn.packed<i32>>
      %empty = tensor.empty(%n) : tensor<?x4x4x64xi1, #quant_bnn.packed<i32>>
      %init = linalg.fill ins(%true : i1) outs(%empty : tensor<?x4x4x64xi1, #quant_bnn.packed<i32>>)
          -> tensor<?x4x4x64xi1, #quant_bnn.packed<i32>>
      %b = linalg.pooling_nhwc_max {strides = dense<2> : vector<2xi64>}
          ins(%p, %window : tensor<?x8x8x64xi1, #quant_bnn.packed<i32>>, tensor<2x2xf32>)
          outs(%init : tensor<?x4x4x64xi1, #quant_bnn.packed<i32>>)
          -> tensor<?x4x4x64xi1, #quant_bnn.packed<i32>>
      return %b : tensor<?x4x4x64xi1, #quant_bnn.packed<i32>>
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect",
                           "::quant_bnn::QuantBNNDialect"];
}

def QuantBNNFoldThresholdsPass : Pass<"quant-bnn-fold-thresholds"> {
  let summary = "Fold float ops between xnor ops and pack into thresholds";
  let description = [{
    Replaces the float ops between integers, such as the result of `xnor_matmul`
    or `xnor_conv_2d`, and a `pack` by `threshold` ops on the integers. These
    float ops are, for example, a batch norm, a scale and shift, a relu or a
    clamp, in any order, and a sign. The packed bit is a function of the
    integer. If, in each channel, this function is false up to some integer and
    true after it, or the reverse, the `pack` becomes one `threshold`. If the
    function switches more often, up to 15 times, the `pack` becomes the
    exclusive or of as many `threshold` ops.

    The pass finds the thresholds by evaluating the float ops that it replaces,
    with all roundings of these ops: a product and a sum round twice, `math.fma`
    rounds once. The bits are therefore the same for every integer that can
    occur. Where all ops are monotone in the integer, the pass finds the
    threshold by bisection. Otherwise, the pass evaluates the integers one by
    one, up to 2^20 of them. Integer range analysis bounds the integers: results
    of `xnor_matmul` and `xnor_conv_2d` have a range, and so have sums of them.

    All other operands of the float ops must be constants that are the same for
    all elements, or one constant for each channel, which is the last dimension.
    Run `quant-bnn-propagate-packed` first, which moves `pack` to the float ops,
    and canonicalization, which folds constants.

    Remarks (`--remarks-filter=quant-bnn-fold-thresholds`) report each `pack`
    that was replaced, and why a `pack` of a function of integers was not
    replaced.

    Example:

    ```mlir
    func.func @f(%a: tensor<4x64xi1, #quant_bnn.packed<i32>>,
                 %b: tensor<2x64xi1, #quant_bnn.packed<i32>>)
        -> tensor<4x2xi1, #quant_bnn.packed<i32>> {
      %shift = arith.constant dense<[0.25, -3.0]> : tensor<2xf32>
      %acc = quant_bnn.xnor_matmul %a, %b
          : (tensor<4x64xi1, #quant_bnn.packed<i32>>,
             tensor<2x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x2xi32>
      %x = arith.sitofp %acc : tensor<4x2xi32> to tensor<4x2xf32>
      %empty = tensor.empty() : tensor<4x2xf32>
      %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>,
                                            affine_map<(i, j) -> (j)>,
                                            affine_map<(i, j) -> (i, j)>],
                           iterator_types = ["parallel", "parallel"]}
          ins(%x, %shift : tensor<4x2xf32>, tensor<2xf32>) outs(%empty : tensor<4x2xf32>) {
      ^bb0(%x_ij: f32, %shift_j: f32, %out: f32):
        %y_ij = arith.addf %x_ij, %shift_j : f32
        linalg.yield %y_ij : f32
      } -> tensor<4x2xf32>
      %p = quant_bnn.pack %y : tensor<4x2xf32> to tensor<4x2xi1, #quant_bnn.packed<i32>>
      return %p : tensor<4x2xi1, #quant_bnn.packed<i32>>
    }
    ```

    becomes

    ```mlir
    func.func @f(%a: tensor<4x64xi1, #quant_bnn.packed<i32>>,
                 %b: tensor<2x64xi1, #quant_bnn.packed<i32>>)
        -> tensor<4x2xi1, #quant_bnn.packed<i32>> {
      %t = arith.constant dense<[0, 3]> : tensor<2xi32>
      %flip = arith.constant dense<false> : tensor<2xi1>
      %acc = quant_bnn.xnor_matmul %a, %b
          : (tensor<4x64xi1, #quant_bnn.packed<i32>>,
             tensor<2x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x2xi32>
      %p = quant_bnn.threshold %acc, %t, %flip
          : (tensor<4x2xi32>, tensor<2xi32>, tensor<2xi1>)
          -> tensor<4x2xi1, #quant_bnn.packed<i32>>
      return %p : tensor<4x2xi1, #quant_bnn.packed<i32>>
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect",
                           "::quant_bnn::QuantBNNDialect"];
}

def QuantBNNMaterializePackedLayoutPass
    : Pass<"quant-bnn-materialize-packed-layout", "::mlir::ModuleOp"> {
  let summary = "Replace packed tensors by tensors of words";
  let description = [{
    Replaces each `tensor<..xKxi1, #quant_bnn.packed<iN>>` by
    `tensor<..xceil(K/N)xiN>`, also in the types of functions, loops and
    branches. `pack`, `unpack`, `threshold`, `xnor_matmul` and `xnor_conv_2d`
    become structured ops on words. Ops of `tensor`, `linalg` and `arith` are
    computed on words if all elements are known to keep their positions in
    words: for example a transposition that keeps the last dimension, a slice
    that begins at a constant word boundary and ends at one or at the end of the
    row, padding of other dimensions than the last, a max pool, or a bitwise op.
    Otherwise the
    elements are unpacked to `i1` and the result is packed; a remark says so
    (`--remarks-filter=quant-bnn-materialize-packed-layout`).

    The number of elements in a row cannot be read from words. If it is dynamic,
    it is passed beside the words, as an `index`. A function asserts at its
    entry that the argument with the words and the argument with the length
    match, and `xnor_matmul` and `xnor_conv_2d` that the rows of their operands
    have the same length.

    The lowering pipelines begin with this pass. After it, no packed tensor is
    left; upstream's bufferization would drop the encoding and keep the elements
    as bytes. Functions, calls, branches, `scf.for`, `scf.if`,
    `scf.index_switch` and `scf.while` carry packed tensors. Any other op with a
    packed operand or result is an error: `has no form on words, so its packed
    operands and results must be unpacked`.

    Example:

    ```mlir
    func.func @f(%a: tensor<8x100xi1, #quant_bnn.packed<i64>>,
                 %b: tensor<4x?xi1, #quant_bnn.packed<i8>>)
        -> (tensor<2x100xi1, #quant_bnn.packed<i64>>,
            tensor<4x?xi1, #quant_bnn.packed<i8>>) {
      %rows = tensor.extract_slice %a[4, 0] [2, 100] [1, 1]
          : tensor<8x100xi1, #quant_bnn.packed<i64>> to tensor<2x100xi1, #quant_bnn.packed<i64>>
      return %rows, %b : tensor<2x100xi1, #quant_bnn.packed<i64>>,
          tensor<4x?xi1, #quant_bnn.packed<i8>>
    }
    ```

    becomes

    ```mlir
    func.func @f(%a: tensor<8x2xi64>, %b: tensor<4x?xi8>, %length: index)
        -> (tensor<2x2xi64>, tensor<4x?xi8>, index) {
      %c1 = arith.constant 1 : index
      %count = tensor.dim %b, %c1 : tensor<4x?xi8>
      %needed = affine.apply affine_map<(d0) -> (d0 ceildiv 8)>(%length)
      %is_same = arith.cmpi eq, %count, %needed : index
      %c0 = arith.constant 0 : index
      %is_length = arith.cmpi sge, %length, %c0 : index
      %matches = arith.andi %is_same, %is_length : i1
      cf.assert %matches, "argument 1 of f: requires the words that hold the elements of a row, whose number is argument 2"
      %rows = tensor.extract_slice %a[4, 0] [2, 2] [1, 1] : tensor<8x2xi64> to tensor<2x2xi64>
      return %rows, %b, %length : tensor<2x2xi64>, tensor<4x?xi8>, index
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::cf::ControlFlowDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_TRANSFORMS_PASSES
