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
  let summary = "Expand ops that reduce into structured and elementwise ops";
  let description = [{
    Replaces every op that is not elementwise (`qactivation`, `weight_dorefa`,
    `min_max`, `pact`, their gradients, and any op with
    `DecomposableOpInterface`) by what it is made of: `linalg.generic` for the
    reductions and for elementwise math that reads a scalar, `arith` for scalars.
    Elementwise ops stay.

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
  let summary = "Drop what only shapes gradients (inference)";
  let description = [{
    Rewrites every quantizer to what its value needs: `identity`,
    `gradient_cancellation` and `straight_through` become their operand,
    `approx_sign` and `swish_sign` become `sign`, `clip` and `grad` go, and a
    quantizer of its own output is applied once. Values are unchanged, bit for
    bit; gradients are not, so run it only where none will be taken. Gradient ops
    are left alone.

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
  let summary = "Find written-out quantizers and their gradients";
  let description = [{
    Front ends write quantizers out as compares, selects, clamps and roundings.
    This pass finds those that are an op of this dialect and replaces the value
    that they compute by it: `sign`, `ste_heaviside`, `input_dorefa`,
    `weight_dorefa`, `min_max`, `pact`, `dequantize`, and of the gradients
    `gradient_cancellation_grad`, `input_dorefa_grad`, `approx_sign_grad` and
    `swish_sign_grad`. Run it after inlining, before anything lowers. It does not
    matter how the math is spelled or what it is on: scalars, vectors and tensors,
    in the body of one structured op or in several, fused or not.

    What a body computes is worked out exactly, as a function of its input by
    pieces, with the arithmetic of its type, and compared with what each op
    expands to. So nothing is accepted by its looks: `sign(sign(x) + c)` is `sign`
    for a c of 0.1 and is not for a c of 2.

    **Gradients.** A forward that is raised has a gradient where the written-out
    one had 0: an estimator that the code does not state, so it is chosen by
    `estimator`:

    | `estimator` | `sign` | `ste_heaviside` | `input_dorefa` | `weight_dorefa` | `pact` | `min_max` |
    |---|---|---|---|---|---|---|
    | `straight-through` | g | g | g | g | g in its range | g s |
    | `clip` | `clip = 1.0` | `clip = 1.0` | `grad = window` | not stated | g in its range | not stated |
    | `approx-sign` | `approx_sign` | not stated | not stated | not stated | not stated | not stated |
    | `swish-sign` | `swish_sign` | not stated | not stated | not stated | not stated | not stated |
    | `none` | not raised | not raised | not raised | `grad = zero` | not raised | not raised |
    | `unspecified` (default) | not stated | not stated | not stated | not stated | not stated | not stated |

    Where the gradient is not stated, straight-through is assumed, with one warning
    in each function that has such quantizers, and a note at each. Nothing is
    assumed, and there is no warning, for gradients and `dequantize`; for a
    quantizer inside of the detach idiom (below), which states the identity; in a
    function in which a gradient is raised too, since its backward pass is written
    out; and where no gradient will be taken: in the forward function of a pair (it
    carries `quant_bnn.backward`), and with `values-only` in all.

    Where a gradient may be taken, a body does not reach past math with a gradient
    of its own: of `sign(clamp(x))`, equal to `sign(x)`, the clamp stays, and so do
    a scaling, a relu or another quantizer's clamp before a quantizer. The clamp,
    scaling or tanh that is in the definition of the quantizer is raised with it.
    A step before a step (`sign(sign(x) + 0.1)`) has no gradient and is raised with
    it. `values-only` raises by values alone, and `estimator` does not matter.

    The ops of one value (`approx_sign` and `sign`; the masks of `sign`,
    `ste_heaviside` and `gradient_cancellation`) cannot be told apart, and become
    `sign` and `gradient_cancellation_grad`.

    With `mode=exact` no bit changes for any input, but for the payload of a NaN;
    the sign of a zero counts. What flags `nnan`, `ninf` and `nsz` exclude need not
    agree. With `mode=relaxed` a body is raised too where it equals the op in real
    arithmetic, which leaves out NaN, infinities and the sign of a zero, and:

    * `x + (q - x)` and `(x - x) + q`, the detach trick without its barrier, become
      the quantizer q or `straight_through`;
    * a product with the reciprocal of n = 2^k - 1 counts as the division;
    * a product with a mask of 0 and 1 counts as a select;
    * steps that each round to `f16` or `bf16` count as rounded once.

    Remarks (`--remarks-filter=quant-bnn-raise-ste`) say what was raised and what
    it changes, and why a body that is close to a quantizer was refused: they name
    an input and both results.

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
           "exact: never change a bit; relaxed: also what is equal in real "
           "arithmetic",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::RewriteMode::Exact, "exact",
                        "never change a bit"),
             clEnumValN(::quant_bnn::RewriteMode::Relaxed, "relaxed",
                        "also what is equal in real arithmetic"))}]>,
    Option<"estimator", "estimator", "::quant_bnn::Estimator",
           "::quant_bnn::Estimator::Unspecified",
           "The gradient of a quantizer for which the code states none",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::Estimator::Unspecified, "unspecified",
                        "straight-through, with a warning"),
             clEnumValN(::quant_bnn::Estimator::StraightThrough,
                        "straight-through", "that of its result, unchanged"),
             clEnumValN(::quant_bnn::Estimator::Clip, "clip",
                        "that of its result, 0 outside of [-1, 1] or of the "
                        "range of the quantizer"),
             clEnumValN(::quant_bnn::Estimator::ApproxSign, "approx-sign",
                        "that of approx_sign, for signs"),
             clEnumValN(::quant_bnn::Estimator::SwishSign, "swish-sign",
                        "that of swish_sign, for signs"),
             clEnumValN(::quant_bnn::Estimator::None, "none",
                        "0: raise only to ops that have it"))}]>,
    Option<"valuesOnly", "values-only", "bool", /*default=*/"false",
           "No gradient will be taken of any function">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::quant_bnn::QuantBNNDialect"];
}

def QuantBNNDifferentiatePass
    : Pass<"quant-bnn-differentiate", "::mlir::ModuleOp"> {
  let summary = "Make the backward function of a function (reverse mode)";
  let description = [{
    For each function `@f` of `functions` makes two more, with its visibility:

    * `@f_fwd(args) -> (results, residuals)` computes what `@f` computes, and
      returns what the backward pass needs of it besides;
    * `@f_bwd(residuals, cotangents) -> gradients` takes one cotangent for each
      float result, in order, and returns one gradient for each float argument.

    A float is a float scalar, or a vector or ranked tensor of one. Results and
    arguments of other types have neither cotangent nor gradient, nor have those
    with the attribute `quant_bnn.no_gradient`: data, say, or statistics. A
    gradient has the type of its argument; one that nothing contributes to is zero.
    `@f` stays. With `combine` there is a third function, which calls both:
    `@f_vjp(args, cotangents) -> (results, gradients)`.

    `@f_fwd` carries `quant_bnn.backward = @f_bwd` and `quant_bnn.residuals`, the
    indices of its results that are the leading arguments of `@f_bwd`, in order.
    A residual that is an argument of `@f` is returned too. After inlining a
    step that calls both, residuals are SSA values.

    Gradients are those that the ops state by `DifferentiableOpInterface`: a
    quantizer its own, so that `quant_bnn.sign` has its `sign_grad`, and by
    external models `arith` and `math` on floats, structured `linalg` ops whose
    reductions are sums or extrema, the ops of `tensor` that move elements,
    `scf.if`, and `scf.for` with a static trip count. A function that `@f` calls
    gets a private pair of its own, unless it has one. Values that do not depend
    on a float argument need no gradients. An op on the way that has none is an
    error at that op: in particular the ops that `quant-bnn-binarize` makes, which
    runs after this pass. So are recursion, side effects, and functions of several
    blocks. `cf.assert`, or any op without results whose effects are on nothing
    that is read, stays in `@f_fwd` and is left out of `@f_bwd`.

    **Derivatives that are 0.** Rounding (`math.floor`, `math.round` and others),
    conversions to an integer and back, `math.copysign` of a constant, and choices
    between constants by a comparison (a sign, a heaviside) have the derivative 0
    almost everywhere. Where one lies between a float argument and a float result
    it is usually a quantizer that has lost its estimator. The pass warns at the op
    (`zero-derivative=warn`), refuses it (`error`), or takes the gradient 0
    (`silent`). Run `quant-bnn-raise-ste` first, with `mode=relaxed` for
    `x + (q - x)`, or import the network with its quantizers as ops of `quant_bnn`.
    A choice one of whose values has a gradient (a relu, a clamp), an extremum, an
    integer that says where an element lies, and a condition that depends on no
    argument are no such ops.

    **Residuals.** What the backward function needs of the forward pass is saved,
    or computed again. Constants, extents, empty and filled tensors, reshapes and
    math on scalars are always computed again. `recompute=none` saves all else.
    `recompute=cheap` may also compute elementwise ops, broadcasts, and slices
    again, and chooses the residuals that take the fewest bytes, by a minimum
    cut; a dynamic extent counts as 256. Products, convolutions, reductions, loops
    and calls are never computed twice. Both give the same gradients, bit for
    bit.

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
      %dx = quant_bnn.sign_grad %x, %g clip = 1.0 : tensor<?xf32>
      return %dx, %zero : tensor<?xf32>, f32
    }
    ```
  }];
  let options = [
    ListOption<"functions", "functions", "std::string",
               "The functions to differentiate, by their names without @, "
               "separated by commas: functions=f,g">,
    Option<"combine", "combine", "bool", /*default=*/"false",
           "Also make a function that calls the forward and the backward one">,
    Option<"recompute", "recompute", "::quant_bnn::Recompute",
           /*default=*/"::quant_bnn::Recompute::cheap",
           "What the backward function computes again",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::Recompute::none, "none",
                        "only what costs nothing"),
             clEnumValN(::quant_bnn::Recompute::cheap, "cheap",
                        "elementwise ops too, so that the fewest bytes are saved"))}]>,
    Option<"zeroDerivative", "zero-derivative", "::quant_bnn::ZeroDerivative",
           /*default=*/"::quant_bnn::ZeroDerivative::warn",
           "What is done about an op that a gradient would have to pass, and whose "
           "derivative is 0 almost everywhere",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::ZeroDerivative::warn, "warn",
                        "a warning at the op"),
             clEnumValN(::quant_bnn::ZeroDerivative::error, "error",
                        "an error at the op"),
             clEnumValN(::quant_bnn::ZeroDerivative::silent, "silent",
                        "nothing: the gradient is 0"))}]>
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
  let summary = "Fuse straight-through estimators with what is around them";
  let description = [{
    Rewrites of two kinds. Run it before `quant-bnn-differentiate`, for the first
    kind, and after it, for the second. Each rewrite, and each that is refused, is
    a remark (`--remarks-filter=quant-bnn-fuse-ste`).

    **Value and gradient** are kept, bit for bit, in every function:

    * A window moves into the quantizer that reads it: `gradient_cancellation` with
      threshold t before `sign`, `ste_heaviside` or `straight_through` makes
      `clip = min(clip, t)`, before another cancellation the smaller threshold. So
      `qactivation` becomes one op. Where t >= 1 it is dropped before `approx_sign`
      and `input_dorefa grad = window`, whose gradients are 0 from there on. Other
      users of the cancelled value keep it.
    * `identity` is dropped next to a quantizer.
    * Gradient ops in a row with windows of one x become one with the smaller
      window. Gradient ops read x itself rather than what a cancellation returns.

    A window is closed and no NaN is in it, so `threshold` infinite becomes `clip`
    infinite. Refused, because there is no op for it: `approx_sign` cut below 1,
    and windows of quantizers that have none, such as `swish_sign`.

    **The value alone** is kept where no gradient will be taken: in the forward
    function of a pair (it carries `quant_bnn.backward`), and with `values-only` in
    all. The op that is passed over must have no other use.

    * A sign (any op with `SignFunctionOpInterface`) of x times a constant, or x
      divided by one, becomes that of x, or of -x where the constant is negative.
      The constant may be different for each element, as long as its sign is not.
      Exact for a product where |constant| >= 1, for a quotient where it is <= 1;
      else the result may underflow to 0, so `relaxed` only. The constant must be
      finite and not 0.
    * A sign of a relu or its mirror (`maximumf`, `maxnumf`, `minimumf` or `minnumf`
      with a 0, or a select by a comparison with one) becomes a constant or the sign
      of x: `sign` of a relu is +1, `ste_heaviside` of it that of x, and so is `sign`
      with `zero = negative`. Where only a NaN makes a difference, `relaxed` only.
    * A sign after a max pool (`linalg.pooling_*_max`) moves before it: then data
      of one bit is pooled. Exact for `nan = positive` and `propagate`; for
      `nan = negative`, `nan = zero` and `ste_heaviside`, whose result is low where
      the window has a NaN, `relaxed` only.

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
           "What the rewrites of values may change",
           "::llvm::cl::values("
           "clEnumValN(::quant_bnn::RewriteMode::Exact, \"exact\", "
           "\"nothing\"), "
           "clEnumValN(::quant_bnn::RewriteMode::Relaxed, \"relaxed\", "
           "\"where a product underflows, and at NaN\"))">,
    Option<"valuesOnly", "values-only", "bool", /*default=*/"false",
           "No gradient will be taken of any function">
  ];
}

def QuantBNNCompressResidualsPass
    : Pass<"quant-bnn-compress-residuals", "::mlir::ModuleOp"> {
  let summary = "Save bits instead of floats for the backward pass";
  let description = [{
    A pair is a forward function that carries `quant_bnn.backward`, the symbol of
    its backward function, and `quant_bnn.residuals`, which of its results are the
    leading arguments of that. `quant-bnn-differentiate` makes pairs. Where the
    backward function needs of a residual only conditions on its elements, this
    pass makes the forward function return these, one bit each, packed into bytes.
    Gradients stay as they are, bit for bit.

    | op | bits an element |
    |---|---|
    | `sign_grad`, `ste_heaviside_grad`, `straight_through_grad` with clip, `gradient_cancellation_grad`, `input_dorefa_grad grad = window` | 1: x is in the window |
    | `pact_grad` unsigned, `form = value` | 2: x is in the range; x >= alpha (both, at the edge) |
    | `pact_grad` signed, `form = value` | 3: x is in the range; abs x >= alpha; x < 0 |
    | `sign`, `approx_sign`, `swish_sign`, `ste_heaviside`, computed again | 1: which value (2 with `nan = propagate`: x is NaN) |
    | gradients without a window, and `pact_grad grad = compat` | 0: they depend on no x |

    The op says so in `MaskedGradientOpInterface`. A mask that several gradients
    share is saved once. `tensor.dim` of the residual is taken from a tensor of
    the same shape, or the extent is returned as one more residual.

    A residual is compressed if it is a tensor of floats of rank 1 or more, all its
    uses in the backward function are such ops, what else its masks depend on
    (alpha) can be computed from residuals, and the masks take fewer bits than it
    does. A remark tells of each the bytes before and after (the bits an element
    where the shape is dynamic), or which use is in the way
    (`--remarks-filter=quant-bnn-compress-residuals`).

    The types of both functions change, public ones too, and so do all calls of
    them in the module. The residual must go from a call of the forward function
    straight to one of the backward function, or to the callers of a forward
    function that returns it as a residual of its own. Otherwise nothing changes:
    where a caller uses it for something else, where a function of the pair is used
    other than by a call, or where a caller mixes it with other values (`--inline`
    may help). Functions of several blocks are left alone.

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
  let summary = "Make arguments of a function constants from files";
  let description = [{
    The arguments of `function` from number `first` on, which are tensors, become the
    arrays in `files`, in NumPy's format: trained weights, say. They are then no
    arguments any more. Sizes that are known by that are propagated, so inline first
    what the function calls.

    It is an error if a file cannot be read, or has another element type or shape
    than its argument, and if somebody in the module calls the function.

    ```sh
    bnn-opt network.mlir --inline \
      --quant-bnn-bind-arguments="function=predict first=1 files=w1.npy,b1.npy"
    ```
  }];
  let options = [
    Option<"function", "function", "std::string", /*default=*/"",
           "The function, a symbol of the module">,
    Option<"first", "first", "int64_t", "0",
           "The number of the first argument to bind">,
    ListOption<"files", "files", "std::string",
               "A file for it and for each argument after it, separated by "
               "commas">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNCheckExtentsPass
    : Pass<"quant-bnn-check-extents", "::mlir::func::FuncOp"> {
  let summary = "Assert that dynamic extents agree where an op requires it";
  let description = [{
    Elementwise ops, `linalg` ops, and casts, slices, concatenations and expansions of
    tensors require extents that agree or indices that are within an extent. The
    verifiers check static extents; dynamic ones that do not agree are undefined
    behavior: compiled code reads past the end of a buffer. This pass makes a
    `cf.assert` of each such requirement that does not hold by construction. The
    message names the extents and the location of the op.

    An extent of a result is traced to the extents of the arguments that it comes
    from. A requirement on the extents of arguments is asserted once, at the entry of
    the function, if the op is in the entry block, and any other one before its op.
    An index with `mod` is not checked.

    Ops of quant_bnn are checked after `convert-quant-bnn-to-linalg`. The option
    `check-extents` of the lowering pipelines runs this pass there.

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
  let summary = "Compute products of signs on packed bits";
  let description = [{
    A structured op that sums products of floats, each of them +a or -a, counts
    signs: `linalg.matmul`, `batch_matmul`, `matvec` and the like in any order of
    their operands, with any transpositions, and 2-D convolutions in any layout,
    with groups; named or generic. Where both operands are tensors of signs it
    becomes `xnor_matmul` or `xnor_conv_2d` of packed bits. Tensors of signs are what
    `sign` and other functions of a sign give, constants +a and -a, and those moved
    about. Zeros, or signs, padded around the images of a convolution are a part of
    it. Constants may have another a for every output.

    Where one operand is a tensor of signs it is packed too, along the last dimension
    of the result, and a bit chooses +a or -a: the result is the same, bit for bit,
    and the weights take a bit. With `mode=exact` elements along that dimension must
    be the innermost ones of the signs, and of the other operand if it has such:
    otherwise terms would be added in another order.

    Levels of k bits, such as those of `input_dorefa` and `weight_dorefa`, are sums
    of k signs times powers of two: their product is that of each bit of one with
    each of the other, and a product with the bits of a row that corrects for a range
    around another value than 0. That pays for few bits: up to `max-plane-products`
    products of bits. Their sums in floats are rounded, and quantizers pass a NaN on,
    which bits have not: so that takes `mode=relaxed`. There, a NaN counts as the
    lowest level.

    `quant-bnn-propagate-packed` then packs what signs were taken of, and
    `quant-bnn-strip-gradients` and `quant-bnn-decompose` belong before this pass:
    run it where no gradient will be taken.

    With `mode=exact` the result has the bits of the sum of floats that it replaces,
    so the sum must not have been rounded. It never is where multiples of a up to the
    number of terms are floats: for a = 1 and `f32`, up to 2^24 terms, for `f16`
    2^11, for `bf16` 2^8. With `mode=relaxed` it need not be known, and sums may
    begin with something else than 0.

    Remarks (`--remarks-filter=quant-bnn-binarize`) say what was replaced, and of a
    product with an operand of signs why it was not: they are at what stood in the
    way.

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
           "Bits of a word of packed signs: 8, 16, 32 or 64">,
    Option<"maxPlaneProducts", "max-plane-products", "int64_t", "8",
           "Up to how many products of bits replace one of levels">,
    Option<"mode", "mode", "::quant_bnn::RewriteMode",
           "::quant_bnn::RewriteMode::Exact",
           "exact: never change a bit; relaxed: also where sums may have been "
           "rounded",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::RewriteMode::Exact, "exact",
                        "never change a bit"),
             clEnumValN(::quant_bnn::RewriteMode::Relaxed, "relaxed",
                        "also where sums may have been rounded"))}]>
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect",
                           "::quant_bnn::QuantBNNDialect"];
}

def QuantBNNPropagatePackedPass : Pass<"quant-bnn-propagate-packed"> {
  let summary = "Pack before what moves elements, not after it";
  let description = [{
    Moves `pack` up to where its elements are made, through functions of a sign,
    reshapes, transpositions, slices, concatenations, padding and max pools, which
    become ops on packed bits. So signs stay packed from one product to the next, and
    an eighth or less of the bytes is moved. Other uses of a value keep it. A reshape
    is left before `pack` where words would not stay as they are.

    Bits carry no gradient: run it where none will be taken.

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
  let summary = "Compare integer sums with thresholds instead of computing floats";
  let description = [{
    What is packed after a product of signs is a function of an integer: a batch norm,
    a scale and shift, a relu or clamp, in any order, and the sign of it all. Where
    that is false up to some integer and true after it, or the reverse, for every
    channel, the pack becomes a `threshold` on the integers and the floats are gone.

    The thresholds are found by evaluating the floats that they replace, with each of
    their roundings: a product and a sum round twice, `math.fma` once. So the bits are
    the same for every sum that can occur. Where all steps are monotone in the sum
    bisection finds the place; otherwise every sum is looked at.

    Everything but the sum has to be constant, and the same or one for each channel,
    the last dimension. Run `quant-bnn-propagate-packed` before, which brings `pack`
    to the floats, and canonicalization, which folds what of them is constant.

    Remarks (`--remarks-filter=quant-bnn-fold-thresholds`) say what was replaced, and
    of what is packed after an integer why it was not.

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
  let summary = "Protect the arguments of public functions and note their types";
  let description = [{
    Marks every tensor argument of a public function as not writable, unless it
    carries `bufferization.writable` already, so that bufferization copies rather
    than overwrite a buffer of the caller's. Records the type of the function in
    `quant_bnn.signature`, for tools that call what it is lowered to. Drops what
    only differentiation reads: `quant_bnn.no_gradient`, and the link of a pair.

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
  let summary = "Return tensors into buffers of the caller's";
  let description = [{
    Gives every public function, in place of each tensor result, a memref
    parameter after its arguments, in order, into which the result is
    materialized. Scalars are still returned. Run before bufferization, which
    then computes in these buffers where it can. A caller must not pass the same
    memory twice. Calls within the module go to a private copy of the function,
    which keeps its type. `quant_bnn.backward` and `quant_bnn.residuals`, which
    count results, are dropped from what is public.

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
  let summary = "Copy between strided buffers with linalg";
  let description = [{
    Replaces `memref.copy` from or to a buffer that is not one block of memory by
    a `linalg.generic`. Lowered as it is, it would call a function of the MLIR
    runtime, which ahead-of-time users need not have. A copy of one block becomes
    a `memcpy`.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def QuantBNNExpandDynamicReshapesPass
    : Pass<"quant-bnn-expand-dynamic-reshapes"> {
  let summary = "Expand a dimension into several of unknown size";
  let description = [{
    Replaces `memref.expand_shape`, where it makes several dimensions of unknown size
    of one, by `memref.reinterpret_cast` with the sizes that the op gives.
    `expand-strided-metadata` of LLVM 22 cannot tell these sizes apart. Other reshapes
    are left to it.

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
  let summary = "Elementwise math in one dimension where its neighbours have one";
  let description = [{
    Where a tensor is reshaped to or from one dimension for a `linalg.generic`, walks
    it in one dimension throughout: the elementwise generics that make or use it, and
    in turn those that make or use their other operands, become generics of one
    dimension. Then the reshape no longer separates loops over the same elements,
    such as that of an activation from the one that packs its mask, and
    `quant-bnn-recompute-producers` and `quant-bnn-fuse-siblings` make one of them.
    (`linalg-fuse-elementwise-ops` would expand some of them again: run it before.)

    A generic is left as it is if it walks an operand in another order or shape, if
    it uses an index, or if it reads a slice, which would have to be copied. Scalars
    and whole reductions do not matter. Results are expanded again where others use
    them, which moves no data.

    Example: in

    ```mlir
    func.func @f(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4xi8>) {
      %y = quant_bnn.sign %x : tensor<4x8xf32>
      %flat = tensor.collapse_shape %x [[0, 1]] : tensor<4x8xf32> into tensor<32xf32>
      %bits = quant_bnn.pack %flat : tensor<32xf32> to tensor<4xi8>
      return %y, %bits : tensor<4x8xf32>, tensor<4xi8>
    }
    ```

    the generic that `%y` becomes reads `%flat`, as the one of `%bits` does, so that
    one loop computes both.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNFuseSiblingsPass : Pass<"quant-bnn-fuse-siblings"> {
  let summary = "Fuse generics over the same elements into one loop";
  let description = [{
    Fuses `linalg.generic` ops on tensors that walk the same elements in the same
    order and share an operand or use each other's results: a forward and its
    gradient, two uses of one value, a reduction beside elementwise math. The
    fused op has several results; what only its own parts use is no longer
    stored. Upstream fusion merges a producer into its one consumer; this does
    the rest, in linear time.

    The words that hold bits of elements along the last dimension (see
    `quant_bnn.pack`) may be walked beside the elements.

    Shapes are known to agree where they are static or one generic relates them.
    At most 12 tensors are walked at once.

    Example: in

    ```mlir
    %a = quant_bnn.sign %x : tensor<?xf32>
    %b = arith.mulf %a, %x : tensor<?xf32>
    %c = arith.subf %a, %x : tensor<?xf32>
    ```

    with `%b` and `%c` used, all three are computed by one loop that reads `%x`
    and writes `%b` and `%c`.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def QuantBNNRecomputeProducersPass : Pass<"quant-bnn-recompute-producers"> {
  let summary = "Recompute cheap values instead of storing them";
  let description = [{
    Fuses an elementwise `linalg.generic` that reads at most one tensor into
    every generic that uses it. They read that tensor instead, which costs no
    more bytes than reading the result, and the result is never written.

    Example: in

    ```mlir
    %h = quant_bnn.input_dorefa %x bits = 4 : tensor<?xf32>
    %q, %s = quant_bnn.min_max %h bits = 4 : tensor<?xf32>
    ```

    `%h` is needed for the maximum and again for `%q`, after the maximum is
    known; both loops compute it from `%x`.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def QuantBNNSeparateResultsPass
    : Pass<"quant-bnn-separate-results", "::mlir::func::FuncOp"> {
  let summary = "Copy results that share a buffer or have gaps";
  let description = [{
    After bufferization, two results of a function may be one buffer, which its
    caller would free twice. Copies every returned memref that may share its
    buffer with an earlier one, and every one that is cast from a view with strides:
    callers expect results without gaps. What is returned and not owned (an argument,
    a constant) is copied by ownership-based deallocation.

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
  let summary = "Replace math of f32 by vectorizable polynomials";
  let description = [{
    Replaces `math.tanh` and `math.exp` on `f32` scalars and vectors by the
    polynomial approximations of the math dialect, and `math.expm1` and `math.log1p`
    by series that do not cancel. `tanh` is within 5 ulp, `exp` within 6 ulp (flushed to
    0 below 2^-126), `expm1` and `log1p` within 4 ulp. Wider types are left to the C
    math library, narrower ones to `quant-bnn-emulate-narrow-floats`. Ops on tensors
    are left as they are.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

def QuantBNNVectorizePopcountPass : Pass<"quant-bnn-vectorize-popcount"> {
  let summary = "Lower binary matrix products and convolutions to vector kernels";
  let description = [{
    Lowers each `linalg.generic` on memrefs whose body is `out - (ctpop(a xor b) << 1)`
    to loops over vectors: a matrix product or a convolution of packed signs, if `out`
    is the number of bits before. Words have 8, 16, 32 or 64 bits, and outputs 32.

    The roles of the dimensions follow from the indexing maps:

    * The last dimension of the output is that of the lanes. One of the operands, the
      packed one, has it; a word of the other one is the same in all lanes.
    * Of the parallel dimensions that the packed operand does not have, the last one
      that the other operand has is that of the rows.
    * The last two dimensions that are reduced are one loop, where both operands have
      their words in a row.

    Where there are many rows, the packed operand is copied into panels, with the words
    of two vectors of outputs side by side, so that vectors of them can be loaded. A
    panel is used for all rows. A block of a few rows by two vectors of outputs has its
    counters in registers, and the sums that it subtracts from the output need no
    horizontal additions. Where there are fewer than 16 rows (8 by tables), a copy would
    cost too much: the lanes then are words of a row, up to four rows meet the same words
    of the packed operand, and the lanes are summed in the end. If the number of rows is
    not known, both are emitted, and it is decided when the code runs.

    With `popcount=bytes`, bits are counted in bytes, which most targets have fast code
    for, and bytes are widened before they overflow, which 31 words cannot do. With
    `popcount=words`, they are counted in words of 32 and 64 bits, which is best where
    there is an instruction for that (AVX512VPOPCNTDQ).

    With `popcount=table`, both operands are taken apart into nibbles: the packed one
    where it is copied into panels, the other one once and before. The nibbles of two rows
    select one of 256 tables of 16 bytes. It says in how many bits each nibble differs from
    the one, and from the other, in the halves of a byte; so one instruction counts those
    for two rows and all bytes of a vector. That is the fastest way where no instruction
    counts the bits of words. `lookup` names the instruction set, as the vector dialect
    has no such operation. Few rows are counted in bytes.

    The number of rows of a block depends on how many registers there are, which is told
    by `vector-width`: set it to the bits of the target's registers.

    With `parallel`, panels are computed by an `scf.parallel`, and many rows are several
    tasks. Panels are allocated and freed; so run buffer deallocation before.

    If the output is set by a `linalg.fill` with nothing in between, the kernel sets it
    instead.

    Ops are left alone where the output is not contiguous along its last dimension,
    where both operands or none have that dimension, and where the output is also an
    operand.

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
           "What a vector counts bits in",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::PopcountAccumulation::Words, "words",
                        "words, for targets that count bits of words"),
             clEnumValN(::quant_bnn::PopcountAccumulation::Bytes, "bytes",
                        "bytes, which are widened before they overflow"),
             clEnumValN(::quant_bnn::PopcountAccumulation::Table, "table",
                        "bytes, by tables for nibbles"))}]>,
    Option<"lookup", "lookup", "::quant_bnn::LookupInstructions",
           /*default=*/"::quant_bnn::LookupInstructions::None",
           "The instruction set that looks up bytes in tables",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::LookupInstructions::None, "none",
                        "not known"),
             clEnumValN(::quant_bnn::LookupInstructions::X86, "x86",
                        "SSSE3, AVX2 or AVX-512BW, as vector-width says"))}]>,
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
    in it; `convert-quant-bnn-to-arith` expands them on vectors afterwards.

    * Adjacent dimensions that every operand walks contiguously become one, so an
      elementwise op of any rank is one loop.
    * One vector is one step, and `loop_annotation` tells LLVM how often to unroll;
      one masked vector does the rest. A long body has vectors of four registers
      instead, which LLVM interleaves. What lanes accumulate has up to four vectors a
      step, and what is reduced 64 accumulators. All loads of a step come before its
      stores, so an output may be exactly one of the inputs.
    * The lanes lie along the innermost dimension of the outputs where inputs
      allow it. Loops that only accumulate are then inside, with accumulators in
      registers (column sums, matrix products). Otherwise the lanes lie along a
      dimension that is reduced, and are combined once, at the end.
    * Float sums are compensated: blocks of terms are added with their rounding
      errors. Contractions are not; their products are added by `math.fma`. The
      order of additions is specified (*Sums* in docs/Semantics.md): it depends on the
      loops of an op, and not on options, addresses or what else is fused into it.
      An op whose operands would have it otherwise stores its terms in a temporary
      buffer, which is then summed.

    Words that hold a bit of each element (see `quant_bnn.pack`) are loaded and stored
    as vectors of bits: what shifts bits to their place and back is not emitted, nor
    the zeros that a plain loop starts from. A step covers whole words, and so do
    rows that are flattened. Lanes are bits from the least significant one on, which
    needs a little-endian target.

    Ops are left alone (`convert-linalg-to-loops` lowers them) where there is no
    dimension along which every operand has unit stride or does not change, where
    a memref holds elements other than floats of 16 to 64 bits or integers of 8 to
    64 bits, where the body has ops that have side effects, may trap, or have no
    elementwise form, and where a reduction is none of add, mul, min, max, and, or,
    xor.

    A vector has `vector-width` bits in memory, of the widest operand; where the body
    computes in a wider type, up to twice as many there. Set it to the width of the
    target's registers: LLVM splits wider vectors, but packs and unpacks masks then.

    An elementwise op of at least `nontemporal-threshold` bytes of inputs and
    outputs stores past the caches: that saves reading what is overwritten, and
    pays where the data does not stay in the last-level cache. It is decided when
    the code runs, unless the size is known. In-place ops do not take part. Such a
    loop comes before the plain one, which takes what it leaves; it stores 256 bytes
    at once, and ends in a fence.

    With `parallel`, the outermost loop is an `scf.parallel`, over blocks of a
    fixed number of elements where there is one loop only. Reductions are then
    computed block by block, into a temporary buffer, and combined in order: results
    are the same without `parallel` and with any number of threads. Temporary
    buffers are freed, so run buffer deallocation before.

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
           "Bytes from which on stores bypass the caches; 0 or less: never">,
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
  let summary = "Compare f16 and bf16 by their bits";
  let description = [{
    Compares a value that was widened from `f16` or `bf16` with 0, or its size with a
    constant, by one unsigned comparison of 16 bits: such a condition is one range of
    bit patterns, which has no NaN in it. Twice as many lanes fit a register, and
    nothing is widened. A value that is also computed with is left as it is, and so are
    tensors.

    Below 0 are the patterns from that of the smallest negative number to that of
    -infinity, `0x8001` to `0xff80` for bf16. A size is at most a constant if the bits
    without the sign are at most those of the constant, rounded toward zero.

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
  let summary = "Round f64 to an integer by an addition and a subtraction";
  let description = [{
    Expands `math.roundeven` of `f64` scalars and vectors into arithmetic that rounds
    half to even. Vulkan drivers expand the instruction, too, and not all do so right:
    Mesa 22.3 rounds 1.5 to 1. Narrower types and tensors are left as they are.

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
  let summary = "Compute with one lane of a vector at a time";
  let description = [{
    Replaces every vector by a scalar for each of its lanes, in loops and branches,
    too. A vector of SPIR-V has no more than four lanes, and a shader cannot load
    one from a buffer of scalars; the compilers of drivers, in turn, make scalars of
    vectors, and wide accesses of those to neighbors.

    Elementwise ops of any dialect are converted, loads, stores, constants, and those
    of `vector` that broadcast, reduce, compose and take apart. Any other op on
    vectors, and a vector of not one dimension, is an error.

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
  let summary = "Compute ops on bf16, and math on f16, in f32";
  let description = [{
    Extends the operands of each op on `bf16` of arith, math and vector, and of each op
    of math on `f16`, to `f32`, and rounds its results: each op rounds once, whatever it
    is fused with. Ops that only move bits, and tensors, are left alone. A `linalg` op
    that reduces accumulates in `f32`, as `quant-bnn-widen-accumulators` makes it.

    `arith-emulate-unsupported-floats` and `math-extend-to-supported-types` mark their
    conversions `contract`, which lets folders drop the rounding between two ops. Here
    they have no flags.

    Between `bf16` and `f64`, and from integers that `f32` does not hold, the value is
    rounded to odd on the way, which makes the second rounding that of the exact value
    (S. Boldo and G. Melquiond, Emulation of a FMA and Correctly Rounded Sums: Proved
    Algorithms Using Rounding to Odd, 2008).

    `memref.atomic_rmw` that computes with `bf16` is an error.

    `math-only` is for what approximates math in `f32` next.

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
  let summary = "Reduce f16 and bf16 in f32";
  let description = [{
    Gives each `linalg` op that reduces a dimension into `f16` or `bf16` an output of
    `f32`, which is rounded once, after the op: a sum of many terms rounded at each step
    stops where a term is half an ulp of it. The output's old value is widened before,
    and the body's ops between that value and the new one are of `f32`. A product that
    is added is not rounded either, as in a matmul of `f16` to `f32`.

    A maximum or minimum is the same in any type and left alone, as is a body that
    rounds its sum itself. Loops that are written as loops round each step.

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
  let summary = "Hold bf16 as its bits";
  let description = [{
    Makes every `bf16` in a function an `i16`. Where the target has no bf16
    instructions, LLVM converts a bf16 that is selected, or carried by a branch, to f32
    and back: by a library call, or by an instruction that makes a subnormal number 0.
    It splits vectors of bf16 into scalars. Bits are left as they are.

    `quant-bnn-emulate-narrow-floats` and `arith-expand` with `include-bf16` come
    before: with f32 and integers for arithmetic, bf16 is only moved. Functions take and
    return i16, too: LLVM would make the selection of a cast of two arguments a cast of
    the selected argument. The operands and results of an op that computes with bf16 are
    cast, with nothing else promised of them.

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
  let summary = "Map linalg ops on memrefs to kernels of a GPU";
  let description = [{
    Maps every `linalg` op on memrefs to a `gpu.launch`, with the body of the op on
    vectors in it. Loops, lanes and packed words are found as
    `quant-bnn-vectorize-linalg` does; ops that it leaves alone get a thread for each
    iteration of their parallel loops, which runs the others in turn.

    * A thread loads and stores `vector-width` bits at once, and up to four such
      vectors before it computes. Neighbouring threads have neighbouring vectors, in
      a loop whose stride is the grid, of which a kernel is told the size. A launch has
      blocks of `block-size` threads, as many as there is work for, at most 65,535;
      where there is none, it has none, which a runtime skips.
    * Whether rows are aligned to vectors is decided when the code runs. Elements of
      unaligned rows and what is left at the end of rows are taken one by one. A
      vector that has bits of a packed word takes whole words, and is masked.
    * What all elements are reduced to takes two kernels: up to 1024 blocks reduce a
      share each, and one block combines these. What rows are reduced to takes a block
      each. Blocks combine in a tree in workgroup memory. Nothing is atomic: every run
      on a target has the same bits.
    * Float sums are compensated, as in `quant-bnn-vectorize-linalg`.

    With `bit-mma`, popcount contractions (`quant-bnn-vectorize-popcount` says what
    these are) of 32-bit and 64-bit words take tensor cores; those of narrower words
    do not. All of a row's words are one dimension, all rows of an image's windows
    another, so a convolution is a product of matrices.

    * A warp has the sums of 64 rows and 32 columns in registers; a block of 256
      threads those of 128 by 128, and takes one tile after another, as far apart as
      there are blocks. In steps of 256 bits a row, its threads load words from
      memory two steps ahead, and put them into workgroup memory one step ahead of
      the products.
    * Words past the end of a row count as 0, which adds nothing. A row past the last
      one is the last one once more; its sums are not stored.
    * `and` counts the bits that are 1 in both; what differs is that of `a` and that
      of `b`, less twice that. The bits of all rows are counted by one more
      instruction for each fragment, with a matrix of ones.
    * A `linalg.fill` of the output just before becomes part of the kernel.

    Kernels index buffers of one dimension by offset and strides, which they take as
    arguments. With `unbounded-views` the type of a buffer has a size that no device
    reaches, and is static: a calling convention of bare pointers takes such a memref
    as one pointer.

    The host code keeps `memref.alloc` and accesses of the host to memory; partial
    results of reductions are buffers that it allocates and frees.
    `quant-bnn-allocate-on-gpu` moves all of them to the device.

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
           "Threads of a block: a power of two, at most 1024">,
    Option<"vectorWidth", "vector-width", "int64_t", /*default=*/"128",
           "Bits that a thread loads at once: a power of two from 64 to 1024">,
    Option<"unboundedViews", "unbounded-views", "bool", /*default=*/"false",
           "Pass buffers to kernels as memrefs of a static, unreachable size">,
    Option<"bitMMA", "bit-mma", "::quant_bnn::BitMMA",
           /*default=*/"::quant_bnn::BitMMA::None",
           "What tensor cores multiply matrices of bits with",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::BitMMA::None, "none", "nothing"),
             clEnumValN(::quant_bnn::BitMMA::XorM8N8K128, "xor-m8n8k128",
                        "xor of 8 rows and 8 columns of 128 bits (sm_75)"),
             clEnumValN(::quant_bnn::BitMMA::XorM16N8K256, "xor-m16n8k256",
                        "xor of 16 rows and 8 columns of 256 bits (sm_80)"),
             clEnumValN(::quant_bnn::BitMMA::AndM16N8K256, "and-m16n8k256",
                        "and of the same (sm_80, sm_90)"))}]>
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
  let summary = "Keep the buffers of host code in the memory of a GPU";
  let description = [{
    After `quant-bnn-map-to-gpu`, the memrefs of host code are in the memory of the
    device that a kernel uses, or a caller of a public function has, and all that may
    be the same buffers. What only the host uses stays with it.

    * `memref.alloc`, `memref.dealloc` and `memref.copy` become `gpu.alloc`,
      `gpu.dealloc` and `gpu.memcpy`.
    * A constant (`memref.get_global`) is copied to the device where it is used, and
      freed at the end of its block.
    * What the host loads is copied to it first. What it stores, and an element that
      it loads of a memref with dimensions, takes a kernel of one thread.

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
           "As of quant-bnn-map-to-gpu">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::gpu::GPUDialect",
                           "::mlir::memref::MemRefDialect"];
}

def QuantBNNCopyHostArgumentsPass
    : Pass<"quant-bnn-copy-host-arguments", "::mlir::ModuleOp"> {
  let summary = "Let public functions on device memory be called with host memory";
  let description = [{
    Moves the body of each public function that has memrefs to a private one, whose
    name ends in `_on_device`, and calls it with copies of the arguments in the memory
    of the device. Results are copied to buffers on the host, and so are the arguments
    that the function may write. Calls in the module are to the private function.

    An argument or result with a layout is an error: a copy of it would not be
    contiguous. So is a function that returns an argument, since the result would no
    longer be that buffer.

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
