//===- QuantBNNInterfaces.td - Op interfaces of quant_bnn --*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_IR_QUANTBNNINTERFACES
#define QUANT_BNN_IR_QUANTBNNINTERFACES

include "mlir/IR/Interfaces.td"

def ElementwisePayloadOpInterface
    : OpInterface<"ElementwisePayloadOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    An `ElementwiseMappable` op with one float result that states the math of
    one element. Lowering and fusion clone the op to whatever type they need and
    expand it last, with `expandPayload`.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds the payload. `operands` are the op's operands in the compute type
        of the op (`f32` for `f16` and `bf16`, else the element type), all of
        one shape; the result is of that type too, and is rounded to the result
        type by the caller.
      }],
      "::mlir::Value", "buildForward",
      (ins "::quant_bnn::PayloadBuilder &":$builder,
           "::mlir::ValueRange":$operands)>,
    InterfaceMethod<[{
        The operand whose value the op returns unchanged, or null. Lowering then
        moves no data, and inference drops the op.
      }],
      "::mlir::Value", "getPassThrough", (ins), "",
      [{ return ::mlir::Value(); }]>
  ];
}

def DecomposableOpInterface : OpInterface<"DecomposableOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    An op that reduces, that has a scalar beside a tensor, or that changes the
    shape, and so is not elementwise. It states its meaning as structured and
    elementwise ops.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds the replacement of each result, in order. The results have the
        types of the op's own.
      }],
      "::llvm::SmallVector<::mlir::Value>", "decompose",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc)>
  ];
}

def DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    An op that knows its gradient. Quantizers state it themselves; ops of other
    dialects get it by external models, which `registerAllDialects` registers.
    `quant-bnn-differentiate` asks for nothing else.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds the gradients of the operands, one each, from the cotangents of
        the results. A null cotangent stands for zero, a null gradient for none.
        A gradient has the type of its operand. An op with regions returns, after
        those of its operands, one gradient for each value that its regions use
        from outside, in the order of `getUsedValuesDefinedAbove`. The gradient
        op of a quantizer carries over the attributes that shape it. Where there
        is no gradient (a reducing gradient of a scalar or vector), emits an
        error at the op and fails.
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
    A quantizer: an op whose gradient is part of its definition, which it states
    by `buildGradient` of `DifferentiableOpInterface`.
  }];
  let methods = [
    InterfaceMethod<[{
        The bits that hold a quantized value; the width of the element type if
        the op leaves values as they are.
      }],
      "unsigned", "getBitWidth", (ins)>,
    InterfaceMethod<[{
        Builds what remains of the op where only values matter (inference), or
        returns null if nothing would change: by default the pass-through
        operand, if there is one.
      }],
      "::mlir::Value", "buildInference",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc), "",
      [{ return ::quant_bnn::detail::getPassThrough($_op); }]>
  ];
}

def WindowedGradientOpInterface : OpInterface<"WindowedGradientOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    A quantizer whose gradient with respect to an operand x, or a gradient op
    whose result, can be 0 outside of a window: the closed interval |x| <= w. A
    NaN is outside of every window. `quant-bnn-fuse-ste` moves windows between
    such ops.
  }];
  let methods = [
    InterfaceMethod<"The operand that the window is of, by default `x`.",
      "::mlir::OpOperand &", "getWindowedOperand", (ins), "",
      [{ return $_op.getXMutable(); }]>,
    InterfaceMethod<[{
        The window, in its least form that is known; none if the gradient is cut
        nowhere. By default the attribute `clip` or `threshold`.
      }],
      "std::optional<double>", "getWindow", (ins), "",
      [{ return ::quant_bnn::detail::getWindow($_op); }]>,
    InterfaceMethod<[{
        The operand that the op passes on if its window is all that it adds: of a
        quantizer x itself, of a gradient op its cotangent. Null if it does more.
      }],
      "::mlir::Value", "getUnwindowed", (ins), "",
      [{ return ::mlir::Value(); }]>,
    InterfaceMethod<[{
        Builds the op on `x` with its window cut to `window`, or returns null if
        it has no such form. By default it has one if it has the attribute of the
        window, or if its own window is no larger.
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
    An op of a backward function that needs of a saved operand only masks,
    conditions on each of its elements: a gradient op, or a quantizer that is
    computed again. `quant-bnn-compress-residuals` saves these instead, as bits.
    What is built from them is what the op computes, bit for bit.
  }];
  let methods = [
    InterfaceMethod<[{
        The operands that the masks are made of: first the saved one, by default
        `x`, then scalars.
      }],
      "::llvm::SmallVector<::mlir::OpOperand *>", "getMaskOperands", (ins), "",
      [{ return {&$_op.getXMutable()}; }]>,
    InterfaceMethod<[{
        How many masks take the place of the saved operand: 0 where it does not
        matter at all, none where its values do.
      }],
      "std::optional<unsigned>", "getNumMasks", (ins)>,
    InterfaceMethod<[{
        Builds the masks of one element, each an `i1`, from the operands of
        `getMaskOperands` in the compute type of the first.
      }],
      "::llvm::SmallVector<::mlir::Value>", "buildMasks",
      (ins "::quant_bnn::PayloadBuilder &":$builder,
           "::mlir::ValueRange":$operands)>,
    InterfaceMethod<[{
        Builds the replacement of each result, in order, without the saved operand.
        Each of `masks` has its shape.
      }],
      "::llvm::SmallVector<::mlir::Value>", "buildFromMasks",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::ValueRange":$masks)>
  ];
}

def SignFunctionOpInterface : OpInterface<"SignFunctionOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    An op of one operand x whose value is one number for every negative x, one for
    both zeros, one for every positive x, and one for NaN, where it may also stay
    NaN. What it is applied to may change as long as its sign does not.
  }];
  let methods = [
    InterfaceMethod<"The four values.",
      "::quant_bnn::SignValues", "getSignValues", (ins)>
  ];
}

def UniformLevelsOpInterface : OpInterface<"UniformLevelsOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    A quantizer of k = `getBitWidth` bits whose values are 2^k levels, as far from one
    another. `quant-bnn-binarize` computes their products bit by bit.
  }];
  let methods = [
    InterfaceMethod<"The lowest and the highest level.",
      "std::pair<double, double>", "getLevelRange", (ins)>
  ];
}

def BoundedAccumulatorOpInterface : OpInterface<"BoundedAccumulatorOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    An op whose result counts signs. `quant-bnn-fold-thresholds` looks at as many
    sums as there are.
  }];
  let methods = [
    InterfaceMethod<"The largest magnitude of an element, if it is known.",
      "std::optional<int64_t>", "getBound", (ins)>
  ];
}

def PackedShapeOpInterface : OpInterface<"PackedShapeOpInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    An op of packed operands and one packed result that moves bits, as an op of
    another dialect moves elements. `quant-bnn-propagate-packed` makes them of such
    ops.
  }];
  let methods = [
    InterfaceMethod<"The elements of a row of each packed operand.",
      "::llvm::SmallVector<::mlir::OpFoldResult>", "getMixedDepths", (ins), "",
      [{ return {$_op.getMixedDepth()}; }]>,
    InterfaceMethod<"The sizes of the elements of the result.",
      "::llvm::SmallVector<::mlir::OpFoldResult>", "getElementSizes",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc)>,
    InterfaceMethod<[{
        Builds the result from the elements of the packed operands, tensors of `i1`.
      }],
      "::mlir::Value", "buildOnElements",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::ValueRange":$elements)>,
    InterfaceMethod<"Whether it is known that words can stay as they are.",
      "bool", "keepsWords", (ins)>,
    InterfaceMethod<"Builds the result from words that stay as they are.",
      "::mlir::Value", "buildOnWords",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc)>
  ];
}

#endif // QUANT_BNN_IR_QUANTBNNINTERFACES
