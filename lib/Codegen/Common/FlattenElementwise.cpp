//===- FlattenElementwise.cpp - Collapse elementwise ops to 1-D -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
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
class Flattener {
public:
  explicit Flattener(Operation *root) : root(root) {}
  void run();

private:
  void visit(Value value);
  Value getFlat(Value value);
  Value buildFlatInit(OpBuilder &builder, Value init);
  void flatten(GenericOp generic);
  void expandResults(GenericOp generic);

  Operation *root;
  /// The tensors whose generics become one-dimensional.
  llvm::SetVector<Value> values;
  llvm::SetVector<Operation *> generics;
  /// The one-dimensional form of a tensor, where it is known.
  DenseMap<Value, Value> flat;
};

struct QuantBNNFlattenElementwisePass
    : quant_bnn::impl::QuantBNNFlattenElementwisePassBase<
          QuantBNNFlattenElementwisePass> {
  void runOnOperation() override {
    Flattener(getOperation()).run();
    // A `tensor.dim` of a result is a use of the result, which prevents fusion.
    RewritePatternSet sizes(&getContext());
    tensor::DimOp::getCanonicalizationPatterns(sizes, &getContext());
    GreedyRewriteConfig config;
    config.enableFolding(false);
    if (failed(applyPatternsGreedily(getOperation(), std::move(sizes), config)))
      signalPassFailure();
  }
};
} // namespace

static bool isReshapable(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() > 1 && !type.getEncoding();
}

static SmallVector<ReassociationIndices> getReassociation(Value value) {
  int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
  return {llvm::to_vector(llvm::seq<int64_t>(rank))};
}

/// Returns the first op in the block of `value` that needs `value`, or the op
/// after its definition if that is not known.
static Operation *findFirstUser(OpResult value) {
  Operation *first = nullptr;
  Block *block = value.getOwner()->getBlock();
  for (Operation *user : value.getUsers()) {
    Operation *inBlock = block->findAncestorOpInBlock(*user);
    if (!inBlock)
      return value.getOwner()->getNextNode();
    if (!first || inBlock->isBeforeInBlock(first))
      first = inBlock;
  }
  return first ? first : value.getOwner()->getNextNode();
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

/// Adds `value` to `values`, unless it needs no reshape or is a `tensor.empty`.
void Flattener::visit(Value value) {
  if (!isReshapable(value) || value.getDefiningOp<tensor::EmptyOp>())
    return;
  values.insert(value);
}

/// Returns the one-dimensional form of `value`, which is in `values` or an
/// operand of a generic in `generics`.
Value Flattener::getFlat(Value value) {
  Value &result = flat[value];
  if (result)
    return result;
  auto expand = value.getDefiningOp<tensor::ExpandShapeOp>();
  if (expand && expand.getSrcType().getRank() == 1)
    return result = expand.getSrc();
  OpBuilder builder(root->getContext());
  builder.setInsertionPointAfterValue(value);
  return result = tensor::CollapseShapeOp::create(
             builder, value.getLoc(), value, getReassociation(value));
}

Value Flattener::buildFlatInit(OpBuilder &builder, Value init) {
  auto empty = init.getDefiningOp<tensor::EmptyOp>();
  if (!empty)
    return getFlat(init);
  AffineExpr size = builder.getAffineConstantExpr(1);
  SmallVector<OpFoldResult> sizes = empty.getMixedSizes();
  for (unsigned i = 0; i < sizes.size(); ++i)
    size = size * builder.getAffineSymbolExpr(i);
  OpFoldResult total = affine::makeComposedFoldedAffineApply(
      builder, empty.getLoc(), size, sizes);
  // The result is expanded to a type in which the size may be dynamic.
  if (!empty.getType().hasStaticShape())
    total = getValueOrCreateConstantIndexOp(builder, empty.getLoc(), total);
  return tensor::EmptyOp::create(builder, empty.getLoc(), total,
                                 empty.getType().getElementType());
}

void Flattener::flatten(GenericOp generic) {
  LDBG() << generic.getLoc() << ": " << generic.getNumLoops()
         << " loops become one";
  OpBuilder builder(generic);
  Location loc = generic.getLoc();
  AffineMap identity = builder.getMultiDimIdentityMap(1);
  AffineMap scalar = AffineMap::get(1, 0, builder.getContext());
  SmallVector<Value> inputs, inits;
  SmallVector<AffineMap> maps;
  for (OpOperand &operand : generic->getOpOperands()) {
    bool isScalar =
        generic.getMatchingIndexingMap(&operand).getNumResults() == 0;
    maps.push_back(isScalar ? scalar : identity);
    bool isInit = generic.isDpsInit(&operand);
    Value value = operand.get();
    if (!isScalar)
      value = isInit ? buildFlatInit(builder, value) : getFlat(value);
    (isInit ? inits : inputs).push_back(value);
  }
  auto flatGeneric =
      GenericOp::create(builder, loc, ValueRange(inits).getTypes(), inputs,
                        inits, maps, generic.getIteratorTypesArray().front());
  flatGeneric.getRegion().takeBody(generic.getRegion());
  flatGeneric->setDiscardableAttrs(generic->getDiscardableAttrDictionary());
  for (auto [result, flatResult] :
       llvm::zip_equal(generic->getResults(), flatGeneric->getResults()))
    flat[result] = flatResult;
}

/// Replaces the results of `generic` by their expanded one-dimensional forms.
/// No flattened generic uses `generic` any more.
void Flattener::expandResults(GenericOp generic) {
  for (auto [result, init] :
       llvm::zip_equal(generic->getResults(), generic.getDpsInits())) {
    Value replacement = flat.lookup(result);
    if (!result.use_empty() && result.getType() != replacement.getType()) {
      // Expand as late as possible: until there, the loop may move to fuse with
      // other loops.
      OpBuilder builder(findFirstUser(result));
      replacement = tensor::ExpandShapeOp::create(
          builder, generic.getLoc(), cast<RankedTensorType>(result.getType()),
          replacement, getReassociation(result),
          tensor::getMixedSizes(builder, generic.getLoc(), init));
    }
    result.replaceAllUsesWith(replacement);
  }
  generic.erase();
}

void Flattener::run() {
  // Begin where one-dimensional generics meet others.
  root->walk([&](Operation *op) {
    auto isGeneric = [](Operation *other) {
      return isa_and_present<GenericOp>(other);
    };
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
    Value value = values[i];
    SmallVector<Operation *> neighbours(value.getUsers());
    if (Operation *def = value.getDefiningOp())
      neighbours.push_back(def);
    for (Operation *op : neighbours) {
      auto generic = dyn_cast<GenericOp>(op);
      if (!generic || !canFlatten(generic) || !generics.insert(op))
        continue;
      llvm::for_each(generic->getOperands(), [&](Value v) { visit(v); });
      llvm::for_each(generic->getResults(), [&](Value v) { visit(v); });
    }
  }
  SmallVector<GenericOp> ordered;
  root->walk([&](GenericOp generic) {
    if (generics.contains(generic))
      ordered.push_back(generic);
  });
  llvm::for_each(ordered, [&](GenericOp generic) { flatten(generic); });
  root->walk([&](tensor::CollapseShapeOp collapse) {
    Value known = flat.lookup(collapse.getSrc());
    if (known && known != collapse.getResult() &&
        known.getType() == collapse.getType()) {
      collapse.replaceAllUsesWith(known);
      collapse.erase();
    }
  });
  for (GenericOp generic : llvm::reverse(ordered))
    expandResults(generic);
}
