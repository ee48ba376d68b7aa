//===- AnnotateFunctions.cpp - Protect arguments, record types ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "quant-bnn/Codegen/LLVM/Passes.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNANNOTATEFUNCTIONSPASS
#include "quant-bnn/Codegen/LLVM/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using bufferization::BufferizationDialect;

/// Removes the attributes of `function` that only differentiation uses.
static void dropGradients(func::FuncOp function) {
  function->removeAttr(quant_bnn::backwardAttrName);
  function->removeAttr(quant_bnn::residualsAttrName);
  for (unsigned i = 0, e = function.getNumArguments(); i < e; ++i)
    function.removeArgAttr(i, quant_bnn::noGradientAttrName);
  for (unsigned i = 0, e = function.getNumResults(); i < e; ++i)
    function.removeResultAttr(
        i,
        StringAttr::get(function.getContext(), quant_bnn::noGradientAttrName));
}

/// Makes the extents of `op` constants where its result type is static.
/// Upstream's canonicalization leaves such extents as operands, and
/// bufferization then makes an invalid op.
static void stateExtents(tensor::ExpandShapeOp op) {
  SmallVector<OpFoldResult> extents = op.getMixedOutputShape();
  OpBuilder builder(op);
  bool isChanged = false;
  for (auto [extent, size] :
       llvm::zip_equal(extents, op.getResultType().getShape())) {
    if (ShapedType::isDynamic(size) || isa<Attribute>(extent))
      continue;
    extent = builder.getIndexAttr(size);
    isChanged = true;
  }
  if (!isChanged)
    return;
  op.replaceAllUsesWith(tensor::ExpandShapeOp::create(
                            builder, op.getLoc(), op.getResultType(),
                            op.getSrc(), op.getReassociationIndices(), extents)
                            .getResult());
  op.erase();
}

namespace {
struct QuantBNNAnnotateFunctionsPass
    : quant_bnn::impl::QuantBNNAnnotateFunctionsPassBase<
          QuantBNNAnnotateFunctionsPass> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    dropGradients(function);
    function.walk(stateExtents);
    if (!function.isPublic())
      return;
    StringRef writable = BufferizationDialect::kWritableAttrName;
    for (unsigned i = 0, e = function.getNumArguments(); i < e; ++i)
      if (isa<TensorType>(function.getArgumentTypes()[i]) &&
          !function.getArgAttr(i, writable))
        function.setArgAttr(i, writable, BoolAttr::get(&getContext(), false));
    if (!function->hasAttr(quant_bnn::signatureAttrName))
      function->setAttr(quant_bnn::signatureAttrName,
                        TypeAttr::get(function.getFunctionType()));
  }
};
} // namespace
