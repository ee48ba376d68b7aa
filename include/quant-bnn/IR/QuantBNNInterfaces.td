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

#endif // QUANT_BNN_IR_QUANTBNNINTERFACES
