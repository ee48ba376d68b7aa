//===- Inputs.h - Arguments to evaluate functions on ---------- -*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_FUZZ_INPUTS_H
#define QUANT_BNN_UNITTESTS_FUZZ_INPUTS_H

#include "Evaluator.h"
#include "Random.h"

namespace quant_bnn::fuzz {

/// What the numbers of an argument are.
enum class Flavor { Plain, Special, Smooth };

/// An argument of `type`, a tensor of `extents`, or none for other types.
std::optional<Data> makeArgument(Random &random, mlir::Type type,
                                 llvm::ArrayRef<int64_t> extents,
                                 Flavor flavor);

/// Arguments of `function`, or none. Dynamic extents are those of its
/// attributes, else `dynamicExtent`.
std::optional<std::vector<Data>> makeArguments(Random &random,
                                               mlir::func::FuncOp function,
                                               Flavor flavor,
                                               int64_t dynamicExtent);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_INPUTS_H
