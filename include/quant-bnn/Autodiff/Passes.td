//===- Passes.td - Passes of differentiation ---------------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_AUTODIFF_PASSES
#define QUANT_BNN_AUTODIFF_PASSES

include "mlir/Pass/PassBase.td"

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
    func.func @f_fwd(%x: tensor<16xf32>) -> (tensor<16xf32>, tensor<16xi1, #quant_bnn.packed<i8>>)
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
      %bits = quant_bnn.pack %mask : tensor<16xi1> to tensor<16xi1, #quant_bnn.packed<i8>>
      return %y, %bits : tensor<16xf32>, tensor<16xi1, #quant_bnn.packed<i8>>
    }
    func.func @f_bwd(%bits: tensor<16xi1, #quant_bnn.packed<i8>>, %g: tensor<16xf32>)
        -> tensor<16xf32> {
      %mask = quant_bnn.unpack %bits : tensor<16xi1, #quant_bnn.packed<i8>> to tensor<16xi1>
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

#endif // QUANT_BNN_AUTODIFF_PASSES
