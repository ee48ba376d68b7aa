//===- Passes.h - Random pipelines ---------------------------- -*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_FUZZ_PASSES_H
#define QUANT_BNN_UNITTESTS_FUZZ_PASSES_H

#include "Random.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace quant_bnn::fuzz {

/// Steps that are no passes: they lower the module, compile it for the host and
/// run it. The second one makes each iteration of a parallel loop a task; the
/// third one has results in buffers of the caller.
constexpr llvm::StringLiteral executeStep = "execute";
constexpr llvm::StringLiteral executeParallelStep = "execute-parallel";
constexpr llvm::StringLiteral executeOutParamsStep = "execute-out-params";

/// Whether `step` is one of these steps.
bool isExecution(llvm::StringRef step);

/// Returns random steps, each a pass with its options. If `pass` is not empty,
/// it is the only pass. With `executes`, the last step runs the module.
std::vector<std::string> makePipeline(Random &random, llvm::StringRef pass,
                                      bool executes);

/// Returns the names of the passes that pipelines contain.
std::vector<llvm::StringRef> getPassNames();

/// Whether `step` may change values.
bool mayChangeValues(llvm::StringRef step);

/// Whether `step` may create tensors without the encodings of those that they
/// replace: as of LLVM 22.1, upstream's fusion does so for an unused init.
bool mayDropEncodings(llvm::StringRef step);

/// Returns by how many units in the last place `step` may change results of
/// math.
double getMathError(llvm::StringRef step);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_PASSES_H
