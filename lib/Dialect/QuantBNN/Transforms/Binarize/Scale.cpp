//===- Scale.cpp - Accumulators as floats ---------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scale.h"
#include "../UniformValue.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::binarize;

static APFloat convertTo(APFloat value, FloatType type) {
  bool losesInfo;
  value.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value;
}

/// Returns the odd integer m for which `value` is m times a power of two.
static double getOddPart(const APFloat &value) {
  APFloat wide(value);
  bool losesInfo;
  wide.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
  int exponent;
  double fraction = std::frexp(wide.convertToDouble(), &exponent);
  auto significand = static_cast<uint64_t>(std::ldexp(fraction, 53));
  return static_cast<double>(significand >> llvm::countr_zero(significand));
}

/// Whether all multiples of `factor` up to `numTerms` times `factor` are
/// floats.
static bool hasExactMultiples(const APFloat &factor, int64_t numTerms) {
  const llvm::fltSemantics &semantics = factor.getSemantics();
  APFloat largest = factor;
  APFloat count(semantics);
  count.convertFromAPInt(APInt(64, numTerms), /*IsSigned=*/true,
                         APFloat::rmTowardPositive);
  largest.multiply(count, APFloat::rmTowardPositive);
  // Products of integers up to 2^53 are exact in double, which is enough for
  // this comparison.
  return largest.isFinite() &&
         getOddPart(factor) * static_cast<double>(numTerms) <=
             std::ldexp(1.0, APFloat::semanticsPrecision(semantics));
}

std::optional<Scale> quant_bnn::binarize::matchScale(
    Product product, const Signs &lhs, const Signs &rhs, int64_t numTerms,
    RewriteMode mode, std::optional<Refusal> &refusal) {
  auto refuse = [&](Location loc, const Twine &reason) {
    refusal = Refusal{loc, reason.str()};
    return std::nullopt;
  };
  Location loc = product.op.getLoc();
  if (!lhs.isUniform() && !rhs.isUniform())
    return refuse(loc, "the magnitudes of both operands differ");
  FloatType type = product.getType();
  Scale scale;
  for (const APFloat &a : lhs.magnitudes)
    for (const APFloat &b : rhs.magnitudes) {
      APFloat factor = convertTo(a, type);
      factor.multiply(convertTo(b, type), APFloat::rmNearestTiesToEven);
      scale.factors.push_back(factor);
    }
  if (!lhs.isUniform() || !rhs.isUniform()) {
    OpOperand *operand = lhs.isUniform() ? product.rhs : product.lhs;
    int64_t dim = lhs.isUniform() ? *rhs.dim : *lhs.dim;
    auto loop = dyn_cast<AffineDimExpr>(product.getMap(operand).getResult(dim));
    if (!loop ||
        !product.getMap(product.init).isFunctionOfDim(loop.getPosition()))
      return refuse(operand->get().getLoc(),
                    "the magnitudes of the terms of a sum differ");
    scale.loop = loop.getPosition();
  }
  if (mode == RewriteMode::Relaxed)
    return scale;
  if (ShapedType::isDynamic(numTerms)) {
    if (type.isF64() && llvm::all_of(scale.factors, [](const APFloat &factor) {
          return factor.isExactlyValue(1.0);
        }))
      return scale;
    return refuse(loc, "the number of terms of a sum is not known, so it may "
                       "be rounded");
  }
  for (const APFloat &factor : scale.factors)
    if (!hasExactMultiples(factor, numTerms)) {
      SmallString<16> text;
      factor.toString(text);
      return refuse(loc, "sums of " + Twine(numTerms) + " terms of +-" + text +
                             " may be rounded");
    }
  return scale;
}

//===----------------------------------------------------------------------===//
// The result
//===----------------------------------------------------------------------===//

/// Returns the output to which the products are added, or null if it is 0.
static Value getAddend(Product product) {
  Value init = product.init->get();
  std::optional<APFloat> number = getUniformFloat(init);
  return number && number->isZero() ? Value() : init;
}

bool quant_bnn::binarize::addsToZero(Product product) {
  return !getAddend(product);
}

Value quant_bnn::binarize::buildMap(
    ImplicitLocOpBuilder &builder, ValueRange inputs, ArrayRef<AffineMap> maps,
    function_ref<Value(OpBuilder &, Location, ValueRange)> buildBody) {
  auto type = cast<RankedTensorType>(inputs.front().getType());
  Value empty = tensor::EmptyOp::create(
      builder, tensor::getMixedSizes(builder, builder.getLoc(), inputs.front()),
      type.getElementType());
  SmallVector<AffineMap> allMaps(maps);
  allMaps.push_back(builder.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, TypeRange(empty.getType()), inputs, empty, allMaps, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        linalg::YieldOp::create(nested, loc, buildBody(nested, loc, arguments));
      });
  Value mapped = generic.getResult(0);
  return mapped.getType() == type
             ? mapped
             : tensor::CastOp::create(builder, type, mapped).getResult();
}

Value quant_bnn::binarize::buildScaled(ImplicitLocOpBuilder &builder,
                                       Product product, Value acc,
                                       const Scale &scale) {
  auto type = cast<RankedTensorType>(product.init->get().getType());
  if (acc.getType() != type.clone(builder.getI32Type()))
    acc =
        tensor::CastOp::create(builder, type.clone(builder.getI32Type()), acc);
  Value result = arith::SIToFPOp::create(builder, type, acc);
  auto buildConstant = [&](ArrayRef<APFloat> factors) -> Value {
    return arith::ConstantOp::create(
        builder,
        DenseElementsAttr::get(RankedTensorType::get({int64_t(factors.size())},
                                                     type.getElementType()),
                               factors));
  };
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  if (scale.loop) {
    AffineMap outMap = product.getMap(product.init);
    AffineExpr loop = builder.getAffineDimExpr(*scale.loop);
    unsigned dim =
        llvm::find(outMap.getResults(), loop) - outMap.getResults().begin();
    result = buildMap(
        builder, {result, buildConstant(scale.factors)},
        {identity, identity.getSubMap({dim})},
        [](OpBuilder &nested, Location loc, ValueRange arguments) -> Value {
          return arith::MulFOp::create(nested, loc, arguments[0], arguments[1]);
        });
  } else if (!scale.factors.front().isExactlyValue(1.0)) {
    Value factor = arith::ConstantOp::create(
        builder, FloatAttr::get(type.getElementType(), scale.factors.front()));
    result = buildMap(
        builder, result, identity,
        [&](OpBuilder &nested, Location loc, ValueRange arguments) -> Value {
          return arith::MulFOp::create(nested, loc, arguments[0], factor);
        });
  }
  if (Value addend = getAddend(product))
    result = arith::AddFOp::create(builder, addend, result);
  return result;
}
