//===- InitAll.h - Register the dialect and its passes ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_INITALL_H
#define QUANT_BNN_INITALL_H

#include "quant-bnn/Conversion/Passes.h"
#include "quant-bnn/Differentiation/Models.h"
#include "quant-bnn/IR/QuantBNN.h"
#include "quant-bnn/Pipelines/Pipelines.h"
#include "quant-bnn/Transforms/Passes.h"

namespace quant_bnn {

/// Adds the dialects of this project to `registry`, and what it knows of the
/// gradients of others.
inline void registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<QuantBNNDialect>();
  registerDifferentiableOpInterfaceModels(registry);
}

/// Registers every pass and pipeline of this project.
inline void registerAllPasses() {
  registerQuantBNNConversionPasses();
  registerQuantBNNTransformsPasses();
  registerQuantBNNPipelines();
}

} // namespace quant_bnn

#endif // QUANT_BNN_INITALL_H
