//===- BinaryInference.cpp - Inference on packed bits ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"
#include "quant-bnn/Pipelines/Passes.h"
#include "quant-bnn/Pipelines/Pipelines.h"
#include "quant-bnn/Support/Canonicalizer.h"

using namespace mlir;
using namespace quant_bnn;

BinaryInferenceOptions::BinaryInferenceOptions()
    : wordWidth{*this, "word-width",
                llvm::cl::desc("Bits of a word of packed tensors"),
                llvm::cl::init(32)},
      mode{*this, "mode",
           llvm::cl::desc("Which changes of results rewrites may make"),
           llvm::cl::init(RewriteMode::Exact),
           llvm::cl::values(clEnumValN(RewriteMode::Exact, "exact", "none"),
                            clEnumValN(RewriteMode::Relaxed, "relaxed",
                                       "sums may be rounded differently"))},
      assumeNoZeros{
          *this, "assume-no-zeros",
          llvm::cl::desc("Assume that no operand of a sign function is 0"),
          llvm::cl::init(false)},
      assumeNoNaNs{
          *this, "assume-no-nans",
          llvm::cl::desc("Assume that no operand of a sign function is NaN"),
          llvm::cl::init(false)} {}

void quant_bnn::buildBinaryInferencePipeline(
    OpPassManager &pm, const BinaryInferenceOptions &options) {
  pm.addNestedPass<func::FuncOp>(createQuantBNNReadResourcesPass());
  pm.addNestedPass<func::FuncOp>(createQuantBNNStripGradientsPass());
  // Before quantizers are raised, which may have a scale that is computed.
  pm.addPass(createQuantBNNEvaluateConstantsPass());
  // Front ends have numbers in tensors without dimensions.
  pm.addNestedPass<func::FuncOp>(createLinalgInlineScalarOperandsPass());
  pm.addNestedPass<func::FuncOp>(createExactCanonicalizerPass());
  QuantBNNRaiseSTEPassOptions raise;
  raise.mode = options.mode;
  raise.valuesOnly = true;
  pm.addNestedPass<func::FuncOp>(createQuantBNNRaiseSTEPass(raise));
  // quant-bnn-binarize transposes constant weights, and packs them at once.
  if (options.mode == RewriteMode::Relaxed)
    pm.addNestedPass<func::FuncOp>(createQuantBNNChannelsLastPass());
  OpPassManager &functions = pm.nest<func::FuncOp>();
  // A `tensor.dim` of a result would keep the op of that result.
  functions.addPass(memref::createResolveShapedTypeResultDimsPass());
  // Folds sign functions of constants, so that their results are recognized as
  // bipolar.
  addCleanup(functions);
  QuantBNNBinarizePassOptions binarize;
  binarize.wordWidth = options.wordWidth;
  binarize.mode = options.mode;
  binarize.assumeNoZeros = options.assumeNoZeros;
  binarize.assumeNoNaNs = options.assumeNoNaNs;
  functions.addPass(createQuantBNNBinarizePass(binarize));
  functions.addPass(createQuantBNNPropagatePackedPass());
  addCleanup(functions);
  functions.addPass(createQuantBNNFoldThresholdsPass());
  functions.addPass(memref::createResolveShapedTypeResultDimsPass());
  addCleanup(functions);
}
