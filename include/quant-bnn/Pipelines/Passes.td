//===- Passes.td - Passes that run pipelines ---------------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_PIPELINES_PASSES
#define QUANT_BNN_PIPELINES_PASSES

include "mlir/Pass/PassBase.td"

def QuantBNNEvaluateConstantsPass
    : Pass<"quant-bnn-evaluate-constants", "::mlir::ModuleOp"> {
  let summary = "Compute tensors that depend on nothing but constants";
  let description = [{
    Replaces tensors that are computed from constants alone by constants: the
    scale and the shift of a batch norm, transposed or padded weights, quantized
    weights with their maximum. Folds then see these constants: signs of weights
    become packed bits, and batch norms thresholds.

    The values are those that the program would compute with the default options,
    bit by bit: the pass compiles the ops by `quant-bnn-lower-to-llvm-pipeline`, and
    calls the code. So it needs a compiler for this machine, but not that the program
    is for it.

    The ops are those of `linalg` and `tensor`, and elementwise ones of `arith`,
    `math` and `quant_bnn`, with static types, offsets and strides. A division of
    integers, which may trap, stays, and so does an op

    * if no operand has been computed from a scalar, or from a constant with different
      elements, unless the op contains an assertion;
    * if its result has more elements than such an operand: a vector that is broadcast
      stays a vector; for ops of `tensor`, such as a padding, more than eight times as
      many as the largest constant;
    * if there are more than 2^30 operations on elements with it.

    A `cf.assert` in a `linalg.generic` without reductions is evaluated, too. If one
    fails, nothing is replaced, and the program fails as before.

    A remark names each tensor that was computed, or that none could be.

    Example:

    ```mlir
    %variance = arith.constant dense<[3.0, 8.0]> : tensor<2xf32>
    %one = arith.constant dense<1.0> : tensor<2xf32>
    %sum = arith.addf %variance, %one : tensor<2xf32>
    %deviation = math.sqrt %sum : tensor<2xf32>
    ```

    becomes

    ```mlir
    %deviation = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
    ```
  }];
}

#endif // QUANT_BNN_PIPELINES_PASSES
