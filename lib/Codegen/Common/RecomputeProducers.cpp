//===- RecomputeProducers.cpp - Recompute cheap producers -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-recompute-producers"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNRECOMPUTEPRODUCERSPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using linalg::GenericOp;

namespace {
struct QuantBNNRecomputeProducersPass
    : quant_bnn::impl::QuantBNNRecomputeProducersPassBase<
          QuantBNNRecomputeProducersPass> {
  void runOnOperation() override;
};
} // namespace

/// The maximum number of operations per element of a producer to recompute.
static constexpr size_t maxOperations = 24;

/// Whether every user of `producer` can compute `producer` itself: it is
/// elementwise, has one full-size input at most, and has uses, which are all
/// inputs of generics.
static bool canRecompute(GenericOp producer) {
  if (!linalg::isElementwise(producer) || producer->getNumResults() != 1 ||
      producer->use_empty())
    return false;
  unsigned streams =
      llvm::count_if(producer.getDpsInputOperands(), [&](OpOperand *operand) {
        return producer.getMatchingIndexingMap(operand).getNumResults() > 0;
      });
  return streams <= 1 && llvm::all_of(producer->getUses(), [](OpOperand &use) {
           auto user = dyn_cast<GenericOp>(use.getOwner());
           return user && !user.isDpsInit(&use);
         });
}

/// Returns the producers in `root` to recompute in their users. The cost of a
/// producer includes the costs of the recomputed producers that it reads:
/// otherwise a chain would be recomputed for each of its parts.
static SmallVector<GenericOp> selectProducers(Operation *root) {
  SmallVector<GenericOp> producers;
  llvm::DenseMap<Operation *, size_t> costs;
  root->walk([&](GenericOp op) {
    size_t cost = op.getBody()->getOperations().size() - 1;
    for (Value input : op.getDpsInputs())
      cost += costs.lookup(input.getDefiningOp());
    if (!canRecompute(op))
      return;
    LDBG() << op.getLoc() << ": " << cost << " operations for an element"
           << (cost > maxOperations ? ", too many to repeat" : "");
    if (cost > maxOperations)
      return;
    costs[op] = cost;
    producers.push_back(op);
  });
  return producers;
}

/// Builds a copy of `producer` for every user but the last one.
static void copyForUsers(GenericOp producer) {
  llvm::SetVector<Operation *> users(producer->user_begin(),
                                     producer->user_end());
  for (Operation *user : llvm::drop_end(users)) {
    OpBuilder builder(user);
    Operation *copy = builder.clone(*producer);
    user->replaceUsesOfWith(producer->getResult(0), copy->getResult(0));
  }
}

/// Whether `op` reads a destination. Upstream's fusion keeps the destination,
/// and loops that visit an element several times would read what they wrote.
static bool readsDestination(GenericOp op) {
  return llvm::any_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
    return op.payloadUsesValueFromOperand(&init);
  });
}

/// Whether `root` has a generic with an operand whose type has an encoding.
/// Upstream's fusion drops the encoding of a destination that is not read.
static bool hasEncodings(Operation *root) {
  return root
      ->walk([](GenericOp op) {
        bool isEncoded = llvm::any_of(op->getOperandTypes(), [](Type type) {
          auto tensor = dyn_cast<RankedTensorType>(type);
          return tensor && tensor.getEncoding();
        });
        return isEncoded ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

void QuantBNNRecomputeProducersPass::runOnOperation() {
  if (hasEncodings(getOperation()))
    return;
  SmallVector<GenericOp> producers = selectProducers(getOperation());
  for (GenericOp producer : llvm::reverse(producers))
    copyForUsers(producer);

  RewritePatternSet patterns(&getContext());
  linalg::populateElementwiseOpsFusionPatterns(
      patterns, [](OpOperand *operand) {
        auto producer = operand->get().getDefiningOp<GenericOp>();
        return producer && producer->hasOneUse() && !readsDestination(producer);
      });
  if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
    signalPassFailure();
}
