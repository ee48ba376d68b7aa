//===- InitAll.h - Register the dialect and its passes ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_INITALL_H
#define QUANT_BNN_INITALL_H

#include "quant-bnn/Autodiff/Models.h"
#include "quant-bnn/Autodiff/Passes.h"
#include "quant-bnn/Codegen/CPU/Passes.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "quant-bnn/Codegen/GPU/Passes.h"
#include "quant-bnn/Codegen/LLVM/Passes.h"
#include "quant-bnn/Codegen/SPIRV/Passes.h"
#include "quant-bnn/Codegen/Workarounds/Passes.h"
#include "quant-bnn/Conversion/Passes.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"
#include "quant-bnn/Pipelines/Passes.h"
#include "quant-bnn/Pipelines/Pipelines.h"

namespace quant_bnn {

/// Adds the dialects of this project to `registry`, and the external models
/// that give gradients to ops of other dialects.
inline void registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<QuantBNNDialect>();
  registerDifferentiableOpInterfaceModels(registry);
}

/// Registers every pass and pipeline of this project.
inline void registerAllPasses() {
  registerQuantBNNAutodiffPasses();
  registerQuantBNNCodegenCPUPasses();
  registerQuantBNNCodegenCommonPasses();
  registerQuantBNNCodegenGPUPasses();
  registerQuantBNNCodegenLLVMPasses();
  registerQuantBNNCodegenSPIRVPasses();
  registerQuantBNNWorkaroundsPasses();
  registerQuantBNNConversionPasses();
  registerQuantBNNTransformsPasses();
  registerQuantBNNPipelinesPasses();
  registerQuantBNNPipelines();
  registerEarlierPassNames();
}

} // namespace quant_bnn

#endif // QUANT_BNN_INITALL_H
