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
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "quant-bnn/IR/QuantBNN.h"

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

static bool hasNoDimensionsOrElements(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor &&
         (tensor.getRank() == 0 || llvm::is_contained(tensor.getShape(), 0));
}

/// Whether operands of f16 or bf16 have static extents and dynamic ones.
static bool mixesExtents(Operation *op) {
  bool hasStatic = false, hasDynamic = false;
  for (Type type : op->getOperandTypes()) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || tensor.getElementTypeBitWidth() != 16)
      continue;
    hasStatic |= !llvm::all_of(tensor.getShape(), ShapedType::isDynamic);
    hasDynamic |= !tensor.hasStaticShape();
  }
  return isa<linalg::LinalgOp>(op) && hasStatic && hasDynamic;
}

/// Gradients of scf.if on scalars and static tensors, of structured ops over no
/// dimensions, of what is empty, and of f16 and bf16 where static extents meet
/// dynamic ones: a crash, or invalid IR.
static bool isDifferentiationExcluded(ModuleOp module) {
  return anyOp(module, [](Operation *op) {
    return isa<scf::IfOp>(op) || mixesExtents(op) ||
           llvm::any_of(op->getOperandTypes(), hasNoDimensionsOrElements) ||
           llvm::any_of(op->getResultTypes(), hasNoDimensionsOrElements);
  });
}

/// A NaN does not survive products of levels with mode=exact.
static bool isBinarizationExcluded(ModuleOp module) {
  return anyOp(module, [](Operation *op) {
    return isa<InputDoReFaOp, WeightDoReFaOp, QActivationOp>(op);
  });
}

/// Bits past the end of a row of words that somebody else packed are kept.
static bool isPropagationExcluded(ModuleOp module) {
  return anyOp(module, [](Operation *op) {
    auto unpack = dyn_cast<UnpackOp>(op);
    return unpack && isa<BlockArgument>(unpack.getWords());
  });
}

/// Sums of f16 and bf16 are rounded at each step, and so are bf16 scalars in
/// the middle of what is compiled.
static bool isExecutionExcluded(ModuleOp module) {
  return anyOp(module, [](Operation *op) {
    return llvm::any_of(op->getOperandTypes(), [](Type type) {
      Type element = getElementTypeOrSelf(type);
      return element.isF16() || element.isBF16();
    });
  });
}

bool quant_bnn::fuzz::isExcluded(ModuleOp module, StringRef step) {
  if (step.starts_with("quant-bnn-differentiate"))
    return isDifferentiationExcluded(module);
  if (step.starts_with("quant-bnn-binarize"))
    return isBinarizationExcluded(module);
  if (step.starts_with("quant-bnn-propagate-packed"))
    return isPropagationExcluded(module);
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
