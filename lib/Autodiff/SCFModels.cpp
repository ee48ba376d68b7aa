//===- SCFModels.cpp - Gradients of scf -----------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// The backward pass of a region recomputes the region and then computes its
// adjoint, within one op of the same kind. A loop runs backward. The values at
// the start of each iteration are saved on stacks.
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace quant_bnn;
using quant_bnn::detail::Gradients;

/// Returns the values that regions of `op` use from outside, and that may need
/// a gradient.
static SmallVector<Value> getWanted(Operation *op) {
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  SmallVector<Value> wanted;
  for (Value value : captured)
    if (isDifferentiable(value.getType()) && mayBeActive(value))
      wanted.push_back(value);
  return wanted;
}

/// Copies `block` to the insertion point of `builder`, and then builds its
/// adjoint. Adds `yieldedCotangents`, where they are not null, to the
/// `cotangents` of the values that `block` yields.
static LogicalResult buildBlockAdjoint(OpBuilder &builder, Location loc,
                                       Block &block, IRMapping &mapping,
                                       ValueRange yieldedCotangents,
                                       ActiveValues &active,
                                       Cotangents &cotangents) {
  SmallVector<Operation *> ops = cloneOps(builder, block, mapping);
  for (auto [yielded, cotangent] :
       llvm::zip_equal(block.getTerminator()->getOperands(), yieldedCotangents))
    if (cotangent)
      cotangents.add(builder, loc, mapping.lookupOrDefault(yielded), cotangent);
  return buildAdjoints(builder, ops, active, cotangents);
}

/// Returns the gradients of the values that `op` uses: `gradients` for the
/// captured values that are `wanted`, and null for the others.
static SmallVector<Value> placeGradients(Operation *op, ArrayRef<Value> wanted,
                                         ValueRange gradients) {
  SmallVector<Value> placed;
  for (auto [index, value] : llvm::enumerate(getDifferentiatedValues(op))) {
    const auto *it = llvm::find(wanted, value);
    placed.push_back(index < op->getNumOperands() || it == wanted.end()
                         ? Value()
                         : gradients[it - wanted.begin()]);
  }
  return placed;
}

//===----------------------------------------------------------------------===//
// scf.if
//===----------------------------------------------------------------------===//

static LogicalResult buildBranch(OpBuilder builder, Location loc, Block &branch,
                                 ArrayRef<Value> wanted,
                                 ValueRange yieldedCotangents,
                                 SmallVectorImpl<Value> &gradients) {
  IRMapping mapping;
  Cotangents cotangents;
  ActiveValues active(wanted.begin(), wanted.end());
  if (failed(buildBlockAdjoint(builder, loc, branch, mapping, yieldedCotangents,
                               active, cotangents)))
    return failure();
  for (Value value : wanted) {
    Value gradient = cotangents.lookup(value);
    gradients.push_back(gradient ? gradient : buildZero(builder, loc, value));
  }
  scf::YieldOp::create(builder, loc, gradients);
  return success();
}

namespace {
struct IfModel : DifferentiableOpInterface::ExternalModel<IfModel, scf::IfOp> {
  Gradients buildGradient(Operation *op, OpBuilder &builder, Location loc,
                          ValueRange cotangents) const {
    auto ifOp = cast<scf::IfOp>(op);
    SmallVector<Value> wanted = getWanted(op);
    auto gradientOp = scf::IfOp::create(
        builder, loc, ValueRange(wanted).getTypes(), ifOp.getCondition(),
        /*withElseRegion=*/true);
    SmallVector<Value> onTrue, onFalse;
    if (failed(buildBranch(gradientOp.getThenBodyBuilder(), loc,
                           *ifOp.thenBlock(), wanted, cotangents, onTrue)) ||
        failed(buildBranch(gradientOp.getElseBodyBuilder(), loc,
                           *ifOp.elseBlock(), wanted, cotangents, onFalse)))
      return failure();
    SmallVector<Value> gradients;
    for (auto [index, result] : llvm::enumerate(gradientOp.getResults()))
      gradients.push_back(
          isZero(onTrue[index]) && isZero(onFalse[index]) ? Value() : result);
    return placeGradients(op, wanted, gradients);
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// scf.for: stacks of carried values
//===----------------------------------------------------------------------===//

namespace {
/// Finds whether values have the extents of one of some references, by ops that
/// keep the extents of an operand.
class ExtentMatcher {
public:
  explicit ExtentMatcher(ArrayRef<Value> references) : references(references) {}

  bool matches(Value value);

private:
  /// The values whose extents determine those of another value, which has the
  /// extents of a reference if all (`needsAll`) or any of them do.
  struct Sources {
    SmallVector<Value> values;
    bool needsAll = false;
  };

  bool isReference(Value value) const;
  static Sources getSources(Value value);

  ArrayRef<Value> references;
  llvm::DenseMap<Value, bool> known;
};
} // namespace

bool ExtentMatcher::isReference(Value value) const {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return !type || llvm::is_contained(references, value) ||
         (type == references.front().getType() && type.hasStaticShape());
}

ExtentMatcher::Sources ExtentMatcher::getSources(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  Operation *op = value.getDefiningOp();
  Sources sources;
  if (!op)
    return sources;
  if (mlir::OpTrait::hasElementwiseMappableTraits(op) ||
      isa_and_present<QuantBNNDialect>(op->getDialect())) {
    for (Value operand : op->getOperands()) {
      auto shaped = dyn_cast<RankedTensorType>(operand.getType());
      if (shaped && shaped.getShape() == type.getShape())
        sources.values.push_back(operand);
    }
  } else if (auto structured = dyn_cast<linalg::LinalgOp>(op)) {
    OpOperand *init =
        structured.getDpsInitOperand(cast<OpResult>(value).getResultNumber());
    AffineMap map = structured.getMatchingIndexingMap(init);
    sources.values.push_back(init->get());
    for (OpOperand *input : structured.getDpsInputOperands())
      if (structured.getMatchingIndexingMap(input) == map &&
          map.isProjectedPermutation())
        sources.values.push_back(input->get());
  } else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
    sources.values.push_back(insert.getDest());
  } else if (auto insert = dyn_cast<tensor::InsertOp>(op)) {
    sources.values.push_back(insert.getDest());
  } else if (auto empty = dyn_cast<tensor::EmptyOp>(op)) {
    sources.needsAll = true;
    unsigned next = 0;
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      if (!type.isDynamicDim(dim))
        continue;
      auto extent =
          empty.getDynamicSizes()[next++].getDefiningOp<tensor::DimOp>();
      if (!extent || extent.getConstantIndex() != dim)
        return Sources();
      sources.values.push_back(extent.getSource());
    }
  }
  return sources;
}

bool ExtentMatcher::matches(Value value) {
  SmallVector<Value> stack = {value};
  while (!stack.empty()) {
    Value current = stack.back();
    if (isReference(current)) {
      known[current] = true;
      stack.pop_back();
      continue;
    }
    Sources sources = getSources(current);
    // The known sources decide, or the first unknown source is visited.
    bool result = sources.needsAll;
    Value unknown;
    for (Value source : sources.values) {
      auto it = known.find(source);
      if (it == known.end()) {
        unknown = source;
        break;
      }
      result = it->second;
      if (result != sources.needsAll)
        break;
    }
    if (unknown) {
      stack.push_back(unknown);
      continue;
    }
    known[current] = result;
    stack.pop_back();
  }
  return known.lookup(value);
}

/// Returns the type of a stack of `count` values of `type`, or null if `type`
/// cannot be on a stack.
static RankedTensorType getStackType(Type type, int64_t count) {
  SmallVector<int64_t> shape = {count};
  if (auto tensorType = dyn_cast<RankedTensorType>(type))
    llvm::append_range(shape, tensorType.getShape());
  else if (!type.isIntOrIndexOrFloat())
    return RankedTensorType();
  return RankedTensorType::get(shape, getElementTypeOrSelf(type));
}

/// Computes the slice at `index` of a stack of values with the extents of
/// `like`.
static void getSlice(OpBuilder &builder, Location loc, Value like, Value index,
                     SmallVectorImpl<OpFoldResult> &offsets,
                     SmallVectorImpl<OpFoldResult> &sizes,
                     SmallVectorImpl<OpFoldResult> &strides) {
  SmallVector<OpFoldResult> extents = tensor::getMixedSizes(builder, loc, like);
  offsets.assign(extents.size() + 1, builder.getIndexAttr(0));
  strides.assign(extents.size() + 1, builder.getIndexAttr(1));
  offsets.front() = index;
  sizes.assign(1, builder.getIndexAttr(1));
  sizes.append(extents);
}

/// Whether values of `type` have no elements; slices of a stack would begin
/// past its end.
static bool isEmpty(RankedTensorType type) {
  return llvm::is_contained(type.getShape(), 0);
}

static Value push(OpBuilder &builder, Location loc, Value stack, Value value,
                  Value index) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return tensor::InsertOp::create(builder, loc, value, stack, index);
  if (isEmpty(type))
    return stack;
  SmallVector<OpFoldResult> offsets, sizes, strides;
  getSlice(builder, loc, value, index, offsets, sizes, strides);
  return tensor::InsertSliceOp::create(builder, loc, value, stack, offsets,
                                       sizes, strides);
}

/// Builds the value at `index` of `stack`, with the type and extents of `like`.
static Value pop(OpBuilder &builder, Location loc, Value stack, Value like,
                 Value index) {
  auto type = dyn_cast<RankedTensorType>(like.getType());
  if (!type)
    return tensor::ExtractOp::create(builder, loc, stack, index);
  if (isEmpty(type))
    return tensor::EmptyOp::create(builder, loc,
                                   tensor::getMixedSizes(builder, loc, like),
                                   type.getElementType());
  SmallVector<OpFoldResult> offsets, sizes, strides;
  getSlice(builder, loc, like, index, offsets, sizes, strides);
  return tensor::ExtractSliceOp::create(builder, loc, type, stack, offsets,
                                        sizes, strides);
}

/// Builds a copy of `forOp` that also returns a stack of the values of each of
/// `carried` at the start of each iteration, after its results. Replaces the
/// uses of `forOp` by this copy.
static scf::ForOp buildRecordingLoop(scf::ForOp forOp, OpFoldResult count,
                                     ArrayRef<unsigned> carried) {
  Location loc = forOp.getLoc();
  OpBuilder builder(forOp);
  SmallVector<Value> inits(forOp.getInitArgs());
  for (unsigned index : carried) {
    Value init = forOp.getInitArgs()[index];
    SmallVector<OpFoldResult> sizes = {count};
    if (isa<RankedTensorType>(init.getType()))
      llvm::append_range(sizes, tensor::getMixedSizes(builder, loc, init));
    inits.push_back(tensor::EmptyOp::create(
        builder, loc, sizes, getElementTypeOrSelf(init.getType())));
  }
  auto loop = scf::ForOp::create(
      builder, loc, forOp.getLowerBound(), forOp.getUpperBound(),
      forOp.getStep(), inits,
      [&](OpBuilder &nested, Location, Value iv, ValueRange arguments) {
        Value distance =
            arith::SubIOp::create(nested, loc, iv, forOp.getLowerBound());
        Value index =
            arith::DivUIOp::create(nested, loc, distance, forOp.getStep());
        if (!index.getType().isIndex())
          index = arith::IndexCastOp::create(nested, loc, nested.getIndexType(),
                                             index);
        IRMapping mapping;
        mapping.map(forOp.getInductionVar(), iv);
        mapping.map(forOp.getRegionIterArgs(),
                    arguments.take_front(forOp.getNumRegionIterArgs()));
        SmallVector<Value> stacks;
        for (auto [stack, place] : llvm::zip_equal(
                 arguments.drop_front(forOp.getNumRegionIterArgs()), carried))
          stacks.push_back(push(nested, loc, stack, arguments[place], index));
        for (Operation &op : forOp.getBody()->without_terminator())
          nested.clone(op, mapping);
        SmallVector<Value> yielded =
            llvm::map_to_vector(forOp.getYieldedValues(), [&](Value value) {
              return mapping.lookupOrDefault(value);
            });
        llvm::append_range(yielded, stacks);
        scf::YieldOp::create(nested, loc, yielded);
      });
  loop.setUnsignedCmp(forOp.getUnsignedCmp());
  eraseAssertions(forOp);
  forOp.replaceAllUsesWith(loop.getResults().take_front(forOp.getNumResults()));
  return loop;
}

//===----------------------------------------------------------------------===//
// scf.for
//===----------------------------------------------------------------------===//

/// Builds the number of iterations of `forOp`, an index, before the loop.
static OpFoldResult buildTripCount(scf::ForOp forOp) {
  OpBuilder builder(forOp);
  Location loc = forOp.getLoc();
  // The static count has the width of the type, so it may be negative in a
  // narrow one.
  if (std::optional<APInt> count = forOp.getStaticTripCount())
    if (count->isNonNegative())
      return builder.getIndexAttr(count->getSExtValue());
  Value lower = forOp.getLowerBound(), upper = forOp.getUpperBound();
  Type type = lower.getType();
  Value runs =
      arith::CmpIOp::create(builder, loc,
                            forOp.getUnsignedCmp() ? arith::CmpIPredicate::ult
                                                   : arith::CmpIPredicate::slt,
                            lower, upper);
  // (upper - lower - 1) / step + 1, unsigned, so that no difference overflows.
  Value one =
      arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(type, 1));
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(type, 0));
  Value distance = arith::SubIOp::create(builder, loc, upper, lower);
  distance = arith::SubIOp::create(builder, loc, distance, one);
  Value count = arith::DivUIOp::create(builder, loc, distance, forOp.getStep());
  count = arith::AddIOp::create(builder, loc, count, one);
  count = arith::SelectOp::create(builder, loc, runs, count, zero);
  if (!type.isIndex())
    count = arith::IndexCastUIOp::create(builder, loc, builder.getIndexType(),
                                         count);
  return count;
}

/// Checks that every value that `forOp` carries can be saved on a stack.
static LogicalResult verifyCarried(scf::ForOp forOp) {
  for (auto [argument, init, yielded] :
       llvm::zip_equal(forOp.getRegionIterArgs(), forOp.getInitArgs(),
                       forOp.getYieldedValues())) {
    if (!getStackType(argument.getType(), 1))
      return forOp.emitOpError("cannot be differentiated: it carries ")
             << argument.getType()
             << ", which cannot be saved on a stack; carry a scalar or a "
                "ranked tensor";
    Value references[] = {argument, init};
    if (!ExtentMatcher(references).matches(yielded))
      return forOp.emitOpError("cannot be differentiated: the extents of "
                               "carried value #")
             << argument.getArgNumber() - 1 << ", " << argument.getType()
             << ", may change from one iteration to the next, so no stack of "
                "one type holds them; carry a tensor of the largest extents "
                "and insert into it";
  }
  return success();
}

namespace {
struct ForModel
    : DifferentiableOpInterface::ExternalModel<ForModel, scf::ForOp> {
  Gradients buildGradient(Operation *op, OpBuilder &builder, Location loc,
                          ValueRange cotangents) const;
};
} // namespace

/// Builds the values that a backward loop starts with: cotangents of the float
/// values that the loop carries forward, and then gradients of values from
/// outside.
static SmallVector<Value> buildBackwardInits(OpBuilder &builder, Location loc,
                                             scf::ForOp forOp,
                                             ValueRange cotangents,
                                             ArrayRef<unsigned> floats,
                                             ArrayRef<Value> wanted) {
  SmallVector<Value> inits;
  for (unsigned index : floats)
    inits.push_back(cotangents[index]
                        ? cotangents[index]
                        : buildZero(builder, loc, forOp.getInitArgs()[index]));
  for (Value value : wanted)
    inits.push_back(buildZero(builder, loc, value));
  return inits;
}

Gradients ForModel::buildGradient(Operation *op, OpBuilder &builder,
                                  Location loc, ValueRange cotangents) const {
  auto forOp = cast<scf::ForOp>(op);
  if (failed(verifyCarried(forOp)))
    return failure();
  SmallVector<Value> wanted = getWanted(op);
  SmallVector<unsigned> carried, floats;
  for (auto [index, argument] : llvm::enumerate(forOp.getRegionIterArgs())) {
    if (isDifferentiable(argument.getType()))
      floats.push_back(index);
    if (!argument.use_empty())
      carried.push_back(index);
  }
  OpFoldResult count = buildTripCount(forOp);
  scf::ForOp recording = buildRecordingLoop(forOp, count, carried);
  ValueRange stacks = recording.getResults().drop_front(forOp.getNumResults());

  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  Value trips = getValueOrCreateConstantIndexOp(builder, loc, count);
  Value last = arith::SubIOp::create(builder, loc, trips, one);
  auto loop = scf::ForOp::create(
      builder, loc, zero, trips, one,
      buildBackwardInits(builder, loc, forOp, cotangents, floats, wanted));
  OpBuilder nested = OpBuilder::atBlockEnd(loop.getBody());
  ValueRange arguments = loop.getRegionIterArgs();

  // Recompute the iteration.
  Value index =
      arith::SubIOp::create(nested, loc, last, loop.getInductionVar());
  Value distance = index;
  Type ivType = forOp.getInductionVar().getType();
  if (!ivType.isIndex())
    distance = arith::IndexCastOp::create(nested, loc, ivType, index);
  distance = arith::MulIOp::create(nested, loc, distance, forOp.getStep());
  IRMapping mapping;
  mapping.map(
      forOp.getInductionVar(),
      arith::AddIOp::create(nested, loc, forOp.getLowerBound(), distance)
          .getResult());
  for (auto [stack, place] : llvm::zip_equal(stacks, carried))
    mapping.map(forOp.getRegionIterArgs()[place],
                pop(nested, loc, stack, forOp.getInitArgs()[place], index));

  // Build the adjoint of the iteration.
  SmallVector<Value> yielded(forOp.getNumRegionIterArgs());
  ActiveValues active(wanted.begin(), wanted.end());
  for (auto [place, cotangent] :
       llvm::zip_equal(floats, arguments.take_front(floats.size()))) {
    yielded[place] = cotangent;
    active.insert(mapping.lookupOrDefault(forOp.getRegionIterArgs()[place]));
  }
  Cotangents inner;
  if (failed(buildBlockAdjoint(nested, loc, *forOp.getBody(), mapping, yielded,
                               active, inner)))
    return failure();

  SmallVector<Value> results;
  for (unsigned place : floats) {
    Value argument = forOp.getRegionIterArgs()[place];
    Value gradient = inner.lookup(mapping.lookupOrDefault(argument));
    results.push_back(gradient
                          ? gradient
                          : buildZero(nested, loc, forOp.getInitArgs()[place]));
  }
  SmallVector<bool> contributes;
  for (auto [value, sum] :
       llvm::zip_equal(wanted, arguments.drop_front(floats.size()))) {
    Value gradient = inner.lookup(value);
    contributes.push_back(!!gradient);
    results.push_back(
        gradient ? arith::AddFOp::create(nested, loc, sum, gradient) : sum);
  }
  scf::YieldOp::create(nested, loc, results);

  SmallVector<Value> captured;
  for (auto [position, result] :
       llvm::enumerate(loop.getResults().drop_front(floats.size())))
    captured.push_back(contributes[position] ? result : Value());
  SmallVector<Value> gradients = placeGradients(op, wanted, captured);
  for (auto [position, place] : llvm::enumerate(floats))
    gradients[forOp.getNumControlOperands() + place] = loop.getResult(position);
  return gradients;
}

//===----------------------------------------------------------------------===//
// Registration
//===----------------------------------------------------------------------===//

void quant_bnn::detail::registerSCFModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, scf::SCFDialect *) {
    scf::IfOp::attachInterface<IfModel>(*context);
    scf::ForOp::attachInterface<ForModel>(*context);
  });
}
