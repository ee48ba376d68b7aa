//===- ConvertSCFToCF.cpp - Convert structured control flow, last op first ===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// convert-scf-to-cf of LLVM 22 takes quadratic time in the ops of a block.
// Delete this pass when upstream converts the last op of a block first.
//
//===----------------------------------------------------------------------===//

#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Iterators.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Rewrite/FrozenRewritePatternSet.h"
#include "mlir/Rewrite/PatternApplicator.h"
#include "quant-bnn/Codegen/Workarounds/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCONVERTSCFTOCFPASS
#include "quant-bnn/Codegen/Workarounds/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

/// Whether upstream's patterns convert `op`.
static bool isStructured(Operation *op) {
  return isa<scf::ExecuteRegionOp, scf::ForOp, scf::ForallOp, scf::IfOp,
             scf::IndexSwitchOp, scf::ParallelOp, scf::WhileOp>(op);
}

namespace {

/// The structured ops to convert; the next one is at the end. An op comes
/// before the ops in its regions, since the patterns look for the terminators
/// of the regions in single blocks. The last op of a block comes first.
class Worklist : public RewriterBase::Listener {
public:
  explicit Worklist(Operation *root) {
    root->walk<WalkOrder::PreOrder, ReverseIterator>([&](Operation *op) {
      if (isStructured(op))
        ops.push_back(op);
    });
    std::reverse(ops.begin(), ops.end());
  }

  Operation *pop() {
    // A conversion creates the outermost op first.
    ops.append(made.rbegin(), made.rend());
    made.clear();
    return ops.empty() ? nullptr : ops.pop_back_val();
  }

  void notifyOperationInserted(Operation *op,
                               OpBuilder::InsertPoint previous) override {
    bool isMoved = previous.isSet();
    if (!isMoved && isStructured(op))
      made.push_back(op);
  }

private:
  SmallVector<Operation *> ops, made;
};

struct QuantBNNConvertSCFToCFPass
    : quant_bnn::impl::QuantBNNConvertSCFToCFPassBase<
          QuantBNNConvertSCFToCFPass> {
  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    populateSCFToControlFlowConversionPatterns(set);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    PatternApplicator applicator(patterns);
    applicator.applyDefaultCostModel();
    Worklist worklist(getOperation());
    PatternRewriter rewriter(&getContext());
    rewriter.setListener(&worklist);
    while (Operation *op = worklist.pop()) {
      if (op->getParentOp()->hasTrait<OpTrait::SingleBlock>()) {
        op->emitOpError("cannot become branches: the region of '")
            << op->getParentOp()->getName() << "' around it takes one block";
        return signalPassFailure();
      }
      rewriter.setInsertionPoint(op);
      if (failed(applicator.matchAndRewrite(op, rewriter))) {
        op->emitOpError("cannot become branches: upstream has no pattern for "
                        "its form");
        return signalPassFailure();
      }
    }
  }

private:
  FrozenRewritePatternSet patterns;
};

} // namespace
