//===- Inputs.h - Arguments for the evaluation of functions -----*- C++ -*-===//
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

/// The kinds of numbers in an argument.
enum class Flavor { Plain, Special, Smooth };

/// Returns an argument of `type`, which has the shape `extents` if it is a
/// tensor, or nullopt for other types.
std::optional<Data> makeArgument(Random &random, mlir::Type type,
                                 llvm::ArrayRef<int64_t> extents,
                                 Flavor flavor);

/// Returns arguments of `function`, or nullopt if there are none. A dynamic
/// extent is the extent in the attributes of `function`, or else
/// `dynamicExtent`.
std::optional<std::vector<Data>> makeArguments(Random &random,
                                               mlir::func::FuncOp function,
                                               Flavor flavor,
                                               int64_t dynamicExtent);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_INPUTS_H
