//===- BF16Facts.cpp - What is known of floats before rounding ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BF16Facts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using quant_bnn::BF16Facts;

static bool isTracked(Type type) {
  Type element = getElementTypeOrSelf(type);
  return isa<FloatType, VectorType>(type) &&
         (element.isF32() || element.isBF16());
}

/// More than the exponent of any float.
static constexpr int greatest = 128;

/// Returns `exponent`, or nothing if it is that of a subnormal number.
static std::optional<int> normal(int exponent) {
  if (exponent < -126)
    return std::nullopt;
  return std::min(exponent, greatest);
}

static BF16Facts meet(BF16Facts lhs, BF16Facts rhs) {
  BF16Facts facts;
  facts.isBF16 = lhs.isBF16 && rhs.isBF16;
  if (lhs.leastExponent && rhs.leastExponent)
    facts.leastExponent = std::min(*lhs.leastExponent, *rhs.leastExponent);
  return facts;
}

static BF16Facts getFacts(APFloat value) {
  BF16Facts facts;
  // Zeros, infinities and NaNs are not subnormal.
  facts.leastExponent =
      normal(value.isFiniteNonZero() ? ilogb(value) : greatest);
  bool losesInfo;
  value.convert(APFloat::BFloat(), APFloat::rmNearestTiesToEven, &losesInfo);
  facts.isBF16 = !losesInfo;
  return facts;
}

static BF16Facts getFacts(Attribute value) {
  if (auto scalar = dyn_cast<FloatAttr>(value))
    return getFacts(scalar.getValue());
  auto elements = dyn_cast<DenseFPElementsAttr>(value);
  if (!elements || elements.empty())
    return {};
  if (elements.isSplat())
    return getFacts(elements.getSplatValue<APFloat>());
  BF16Facts facts = getFacts(*elements.begin());
  for (const APFloat &element : elements)
    facts = meet(facts, getFacts(element));
  return facts;
}

/// Returns the least exponent of a quotient.
static std::optional<int> getExponentOfQuotient(BF16Facts dividend,
                                                Value divisor) {
  Attribute constant;
  if (!dividend.leastExponent || !matchPattern(divisor, m_Constant(&constant)))
    return std::nullopt;
  if (auto splat = dyn_cast<SplatElementsAttr>(constant))
    constant = splat.getSplatValue<Attribute>();
  auto value = dyn_cast<FloatAttr>(constant);
  if (!value || !value.getValue().isFiniteNonZero())
    return std::nullopt;
  // The divisor is less than 2 to the power of its exponent plus 1.
  return normal(*dividend.leastExponent - ilogb(value.getValue()) - 1);
}

BF16Facts quant_bnn::BF16FactsAnalysis::compute(Operation *op) const {
  auto exact = [&](Value value, std::optional<int> exponent) {
    return BF16Facts{get(value).isBF16, exponent};
  };
  return llvm::TypeSwitch<Operation *, BF16Facts>(op)
      .Case([](arith::ConstantOp op) { return getFacts(op.getValue()); })
      .Case([&](arith::ExtFOp op) -> BF16Facts {
        Type from = getElementTypeOrSelf(op.getIn().getType());
        if (from.isF16())
          return {false, -24};
        return get(op.getIn());
      })
      .Case([&](arith::TruncFOp op) -> BF16Facts {
        // Rounding to nearest does not cross a power of two.
        return {false, get(op.getIn()).leastExponent};
      })
      .Case<arith::SIToFPOp, arith::UIToFPOp>([](auto op) -> BF16Facts {
        // bf16 has 8 significant bits.
        Type from = getElementTypeOrSelf(op.getIn().getType());
        return {from.isIntOrFloat() && from.getIntOrFloatBitWidth() <= 8, 0};
      })
      .Case([&](arith::SelectOp op) {
        return meet(get(op.getTrueValue()), get(op.getFalseValue()));
      })
      .Case<arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp,
            arith::MinNumFOp>(
          [&](auto op) { return meet(get(op.getLhs()), get(op.getRhs())); })
      .Case<arith::NegFOp, math::AbsFOp>(
          [&](auto op) { return get(op.getOperand()); })
      .Case([&](math::CopySignOp op) { return get(op.getLhs()); })
      .Case<math::RoundEvenOp, math::RoundOp, math::FloorOp, math::CeilOp,
            math::TruncOp>([&](auto op) { return exact(op.getOperand(), 0); })
      .Case([&](arith::MulFOp op) -> BF16Facts {
        BF16Facts lhs = get(op.getLhs()), rhs = get(op.getRhs());
        if (!lhs.leastExponent || !rhs.leastExponent)
          return {};
        return {false, normal(*lhs.leastExponent + *rhs.leastExponent)};
      })
      .Case([&](arith::DivFOp op) -> BF16Facts {
        return {false, getExponentOfQuotient(get(op.getLhs()), op.getRhs())};
      })
      .Case<arith::AddFOp, arith::SubFOp>([&](auto op) -> BF16Facts {
        // The terms are multiples of the last bit of the least of them, or of
        // that of a product which may not be rounded before it is added.
        BF16Facts terms = meet(get(op.getLhs()), get(op.getRhs()));
        if (!terms.leastExponent)
          return {};
        bool mayFuse = arith::bitEnumContainsAll(
            op.getFastmath(), arith::FastMathFlags::contract);
        return {false, normal(*terms.leastExponent - (mayFuse ? 46 : 23))};
      })
      .Case<vector::BroadcastOp, vector::ShapeCastOp, vector::ExtractOp,
            vector::ExtractStridedSliceOp>(
          [&](auto op) { return get(op->getOperand(0)); })
      .Default([](Operation *) { return BF16Facts(); });
}

quant_bnn::BF16FactsAnalysis::BF16FactsAnalysis(Operation *root) {
  root->walk([&](Operation *op) {
    if (op->getNumResults() != 1 || !isTracked(op->getResult(0).getType()))
      return;
    BF16Facts found = compute(op);
    if (found.isBF16 || found.leastExponent)
      facts[op->getResult(0)] = found;
  });
}

BF16Facts quant_bnn::BF16FactsAnalysis::get(Value value) const {
  BF16Facts found = facts.lookup(value);
  found.isBF16 |= getElementTypeOrSelf(value.getType()).isBF16();
  return found;
}
