//===- Reductions.cpp - Accumulate in vectors -----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reductions.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"

using namespace mlir;
using namespace quant_bnn::vectorize;
using vector::CombiningKind;

math::FmaOp quant_bnn::vectorize::matchFusedProduct(linalg::LinalgOp op,
                                                    unsigned index) {
  BlockArgument argument = op.getRegionOutputArgs()[index];
  auto fma = op.getBlock()
                 ->getTerminator()
                 ->getOperand(index)
                 .getDefiningOp<math::FmaOp>();
  return fma && fma.getC() == argument && argument.hasOneUse() &&
                 fma->hasOneUse()
             ? fma
             : math::FmaOp();
}

std::optional<CombiningKind>
quant_bnn::vectorize::matchCombiner(linalg::LinalgOp op, unsigned index) {
  if (matchFusedProduct(op, index))
    return CombiningKind::ADD;
  SmallVector<Operation *> combiners;
  if (!matchReduction(op.getRegionOutputArgs(), index, combiners) ||
      combiners.size() != 1)
    return std::nullopt;
  return linalg::getCombinerOpKind(combiners.front());
}

bool quant_bnn::vectorize::isFloatSum(linalg::LinalgOp op, unsigned index) {
  return isa<FloatType>(op.getRegionOutputArgs()[index].getType()) &&
         matchCombiner(op, index) == CombiningKind::ADD;
}

/// Returns the neutral element of `kind`. For maxnum and minnum, which ignore
/// NaN, it is NaN.
static APFloat getNeutralFloat(CombiningKind kind,
                               const llvm::fltSemantics &semantics) {
  switch (kind) {
  case CombiningKind::ADD:
    return APFloat::getZero(semantics, /*Negative=*/true);
  case CombiningKind::MUL:
    return APFloat::getOne(semantics);
  case CombiningKind::MAXIMUMF:
    return APFloat::getInf(semantics, /*Negative=*/true);
  case CombiningKind::MINIMUMF:
    return APFloat::getInf(semantics);
  default:
    return APFloat::getNaN(semantics);
  }
}

static APInt getNeutralInteger(CombiningKind kind, unsigned width) {
  switch (kind) {
  case CombiningKind::MUL:
    return APInt(width, 1);
  case CombiningKind::MINUI:
  case CombiningKind::AND:
    return APInt::getAllOnes(width);
  case CombiningKind::MINSI:
    return APInt::getSignedMaxValue(width);
  case CombiningKind::MAXSI:
    return APInt::getSignedMinValue(width);
  default:
    return APInt::getZero(width);
  }
}

static Value buildConstant(ImplicitLocOpBuilder &builder, Type type,
                           TypedAttr value) {
  if (auto vector = dyn_cast<VectorType>(type))
    value = DenseElementsAttr::get(vector, value);
  return arith::ConstantOp::create(builder, value);
}

Value quant_bnn::vectorize::buildNeutral(ImplicitLocOpBuilder &builder,
                                         CombiningKind kind, Type type) {
  Type element = getElementTypeOrSelf(type);
  TypedAttr value;
  if (auto floatType = dyn_cast<FloatType>(element))
    value = builder.getFloatAttr(
        element, getNeutralFloat(kind, floatType.getFloatSemantics()));
  else
    value = builder.getIntegerAttr(
        element, getNeutralInteger(kind, element.getIntOrFloatBitWidth()));
  return buildConstant(builder, type, value);
}

Carry quant_bnn::vectorize::buildNeutralCarry(ImplicitLocOpBuilder &builder,
                                              const Output &output, Type type) {
  Carry carry = {buildNeutral(builder, *output.combiner, type)};
  if (output.compensated)
    carry.push_back(carry.front());
  return carry;
}

static Value combine(ImplicitLocOpBuilder &builder, CombiningKind kind,
                     Value lhs, Value rhs) {
  return vector::makeArithReduction(builder, builder.getLoc(), kind, lhs, rhs);
}

Value quant_bnn::vectorize::combineAll(ImplicitLocOpBuilder &builder,
                                       CombiningKind kind,
                                       SmallVector<Value> values) {
  while (values.size() > 1) {
    size_t half = values.size() / 2;
    for (size_t i = 0; i < half; ++i)
      values[i] = combine(builder, kind, values[i], values[i + half]);
    if (values.size() % 2)
      values[half++] = values.back();
    values.resize(half);
  }
  return values.front();
}

Carry quant_bnn::vectorize::accumulate(ImplicitLocOpBuilder &builder,
                                       const Output &output, const Carry &carry,
                                       Value value) {
  if (!output.compensated)
    return {combine(builder, *output.combiner, carry.front(), value)};
  // Knuth's TwoSum: sum + error = old + value, exactly.
  auto add = [&](Value lhs, Value rhs) -> Value {
    return arith::AddFOp::create(builder, lhs, rhs);
  };
  auto sub = [&](Value lhs, Value rhs) -> Value {
    return arith::SubFOp::create(builder, lhs, rhs);
  };
  Value old = carry[0];
  Value sum = add(old, value);
  Value added = sub(sum, old);
  Value error = add(sub(old, sub(sum, added)), sub(value, added));
  return {sum, add(carry[1], error)};
}

/// Halves the vector until one lane is left. The depth is the logarithm of the
/// length, while the depth of an ordered `vector.reduction` of floats is the
/// length.
Value quant_bnn::vectorize::combineLanes(ImplicitLocOpBuilder &builder,
                                         CombiningKind kind, Value value) {
  auto type = dyn_cast<VectorType>(value.getType());
  if (!type)
    return value;
  for (int64_t half = type.getNumElements() / 2; half > 0; half /= 2) {
    auto slice = [&](int64_t offset) -> Value {
      return vector::ShuffleOp::create(
          builder, value, value,
          llvm::to_vector(llvm::seq(offset, offset + half)));
    };
    value = combine(builder, kind, slice(0), slice(half));
  }
  return vector::ExtractOp::create(builder, value, ArrayRef<int64_t>{0});
}

/// Builds the rounding errors of a sum, or the neutral element where they are 0
/// or NaN: the errors of an infinite sum have no meaning and are computed as
/// NaN.
static Value buildError(ImplicitLocOpBuilder &builder, Value error) {
  Type type = error.getType();
  Value zero = buildConstant(
      builder, type, builder.getZeroAttr(mlir::getElementTypeOrSelf(type)));
  Value isError =
      arith::CmpFOp::create(builder, arith::CmpFPredicate::ONE, error, zero);
  Value neutral = buildNeutral(builder, CombiningKind::ADD, type);
  return arith::SelectOp::create(builder, isError, error, neutral);
}

Value quant_bnn::vectorize::finishCarry(ImplicitLocOpBuilder &builder,
                                        const Output &output,
                                        const Carry &carry) {
  if (!output.compensated)
    return carry.front();
  return combine(builder, *output.combiner, carry[0],
                 buildError(builder, carry[1]));
}

Value quant_bnn::vectorize::reduceCarry(ImplicitLocOpBuilder &builder,
                                        const Output &output,
                                        const Carry &carry) {
  Value sum = combineLanes(builder, *output.combiner, carry.front());
  if (!output.compensated)
    return sum;
  Value error =
      combineLanes(builder, *output.combiner, buildError(builder, carry[1]));
  return combine(builder, *output.combiner, sum, error);
}
