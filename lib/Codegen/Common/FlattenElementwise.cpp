//===- FlattenElementwise.cpp - Collapse elementwise ops to 1-D -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-flatten-elementwise"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNFLATTENELEMENTWISEPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using linalg::GenericOp;

namespace {
struct QuantBNNFlattenElementwisePass
    : quant_bnn::impl::QuantBNNFlattenElementwisePassBase<
          QuantBNNFlattenElementwisePass> {
  void runOnOperation() override;
};
} // namespace

static bool isReshapable(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() > 1 && !type.getEncoding();
}

/// Whether `generic` computes its elements independently, from tensors of one
/// shape and from scalars, and all tensors can be collapsed.
static bool canFlatten(GenericOp generic) {
  if (!generic.hasPureTensorSemantics() || generic.getNumLoops() < 2 ||
      generic.hasIndexSemantics() ||
      !llvm::all_equal(generic.getIteratorTypesArray()))
    return false;
  return llvm::all_of(generic->getOpOperands(), [&](OpOperand &operand) {
    AffineMap map = generic.getMatchingIndexingMap(&operand);
    if (map.getNumResults() == 0)
      return true;
    // A slice cannot be collapsed without a copy.
    return map.isIdentity() && isReshapable(operand.get()) &&
           !operand.get().getDefiningOp<tensor::ExtractSliceOp>();
  });
}

/// Returns the generics in `root` that become one-dimensional: those that share
/// a tensor with a reshape from or to one dimension for a generic, and those
/// that share a tensor with one of these.
static llvm::SetVector<Operation *> findGenerics(Operation *root) {
  llvm::SetVector<Value> values;
  llvm::SetVector<Operation *> generics;
  auto visit = [&](Value value) {
    if (isReshapable(value) && !value.getDefiningOp<tensor::EmptyOp>())
      values.insert(value);
  };
  auto isGeneric = [](Operation *op) { return isa_and_present<GenericOp>(op); };
  root->walk([&](Operation *op) {
    if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
      if (collapse.getResultType().getRank() == 1 &&
          llvm::any_of(collapse->getUsers(), isGeneric))
        visit(collapse.getSrc());
    } else if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
      if (expand.getSrcType().getRank() == 1 &&
          isGeneric(expand.getSrc().getDefiningOp()))
        visit(expand.getResult());
    }
  });
  for (size_t i = 0; i < values.size(); ++i) {
    SmallVector<Operation *> neighbours(values[i].getUsers());
    if (Operation *def = values[i].getDefiningOp())
      neighbours.push_back(def);
    for (Operation *op : neighbours) {
      auto generic = dyn_cast<GenericOp>(op);
      if (!generic || !canFlatten(generic) || !generics.insert(op))
        continue;
      llvm::for_each(generic->getOperands(), visit);
      llvm::for_each(generic->getResults(), visit);
    }
  }
  return generics;
}

/// Makes `generic` one-dimensional, between reshapes of its operands and
/// results.
static void flatten(GenericOp generic, RewriterBase &rewriter) {
  LDBG() << generic.getLoc() << ": " << generic.getNumLoops()
         << " loops become one";
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(generic);
  Location loc = generic.getLoc();
  DictionaryAttr attributes = generic->getDiscardableAttrDictionary();
  SmallVector<ReassociationIndices> loops = {
      llvm::to_vector(llvm::seq<int64_t>(generic.getNumLoops()))};
  FailureOr<linalg::CollapseResult> flat =
      linalg::collapseOpIterationDims(generic, loops, rewriter);
  assert(succeeded(flat) && "canFlatten must be as strict as upstream");
  flat->collapsedOp->setDiscardableAttrs(attributes);
  // The replacements that upstream returns are not used: in LLVM 22.1, they can
  // have constant sizes where the type is dynamic, and canonicalization
  // crashes.
  rewriter.setInsertionPointAfter(flat->collapsedOp);
  SmallVector<Value> results;
  for (auto [result, init] : llvm::zip_equal(flat->collapsedOp->getResults(),
                                             generic.getDpsInits())) {
    auto type = cast<RankedTensorType>(init.getType());
    bool isFlat = result.getType() == type;
    results.push_back(isFlat ? Value(result)
                             : tensor::ExpandShapeOp::create(
                                   rewriter, loc, type, result, loops,
                                   tensor::getMixedSizes(rewriter, loc, init)));
  }
  rewriter.replaceOp(generic, results);
}

// A reshape between the definition of a tensor and its use would separate loops
// that may be fused.

/// Moves `collapse` to the definition of its source.
static void hoist(tensor::CollapseShapeOp collapse) {
  Value source = collapse.getSrc();
  if (Operation *def = source.getDefiningOp())
    collapse->moveAfter(def);
  else
    collapse->moveBefore(&source.getParentBlock()->front());
}

/// Moves `expand` to its first user, unless a user is in another block.
static void sink(tensor::ExpandShapeOp expand) {
  Block *block = expand->getBlock();
  Operation *first = nullptr;
  for (Operation *user : expand->getUsers()) {
    Operation *inBlock = block->findAncestorOpInBlock(*user);
    if (!inBlock)
      return;
    if (!first || inBlock->isBeforeInBlock(first))
      first = inBlock;
  }
  if (first)
    expand->moveBefore(first);
}

void QuantBNNFlattenElementwisePass::runOnOperation() {
  Operation *root = getOperation();
  llvm::SetVector<Operation *> generics = findGenerics(root);
  if (generics.empty())
    return;
  IRRewriter rewriter(&getContext());
  for (Operation *generic : generics)
    flatten(cast<GenericOp>(generic), rewriter);
  // Cancel the reshapes between one-dimensional generics. A `tensor.dim` of a
  // result is a use of the result, which prevents fusion.
  RewritePatternSet patterns(&getContext());
  tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, &getContext());
  tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, &getContext());
  tensor::DimOp::getCanonicalizationPatterns(patterns, &getContext());
  tensor::populateFoldTensorEmptyPatterns(patterns);
  if (failed(applyPatternsGreedily(root, std::move(patterns))))
    return signalPassFailure();
  DominanceInfo dominance(root);
  eliminateCommonSubExpressions(rewriter, dominance, root);
  SmallVector<tensor::CollapseShapeOp> collapses;
  root->walk([&](tensor::CollapseShapeOp op) { collapses.push_back(op); });
  llvm::for_each(collapses, hoist);
  SmallVector<tensor::ExpandShapeOp> expansions;
  root->walk([&](tensor::ExpandShapeOp op) { expansions.push_back(op); });
  llvm::for_each(expansions, sink);
}
