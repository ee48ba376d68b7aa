//===- LinalgLoops.cpp - Generics over the loops of another op ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinalgLoops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "quant-bnn/Autodiff/Adjoints.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::detail;
using utils::IteratorType;

/// Returns the iterator types of loops with the output `map`. A loop is
/// parallel if its iterations have different elements of the output, whatever
/// the other loops do.
static SmallVector<IteratorType> getIterators(AffineMap map) {
  SmallVector<IteratorType> iterators;
  for (unsigned loop = 0; loop < map.getNumDims(); ++loop) {
    unsigned uses = llvm::count_if(map.getResults(), [&](AffineExpr expr) {
      return expr.isFunctionOfDim(loop);
    });
    bool isPlain = uses == 1 &&
                   llvm::is_contained(map.getResults(),
                                      getAffineDimExpr(loop, map.getContext()));
    iterators.push_back(isPlain ? IteratorType::parallel
                                : IteratorType::reduction);
  }
  return iterators;
}

LoopBuilder::LoopBuilder(OpBuilder &builder, linalg::LinalgOp op,
                         ArrayRef<LoopOperand> extra, LoopOperand out)
    : op(op), out(out), iterators(getIterators(out.map)),
      holder(scf::ExecuteRegionOp::create(builder, op.getLoc(), TypeRange())),
      body(&holder->getRegion().emplaceBlock()), bodyBuilder(op->getContext()) {
  bodyBuilder.setInsertionPointToEnd(body);
  for (OpOperand *operand : op.getDpsInputOperands())
    inputs.push_back({operand->get(), op.getMatchingIndexingMap(operand)});
  ownInputs = inputs.size();
  inputs.append(extra.begin(), extra.end());
  // An init may be all that tells the extent of a loop.
  for (OpOperand &init : op.getDpsInitsMutable())
    inputs.push_back({init.get(), op.getMatchingIndexingMap(&init)});
  for (const LoopOperand &input : inputs)
    body->addArgument(getElementTypeOrSelf(input.value.getType()), op.getLoc());
  body->addArgument(getElementTypeOrSelf(out.value.getType()), op.getLoc());
  for (unsigned index = 0; index < ownInputs; ++index)
    mapping.map(op.getBlock()->getArgument(index), body->getArgument(index));
}

bool LoopBuilder::accumulates() const {
  return llvm::is_contained(iterators, IteratorType::reduction);
}

Value LoopBuilder::getExtra(unsigned index) const {
  return body->getArgument(ownInputs + index);
}

void LoopBuilder::mapInit(unsigned index, Value value) {
  mapping.map(op.getMatchingBlockArgument(op.getDpsInitOperand(index)), value);
}

SmallVector<Operation *> LoopBuilder::cloneBody() {
  return cloneOps(bodyBuilder, *op.getBlock(), mapping);
}

/// Drops dead ops, and inputs that are neither read nor needed to determine the
/// extent of a loop.
void LoopBuilder::removeUnused() {
  for (Operation &bodyOp : llvm::make_early_inc_range(llvm::reverse(*body)))
    if (isOpTriviallyDead(&bodyOp))
      bodyOp.erase();

  auto getMaps = [&](const llvm::BitVector &kept) {
    SmallVector<AffineMap> maps;
    for (unsigned index : kept.set_bits())
      maps.push_back(inputs[index].map);
    maps.push_back(out.map);
    return maps;
  };
  llvm::BitVector kept(inputs.size());
  for (unsigned index = 0; index < inputs.size(); ++index)
    kept[index] = !body->getArgument(index).use_empty();
  for (unsigned index = 0; index < inputs.size(); ++index) {
    if (inversePermutation(
            concatAffineMaps(getMaps(kept), out.map.getContext())))
      break;
    kept.set(index);
  }
  for (int index = inputs.size() - 1; index >= 0; --index)
    if (!kept[index]) {
      body->eraseArgument(index);
      inputs.erase(inputs.begin() + index);
    }
}

/// Puts the loops that select the output first, in the order of its dimensions,
/// unless the body reads loop indices.
void LoopBuilder::orderByOutput() {
  if (iterators.empty() || !body->getOps<linalg::IndexOp>().empty())
    return;
  SmallVector<int64_t> order;
  for (AffineExpr expr : out.map.getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      if (iterators[dim.getPosition()] == IteratorType::parallel)
        order.push_back(dim.getPosition());
  if (order.size() != out.map.getNumResults())
    return;
  for (int64_t loop = 0; loop < out.map.getNumDims(); ++loop)
    if (!llvm::is_contained(order, loop))
      order.push_back(loop);
  // Loop order[i] becomes loop i.
  AffineMap permutation = AffineMap::getPermutationMap(
      invertPermutationVector(order), out.map.getContext());
  for (LoopOperand &input : inputs)
    input.map = input.map.compose(permutation);
  out.map = out.map.compose(permutation);
  iterators = getIterators(out.map);
}

/// Returns `value` before its extension, if it is extended.
static Value skipExtension(Value value) {
  auto extension = value.getDefiningOp<arith::ExtFOp>();
  return extension ? extension.getIn() : value;
}

/// Whether `body` multiplies its two inputs and adds the product to its last
/// argument, as a matmul does.
static bool isProduct(Block &body) {
  if (body.getNumArguments() != 3)
    return false;
  auto add = body.getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!add || add.getLhs() != body.getArgument(2))
    return false;
  auto product = skipExtension(add.getRhs()).getDefiningOp<arith::MulFOp>();
  if (!product)
    return false;
  auto lhs = dyn_cast<BlockArgument>(skipExtension(product.getLhs()));
  auto rhs = dyn_cast<BlockArgument>(skipExtension(product.getRhs()));
  return lhs && rhs && lhs != rhs && lhs.getOwner() == &body &&
         rhs.getOwner() == &body && lhs.getArgNumber() < 2 &&
         rhs.getArgNumber() < 2;
}

/// Whether the results of `map` are the loops `batch`, and then `first` and
/// `second` in any order.
static bool isMatrix(AffineMap map, ArrayRef<unsigned> batch, unsigned first,
                     unsigned second) {
  MLIRContext *context = map.getContext();
  SmallVector<AffineExpr> exprs;
  for (unsigned loop : batch)
    exprs.push_back(getAffineDimExpr(loop, context));
  exprs.push_back(getAffineDimExpr(first, context));
  exprs.push_back(getAffineDimExpr(second, context));
  if (map.getResults() == ArrayRef(exprs))
    return true;
  std::swap(exprs.back(), exprs[exprs.size() - 2]);
  return map.getResults() == ArrayRef(exprs);
}

/// Builds the generic as linalg.matmul or linalg.batch_matmul, or returns null
/// if it is neither.
Value LoopBuilder::buildMatmul(OpBuilder &builder, Location loc) {
  unsigned loops = iterators.size();
  if (inputs.size() != 2 || (loops != 3 && loops != 4) || !accumulates() ||
      !isProduct(*body) ||
      out.map != AffineMap::getMultiDimIdentityMap(loops, out.map.getContext())
                     .getMajorSubMap(loops - 1))
    return Value();
  SmallVector<unsigned> batch;
  if (loops == 4)
    batch.push_back(0);
  unsigned row = loops - 3, column = loops - 2, depth = loops - 1;
  LoopOperand lhs = inputs[0], rhs = inputs[1];
  if (!isMatrix(lhs.map, batch, row, depth))
    std::swap(lhs, rhs);
  if (!isMatrix(lhs.map, batch, row, depth) ||
      !isMatrix(rhs.map, batch, depth, column))
    return Value();
  NamedAttribute maps(
      builder.getStringAttr("indexing_maps"),
      builder.getAffineMapArrayAttr({lhs.map, rhs.map, out.map}));
  if (loops == 3)
    return linalg::MatmulOp::create(builder, loc, out.value.getType(),
                                    {lhs.value, rhs.value}, out.value, maps)
        .getResult(0);
  return linalg::BatchMatmulOp::create(builder, loc, out.value.getType(),
                                       {lhs.value, rhs.value}, out.value, maps)
      .getResult(0);
}

/// For an output of windows, transposes each input (such as the filter of a
/// convolution) whose innermost dimension is not the loop of the innermost
/// dimension of the output, so that this input is also read contiguously along
/// that loop.
void LoopBuilder::transposeForLanes(OpBuilder &builder, Location loc) {
  if (out.map.getNumResults() == 0 || out.map.isProjectedPermutation())
    return;
  AffineExpr lane = out.map.getResults().back();
  if (!isa<AffineDimExpr>(lane))
    return;
  for (LoopOperand &input : inputs) {
    const AffineExpr *it = llvm::find(input.map.getResults(), lane);
    auto type = dyn_cast<RankedTensorType>(input.value.getType());
    if (!type || !input.map.isProjectedPermutation() ||
        it == input.map.getResults().end() ||
        std::next(it) == input.map.getResults().end())
      continue;
    SmallVector<int64_t> order;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (input.map.getResult(dim) != lane)
        order.push_back(dim);
    order.push_back(it - input.map.getResults().begin());
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(builder, loc, input.value);
    applyPermutationToVector(sizes, order);
    Value empty =
        tensor::EmptyOp::create(builder, loc, sizes, type.getElementType());
    input.value =
        linalg::TransposeOp::create(builder, loc, input.value, empty, order)
            ->getResult(0);
    input.map =
        input.map.getSubMap(SmallVector<unsigned>(order.begin(), order.end()));
  }
}

Value LoopBuilder::finish(OpBuilder &builder, Location loc, Value value) {
  linalg::YieldOp::create(bodyBuilder, loc, value);
  removeUnused();
  // A sum over the elements of tensors stays in the order of these tensors.
  auto hasAllLoops = [](const LoopOperand &input) {
    return input.map.isPermutation();
  };
  if (!accumulates() ||
      (isProduct(*body) && !llvm::all_of(inputs, hasAllLoops))) {
    orderByOutput();
    if (Value product = buildMatmul(builder, loc))
      return product;
  }
  transposeForLanes(builder, loc);
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  for (const LoopOperand &input : inputs) {
    operands.push_back(input.value);
    maps.push_back(input.map);
  }
  maps.push_back(out.map);
  auto generic = linalg::GenericOp::create(
      builder, loc, out.value.getType(), operands, out.value, maps, iterators);
  generic.getRegion().takeBody(holder->getRegion());
  return generic.getResult(0);
}
