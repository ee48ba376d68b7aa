//===- Passes.td - Transformations of quant_bnn -----*- tablegen -*-===//
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

#endif // QUANT_BNN_TRANSFORMS_PASSES
