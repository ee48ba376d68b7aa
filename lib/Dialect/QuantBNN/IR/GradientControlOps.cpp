//===- GradientControlOps.cpp - Ops that only shape gradients -------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace quant_bnn;

using Gradients = FailureOr<SmallVector<Value>>;

/// Returns the width of the elements of a type.
static unsigned getElementWidth(Type type) {
  return getElementTypeOrSelf(type).getIntOrFloatBitWidth();
}

//===----------------------------------------------------------------------===//
// IdentityOp
//===----------------------------------------------------------------------===//

Value IdentityOp::getPassThrough() { return getX(); }

Value IdentityOp::buildForward(PayloadBuilder &, ValueRange operands) {
  return operands.front();
}

unsigned IdentityOp::getBitWidth() { return getElementWidth(getType()); }

Gradients IdentityOp::buildGradient(OpBuilder &builder, Location loc,
                                    ValueRange cotangents) {
  Value g = cotangents.front();
  if (!g)
    return SmallVector<Value>{Value()};
  return SmallVector<Value>{IdentityGradOp::create(builder, loc, g)};
}

Value IdentityOp::getUnwindowed() { return getX(); }

Value IdentityOp::buildWithWindow(OpBuilder &builder, Location loc, Value x,
                                  double window) {
  return GradientCancellationOp::create(builder, loc, x,
                                        builder.getF64FloatAttr(window));
}

Value IdentityGradOp::getPassThrough() { return getG(); }

Value IdentityGradOp::buildForward(PayloadBuilder &, ValueRange operands) {
  return operands.front();
}

//===----------------------------------------------------------------------===//
// StraightThroughOp
//===----------------------------------------------------------------------===//

Value StraightThroughOp::getPassThrough() { return getQ(); }

Value StraightThroughOp::buildForward(PayloadBuilder &, ValueRange operands) {
  return operands.front();
}

unsigned StraightThroughOp::getBitWidth() { return getElementWidth(getType()); }

Gradients StraightThroughOp::buildGradient(OpBuilder &builder, Location loc,
                                           ValueRange cotangents) {
  Value g = cotangents.front();
  if (!g)
    return SmallVector<Value>(2);
  return SmallVector<Value>{
      Value(),
      StraightThroughGradOp::create(builder, loc, getX(), g, getClipAttr())};
}

//===----------------------------------------------------------------------===//
// GradientCancellationOp
//===----------------------------------------------------------------------===//

Value GradientCancellationOp::getPassThrough() { return getX(); }

Value GradientCancellationOp::getUnwindowed() { return getX(); }

Value GradientCancellationOp::buildForward(PayloadBuilder &,
                                           ValueRange operands) {
  return operands.front();
}

unsigned GradientCancellationOp::getBitWidth() {
  return getElementWidth(getType());
}

Gradients GradientCancellationOp::buildGradient(OpBuilder &builder,
                                                Location loc,
                                                ValueRange cotangents) {
  Value g = cotangents.front();
  if (!g)
    return SmallVector<Value>{Value()};
  return SmallVector<Value>{GradientCancellationGradOp::create(
      builder, loc, getX(), g, getThresholdAttr())};
}

static FloatAttr getSmaller(FloatAttr lhs, FloatAttr rhs) {
  return lhs.getValue() < rhs.getValue() ? lhs : rhs;
}

LogicalResult GradientCancellationOp::canonicalize(GradientCancellationOp op,
                                                   PatternRewriter &rewriter) {
  auto inner = op.getX().getDefiningOp<GradientCancellationOp>();
  if (!inner)
    return failure();
  rewriter.replaceOpWithNewOp<GradientCancellationOp>(
      op, inner.getX(),
      getSmaller(inner.getThresholdAttr(), op.getThresholdAttr()));
  return success();
}

LogicalResult
quant_bnn::detail::canonicalizeWindowGrad(WindowedGradientOpInterface op,
                                          PatternRewriter &rewriter) {
  std::optional<double> window = op.getWindow();
  if (!window)
    return rewriter.notifyMatchFailure(op, "folds to its cotangent");
  Value x = op->getOperand(0), g = op.getUnwindowed();
  auto inner = g.getDefiningOp<GradientCancellationGradOp>();
  if (inner && inner.getX() == x) {
    g = inner.getG();
    window = std::min(*window, *inner.getWindow());
  } else if (isa<GradientCancellationGradOp>(op)) {
    return rewriter.notifyMatchFailure(op, "is canonical");
  }
  rewriter.replaceOpWithNewOp<GradientCancellationGradOp>(
      op, x, g, rewriter.getF64FloatAttr(*window));
  return success();
}

//===----------------------------------------------------------------------===//
// QActivationOp
//===----------------------------------------------------------------------===//

namespace {
/// A quantizer that `qactivation` knows by name.
struct NamedQuantizer {
  StringLiteral name;
  bool hasBits;
  bool hasBeta;
  bool reduces;
  Operation *(*build)(OpBuilder &, Location, Value x, IntegerAttr bits,
                      FloatAttr beta);
};
} // namespace

template <typename OpTy>
static Operation *buildPlain(OpBuilder &builder, Location loc, Value x,
                             IntegerAttr, FloatAttr) {
  return OpTy::create(builder, loc, x);
}

template <typename OpTy>
static Operation *buildWithBits(OpBuilder &builder, Location loc, Value x,
                                IntegerAttr bits, FloatAttr) {
  return OpTy::create(builder, loc, x, bits);
}

static Operation *buildSwishSign(OpBuilder &builder, Location loc, Value x,
                                 IntegerAttr, FloatAttr beta) {
  auto op = SwishSignOp::create(builder, loc, x);
  if (beta)
    op.setBetaAttr(beta);
  return op;
}

static constexpr NamedQuantizer namedQuantizers[] = {
    {"identity", false, false, false, buildPlain<IdentityOp>},
    {"sign", false, false, false, buildPlain<SignOp>},
    {"approx_sign", false, false, false, buildPlain<ApproxSignOp>},
    {"swish_sign", false, true, false, buildSwishSign},
    {"ste_heaviside", false, false, false, buildPlain<SteHeavisideOp>},
    {"input_dorefa", true, false, false, buildWithBits<InputDoReFaOp>},
    {"weight_dorefa", true, false, true, buildWithBits<WeightDoReFaOp>},
};

static const NamedQuantizer *findQuantizer(StringRef name) {
  const auto *it = llvm::find_if(namedQuantizers, [&](const auto &quantizer) {
    return quantizer.name == name;
  });
  return it == std::end(namedQuantizers) ? nullptr : it;
}

LogicalResult QActivationOp::verify() {
  const NamedQuantizer *quantizer = findQuantizer(getQuantizer());
  if (!quantizer) {
    InFlightDiagnostic diag = emitOpError("requires a quantizer out of ");
    llvm::interleaveComma(namedQuantizers, diag,
                          [&](const auto &known) { diag << known.name; });
    return diag << ", but got \"" << getQuantizer() << '"';
  }
  if (quantizer->hasBits && !getBits())
    return emitOpError("requires bits with quantizer \"")
           << getQuantizer() << '"';
  if (!quantizer->hasBits && getBits())
    return emitOpError("has bits = ") << *getBits() << ", but quantizer \""
                                      << getQuantizer() << "\" takes none";
  if (!quantizer->hasBeta && getBeta())
    return emitOpError("has beta = ")
           << getBeta()->convertToDouble() << ", but quantizer \""
           << getQuantizer() << "\" takes none";
  if (quantizer->reduces && !isa<RankedTensorType>(getType()))
    return emitOpError("requires a ranked tensor with quantizer \"")
           << getQuantizer() << "\", but got " << getType();
  return success();
}

/// Builds the quantizer of `op`, applied to `x`.
static QuantizerOpInterface buildQuantizer(QActivationOp op, OpBuilder &builder,
                                           Location loc, Value x) {
  const NamedQuantizer *quantizer = findQuantizer(op.getQuantizer());
  return cast<QuantizerOpInterface>(
      quantizer->build(builder, loc, x, op.getBitsAttr(), op.getBetaAttr()));
}

FailureOr<SmallVector<Value>>
QActivationOp::decomposeOperation(OpBuilder &builder) {
  Location loc = getLoc();
  Value x = getX();
  if (FloatAttr threshold = getThresholdAttr())
    x = GradientCancellationOp::create(builder, loc, x, threshold);
  return SmallVector<Value>{
      buildQuantizer(*this, builder, loc, x)->getResult(0)};
}

LogicalResult QActivationOp::canonicalize(QActivationOp op,
                                          PatternRewriter &rewriter) {
  rewriter.replaceOp(op, *op.decomposeOperation(rewriter));
  return success();
}

unsigned QActivationOp::getBitWidth() {
  if (getBits())
    return *getBits();
  return getQuantizer() == IdentityOp::getOperationName().split('.').second
             ? getElementWidth(getType())
             : 1;
}

Gradients QActivationOp::buildGradient(OpBuilder &builder, Location loc,
                                       ValueRange cotangents) {
  if (!cotangents.front())
    return SmallVector<Value>{Value()};
  // Cancellation does not change the value, so the gradient of the quantizer at
  // the cancelled value is the gradient at x.
  QuantizerOpInterface quantizer = buildQuantizer(*this, builder, loc, getX());
  Gradients gradients = quantizer.buildGradient(builder, loc, cotangents);
  if (quantizer->use_empty())
    quantizer->erase();
  if (failed(gradients) || !getThreshold())
    return gradients;
  return SmallVector<Value>{GradientCancellationGradOp::create(
      builder, loc, getX(), gradients->front(), getThresholdAttr())};
}

Value QActivationOp::buildInference(OpBuilder &builder, Location loc) {
  return buildQuantizer(*this, builder, loc, getX())->getResult(0);
}
