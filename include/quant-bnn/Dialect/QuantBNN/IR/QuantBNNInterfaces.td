//===- QuantBNNInterfaces.td - Op interfaces of quant_bnn --*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNINTERFACES
#define QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNINTERFACES

include "mlir/IR/Interfaces.td"

def ElementwisePayloadOpInterface
    : OpInterface<"ElementwisePayloadOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    An `ElementwiseMappable` op with one float result, defined by the math of
    one element. Lowering and fusion clone the op to other types, such as the
    element type of a tensor, and expand the op last, with `expandPayload`.

    On constants the op folds to the value of its payload, if every op of the
    payload is one that a method of `PayloadBuilder` builds, or an `arith.andi`
    of conditions. An op that returns an operand folds to the operand, unless
    the op implements `DifferentiableOpInterface`: its gradient would be lost,
    so it folds only if all operands are constant. Another dialect needs a
    constant materializer for these folds, and depends on `arith` and `math`,
    whose ops make the payload.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds the math of one element. `operands` are the operands of the op in
        its compute type (`f32` for `f16` and `bf16`, otherwise the element
        type), and all have one shape. The result has the same type. The caller
        rounds the result to the result type of the op.
      }],
      "::mlir::Value", "buildForward",
      (ins "::quant_bnn::PayloadBuilder &":$builder,
           "::mlir::ValueRange":$operands)>,
    InterfaceMethod<[{
        Returns the operand whose value the op returns unchanged, or null. For
        such an op, lowering moves no data. If the op is a quantizer,
        `quant-bnn-strip-gradients` replaces it by the operand.
      }],
      "::mlir::Value", "getPassThrough", (ins), "",
      [{ return ::mlir::Value(); }]>
  ];
  let extraTraitClassDeclaration = [{
    static ::mlir::OpFoldResult foldTrait(
        ::mlir::Operation *op, ::llvm::ArrayRef<::mlir::Attribute> operands) {
      return ::quant_bnn::detail::foldPayload(op, operands);
    }
  }];
}

def DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    An op that builds its own gradient. Quantizers implement this interface. Ops
    of other dialects implement it through external models, which
    `registerAllDialects` registers. `quant-bnn-differentiate` relies on no
    other interface for gradients.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds one gradient for each operand, from the cotangents of the
        results. A null cotangent stands for zero. A null gradient means that
        the operand gets no gradient. Each gradient has the type of its operand.
        For an op with regions, the gradients of the operands are followed by
        one gradient for each value that the regions use from outside, in the
        order of `getUsedValuesDefinedAbove`. The gradient op of a quantizer
        gets those attributes of the quantizer that shape the gradient. If the
        op has no gradient, the method emits an error at the op and fails; an
        example is a scalar op whose gradient is a sum over a tensor.
      }],
      "::mlir::FailureOr<::llvm::SmallVector<::mlir::Value>>", "buildGradient",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::ValueRange":$cotangents)>
  ];
}

def QuantizerOpInterface
    : OpInterface<"QuantizerOpInterface", [DifferentiableOpInterface]> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    A quantizer: an op whose gradient is part of its definition. The op builds
    this gradient in `buildGradient` of `DifferentiableOpInterface`.
  }];
  let methods = [
    InterfaceMethod<[{
        Returns the number of bits that hold a quantized value, or the width of
        the element type if the op does not quantize values.
      }],
      "unsigned", "getBitWidth", (ins)>,
    InterfaceMethod<[{
        Builds the form of the op for inference, where only the value matters,
        or returns null if this form is the op itself. By default, the form for
        inference is the pass-through operand, if the op has one.
      }],
      "::mlir::Value", "buildInference",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc), "",
      [{ return ::quant_bnn::detail::getPassThrough($_op); }]>
  ];
}

def WindowedGradientOpInterface : OpInterface<"WindowedGradientOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    An op whose gradient may be clipped: a quantizer whose gradient with respect
    to an operand x, or a gradient op whose result, is 0 outside of a clipping
    window. A clipping window is the closed interval |x| <= w; NaN is outside of
    every clipping window. `quant-bnn-fuse-ste` moves clipping windows between
    such ops.
  }];
  let methods = [
    InterfaceMethod<[{
        Returns the operand that the clipping window constrains, by default `x`.
      }],
      "::mlir::OpOperand &", "getWindowedOperand", (ins), "",
      [{ return $_op.getXMutable(); }]>,
    InterfaceMethod<[{
        Returns the bound w of the smallest known clipping window, or nothing if
        the gradient is not clipped. By default, w is the attribute `clip` or
        `threshold`.
      }],
      "std::optional<double>", "getWindow", (ins), "",
      [{ return ::quant_bnn::detail::getWindow($_op); }]>,
    InterfaceMethod<[{
        If the op does no more than clip, returns the operand that the op
        forwards inside of the clipping window: `x` for a quantizer, the
        cotangent for a gradient op. Returns null otherwise.
      }],
      "::mlir::Value", "getUnwindowed", (ins), "",
      [{ return ::mlir::Value(); }]>,
    InterfaceMethod<[{
        Builds the op on `x` with its clipping window reduced to `window`, or
        returns null if no op has that gradient. By default, the method succeeds
        if the op has an attribute for the window, or if the window of the op is
        no larger than `window`.
      }],
      "::mlir::Value", "buildWithWindow",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::Value":$x, "double":$window), "",
      [{ return ::quant_bnn::detail::buildWithWindow($_op, builder, loc, x, window); }]>
  ];
}

def MaskedGradientOpInterface : OpInterface<"MaskedGradientOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    An op of a backward function that depends on a saved operand only through
    masks, which are conditions on each element of the operand. The op is a
    gradient op, or a quantizer that the backward function recomputes.
    `quant-bnn-compress-residuals` saves the masks, one bit each, instead of the
    operand. The result that is built from the masks equals the result of the
    op, bit for bit.
  }];
  let methods = [
    InterfaceMethod<[{
        Returns the operands that the masks are computed from: first the saved
        operand, by default `x`, and then scalars.
      }],
      "::llvm::SmallVector<::mlir::OpOperand *>", "getMaskOperands", (ins), "",
      [{ return {&$_op.getXMutable()}; }]>,
    InterfaceMethod<[{
        Returns the number of masks that replace the saved operand: 0 if the op
        does not depend on the operand, and nothing if the op depends on the
        values of the operand.
      }],
      "std::optional<unsigned>", "getNumMasks", (ins)>,
    InterfaceMethod<[{
        Builds the masks of one element, each an `i1`, from the operands of
        `getMaskOperands` in the compute type of the first operand.
      }],
      "::llvm::SmallVector<::mlir::Value>", "buildMasks",
      (ins "::quant_bnn::PayloadBuilder &":$builder,
           "::mlir::ValueRange":$operands)>,
    InterfaceMethod<[{
        Builds the replacement of each result, in order, without the saved
        operand. Each of `masks` has the shape of the saved operand.
      }],
      "::llvm::SmallVector<::mlir::Value>", "buildFromMasks",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::ValueRange":$masks)>
  ];
}

def SignFunctionOpInterface : OpInterface<"SignFunctionOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    An op of one operand x whose value depends only on the sign of x. The op has
    one value for all negative x, one for both zeros, one for all positive x,
    and one for NaN, unless the op propagates NaN. A rewrite that preserves only
    the value may replace x by any value that is negative, zero, positive or NaN
    where x is.
  }];
  let methods = [
    InterfaceMethod<[{
        Returns the values for negative x, zero, positive x and NaN.
      }],
      "::quant_bnn::SignValues", "getSignValues", (ins)>
  ];
}

def UniformLevelsOpInterface : OpInterface<"UniformLevelsOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    A quantizer of k = `getBitWidth` bits whose values are 2^k equally spaced
    levels. `quant-bnn-binarize` computes products of such levels bit by bit.
  }];
  let methods = [
    InterfaceMethod<"Returns the lowest and the highest level.",
      "std::pair<double, double>", "getLevelRange", (ins)>
  ];
}

def RaisableOpInterface : OpInterface<"RaisableOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    An op that `quant-bnn-raise-ste` can create in place of arithmetic. The pass
    compares the arithmetic with the expansion of the op, for the attributes in
    the forms of the op. The op has one result of the type of its first operand,
    and scalars after it. It implements `ElementwisePayloadOpInterface`, or
    `linalg::AggregatedOpInterface` with a decomposition that never fails.
  }];
  let methods = [
    StaticInterfaceMethod<[{
        Returns the combinations of attributes to compare with.
      }],
      "::llvm::SmallVector<::quant_bnn::RaiseForm>", "getRaiseForms",
      (ins "::mlir::MLIRContext *":$context), "", [{ return {}; }]>,
    StaticInterfaceMethod<[{
        Returns the op with the same value and the gradient of `estimator`, or
        nothing if there is none. Not called for the straight-through estimator.
      }],
      "std::optional<::quant_bnn::EstimatorForm>", "getEstimatorForm",
      (ins "::quant_bnn::Estimator":$estimator,
           "::mlir::MLIRContext *":$context),
      "", [{ return std::nullopt; }]>
  ];
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNINTERFACES
