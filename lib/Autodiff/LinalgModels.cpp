//===- LinalgModels.cpp - Gradients of linalg -----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// A structured op computes one expression at each point of its loops, and
// stores, adds or compares it at an element of the result. The gradient of an
// operand is therefore one generic over the same loops: the scalar gradient of
// the expression, added at the element of the operand that the point reads. For
// a matmul, this generic is a matmul too.
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "LinalgLoops.h"
#include "Products.h"
#include "ScatterAdd.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"
#include <limits>

using namespace mlir;
using namespace quant_bnn;
using arith::CmpFPredicate;
using linalg::LinalgOp;
using quant_bnn::detail::Gradients;
using quant_bnn::detail::LoopBuilder;
using quant_bnn::detail::LoopOperand;
using utils::IteratorType;

namespace {
/// How the value of the body at one point enters the result.
enum class ResultKind {
  /// The value is an element of the result.
  Stored,
  /// The value is added.
  Summed,
  /// The value is a multiple of the element before.
  Multiplied,
  /// The value is compared, and all values that equal the extremum share the
  /// cotangent.
  SharedExtremum,
  /// The value is compared in a window, and the first one that equals the
  /// extremum gets the cotangent.
  FirstExtremum
};

/// A result that has a cotangent.
struct ActiveResult {
  unsigned index;
  ResultKind kind;
  /// The value in the body whose cotangent is that of the element.
  Value term;
  LoopOperand cotangent;
  /// For extrema: the result itself and, for windows, the place of the first
  /// extremum.
  LoopOperand extremum, place;
  /// For products: the gradient of the init.
  Value toInit;
  /// Whether the extremum of a NaN and another value is NaN.
  bool propagatesNaN = false;
};
} // namespace

//===----------------------------------------------------------------------===//
// Kinds of reductions
//===----------------------------------------------------------------------===//

static bool dependsOn(Value value, Value other, Block *body) {
  llvm::SetVector<Value> visited;
  visited.insert(value);
  for (unsigned i = 0; i < visited.size(); ++i) {
    if (visited[i] == other)
      return true;
    Operation *op = visited[i].getDefiningOp();
    if (op && op->getBlock() == body)
      visited.insert_range(getDifferentiatedValues(op));
  }
  return false;
}

namespace {
/// The values of a body that depend on its accumulator, found in one pass.
class Accumulation {
public:
  /// Whether `op` computes a partial result from earlier ones.
  using Combines =
      llvm::function_ref<bool(const Accumulation &, Operation *op)>;

  Accumulation(Value accumulator, Block *body, Combines combines)
      : dependent({accumulator}), partial({accumulator}) {
    for (Operation &op : body->without_terminator()) {
      if (llvm::all_of(getDifferentiatedValues(&op),
                       [&](Value value) { return isConstant(value); }))
        continue;
      dependent.insert_range(op.getResults());
      if (passesOn(&op) || combines(*this, &op))
        partial.insert(op.getResult(0));
    }
  }

  /// Whether `value` does not depend on the accumulator.
  bool isConstant(Value value) const { return !dependent.contains(value); }
  /// Whether `value` is the accumulator, combined with constant values.
  bool isPartial(Value value) const { return partial.contains(value); }
  bool isPartial(Value value, Value constant) const {
    return isPartial(value) && isConstant(constant);
  }

private:
  bool passesOn(Operation *op) const {
    if (auto select = dyn_cast<arith::SelectOp>(op))
      return isConstant(select.getCondition()) &&
             isPartial(select.getTrueValue()) &&
             isPartial(select.getFalseValue());
    return isa<arith::ExtFOp, arith::TruncFOp>(op) &&
           isPartial(op->getOperand(0));
  }

  llvm::DenseSet<Value> dependent, partial;
};
} // namespace

/// Whether `value` is `accumulator` plus a value that does not depend on it.
static bool isSum(Value value, Value accumulator, Block *body) {
  auto adds = [](const Accumulation &known, Operation *op) {
    if (auto add = dyn_cast<arith::AddFOp>(op))
      return known.isPartial(add.getLhs(), add.getRhs()) ||
             known.isPartial(add.getRhs(), add.getLhs());
    auto sub = dyn_cast<arith::SubFOp>(op);
    return sub && known.isPartial(sub.getLhs(), sub.getRhs());
  };
  return Accumulation(accumulator, body, adds).isPartial(value);
}

/// Whether `value` is `accumulator` times a value that does not depend on it.
static bool isMultiple(Value value, Value accumulator, Block *body) {
  auto multiplies = [](const Accumulation &known, Operation *op) {
    if (auto mul = dyn_cast<arith::MulFOp>(op))
      return known.isPartial(mul.getLhs(), mul.getRhs()) ||
             known.isPartial(mul.getRhs(), mul.getLhs());
    if (auto div = dyn_cast<arith::DivFOp>(op))
      return known.isPartial(div.getLhs(), div.getRhs());
    return isa<arith::NegFOp>(op) && known.isPartial(op->getOperand(0));
  };
  return Accumulation(accumulator, body, multiplies).isPartial(value);
}

/// Returns the value that the extremum `value` compares with `accumulator`, or
/// null if `value` is no such extremum.
static Value matchExtremum(Value value, Value accumulator, Block *body) {
  Operation *op = value.getDefiningOp();
  if (!isa_and_nonnull<arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp,
                       arith::MinNumFOp>(op))
    return Value();
  for (unsigned self : {0, 1})
    if (op->getOperand(self) == accumulator &&
        !dependsOn(op->getOperand(1 - self), accumulator, body))
      return op->getOperand(1 - self);
  return Value();
}

static bool hasWindow(LinalgOp op) {
  return llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *operand) {
    return !op.getMatchingIndexingMap(operand).isProjectedPermutation(
        /*allowZeroInResults=*/true);
  });
}

static FailureOr<ActiveResult> classify(LinalgOp op, unsigned index,
                                        Value cotangent) {
  OpOperand *init = op.getDpsInitOperand(index);
  Block *body = op.getBlock();
  Value accumulator = op.getMatchingBlockArgument(init);
  AffineMap map = op.getMatchingIndexingMap(init);
  ActiveResult result;
  result.index = index;
  result.term = body->getTerminator()->getOperand(index);
  result.cotangent = {cotangent, map};
  result.extremum = {op->getResult(index), map};
  for (OpOperand &other : op.getDpsInitsMutable()) {
    Value argument = op.getMatchingBlockArgument(&other);
    bool isStored = op.getMatchingIndexingMap(&other).isPermutation();
    if (argument != accumulator && !isStored &&
        dependsOn(result.term, argument, body))
      return op->emitOpError("cannot be differentiated: result #")
             << index << " depends on what result #"
             << other.getOperandNumber() - op.getNumDpsInputs()
             << " accumulates; accumulate them in two ops";
  }
  if (map.isPermutation()) {
    result.kind = ResultKind::Stored;
    return result;
  }
  if (dependsOn(result.term, accumulator, body)) {
    if (isSum(result.term, accumulator, body)) {
      result.kind = ResultKind::Summed;
      return result;
    }
    if (Value term = matchExtremum(result.term, accumulator, body)) {
      if (mayBeActive(init->get()))
        return op->emitOpError("cannot be differentiated: the init operand of "
                               "its extremum depends on the arguments; start "
                               "from a constant and take the extremum of the "
                               "result and that operand");
      Operation *extremum = result.term.getDefiningOp();
      result.propagatesNaN =
          isa<arith::MaximumFOp, arith::MinimumFOp>(extremum);
      result.kind = hasWindow(op) ? ResultKind::FirstExtremum
                                  : ResultKind::SharedExtremum;
      result.term = term;
      return result;
    }
    if (isMultiple(result.term, accumulator, body)) {
      if (!quant_bnn::detail::selectsSlices(map))
        return op->emitOpError("cannot be differentiated: it multiplies into "
                               "elements selected by ")
               << AffineMapAttr::get(map)
               << ", which is more than loops and constants; write the factors "
                  "to a tensor of their own and reduce that";
      result.kind = ResultKind::Multiplied;
      return result;
    }
  }
  InFlightDiagnostic diag =
      op->emitOpError("cannot be differentiated: it reduces by ");
  if (Operation *reduction = result.term.getDefiningOp())
    diag << "'" << reduction->getName() << "'";
  else
    diag << "overwriting";
  return diag << ", which is neither a sum, a product nor an extremum; write "
                 "the reduction as an 'scf.for'";
}

namespace {
/// Values that the gradients of all operands share.
struct Context {
  LinalgOp op;
  OpBuilder &builder;
  Location loc;
  SmallVector<ActiveResult> results;
  /// Inits that the body reads and stores over.
  SmallVector<OpOperand *> readInits;
  SmallVector<OpFoldResult> extents;
};
} // namespace

/// Returns the inits that the body reads and stores over, as inputs of another
/// loop.
static SmallVector<LoopOperand> getReadInits(const Context &context) {
  return llvm::map_to_vector(context.readInits, [&](OpOperand *init) {
    LinalgOp op = context.op;
    return LoopOperand{init->get(), op.getMatchingIndexingMap(init)};
  });
}

//===----------------------------------------------------------------------===//
// Extrema
//===----------------------------------------------------------------------===//

/// Builds a tensor with the extents of `like`, filled with the constant
/// `value`.
static Value buildFilled(OpBuilder &builder, Location loc, Value like,
                         TypedAttr value) {
  Value constant = arith::ConstantOp::create(builder, loc, value);
  Value empty = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, like), value.getType());
  return linalg::FillOp::create(builder, loc, constant, empty).getResult(0);
}

/// Maps the inits that the body reads and stores over to the first extra inputs
/// of `loops`, which are those of `getReadInits`. The other inits are mapped to
/// 0, since the init of a reduction is not needed.
static void mapInits(LoopBuilder &loops, const Context &context) {
  LinalgOp op = context.op;
  ArrayRef<OpOperand *> read = context.readInits;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    unsigned index = init.getOperandNumber() - op.getNumDpsInputs();
    const auto *it = llvm::find(read, &init);
    if (it != read.end()) {
      loops.mapInit(index, loops.getExtra(it - read.begin()));
      continue;
    }
    OpBuilder &builder = loops.getBodyBuilder();
    Type type = getElementTypeOrSelf(init.get().getType());
    loops.mapInit(index, arith::ConstantOp::create(builder, op.getLoc(),
                                                   builder.getZeroAttr(type)));
  }
}

/// Builds the condition that `term` equals `extremum`, or is NaN if the
/// extremum `propagatesNaN`.
static Value buildIsExtremum(OpBuilder &builder, Location loc, Value term,
                             Value extremum, bool propagatesNaN) {
  Value isEqual =
      arith::CmpFOp::create(builder, loc, CmpFPredicate::OEQ, term, extremum);
  if (!propagatesNaN)
    return isEqual;
  Value isNaN =
      arith::CmpFOp::create(builder, loc, CmpFPredicate::UNO, term, term);
  return arith::OrIOp::create(builder, loc, isEqual, isNaN);
}

/// Divides the cotangent of `result` among the terms that equal the extremum.
static void shareCotangent(const Context &context, ActiveResult &result) {
  OpBuilder &builder = context.builder;
  Location loc = context.loc;
  Value g = result.cotangent.value;
  Type type = getComputeType(getElementTypeOrSelf(g.getType()));
  Value zeros = buildFilled(builder, loc, g, builder.getFloatAttr(type, 0.0));
  SmallVector<LoopOperand> extra = getReadInits(context);
  extra.push_back(result.extremum);
  LoopBuilder loops(builder, context.op, extra, {zeros, result.cotangent.map});
  mapInits(loops, context);
  loops.cloneBody();
  OpBuilder &nested = loops.getBodyBuilder();
  Value isExtremum =
      buildIsExtremum(nested, loc, loops.map(result.term),
                      loops.getExtra(extra.size() - 1), result.propagatesNaN);
  Value one =
      arith::ConstantOp::create(nested, loc, nested.getFloatAttr(type, 1.0));
  Value zero =
      arith::ConstantOp::create(nested, loc, nested.getFloatAttr(type, 0.0));
  Value count = arith::SelectOp::create(nested, loc, isExtremum, one, zero);
  Value sum = arith::AddFOp::create(nested, loc, loops.getAccumulator(), count);
  Value counts = loops.finish(builder, loc, sum);
  result.cotangent.value = quant_bnn::detail::buildPayload(
      builder, loc, g.getType(), {g, counts},
      [](PayloadBuilder &payload, ValueRange operands) {
        return payload.div(operands[0], operands[1]);
      });
}

/// Builds the number of the current iteration of the reduction loops, as an
/// `i32`.
static Value buildPlace(LinalgOp op, OpBuilder &outer, OpBuilder &builder,
                        Location loc, ArrayRef<OpFoldResult> extents) {
  Value place = arith::ConstantIndexOp::create(builder, loc, 0);
  for (auto [loop, iterator] : llvm::enumerate(op.getIteratorTypesArray())) {
    if (iterator != IteratorType::reduction)
      continue;
    Value extent = getValueOrCreateConstantIndexOp(outer, loc, extents[loop]);
    Value index = linalg::IndexOp::create(builder, loc, loop);
    place = arith::AddIOp::create(
        builder, loc, arith::MulIOp::create(builder, loc, place, extent),
        index);
  }
  return arith::IndexCastOp::create(builder, loc, builder.getI32Type(), place);
}

/// Returns the extents of the loops of `op`.
static SmallVector<OpFoldResult> getExtents(LinalgOp op, OpBuilder &builder,
                                            Location loc) {
  return llvm::map_to_vector(
      op.createLoopRanges(builder, loc),
      [](const Range &range) -> OpFoldResult { return range.size; });
}

/// Finds the place of the first extremum of each window.
static void findFirst(const Context &context, ActiveResult &result) {
  OpBuilder &builder = context.builder;
  Location loc = context.loc;
  IntegerAttr last =
      builder.getI32IntegerAttr(std::numeric_limits<int32_t>::max());
  Value init = buildFilled(builder, loc, result.cotangent.value, last);
  SmallVector<LoopOperand> extra = getReadInits(context);
  extra.push_back(result.extremum);
  LoopBuilder loops(builder, context.op, extra, {init, result.cotangent.map});
  mapInits(loops, context);
  loops.cloneBody();
  OpBuilder &nested = loops.getBodyBuilder();
  Value isExtremum =
      buildIsExtremum(nested, loc, loops.map(result.term),
                      loops.getExtra(extra.size() - 1), result.propagatesNaN);
  Value place = buildPlace(context.op, builder, nested, loc, context.extents);
  Value none = arith::ConstantOp::create(nested, loc, last);
  Value candidate =
      arith::SelectOp::create(nested, loc, isExtremum, place, none);
  Value first =
      arith::MinSIOp::create(nested, loc, loops.getAccumulator(), candidate);
  result.place = {loops.finish(builder, loc, first), result.cotangent.map};
}

//===----------------------------------------------------------------------===//
// The gradient of one operand
//===----------------------------------------------------------------------===//

/// Returns the extents of `operand`, from a cotangent where one has them,
/// because the operand need not be available when the gradient is computed.
static SmallVector<OpFoldResult> getSizes(Context &context,
                                          LoopOperand operand) {
  auto type = cast<RankedTensorType>(operand.value.getType());
  SmallVector<OpFoldResult> sizes;
  for (auto [dim, size] : llvm::enumerate(type.getShape())) {
    if (!ShapedType::isDynamic(size)) {
      sizes.push_back(context.builder.getIndexAttr(size));
      continue;
    }
    AffineExpr expr = operand.map.getResult(dim);
    Value source = operand.value;
    unsigned position = dim;
    for (const ActiveResult &result : context.results) {
      const AffineExpr *it =
          llvm::find(result.cotangent.map.getResults(), expr);
      if (isa<AffineDimExpr>(expr) &&
          it != result.cotangent.map.getResults().end()) {
        source = result.cotangent.value;
        position = it - result.cotangent.map.getResults().begin();
      }
    }
    sizes.push_back(
        tensor::getMixedSize(context.builder, context.loc, source, position));
  }
  return sizes;
}

/// Builds an empty or zero tensor for the gradient of `operand`; sums are in
/// the compute type.
static Value buildInit(Context &context, LoopOperand operand) {
  OpBuilder &builder = context.builder;
  Location loc = context.loc;
  Type element = getElementTypeOrSelf(operand.value.getType());
  bool accumulates = !operand.map.isPermutation();
  if (accumulates)
    element = getComputeType(element);
  SmallVector<OpFoldResult> sizes;
  if (isa<RankedTensorType>(operand.value.getType()))
    sizes = getSizes(context, operand);
  Value empty = tensor::EmptyOp::create(builder, loc, sizes, element);
  if (!accumulates)
    return empty;
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(element));
  return linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
}

/// Maps the accumulator of `result`, a product, to 1. The body is linear in the
/// accumulator, so it then computes the factor.
static void mapProduct(LoopBuilder &loops, LinalgOp op,
                       const ActiveResult &result) {
  OpBuilder &builder = loops.getBodyBuilder();
  Type type = op.getDpsInitOperand(result.index)->get().getType();
  loops.mapInit(result.index,
                arith::ConstantOp::create(
                    builder, op.getLoc(),
                    builder.getFloatAttr(getElementTypeOrSelf(type), 1.0)));
}

/// Replaces the cotangent of `result`, a product, by the cotangent of the
/// factor of each point: that of the product times the other factors.
static void findProducts(Context &context, ActiveResult &result) {
  LinalgOp op = context.op;
  OpBuilder &builder = context.builder;
  Location loc = context.loc;
  LoopOperand init = {op.getDpsInitOperand(result.index)->get(),
                      result.cotangent.map};
  Type element = getElementTypeOrSelf(init.value.getType());
  SmallVector<LoopOperand> extra = getReadInits(context);
  AffineMap identity = builder.getMultiDimIdentityMap(op.getNumLoops());
  Value empty = tensor::EmptyOp::create(builder, loc,
                                        getExtents(op, builder, loc), element);
  LoopBuilder loops(builder, op, extra, {empty, identity});
  mapInits(loops, context);
  mapProduct(loops, op, result);
  loops.cloneBody();
  Value factors = loops.finish(builder, loc, loops.map(result.term));
  quant_bnn::detail::Products products = quant_bnn::detail::buildProducts(
      builder, loc, factors, init, result.cotangent);
  result.cotangent = {products.others, identity};
  result.toInit = products.all;
}

/// Builds the cotangent of the term of `result` at one point.
static Value buildSeed(Context &context, LoopBuilder &loops,
                       const ActiveResult &result, unsigned extra) {
  OpBuilder &nested = loops.getBodyBuilder();
  Location loc = context.loc;
  Value g = loops.getExtra(extra);
  Value isTaken;
  if (result.kind == ResultKind::SharedExtremum) {
    isTaken = buildIsExtremum(nested, loc, loops.map(result.term),
                              loops.getExtra(extra + 1), result.propagatesNaN);
  } else if (result.kind == ResultKind::FirstExtremum) {
    Value place =
        buildPlace(context.op, context.builder, nested, loc, context.extents);
    isTaken = arith::CmpIOp::create(nested, loc, arith::CmpIPredicate::eq,
                                    place, loops.getExtra(extra + 1));
  } else {
    return g;
  }
  Value zero =
      arith::ConstantOp::create(nested, loc, nested.getZeroAttr(g.getType()));
  return arith::SelectOp::create(nested, loc, isTaken, g, zero);
}

/// Builds the gradient of `operand`, whose element in the body is `element`.
static Gradients buildOperandGradient(Context &context, LoopOperand operand,
                                      Value element) {
  OpBuilder &builder = context.builder;
  Location loc = context.loc;
  SmallVector<LoopOperand> extra = getReadInits(context);
  SmallVector<unsigned> firstExtra;
  for (const ActiveResult &result : context.results) {
    firstExtra.push_back(extra.size());
    extra.push_back(result.cotangent);
    if (result.kind == ResultKind::SharedExtremum)
      extra.push_back(result.extremum);
    if (result.kind == ResultKind::FirstExtremum)
      extra.push_back(result.place);
  }
  Value init = buildInit(context, operand);
  LoopBuilder loops(builder, context.op, extra, {init, operand.map});
  mapInits(loops, context);
  for (const ActiveResult &result : context.results)
    if (result.kind == ResultKind::Multiplied)
      mapProduct(loops, context.op, result);
  SmallVector<Operation *> ops = loops.cloneBody();

  OpBuilder &nested = loops.getBodyBuilder();
  Cotangents cotangents;
  for (auto [result, index] : llvm::zip_equal(context.results, firstExtra))
    cotangents.add(nested, loc, loops.map(result.term),
                   buildSeed(context, loops, result, index));
  Value target = loops.map(element);
  ActiveValues active;
  active.insert(target);
  if (failed(buildAdjoints(nested, ops, active, cotangents)))
    return failure();
  Value gradient = cotangents.lookup(target);
  if (!gradient)
    return SmallVector<Value>{Value()};

  Type sumType = getElementTypeOrSelf(init.getType());
  if (loops.accumulates() || gradient.getType() != sumType) {
    // The gradient must not be rounded before it is added.
    auto rounding = gradient.getDefiningOp<arith::TruncFOp>();
    if (rounding && rounding.getIn().getType() == sumType)
      gradient = rounding.getIn();
    else
      gradient = widen(nested, loc, gradient);
  }
  if (loops.accumulates())
    gradient =
        arith::AddFOp::create(nested, loc, loops.getAccumulator(), gradient);
  Value tensor = loops.finish(builder, loc, gradient);
  if (!isa<RankedTensorType>(operand.value.getType()))
    tensor = tensor::ExtractOp::create(builder, loc, tensor, ValueRange{});
  Type resultType = operand.value.getType();
  tensor = narrow(builder, loc, tensor, resultType);
  if (tensor.getType() != resultType)
    tensor = tensor::CastOp::create(builder, loc, resultType, tensor);
  return SmallVector<Value>{tensor};
}

/// Builds the gradient of `table`, a tensor of which the body reads elements
/// with `tensor.extract`: the gradients of these elements at each point, added
/// in the order of the loops.
static Gradients buildTableGradient(Context &context, Value table) {
  LinalgOp op = context.op;
  OpBuilder &builder = context.builder;
  Location loc = context.loc;
  SmallVector<tensor::ExtractOp> extracts;
  for (Operation *user : table.getUsers()) {
    if (!op->isProperAncestor(user) || isa<tensor::DimOp>(user))
      continue;
    auto extract = dyn_cast<tensor::ExtractOp>(user);
    if (!extract || extract->getBlock() != op.getBlock())
      return user->emitOpError("cannot be differentiated in the body of '")
             << op->getName() << "': the gradient of " << table.getType()
             << ", which the body captures, is only known for "
                "'tensor.extract' outside of nested regions; extract the "
                "element there, or make the tensor an operand";
    extracts.push_back(extract);
  }
  // Users are not in program order.
  llvm::sort(extracts, [](tensor::ExtractOp lhs, tensor::ExtractOp rhs) {
    return lhs->isBeforeInBlock(rhs);
  });

  SmallVector<OpFoldResult> extents = getExtents(op, builder, loc);
  Type element = cast<RankedTensorType>(table.getType()).getElementType();
  Value points =
      tensor::EmptyOp::create(builder, loc, extents, getComputeType(element));
  AffineMap identity = builder.getMultiDimIdentityMap(op.getNumLoops());
  Value sum;
  for (tensor::ExtractOp extract : extracts) {
    Gradients addends =
        buildOperandGradient(context, {points, identity}, extract.getResult());
    if (failed(addends))
      return failure();
    if (!addends->front())
      continue;
    Value gradient = quant_bnn::detail::buildScatterAdd(
        builder, loc, table, extents,
        [&](OpBuilder &nested, Location, ValueRange ivs) {
          Value value =
              tensor::ExtractOp::create(nested, loc, addends->front(), ivs);
          return quant_bnn::detail::Addend{
              value, quant_bnn::detail::cloneAtPoint(nested, op, ivs,
                                                     extract.getIndices())};
        });
    sum = sum ? arith::AddFOp::create(builder, loc, sum, gradient) : gradient;
  }
  return SmallVector<Value>{sum};
}

/// Appends the gradients of all operands of the op and of the values that its
/// body captures to `gradients`; null where there is none.
static LogicalResult buildGradients(Context &context,
                                    SmallVectorImpl<Value> &gradients) {
  LinalgOp op = context.op;
  auto append = [&](LoopOperand operand, Value element) -> LogicalResult {
    if (!isDifferentiable(operand.value.getType()) ||
        !mayBeActive(operand.value)) {
      gradients.push_back(Value());
      return success();
    }
    Gradients gradient = buildOperandGradient(context, operand, element);
    if (failed(gradient))
      return failure();
    gradients.push_back(gradient->front());
    return success();
  };

  for (OpOperand *input : op.getDpsInputOperands())
    if (failed(append({input->get(), op.getMatchingIndexingMap(input)},
                      op.getMatchingBlockArgument(input))))
      return failure();
  for (OpOperand &init : op.getDpsInitsMutable()) {
    unsigned index = init.getOperandNumber() - op.getNumDpsInputs();
    if (llvm::is_contained(context.readInits, &init)) {
      if (failed(append({init.get(), op.getMatchingIndexingMap(&init)},
                        op.getMatchingBlockArgument(&init))))
        return failure();
      continue;
    }
    Value gradient;
    for (const ActiveResult &result : context.results) {
      if (result.index != index)
        continue;
      if (result.kind == ResultKind::Summed)
        gradient = result.cotangent.value;
      if (result.kind == ResultKind::Multiplied)
        gradient = result.toInit;
    }
    gradients.push_back(gradient);
  }
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  AffineMap scalar = AffineMap::get(op.getNumLoops(), 0, op->getContext());
  for (Value value : captured) {
    if (isa<RankedTensorType>(value.getType()) &&
        isDifferentiable(value.getType()) && mayBeActive(value)) {
      Gradients gradient = buildTableGradient(context, value);
      if (failed(gradient))
        return failure();
      gradients.push_back(gradient->front());
      continue;
    }
    if (failed(append({value, scalar}, value)))
      return failure();
  }
  return success();
}

static Gradients differentiate(LinalgOp op, OpBuilder &builder, Location loc,
                               ValueRange cotangents) {
  if (!op.hasPureTensorSemantics())
    return op->emitOpError("cannot be differentiated on buffers; "
                           "differentiate before bufferization");
  Context context = {op, builder, loc, {}, {}, {}};
  for (OpOperand &init : op.getDpsInitsMutable())
    if (op.getMatchingIndexingMap(&init).isPermutation() &&
        op.payloadUsesValueFromOperand(&init))
      context.readInits.push_back(&init);
  for (auto [index, cotangent] : llvm::enumerate(cotangents)) {
    if (!cotangent)
      continue;
    FailureOr<ActiveResult> result = classify(op, index, cotangent);
    if (failed(result))
      return failure();
    if (result->kind == ResultKind::SharedExtremum)
      shareCotangent(context, *result);
    if (result->kind == ResultKind::FirstExtremum) {
      context.extents = getExtents(op, builder, loc);
      findFirst(context, *result);
    }
    if (result->kind == ResultKind::Multiplied)
      findProducts(context, *result);
    context.results.push_back(*result);
  }
  SmallVector<Value> gradients;
  if (failed(buildGradients(context, gradients)))
    return failure();
  return gradients;
}

Value quant_bnn::detail::buildSum(OpBuilder &builder, Location loc,
                                  Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  Type element = type.getElementType(), sumType = getComputeType(element);
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(sumType));
  Value empty =
      tensor::EmptyOp::create(builder, loc, ArrayRef<int64_t>{}, sumType);
  Value init = linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
  int64_t rank = type.getRank();
  SmallVector<AffineMap> maps = {builder.getMultiDimIdentityMap(rank),
                                 AffineMap::get(rank, 0, builder.getContext())};
  auto generic = linalg::GenericOp::create(
      builder, loc, init.getType(), tensor, init, maps,
      SmallVector<IteratorType>(rank, IteratorType::reduction),
      [](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
        Value term = widen(nested, nestedLoc, arguments[0]);
        Value sum =
            arith::AddFOp::create(nested, nestedLoc, arguments[1], term);
        linalg::YieldOp::create(nested, nestedLoc, sum);
      });
  Value sum = tensor::ExtractOp::create(builder, loc, generic.getResult(0),
                                        ValueRange{});
  return narrow(builder, loc, sum, element);
}

//===----------------------------------------------------------------------===//
// Registration
//===----------------------------------------------------------------------===//

namespace {
template <typename OpTy>
struct LinalgModel
    : DifferentiableOpInterface::ExternalModel<LinalgModel<OpTy>, OpTy> {
  Gradients buildGradient(Operation *op, OpBuilder &builder, Location loc,
                          ValueRange cotangents) const {
    return differentiate(cast<LinalgOp>(op), builder, loc, cotangents);
  }
};
} // namespace

template <typename... OpTys>
static void attachAll(MLIRContext *context) {
  (OpTys::template attachInterface<LinalgModel<OpTys>>(*context), ...);
}

void quant_bnn::detail::registerLinalgModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, linalg::LinalgDialect *) {
    attachAll<
#define GET_OP_LIST
#include "mlir/Dialect/Linalg/IR/LinalgStructuredOps.cpp.inc"
        >(context);
    attachSoftmaxModel(context);
  });
}
