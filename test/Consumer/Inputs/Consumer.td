//===- Consumer.td - A quantizer outside quant-bnn -*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONSUMER
#define CONSUMER

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNInterfaces.td"

def Consumer_Dialect : Dialect {
  let name = "consumer";
  let cppNamespace = "::consumer";
  // The payloads consist of their ops.
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
  // For folds.
  let hasConstantMaterializer = 1;
}

/// Any op that states the math of one element.
class Consumer_Op<string mnemonic, list<Trait> traits = []>
    : Op<Consumer_Dialect, mnemonic, [
        Pure, SameOperandsAndResultType,
        DeclareOpInterfaceMethods<ElementwisePayloadOpInterface>
      ] # ElementwiseMappable.traits # traits>;

def Consumer_HardSignOp : Consumer_Op<"hard_sign", [
    DeclareOpInterfaceMethods<DifferentiableOpInterface>,
    DeclareOpInterfaceMethods<QuantizerOpInterface>]> {
  let summary = "Sign with a triangular gradient";
  let description = [{
    ```
    y  = -1 where x < 0, else +1
    dx = g max(0, 1 - |x|)
    ```
  }];
  let arguments = (ins FloatLike:$x);
  let results = (outs FloatLike:$y);
  let assemblyFormat = "$x attr-dict `:` type($y)";
}

def Consumer_HardSignGradOp : Consumer_Op<"hard_sign_grad", [
    DeclareOpInterfaceMethods<RaisableOpInterface, ["getRaiseForms"]>]> {
  let summary = "Gradient of hard_sign";
  let arguments = (ins FloatLike:$x, FloatLike:$g);
  let results = (outs FloatLike:$dx);
  let assemblyFormat = "$x `,` $g attr-dict `:` type($dx)";
}

#endif // CONSUMER
