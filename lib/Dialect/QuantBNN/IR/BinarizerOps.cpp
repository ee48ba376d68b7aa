//===- BinarizerOps.cpp - One-bit quantizers ------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include <limits>

using namespace mlir;
using namespace quant_bnn;
using arith::CmpFPredicate;

using Gradients = FailureOr<SmallVector<Value>>;

//===----------------------------------------------------------------------===//
// The binarizer family
//===----------------------------------------------------------------------===//

Value quant_bnn::detail::buildSign(PayloadBuilder &builder, Value x,
                                   ZeroMode zero, NanMode nan) {
  Value none = builder.constant(0.0);
  Value minusOne = builder.constant(-1.0);
  Value one = builder.constant(1.0);
  auto compare = [&](CmpFPredicate predicate) {
    return builder.cmp(predicate, x, none);
  };
  Value sign;
  if (zero == ZeroMode::zero) {
    Value isNegative = compare(nan == NanMode::negative ? CmpFPredicate::ULT
                                                        : CmpFPredicate::OLT);
    Value isPositive = compare(nan == NanMode::positive ? CmpFPredicate::UGT
                                                        : CmpFPredicate::OGT);
    sign = builder.select(isNegative, minusOne,
                          builder.select(isPositive, one, none));
  } else if (nan == NanMode::negative) {
    Value isUpper = compare(zero == ZeroMode::positive ? CmpFPredicate::OGE
                                                       : CmpFPredicate::OGT);
    sign = builder.select(isUpper, one, minusOne);
  } else {
    Value isLower = compare(zero == ZeroMode::positive ? CmpFPredicate::OLT
                                                       : CmpFPredicate::OLE);
    sign = builder.select(isLower, minusOne, one);
  }
  if (nan != NanMode::propagate)
    return sign;
  return builder.select(builder.cmp(CmpFPredicate::UNO, x, x), x, sign);
}

Value quant_bnn::detail::buildSignInference(Operation *op, OpBuilder &builder,
                                            Location loc) {
  auto zero = op->getAttrOfType<ZeroModeAttr>("zero");
  auto nan = op->getAttrOfType<NanModeAttr>("nan");
  if (auto sign = dyn_cast<SignOp>(op); sign && !sign.getClip())
    return Value();
  return SignOp::create(builder, loc, op->getResult(0).getType(),
                        op->getOperand(0), FloatAttr(), zero, nan);
}

static double getValue(ZeroMode zero) {
  switch (zero) {
  case ZeroMode::positive:
    return 1.0;
  case ZeroMode::negative:
    return -1.0;
  case ZeroMode::zero:
    return 0.0;
  }
  llvm_unreachable("all modes are handled");
}

static std::optional<double> getValue(NanMode nan) {
  switch (nan) {
  case NanMode::positive:
    return 1.0;
  case NanMode::negative:
    return -1.0;
  case NanMode::propagate:
    return std::nullopt;
  case NanMode::zero:
    return 0.0;
  }
  llvm_unreachable("all modes are handled");
}

SignValues quant_bnn::detail::getSignValues(ZeroMode zero, NanMode nan) {
  return {-1.0, getValue(zero), 1.0, getValue(nan)};
}

/// Returns the value at 0 if it differs from the values of negative and of
/// positive x, or nullopt. The value at NaN can be a third value only if the
/// value at 0 is.
static std::optional<double> getThirdValue(const SignValues &values) {
  if (values.zero == values.negative || values.zero == values.positive)
    return std::nullopt;
  return values.zero;
}

unsigned quant_bnn::detail::getSignBitWidth(const SignValues &values) {
  return getThirdValue(values) ? 2 : 1;
}

unsigned quant_bnn::detail::getNumSignMasks(const SignValues &values) {
  return (getThirdValue(values) ? 2 : 1) + (values.nan ? 0 : 1);
}

SmallVector<Value> quant_bnn::detail::buildSignMasks(PayloadBuilder &builder,
                                                     const SignValues &values,
                                                     Value x) {
  Value zero = builder.constant(0.0);
  bool nanIsUpper = values.nan == values.positive;
  CmpFPredicate isUpper = nanIsUpper ? CmpFPredicate::UGT : CmpFPredicate::OGT;
  if (values.zero == values.positive)
    isUpper = nanIsUpper ? CmpFPredicate::UGE : CmpFPredicate::OGE;
  SmallVector<Value> masks = {builder.cmp(isUpper, x, zero)};
  if (getThirdValue(values))
    masks.push_back(builder.cmp(
        values.nan == values.negative ? CmpFPredicate::ULT : CmpFPredicate::OLT,
        x, zero));
  if (!values.nan)
    masks.push_back(builder.cmp(CmpFPredicate::UNO, x, x));
  return masks;
}

Value quant_bnn::detail::buildSignFromMasks(OpBuilder &builder, Location loc,
                                            const SignValues &values, Type type,
                                            ValueRange masks) {
  return buildElementwise(
             builder, loc, type, masks,
             [&](PayloadBuilder &payload, ValueRange operands) {
               Value y = payload.constant(values.negative);
               if (std::optional<double> third = getThirdValue(values))
                 y = payload.select(operands[1], y, payload.constant(*third));
               y = payload.select(operands[0],
                                  payload.constant(values.positive), y);
               constexpr double nan = std::numeric_limits<double>::quiet_NaN();
               if (!values.nan)
                 y = payload.select(operands.back(), payload.constant(nan), y);
               return SmallVector<Value>{y};
             })
      .front();
}

//===----------------------------------------------------------------------===//
// SignOp
//===----------------------------------------------------------------------===//

Gradients SignOp::buildGradient(OpBuilder &builder, Location loc,
                                ValueRange cotangents) {
  Value g = cotangents.front();
  if (!g)
    return SmallVector<Value>{Value()};
  return SmallVector<Value>{
      SignGradOp::create(builder, loc, getX(), g, getClipAttr())};
}

//===----------------------------------------------------------------------===//
// SurrogateSignOp
//===----------------------------------------------------------------------===//

Gradients SurrogateSignOp::buildGradient(OpBuilder &builder, Location loc,
                                         ValueRange cotangents) {
  Value g = cotangents.front();
  if (!g)
    return SmallVector<Value>{Value()};
  return SmallVector<Value>{
      SurrogateGradOp::create(builder, loc, getX(), g, getGradient())};
}

std::optional<double> SurrogateSignOp::getWindow() {
  return getGradient().getWindow();
}

std::optional<double> SurrogateGradOp::getWindow() {
  return getGradient().getWindow();
}

Value SurrogateGradOp::buildForward(PayloadBuilder &builder,
                                    ValueRange operands) {
  return getGradient().buildGradient(builder, operands[0], operands[1]);
}

//===----------------------------------------------------------------------===//
// ApproxSignOp
//===----------------------------------------------------------------------===//

Gradients ApproxSignOp::buildGradient(OpBuilder &builder, Location loc,
                                      ValueRange cotangents) {
  Value g = cotangents.front();
  if (!g)
    return SmallVector<Value>{Value()};
  return SmallVector<Value>{ApproxSignGradOp::create(builder, loc, getX(), g)};
}

std::optional<double> ApproxSignOp::getWindow() { return 1.0; }

std::optional<double> ApproxSignGradOp::getWindow() { return 1.0; }

Value ApproxSignGradOp::buildForward(PayloadBuilder &builder,
                                     ValueRange operands) {
  Value x = operands[0], g = operands[1];
  Value two = builder.constant(2.0);
  Value slope = builder.sub(two, builder.mul(two, builder.abs(x)));
  return builder.select(builder.isWithin(x, 1.0), builder.mul(slope, g),
                        builder.constant(0.0));
}

//===----------------------------------------------------------------------===//
// SwishSignOp
//===----------------------------------------------------------------------===//

Gradients SwishSignOp::buildGradient(OpBuilder &builder, Location loc,
                                     ValueRange cotangents) {
  Value g = cotangents.front();
  if (!g)
    return SmallVector<Value>{Value()};
  return SmallVector<Value>{
      SwishSignGradOp::create(builder, loc, getX(), g, getBetaAttr())};
}

Value SwishSignGradOp::buildForward(PayloadBuilder &builder,
                                    ValueRange operands) {
  Value x = operands[0], g = operands[1];
  Value one = builder.constant(1.0), two = builder.constant(2.0);
  Value beta = builder.constant(getBeta().convertToDouble());
  Value z = builder.abs(builder.mul(beta, x));
  Value e = builder.exp(builder.neg(z));
  Value d = builder.div(one, builder.add(one, e));
  Value zTanh = builder.mul(z, builder.mul(builder.sub(one, e), d));
  Value sech = builder.mul(builder.mul(two, e), builder.mul(d, d));
  Value slope = builder.mul(beta, builder.mul(builder.sub(two, zTanh), sech));
  Value infinity = builder.constant(std::numeric_limits<double>::infinity());
  return builder.select(builder.cmp(CmpFPredicate::OEQ, z, infinity),
                        builder.constant(0.0), builder.mul(g, slope));
}

//===----------------------------------------------------------------------===//
// SteHeavisideOp
//===----------------------------------------------------------------------===//

LogicalResult SteHeavisideOp::verify() {
  double low = getLow().convertToDouble();
  if (low != 0.0 && low != -1.0)
    return emitOpError("requires low to be 0.0 or -1.0, but got ") << low;
  return success();
}

Value SteHeavisideOp::buildForward(PayloadBuilder &builder,
                                   ValueRange operands) {
  Value positive =
      builder.cmp(CmpFPredicate::OGT, operands.front(), builder.constant(0.0));
  return builder.select(positive, builder.constant(1.0),
                        builder.constant(getLow().convertToDouble()));
}

Gradients SteHeavisideOp::buildGradient(OpBuilder &builder, Location loc,
                                        ValueRange cotangents) {
  Value g = cotangents.front();
  if (!g)
    return SmallVector<Value>{Value()};
  return SmallVector<Value>{
      SteHeavisideGradOp::create(builder, loc, getX(), g, getClipAttr())};
}

Value SteHeavisideOp::buildInference(OpBuilder &builder, Location loc) {
  if (!getClip())
    return Value();
  return SteHeavisideOp::create(builder, loc, getType(), getX(), getLowAttr(),
                                FloatAttr());
}

SignValues SteHeavisideOp::getSignValues() {
  double low = getLow().convertToDouble();
  return {low, low, 1.0, low};
}
