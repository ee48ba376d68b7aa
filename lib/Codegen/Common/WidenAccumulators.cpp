//===- WidenAccumulators.cpp - Reduce f16 and bf16 in f32 -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WidenAccumulators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "quant-bnn/Support/FuseProducts.h"
#include "llvm/ADT/SetVector.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNWIDENACCUMULATORSPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using linalg::LinalgOp;

namespace {
struct QuantBNNWidenAccumulatorsPass
    : quant_bnn::impl::QuantBNNWidenAccumulatorsPassBase<
          QuantBNNWidenAccumulatorsPass> {
  void runOnOperation() override;
};

/// The ops of a body between the argument of an output and the yielded value.
using Combiner = llvm::SetVector<Operation *>;
} // namespace

static bool isNarrow(Type type) {
  return isa<Float16Type, BFloat16Type>(getElementTypeOrSelf(type));
}

//===----------------------------------------------------------------------===//
// Combiners
//===----------------------------------------------------------------------===//

/// Whether `op` reduces a dimension into the output `init`.
static bool isReduced(LinalgOp op, OpOperand &init) {
  AffineMap map = op.getMatchingIndexingMap(&init);
  for (auto [dim, iterator] : llvm::enumerate(op.getIteratorTypesArray()))
    if (iterator == utils::IteratorType::reduction && !map.isFunctionOfDim(dim))
      return true;
  return false;
}

/// Whether `op` may compute in f32 instead of a narrower type. Conversions stay
/// as they are written.
static bool isWidenable(Operation *op) {
  return isa_and_present<arith::ArithDialect, math::MathDialect>(
             op->getDialect()) &&
         !isa<arith::BitcastOp, arith::ExtFOp, arith::TruncFOp>(op);
}

/// Whether the result of `op` is exact in any float type.
static bool isExact(Operation *op) {
  return isa<arith::CmpFOp, arith::MaximumFOp, arith::MaxNumFOp,
             arith::MinimumFOp, arith::MinNumFOp, arith::SelectOp>(op);
}

/// Returns the ops that compute with the value of `init`, or nullopt if other
/// results than the new value of `init` depend on them, or if none of them
/// rounds.
static std::optional<Combiner> matchCombiner(LinalgOp op, OpOperand &init) {
  Combiner combiner;
  SmallVector<Value> worklist = {op.getMatchingBlockArgument(&init)};
  unsigned yielded = init.getOperandNumber() - op.getNumDpsInputs();
  while (!worklist.empty())
    for (OpOperand &use : worklist.pop_back_val().getUses()) {
      Operation *user = use.getOwner();
      if (user == op.getBlock()->getTerminator()) {
        if (use.getOperandNumber() != yielded)
          return std::nullopt;
        continue;
      }
      if (user->getBlock() != op.getBlock() || !isWidenable(user))
        return std::nullopt;
      if (combiner.insert(user))
        llvm::append_range(worklist, user->getResults());
    }
  if (llvm::all_of(combiner, isExact))
    return std::nullopt;
  return combiner;
}

static bool hasNarrowAccumulator(LinalgOp op, OpOperand &init) {
  return isNarrow(init.get().getType()) && isReduced(op, init) &&
         matchCombiner(op, init);
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

/// Builds `value`, an operand of `user` in a body, in f32. A product that is
/// added is not rounded to the narrow type, as in matmuls and convolutions of
/// narrow tensors to a wide one.
static Value widenTerm(OpBuilder &builder, Operation *user, Value value) {
  Location loc = value.getLoc();
  auto extend = [&](Value value) -> Value {
    return arith::ExtFOp::create(builder, loc, builder.getF32Type(), value);
  };
  auto product = value.getDefiningOp<arith::MulFOp>();
  if (!product || !isa<arith::AddFOp, arith::SubFOp>(user))
    return extend(value);
  Value lhs = extend(product.getLhs());
  Value rhs = extend(product.getRhs());
  return arith::MulFOp::create(builder, loc, lhs, rhs,
                               product.getFastmathAttr());
}

static void widenCombiner(LinalgOp op, OpOperand &init) {
  Combiner combiner = *matchCombiner(op, init);
  OpBuilder builder(op.getContext());
  op.getMatchingBlockArgument(&init).setType(builder.getF32Type());
  for (Operation &inner : llvm::make_early_inc_range(*op.getBlock())) {
    if (!combiner.contains(&inner))
      continue;
    builder.setInsertionPoint(&inner);
    for (OpOperand &operand : inner.getOpOperands()) {
      Value value = operand.get();
      if (!isNarrow(value.getType()))
        continue;
      operand.set(widenTerm(builder, &inner, value));
      if (auto product = value.getDefiningOp<arith::MulFOp>();
          product && product->use_empty())
        product.erase();
    }
    for (Value result : inner.getResults())
      if (isNarrow(result.getType()))
        result.setType(builder.getF32Type());
  }
}

/// Builds the conversion of the elements of `source` into `target`, a tensor or
/// a buffer, and returns the converted value.
static Value convertElements(ImplicitLocOpBuilder &builder, Value source,
                             Value target) {
  auto type = cast<ShapedType>(target.getType());
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  SmallVector<Type> results;
  if (isa<TensorType>(type))
    results.push_back(type);
  auto generic = linalg::GenericOp::create(
      builder, results, source, target, ArrayRef<AffineMap>{identity, identity},
      iterators, [](OpBuilder &nested, Location loc, ValueRange elements) {
        Type type = elements[1].getType();
        Value value =
            isNarrow(type)
                ? arith::TruncFOp::create(nested, loc, type, elements[0])
                      .getResult()
                : arith::ExtFOp::create(nested, loc, type, elements[0]);
        linalg::YieldOp::create(nested, loc, value);
      });
  return results.empty() ? target : generic.getResult(0);
}

/// Builds a tensor or buffer of the shape of `like` with the type `element`.
static Value buildLike(ImplicitLocOpBuilder &builder, Value like,
                       Type element) {
  auto type = cast<ShapedType>(like.getType());
  bool isTensor = isa<TensorType>(type);
  SmallVector<Value> sizes;
  for (auto [dim, size] : llvm::enumerate(type.getShape())) {
    if (!ShapedType::isDynamic(size))
      continue;
    if (isTensor)
      sizes.push_back(builder.createOrFold<tensor::DimOp>(like, dim));
    else
      sizes.push_back(builder.createOrFold<memref::DimOp>(like, dim));
  }
  if (isTensor)
    return tensor::EmptyOp::create(builder, type.getShape(), element, sizes);
  return memref::AllocOp::create(
      builder, MemRefType::get(type.getShape(), element), sizes);
}

/// Builds the value of `init` in f32. For a fill, this is another fill.
static Value widenInit(ImplicitLocOpBuilder &builder, Value init) {
  Value wide = buildLike(builder, init, builder.getF32Type());
  auto fill = init.getDefiningOp<linalg::FillOp>();
  if (!fill || !isNarrow(fill.value().getType()))
    return convertElements(builder, init, wide);
  Value value =
      builder.createOrFold<arith::ExtFOp>(builder.getF32Type(), fill.value());
  return linalg::FillOp::create(builder, value, wide).getResult(0);
}

static void widen(LinalgOp op) {
  SmallVector<unsigned> narrowInits;
  for (auto [index, init] : llvm::enumerate(op.getDpsInitsMutable()))
    if (hasNarrowAccumulator(op, init))
      narrowInits.push_back(index);
  if (narrowInits.empty())
    return;
  ImplicitLocOpBuilder builder(op.getLoc(), op);
  for (unsigned index : narrowInits)
    widenCombiner(op, *op.getDpsInitOperand(index));
  // Named ops get an fma when they become loops.
  if (isa<linalg::GenericOp>(op))
    quant_bnn::fuseProduct(op);
  for (unsigned index : narrowInits) {
    OpOperand *init = op.getDpsInitOperand(index);
    Value narrow = init->get();
    builder.setInsertionPoint(op);
    Value wide = widenInit(builder, narrow);
    init->set(wide);
    builder.setInsertionPointAfter(op);
    if (op.hasPureBufferSemantics()) {
      convertElements(builder, wide, narrow);
      memref::DeallocOp::create(builder, wide);
      continue;
    }
    Value result = op->getResult(index);
    result.setType(wide.getType());
    Value target = buildLike(builder, narrow, getElementTypeOrSelf(narrow));
    Value rounded = convertElements(builder, result, target);
    result.replaceAllUsesExcept(rounded, rounded.getDefiningOp());
  }
}

void quant_bnn::widenAccumulators(Operation *root) {
  SmallVector<LinalgOp> ops;
  root->walk([&](LinalgOp op) {
    if (op.hasPureTensorSemantics() || op.hasPureBufferSemantics())
      ops.push_back(op);
  });
  llvm::for_each(ops, widen);
}

void QuantBNNWidenAccumulatorsPass::runOnOperation() {
  quant_bnn::widenAccumulators(getOperation());
}
