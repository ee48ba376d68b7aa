//===- OutlineLoops.cpp - Move loops out of long functions ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Outlining.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Transforms/RegionUtils.h"
#include "quant-bnn/Codegen/CPU/Passes.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-outline-loops"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNOUTLINELOOPSPASS
#include "quant-bnn/Codegen/CPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

/// A loop of fewer ops stays where it is.
static constexpr int64_t minLoopOps = 4;

static int64_t countOps(Operation *op) {
  int64_t count = 0;
  op->walk([&](Operation *) { ++count; });
  return count;
}

/// Moves `loop` to a function after `before`, which is its function or the one
/// of the loop before, and calls the new function.
static func::FuncOp outline(Operation *loop, StringRef name,
                            func::FuncOp before, SymbolTable &symbols) {
  OpBuilder builder(loop);
  Location loc = loop->getLoc();
  SetVector<Value> used(loop->operand_begin(), loop->operand_end());
  getUsedValuesDefinedAbove(loop->getRegions(), used);
  func::FuncOp function = outlining::createFunction(
      symbols, before, name, builder.getFunctionType({}, {}));
  // Inlining, for which one call is reason enough, would undo this.
  function->setDiscardableAttr("passthrough",
                               builder.getStrArrayAttr({"noinline"}));
  Block *body = function.addEntryBlock();
  auto call = func::CallOp::create(builder, loc, function, ValueRange());
  builder.setInsertionPointToEnd(body);
  auto end = func::ReturnOp::create(builder, loc);
  loop->moveBefore(end);
  call->setOperands(outlining::isolate(function.getBody(), used.getArrayRef()));
  function.setFunctionType(
      builder.getFunctionType(body->getArgumentTypes(), {}));
  return function;
}

namespace {
struct QuantBNNOutlineLoopsPass
    : quant_bnn::impl::QuantBNNOutlineLoopsPassBase<QuantBNNOutlineLoopsPass> {
  using Base::Base;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    bool hasChanged = false;
    for (auto function :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      if (countOps(function) <= maxOps)
        continue;
      SmallVector<Operation *> loops;
      for (Operation &op : function.getOps())
        if (isa<scf::ForOp, scf::IfOp>(op) && op.getNumResults() == 0 &&
            countOps(&op) >= minLoopOps)
          loops.push_back(&op);
      LDBG() << function.getName() << ": " << loops.size() << " loops";
      std::string name = (function.getName() + "_loop").str();
      func::FuncOp before = function;
      for (Operation *loop : loops)
        before = outline(loop, name, before, symbols);
      hasChanged |= !loops.empty();
    }
    if (!hasChanged)
      markAllAnalysesPreserved();
  }
};
} // namespace
