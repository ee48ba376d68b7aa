//===- QuantBNNAttributes.td - Attributes of quant_bnn -----*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNATTRIBUTES
#define QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNATTRIBUTES

include "mlir/IR/AttrTypeBase.td"
include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNAttrInterfaces.td"
include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNEnums.td"

def QuantBNN_EDEAttr : AttrDef<QuantBNN_Dialect, "EDE", [
    DeclareAttrInterfaceMethods<SurrogateGradientAttrInterface>]> {
  let mnemonic = "ede";
  let summary = "The error decay estimator of IR-Net";
  let description = [{
    The derivative of k tanh(t x), with k = max(1 / t, 1):

    ```
    dx = g max(1, t) (1 - tanh(t x)^2),  0 where t x is infinite
    ```

    Training raises `t`, for example from 0.1 to 10: the gradient changes from
    about `g` everywhere to a peak at `x = 0`. `t` is positive and finite.

    The result is within 8 epsilon max(1, t) |g| of the exact gradient.

    Source: Qin et al. 2020, IR-Net, arXiv:1909.10788.

    Example:

    ```mlir
    %y = quant_bnn.surrogate_sign #quant_bnn.ede<10.0>, %x : tensor<?xf32>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$t);
  let assemblyFormat = "`<` custom<F64>($t) `>`";
  let genVerifyDecl = 1;
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNATTRIBUTES
