//===- Guesses.cpp - Assumed gradients of quantizers ----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Guesses.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace quant_bnn::raise_ste;

static Operation *getFunction(Operation *op) {
  return op->getParentOfType<FunctionOpInterface>();
}

void Guesses::add(Operation *root, StringRef opName) {
  guesses[getFunction(root)].push_back({root->getLoc(), opName});
}

void Guesses::addGradient(Operation *root) {
  functionsWithGradients.insert(getFunction(root));
}

void Guesses::warn() const {
  for (const auto &[function, all] : llvm::reverse(guesses)) {
    if (functionsWithGradients.contains(function))
      continue;
    // Users were added before their operands, so the first quantizer is last.
    const Guess &first = all.back();
    InFlightDiagnostic warning = emitWarning(first.loc);
    if (auto named = dyn_cast_if_present<FunctionOpInterface>(function))
      warning << "in @" << named.getName() << ", ";
    warning << "nothing states the gradient of " << all.size()
            << (all.size() == 1 ? " quantizer" : " quantizers")
            << " (first: " << first.opName
            << "), straight-through is assumed: set estimator, or values-only "
               "if no gradient is taken, or import quantizers as ops";
    if (all.size() > 1)
      for (const Guess &guess : llvm::reverse(all))
        warning.attachNote(guess.loc)
            << "straight-through is assumed for this " << guess.opName;
  }
}
