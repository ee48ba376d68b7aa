//===- MathModels.cpp - Gradients of math ---------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/Support/MathExtras.h"
#include <limits>

using namespace mlir;
using namespace quant_bnn;
using arith::CmpFPredicate;
using quant_bnn::detail::Gradients;

//===----------------------------------------------------------------------===//
// Functions of one operand
//===----------------------------------------------------------------------===//

/// Builds the gradient of x, where y = f(x) has the gradient g.
using UnaryRule = Value (*)(PayloadBuilder &payload, Value x, Value y, Value g);

template <typename OpTy, UnaryRule rule>
static Gradients differentiateUnary(OpTy op, OpBuilder &builder, Location loc,
                                    Value g) {
  return SmallVector<Value>{quant_bnn::detail::buildPayload(
      builder, loc, g.getType(), {g, op.getOperand(), op.getResult()},
      [](PayloadBuilder &payload, ValueRange operands) {
        return rule(payload, operands[1], operands[2], operands[0]);
      })};
}

template <typename OpTy, UnaryRule rule>
static void attachUnary(MLIRContext *context) {
  quant_bnn::detail::attach<OpTy, &differentiateUnary<OpTy, rule>>(context);
}

static Value getOne(PayloadBuilder &payload) { return payload.constant(1.0); }

/// Builds 1 - value^2, without cancellation near 1.
static Value getComplement(PayloadBuilder &payload, Value value) {
  return payload.mul(payload.sub(getOne(payload), value),
                     payload.add(getOne(payload), value));
}

/// Builds 1 + value^2.
static Value getSquarePlusOne(PayloadBuilder &payload, Value value) {
  return payload.add(getOne(payload), payload.mul(value, value));
}

static Value differentiateAbs(PayloadBuilder &payload, Value x, Value,
                              Value g) {
  Value zero = payload.constant(0.0);
  Value positive = payload.cmp(CmpFPredicate::OGT, x, zero);
  Value negative = payload.cmp(CmpFPredicate::OLT, x, zero);
  return payload.select(positive, g,
                        payload.select(negative, payload.neg(g), zero));
}

static Value differentiateExp(PayloadBuilder &payload, Value, Value y,
                              Value g) {
  return payload.mul(g, y);
}

static Value differentiateExp2(PayloadBuilder &payload, Value, Value y,
                               Value g) {
  return payload.mul(g, payload.mul(y, payload.constant(llvm::numbers::ln2)));
}

static Value differentiateExpM1(PayloadBuilder &payload, Value x, Value,
                                Value g) {
  // y + 1 would be 0 where y rounds to -1.
  return payload.mul(g, payload.exp(x));
}

static Value differentiateLog(PayloadBuilder &payload, Value x, Value,
                              Value g) {
  return payload.div(g, x);
}

static Value differentiateLog2(PayloadBuilder &payload, Value x, Value,
                               Value g) {
  return payload.div(g, payload.mul(x, payload.constant(llvm::numbers::ln2)));
}

static Value differentiateLog10(PayloadBuilder &payload, Value x, Value,
                                Value g) {
  return payload.div(g, payload.mul(x, payload.constant(llvm::numbers::ln10)));
}

static Value differentiateLog1p(PayloadBuilder &payload, Value x, Value,
                                Value g) {
  return payload.div(g, payload.add(x, getOne(payload)));
}

static Value differentiateSqrt(PayloadBuilder &payload, Value, Value y,
                               Value g) {
  return payload.div(payload.mul(payload.constant(0.5), g), y);
}

static Value differentiateRsqrt(PayloadBuilder &payload, Value x, Value y,
                                Value g) {
  Value half = payload.mul(payload.constant(-0.5), g);
  return payload.mul(half, payload.div(y, x));
}

static Value differentiateCbrt(PayloadBuilder &payload, Value, Value y,
                               Value g) {
  return payload.div(g, payload.mul(payload.constant(3.0), payload.mul(y, y)));
}

static Value differentiateTanh(PayloadBuilder &payload, Value, Value y,
                               Value g) {
  return payload.mul(g, getComplement(payload, y));
}

static Value differentiateSin(PayloadBuilder &payload, Value x, Value,
                              Value g) {
  return payload.mul(g, math::CosOp::create(payload, x));
}

static Value differentiateCos(PayloadBuilder &payload, Value x, Value,
                              Value g) {
  return payload.neg(payload.mul(g, math::SinOp::create(payload, x)));
}

static Value differentiateTan(PayloadBuilder &payload, Value, Value y,
                              Value g) {
  return payload.mul(g, getSquarePlusOne(payload, y));
}

static Value differentiateAsin(PayloadBuilder &payload, Value x, Value,
                               Value g) {
  return payload.div(g,
                     math::SqrtOp::create(payload, getComplement(payload, x)));
}

static Value differentiateAcos(PayloadBuilder &payload, Value x, Value y,
                               Value g) {
  return payload.neg(differentiateAsin(payload, x, y, g));
}

static Value differentiateAtan(PayloadBuilder &payload, Value x, Value,
                               Value g) {
  return payload.div(g, getSquarePlusOne(payload, x));
}

static Value differentiateSinh(PayloadBuilder &payload, Value x, Value,
                               Value g) {
  return payload.mul(g, math::CoshOp::create(payload, x));
}

static Value differentiateCosh(PayloadBuilder &payload, Value x, Value,
                               Value g) {
  return payload.mul(g, math::SinhOp::create(payload, x));
}

static Value differentiateAsinh(PayloadBuilder &payload, Value x, Value,
                                Value g) {
  // The square may overflow where |x| is so large that the root rounds to |x|.
  Value size = payload.abs(x);
  Value root = math::SqrtOp::create(payload, getSquarePlusOne(payload, x));
  Value isLarge =
      payload.cmp(CmpFPredicate::OGT, size, payload.constant(0x1p60));
  return payload.div(g, payload.select(isLarge, size, root));
}

static Value differentiateAcosh(PayloadBuilder &payload, Value x, Value,
                                Value g) {
  // The product of the roots is the root of x^2 - 1, which may cancel or
  // overflow.
  Value below = payload.sub(x, getOne(payload));
  Value above = payload.add(x, getOne(payload));
  return payload.div(g, payload.mul(math::SqrtOp::create(payload, below),
                                    math::SqrtOp::create(payload, above)));
}

static Value differentiateAtanh(PayloadBuilder &payload, Value x, Value,
                                Value g) {
  return payload.div(g, getComplement(payload, x));
}

static Value differentiateErf(PayloadBuilder &payload, Value x, Value,
                              Value g) {
  Value gauss = payload.exp(payload.neg(payload.mul(x, x)));
  Value scale = payload.constant(2.0 * llvm::numbers::inv_sqrtpi);
  return payload.mul(g, payload.mul(scale, gauss));
}

static Value differentiateErfc(PayloadBuilder &payload, Value x, Value y,
                               Value g) {
  return payload.neg(differentiateErf(payload, x, y, g));
}

//===----------------------------------------------------------------------===//
// Functions of several operands
//===----------------------------------------------------------------------===//

static Gradients differentiate(math::PowFOp op, OpBuilder &builder,
                               Location loc, Value g) {
  Value toBase = quant_bnn::detail::buildPayload(
      builder, loc, g.getType(), {g, op.getLhs(), op.getRhs()},
      [](PayloadBuilder &payload, ValueRange operands) -> Value {
        Value g = operands[0], x = operands[1], p = operands[2];
        Value power =
            math::PowFOp::create(payload, x, payload.sub(p, getOne(payload)));
        // x^0 is 1 everywhere, also at 0 and infinity.
        Value zero = payload.constant(0.0);
        return payload.select(payload.cmp(CmpFPredicate::OEQ, p, zero), zero,
                              payload.mul(g, payload.mul(p, power)));
      });
  Value toExponent = quant_bnn::detail::buildPayload(
      builder, loc, g.getType(), {g, op.getLhs(), op.getRhs(), op.getResult()},
      [](PayloadBuilder &payload, ValueRange operands) -> Value {
        Value g = operands[0], x = operands[1], p = operands[2];
        Value zero = payload.constant(0.0);
        // 0^p is 0 for every positive p, so its gradient is 0, where the
        // logarithm has its pole.
        Value isFlat = arith::AndIOp::create(
            payload, payload.cmp(CmpFPredicate::OEQ, x, zero),
            payload.cmp(CmpFPredicate::OGE, p, zero));
        Value slope = payload.mul(operands[3], math::LogOp::create(payload, x));
        return payload.select(isFlat, zero, payload.mul(g, slope));
      });
  return SmallVector<Value>{toBase, toExponent};
}

static Gradients differentiate(math::Atan2Op op, OpBuilder &builder,
                               Location loc, Value g) {
  SmallVector<Value> gradients;
  for (bool isY : {true, false})
    gradients.push_back(quant_bnn::detail::buildPayload(
        builder, loc, g.getType(), {g, op.getLhs(), op.getRhs()},
        [&](PayloadBuilder &payload, ValueRange operands) -> Value {
          Value g = operands[0], y = operands[1], x = operands[2];
          // In x^2 + y^2 = size^2 (u^2 + v^2), only the second factor is
          // computed, which lies between 1 and 2. The division by size is split
          // into one division by its root for each of two factors, which then
          // do not overflow.
          Value size = arith::MaximumFOp::create(payload, payload.abs(x),
                                                 payload.abs(y));
          Value u = payload.div(x, size), v = payload.div(y, size);
          Value square = payload.add(payload.mul(u, u), payload.mul(v, v));
          Value slope = payload.div(isY ? u : payload.neg(v), square);
          Value root = math::SqrtOp::create(payload, size);
          Value product =
              payload.mul(payload.div(g, root), payload.div(slope, root));
          // The function is constant at infinity.
          Value zero = payload.constant(0.0);
          Value infinity =
              payload.constant(std::numeric_limits<double>::infinity());
          Value isFlat = payload.cmp(CmpFPredicate::OEQ, size, infinity);
          return payload.select(isFlat, zero, product);
        }));
  return gradients;
}

static Gradients differentiate(math::CopySignOp op, OpBuilder &builder,
                               Location loc, Value g) {
  Value toMagnitude = quant_bnn::detail::buildPayload(
      builder, loc, g.getType(), {g, op.getLhs(), op.getRhs()},
      [](PayloadBuilder &payload, ValueRange operands) -> Value {
        Value g = operands[0], x = operands[1];
        Value sign =
            math::CopySignOp::create(payload, getOne(payload), operands[2]);
        return differentiateAbs(payload, x, Value(), payload.mul(g, sign));
      });
  return SmallVector<Value>{toMagnitude, Value()};
}

static Gradients differentiate(math::FmaOp op, OpBuilder &builder, Location loc,
                               Value g) {
  return SmallVector<Value>{arith::MulFOp::create(builder, loc, g, op.getB()),
                            arith::MulFOp::create(builder, loc, g, op.getA()),
                            g};
}

/// Builds the gradients of min(max(x, low), high).
static Gradients differentiate(math::ClampFOp op, OpBuilder &builder,
                               Location loc, Value g) {
  using quant_bnn::detail::buildExtremumGradient;
  enum Operand { x, low, high };
  SmallVector<Value> gradients;
  for (Operand operand : {x, low, high})
    gradients.push_back(quant_bnn::detail::buildPayload(
        builder, loc, g.getType(), {g, op.getValue(), op.getMin(), op.getMax()},
        [&](PayloadBuilder &payload, ValueRange operands) -> Value {
          Value x = operands[1], low = operands[2], high = operands[3];
          Value raised = arith::MaximumFOp::create(payload, x, low);
          if (operand == Operand::high)
            return buildExtremumGradient(payload, CmpFPredicate::OLT,
                                         /*ignoresNaN=*/false, operands[0],
                                         high, raised);
          Value toRaised = buildExtremumGradient(payload, CmpFPredicate::OLT,
                                                 /*ignoresNaN=*/false,
                                                 operands[0], raised, high);
          bool isX = operand == Operand::x;
          return buildExtremumGradient(payload, CmpFPredicate::OGT,
                                       /*ignoresNaN=*/false, toRaised,
                                       isX ? x : low, isX ? low : x);
        }));
  return gradients;
}

static Gradients differentiate(math::FPowIOp op, OpBuilder &builder,
                               Location loc, Value g) {
  Value toBase = quant_bnn::detail::buildPayload(
      builder, loc, g.getType(), {g, op.getLhs(), op.getRhs()},
      [](PayloadBuilder &payload, ValueRange operands) -> Value {
        Value g = operands[0], x = operands[1], n = operands[2];
        // The least integer has no predecessor: where n <= 0, x^(n-1) is x^n /
        // x.
        Value zero = arith::ConstantOp::create(
            payload, payload.getZeroAttr(n.getType()));
        Value isPositive =
            arith::CmpIOp::create(payload, arith::CmpIPredicate::sgt, n, zero);
        Value one =
            arith::ConstantOp::create(payload, payload.getOneAttr(n.getType()));
        Value exponent = arith::SelectOp::create(
            payload, isPositive, arith::SubIOp::create(payload, n, one), n);
        Value power = math::FPowIOp::create(payload, x, exponent);
        power = payload.select(isPositive, power, payload.div(power, x));
        Type type = x.getType();
        Value factor;
        if (isa<IndexType>(getElementTypeOrSelf(n.getType()))) {
          Type wide = payload.getI64Type();
          if (auto shaped = dyn_cast<ShapedType>(n.getType()))
            wide = shaped.clone(wide);
          n = arith::IndexCastOp::create(payload, wide, n);
        }
        factor = arith::SIToFPOp::create(payload, type, n);
        // x^0 is 1 everywhere, also at 0 and infinity.
        Value isFlat =
            payload.cmp(CmpFPredicate::OEQ, factor, payload.constant(0.0));
        return payload.select(isFlat, payload.constant(0.0),
                              payload.mul(g, payload.mul(factor, power)));
      });
  return SmallVector<Value>{toBase, Value()};
}

namespace {
struct SinCosModel
    : DifferentiableOpInterface::ExternalModel<SinCosModel, math::SincosOp> {
  Gradients buildGradient(Operation *op, OpBuilder &builder, Location loc,
                          ValueRange cotangents) const {
    auto sincos = cast<math::SincosOp>(op);
    Value gradient;
    if (Value g = cotangents[0])
      gradient = arith::MulFOp::create(builder, loc, g, sincos.getCos());
    if (Value g = cotangents[1]) {
      Value product = arith::MulFOp::create(builder, loc, g, sincos.getSin());
      if (gradient)
        gradient = arith::SubFOp::create(builder, loc, gradient, product);
      else
        gradient = arith::NegFOp::create(builder, loc, product);
    }
    return SmallVector<Value>{gradient};
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Registration
//===----------------------------------------------------------------------===//

void quant_bnn::detail::registerMathModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, math::MathDialect *) {
    attachUnary<math::AbsFOp, &differentiateAbs>(context);
    attachUnary<math::AcosOp, &differentiateAcos>(context);
    attachUnary<math::AcoshOp, &differentiateAcosh>(context);
    attachUnary<math::AsinOp, &differentiateAsin>(context);
    attachUnary<math::AsinhOp, &differentiateAsinh>(context);
    attachUnary<math::AtanOp, &differentiateAtan>(context);
    attachUnary<math::AtanhOp, &differentiateAtanh>(context);
    attachUnary<math::CbrtOp, &differentiateCbrt>(context);
    attachUnary<math::CosOp, &differentiateCos>(context);
    attachUnary<math::CoshOp, &differentiateCosh>(context);
    attachUnary<math::ErfOp, &differentiateErf>(context);
    attachUnary<math::ErfcOp, &differentiateErfc>(context);
    attachUnary<math::Exp2Op, &differentiateExp2>(context);
    attachUnary<math::ExpM1Op, &differentiateExpM1>(context);
    attachUnary<math::ExpOp, &differentiateExp>(context);
    attachUnary<math::Log10Op, &differentiateLog10>(context);
    attachUnary<math::Log1pOp, &differentiateLog1p>(context);
    attachUnary<math::Log2Op, &differentiateLog2>(context);
    attachUnary<math::LogOp, &differentiateLog>(context);
    attachUnary<math::RsqrtOp, &differentiateRsqrt>(context);
    attachUnary<math::SinOp, &differentiateSin>(context);
    attachUnary<math::SinhOp, &differentiateSinh>(context);
    attachUnary<math::SqrtOp, &differentiateSqrt>(context);
    attachUnary<math::TanOp, &differentiateTan>(context);
    attachUnary<math::TanhOp, &differentiateTanh>(context);
    attach<math::Atan2Op, &differentiate>(context);
    attach<math::ClampFOp, &differentiate>(context);
    attach<math::CopySignOp, &differentiate>(context);
    attach<math::FPowIOp, &differentiate>(context);
    attach<math::FmaOp, &differentiate>(context);
    attach<math::PowFOp, &differentiate>(context);
    attachNone<math::CeilOp, math::FloorOp, math::RoundEvenOp, math::RoundOp,
               math::TruncOp>(context);
    math::SincosOp::attachInterface<SinCosModel>(*context);
  });
}
