//===- Minimize.cpp - Smaller cases ---------------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Case.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace quant_bnn::fuzz;

/// Returns `bug` with another module.
static Case with(const Case &bug, OwningOpRef<ModuleOp> module) {
  return {std::move(module), bug.steps, bug.seed, bug.dynamicExtent};
}

static bool dropSteps(Case &bug,
                      llvm::function_ref<bool(const Case &)> isSame) {
  bool hasChanged = false;
  for (size_t i = bug.steps.size(); i-- > 0;) {
    Case smaller = with(bug, bug.module.get().clone());
    smaller.steps.erase(smaller.steps.begin() + i);
    if (smaller.steps.empty() || !isSame(smaller))
      continue;
    bug = std::move(smaller);
    hasChanged = true;
  }
  return hasChanged;
}

/// Returns the op at position `number` of a walk, or null.
static Operation *getOp(ModuleOp module, size_t number) {
  Operation *found = nullptr;
  module.walk([&](Operation *op) {
    if (number-- != 0)
      return WalkResult::advance();
    found = op;
    return WalkResult::interrupt();
  });
  return found;
}

static size_t countOps(ModuleOp module) {
  size_t count = 0;
  module.walk([&](Operation *) { ++count; });
  return count;
}

/// Returns values of the type of `result` that may replace `result`: operands
/// of `op` and the first argument of that type.
static SmallVector<Value> getReplacements(Operation *op, Value result) {
  SmallVector<Value> values;
  for (Value operand : op->getOperands())
    if (operand.getType() == result.getType())
      values.push_back(operand);
  auto function = op->getParentOfType<func::FuncOp>();
  if (!function)
    return values;
  for (Value argument : function.getArguments())
    if (argument.getType() == result.getType()) {
      values.push_back(argument);
      break;
    }
  return values;
}

static void updateType(func::FuncOp function) {
  Operation *terminator = function.getBody().front().getTerminator();
  function.setFunctionType(FunctionType::get(function.getContext(),
                                             function.getArgumentTypes(),
                                             terminator->getOperandTypes()));
}

/// Erases ops, and replaces their results by other values.
static bool eraseOps(Case &bug, llvm::function_ref<bool(const Case &)> isSame) {
  bool hasChanged = false;
  for (size_t i = countOps(*bug.module); i-- > 0;) {
    for (unsigned attempt = 0; attempt < 3; ++attempt) {
      OwningOpRef<ModuleOp> copy = bug.module.get().clone();
      Operation *op = getOp(*copy, i);
      if (!op || op == copy->getOperation() ||
          op->hasTrait<OpTrait::IsTerminator>())
        break;
      bool canErase = true;
      for (Value result : op->getResults()) {
        if (result.use_empty())
          continue;
        SmallVector<Value> values = getReplacements(op, result);
        if (attempt < values.size())
          result.replaceAllUsesWith(values[attempt]);
        else
          canErase = false;
      }
      if (!canErase)
        break;
      op->erase();
      Case smaller = with(bug, std::move(copy));
      if (failed(verify(*smaller.module)) || !isSame(smaller))
        continue;
      bug = std::move(smaller);
      hasChanged = true;
      break;
    }
  }
  return hasChanged;
}

/// Drops results of functions that nothing calls, and unused arguments.
static bool dropResults(Case &bug,
                        llvm::function_ref<bool(const Case &)> isSame) {
  bool hasChanged = false;
  SmallVector<std::string> names;
  for (auto function : bug.module.get().getOps<func::FuncOp>())
    names.push_back(function.getName().str());
  auto attempt = [&](StringRef name, auto change) {
    OwningOpRef<ModuleOp> copy = bug.module.get().clone();
    auto function = copy->lookupSymbol<func::FuncOp>(name);
    if (!function || function.isExternal() || !change(function))
      return false;
    updateType(function);
    Case smaller = with(bug, std::move(copy));
    if (succeeded(verify(*smaller.module)) && isSame(smaller)) {
      bug = std::move(smaller);
      hasChanged = true;
    }
    return true;
  };
  for (const std::string &name : names) {
    for (unsigned i = 0; i < 4; ++i)
      attempt(name, [&](func::FuncOp function) {
        Operation *terminator = function.getBody().front().getTerminator();
        if (terminator->getNumOperands() <= 1 ||
            i >= terminator->getNumOperands())
          return false;
        terminator->eraseOperand(i);
        (void)function.eraseResult(i);
        return true;
      });
    // Returns an earlier value, so that the ops after it can be erased.
    for (unsigned i = 0; i < 30; ++i)
      attempt(name, [&](func::FuncOp function) {
        Block &block = function.getBody().front();
        Operation *terminator = block.getTerminator();
        Operation *op = terminator;
        for (unsigned j = 0; op && j <= i; ++j)
          op = op->getPrevNode();
        if (!op || op->getNumResults() == 0 ||
            op->hasTrait<OpTrait::ConstantLike>() ||
            terminator->getNumOperands() != 1 ||
            terminator->getOperand(0) == op->getResult(0))
          return false;
        terminator->setOperand(0, op->getResult(0));
        return true;
      });
    for (unsigned i = 20; i-- > 0;)
      attempt(name, [&](func::FuncOp function) {
        if (i >= function.getNumArguments() ||
            !function.getArgument(i).use_empty())
          return false;
        return succeeded(function.eraseArgument(i));
      });
  }
  return hasChanged;
}

void quant_bnn::fuzz::minimize(Case &bug,
                               llvm::function_ref<bool(const Case &)> isSame) {
  ScopedDiagnosticHandler handler(bug.module.get().getContext(),
                                  [](Diagnostic &) { return success(); });
  for (unsigned round = 0; round < 8; ++round) {
    bool hasChanged = dropSteps(bug, isSame);
    hasChanged |= dropResults(bug, isSame);
    hasChanged |= eraseOps(bug, isSame);
    if (!hasChanged)
      return;
  }
}
