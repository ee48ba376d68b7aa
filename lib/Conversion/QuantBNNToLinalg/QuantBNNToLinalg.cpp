//===- QuantBNNToLinalg.cpp - Map ops over the elements of tensors --------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ToLinalg.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "quant-bnn/Conversion/Passes.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"
#include "quant-bnn/Support/FuseProducts.h"

namespace quant_bnn {
#define GEN_PASS_DEF_CONVERTQUANTBNNTOLINALGPASS
#include "quant-bnn/Conversion/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

namespace {
/// Replaces ops that return an operand by this operand, so that no data is
/// moved.
struct ForwardPassThrough
    : OpInterfaceRewritePattern<ElementwisePayloadOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(ElementwisePayloadOpInterface op,
                                PatternRewriter &rewriter) const override {
    Value value = op.getPassThrough();
    if (!value)
      return rewriter.notifyMatchFailure(op, "computes");
    rewriter.replaceOp(op, value);
    return success();
  }
};

struct ConvertQuantBNNToLinalgPass
    : quant_bnn::impl::ConvertQuantBNNToLinalgPassBase<
          ConvertQuantBNNToLinalgPass> {
  void runOnOperation() override;
};
} // namespace

/// Returns the sizes of `value`, with which its destination was created. If
/// each op took the sizes of the result of the op before it, the sizes of a
/// long chain would be resolved again and again.
static SmallVector<OpFoldResult> getSizes(OpBuilder &builder, Location loc,
                                          Value value) {
  while (auto op = value.getDefiningOp<DestinationStyleOpInterface>())
    value = op.getTiedOpOperand(cast<OpResult>(value))->get();
  if (auto empty = value.getDefiningOp<tensor::EmptyOp>())
    return empty.getMixedSizes();
  return tensor::getMixedSizes(builder, loc, value);
}

/// Replaces the inits of `generic`, which does not read them, by new
/// `tensor.empty` ops.
static void replaceInits(linalg::GenericOp generic) {
  OpBuilder builder(generic);
  for (OpOperand &init : generic.getDpsInitsMutable()) {
    if (init.get().getDefiningOp<tensor::EmptyOp>())
      continue;
    auto type = cast<RankedTensorType>(init.get().getType());
    init.set(
        tensor::EmptyOp::create(builder, generic.getLoc(),
                                getSizes(builder, generic.getLoc(), init.get()),
                                type.getElementType(), type.getEncoding()));
  }
}

/// Makes the destinations that `op`, an elementwise op on tensors, reads
/// inputs. Upstream's fusion keeps such a destination, and loops that visit an
/// element several times would read what they wrote.
static void readDestinationsAsInputs(linalg::GenericOp op) {
  SmallVector<OpOperand *> read;
  for (OpOperand &init : op.getDpsInitsMutable())
    if (op.payloadUsesValueFromOperand(&init))
      read.push_back(&init);
  if (read.empty() || !op.hasPureTensorSemantics() ||
      op.getNumParallelLoops() != op.getNumLoops())
    return;
  OpBuilder builder(op);
  Location loc = op.getLoc();
  unsigned numInputs = op.getNumDpsInputs();
  SmallVector<Value> inputs(op.getInputs()), outputs(op.getOutputs());
  SmallVector<AffineMap> maps = op.getIndexingMapsArray(), readMaps;
  for (OpOperand *init : read) {
    inputs.push_back(init->get());
    readMaps.push_back(op.getMatchingIndexingMap(init));
    auto type = cast<RankedTensorType>(init->get().getType());
    outputs[init->getOperandNumber() - numInputs] = tensor::EmptyOp::create(
        builder, loc, getSizes(builder, loc, init->get()),
        type.getElementType(), type.getEncoding());
  }
  maps.insert(maps.begin() + numInputs, readMaps.begin(), readMaps.end());
  auto generic =
      linalg::GenericOp::create(builder, loc, op.getResultTypes(), inputs,
                                outputs, maps, op.getIteratorTypesArray());
  Block *body = op.getBody();
  for (auto [i, init] : llvm::enumerate(read)) {
    BlockArgument before = body->getArgument(init->getOperandNumber() + i);
    BlockArgument after =
        body->insertArgument(numInputs + i, before.getType(), loc);
    before.replaceAllUsesWith(after);
  }
  generic.getRegion().takeBody(op.getRegion());
  op.replaceAllUsesWith(generic.getResults());
  op.erase();
}

void ConvertQuantBNNToLinalgPass::runOnOperation() {
  RewritePatternSet decompositions(&getContext());
  populateDecomposePatterns(decompositions);
  decompositions.add<ForwardPassThrough>(&getContext());
  quant_bnn::detail::populateExpandMathPatterns(decompositions);
  quant_bnn::detail::populateJoinInsertSlicesPatterns(decompositions);
  quant_bnn::detail::populateTensorOpsToLinalgPatterns(decompositions);
  GreedyRewriteConfig config;
  config.enableFolding(false);
  if (failed(applyPatternsGreedily(getOperation(), std::move(decompositions),
                                   config)))
    return signalPassFailure();

  getOperation()->walk(readDestinationsAsInputs);
  DenseSet<Operation *> present;
  getOperation()->walk([&](linalg::GenericOp op) {
    present.insert(op);
    // Fuse products now: sums may later be fused with other ops that multiply,
    // whose products must stay rounded.
    fuseProduct(op);
  });
  RewritePatternSet patterns(&getContext());
  linalg::populateElementwiseToLinalgConversionPatterns(patterns);
  walkAndApplyPatterns(getOperation(), std::move(patterns));
  // The upstream pattern takes an operand as destination, and bufferization
  // would then write into it.
  getOperation()->walk([&](linalg::GenericOp op) {
    if (!present.contains(op))
      replaceInits(op);
  });

  // A `tensor.dim` of a result is a use of it, and a value with two uses is not
  // fused, so take the sizes with which its destination was created.
  RewritePatternSet sizes(&getContext());
  tensor::DimOp::getCanonicalizationPatterns(sizes, &getContext());
  tensor::EmptyOp::getCanonicalizationPatterns(sizes, &getContext());
  if (Dialect *dialect = getContext().getLoadedDialect<QuantBNNDialect>())
    dialect->getCanonicalizationPatterns(sizes);
  if (failed(applyPatternsGreedily(getOperation(), std::move(sizes), config)))
    signalPassFailure();
}
