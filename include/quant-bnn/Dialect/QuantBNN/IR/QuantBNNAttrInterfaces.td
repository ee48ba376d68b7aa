//===- QuantBNNAttrInterfaces.td - Attribute interfaces ----*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNATTRINTERFACES
#define QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNATTRINTERFACES

include "mlir/IR/Interfaces.td"

def SurrogateGradientAttrInterface
    : AttrInterface<"SurrogateGradientAttrInterface"> {
  let cppNamespace = "::quant_bnn";
  let description = [{
    A surrogate gradient of `quant_bnn.surrogate_sign`, as the math of one
    element. `quant_bnn.surrogate_grad` computes it. Another dialect can add a surrogate gradient by an attribute that
    implements this interface.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds the gradient of one element from x and the cotangent `g`, all in
        the compute type of the builder.
      }],
      "::mlir::Value", "buildGradient",
      (ins "::quant_bnn::PayloadBuilder &":$builder, "::mlir::Value":$x,
           "::mlir::Value":$g)>,
    InterfaceMethod<[{
        Returns the bound w of the smallest known window |x| <= w outside of
        which the gradient is 0, or nothing if there is no such window.
      }],
      "std::optional<double>", "getWindow", (ins), "",
      [{ return std::nullopt; }]>
  ];
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNATTRINTERFACES
