//===- UniformQuantizerOps.cpp - Uniform quantizers -----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "Reductions.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <limits>

using namespace mlir;
using namespace quant_bnn;
using arith::CmpFPredicate;

using Gradients = FailureOr<SmallVector<Value>>;

/// Returns 2^bits - 1, the number of steps.
static int64_t getSteps(int64_t bits) { return (int64_t(1) << bits) - 1; }

/// Builds zeros of the type of `like`, whose shape may be dynamic.
static Value buildZeros(OpBuilder &builder, Location loc, Value like) {
  return buildElementwise(builder, loc, like.getType(), like,
                          [](PayloadBuilder &payload, ValueRange) {
                            return SmallVector<Value>{payload.constant(0.0)};
                          })
      .front();
}

/// Returns a builder of scalar math in the compute type of `value`.
static PayloadBuilder getScalarBuilder(OpBuilder &builder, Location loc,
                                       Value value) {
  return PayloadBuilder(loc, builder,
                        getComputeType(getElementTypeOrSelf(value.getType())));
}

/// Builds the scale `s`, or the largest finite number of `type` if `s` is
/// larger, so that the scale is finite in `type` too. A NaN stays NaN.
static Value buildFiniteScale(PayloadBuilder &scalars, Value s, Type type) {
  auto floatType = cast<FloatType>(getElementTypeOrSelf(type));
  Value limit = scalars.constant(
      APFloat::getLargest(floatType.getFloatSemantics()).convertToDouble());
  return scalars.select(scalars.cmp(CmpFPredicate::OGT, s, limit), limit, s);
}

/// Builds the results of the quantizer `op` of `x`: the quantized tensor, and
/// the scale if `op` returns one. `range` is what `buildScalars` reads.
template <typename OpTy>
static SmallVector<Value> decomposeRange(OpTy op, OpBuilder &builder, Value x,
                                         Value range) {
  Location loc = op.getLoc();
  PayloadBuilder scalarBuilder = getScalarBuilder(builder, loc, range);
  SmallVector<Value> scalars =
      op.buildScalars(scalarBuilder, widen(builder, loc, range));
  SmallVector<Value> operands = {x};
  llvm::append_range(operands, scalars);
  SmallVector<Value> results = buildElementwise(
      builder, loc, x.getType(), operands,
      [&](PayloadBuilder &payload, ValueRange values) {
        return SmallVector<Value>{op.buildElement(payload, values)};
      });
  if (op->getNumResults() > 1)
    results.push_back(
        narrow(builder, loc, scalars.back(), op->getResult(1).getType()));
  return results;
}

/// Verifies that there are two bits, since signed levels use one bit for the
/// sign.
static LogicalResult verifySignedBits(Operation *op, int64_t bits) {
  if (bits < 2)
    return op->emitOpError("requires at least 2 bits where levels are signed, "
                           "but got ")
           << bits;
  return success();
}

/// Verifies that `scalar` is the element type of `shaped`, or `shaped` itself.
static LogicalResult verifyScalarOrSame(Operation *op, StringRef name,
                                        Type scalar, Type shaped) {
  if (scalar == shaped || scalar == getElementTypeOrSelf(shaped))
    return success();
  return op->emitOpError("requires ")
         << name << " of type " << getElementTypeOrSelf(shaped) << " or "
         << shaped << ", but got " << scalar;
}

/// Verifies that an optional scalar has the element type of `shaped`.
static LogicalResult verifyOptionalScalar(Operation *op, StringRef name,
                                          Value scalar, Type shaped) {
  if (!scalar || scalar.getType() == getElementTypeOrSelf(shaped))
    return success();
  return op->emitOpError("requires ")
         << name << " of type " << getElementTypeOrSelf(shaped) << ", but got "
         << scalar.getType();
}

//===----------------------------------------------------------------------===//
// InputDoReFaOp
//===----------------------------------------------------------------------===//

Value InputDoReFaOp::buildForward(PayloadBuilder &builder,
                                  ValueRange operands) {
  int64_t n = getSteps(getBits());
  Value clamped = builder.clamp(operands.front(), builder.constant(0.0),
                                builder.constant(1.0));
  Value level = builder.roundEven(builder.mul(clamped, builder.constant(n)));
  return builder.divideLevel(level, n);
}

Gradients InputDoReFaOp::buildGradient(OpBuilder &builder, Location loc,
                                       ValueRange cotangents) {
  Value g = cotangents.front();
  if (!g)
    return SmallVector<Value>{Value()};
  return SmallVector<Value>{
      InputDoReFaGradOp::create(builder, loc, getX(), g, getGradAttr())};
}

/// Returns the clipping window: |x| <= 1 is the smallest symmetric interval
/// that contains [0, 1].
static std::optional<double> getInputDoReFaWindow(InputDoReFaGradient grad) {
  if (grad == InputDoReFaGradient::identity)
    return std::nullopt;
  return 1.0;
}

std::optional<double> InputDoReFaOp::getWindow() {
  return getInputDoReFaWindow(getGrad());
}

std::pair<double, double> InputDoReFaOp::getLevelRange() { return {0.0, 1.0}; }

Value InputDoReFaOp::buildInference(OpBuilder &builder, Location loc) {
  if (getGrad() == InputDoReFaGradient::identity)
    return Value();
  return InputDoReFaOp::create(builder, loc, getX(), getBits());
}

Value InputDoReFaGradOp::getPassThrough() {
  return getGrad() == InputDoReFaGradient::identity ? getG() : Value();
}

std::optional<double> InputDoReFaGradOp::getWindow() {
  return getInputDoReFaWindow(getGrad());
}

SmallVector<Value> InputDoReFaGradOp::buildMasks(PayloadBuilder &builder,
                                                 ValueRange operands) {
  Value x = operands.front();
  return {arith::AndIOp::create(
      builder, builder.cmp(CmpFPredicate::OGE, x, builder.constant(0.0)),
      builder.cmp(CmpFPredicate::OLE, x, builder.constant(1.0)))};
}

//===----------------------------------------------------------------------===//
// WeightDoReFaOp
//===----------------------------------------------------------------------===//

SmallVector<Value> WeightDoReFaOp::buildScalars(PayloadBuilder &builder,
                                                Value range) {
  // tanh is monotonic, so max abs tanh w is the tanh of max abs w.
  Value m = builder.tanh(range);
  // Where m = 0, every tanh w is 0, and so is its quotient by 1.
  return {builder.select(
      builder.cmp(CmpFPredicate::OEQ, m, builder.constant(0.0)),
      builder.constant(1.0), builder.mul(builder.constant(2.0), m))};
}

Value WeightDoReFaOp::buildElement(PayloadBuilder &builder,
                                   ValueRange operands) {
  int64_t n = getSteps(getBits());
  Value unit = builder.add(builder.div(builder.tanh(operands[0]), operands[1]),
                           builder.constant(0.5));
  Value level = builder.roundEven(builder.mul(unit, builder.constant(n)));
  Value y = builder.mul(builder.constant(2.0), builder.divideLevel(level, n));
  return builder.sub(y, builder.constant(1.0));
}

FailureOr<SmallVector<Value>>
WeightDoReFaOp::decomposeOperation(OpBuilder &builder) {
  return decomposeRange(
      *this, builder, getW(),
      quant_bnn::detail::buildMaxAbs(builder, getLoc(), getW()));
}

Gradients WeightDoReFaOp::buildGradient(OpBuilder &builder, Location loc,
                                        ValueRange cotangents) {
  Value g = cotangents.front();
  if (!g)
    return SmallVector<Value>{Value()};
  return SmallVector<Value>{WeightDoReFaGradOp::create(builder, loc, getW(), g,
                                                       Value(), getGradAttr())};
}

std::pair<double, double> WeightDoReFaOp::getLevelRange() {
  return {-1.0, 1.0};
}

Value WeightDoReFaOp::buildInference(OpBuilder &builder, Location loc) {
  if (getGrad() == WeightDoReFaGradient::identity)
    return Value();
  return WeightDoReFaOp::create(builder, loc, getW(), getBits());
}

/// Builds max abs tanh w, as the scalars of `weight_dorefa` have it.
static Value buildMaxTanh(OpBuilder &builder, Location loc, Value w) {
  PayloadBuilder scalars = getScalarBuilder(builder, loc, w);
  return scalars.tanh(
      widen(builder, loc, quant_bnn::detail::buildMaxAbs(builder, loc, w)));
}

LogicalResult WeightDoReFaGradOp::verify() {
  return verifyOptionalScalar(*this, "max", getMax(), getType());
}

FailureOr<SmallVector<Value>>
WeightDoReFaGradOp::decomposeOperation(OpBuilder &builder) {
  Location loc = getLoc();
  if (getGrad() == WeightDoReFaGradient::identity)
    return SmallVector<Value>{getG()};
  if (getGrad() == WeightDoReFaGradient::zero)
    return SmallVector<Value>{buildZeros(builder, loc, getG())};
  Value m = getMax() ? widen(builder, loc, getMax())
                     : buildMaxTanh(builder, loc, getW());
  return buildElementwise(
      builder, loc, getType(), {getW(), getG(), m},
      [](PayloadBuilder &payload, ValueRange operands) {
        Value t = payload.tanh(operands[0]);
        Value m = operands[2], zero = payload.constant(0.0);
        Value slope = payload.sub(payload.constant(1.0), payload.mul(t, t));
        Value dw = payload.div(payload.mul(operands[1], slope), m);
        return SmallVector<Value>{
            payload.select(payload.cmp(CmpFPredicate::OEQ, m, zero), zero, dw)};
      });
}

//===----------------------------------------------------------------------===//
// MinMaxOp
//===----------------------------------------------------------------------===//

LogicalResult MinMaxOp::verify() { return verifySignedBits(*this, getBits()); }

SmallVector<Value> MinMaxOp::buildScalars(PayloadBuilder &builder,
                                          Value range) {
  Value zero = builder.constant(0.0);
  Value s = builder.div(builder.constant(getSteps(getBits() - 1)), range);
  return {builder.select(builder.cmp(CmpFPredicate::OEQ, range, zero), zero,
                         buildFiniteScale(builder, s, getX().getType()))};
}

Value MinMaxOp::buildElement(PayloadBuilder &builder, ValueRange operands) {
  // No clamp is needed, because the range is the largest magnitude.
  Value scaled = builder.mul(operands[0], operands[1]);
  return getUnrounded() ? scaled : builder.roundEven(scaled);
}

FailureOr<SmallVector<Value>> MinMaxOp::decomposeOperation(OpBuilder &builder) {
  return decomposeRange(
      *this, builder, getX(),
      quant_bnn::detail::buildMaxAbs(builder, getLoc(), getX()));
}

Gradients MinMaxOp::buildGradient(OpBuilder &builder, Location loc,
                                  ValueRange cotangents) {
  Value g = cotangents.front();
  if (!g)
    return SmallVector<Value>{Value()};
  return SmallVector<Value>{
      MinMaxGradOp::create(builder, loc, g.getType(), getS(), g)};
}

Value MinMaxOp::buildInference(OpBuilder &, Location) { return Value(); }

LogicalResult MinMaxGradOp::verify() {
  return verifyScalarOrSame(*this, "s", getS().getType(), getG().getType());
}

Value MinMaxGradOp::buildForward(PayloadBuilder &builder, ValueRange operands) {
  return builder.mul(operands[1], operands[0]);
}

//===----------------------------------------------------------------------===//
// PactOp
//===----------------------------------------------------------------------===//

/// Values that both the forward and the gradient of PACT compute from alpha
/// alone, in the compute type.
namespace {
struct PactRange {
  /// Whether alpha > 0.
  Value isValid;
  /// Alpha, or -1 if alpha is not valid; no x is then in range.
  Value alpha;
  /// Levels per unit, or 0 if alpha is not valid.
  Value s;
};
} // namespace

/// Builds the range of PACT from `alpha`, whose operand has the type `type`.
static PactRange buildPactRange(PayloadBuilder &scalars, Value alpha, Type type,
                                int64_t bits, PactMode mode) {
  Value zero = scalars.constant(0.0);
  PactRange range;
  range.isValid = scalars.cmp(CmpFPredicate::OGT, alpha, zero);
  range.alpha = scalars.select(range.isValid, alpha, scalars.constant(-1.0));
  Value s;
  if (mode == PactMode::signed_)
    s = scalars.div(scalars.constant(getSteps(bits - 1)), alpha);
  else
    s = scalars.mul(scalars.constant(getSteps(bits)),
                    scalars.div(scalars.constant(1.0), alpha));
  range.s =
      scalars.select(range.isValid, buildFiniteScale(scalars, s, type), zero);
  return range;
}

/// Builds the condition that x is in the closed range of PACT.
static Value isInRange(PayloadBuilder &payload, PactMode mode, Value x,
                       Value alpha) {
  if (mode == PactMode::signed_)
    return payload.cmp(CmpFPredicate::OLE, payload.abs(x), alpha);
  return arith::AndIOp::create(
      payload, payload.cmp(CmpFPredicate::OGE, x, payload.constant(0.0)),
      payload.cmp(CmpFPredicate::OLE, x, alpha));
}

static LogicalResult verifyPact(Operation *op, int64_t bits, PactMode mode,
                                PactForm form, PactGradient grad) {
  if (mode == PactMode::signed_ && failed(verifySignedBits(op, bits)))
    return failure();
  if (grad == PactGradient::compat && form == PactForm::value)
    return op->emitOpError("requires form = level with grad = compat, but got "
                           "form = value");
  return success();
}

LogicalResult PactOp::verify() {
  return verifyPact(*this, getBits(), getMode(), getForm(), getGrad());
}

SmallVector<Value> PactOp::buildScalars(PayloadBuilder &builder, Value range) {
  PactRange scalars = buildPactRange(builder, range, getAlpha().getType(),
                                     getBits(), getMode());
  return {scalars.alpha, scalars.s};
}

Value PactOp::buildElement(PayloadBuilder &builder, ValueRange operands) {
  Value x = operands[0], alpha = operands[1], s = operands[2];
  Value zero = builder.constant(0.0), level;
  if (getMode() == PactMode::signed_) {
    Value limit = builder.constant(getSteps(getBits() - 1));
    level = builder.clamp(builder.mul(s, x), builder.neg(limit), limit);
  } else {
    level = builder.mul(builder.clamp(x, zero, alpha), s);
  }
  if (!getUnrounded())
    level = builder.roundEven(level);
  if (getForm() == PactForm::value)
    level = builder.div(level, s);
  Value isValid = builder.cmp(CmpFPredicate::OGT, alpha, zero);
  return builder.select(isValid, level, zero);
}

FailureOr<SmallVector<Value>> PactOp::decomposeOperation(OpBuilder &builder) {
  return decomposeRange(*this, builder, getX(), getAlpha());
}

Gradients PactOp::buildGradient(OpBuilder &builder, Location loc,
                                ValueRange cotangents) {
  Value g = cotangents[0], scaleGradient = cotangents[1];
  if (!g && !scaleGradient)
    return SmallVector<Value>(2);
  if (!isa<RankedTensorType>(getX().getType()))
    return emitOpError("cannot be differentiated on ")
           << getX().getType()
           << ": the gradient of alpha is a sum over a ranked tensor";
  if (!g)
    g = buildZeros(builder, loc, getX());
  auto gradient =
      PactGradOp::create(builder, loc, getX().getType(), getAlpha().getType(),
                         getX(), getAlpha(), g, scaleGradient, getBitsAttr(),
                         getModeAttr(), getFormAttr(), getGradAttr());
  return llvm::to_vector_of<Value>(gradient.getResults());
}

Value PactOp::buildInference(OpBuilder &, Location) { return Value(); }

LogicalResult PactGradOp::verify() {
  if (failed(verifyPact(*this, getBits(), getMode(), getForm(), getGrad())))
    return failure();
  return verifyOptionalScalar(*this, "scale_gradient", getScaleGradient(),
                              getX().getType());
}

FailureOr<SmallVector<Value>>
PactGradOp::decomposeOperation(OpBuilder &builder) {
  Location loc = getLoc();
  PayloadBuilder scalars = getScalarBuilder(builder, loc, getX());
  PactRange range = buildPactRange(scalars, widen(builder, loc, getAlpha()),
                                   getAlpha().getType(), getBits(), getMode());
  Value zero = scalars.constant(0.0);
  if (getGrad() == PactGradient::compat) {
    // The gradient is 0 unless alpha > 0, even for an infinite or NaN g.
    SmallVector<Value> dx = buildElementwise(
        builder, loc, getDx().getType(), {getG(), range.alpha, range.s},
        [](PayloadBuilder &payload, ValueRange operands) {
          Value none = payload.constant(0.0);
          return SmallVector<Value>{
              payload.select(payload.cmp(CmpFPredicate::OGT, operands[1], none),
                             payload.mul(operands[0], operands[2]), none)};
        });
    return SmallVector<Value>{
        dx.front(), narrow(builder, loc, zero, getDalpha().getType())};
  }

  bool isLevel = getForm() == PactForm::level;
  SmallVector<Value> operands = {getX(), getG(), range.alpha};
  if (isLevel)
    operands.push_back(range.s);
  auto [dx, sum] = quant_bnn::detail::buildElementwiseAndSum(
      builder, loc, getDx().getType(), operands,
      [&](PayloadBuilder &payload, ValueRange operands) {
        Value x = operands[0], g = operands[1], alpha = operands[2];
        Value none = payload.constant(0.0);
        Value inside = isInRange(payload, getMode(), x, alpha);
        if (isLevel) {
          // Compute the derivative of the level first: x / alpha is at most 1
          // in range, so no step is infinite where g s is not.
          Value s = operands[3];
          Value derivative = payload.mul(payload.div(x, alpha), s);
          return SmallVector<Value>{
              payload.select(inside, payload.mul(g, s), none),
              payload.select(inside, payload.mul(g, derivative), none)};
        }
        Value toAlpha = g, magnitude = x;
        if (getMode() == PactMode::signed_) {
          Value isNegative = payload.cmp(CmpFPredicate::OLT, x, none);
          toAlpha = payload.select(isNegative, payload.neg(g), g);
          magnitude = payload.abs(x);
        }
        Value beyond = payload.cmp(CmpFPredicate::OGE, magnitude, alpha);
        return SmallVector<Value>{payload.select(inside, g, none),
                                  payload.select(beyond, toAlpha, none)};
      });
  if (isLevel) {
    if (getScaleGradient()) {
      Value gs = widen(builder, loc, getScaleGradient());
      sum =
          scalars.add(sum, scalars.mul(scalars.div(gs, range.alpha), range.s));
    }
    sum = scalars.neg(sum);
  }
  Value dalpha = scalars.select(range.isValid, sum, zero);
  return SmallVector<Value>{
      dx, narrow(builder, loc, dalpha, getDalpha().getType())};
}

SmallVector<OpOperand *> PactGradOp::getMaskOperands() {
  return {&getXMutable(), &getAlphaMutable()};
}

std::optional<unsigned> PactGradOp::getNumMasks() {
  if (getGrad() == PactGradient::compat)
    return 0;
  if (getForm() == PactForm::level)
    return std::nullopt;
  return getMode() == PactMode::signed_ ? 3 : 2;
}

SmallVector<Value> PactGradOp::buildMasks(PayloadBuilder &builder,
                                          ValueRange operands) {
  Value x = operands[0], zero = builder.constant(0.0);
  // As in the decomposition, no x is in range if alpha is not valid.
  Value isValid = builder.cmp(CmpFPredicate::OGT, operands[1], zero);
  Value alpha = builder.select(isValid, operands[1], builder.constant(-1.0));
  Value inside = isInRange(builder, getMode(), x, alpha);
  if (getMode() == PactMode::unsigned_)
    return {inside, builder.cmp(CmpFPredicate::OGE, x, alpha)};
  return {inside, builder.cmp(CmpFPredicate::OGE, builder.abs(x), alpha),
          builder.cmp(CmpFPredicate::OLT, x, zero)};
}

/// Builds an x that has these masks, at which the gradient is the same.
static Value buildRepresentative(OpBuilder &builder, Location loc, Type type,
                                 PactMode mode, Value alpha, ValueRange masks) {
  SmallVector<Value> operands(masks);
  operands.push_back(alpha);
  return buildElementwise(
             builder, loc, type, operands,
             [&](PayloadBuilder &payload, ValueRange operands) {
               using Limits = std::numeric_limits<double>;
               Value inside = operands[0], beyond = operands[1];
               Value inRange = payload.select(beyond, operands.back(),
                                              payload.constant(0.0));
               Value outOfRange =
                   payload.select(beyond, payload.constant(Limits::infinity()),
                                  payload.constant(Limits::quiet_NaN()));
               Value x = payload.select(inside, inRange, outOfRange);
               if (mode == PactMode::signed_)
                 x = payload.select(operands[2], payload.neg(x), x);
               return SmallVector<Value>{x};
             })
      .front();
}

/// Builds the op at another x with the same masks. This x is stored to memory,
/// as a saved x would be, because the sum could have another order in a loop
/// that unpacks masks.
SmallVector<Value> PactGradOp::buildFromMasks(OpBuilder &builder, Location loc,
                                              ValueRange masks) {
  Value x = getG();
  if (!masks.empty()) {
    x = buildRepresentative(builder, loc, getX().getType(), getMode(),
                            getAlpha(), masks);
    SmallVector<Value> sizes;
    for (int64_t dim : llvm::seq(getX().getType().getRank()))
      if (getX().getType().isDynamicDim(dim))
        sizes.push_back(tensor::DimOp::create(builder, loc, getG(), dim));
    Value memory = bufferization::AllocTensorOp::create(
        builder, loc, getX().getType(), sizes);
    x = bufferization::MaterializeInDestinationOp::create(
            builder, loc, memory.getType(), x, memory)
            .getResult();
  }
  auto gradient = cast<PactGradOp>(builder.clone(*getOperation()));
  gradient->setLoc(loc);
  gradient.getXMutable().assign(x);
  return llvm::to_vector_of<Value>(gradient.getResults());
}

//===----------------------------------------------------------------------===//
// DequantizeOp
//===----------------------------------------------------------------------===//

LogicalResult DequantizeOp::verify() {
  return verifyScalarOrSame(*this, "s", getS().getType(), getQ().getType());
}

Value DequantizeOp::buildForward(PayloadBuilder &builder, ValueRange operands) {
  Value q = operands[0], s = operands[1];
  Value zero = builder.constant(0.0);
  return builder.select(builder.cmp(CmpFPredicate::OEQ, s, zero), zero,
                        builder.div(q, s));
}

unsigned DequantizeOp::getBitWidth() {
  return getElementTypeOrSelf(getType()).getIntOrFloatBitWidth();
}

Gradients DequantizeOp::buildGradient(OpBuilder &builder, Location loc,
                                      ValueRange cotangents) {
  Value g = cotangents.front();
  if (!g)
    return SmallVector<Value>(2);
  if (!isa<RankedTensorType>(getType()) || isa<ShapedType>(getS().getType()))
    return emitOpError("cannot be differentiated on ")
           << getType() << " with a scale of type " << getS().getType()
           << ": the gradient of the scale is a sum over a ranked tensor";
  auto gradient = DequantizeGradOp::create(builder, loc, getType(),
                                           getS().getType(), getQ(), getS(), g);
  return llvm::to_vector_of<Value>(gradient.getResults());
}

FailureOr<SmallVector<Value>>
DequantizeGradOp::decomposeOperation(OpBuilder &builder) {
  Location loc = getLoc();
  PayloadBuilder scalars = getScalarBuilder(builder, loc, getQ());
  Value s = widen(builder, loc, getS());
  auto [dq, sum] = quant_bnn::detail::buildElementwiseAndSum(
      builder, loc, getDq().getType(), {getQ(), getG(), s},
      [](PayloadBuilder &payload, ValueRange operands) {
        Value q = operands[0], g = operands[1], s = operands[2];
        Value zero = payload.constant(0.0);
        Value hasScale = payload.cmp(CmpFPredicate::UNE, s, zero);
        auto divide = [&](Value dividend) {
          return payload.select(hasScale, payload.div(dividend, s), zero);
        };
        Value dq = divide(g);
        return SmallVector<Value>{dq, payload.mul(dq, divide(q))};
      });
  return SmallVector<Value>{
      dq, narrow(builder, loc, scalars.neg(sum), getDs().getType())};
}
