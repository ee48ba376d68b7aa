//===- EvaluateControlFlow.cpp - Evaluation of scf and cf -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace quant_bnn::fuzz;

using Stop = Evaluator::Stop;

/// Sets the results of `op` to the values `yielded` by the terminator of its
/// region.
static void setResults(Evaluator &evaluator, Operation *op,
                       ArrayRef<Value> yielded) {
  SmallVector<Data> data;
  for (Value value : yielded)
    data.push_back(evaluator.get(value));
  for (auto [result, value] : llvm::zip(op->getResults(), data))
    evaluator.set(result, std::move(value));
}

static void evaluateIf(Evaluator &evaluator, scf::IfOp op) {
  const Element condition = evaluator.get(op.getCondition()).elements.front();
  if (!condition.isExact())
    return evaluator.setStop(Stop::Limit, "a condition that is not known");
  Region &region = condition.integer ? op.getThenRegion() : op.getElseRegion();
  if (region.empty())
    return;
  SmallVector<Value> yielded = evaluator.run(region.front(), {});
  if (!evaluator.isStopped())
    setResults(evaluator, op, yielded);
}

static void evaluateFor(Evaluator &evaluator, scf::ForOp op) {
  int64_t low = evaluator.getIndex(op.getLowerBound());
  int64_t high = evaluator.getIndex(op.getUpperBound());
  int64_t step = evaluator.getIndex(op.getStep());
  if (!evaluator.isStopped() && step <= 0)
    evaluator.setStop(Stop::Undefined, "a step that is not positive");
  if (evaluator.isStopped())
    return;
  SmallVector<Data> arguments(1);
  for (Value init : op.getInits())
    arguments.push_back(evaluator.get(init));
  for (int64_t i = low; i < high; i += step) {
    arguments[0] = Data(op.getInductionVar().getType(), Element::ofInteger(i));
    SmallVector<Value> yielded = evaluator.run(*op.getBody(), arguments);
    if (evaluator.isStopped())
      return;
    for (auto [argument, value] :
         llvm::zip_equal(llvm::drop_begin(arguments), yielded))
      argument = evaluator.get(value);
  }
  for (auto [result, data] :
       llvm::zip_equal(op.getResults(), llvm::drop_begin(arguments)))
    evaluator.set(result, std::move(data));
}

static void evaluateWhile(Evaluator &evaluator, scf::WhileOp op) {
  SmallVector<Data> arguments;
  for (Value init : op.getInits())
    arguments.push_back(evaluator.get(init));
  for (;;) {
    SmallVector<Value> condition =
        evaluator.run(*op.getBeforeBody(), arguments);
    if (evaluator.isStopped())
      return;
    const Element isMore = evaluator.get(condition[0]).elements.front();
    if (!isMore.isExact())
      return evaluator.setStop(Stop::Limit, "a condition that is not known");
    arguments.clear();
    for (Value value : llvm::drop_begin(condition))
      arguments.push_back(evaluator.get(value));
    if (!isMore.integer)
      break;
    SmallVector<Value> yielded = evaluator.run(*op.getAfterBody(), arguments);
    if (evaluator.isStopped())
      return;
    arguments.clear();
    for (Value value : yielded)
      arguments.push_back(evaluator.get(value));
  }
  for (auto [result, data] : llvm::zip_equal(op.getResults(), arguments))
    evaluator.set(result, std::move(data));
}

bool quant_bnn::fuzz::evaluateControlFlow(Evaluator &evaluator, Operation *op) {
  if (auto ifOp = dyn_cast<scf::IfOp>(op)) {
    evaluateIf(evaluator, ifOp);
    return true;
  }
  if (auto forOp = dyn_cast<scf::ForOp>(op)) {
    evaluateFor(evaluator, forOp);
    return true;
  }
  if (auto whileOp = dyn_cast<scf::WhileOp>(op)) {
    evaluateWhile(evaluator, whileOp);
    return true;
  }
  if (auto assertOp = dyn_cast<cf::AssertOp>(op)) {
    const Element condition = evaluator.get(assertOp.getArg()).elements.front();
    if (!condition.isExact())
      evaluator.setStop(Stop::Limit, "an assertion that is not known");
    else if (condition.integer == 0)
      evaluator.setStop(Stop::Undefined, "an assertion failed");
    return true;
  }
  return false;
}
