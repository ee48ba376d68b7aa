//===- PayloadBuilder.cpp - The math of one element -----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Support/PayloadBuilder.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"
#include "quant-bnn/Support/SplitReciprocal.h"
#include <cmath>

using namespace mlir;
using namespace quant_bnn;

//===----------------------------------------------------------------------===//
// PayloadBuilder
//===----------------------------------------------------------------------===//

static APFloat round(const APFloat &value, Type type) {
  APFloat rounded = value;
  bool losesInfo;
  rounded.convert(
      cast<FloatType>(getElementTypeOrSelf(type)).getFloatSemantics(),
      APFloat::rmNearestTiesToEven, &losesInfo);
  return rounded;
}

Value PayloadBuilder::constant(double value) {
  return createScalarOrSplatConstant(*this, getLoc(), computeType,
                                     round(APFloat(value), computeType));
}

Value PayloadBuilder::add(Value lhs, Value rhs) {
  return arith::AddFOp::create(*this, lhs, rhs);
}
Value PayloadBuilder::sub(Value lhs, Value rhs) {
  return arith::SubFOp::create(*this, lhs, rhs);
}
Value PayloadBuilder::mul(Value lhs, Value rhs) {
  return arith::MulFOp::create(*this, lhs, rhs);
}
Value PayloadBuilder::div(Value lhs, Value rhs) {
  return arith::DivFOp::create(*this, lhs, rhs);
}
Value PayloadBuilder::neg(Value value) {
  return arith::NegFOp::create(*this, value);
}
Value PayloadBuilder::abs(Value value) {
  return math::AbsFOp::create(*this, value);
}
Value PayloadBuilder::exp(Value value) {
  return math::ExpOp::create(*this, value);
}
Value PayloadBuilder::tanh(Value value) {
  return math::TanhOp::create(*this, value);
}
Value PayloadBuilder::roundEven(Value value) {
  return math::RoundEvenOp::create(*this, value);
}
Value PayloadBuilder::cmp(arith::CmpFPredicate predicate, Value lhs,
                          Value rhs) {
  return arith::CmpFOp::create(*this, predicate, lhs, rhs);
}
Value PayloadBuilder::select(Value condition, Value trueValue,
                             Value falseValue) {
  return arith::SelectOp::create(*this, condition, trueValue, falseValue);
}

Value PayloadBuilder::clamp(Value value, Value low, Value high) {
  // x86 has one instruction for each compare with its select, which returns its
  // second operand if either operand is a NaN; arith.maximumf takes four.
  using Predicate = arith::CmpFPredicate;
  Value raised = select(cmp(Predicate::OLT, value, low), low, value);
  return select(cmp(Predicate::OGT, raised, high), high, raised);
}

Value PayloadBuilder::isWithin(Value value, double limit) {
  return cmp(arith::CmpFPredicate::OLE, abs(value), constant(limit));
}

Value PayloadBuilder::divideLevel(Value level, int64_t n) {
  if (n == 1)
    return level;
  auto parts =
      splitReciprocal(cast<FloatType>(getElementTypeOrSelf(computeType)), n);
  if (!parts)
    return div(level, constant(n));
  // Fused or not, the sum is the rounded quotient.
  constexpr auto flags = arith::FastMathFlags::contract;
  auto multiply = [&](double factor) {
    return arith::MulFOp::create(*this, level, constant(factor), flags);
  };
  return arith::AddFOp::create(*this, multiply(parts->first),
                               multiply(parts->second), flags);
}

std::optional<std::pair<double, double>>
quant_bnn::splitReciprocal(FloatType type, int64_t n) {
  // With p bits of precision and k bits in n, hi has p - k bits. Then
  // level * hi is exact, and the error of level * lo is below 2^(k + 2 - 2p) of
  // the quotient, while a quotient of integers is never nearer than 2^-(p + 1 +
  // k) to a tie. So the sum rounds as the division does wherever 2 k < p - 1.
  // Fused with level * hi, the sum is the same; fused with level * lo, it is
  // only nearer to the quotient.
  int precision = type.getFPMantissaWidth();
  int bits = llvm::Log2_64(n) + 1;
  if (2 * bits >= precision - 1)
    return std::nullopt;
  double reciprocal = 1.0 / n;
  double scale = std::ldexp(1.0, precision - 1);
  double hi = std::trunc(reciprocal * scale) / scale;
  // 1 - hi n is exact in double: hi has few bits.
  double lo = (1.0 - hi * n) / n;
  return std::pair(hi, lo);
}

//===----------------------------------------------------------------------===//
// Compute types
//===----------------------------------------------------------------------===//

static Type withElementType(Type type, Type elementType) {
  if (auto shaped = dyn_cast<ShapedType>(type))
    return shaped.clone(elementType);
  return elementType;
}

Type quant_bnn::getComputeType(Type type) {
  Type element = getElementTypeOrSelf(type);
  if (!element.isF16() && !element.isBF16())
    return type;
  return withElementType(type, Float32Type::get(type.getContext()));
}

Value quant_bnn::widen(OpBuilder &builder, Location loc, Value value) {
  Type computeType = getComputeType(value.getType());
  if (computeType == value.getType())
    return value;
  return arith::ExtFOp::create(builder, loc, computeType, value);
}

Value quant_bnn::narrow(OpBuilder &builder, Location loc, Value value,
                        Type type) {
  Type narrowType =
      withElementType(value.getType(), getElementTypeOrSelf(type));
  if (narrowType == value.getType())
    return value;
  if (auto extension = value.getDefiningOp<arith::ExtFOp>())
    if (extension.getIn().getType() == narrowType)
      return extension.getIn();
  if (auto select = value.getDefiningOp<arith::SelectOp>())
    return arith::SelectOp::create(
        builder, loc, select.getCondition(),
        narrow(builder, loc, select.getTrueValue(), type),
        narrow(builder, loc, select.getFalseValue(), type));
  FloatAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return createScalarOrSplatConstant(builder, loc, narrowType,
                                       round(constant.getValue(), narrowType));
  DenseFPElementsAttr splat;
  if (matchPattern(value, m_Constant(&splat)) && splat.isSplat())
    return createScalarOrSplatConstant(
        builder, loc, narrowType,
        round(splat.getSplatValue<APFloat>(), narrowType));
  return arith::TruncFOp::create(builder, loc, narrowType, value);
}

//===----------------------------------------------------------------------===//
// Elementwise application
//===----------------------------------------------------------------------===//

/// Applies `payload` in the compute type to `operands` of any float types, and
/// rounds its results to `resultTypes`.
static SmallVector<Value> applyPayload(OpBuilder &builder, Location loc,
                                       TypeRange resultTypes,
                                       ValueRange operands, Payload payload) {
  SmallVector<Value> wide;
  for (Value operand : operands)
    wide.push_back(widen(builder, loc, operand));
  // Conditions may be among the operands and the results.
  SmallVector<Type> types(resultTypes);
  llvm::append_range(types, ValueRange(wide).getTypes());
  Type floatType = *llvm::find_if(types, [](Type type) {
    return isa<FloatType>(getElementTypeOrSelf(type));
  });
  PayloadBuilder payloadBuilder(loc, builder, getComputeType(floatType));
  SmallVector<Value> results = payload(payloadBuilder, wide);
  for (auto [result, type] : llvm::zip_equal(results, resultTypes))
    result = narrow(builder, loc, result, type);
  return results;
}

/// Returns the extents of `tensor`. Fusion stops at an op whose extents are
/// also used, so the extents of a reshape are taken from its output shape.
static SmallVector<OpFoldResult> getSizes(OpBuilder &builder, Location loc,
                                          Value tensor) {
  if (auto reshape = tensor.getDefiningOp<tensor::ExpandShapeOp>())
    return reshape.getMixedOutputShape();
  return tensor::getMixedSizes(builder, loc, tensor);
}

static SmallVector<Value>
buildElementwiseGeneric(OpBuilder &builder, Location loc, TypeRange resultTypes,
                        ValueRange operands, Payload payload) {
  auto tensorType = cast<RankedTensorType>(resultTypes.front());
  int64_t rank = tensorType.getRank();
  auto identity = builder.getMultiDimIdentityMap(rank);
  auto scalar = AffineMap::get(rank, 0, builder.getContext());

  SmallVector<AffineMap> maps;
  Value shaped;
  for (Value operand : operands) {
    bool isTensor = isa<RankedTensorType>(operand.getType());
    maps.push_back(isTensor ? identity : scalar);
    if (isTensor && !shaped)
      shaped = operand;
  }
  SmallVector<OpFoldResult> sizes = getSizes(builder, loc, shaped);
  SmallVector<Value> inits;
  for (Type type : resultTypes) {
    auto resultType = cast<RankedTensorType>(type);
    inits.push_back(tensor::EmptyOp::create(builder, loc, sizes,
                                            resultType.getElementType(),
                                            resultType.getEncoding()));
    maps.push_back(identity);
  }
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, resultTypes, operands, inits, maps, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
        SmallVector<Type> elementTypes;
        for (Type type : resultTypes)
          elementTypes.push_back(getElementTypeOrSelf(type));
        linalg::YieldOp::create(
            nested, nestedLoc,
            applyPayload(nested, nestedLoc, elementTypes,
                         arguments.take_front(operands.size()), payload));
      });
  return llvm::to_vector_of<Value>(generic.getResults());
}

SmallVector<Value> quant_bnn::buildElementwise(OpBuilder &builder, Location loc,
                                               TypeRange resultTypes,
                                               ValueRange operands,
                                               Payload payload) {
  if (isa<RankedTensorType>(resultTypes.front()))
    return buildElementwiseGeneric(builder, loc, resultTypes, operands,
                                   payload);
  SmallVector<Value> spread;
  auto vectorType = dyn_cast<VectorType>(resultTypes.front());
  for (Value operand : operands) {
    if (vectorType && !isa<VectorType>(operand.getType()))
      operand = vector::BroadcastOp::create(
          builder, loc, vectorType.clone(operand.getType()), operand);
    spread.push_back(operand);
  }
  return applyPayload(builder, loc, resultTypes, spread, payload);
}
