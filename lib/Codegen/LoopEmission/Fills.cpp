//===- Fills.cpp - What memory holds before an op -------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fills.h"
#include "Aliases.h"

using namespace mlir;

linalg::FillOp quant_bnn::findFill(Operation *op, Value memref) {
  linalg::FillOp last;
  for (Operation *user : memref.getUsers()) {
    auto fill = dyn_cast<linalg::FillOp>(user);
    if (fill && fill->getBlock() == op->getBlock() &&
        fill->isBeforeInBlock(op) && fill.getOutputs().front() == memref &&
        (!last || last->isBeforeInBlock(fill)))
      last = fill;
  }
  if (!last || last.getInputs().front().getType() !=
                   getElementTypeOrSelf(memref.getType()))
    return {};
  for (Operation *between = last->getNextNode(); between != op;
       between = between->getNextNode())
    if (mayAccess(between, memref))
      return {};
  return last;
}
