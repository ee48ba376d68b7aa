//===- Passes.td - Transformations of quant_bnn ------------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_TRANSFORMS_PASSES
#define QUANT_BNN_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def QuantBNNDecomposePass : Pass<"quant-bnn-decompose"> {
  let summary = "Decompose ops that are not elementwise into structured ops";
  let description = [{
    Replaces each op that is not elementwise by its expansion: `linalg.generic`
    for reductions and for elementwise math that reads a scalar, and `arith` for
    scalars. These ops are `qactivation`, `weight_dorefa`, `min_max`, `pact`,
    the gradients `weight_dorefa_grad`, `pact_grad` and `dequantize_grad`, the
    ops on packed bits, and any other op with `DecomposableOpInterface`.
    Elementwise ops are left alone.

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
    * A product with the reciprocal of n = 2^k - 1 counts as the division by n.
    * A product with a mask of 0 and 1 counts as a select.
    * Operations that each round to `f16` or `bf16` count as rounded once, at
      the end.

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

def QuantBNNDifferentiatePass
    : Pass<"quant-bnn-differentiate", "::mlir::ModuleOp"> {
  let summary = "Create the backward function of a function (reverse mode)";
  let description = [{
    Creates two functions for each function `@f` of `functions`, with the
    visibility of `@f`:

    * `@f_fwd(args) -> (results, residuals)` computes the results of `@f`, and
      also returns the values that the backward pass needs, which are called
      residuals.
    * `@f_bwd(residuals, cotangents) -> gradients` takes one cotangent for each
      float result, and returns one gradient for each float argument, both in
      order.

    Float results and arguments are float scalars, and vectors and ranked
    tensors of floats. Results of other types have no cotangent, and arguments
    of other types have no gradient. Mark input data and auxiliary results (for
    example metrics) with `quant_bnn.no_gradient`; they get neither gradient nor
    cotangent. A gradient has the type of its argument. A gradient that nothing
    contributes to is zero. `@f` is left unchanged. With `combine`, the pass
    creates a third function, which calls the two others:
    `@f_vjp(args, cotangents) -> (results, gradients)`.

    `@f_fwd` has two attributes: `quant_bnn.backward = @f_bwd`, and
    `quant_bnn.residuals`, which lists the indices of the results that are the
    leading arguments of `@f_bwd`, in order. A residual that is an argument of
    `@f` is returned as well. If a training step calls both functions and the
    calls are inlined, residuals are SSA values.

    Gradients come from `DifferentiableOpInterface`. A quantizer states its own
    gradient, so the gradient of `quant_bnn.sign` is its `sign_grad`, in
    canonical form. External models give gradients to these ops of other
    dialects: `arith` and `math` on
    floats, structured `linalg` ops whose reductions are sums, products or
    extrema, the ops of `tensor` that move elements, `scf.if`, and `scf.for`
    whose loop-carried values keep their extents. A function that `@f` calls
    gets a private pair of its own, unless the function has a pair. Values that
    do not depend on a float argument need no gradient.

    The pass emits an error in these cases:

    * an op without a gradient lies between a float argument and a float result;
      this includes the ops that `quant-bnn-binarize` creates, so run
      `quant-bnn-binarize` after this pass;
    * a function is recursive, has side effects, or has several blocks.

    `cf.assert`, and any other op without results whose effects are on nothing
    that is read, stays in `@f_fwd` and is left out of `@f_bwd`.

    **Derivatives that are 0.** These ops have the derivative 0 almost
    everywhere: rounding (`math.floor`, `math.round` and others), conversions to
    an integer and back, `math.copysign` of a constant, and selects between
    constants by a comparison (a sign, a Heaviside step). Such an op between a
    float argument and a float result is usually a quantizer that has lost its
    estimator. The pass emits a warning at the op (`zero-derivative=warn`) or an
    error (`error`), or it takes the gradient 0 (`silent`). To keep the
    estimator, run `quant-bnn-raise-ste` first, with `mode=relaxed` for
    `x + (q - x)`, or import the network with its quantizers as ops of
    `quant_bnn`. The pass does not report a select one of whose values has a
    gradient (a relu, a clamp), an extremum, an integer that is the position of
    an element, and a condition that depends on no argument.

    **Residuals.** The backward function takes a value of the forward pass as a
    residual, or recomputes the value. Constants, extents, empty and filled
    tensors, reshapes and math on scalars are always recomputed. With
    `recompute=none`, all other values that the backward function needs are
    residuals. With `recompute=cheap`, elementwise ops, broadcasts and slices
    may be recomputed as well. The pass then chooses the residuals that take the
    fewest bytes, by a minimum cut in which a dynamic extent counts as 256.
    Matrix products, convolutions, reductions, loops and calls are never
    recomputed to save a residual. Both settings give the same gradients, bit
    for bit.

    Example:

    ```mlir
    func.func @f(%x: tensor<?xf32>, %scale: f32) -> tensor<?xf32> {
      %y = quant_bnn.sign %x clip = 1.0 : tensor<?xf32>
      return %y : tensor<?xf32>
    }
    ```

    with `functions=f` gives

    ```mlir
    func.func @f_fwd(%x: tensor<?xf32>, %scale: f32) -> (tensor<?xf32>, tensor<?xf32>)
        attributes {quant_bnn.backward = @f_bwd, quant_bnn.residuals = array<i64: 1>} {
      %y = quant_bnn.sign %x clip = 1.0 : tensor<?xf32>
      return %y, %x : tensor<?xf32>, tensor<?xf32>
    }
    func.func @f_bwd(%x: tensor<?xf32>, %g: tensor<?xf32>) -> (tensor<?xf32>, f32) {
      %zero = arith.constant 0.0 : f32
      %dx = quant_bnn.gradient_cancellation_grad %x, %g threshold = 1.0 : tensor<?xf32>
      return %dx, %zero : tensor<?xf32>, f32
    }
    ```
  }];
  let options = [
    ListOption<"functions", "functions", "std::string",
               "Functions to differentiate: names without @, separated by "
               "commas (functions=f,g)">,
    Option<"combine", "combine", "bool", /*default=*/"false",
           "Also create @f_vjp, which calls the forward and the backward "
           "function">,
    Option<"recompute", "recompute", "::quant_bnn::Recompute",
           /*default=*/"::quant_bnn::Recompute::cheap",
           "Ops that the backward function recomputes",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::Recompute::none, "none",
                        "only ops that cost nothing"),
             clEnumValN(::quant_bnn::Recompute::cheap, "cheap",
                        "also elementwise ops, so that the fewest bytes are saved"))}]>,
    Option<"zeroDerivative", "zero-derivative", "::quant_bnn::ZeroDerivative",
           /*default=*/"::quant_bnn::ZeroDerivative::warn",
           "How to treat an op between argument and result whose derivative is 0 "
           "almost everywhere",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::ZeroDerivative::warn, "warn",
                        "emit a warning at the op"),
             clEnumValN(::quant_bnn::ZeroDerivative::error, "error",
                        "emit an error at the op"),
             clEnumValN(::quant_bnn::ZeroDerivative::silent, "silent",
                        "take the gradient 0"))}]>
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect", "::mlir::vector::VectorDialect",
    "::quant_bnn::QuantBNNDialect"
  ];
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

def QuantBNNCompressResidualsPass
    : Pass<"quant-bnn-compress-residuals", "::mlir::ModuleOp"> {
  let summary = "Save masks of residuals as packed bits for the backward pass";
  let description = [{
    Replaces a float residual by packed bits if the backward function needs only
    conditions on the elements of the residual. The forward function then
    computes these conditions (masks) and returns them, one bit each, packed
    into bytes. Gradients do not change in any bit.

    The pass works on pairs of functions, which `quant-bnn-differentiate`
    creates. The forward function of a pair has the attributes
    `quant_bnn.backward`, which names the backward function, and
    `quant_bnn.residuals`, which lists the results that are the leading
    arguments of the backward function.

    | op | bits per element |
    |---|---|
    | `sign_grad`, `ste_heaviside_grad`, `straight_through_grad` with `clip`, `gradient_cancellation_grad`, `input_dorefa_grad grad = window` | 1: x is in the clipping window |
    | `pact_grad` unsigned, `form = value` | 2: x is in the range; x >= alpha (both hold at the edge) |
    | `pact_grad` signed, `form = value` | 3: x is in the range; abs x >= alpha; x < 0 |
    | `sign`, `approx_sign`, `swish_sign`, `ste_heaviside`, recomputed in the backward function | 1: the value; 1 more with `zero = zero`, and 1 more with `nan = propagate` |
    | gradients without a clipping window, and `pact_grad grad = compat` | 0: the gradients do not depend on x |

    An op states its masks in `MaskedGradientOpInterface`. A mask that several
    gradient ops share is saved once. `tensor.dim` of the residual reads a
    tensor of the same shape instead; if there is none, the forward function
    returns the extent as one more residual.

    A residual is compressed if all of these conditions hold:

    * The residual is a float tensor of rank 1 or more.
    * All uses of the residual in the backward function need only masks, as the
      ops of the table do, or extents.
    * Other values that the masks depend on (alpha) can be computed from
      residuals.
    * The masks take fewer bits than the residual.

    A remark (`--remarks-filter=quant-bnn-compress-residuals`) reports the bytes
    before and after, or the bits per element if the shape is dynamic. For a
    residual that is not compressed, the remark reports the use that prevents
    it.

    The types of both functions change, even if the functions are public, and so
    do all calls of the functions in the module. A residual must go from a call
    of the forward function directly to a call of the backward function, or to
    the callers of a forward function that returns it as a residual of its own.
    The pass leaves a residual unchanged if a caller uses it for something else,
    if a function of the pair is used other than by a call, or if a caller mixes
    the residual with other values (`--inline` may help). Functions of several
    blocks are left alone.

    Example:

    ```mlir
    func.func @f_fwd(%x: tensor<16xf32>) -> (tensor<16xf32>, tensor<16xf32>)
        attributes {quant_bnn.backward = @f_bwd, quant_bnn.residuals = array<i64: 1>} {
      %y = quant_bnn.sign %x clip = 1.0 : tensor<16xf32>
      return %y, %x : tensor<16xf32>, tensor<16xf32>
    }
    func.func @f_bwd(%x: tensor<16xf32>, %g: tensor<16xf32>) -> tensor<16xf32> {
      %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<16xf32>
      return %dx : tensor<16xf32>
    }
    ```

    becomes

    ```mlir
    #id = affine_map<(i) -> (i)>
    func.func @f_fwd(%x: tensor<16xf32>) -> (tensor<16xf32>, tensor<2xi8>)
        attributes {quant_bnn.backward = @f_bwd, quant_bnn.residuals = array<i64: 1>} {
      %y = quant_bnn.sign %x clip = 1.0 : tensor<16xf32>
      %init = tensor.empty() : tensor<16xi1>
      %mask = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
          ins(%x : tensor<16xf32>) outs(%init : tensor<16xi1>) {
      ^bb0(%in: f32, %out: i1):
        %magnitude = math.absf %in : f32
        %one = arith.constant 1.0 : f32
        %inside = arith.cmpf ole, %magnitude, %one : f32
        linalg.yield %inside : i1
      } -> tensor<16xi1>
      %bits = quant_bnn.pack %mask : tensor<16xi1> to tensor<2xi8>
      return %y, %bits : tensor<16xf32>, tensor<2xi8>
    }
    func.func @f_bwd(%bits: tensor<2xi8>, %g: tensor<16xf32>) -> tensor<16xf32> {
      %mask = quant_bnn.unpack %bits : tensor<2xi8> to tensor<16xi1>
      %init = tensor.empty() : tensor<16xf32>
      %dx = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
          ins(%mask, %g : tensor<16xi1>, tensor<16xf32>) outs(%init : tensor<16xf32>) {
      ^bb0(%inside: i1, %in: f32, %out: f32):
        %zero = arith.constant 0.0 : f32
        %select = arith.select %inside, %in, %zero : f32
        linalg.yield %select : f32
      } -> tensor<16xf32>
      return %dx : tensor<16xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect",
                           "::quant_bnn::QuantBNNDialect"];
}

def QuantBNNBindArgumentsPass
    : Pass<"quant-bnn-bind-arguments", "::mlir::ModuleOp"> {
  let summary = "Replace arguments of a function by constants from NumPy files";
  let description = [{
    Replaces the arguments of `function` from number `first` on, which must be
    tensors, by the arrays in `files`, in NumPy's format. The arrays are, for
    example, trained weights. The replaced arguments are removed from the
    function. The pass propagates the sizes that become known, so inline the
    calls in the function first.

    The pass emits an error if a file cannot be read, if the element type or
    shape of an array differs from that of its argument, and if the module calls
    the function.

    ```sh
    bnn-opt network.mlir --inline \
      --quant-bnn-bind-arguments="function=predict first=1 files=w1.npy,b1.npy"
    ```
  }];
  let options = [
    Option<"function", "function", "std::string", /*default=*/"",
           "Function whose arguments are bound: a symbol of the module">,
    Option<"first", "first", "int64_t", "0",
           "Number of the first argument to bind">,
    ListOption<"files", "files", "std::string",
               "One file for each argument from the first on, separated by "
               "commas">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNCheckExtentsPass
    : Pass<"quant-bnn-check-extents", "::mlir::func::FuncOp"> {
  let summary = "Assert that dynamic extents agree where an op requires it";
  let description = [{
    Inserts a `cf.assert` for each requirement on dynamic extents that does not
    hold by construction. Elementwise ops, `linalg` ops, and casts, slices,
    concatenations and expansions of tensors require extents that agree, or
    indices that are within an extent. The verifiers check static extents.
    Dynamic extents that do not agree are undefined behavior: compiled code
    reads past the end of a buffer. The message of an assertion names the
    extents and the location of the op.

    The pass traces each extent to the extents of the arguments that it comes
    from. If an op in the entry block has a requirement on the extents of
    arguments, the requirement is asserted once, at the entry of the function.
    Any other requirement is asserted before its op. An index with `mod` is not
    checked.

    Ops of quant_bnn are checked after `convert-quant-bnn-to-linalg`. The option
    `check-extents` of the lowering pipelines runs the pass there.

    Example:

    ```mlir
    func.func @f(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
      %0 = arith.addf %x, %y : tensor<?xf32>
      return %0 : tensor<?xf32>
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
      %c0 = arith.constant 0 : index
      %n = tensor.dim %x, %c0 : tensor<?xf32>
      %m = tensor.dim %y, %c0 : tensor<?xf32>
      %equal = arith.cmpi eq, %n, %m : index
      cf.assert %equal, "@f requires dimension 0 of argument 1 to be dimension 0 of argument 0 for 'arith.addf'"
      %0 = arith.addf %x, %y : tensor<?xf32>
      return %0 : tensor<?xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::cf::ControlFlowDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::tensor::TensorDialect"];
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
    padding of `xnor_conv_2d`.

    **One bipolar operand.** If only one operand is bipolar, such as binary
    weights with float activations, the pass packs this operand along the last
    dimension of the result. In a `linalg.generic`, each bit then selects +a or
    -a. The result is the same, bit for bit, and a weight takes one bit. With
    `mode=exact`, elements along the last dimension of the result must be the
    innermost elements of the bipolar operand, and of the other operand if that
    operand has this dimension. Otherwise terms would be added in another order.

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

    Remarks (`--remarks-filter=quant-bnn-binarize`) report each op that was
    replaced. For an op with a bipolar operand that was not replaced, a remark
    reports the reason, at the op that prevents the rewrite.

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
      %pa = quant_bnn.pack %a : tensor<4x64xf32> to tensor<4x2xi32>
      %pb = quant_bnn.pack %t : tensor<8x64xf32> to tensor<8x2xi32>
      %acc = quant_bnn.xnor_matmul %pa, %pb depth = 64
          : (tensor<4x2xi32>, tensor<8x2xi32>) -> tensor<4x8xi32>
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
                        "also ops whose sums may have been rounded"))}]>
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
    `SignFunctionOpInterface` packs the operand of the op instead. Reshapes,
    transposes, slices, concatenations, padding and max pools before a `pack`
    become ops on packed bits. Values therefore stay packed from one binary
    product to the next, and at most an eighth of the bytes is moved. Other uses
    of a value keep the value. A reshape that would move bits between words
    stays before `pack`, unless its operand is the result of a sign or of
    `unpack`.

    Packed bits have no gradient, so run the pass where no gradient will be
    taken.

    Example:

    ```mlir
    func.func @f(%x: tensor<?x8x8x64xf32>) -> tensor<?x4x4x2xi32> {
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
      %b = quant_bnn.pack %y : tensor<?x4x4x64xf32> to tensor<?x4x4x2xi32>
      return %b : tensor<?x4x4x2xi32>
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: tensor<?x8x8x64xf32>) -> tensor<?x4x4x2xi32> {
      %p = quant_bnn.pack %x : tensor<?x8x8x64xf32> to tensor<?x8x8x2xi32>
      %b = quant_bnn.xnor_max_pool_2d %p kernel = [2, 2] strides = [2, 2]
          : tensor<?x8x8x2xi32> to tensor<?x4x4x2xi32>
      return %b : tensor<?x4x4x2xi32>
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
    one, up to 2^20 of them.

    All other operands of the float ops must be constants that are the same for
    all elements, or one constant for each channel, which is the last dimension.
    Run `quant-bnn-propagate-packed` first, which moves `pack` to the float ops,
    and canonicalization, which folds constants.

    Remarks (`--remarks-filter=quant-bnn-fold-thresholds`) report each `pack`
    that was replaced, and why a `pack` of a function of integers was not
    replaced.

    Example:

    ```mlir
    func.func @f(%a: tensor<4x2xi32>, %b: tensor<2x2xi32>) -> tensor<4x1xi32> {
      %shift = arith.constant dense<[0.25, -3.0]> : tensor<2xf32>
      %acc = quant_bnn.xnor_matmul %a, %b depth = 64
          : (tensor<4x2xi32>, tensor<2x2xi32>) -> tensor<4x2xi32>
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
      %p = quant_bnn.pack %y : tensor<4x2xf32> to tensor<4x1xi32>
      return %p : tensor<4x1xi32>
    }
    ```

    becomes

    ```mlir
    func.func @f(%a: tensor<4x2xi32>, %b: tensor<2x2xi32>) -> tensor<4x1xi32> {
      %t = arith.constant dense<[0, 3]> : tensor<2xi32>
      %flip = arith.constant dense<false> : tensor<2xi1>
      %acc = quant_bnn.xnor_matmul %a, %b depth = 64
          : (tensor<4x2xi32>, tensor<2x2xi32>) -> tensor<4x2xi32>
      %p = quant_bnn.threshold %acc, %t, %flip
          : (tensor<4x2xi32>, tensor<2xi32>, tensor<2xi1>) -> tensor<4x1xi32>
      return %p : tensor<4x1xi32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect",
                           "::quant_bnn::QuantBNNDialect"];
}

def QuantBNNAnnotateFunctionsPass
    : Pass<"quant-bnn-annotate-functions", "::mlir::func::FuncOp"> {
  let summary = "Protect arguments of public functions, and record types";
  let description = [{
    Marks each tensor argument of a public function as not writable, unless the
    argument already has the attribute `bufferization.writable`. Bufferization
    then copies a buffer of the caller instead of overwriting it. The pass also
    records the type of the function in `quant_bnn.signature`, for tools that
    call the lowered function. The pass removes the attributes that only
    differentiation reads: `quant_bnn.no_gradient`, and the attributes that link
    a forward function to its backward function.

    Upstream's canonicalization may make the result type of a
    `tensor.expand_shape` static and leave its extents as operands, and
    bufferization would make an invalid op of that. The pass replaces these
    operands by the extents of the type.

    Example:

    ```mlir
    func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
      %y = quant_bnn.sign %x : tensor<?xf32>
      return %y : tensor<?xf32>
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: tensor<?xf32> {bufferization.writable = false}) -> tensor<?xf32>
        attributes {quant_bnn.signature = (tensor<?xf32>) -> tensor<?xf32>} {
      %y = quant_bnn.sign %x : tensor<?xf32>
      return %y : tensor<?xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::quant_bnn::QuantBNNDialect"];
}

def QuantBNNConvertResultsToOutParamsPass
    : Pass<"quant-bnn-convert-results-to-out-params", "::mlir::ModuleOp"> {
  let summary = "Convert tensor results to memref parameters of the caller";
  let description = [{
    Replaces each tensor result of a public function by a memref parameter after
    the arguments, in order, and materializes the result into this parameter.
    Scalars are still returned. Run the pass before bufferization, which then
    computes in the buffers of the caller where it can. A caller must not pass
    the same memory twice. Calls within the module go to a private copy of the
    function, which keeps the type of the function. `quant_bnn.backward` and
    `quant_bnn.residuals`, which refer to results by number, are removed from
    public functions.

    Example:

    ```mlir
    func.func @f(%x: tensor<?xf32>) -> (tensor<?xf32>, f32) {
      %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?xf32>
      return %q, %s : tensor<?xf32>, f32
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: tensor<?xf32>, %out: memref<?xf32>) -> f32 {
      %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?xf32>
      bufferization.materialize_in_destination %q in restrict writable %out
          : (tensor<?xf32>, memref<?xf32>) -> ()
      return %s : f32
    }
    ```
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::memref::MemRefDialect"];
}

def QuantBNNExpandStridedCopiesPass : Pass<"quant-bnn-expand-strided-copies"> {
  let summary = "Convert memref.copy of strided buffers to linalg.generic";
  let description = [{
    Replaces a `memref.copy` from or to a buffer that is not contiguous by a
    `linalg.generic`. Such a copy would otherwise be lowered to a call of a
    function of the MLIR runtime, which ahead-of-time users need not have. A
    copy between contiguous buffers is left alone and becomes a `memcpy` later.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def QuantBNNExpandDynamicReshapesPass
    : Pass<"quant-bnn-expand-dynamic-reshapes"> {
  let summary = "Expand memref.expand_shape with several dynamic sizes";
  let description = [{
    Replaces a `memref.expand_shape` that expands one dimension into several
    dimensions of dynamic size by a `memref.reinterpret_cast` with the sizes
    that the op gives. `expand-strided-metadata` of LLVM 22 cannot distinguish
    these sizes. Other reshapes are left to `expand-strided-metadata`.

    Example:

    ```mlir
    func.func @f(%x: memref<?xf32>, %rows: index, %columns: index) -> memref<?x?xf32> {
      %y = memref.expand_shape %x [[0, 1]] output_shape [%rows, %columns]
          : memref<?xf32> into memref<?x?xf32>
      return %y : memref<?x?xf32>
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: memref<?xf32>, %rows: index, %columns: index) -> memref<?x?xf32> {
      %base, %offset, %size, %stride = memref.extract_strided_metadata %x
          : memref<?xf32> -> memref<f32>, index, index, index
      %y = memref.reinterpret_cast %base to offset: [0], sizes: [%rows, %columns], strides: [%columns, 1]
          : memref<f32> to memref<?x?xf32>
      return %y : memref<?x?xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

def QuantBNNFlattenElementwisePass : Pass<"quant-bnn-flatten-elementwise"> {
  let summary = "Collapse elementwise generics next to 1-D generics";
  let description = [{
    Collapses elementwise `linalg.generic` ops to one dimension where a reshape
    to or from one dimension would block fusion. If a tensor is reshaped to or
    from one dimension for a generic, the elementwise generics that produce or
    use the tensor become 1-D generics. In turn, so do the elementwise generics
    that produce or use the other operands of these generics. The reshape then
    no longer separates loops over the same elements, such as the loop of an
    activation and the loop that packs its mask, and
    `quant-bnn-recompute-producers` and `quant-bnn-fuse-siblings` can fuse the
    loops. Run `linalg-fuse-elementwise-ops` before this pass, because it would
    expand some of the collapsed generics again.

    A generic is left alone if it accesses an operand in another order or shape,
    if it uses an index, or if it reads a slice, which collapsing would copy.
    Scalar operands and reductions to a scalar do not prevent collapsing.
    Results are expanded again where other ops use them, which moves no data.

    Example: in

    ```mlir
    func.func @f(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4xi8>) {
      %y = quant_bnn.sign %x : tensor<4x8xf32>
      %flat = tensor.collapse_shape %x [[0, 1]] : tensor<4x8xf32> into tensor<32xf32>
      %bits = quant_bnn.pack %flat : tensor<32xf32> to tensor<4xi8>
      return %y, %bits : tensor<4x8xf32>, tensor<4xi8>
    }
    ```

    the generic that `%y` becomes reads `%flat`, and so does the generic of
    `%bits`. One loop then computes both.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNFuseSiblingsPass : Pass<"quant-bnn-fuse-siblings"> {
  let summary = "Fuse linalg.generic ops over the same elements into one loop";
  let description = [{
    Fuses `linalg.generic` ops on tensors that access the same elements in the
    same order, and that share an operand or use each other's results. Examples
    are a forward op and its gradient, two uses of one value, and a reduction
    beside elementwise math. The fused op has several results. Values that only
    the fused op uses are no longer stored. Upstream fusion merges a producer
    into its single consumer; this pass fuses the remaining generics, in linear
    time.

    A generic may also access the packed words that hold one bit of each element
    along the last dimension (see `quant_bnn.pack`).

    Two generics are fused only if their shapes are known to agree: the shapes
    are static, or another generic relates them. A fused op accesses at most 12
    tensors.

    Example: in

    ```mlir
    %a = quant_bnn.sign %x : tensor<?xf32>
    %b = arith.mulf %a, %x : tensor<?xf32>
    %c = arith.subf %a, %x : tensor<?xf32>
    ```

    if `%b` and `%c` are used, one loop computes all three values. The loop
    reads `%x` and writes `%b` and `%c`.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def QuantBNNRecomputeProducersPass : Pass<"quant-bnn-recompute-producers"> {
  let summary = "Recompute cheap elementwise generics in each of their users";
  let description = [{
    Fuses an elementwise `linalg.generic` that reads at most one tensor into
    each generic that uses it. The users then read that tensor instead of the
    result, which costs no more bytes, and the result is never written.

    Example: in

    ```mlir
    %h = quant_bnn.input_dorefa %x bits = 4 : tensor<?xf32>
    %q, %s = quant_bnn.min_max %h bits = 4 : tensor<?xf32>
    ```

    the maximum needs `%h`, and `%q` needs `%h` again after the maximum is
    known. Both loops compute `%h` from `%x`.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def QuantBNNSeparateResultsPass
    : Pass<"quant-bnn-separate-results", "::mlir::func::FuncOp"> {
  let summary = "Copy returned memrefs that share a buffer or are strided";
  let description = [{
    Copies each returned memref that may share its buffer with an earlier
    result, and each one that is cast from a strided view. After bufferization,
    two results of a function may be one buffer, which the caller would free
    twice, and callers expect contiguous results. The pass leaves it to
    ownership-based deallocation to copy results that the function does not own,
    such as an argument or a constant.

    Example:

    ```mlir
    func.func @f() -> (memref<4xf32>, memref<4xf32>) {
      %y = memref.alloc() : memref<4xf32>
      return %y, %y : memref<4xf32>, memref<4xf32>
    }
    ```

    becomes

    ```mlir
    func.func @f() -> (memref<4xf32>, memref<4xf32>) {
      %y = memref.alloc() : memref<4xf32>
      %copy = memref.alloc() : memref<4xf32>
      memref.copy %y, %copy : memref<4xf32> to memref<4xf32>
      return %y, %copy : memref<4xf32>, memref<4xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def QuantBNNApproximateMathPass : Pass<"quant-bnn-approximate-math"> {
  let summary = "Replace f32 math ops by polynomials that vectorize";
  let description = [{
    Replaces `math.tanh` and `math.exp` on `f32` scalars and vectors by the
    polynomial approximations of the math dialect, and `math.expm1` and
    `math.log1p` by series that do not cancel. `tanh` is within 5 ulp, `exp` is
    within 6 ulp and flushed to 0 below 2^-126, and `expm1` and `log1p` are
    within 4 ulp. Wider types are left to the C math library, and narrower types
    to `quant-bnn-emulate-narrow-floats`. Ops on tensors are left alone.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

def QuantBNNVectorizePopcountPass : Pass<"quant-bnn-vectorize-popcount"> {
  let summary = "Lower binary matmuls and convolutions to vector kernels";
  let description = [{
    Lowers each `linalg.generic` on memrefs whose body is
    `out - (ctpop(a xor b) << 1)` to loops over vectors. Such an op is a binary
    matmul or convolution if `out` holds the number of bits before the op. Words
    have 8, 16, 32 or 64 bits, and outputs have 32 bits.

    The indexing maps determine the roles of the dimensions:

    * The lanes lie along the last dimension of the output. One of the operands,
      the packed operand, has this dimension. A word of the other operand, the
      broadcast operand, is the same in all lanes.
    * The rows lie along the last parallel dimension that the broadcast operand
      has and the packed operand does not have.
    * The last two reduction dimensions are collapsed into one loop if the words
      of both operands are contiguous along them.

    **Many rows.** The kernel copies the packed operand into panels. A panel
    holds the words of two vectors of outputs side by side, so that vectors of
    words can be loaded, and all rows use the panel. A block of a few rows by
    two vectors of outputs has its counters in registers. The sums that the
    block subtracts from the output need no horizontal additions.

    **Few rows.** With fewer than 16 rows (8 with `popcount=table`), a copy
    would cost too much. The lanes are then words of a row: up to four rows are
    compared with the same words of the packed operand, and the lanes are summed
    at the end. If the number of rows is dynamic, the pass emits both kernels,
    and the code chooses one at run time.

    The option `popcount` selects how bits are counted:

    * `popcount=bytes` counts bits in bytes, for which most targets have fast
      code, and widens the bytes before they overflow. A byte cannot overflow in
      the first 31 words, each of which adds at most 8.
    * `popcount=words` counts bits in words of 32 and 64 bits, which is best on
      targets with an instruction for it (AVX512VPOPCNTDQ).
    * `popcount=table` splits both operands into nibbles and looks up how many
      bits differ. The packed operand is split when it is copied into panels,
      and the broadcast operand is split once, before the loops. The nibbles of
      two rows select one of 256 tables of 16 bytes. Each byte of a table stands
      for one value of a nibble of the packed operand. The two halves of the
      byte hold the numbers of bits in which this value differs from the nibbles
      of the two rows. One instruction thus counts the bits that differ for two
      rows and for all bytes of a vector. This is the fastest way on targets
      that have no instruction to count the bits of words. The vector dialect
      has no such lookup, so `lookup` names the instruction set. Few rows are
      counted in bytes.

    `vector-width` determines the number of rows of a block, because the number
    of registers depends on their width. Set `vector-width` to the bits of a
    vector register of the target.

    With `parallel`, an `scf.parallel` computes the panels, and many rows are
    split into several tasks. Panels are allocated and freed, so run buffer
    deallocation before this pass.

    If a `linalg.fill` sets the output, with no memory access between the fill
    and the op, the kernel sets the output instead.

    An op is left alone if the output is not contiguous along its last
    dimension, if both operands or no operand have this dimension, or if the
    output is also an operand.

    Example:

    ```mlir
    func.func @matmul(%a: memref<64x16xi64>, %b: memref<32x16xi64>, %out: memref<64x32xi32>) {
      linalg.generic {
          indexing_maps = [affine_map<(m, n, w) -> (m, w)>,
                           affine_map<(m, n, w) -> (n, w)>,
                           affine_map<(m, n, w) -> (m, n)>],
          iterator_types = ["parallel", "parallel", "reduction"]}
          ins(%a, %b : memref<64x16xi64>, memref<32x16xi64>) outs(%out : memref<64x32xi32>) {
      ^bb0(%x: i64, %y: i64, %acc: i32):
        %one = arith.constant 1 : i32
        %bits = arith.xori %x, %y : i64
        %count = math.ctpop %bits : i64
        %narrow = arith.trunci %count : i64 to i32
        %twice = arith.shli %narrow, %one : i32
        %sum = arith.subi %acc, %twice : i32
        linalg.yield %sum : i32
      }
      return
    }
    ```
  }];
  let options = [
    Option<"vectorWidth", "vector-width", "int64_t", /*default=*/"512",
           "Bits of a vector: a power of two, at least 64">,
    Option<"popcount", "popcount", "::quant_bnn::PopcountAccumulation",
           /*default=*/"::quant_bnn::PopcountAccumulation::Bytes",
           "How bits are counted",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::PopcountAccumulation::Words, "words",
                        "in words, for targets with an instruction for it"),
             clEnumValN(::quant_bnn::PopcountAccumulation::Bytes, "bytes",
                        "in bytes, which are widened before they overflow"),
             clEnumValN(::quant_bnn::PopcountAccumulation::Table, "table",
                        "in bytes, by lookup tables for nibbles"))}]>,
    Option<"lookup", "lookup", "::quant_bnn::LookupInstructions",
           /*default=*/"::quant_bnn::LookupInstructions::None",
           "Instruction set for table lookups of bytes",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::LookupInstructions::None, "none",
                        "unknown"),
             clEnumValN(::quant_bnn::LookupInstructions::X86, "x86",
                        "SSSE3, AVX2 or AVX-512BW, selected by vector-width"))}]>,
    Option<"parallel", "parallel", "bool", /*default=*/"false",
           "Emit the outermost loops as scf.parallel">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect"
  ];
}

def QuantBNNVectorizeLinalgPass : Pass<"quant-bnn-vectorize-linalg"> {
  let summary = "Lower linalg ops on memrefs to loops over vectors";
  let description = [{
    Lowers `linalg` ops on memrefs to `scf` loops over `vector.load` and
    `vector.store`, with the body of the op on vectors. Ops of this dialect stay
    in the body; `convert-quant-bnn-to-arith` expands them on vectors
    afterwards.

    * Adjacent dimensions that every operand accesses contiguously are
      collapsed, so an elementwise op of any rank is one loop.
    * Each step of the loop computes one vector. `loop_annotation` tells LLVM
      how often to unroll the loop, and one masked vector computes the rest. If
      the body is long, a vector has the width of four registers instead, and
      LLVM interleaves the four parts. If lanes accumulate over an inner loop, a
      step has up to four vectors. A reduction has 64 accumulators. All loads of
      a step come before its stores, so an output may be exactly one of the
      inputs.
    * The lanes lie along the innermost dimension of the outputs if the inputs
      allow it. Reduction loops are then inside of the vector loop, with
      accumulators in registers (column sums, matrix products). Otherwise the
      lanes lie along a reduction dimension and are combined once, at the end.
    * Float sums are compensated: blocks of terms are added together with their
      rounding errors. Contractions are not compensated; their products are
      added by `math.fma`. The order of additions is specified (*Sums* in
      docs/Semantics.md): the order depends on the loops of an op, and not on
      options, addresses or other ops that are fused. If the operands of an op
      would lead to another order, the op stores its terms in a temporary
      buffer, which is then summed.

    Words that hold one bit of each element (see `quant_bnn.pack`) are loaded
    and stored as vectors of bits. The pass emits neither the shifts that move a
    bit to its position and back, nor the zeros that a scalar loop starts from.
    A step covers whole words, and so do rows that are collapsed. The lowest
    lane is the least significant bit, which requires a little-endian target.

    An op is left alone, for `convert-linalg-to-loops`, in these cases:

    * There is no dimension along which every operand has unit stride or does
      not change.
    * The elements of a memref are neither floats of 16 to 64 bits nor integers
      of 8 to 64 bits.
    * The body has an op that has side effects, may trap, or has no elementwise
      form.
    * A reduction is none of add, mul, min, max, and, or, xor.

    A vector of the widest operand has `vector-width` bits in memory. If the
    body computes in a wider type, a vector in the body has up to twice as many
    bits. Set `vector-width` to the width of the target's registers: LLVM splits
    wider vectors, but then packs and unpacks masks.

    **Non-temporal stores.** An elementwise op whose inputs and outputs have at
    least `nontemporal-threshold` bytes stores past the caches. Such stores do
    not read the overwritten data, which pays if the data does not stay in the
    last-level cache. If the size is dynamic, the code decides at run time.
    In-place ops do not use non-temporal stores. The loop with non-temporal
    stores comes before the plain loop, which computes the rest. The loop with
    non-temporal stores writes 256 bytes at once, and is followed by a fence.

    **Parallel loops.** With `parallel`, the outermost loop is an
    `scf.parallel`. If there is only one loop, the `scf.parallel` runs over
    blocks of a fixed number of elements. Reductions are then computed block by
    block, into a temporary buffer, and combined in order: the results are the
    same without `parallel` and with any number of threads. Temporary buffers
    are freed, so run buffer deallocation before this pass.

    Example:

    ```mlir
    linalg.generic {
        indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>,
                         affine_map<(d0, d1) -> (d0, d1)>],
        iterator_types = ["parallel", "parallel"]}
        ins(%x : memref<?x?xf32>) outs(%y : memref<?x?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %sign = quant_bnn.sign %in : f32
      linalg.yield %sign : f32
    }
    ```

    becomes

    ```mlir
    #unroll = #llvm.loop_annotation<unroll = <count = 4 : i32>>
    func.func @sign(%x: memref<?x?xf32>, %y: memref<?x?xf32>) {
      %c0 = arith.constant 0 : index
      %c16 = arith.constant 16 : index
      %lanes = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]> : vector<16xi32>
      %zero = arith.constant dense<0.0> : vector<16xf32>
      %flat_x = memref.collapse_shape %x [[0, 1]] : memref<?x?xf32> into memref<?xf32>
      %flat_y = memref.collapse_shape %y [[0, 1]] : memref<?x?xf32> into memref<?xf32>
      %size = memref.dim %flat_x, %c0 : memref<?xf32>
      %rest = arith.remui %size, %c16 : index
      %whole = arith.subi %size, %rest : index
      scf.for %i = %c0 to %whole step %c16 {
        %in = vector.load %flat_x[%i] : memref<?xf32>, vector<16xf32>
        %sign = quant_bnn.sign %in : vector<16xf32>
        vector.store %sign, %flat_y[%i] : memref<?xf32>, vector<16xf32>
      } {loop_annotation = #unroll}
      %count = arith.index_castui %rest : index to i32
      %counts = vector.broadcast %count : i32 to vector<16xi32>
      %mask = arith.cmpi ult, %lanes, %counts : vector<16xi32>
      %in = vector.maskedload %flat_x[%whole], %mask, %zero
          : memref<?xf32>, vector<16xi1>, vector<16xf32> into vector<16xf32>
      %sign = quant_bnn.sign %in : vector<16xf32>
      vector.maskedstore %flat_y[%whole], %mask, %sign
          : memref<?xf32>, vector<16xi1>, vector<16xf32>
      return
    }
    ```
  }];
  let options = [
    Option<"vectorWidth", "vector-width", "int64_t", /*default=*/"512",
           "Bits of a vector: a power of two, at least 64">,
    Option<"nontemporalThreshold", "nontemporal-threshold", "int64_t",
           /*default=*/"33554432",
           "Size in bytes from which on stores bypass the caches; 0 or less "
           "for never">,
    Option<"parallel", "parallel", "bool", /*default=*/"false",
           "Emit the outermost loop as scf.parallel">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"
  ];
}

def QuantBNNCompareNarrowFloatsPass
    : Pass<"quant-bnn-compare-narrow-floats"> {
  let summary = "Compare f16 and bf16 with constants as 16-bit integers";
  let description = [{
    Replaces a comparison of a value that was widened from `f16` or `bf16` by
    one unsigned comparison of its 16 bits. The pass rewrites comparisons of the
    value with 0, and comparisons of the magnitude of the value with a constant.
    Such a condition holds for one range of bit patterns, which contains no NaN.
    Twice as many lanes then fit into a register, and nothing is widened. A
    value that is also computed with is left alone, and so are tensors.

    The negative numbers are the patterns from the smallest negative number to
    -infinity: `0x8001` to `0xff80` for bf16. A magnitude is at most a constant
    if its bits without the sign are at most the bits of the constant, rounded
    toward zero.

    Example:

    ```mlir
    func.func @f(%x: bf16) -> i1 {
      %zero = arith.constant 0.0 : f32
      %wide = arith.extf %x : bf16 to f32
      %below = arith.cmpf olt, %wide, %zero : f32
      return %below : i1
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: bf16) -> i1 {
      %first = arith.constant 0x8001 : i16
      %count = arith.constant 0x7f7f : i16
      %bits = arith.bitcast %x : bf16 to i16
      %offset = arith.subi %bits, %first : i16
      %below = arith.cmpi ule, %offset, %count : i16
      return %below : i1
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def QuantBNNExpandRoundEvenPass : Pass<"quant-bnn-expand-round-even"> {
  let summary = "Expand math.roundeven of f64 into an add and a subtract";
  let description = [{
    Expands `math.roundeven` of `f64` scalars and vectors into arithmetic that
    rounds half to even. Vulkan drivers expand the instruction, too, and not all
    of them correctly: Mesa 22.3 rounds 1.5 to 1. Narrower types and tensors are
    left alone.

    Example:

    ```mlir
    %y = math.roundeven %x : f64
    ```

    becomes

    ```mlir
    %limit = arith.constant 4503599627370496.0 : f64
    %magnitude = math.absf %x : f64
    %sum = arith.addf %magnitude, %limit : f64
    %rounded = arith.subf %sum, %limit : f64
    %with_sign = math.copysign %rounded, %x : f64
    %has_fraction = arith.cmpf olt, %magnitude, %limit : f64
    %y = arith.select %has_fraction, %with_sign, %x : f64
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def QuantBNNScalarizeVectorsPass : Pass<"quant-bnn-scalarize-vectors"> {
  let summary = "Replace vectors by one scalar for each lane";
  let description = [{
    Replaces each vector by one scalar for each of its lanes, also in loops and
    branches. SPIR-V has vectors of at most four lanes, and a shader cannot load
    a vector from a buffer of scalars. The compilers of drivers convert vectors
    to scalars anyway, and combine accesses to neighbouring elements into wide
    accesses.

    The pass converts elementwise ops of any dialect, loads, stores, constants,
    and the ops of `vector` that broadcast, reduce, compose and decompose
    vectors. Any other op on vectors is an error, and so is a vector whose rank
    is not 1.

    Example:

    ```mlir
    func.func @negate(%in: memref<?xf32>, %i: index, %out: memref<?xf32>) {
      %x = vector.load %in[%i] : memref<?xf32>, vector<2xf32>
      %y = arith.negf %x : vector<2xf32>
      vector.store %y, %out[%i] : memref<?xf32>, vector<2xf32>
      return
    }
    ```

    becomes

    ```mlir
    func.func @negate(%in: memref<?xf32>, %i: index, %out: memref<?xf32>) {
      %c1 = arith.constant 1 : index
      %i1 = arith.addi %i, %c1 : index
      %x0 = memref.load %in[%i] : memref<?xf32>
      %x1 = memref.load %in[%i1] : memref<?xf32>
      %y0 = arith.negf %x0 : f32
      %y1 = arith.negf %x1 : f32
      memref.store %y0, %out[%i] : memref<?xf32>
      memref.store %y1, %out[%i1] : memref<?xf32>
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

def QuantBNNEmulateNarrowFloatsPass
    : Pass<"quant-bnn-emulate-narrow-floats"> {
  let summary = "Compute ops on bf16, and math ops on f16, in f32";
  let description = [{
    Extends the operands of each op of arith, math and vector on `bf16`, and of
    each op of math on `f16`, to `f32`, and rounds the results. Each op
    therefore rounds once, whichever ops it is fused with. Ops that only move
    bits are left alone, and so are tensors. A `linalg` op that reduces
    accumulates in `f32`, as with `quant-bnn-widen-accumulators`.

    The conversions have no fast-math flags. `arith-emulate-unsupported-floats`
    and `math-extend-to-supported-types` mark their conversions `contract`,
    which lets folders drop the rounding between two ops.

    A conversion between `bf16` and `f64`, or from an integer that `f32` does
    not hold, first rounds to odd. The second rounding then gives the rounding
    of the exact value (S. Boldo and G. Melquiond, Emulation of a FMA and
    Correctly Rounded Sums: Proved Algorithms Using Rounding to Odd, 2008).

    A `memref.atomic_rmw` that computes with `bf16` is an error.

    Use `math-only` before a pass that approximates math ops in `f32`.

    Example:

    ```mlir
    func.func @f(%x: bf16, %y: bf16) -> bf16 {
      %0 = arith.addf %x, %y : bf16
      return %0 : bf16
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: bf16, %y: bf16) -> bf16 {
      %0 = arith.extf %x : bf16 to f32
      %1 = arith.extf %y : bf16 to f32
      %2 = arith.addf %0, %1 : f32
      %3 = arith.truncf %2 : f32 to bf16
      return %3 : bf16
    }
    ```
  }];
  let options = [
    Option<"mathOnly", "math-only", "bool", /*default=*/"false",
           "Leave arith and vector alone">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNWidenAccumulatorsPass : Pass<"quant-bnn-widen-accumulators"> {
  let summary = "Accumulate linalg reductions of f16 and bf16 in f32";
  let description = [{
    Gives each `linalg` op that reduces a dimension into `f16` or `bf16` an
    output of `f32`, which is rounded once, after the op. A sum that is rounded
    at each step would stop growing where a term is half an ulp of the sum. The
    pass widens the old value of the output before the op, and computes the ops
    of the body between the old value and the new value in `f32`. A product that
    is added is not rounded either, as in a matmul of `f16` to `f32`.

    A maximum or minimum is the same in any type and is left alone, and so is a
    body that rounds its sum explicitly. Loops that are written as `scf` ops
    still round at each step.

    Example:

    ```mlir
    func.func @f(%x: tensor<8x8xbf16>, %init: tensor<8xbf16>) -> tensor<8xbf16> {
      %sum = linalg.reduce { arith.addf } ins(%x : tensor<8x8xbf16>)
          outs(%init : tensor<8xbf16>) dimensions = [1]
      return %sum : tensor<8xbf16>
    }
    ```

    becomes

    ```mlir
    #map = affine_map<(d0) -> (d0)>
    func.func @f(%x: tensor<8x8xbf16>, %init: tensor<8xbf16>) -> tensor<8xbf16> {
      %0 = tensor.empty() : tensor<8xf32>
      %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
          ins(%init : tensor<8xbf16>) outs(%0 : tensor<8xf32>) {
      ^bb0(%in: bf16, %out: f32):
        %5 = arith.extf %in : bf16 to f32
        linalg.yield %5 : f32
      } -> tensor<8xf32>
      %2 = linalg.reduce ins(%x : tensor<8x8xbf16>) outs(%1 : tensor<8xf32>)
          dimensions = [1]
        (%in: bf16, %sum: f32) {
          %5 = arith.extf %in : bf16 to f32
          %6 = arith.addf %5, %sum : f32
          linalg.yield %6 : f32
        }
      %3 = tensor.empty() : tensor<8xbf16>
      %4 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
          ins(%2 : tensor<8xf32>) outs(%3 : tensor<8xbf16>) {
      ^bb0(%in: f32, %out: bf16):
        %5 = arith.truncf %in : f32 to bf16
        linalg.yield %5 : bf16
      } -> tensor<8xbf16>
      return %4 : tensor<8xbf16>
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNBF16ToI16Pass
    : Pass<"quant-bnn-bf16-to-i16", "::mlir::LLVM::LLVMFuncOp"> {
  let summary = "Convert bf16 in LLVM functions to i16 with the same bits";
  let description = [{
    Replaces each `bf16` in a function of the LLVM dialect by an `i16` with the
    same bits. Without this pass, on a target without bf16 instructions, LLVM
    converts a bf16 that is selected or passed to a branch to f32 and back, by a
    library call or by an instruction that flushes subnormal numbers to 0. LLVM
    also splits vectors of bf16 into scalars.

    Run `quant-bnn-emulate-narrow-floats`, and `arith-expand` with
    `include-bf16`, before this pass. Arithmetic then is on f32 and integers,
    and bf16 is only moved. Functions take and return i16 as well, because LLVM
    would convert the selection of a cast of two arguments to a cast of the
    selected argument. The operands and results of an op that computes with bf16
    are cast; the pass does not guarantee more for such an op.

    Example:

    ```mlir
    llvm.func @f(%c: i1, %x: bf16, %p: !llvm.ptr) -> bf16 {
      %one = llvm.mlir.constant(1.0 : bf16) : bf16
      %y = llvm.select %c, %x, %one : i1, bf16
      llvm.store %y, %p : bf16, !llvm.ptr
      llvm.return %y : bf16
    }
    ```

    becomes

    ```mlir
    llvm.func @f(%c: i1, %x: i16, %p: !llvm.ptr) -> i16 {
      %one = llvm.mlir.constant(16256 : i16) : i16
      %y = llvm.select %c, %x, %one : i1, i16
      llvm.store %y, %p : i16, !llvm.ptr
      llvm.return %y : i16
    }
    ```
  }];
}

def QuantBNNMapToGPUPass : Pass<"quant-bnn-map-to-gpu"> {
  let summary = "Map linalg ops on memrefs to GPU kernels";
  let description = [{
    Maps each `linalg` op on memrefs to a `gpu.launch`, with the body of the op
    on vectors. The pass finds loops, lanes and packed words as
    `quant-bnn-vectorize-linalg` does. An op that `quant-bnn-vectorize-linalg`
    leaves alone gets one thread for each iteration of its parallel loops, and
    the thread runs the reduction loops sequentially.

    * A thread loads and stores `vector-width` bits at once, and loads up to
      four such vectors before it computes. Neighbouring threads access
      neighbouring vectors, in a loop whose stride is the size of the grid. The
      kernel takes this size as an argument.
    * A launch has blocks of `block-size` threads: as many blocks as there is
      work for, and at most 65,535. A launch without work has no blocks, and a
      runtime skips it.
    * The code decides at run time whether rows are aligned to vectors.
      Unaligned rows, and the elements after the last whole vector of a row, are
      accessed one element at a time. An op with packed words uses masked
      vectors of whole words instead.
    * A reduction to one element takes two kernels: up to 1024 blocks reduce a
      share of the elements each, and one block combines the results. If rows
      are reduced, each row has one block. The threads of a block combine their
      values in a tree in workgroup memory. No operation is atomic, so every run
      on a target gives the same bits.
    * Float sums are compensated, as in `quant-bnn-vectorize-linalg`.

    **Tensor cores.** With `bit-mma`, popcount contractions (see
    `quant-bnn-vectorize-popcount`) of 32-bit and 64-bit words run on tensor
    cores; those of narrower words do not. All words of a row are one dimension,
    and all rows of the windows of an image are another dimension, so a
    convolution is a matrix product.

    * A warp holds the sums of 64 rows and 32 columns in registers. A block of
      256 threads computes tiles of 128 by 128 sums, and advances by as many
      tiles as there are blocks. In each step of 256 bits per row, the threads
      load words from memory two steps ahead, and store words to workgroup
      memory one step ahead of the products.
    * Words past the end of a row count as 0, which adds nothing. Out-of-range
      rows load the last row again; their results are discarded.
    * `and` instructions count the bits that are 1 in both operands. The number
      of differing bits is the number of bits in `a` plus the number of bits in
      `b`, minus twice that count. One more instruction for each fragment, with
      a matrix of ones as the other operand, counts the bits of the fragment.
    * A `linalg.fill` of the output directly before the op becomes part of the
      kernel.

    **Memory.** Kernels access each buffer as one dimension, by an offset and
    strides that they take as arguments. With `unbounded-views`, the type of a
    buffer has a static size that no device reaches, so that a bare-pointer
    calling convention passes the memref as one pointer.

    The host code keeps `memref.alloc` and its own memory accesses. The host
    code also allocates and frees the buffers for the partial results of
    reductions. `quant-bnn-allocate-on-gpu` moves these buffers to the device.

    Example:

    ```mlir
    linalg.generic {
        indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
        iterator_types = ["parallel"]}
        ins(%x : memref<1024xf32>) outs(%y : memref<1024xf32>) {
    ^bb0(%in: f32, %out: f32):
      %sign = quant_bnn.sign %in : f32
      linalg.yield %sign : f32
    }
    ```

    becomes, where rows are aligned,

    ```mlir
    func.func @kernel(%x: memref<1024xf32>, %y: memref<1024xf32>) {
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %c256 = arith.constant 256 : index
      gpu.launch blocks(%block, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
                 threads(%thread, %ty, %tz) in (%sx = %c256, %sy = %c1, %sz = %c1) {
        %first = arith.muli %block, %c256 : index
        %id = arith.addi %first, %thread : index
        %count = arith.muli %c1, %c256 : index
        scf.for %vector = %id to %c256 step %count {
          %i = arith.muli %vector, %c4 : index
          %in = vector.load %x[%i] {alignment = 16 : i64} : memref<1024xf32>, vector<4xf32>
          %sign = quant_bnn.sign %in : vector<4xf32>
          vector.store %sign, %y[%i] {alignment = 16 : i64} : memref<1024xf32>, vector<4xf32>
        }
        gpu.terminator
      }
      return
    }
    ```
  }];
  let options = [
    Option<"blockSize", "block-size", "int64_t", /*default=*/"256",
           "Threads per block: a power of two, at most 1024">,
    Option<"vectorWidth", "vector-width", "int64_t", /*default=*/"128",
           "Bits that a thread loads at once: a power of two from 64 to 1024">,
    Option<"unboundedViews", "unbounded-views", "bool", /*default=*/"false",
           "Pass buffers to kernels as memrefs of a static, unreachable size">,
    Option<"bitMMA", "bit-mma", "::quant_bnn::BitMMA",
           /*default=*/"::quant_bnn::BitMMA::None",
           "Tensor core instruction for matrix products of bits",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::BitMMA::None, "none", "none"),
             clEnumValN(::quant_bnn::BitMMA::XorM8N8K128, "xor-m8n8k128",
                        "xor of 8 rows and 8 columns of 128 bits (sm_75)"),
             clEnumValN(::quant_bnn::BitMMA::XorM16N8K256, "xor-m16n8k256",
                        "xor of 16 rows and 8 columns of 256 bits (sm_80)"),
             clEnumValN(::quant_bnn::BitMMA::AndM16N8K256, "and-m16n8k256",
                        "and of 16 rows and 8 columns of 256 bits (sm_80, sm_90)"))}]>
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::gpu::GPUDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::memref::MemRefDialect", "::mlir::NVVM::NVVMDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"
  ];
}

def QuantBNNAllocateOnGPUPass
    : Pass<"quant-bnn-allocate-on-gpu", "::mlir::ModuleOp"> {
  let summary = "Move buffers of host code to the memory of a GPU";
  let description = [{
    Moves memrefs of host code to the memory of the device: the memrefs that
    kernels or callers of public functions use, and all memrefs that may alias
    these. Memrefs that only the host uses stay in host memory. Run the pass
    after `quant-bnn-map-to-gpu`.

    * `memref.alloc`, `memref.dealloc` and `memref.copy` become `gpu.alloc`,
      `gpu.dealloc` and `gpu.memcpy`.
    * A constant (`memref.get_global`) is copied to the device where it is used,
      and freed at the end of its block.
    * A load by the host copies the value to host memory first. A store by the
      host takes a kernel of one thread, and so does a load from a memref with
      dimensions.

    Example:

    ```mlir
    func.func @f(%x: memref<f32>) -> f32 {
      %element = memref.load %x[] : memref<f32>
      return %element : f32
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: memref<f32>) -> f32 {
      %host = memref.alloca() : memref<f32>
      gpu.memcpy %host, %x : memref<f32>, memref<f32>
      %element = memref.load %host[] : memref<f32>
      return %element : f32
    }
    ```
  }];
  let options = [
    Option<"unboundedViews", "unbounded-views", "bool", /*default=*/"false",
           "As for quant-bnn-map-to-gpu">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::gpu::GPUDialect",
                           "::mlir::memref::MemRefDialect"];
}

def QuantBNNCopyHostArgumentsPass
    : Pass<"quant-bnn-copy-host-arguments", "::mlir::ModuleOp"> {
  let summary = "Copy host arguments of public functions to the GPU and back";
  let description = [{
    Moves the body of each public function that takes or returns memrefs to a
    private function, whose name ends in `_on_device`. The public function calls
    the private function with copies of the arguments in the memory of the
    device. The public function then copies the results to buffers on the host,
    and copies back the arguments that the private function may write. Calls
    within the module go to the private function.

    An argument or result with a layout is an error, because a copy of it would
    not be contiguous. A function that returns an argument is an error as well,
    because the result would no longer be the buffer of the argument.

    Example:

    ```mlir
    func.func @f(%x: memref<4xf32>) {
      %c1 = arith.constant 1 : index
      gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
                 threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
        %zero = arith.constant 0.0 : f32
        memref.store %zero, %x[%tx] : memref<4xf32>
        gpu.terminator
      }
      return
    }
    ```

    becomes

    ```mlir
    func.func private @f_on_device(%x: memref<4xf32>) {
      %c1 = arith.constant 1 : index
      gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
                 threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
        %zero = arith.constant 0.0 : f32
        memref.store %zero, %x[%tx] : memref<4xf32>
        gpu.terminator
      }
      return
    }
    func.func @f(%x: memref<4xf32>) {
      %device = gpu.alloc() : memref<4xf32>
      gpu.memcpy %device, %x : memref<4xf32>, memref<4xf32>
      func.call @f_on_device(%device) : (memref<4xf32>) -> ()
      gpu.memcpy %x, %device : memref<4xf32>, memref<4xf32>
      gpu.dealloc %device : memref<4xf32>
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::func::FuncDialect",
                           "::mlir::gpu::GPUDialect",
                           "::mlir::memref::MemRefDialect"];
}

#endif // QUANT_BNN_TRANSFORMS_PASSES
