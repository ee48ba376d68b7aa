//===- Exclusions.cpp - Faults that are known -----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exclusions.h"
#include "Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuzz;

static bool anyOp(ModuleOp module, llvm::function_ref<bool(Operation *)> test) {
  return module
      .walk([&](Operation *op) {
        return test(op) ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

static bool hasNarrowFloats(Operation *op) {
  return llvm::any_of(op->getOperandTypes(), [](Type type) {
    Type element = getElementTypeOrSelf(type);
    return element.isF16() || element.isBF16();
  });
}

/// Sums of f16 and bf16 differ between the emulation and the evaluator (seeds
/// 781 and 404149). Which of the two is wrong is open.
static bool isEmulationExcluded(ModuleOp module) {
  return anyOp(module, [](Operation *op) {
    auto structured = dyn_cast<linalg::LinalgOp>(op);
    return structured && structured.getNumReductionLoops() > 0 &&
           hasNarrowFloats(op);
  });
}

/// Compiled code rounds sums of f16 and bf16, and bf16 scalars in the middle of
/// what is compiled, at other places than the evaluator.
static bool isExecutionExcluded(ModuleOp module) {
  return anyOp(module, hasNarrowFloats);
}

bool quant_bnn::fuzz::isExcluded(ModuleOp module, StringRef step) {
  if (step.starts_with("quant-bnn-emulate-narrow-floats"))
    return isEmulationExcluded(module);
  if (step == executeStep)
    return isExecutionExcluded(module);
  return false;
}

/// Slices of what is empty, and fused ops without an operand that has the
/// extents of the loops: invalid IR on the way.
bool quant_bnn::fuzz::isKnownRefusal(StringRef message) {
  return message.contains("is out-of-bounds") ||
         message.contains("indexing maps are non-invertible");
}
