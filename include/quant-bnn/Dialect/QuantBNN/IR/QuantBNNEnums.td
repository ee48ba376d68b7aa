//===- QuantBNNEnums.td - Enumerations of quant_bnn --------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNENUMS
#define QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNENUMS

include "mlir/IR/EnumAttr.td"
include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNDialect.td"

class QuantBNN_Enum<string name, string summary, list<I32EnumCase> cases>
    : I32Enum<name, summary, cases> {
  let cppNamespace = "::quant_bnn";
}

/// The printer of an enum attribute starts with a space, so an assembly format
/// writes `=` `` $value.
class QuantBNN_EnumAttr<EnumInfo enum, string mnemonic>
    : EnumAttr<QuantBNN_Dialect, enum, mnemonic>;

def QuantBNN_NanMode : QuantBNN_Enum<"NanMode", "the value of a binarizer at NaN", [
  I32EnumCase<"positive", 0>,
  I32EnumCase<"negative", 1>,
  I32EnumCase<"propagate", 2>,
  I32EnumCase<"zero", 3>
]>;
def QuantBNN_NanModeAttr : QuantBNN_EnumAttr<QuantBNN_NanMode, "nan_mode">;

def QuantBNN_ZeroMode : QuantBNN_Enum<"ZeroMode", "the value of a sign at zero", [
  I32EnumCase<"positive", 0>,
  I32EnumCase<"negative", 1>,
  I32EnumCase<"zero", 2>
]>;
def QuantBNN_ZeroModeAttr : QuantBNN_EnumAttr<QuantBNN_ZeroMode, "zero_mode">;

def QuantBNN_InputDoReFaGradient : QuantBNN_Enum<"InputDoReFaGradient",
    "the gradient of an activation quantizer on [0, 1]", [
  I32EnumCase<"identity", 0>,
  I32EnumCase<"window", 1>
]>;
def QuantBNN_InputDoReFaGradientAttr
    : QuantBNN_EnumAttr<QuantBNN_InputDoReFaGradient, "input_dorefa_gradient">;

def QuantBNN_WeightDoReFaGradient : QuantBNN_Enum<"WeightDoReFaGradient",
    "the gradient of a tanh-normalized weight quantizer", [
  I32EnumCase<"identity", 0>,
  I32EnumCase<"tanh", 1>,
  I32EnumCase<"zero", 2>
]>;
def QuantBNN_WeightDoReFaGradientAttr
    : QuantBNN_EnumAttr<QuantBNN_WeightDoReFaGradient, "weight_dorefa_gradient">;

def QuantBNN_PactMode : QuantBNN_Enum<"PactMode", "the range of PACT levels", [
  I32EnumCase<"signed_", 0, "signed">,
  I32EnumCase<"unsigned_", 1, "unsigned">
]>;
def QuantBNN_PactModeAttr : QuantBNN_EnumAttr<QuantBNN_PactMode, "pact_mode">;

def QuantBNN_PactForm : QuantBNN_Enum<"PactForm", "the form of the result of PACT", [
  I32EnumCase<"level", 0>,
  I32EnumCase<"value", 1>
]>;
def QuantBNN_PactFormAttr : QuantBNN_EnumAttr<QuantBNN_PactForm, "pact_form">;

def QuantBNN_PactGradient : QuantBNN_Enum<"PactGradient", "the gradient of PACT", [
  I32EnumCase<"full", 0>,
  I32EnumCase<"compat", 1>
]>;
def QuantBNN_PactGradientAttr
    : QuantBNN_EnumAttr<QuantBNN_PactGradient, "pact_gradient">;

def QuantBNN_Polarity : QuantBNN_Enum<"Polarity",
    "the sign of the floats that a packed bit of 1 encodes", [
  I32EnumCase<"negative", 0>,
  I32EnumCase<"nonnegative", 1>
]>;
def QuantBNN_PolarityAttr : QuantBNN_EnumAttr<QuantBNN_Polarity, "polarity">;

def QuantBNN_PadValue : QuantBNN_Enum<"PadValue",
    "the value of the padding around an image", [
  I32EnumCase<"zero", 0>,
  I32EnumCase<"one", 1>,
  I32EnumCase<"minus_one", 2>
]>;
def QuantBNN_PadValueAttr : QuantBNN_EnumAttr<QuantBNN_PadValue, "pad_value">;

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNENUMS
