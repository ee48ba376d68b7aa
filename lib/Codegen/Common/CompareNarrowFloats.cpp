//===- CompareNarrowFloats.cpp - Compare f16 and bf16 by their bits -------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "quant-bnn/Codegen/Common/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCOMPARENARROWFLOATSPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

//===----------------------------------------------------------------------===//
// Intervals
//===----------------------------------------------------------------------===//

namespace {
/// The narrow floats, or their magnitudes, between two of them. A float is
/// given by its rank: the bits of its magnitude, negative if the float is.
/// Floats are ordered like their ranks, both zeros have rank 0, and a NaN has
/// none.
struct Interval {
  int32_t first, last;

  bool isEmpty() const { return first > last; }
  Interval intersect(Interval other) const {
    return {std::max(first, other.first), std::min(last, other.last)};
  }
};

/// The condition that a narrow float, or its magnitude, is in an interval.
struct Condition {
  Value narrow;
  Interval interval;
  bool isOfMagnitude;
};
} // namespace

static int32_t getRank(const APFloat &value) {
  APFloat magnitude = value;
  magnitude.clearSign();
  int32_t bits = magnitude.bitcastToAPInt().getZExtValue();
  return value.isNegative() ? -bits : bits;
}

/// Returns the floats of `type` that `predicate` says to be below or above
/// `limit`, or nullopt if these are not an interval.
static std::optional<Interval> getInterval(CmpFPredicate predicate,
                                           const APFloat &limit,
                                           const llvm::fltSemantics &type) {
  if (limit.isNaN())
    return std::nullopt;
  int32_t infinity = getRank(APFloat::getInf(type));
  auto round = [&](APFloat::roundingMode mode, bool &isExact) {
    APFloat rounded = limit;
    bool losesInfo;
    rounded.convert(type, mode, &losesInfo);
    isExact = !losesInfo;
    return getRank(rounded);
  };
  bool isExact;
  int32_t below = round(APFloat::rmTowardNegative, isExact);
  int32_t above = round(APFloat::rmTowardPositive, isExact);
  switch (predicate) {
  case CmpFPredicate::OLE:
    return Interval{-infinity, below};
  case CmpFPredicate::OLT:
    return Interval{-infinity, below - isExact};
  case CmpFPredicate::OGE:
    return Interval{above, infinity};
  case CmpFPredicate::OGT:
    return Interval{above + isExact, infinity};
  default:
    return std::nullopt;
  }
}

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

static bool isNarrow(Value value) {
  Type type = value.getType();
  auto element = dyn_cast<FloatType>(getElementTypeOrSelf(type));
  return element && element.getWidth() == 16 && !isa<TensorType>(type);
}

/// Whether `value`, or what it is widened to, is computed with. Then it has to
/// be widened anyway, and its conditions are as wide.
static bool isComputedWith(Value value) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    if (isa<arith::ExtFOp, math::AbsFOp>(user))
      return isComputedWith(user->getResult(0));
    bool isMoved =
        isNarrow(value) && (isa<arith::BitcastOp, arith::SelectOp>(user) ||
                            user->hasTrait<OpTrait::IsTerminator>());
    return !isMoved && !isa<arith::CmpFOp>(user);
  });
}

/// Returns the condition that `op` is, or nullopt if it does not compare a
/// narrow float with a constant or is no interval.
static std::optional<Condition> getCondition(arith::CmpFOp op) {
  APFloat limit(0.0);
  if (!matchPattern(op.getRhs(), m_ConstantFloat(&limit)))
    return std::nullopt;
  Condition condition = {op.getLhs(), {}, false};
  if (auto magnitude = condition.narrow.getDefiningOp<math::AbsFOp>()) {
    condition.isOfMagnitude = true;
    condition.narrow = magnitude.getOperand();
  }
  if (auto extension = condition.narrow.getDefiningOp<arith::ExtFOp>())
    condition.narrow = extension.getIn();
  if (!isNarrow(condition.narrow) || isComputedWith(condition.narrow))
    return std::nullopt;
  auto type = cast<FloatType>(getElementTypeOrSelf(condition.narrow));
  std::optional<Interval> interval =
      getInterval(op.getPredicate(), limit, type.getFloatSemantics());
  if (!interval)
    return std::nullopt;
  condition.interval = *interval;
  // A magnitude of at most a limit is a float between two of them.
  if (condition.isOfMagnitude && interval->first < 0) {
    condition.interval.first = -interval->last;
    condition.isOfMagnitude = false;
  }
  return condition;
}

/// Returns the condition that both operands of `op` are together, or nullopt if
/// these are not conditions of one float and of no other user.
static std::optional<Condition> getCondition(arith::AndIOp op) {
  auto getOperand = [&](Value value) -> std::optional<Condition> {
    auto compare = value.getDefiningOp<arith::CmpFOp>();
    if (!compare || !value.hasOneUse())
      return std::nullopt;
    return getCondition(compare);
  };
  std::optional<Condition> lhs = getOperand(op.getLhs()),
                           rhs = getOperand(op.getRhs());
  if (!lhs || !rhs || lhs->narrow != rhs->narrow || lhs->isOfMagnitude ||
      rhs->isOfMagnitude)
    return std::nullopt;
  lhs->interval = lhs->interval.intersect(rhs->interval);
  return lhs;
}

//===----------------------------------------------------------------------===//
// Comparisons of bits
//===----------------------------------------------------------------------===//

namespace {
/// Builds comparisons of the bits of a narrow float.
class BitsBuilder {
public:
  BitsBuilder(Location loc, OpBuilder &builder, Value narrow)
      : b(loc, builder) {
    type = b.getIntegerType(16);
    if (auto shaped = dyn_cast<ShapedType>(narrow.getType()))
      type = shaped.clone(type);
    bits = arith::BitcastOp::create(b, type, narrow);
  }

  Value build(const Condition &condition);

private:
  Type getConditionType() {
    auto shaped = dyn_cast<ShapedType>(type);
    Type i1 = b.getI1Type();
    return shaped ? Type(shaped.clone(i1)) : i1;
  }
  Value constant(int32_t value) {
    return createScalarOrSplatConstant(b, b.getLoc(), type, APInt(16, value));
  }
  Value buildMagnitude() {
    return arith::AndIOp::create(b, bits, constant(signBit - 1));
  }
  /// Builds whether `value` is from `first` to `last`, as unsigned integers.
  Value buildIsIn(Value value, int32_t first, int32_t last) {
    if (first == last)
      return arith::CmpIOp::create(b, CmpIPredicate::eq, value,
                                   constant(first));
    if (first != 0)
      value = arith::SubIOp::create(b, value, constant(first));
    return arith::CmpIOp::create(b, CmpIPredicate::ule, value,
                                 constant(last - first));
  }

  static constexpr int32_t signBit = 0x8000;
  ImplicitLocOpBuilder b;
  Type type;
  Value bits;
};
} // namespace

Value BitsBuilder::build(const Condition &condition) {
  auto [first, last] = condition.interval;
  if (condition.interval.isEmpty())
    return arith::ConstantOp::create(b, b.getZeroAttr(getConditionType()));
  if (condition.isOfMagnitude)
    return buildIsIn(buildMagnitude(), first, last);
  if (first == -last)
    return buildIsIn(buildMagnitude(), 0, last);
  if (first > 0)
    return buildIsIn(bits, first, last);
  if (last < 0)
    return buildIsIn(bits, signBit - last, signBit - first);
  // Zeros of both signs are inside.
  return arith::OrIOp::create(b, buildIsIn(bits, 0, last),
                              buildIsIn(bits, signBit, signBit - first));
}

/// Replaces `op`, which is `condition`, by comparisons of bits.
static void replaceByBits(IRRewriter &rewriter, Operation *op,
                          const Condition &condition) {
  rewriter.setInsertionPoint(op);
  rewriter.replaceOp(
      op,
      BitsBuilder(op->getLoc(), rewriter, condition.narrow).build(condition));
}

namespace {
struct QuantBNNCompareNarrowFloatsPass
    : quant_bnn::impl::QuantBNNCompareNarrowFloatsPassBase<
          QuantBNNCompareNarrowFloatsPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    // Two comparisons together before each of them.
    SmallVector<arith::AndIOp> conjunctions;
    getOperation()->walk([&](arith::AndIOp op) { conjunctions.push_back(op); });
    for (arith::AndIOp op : conjunctions)
      if (std::optional<Condition> condition = getCondition(op)) {
        std::array<Operation *, 2> compared = {op.getLhs().getDefiningOp(),
                                               op.getRhs().getDefiningOp()};
        replaceByBits(rewriter, op, *condition);
        llvm::for_each(compared,
                       [&](Operation *compare) { rewriter.eraseOp(compare); });
      }
    SmallVector<arith::CmpFOp> comparisons;
    getOperation()->walk([&](arith::CmpFOp op) { comparisons.push_back(op); });
    for (arith::CmpFOp op : comparisons)
      if (std::optional<Condition> condition = getCondition(op))
        replaceByBits(rewriter, op, *condition);
  }
};
} // namespace
