//===- CompareNarrowFloats.cpp - Compare f16 and bf16 by their bits -------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quant-bnn/Codegen/Common/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCOMPARENARROWFLOATSPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using arith::CmpFPredicate;

namespace {
/// A range of bit patterns: those that are from `first` to `last`, as unsigned
/// integers, after an `and` with `mask`.
struct BitRange {
  APInt mask, first, last;
};

struct CompareBits : OpRewritePattern<arith::CmpFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::CmpFOp op,
                                PatternRewriter &rewriter) const override;
};

struct QuantBNNCompareNarrowFloatsPass
    : quant_bnn::impl::QuantBNNCompareNarrowFloatsPassBase<
          QuantBNNCompareNarrowFloatsPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<CompareBits>(&getContext());
    GreedyRewriteConfig config;
    config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled)
        .enableFolding(false);
    if (failed(
            applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }
};
} // namespace

/// Returns the range of the floats below 0 or above 0, or nullopt for another
/// `predicate`. NaNs, which are beyond infinity, and both zeros are outside.
static std::optional<BitRange> getSignRange(CmpFPredicate predicate,
                                            const llvm::fltSemantics &type) {
  APInt infinity = APFloat::getInf(type).bitcastToAPInt();
  unsigned width = infinity.getBitWidth();
  APInt all = APInt::getAllOnes(width), sign = APInt::getSignMask(width);
  if (predicate == CmpFPredicate::OLT)
    return BitRange{all, sign + 1, sign + infinity};
  if (predicate == CmpFPredicate::OGT)
    return BitRange{all, APInt(width, 1), infinity};
  return std::nullopt;
}

/// Returns the range of the floats whose absolute value is below or up to
/// `limit`, or nullopt if there is no such range. Without their sign, floats
/// are ordered like their bits.
static std::optional<BitRange> getSizeRange(CmpFPredicate predicate,
                                            APFloat limit,
                                            const llvm::fltSemantics &type) {
  if (limit.isNaN() || limit.isNegative())
    return std::nullopt;
  bool isRounded;
  limit.convert(type, APFloat::rmTowardZero, &isRounded);
  APInt last = limit.bitcastToAPInt();
  unsigned width = last.getBitWidth();
  if (predicate == CmpFPredicate::OLT && !isRounded) {
    if (last.isZero())
      return std::nullopt;
    --last;
  } else if (predicate != CmpFPredicate::OLE &&
             predicate != CmpFPredicate::OLT) {
    return std::nullopt;
  }
  return BitRange{APInt::getSignedMaxValue(width), APInt::getZero(width), last};
}

/// Whether `value` or its absolute value is only compared. A value that is also
/// computed with has to be widened anyway, and its conditions are as wide.
static bool isOnlyCompared(Value value) {
  return llvm::all_of(value.getUsers(), [](Operation *user) {
    if (auto size = dyn_cast<math::AbsFOp>(user))
      return llvm::all_of(size->getUsers(), llvm::IsaPred<arith::CmpFOp>);
    return isa<arith::CmpFOp>(user);
  });
}

LogicalResult CompareBits::matchAndRewrite(arith::CmpFOp op,
                                           PatternRewriter &rewriter) const {
  Value wide = op.getLhs();
  if (isa<TensorType>(wide.getType()))
    return rewriter.notifyMatchFailure(op, "on tensors");
  auto size = wide.getDefiningOp<math::AbsFOp>();
  if (size)
    wide = size.getOperand();
  auto extension = wide.getDefiningOp<arith::ExtFOp>();
  APFloat constant(0.0);
  if (!extension || !matchPattern(op.getRhs(), m_ConstantFloat(&constant)))
    return rewriter.notifyMatchFailure(
        op, "does not compare a widened float with a constant");
  if (!isOnlyCompared(wide))
    return rewriter.notifyMatchFailure(op, "computed with");
  Value narrow = extension.getIn();
  auto type = cast<FloatType>(getElementTypeOrSelf(narrow));
  if (type.getWidth() != 16)
    return rewriter.notifyMatchFailure(op, "not widened from 16 bits");

  std::optional<BitRange> range;
  if (size)
    range = getSizeRange(op.getPredicate(), constant, type.getFloatSemantics());
  else if (constant.isZero())
    range = getSignRange(op.getPredicate(), type.getFloatSemantics());
  if (!range)
    return rewriter.notifyMatchFailure(op, "not one range of bit patterns");

  Location loc = op.getLoc();
  Type bitsType = rewriter.getIntegerType(16);
  if (auto shaped = dyn_cast<ShapedType>(narrow.getType()))
    bitsType = shaped.clone(bitsType);
  auto build = [&](const APInt &value) -> Value {
    return createScalarOrSplatConstant(rewriter, loc, bitsType, value);
  };
  Value bits = arith::BitcastOp::create(rewriter, loc, bitsType, narrow);
  if (!range->mask.isAllOnes())
    bits = arith::AndIOp::create(rewriter, loc, bits, build(range->mask));
  if (!range->first.isZero())
    bits = arith::SubIOp::create(rewriter, loc, bits, build(range->first));
  rewriter.replaceOpWithNewOp<arith::CmpIOp>(
      op, arith::CmpIPredicate::ule, bits, build(range->last - range->first));
  return success();
}
