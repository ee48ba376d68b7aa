//===- Outlining.cpp - Move code to functions of its own ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Outlining.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/IRMapping.h"
#include "quant-bnn/Support/FunctionAttributes.h"

using namespace mlir;

/// Whether a region can compute `op` for itself.
static bool isConstant(Operation *op) {
  return op->getNumOperands() == 0 && op->getNumRegions() == 0 && isPure(op);
}

// Upstream's makeRegionIsolatedFromAbove overlooks uses in nested regions.
SmallVector<Value> quant_bnn::outlining::isolate(Region &region,
                                                 ValueRange used) {
  Block *body = &region.front();
  auto builder = OpBuilder::atBlockBegin(body);
  SmallVector<Value> captures;
  IRMapping inside;
  for (Value value : used) {
    auto result = dyn_cast<OpResult>(value);
    bool isCopied = result && isConstant(result.getOwner());
    if (isCopied) {
      inside.map(value, builder.clone(*result.getOwner())
                            ->getResult(result.getResultNumber()));
    } else {
      inside.map(value, body->addArgument(value.getType(), value.getLoc()));
      captures.push_back(value);
    }
  }
  // The uses of a constant may be many, most of them outside of the region, so
  // the ops of the region are visited instead.
  region.walk([&](Operation *op) {
    for (OpOperand &operand : op->getOpOperands())
      operand.set(inside.lookupOrDefault(operand.get()));
  });
  return captures;
}

func::FuncOp quant_bnn::outlining::createFunction(SymbolTable &symbols,
                                                  func::FuncOp parent,
                                                  const Twine &name,
                                                  FunctionType type) {
  OpBuilder builder(parent.getContext());
  auto function =
      func::FuncOp::create(builder, parent.getLoc(), name.str(), type);
  for (NamedAttribute attribute : parent->getDiscardableAttrs())
    if (attribute.getName() != LLVM::LLVMDialect::getEmitCWrapperAttrName() &&
        attribute.getName() != signatureAttrName)
      function->setDiscardableAttr(attribute.getName(), attribute.getValue());
  function->setDiscardableAttr(
      "llvm.linkage",
      LLVM::LinkageAttr::get(parent.getContext(), LLVM::Linkage::Internal));
  function.setPrivate();
  symbols.insert(function, std::next(parent->getIterator()));
  return function;
}
