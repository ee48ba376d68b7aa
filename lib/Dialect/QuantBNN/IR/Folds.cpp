//===- Folds.cpp - Fold constants by the reference ------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// A fold preserves the gradient as well as the value. Constants have no
// gradient, so an op on constants folds to the result of the reference
// implementation. A gradient op, which is linear in g, may fold to g. A
// quantizer never folds to an operand, because its gradient would be lost.
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "quant-bnn/Reference/Reference.h"

using namespace mlir;
using namespace quant_bnn;

//===----------------------------------------------------------------------===//
// Elements of constants
//===----------------------------------------------------------------------===//

static APFloat toAPFloat(double value, const llvm::fltSemantics &semantics) {
  APFloat result(value);
  bool losesInfo;
  result.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  return result;
}

template <typename T>
static T fromAPFloat(APFloat value) {
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return static_cast<T>(value.convertToDouble());
}

static const llvm::fltSemantics &getSemantics(Type type) {
  return cast<FloatType>(getElementTypeOrSelf(type)).getFloatSemantics();
}

/// Whether an op on `type` computes in double rather than in float.
static bool computesInDouble(Type type) {
  return getElementTypeOrSelf(type).isF64();
}

/// Calls `fn` with a zero of the type in which an op on `type` computes.
template <typename Fn>
static auto inComputeType(Type type, Fn fn) {
  return computesInDouble(type) ? fn(double()) : fn(float());
}

/// Returns the elements of a float constant; a scalar has one.
template <typename T>
static SmallVector<T> getElements(Attribute constant) {
  if (auto scalar = dyn_cast<FloatAttr>(constant))
    return {fromAPFloat<T>(scalar.getValue())};
  return llvm::map_to_vector(
      cast<DenseFPElementsAttr>(constant).getValues<APFloat>(),
      [](const APFloat &value) { return fromAPFloat<T>(value); });
}

/// Returns a constant of `type` with `elements`, rounded from the compute type.
/// One element makes a splat.
template <typename T>
static Attribute getConstant(Type type, ArrayRef<T> elements) {
  auto rounded = llvm::map_to_vector(
      elements, [&](T value) { return toAPFloat(value, getSemantics(type)); });
  if (auto shaped = dyn_cast<ShapedType>(type))
    return DenseElementsAttr::get(shaped, rounded);
  return FloatAttr::get(type, rounded.front());
}

static bool areConstants(ArrayRef<Attribute> operands) {
  return llvm::all_of(operands, [](Attribute operand) {
    return isa_and_present<FloatAttr, DenseFPElementsAttr>(operand);
  });
}

static bool isSplat(Attribute constant) {
  auto dense = dyn_cast<DenseFPElementsAttr>(constant);
  return !dense || dense.isSplat();
}

/// Applies `fn` to each element of `operands` (`fn` takes a list with one value
/// of each), or returns null if they are not all constant.
template <typename Fn>
static OpFoldResult foldElementwise(Type type, ArrayRef<Attribute> operands,
                                    Fn fn) {
  if (!areConstants(operands))
    return {};
  int64_t size = 1;
  if (!llvm::all_of(operands, isSplat))
    size = cast<ShapedType>(type).getNumElements();
  return inComputeType(type, [&](auto zero) -> Attribute {
    using T = decltype(zero);
    SmallVector<SmallVector<T>> columns;
    for (Attribute operand : operands) {
      if (auto dense = dyn_cast<DenseFPElementsAttr>(operand);
          dense && dense.isSplat())
        operand = FloatAttr::get(dense.getElementType(),
                                 dense.getSplatValue<APFloat>());
      columns.push_back(getElements<T>(operand));
    }
    SmallVector<T> results;
    SmallVector<T> row(operands.size());
    for (int64_t i = 0; i < size; ++i) {
      for (auto [value, column] : llvm::zip_equal(row, columns))
        value = column[column.size() == 1 ? 0 : i];
      results.push_back(fn(ArrayRef<T>(row)));
    }
    return getConstant<T>(type, results);
  });
}

//===----------------------------------------------------------------------===//
// Quantizers
//===----------------------------------------------------------------------===//

OpFoldResult IdentityOp::fold(FoldAdaptor adaptor) { return adaptor.getX(); }

OpFoldResult GradientCancellationOp::fold(FoldAdaptor adaptor) {
  return adaptor.getX();
}

OpFoldResult StraightThroughOp::fold(FoldAdaptor adaptor) {
  // x must be constant too; otherwise, x has a gradient.
  return adaptor.getX() ? adaptor.getQ() : Attribute();
}

static reference::NanPolicy getPolicy(NanMode nan) {
  switch (nan) {
  case NanMode::positive:
    return reference::NanPolicy::positive;
  case NanMode::negative:
    return reference::NanPolicy::negative;
  case NanMode::propagate:
    return reference::NanPolicy::propagate;
  case NanMode::zero:
    return reference::NanPolicy::zero;
  }
  llvm_unreachable("all modes are handled");
}

static reference::ZeroPolicy getPolicy(ZeroMode zero) {
  switch (zero) {
  case ZeroMode::positive:
    return reference::ZeroPolicy::positive;
  case ZeroMode::negative:
    return reference::ZeroPolicy::negative;
  case ZeroMode::zero:
    return reference::ZeroPolicy::zero;
  }
  llvm_unreachable("all modes are handled");
}

OpFoldResult quant_bnn::detail::foldSign(Type type, Attribute x, ZeroMode zero,
                                         NanMode nan) {
  return foldElementwise(type, x, [&](auto values) {
    return reference::sign(values[0], getPolicy(nan), getPolicy(zero));
  });
}

OpFoldResult SteHeavisideOp::fold(FoldAdaptor adaptor) {
  double low = getLow().convertToDouble();
  return foldElementwise(getType(), adaptor.getX(), [&](auto values) {
    return reference::heaviside(values[0], low);
  });
}

OpFoldResult InputDoReFaOp::fold(FoldAdaptor adaptor) {
  return foldElementwise(getType(), adaptor.getX(), [&](auto values) {
    return reference::inputDoReFa(values[0], getBits());
  });
}

OpFoldResult WeightDoReFaOp::fold(FoldAdaptor adaptor) {
  Attribute w = adaptor.getW();
  if (!areConstants(w))
    return {};
  return inComputeType(getType(), [&](auto zero) {
    using T = decltype(zero);
    SmallVector<T> elements = getElements<T>(w);
    SmallVector<T> results(elements.size());
    reference::weightDoReFa(elements.data(), results.data(), elements.size(),
                            getBits());
    return getConstant<T>(getType(), results);
  });
}

LogicalResult MinMaxOp::fold(FoldAdaptor adaptor,
                             SmallVectorImpl<OpFoldResult> &results) {
  Attribute x = adaptor.getX();
  if (!areConstants(x))
    return failure();
  inComputeType(getX().getType(), [&](auto zero) {
    using T = decltype(zero);
    SmallVector<T> elements = getElements<T>(x);
    SmallVector<T> q(elements.size());
    T s = reference::minMax(
        elements.data(), q.data(), elements.size(), getBits(), getUnrounded(),
        quant_bnn::detail::getLargestNumber(getX().getType()));
    results.push_back(getConstant<T>(getQ().getType(), q));
    results.push_back(getConstant<T>(getS().getType(), s));
    return zero;
  });
  return success();
}

LogicalResult PactOp::fold(FoldAdaptor adaptor,
                           SmallVectorImpl<OpFoldResult> &results) {
  Attribute x = adaptor.getX(), alpha = adaptor.getAlpha();
  reference::PactAttributes attributes;
  attributes.bits = getBits();
  attributes.mode = getMode() == PactMode::signed_
                        ? reference::PactMode::signed_
                        : reference::PactMode::unsigned_;
  attributes.form = getForm() == PactForm::level ? reference::PactForm::level
                                                 : reference::PactForm::value;
  attributes.unrounded = getUnrounded();
  attributes.largestScale =
      quant_bnn::detail::getLargestNumber(getX().getType());
  OpFoldResult q =
      foldElementwise(getQ().getType(), {x, alpha}, [&](auto values) {
        return reference::pact(values[0], values[1], attributes);
      });
  if (!q)
    return failure();
  results.push_back(q);
  results.push_back(foldElementwise(getS().getType(), alpha, [&](auto values) {
    return reference::pactScale(values[0], attributes);
  }));
  return success();
}

OpFoldResult DequantizeOp::fold(FoldAdaptor adaptor) {
  return foldElementwise(
      getType(), {adaptor.getQ(), adaptor.getS()},
      [](auto values) { return reference::dequantize(values[0], values[1]); });
}

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

/// Folds a gradient that is g where |x| <= `limit`, and else 0. Returns
/// `passThrough` if it is not null.
static OpFoldResult foldWindow(Value passThrough, Type type, Attribute x,
                               Attribute g, FloatAttr limit) {
  if (passThrough)
    return passThrough;
  double clip = limit.getValueAsDouble();
  return foldElementwise(type, {x, g}, [&](auto values) {
    return reference::windowGrad(values[0], values[1], clip);
  });
}

OpFoldResult IdentityGradOp::fold(FoldAdaptor) { return getG(); }

OpFoldResult StraightThroughGradOp::fold(FoldAdaptor adaptor) {
  return foldWindow(getPassThrough(), getType(), adaptor.getX(), adaptor.getG(),
                    getClipAttr());
}

OpFoldResult GradientCancellationGradOp::fold(FoldAdaptor adaptor) {
  return foldWindow(getPassThrough(), getType(), adaptor.getX(), adaptor.getG(),
                    getThresholdAttr());
}

OpFoldResult SignGradOp::fold(FoldAdaptor adaptor) {
  return foldWindow(getPassThrough(), getType(), adaptor.getX(), adaptor.getG(),
                    getClipAttr());
}

OpFoldResult SteHeavisideGradOp::fold(FoldAdaptor adaptor) {
  return foldWindow(getPassThrough(), getType(), adaptor.getX(), adaptor.getG(),
                    getClipAttr());
}

OpFoldResult ApproxSignGradOp::fold(FoldAdaptor adaptor) {
  return foldElementwise(
      getType(), {adaptor.getX(), adaptor.getG()}, [](auto values) {
        return reference::approxSignGrad(values[0], values[1]);
      });
}

OpFoldResult SwishSignGradOp::fold(FoldAdaptor adaptor) {
  double beta = getBeta().convertToDouble();
  return foldElementwise(
      getType(), {adaptor.getX(), adaptor.getG()}, [&](auto values) {
        return reference::swishSignGrad(values[0], values[1], beta);
      });
}

OpFoldResult InputDoReFaGradOp::fold(FoldAdaptor adaptor) {
  if (Value g = getPassThrough())
    return g;
  return foldElementwise(
      getType(), {adaptor.getX(), adaptor.getG()}, [](auto values) {
        return reference::inputDoReFaWindowGrad(values[0], values[1]);
      });
}

OpFoldResult WeightDoReFaGradOp::fold(FoldAdaptor) {
  if (getGrad() == WeightDoReFaGradient::identity)
    return getG();
  if (getGrad() == WeightDoReFaGradient::zero && getType().hasStaticShape())
    return getConstant<double>(getType(), 0.0);
  return {};
}

OpFoldResult MinMaxGradOp::fold(FoldAdaptor adaptor) {
  return foldElementwise(
      getType(), {adaptor.getS(), adaptor.getG()},
      [](auto values) { return reference::minMaxGrad(values[0], values[1]); });
}

//===----------------------------------------------------------------------===//
// Packed ops
//===----------------------------------------------------------------------===//

static reference::Polarity getPolarity(Polarity polarity) {
  return polarity == Polarity::negative ? reference::Polarity::negative
                                        : reference::Polarity::nonnegative;
}

/// Returns the elements of `x`, in rows of `depth`, packed to words of `type`.
template <typename T>
static Attribute getPacked(RankedTensorType type, ArrayRef<T> x, size_t depth,
                           Polarity polarity) {
  unsigned bits = type.getElementTypeBitWidth();
  SmallVector<uint64_t> words(type.getNumElements());
  if (!words.empty())
    reference::pack(x.data(), words.data(), x.size() / depth, depth, bits,
                    getPolarity(polarity));
  return DenseElementsAttr::get(type,
                                llvm::map_to_vector(words, [&](uint64_t word) {
                                  return APInt(bits, word);
                                }));
}

OpFoldResult PackOp::fold(FoldAdaptor adaptor) {
  RankedTensorType type = getWords().getType();
  size_t depth = getX().getType().getShape().back();
  // Rows of whole words have no bits past their end, which would have to be
  // cleared.
  auto unpack = getX().getDefiningOp<UnpackOp>();
  if (unpack && unpack.getWords().getType() == type && !unpack.getDepth() &&
      depth % getWordBits() == 0 && unpack.getPolarity() == getPolarity())
    return unpack.getWords();
  auto x = dyn_cast_if_present<DenseElementsAttr>(adaptor.getX());
  if (!x || !type.hasStaticShape())
    return {};
  if (x.getElementType().isInteger(1)) {
    SmallVector<bool> bits(x.getValues<bool>());
    return getPacked<bool>(type, bits, depth, getPolarity());
  }
  return inComputeType(getX().getType(), [&](auto zero) {
    using T = decltype(zero);
    return getPacked<T>(type, getElements<T>(x), depth, getPolarity());
  });
}

/// Returns the elements of `type` that `words` of `bits` bits hold.
template <typename T>
static SmallVector<T> getUnpacked(RankedTensorType type,
                                  ArrayRef<uint64_t> words, unsigned bits,
                                  Polarity polarity) {
  SmallVector<T> x(type.getNumElements());
  size_t depth = type.getShape().back();
  if (!x.empty())
    reference::unpack(words.data(), x.data(), x.size() / depth, depth, bits,
                      getPolarity(polarity));
  return x;
}

OpFoldResult UnpackOp::fold(FoldAdaptor adaptor) {
  RankedTensorType type = getX().getType();
  bool isBit = type.getElementType().isInteger(1);
  if (isBit)
    if (Value x = quant_bnn::detail::getUnpackedBits(*this))
      return x;
  auto constant = dyn_cast_if_present<DenseIntElementsAttr>(adaptor.getWords());
  if (!constant || !type.hasStaticShape())
    return {};
  auto words =
      llvm::map_to_vector(constant.getValues<APInt>(), [](const APInt &word) {
        return word.getZExtValue();
      });
  if (isBit)
    return DenseElementsAttr::get(
        type, ArrayRef<bool>(getUnpacked<bool>(type, words, getWordBits(),
                                               getPolarity())));
  return inComputeType(type, [&](auto zero) {
    using T = decltype(zero);
    return getConstant<T>(
        type, getUnpacked<T>(type, words, getWordBits(), getPolarity()));
  });
}
