//===- CheckExtents.cpp - Assert that dynamic extents agree ---------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "quant-bnn/Support/ResolveExtents.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCHECKEXTENTSPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

//===----------------------------------------------------------------------===//
// Extents
//===----------------------------------------------------------------------===//

namespace {

/// A constant, a dimension of a shaped value, or a value of type index.
struct Extent {
  static constexpr int64_t isIndex = -1;

  /// Null for a constant.
  Value value;
  /// The constant, the number of the dimension, or isIndex.
  int64_t number;

  bool operator==(const Extent &other) const {
    return value == other.value && number == other.number;
  }
  bool isConstant() const { return !value; }
};

/// Finds the origins of extents: looks through ops whose results have the
/// extents of an operand.
class Tracer {
public:
  /// Returns the origin of dimension `dim` of `value`.
  Extent trace(Value value, int64_t dim);
  Extent traceSize(OpFoldResult size);

private:
  Extent find(Value value, int64_t dim);

  /// Earlier results, so that a chain of ops is not walked again for each of
  /// its ops.
  DenseMap<std::pair<Value, int64_t>, Extent> found;
};

} // namespace

Extent Tracer::find(Value value, int64_t dim) {
  while (true) {
    auto type = cast<ShapedType>(value.getType());
    if (!type.isDynamicDim(dim))
      return {Value(), type.getDimSize(dim)};
    if (auto it = found.find({value, dim}); it != found.end())
      return it->second;
    auto result = dyn_cast<OpResult>(value);
    if (!result)
      return {value, dim};
    if (auto empty = value.getDefiningOp<tensor::EmptyOp>())
      return traceSize(empty.getDynamicSize(dim));
    Value source = quant_bnn::getSameExtents(result);
    if (!source)
      return {value, dim};
    value = source;
  }
}

Extent Tracer::trace(Value value, int64_t dim) {
  Extent extent = find(value, dim);
  found.try_emplace({value, dim}, extent);
  return extent;
}

Extent Tracer::traceSize(OpFoldResult size) {
  if (std::optional<int64_t> constant = getConstantIntValue(size))
    return {Value(), *constant};
  auto value = cast<Value>(size);
  auto op = value.getDefiningOp<ShapedDimOpInterface>();
  if (!op)
    return {value, Extent::isIndex};
  auto type = dyn_cast<ShapedType>(op.getShapedValue().getType());
  int64_t dim = getConstantIntValue(op.getDimension()).value_or(-1);
  if (!type || !type.hasRank() || dim < 0 || dim >= type.getRank())
    return {value, Extent::isIndex};
  return trace(op.getShapedValue(), dim);
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

namespace {

class Checker : Tracer {
public:
  explicit Checker(func::FuncOp function)
      : function(function), entry(function.getContext()) {
    entry.setInsertionPointToStart(&function.front());
  }

  void check(Operation *op);

  /// The ops that compute the size of a value that the function computes.
  SmallVector<Operation *> computedSizes;

private:
  void checkLoops(linalg::LinalgOp op);
  void checkSlice(OffsetSizeAndStrideOpInterface op, Value whole);
  void checkExpansion(tensor::ExpandShapeOp op);

  /// Builds assertions for `op` that all `extents` are equal.
  void requireEqual(Operation *op, ArrayRef<Extent> extents);
  /// Builds an assertion for `op` that 0 <= index < extent for `index`, an
  /// expression whose symbols are `operands`, or that one of `steps` is 0, in
  /// which case there is no index.
  void requireWithin(Operation *op, AffineExpr index, ArrayRef<Extent> operands,
                     ArrayRef<Extent> steps, Extent extent);

  /// Returns a builder for a check of `extents`: at the entry of the function
  /// if `extents` are known there and `op` always runs, and else before `op`.
  OpBuilder getBuilder(Operation *op, ArrayRef<Extent> extents);
  OpFoldResult build(OpBuilder &builder, Location loc, Extent extent);
  void buildAssert(OpBuilder &builder, Operation *op, Value condition,
                   const Twine &rule);
  std::string describe(Extent extent);

  func::FuncOp function;
  OpBuilder entry;
  /// Pairs of extents that have been checked, by the block of the check.
  DenseSet<std::tuple<Block *, Value, int64_t, Value, int64_t>> checked;
};

} // namespace

OpBuilder Checker::getBuilder(Operation *op, ArrayRef<Extent> extents) {
  Block *block = &function.front();
  if (op->getBlock() == block && llvm::all_of(extents, [&](Extent extent) {
        auto argument = dyn_cast_or_null<BlockArgument>(extent.value);
        return extent.isConstant() ||
               (argument && argument.getOwner() == block);
      }))
    return entry;
  return OpBuilder(op);
}

OpFoldResult Checker::build(OpBuilder &builder, Location loc, Extent extent) {
  if (extent.isConstant())
    return builder.getIndexAttr(extent.number);
  if (extent.number == Extent::isIndex)
    return extent.value;
  Value size =
      linalg::createOrFoldDimOp(builder, loc, extent.value, extent.number);
  if (!isa<BlockArgument>(extent.value) && size.getDefiningOp())
    computedSizes.push_back(size.getDefiningOp());
  return size;
}

std::string Checker::describe(Extent extent) {
  if (extent.isConstant())
    return std::to_string(extent.number);
  auto argument = dyn_cast<BlockArgument>(extent.value);
  bool isArgument = argument && argument.getOwner() == &function.front();
  std::string name = isArgument
                         ? "argument " + std::to_string(argument.getArgNumber())
                         : "a computed value";
  if (extent.number == Extent::isIndex)
    return name;
  return "dimension " + std::to_string(extent.number) + " of " + name;
}

void Checker::buildAssert(OpBuilder &builder, Operation *op, Value condition,
                          const Twine &rule) {
  std::string message;
  llvm::raw_string_ostream stream(message);
  if (auto loc = op->getLoc()->findInstanceOf<FileLineColLoc>())
    stream << loc.getFilename().getValue() << ":" << loc.getLine() << ":"
           << loc.getColumn() << ": ";
  stream << "@" << function.getName() << " requires " << rule << " for '"
         << op->getName() << "'";
  cf::AssertOp::create(builder, op->getLoc(), condition, message);
}

void Checker::requireEqual(Operation *op, ArrayRef<Extent> extents) {
  if (extents.empty())
    return;
  // If there is a constant, other extents are compared with it.
  auto constant = llvm::find_if(
      extents, [](const Extent &extent) { return extent.isConstant(); });
  Extent expected = constant == extents.end() ? extents.front() : *constant;
  for (Extent extent : extents) {
    if (extent == expected)
      continue;
    OpBuilder builder = getBuilder(op, {expected, extent});
    if (!checked
             .insert({builder.getInsertionBlock(), expected.value,
                      expected.number, extent.value, extent.number})
             .second)
      continue;
    Location loc = op->getLoc();
    Value lhs = getValueOrCreateConstantIndexOp(builder, loc,
                                                build(builder, loc, expected));
    Value rhs = getValueOrCreateConstantIndexOp(builder, loc,
                                                build(builder, loc, extent));
    if (lhs == rhs)
      continue;
    Value isEqual =
        arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, lhs, rhs);
    buildAssert(builder, op, isEqual,
                describe(extent) + " to be " + describe(expected));
  }
}

void Checker::requireWithin(Operation *op, AffineExpr index,
                            ArrayRef<Extent> operands, ArrayRef<Extent> steps,
                            Extent extent) {
  SmallVector<Extent> all(operands);
  all.append(steps.begin(), steps.end());
  all.push_back(extent);
  if (llvm::all_of(all, [](const Extent &e) { return e.isConstant(); }))
    return;
  OpBuilder builder = getBuilder(op, all);
  Location loc = op->getLoc();
  auto toValue = [&](Extent e) {
    return getValueOrCreateConstantIndexOp(builder, loc,
                                           build(builder, loc, e));
  };
  SmallVector<OpFoldResult> values;
  for (Extent operand : operands)
    values.push_back(build(builder, loc, operand));
  Value position = getValueOrCreateConstantIndexOp(
      builder, loc,
      affine::makeComposedFoldedAffineApply(
          builder, loc, AffineMap::get(0, operands.size(), index), values));
  // The comparison is unsigned: a negative index is larger than any extent.
  Value condition = arith::CmpIOp::create(
      builder, loc, arith::CmpIPredicate::ult, position, toValue(extent));
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  for (Extent step : steps) {
    if (step.isConstant() && step.number != 0)
      continue;
    Value isEmpty = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::eq, toValue(step), zero);
    condition = arith::OrIOp::create(builder, loc, condition, isEmpty);
  }
  buildAssert(builder, op, condition,
              "every index to be within " + describe(extent));
}

/// Returns the largest value of `expr` if `isLargest`, or else the smallest
/// value, for dimensions from 0 to the symbol of the same number minus 1.
/// Returns null if this value is not known.
static AffineExpr getBound(AffineExpr expr, bool isLargest) {
  MLIRContext *context = expr.getContext();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return isLargest ? getAffineSymbolExpr(dim.getPosition(), context) - 1
                     : getAffineConstantExpr(0, context);
  if (isa<AffineConstantExpr>(expr))
    return expr;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  auto factor = binary ? dyn_cast<AffineConstantExpr>(binary.getRHS())
                       : AffineConstantExpr();
  if (expr.getKind() == AffineExprKind::Add) {
    AffineExpr lhs = getBound(binary.getLHS(), isLargest);
    AffineExpr rhs = getBound(binary.getRHS(), isLargest);
    return lhs && rhs ? lhs + rhs : AffineExpr();
  }
  if (!factor)
    return AffineExpr();
  bool isDescending = factor.getValue() < 0;
  AffineExpr lhs = getBound(binary.getLHS(), isLargest != isDescending);
  if (!lhs)
    return AffineExpr();
  switch (expr.getKind()) {
  case AffineExprKind::Mul:
    return lhs * factor;
  case AffineExprKind::FloorDiv:
    return lhs.floorDiv(factor);
  case AffineExprKind::CeilDiv:
    return lhs.ceilDiv(factor);
  default:
    return AffineExpr();
  }
}

void Checker::checkLoops(linalg::LinalgOp op) {
  // The extents of each loop, and the other indices with their extents.
  SmallVector<SmallVector<Extent>> loops(op.getNumLoops());
  SmallVector<std::pair<AffineExpr, Extent>> computed;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<ShapedType>(operand.get().getType()))
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
      Extent extent = trace(operand.get(), dim);
      if (auto loop = dyn_cast<AffineDimExpr>(expr))
        loops[loop.getPosition()].push_back(extent);
      else
        computed.push_back({expr, extent});
    }
  }
  SmallVector<Extent> steps;
  for (ArrayRef<Extent> loop : loops) {
    requireEqual(op, loop);
    // Only a computed index uses this loop, which verified ops do not have.
    if (loop.empty())
      return;
    steps.push_back(loop.front());
  }
  for (auto [expr, extent] : computed)
    for (bool isLargest : {false, true}) {
      AffineExpr bound = getBound(expr, isLargest);
      if (bound && (isLargest || !isa<AffineConstantExpr>(bound)))
        requireWithin(op, bound, steps, steps, extent);
    }
}

void Checker::checkSlice(OffsetSizeAndStrideOpInterface op, Value whole) {
  AffineExpr offset, size, stride;
  bindSymbols(op.getContext(), offset, size, stride);
  for (auto [dim, slice] : llvm::enumerate(llvm::zip_equal(
           op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides()))) {
    auto [o, s, t] = slice;
    Extent sizeExtent = traceSize(s), extent = trace(whole, dim);
    // The slice is the whole dimension.
    if (isConstantIntValue(o, 0) && isConstantIntValue(t, 1) &&
        sizeExtent == extent)
      continue;
    std::optional<int64_t> constantStride = getConstantIntValue(t);
    AffineExpr step =
        constantStride ? getAffineConstantExpr(*constantStride, op.getContext())
                       : stride;
    SmallVector<Extent> operands = {traceSize(o), sizeExtent, traceSize(t)};
    requireWithin(op, offset, operands, sizeExtent, extent);
    requireWithin(op, offset + (size - 1) * step, operands, sizeExtent, extent);
  }
}

void Checker::checkExpansion(tensor::ExpandShapeOp op) {
  SmallVector<OpFoldResult> shape = op.getMixedOutputShape();
  for (auto [dim, group] : llvm::enumerate(op.getReassociationIndices())) {
    Extent source = trace(op.getSrc(), dim);
    if (group.size() == 1) {
      requireEqual(op, {traceSize(shape[group.front()]), source});
      continue;
    }
    if (source.isConstant())
      continue;
    OpBuilder builder(op);
    Location loc = op.getLoc();
    OpFoldResult product = builder.getIndexAttr(1);
    AffineExpr lhs, rhs;
    bindSymbols(op.getContext(), lhs, rhs);
    for (int64_t index : group)
      product = affine::makeComposedFoldedAffineApply(
          builder, loc, AffineMap::get(0, 2, lhs * rhs),
          {product, shape[index]});
    requireEqual(op, {traceSize(product), source});
  }
}

void Checker::check(Operation *op) {
  if (auto structured = dyn_cast<linalg::LinalgOp>(op))
    return checkLoops(structured);
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return checkSlice(slice, slice.getSource());
  if (auto expansion = dyn_cast<tensor::ExpandShapeOp>(op))
    return checkExpansion(expansion);
  if (auto cast = dyn_cast<tensor::CastOp>(op)) {
    auto source = dyn_cast<RankedTensorType>(cast.getSource().getType());
    auto result = dyn_cast<RankedTensorType>(cast.getType());
    for (int64_t dim = 0; source && result && dim < source.getRank(); ++dim)
      if (!result.isDynamicDim(dim))
        requireEqual(op, {Extent{Value(), result.getDimSize(dim)},
                          trace(cast.getSource(), dim)});
    return;
  }
  if (auto slice = dyn_cast<tensor::InsertSliceOp>(op)) {
    checkSlice(slice, slice.getDest());
    llvm::SmallBitVector dropped = slice.getDroppedDims();
    unsigned dim = 0;
    for (auto [index, size] : llvm::enumerate(slice.getMixedSizes()))
      if (!dropped.test(index))
        requireEqual(op, {traceSize(size), trace(slice.getSource(), dim++)});
    return;
  }
  if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
    for (int64_t dim = 0; dim < concat.getResultType().getRank(); ++dim) {
      if (dim == static_cast<int64_t>(concat.getDim()))
        continue;
      SmallVector<Extent> extents;
      for (Value input : concat.getInputs())
        extents.push_back(trace(input, dim));
      requireEqual(op, extents);
    }
    return;
  }
  if (!OpTrait::hasElementwiseMappableTraits(op))
    return;
  SmallVector<Value> tensors;
  for (Value operand : op->getOperands())
    if (isa<RankedTensorType>(operand.getType()))
      tensors.push_back(operand);
  for (int64_t dim = 0;
       !tensors.empty() &&
       dim < cast<RankedTensorType>(tensors.front().getType()).getRank();
       ++dim) {
    SmallVector<Extent> extents;
    for (Value tensor : tensors)
      extents.push_back(trace(tensor, dim));
    requireEqual(op, extents);
  }
}

namespace {
struct QuantBNNCheckExtentsPass
    : quant_bnn::impl::QuantBNNCheckExtentsPassBase<QuantBNNCheckExtentsPass> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) { ops.push_back(op); });
    Checker checker(getOperation());
    for (Operation *op : ops)
      checker.check(op);
    // The size of a computed value is a use that would prevent fusion.
    RewritePatternSet patterns(&getContext());
    quant_bnn::populateResolveExtentsPatterns(patterns);
    tensor::DimOp::getCanonicalizationPatterns(patterns, &getContext());
    GreedyRewriteConfig config;
    config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
    if (failed(applyOpPatternsGreedily(checker.computedSizes,
                                       std::move(patterns), config)))
      signalPassFailure();
  }
};
} // namespace
