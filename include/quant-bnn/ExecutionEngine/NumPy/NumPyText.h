//===- NumPyText.h - Arrays as text -----------------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_EXECUTIONENGINE_NUMPY_NUMPYTEXT_H
#define QUANT_BNN_EXECUTIONENGINE_NUMPY_NUMPYTEXT_H

#include "quant-bnn/ExecutionEngine/NumPy/NumPyArray.h"

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace mlir {
class MLIRContext;
} // namespace mlir

namespace quant_bnn {

/// Parses an MLIR constant with its type, a number or `dense`, such as
/// `dense<[1.0, -0.0]> : tensor<2xf32>`. Error messages begin with `text`.
llvm::Expected<NpyArray> parseNpy(llvm::StringRef text,
                                  mlir::MLIRContext *context);

/// Prints `array` as nested lists, such as `[[1, -0], [nan, -inf]]`. A float
/// gets as many digits as distinguish it from its neighbours; an untyped
/// element is a bf16.
void printNpy(llvm::raw_ostream &os, const NpyView &array);

} // namespace quant_bnn

#endif // QUANT_BNN_EXECUTIONENGINE_NUMPY_NUMPYTEXT_H
