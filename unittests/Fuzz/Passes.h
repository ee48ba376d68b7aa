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

/// Not a pass: lowers the module, compiles it for the host and runs it.
constexpr llvm::StringLiteral executeStep = "execute";

/// Steps, each a pass with its options. A `pass` that is not empty stands
/// alone.
std::vector<std::string> makePipeline(Random &random, llvm::StringRef pass,
                                      bool executes);

/// The passes that a pipeline is made of.
std::vector<llvm::StringRef> getPassNames();

/// Whether the values after `step` may be others than before.
bool mayChangeValues(llvm::StringRef step);

/// How many units in the last place `step` may change results of math by.
double getMathError(llvm::StringRef step);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_PASSES_H
