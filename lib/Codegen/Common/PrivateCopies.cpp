//===- PrivateCopies.cpp - Copies of functions for their module -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PrivateCopies.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;

Operation *quant_bnn::findHiddenUses(ModuleOp moduleOp) {
  // Upstream's symbol tables cannot find the users of a symbol beside an
  // unregistered op that may be a symbol table.
  for (Operation &op : moduleOp.getOps())
    if (!op.isRegistered() && op.getNumRegions() == 1)
      return &op;
  return nullptr;
}

LogicalResult quant_bnn::redirectCallers(ArrayRef<func::FuncOp> functions,
                                         ModuleOp moduleOp) {
  if (Operation *op = findHiddenUses(moduleOp))
    return op->emitError("may call any function of the module: it is not "
                         "registered and has a region");
  SymbolTableCollection tables;
  SymbolTable &symbols = tables.getSymbolTable(moduleOp);
  SymbolUserMap usersBefore(tables, moduleOp);
  SmallVector<std::pair<func::FuncOp, func::FuncOp>> copies;
  for (func::FuncOp function : functions) {
    if (usersBefore.useEmpty(function))
      continue;
    func::FuncOp copy = function.clone();
    copy.setPrivate();
    symbols.insert(copy, std::next(function->getIterator()));
    copies.push_back({function, copy});
  }
  // Copies call each other and themselves, too.
  SymbolUserMap users(tables, moduleOp);
  for (auto [function, copy] : copies)
    users.replaceAllUsesWith(function, copy.getSymNameAttr());
  return success();
}
