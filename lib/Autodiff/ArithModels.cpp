//===- ArithModels.cpp - Gradients of arith -------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <limits>

using namespace mlir;
using namespace quant_bnn;
using arith::CmpFPredicate;
using quant_bnn::detail::Gradients;

//===----------------------------------------------------------------------===//
// Sums and products
//===----------------------------------------------------------------------===//

static Gradients differentiate(arith::AddFOp, OpBuilder &, Location, Value g) {
  return SmallVector<Value>{g, g};
}

static Gradients differentiate(arith::SubFOp, OpBuilder &builder, Location loc,
                               Value g) {
  return SmallVector<Value>{g, arith::NegFOp::create(builder, loc, g)};
}

static Gradients differentiate(arith::MulFOp op, OpBuilder &builder,
                               Location loc, Value g) {
  return SmallVector<Value>{
      arith::MulFOp::create(builder, loc, g, op.getRhs()),
      arith::MulFOp::create(builder, loc, g, op.getLhs())};
}

static Gradients differentiate(arith::DivFOp op, OpBuilder &builder,
                               Location loc, Value g) {
  // -g x / y^2 = -(g / y) (x / y). Where g / y overflows, the product may still
  // be finite, because x / y is small or 0.
  Value toLhs = arith::DivFOp::create(builder, loc, g, op.getRhs());
  Value toRhs = quant_bnn::detail::buildPayload(
      builder, loc, g.getType(), {g, op.getRhs(), op.getResult(), toLhs},
      [](PayloadBuilder &payload, ValueRange operands) -> Value {
        Value g = operands[0], y = operands[1], quotient = operands[2];
        Value infinity =
            payload.constant(std::numeric_limits<double>::infinity());
        Value overflows =
            payload.cmp(CmpFPredicate::OEQ, payload.abs(operands[3]), infinity);
        Value early = payload.div(payload.mul(g, quotient), y);
        Value product = payload.mul(operands[3], quotient);
        return payload.neg(payload.select(overflows, early, product));
      });
  return SmallVector<Value>{toLhs, toRhs};
}

static Gradients differentiate(arith::NegFOp, OpBuilder &builder, Location loc,
                               Value g) {
  return SmallVector<Value>{arith::NegFOp::create(builder, loc, g)};
}

static Gradients differentiate(arith::RemFOp op, OpBuilder &builder,
                               Location loc, Value g) {
  // The value is x - trunc(x / y) y, where trunc has no gradient.
  Value toRhs = quant_bnn::detail::buildPayload(
      builder, loc, g.getType(), {g, op.getLhs(), op.getRhs()},
      [](PayloadBuilder &payload, ValueRange operands) -> Value {
        Value quotient = payload.div(operands[1], operands[2]);
        return payload.neg(
            payload.mul(operands[0], math::TruncOp::create(payload, quotient)));
      });
  return SmallVector<Value>{g, toRhs};
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

Value quant_bnn::detail::buildExtremumGradient(PayloadBuilder &payload,
                                               CmpFPredicate wins,
                                               bool ignoresNaN, Value g,
                                               Value x, Value other) {
  Value half = payload.mul(payload.constant(0.5), g);
  Value tie = payload.select(payload.cmp(CmpFPredicate::OEQ, x, other), half,
                             payload.constant(0.0));
  Value result = payload.select(payload.cmp(wins, x, other), g, tie);
  if (!ignoresNaN)
    return result;
  Value alone =
      arith::AndIOp::create(payload, payload.cmp(CmpFPredicate::ORD, x, x),
                            payload.cmp(CmpFPredicate::UNO, other, other));
  return payload.select(alone, g, result);
}

template <typename OpTy, CmpFPredicate wins, bool ignoresNaN>
static Gradients differentiateExtremum(OpTy op, OpBuilder &builder,
                                       Location loc, Value g) {
  SmallVector<Value, 2> operands = {op.getLhs(), op.getRhs()};
  SmallVector<Value> gradients;
  for (unsigned self : {0, 1})
    gradients.push_back(quant_bnn::detail::buildPayload(
        builder, loc, g.getType(), {g, operands[self], operands[1 - self]},
        [](PayloadBuilder &payload, ValueRange values) -> Value {
          return quant_bnn::detail::buildExtremumGradient(
              payload, wins, ignoresNaN, values[0], values[1], values[2]);
        }));
  return gradients;
}

static Gradients differentiate(arith::SelectOp op, OpBuilder &builder,
                               Location loc, Value g) {
  Value zero = buildZero(builder, loc, g);
  return SmallVector<Value>{
      Value(),
      arith::SelectOp::create(builder, loc, op.getCondition(), g, zero),
      arith::SelectOp::create(builder, loc, op.getCondition(), zero, g)};
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

static Gradients differentiate(arith::ExtFOp op, OpBuilder &builder,
                               Location loc, Value g) {
  return SmallVector<Value>{
      arith::TruncFOp::create(builder, loc, op.getIn().getType(), g)};
}

static Gradients differentiate(arith::TruncFOp op, OpBuilder &builder,
                               Location loc, Value g) {
  return SmallVector<Value>{
      arith::ExtFOp::create(builder, loc, op.getIn().getType(), g)};
}

//===----------------------------------------------------------------------===//
// Registration
//===----------------------------------------------------------------------===//

template <typename... OpTys>
static void attachRules(MLIRContext *context) {
  (quant_bnn::detail::attach<OpTys, &differentiate>(context), ...);
}

void quant_bnn::detail::registerArithModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, arith::ArithDialect *) {
    attachRules<arith::AddFOp, arith::DivFOp, arith::ExtFOp, arith::MulFOp,
                arith::NegFOp, arith::RemFOp, arith::SelectOp, arith::SubFOp,
                arith::TruncFOp>(context);
    attachNone<arith::SIToFPOp, arith::UIToFPOp>(context);
    attach<
        arith::MaximumFOp,
        &differentiateExtremum<arith::MaximumFOp, CmpFPredicate::OGT, false>>(
        context);
    attach<
        arith::MinimumFOp,
        &differentiateExtremum<arith::MinimumFOp, CmpFPredicate::OLT, false>>(
        context);
    attach<arith::MaxNumFOp,
           &differentiateExtremum<arith::MaxNumFOp, CmpFPredicate::OGT, true>>(
        context);
    attach<arith::MinNumFOp,
           &differentiateExtremum<arith::MinNumFOp, CmpFPredicate::OLT, true>>(
        context);
  });
}
