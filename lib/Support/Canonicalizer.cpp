//===- Canonicalizer.cpp - The canonicalizer that keeps values ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Support/Canonicalizer.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

std::unique_ptr<Pass> quant_bnn::createExactCanonicalizerPass() {
  // The names are those of MLIR 22.1; test/Pipelines/round-integers.mlir fails
  // if others replace them.
  return createCanonicalizerPass(
      GreedyRewriteConfig(), {"(anonymous namespace)::TruncFSIToFPToSIToFP",
                              "(anonymous namespace)::TruncFUIToFPToUIToFP"});
}
