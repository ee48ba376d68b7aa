//===- BodyGenerator.cpp - Random quantizers ------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BodyGenerator.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace quant_bnn::raise_fuzz;
using arith::CmpFPredicate;

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

Value BodyGenerator::constant(double value) {
  return arith::ConstantOp::create(
      *builder, *loc, FloatAttr::get(cast<FloatType>(type), value));
}

Value BodyGenerator::anyConstant() {
  static const double values[] = {0.0, -0.0, 1.0, -1.0, 0.5, 2.0,
                                  3.0, 0.1,  7.0, 1.5,  6.0, 1.0 / 3.0};
  if (oneIn(8))
    return constant(
        std::ldexp(double(random() % 2001) - 1000.0, int(below(20)) - 14));
  return constant(values[below(std::size(values))]);
}

/// What each predicate says of equal, greater, less and unordered operands.
static constexpr std::pair<CmpFPredicate, unsigned> orders[] = {
    {CmpFPredicate::OEQ, 1},  {CmpFPredicate::OGT, 2},
    {CmpFPredicate::OGE, 3},  {CmpFPredicate::OLT, 4},
    {CmpFPredicate::OLE, 5},  {CmpFPredicate::ONE, 6},
    {CmpFPredicate::ORD, 7},  {CmpFPredicate::UNO, 8},
    {CmpFPredicate::UEQ, 9},  {CmpFPredicate::UGT, 10},
    {CmpFPredicate::UGE, 11}, {CmpFPredicate::ULT, 12},
    {CmpFPredicate::ULE, 13}, {CmpFPredicate::UNE, 14}};

/// Mostly `predicate`, or its mirror image with the operands exchanged.
Value BodyGenerator::compare(CmpFPredicate predicate, Value a, Value b) {
  unsigned bits = 0;
  for (auto [name, order] : orders)
    if (name == predicate)
      bits = order;
  if (oneIn(16))
    bits = 1 + below(14);
  // What it says of a NaN, or of equality.
  if (oneIn(4))
    bits ^= 8;
  if (oneIn(16))
    bits ^= 1;
  if (oneIn(4)) {
    bits = (bits & 9) | ((bits & 2) << 1) | ((bits & 4) >> 1);
    std::swap(a, b);
  }
  for (auto [name, order] : orders)
    if (order == bits)
      predicate = name;
  return arith::CmpFOp::create(*builder, *loc, predicate, a, b);
}

Value BodyGenerator::select(Value condition, Value a, Value b) {
  if (oneIn(4)) {
    Value truth =
        arith::ConstantOp::create(*builder, *loc, builder->getBoolAttr(true));
    condition = arith::XOrIOp::create(*builder, *loc, condition, truth);
    std::swap(a, b);
  }
  return arith::SelectOp::create(*builder, *loc, condition, a, b);
}

Value BodyGenerator::toFloat(Value condition) {
  if (oneIn(4))
    return select(condition, constant(1.0), constant(0.0));
  return arith::UIToFPOp::create(*builder, *loc, type, condition);
}

//===----------------------------------------------------------------------===//
// Quantizers
//===----------------------------------------------------------------------===//

Value BodyGenerator::sign(Value x) {
  Value zero = oneIn(12) ? anyConstant() : constant(oneIn(3) ? -0.0 : 0.0);
  Value one = constant(1.0), minusOne = constant(-1.0);
  Value result;
  switch (below(6)) {
  case 0:
    result = select(compare(CmpFPredicate::OGE, x, zero), one, minusOne);
    break;
  case 1:
    result = select(compare(CmpFPredicate::OLT, x, zero), minusOne, one);
    break;
  case 2: {
    Value above =
        select(compare(CmpFPredicate::OGT, x, zero), one, constant(0.0));
    Value both = select(compare(CmpFPredicate::OLT, x, zero), minusOne, above);
    if (oneIn(4))
      return both;
    result = select(compare(CmpFPredicate::OEQ, both, zero), one, both);
    break;
  }
  case 3:
    result = arith::SubFOp::create(
        *builder, *loc, toFloat(compare(CmpFPredicate::OGE, x, zero)),
        toFloat(compare(CmpFPredicate::OLT, x, zero)));
    break;
  case 4: {
    Value twice = arith::MulFOp::create(
        *builder, *loc, toFloat(compare(CmpFPredicate::OGE, x, zero)),
        constant(2.0));
    result = arith::SubFOp::create(*builder, *loc, twice, one);
    break;
  }
  default:
    result = math::CopySignOp::create(*builder, *loc, one, x);
    result = select(compare(CmpFPredicate::OEQ, x, zero), one, result);
    break;
  }
  if (oneIn(4))
    result =
        select(arith::CmpFOp::create(*builder, *loc, CmpFPredicate::UNO, x, x),
               x, result);
  if (oneIn(8)) {
    Value shifted =
        arith::AddFOp::create(*builder, *loc, result, anyConstant());
    result = select(compare(CmpFPredicate::OLT, shifted, constant(0.0)),
                    minusOne, one);
  }
  return result;
}

Value BodyGenerator::clamp(Value x, double low, double high) {
  Value lowest = constant(low), highest = constant(high);
  if (oneIn(3)) {
    Value limited = arith::MinimumFOp::create(*builder, *loc, x, highest);
    return arith::MaximumFOp::create(*builder, *loc, limited, lowest);
  }
  if (oneIn(6)) {
    Value limited = arith::MaxNumFOp::create(*builder, *loc, lowest, x);
    return arith::MinNumFOp::create(*builder, *loc, limited, highest);
  }
  Value raised = select(compare(CmpFPredicate::OLT, x, lowest), lowest, x);
  return select(compare(CmpFPredicate::OGT, raised, highest), highest, raised);
}

Value BodyGenerator::roundedToEven(Value x) {
  Value floor = math::FloorOp::create(*builder, *loc, x);
  Value fraction = arith::SubFOp::create(*builder, *loc, x, floor);
  Value half = constant(0.5);
  Value halved = math::FloorOp::create(
      *builder, *loc, arith::MulFOp::create(*builder, *loc, floor, half));
  Value twice = arith::MulFOp::create(*builder, *loc, halved, constant(2.0));
  Value isTie = arith::AndIOp::create(
      *builder, *loc, compare(CmpFPredicate::OEQ, fraction, half),
      compare(CmpFPredicate::OEQ, floor, twice));
  Value isBelow = oneIn(2) ? compare(CmpFPredicate::OGT, half, fraction)
                           : compare(CmpFPredicate::OLT, fraction, half);
  return arith::SelectOp::create(
      *builder, *loc, arith::OrIOp::create(*builder, *loc, isBelow, isTie),
      floor, math::CeilOp::create(*builder, *loc, x));
}

Value BodyGenerator::rounded(Value x) {
  switch (below(8)) {
  case 0:
    return math::RoundOp::create(*builder, *loc, x);
  case 1: {
    Value half = arith::AddFOp::create(*builder, *loc, x, constant(0.5));
    return math::FloorOp::create(*builder, *loc, half);
  }
  case 2:
    return roundedToEven(x);
  default:
    return math::RoundEvenOp::create(*builder, *loc, x);
  }
}

Value BodyGenerator::dorefa(Value x) {
  unsigned bits = 1 + below(oneIn(8) ? 7 : 4);
  double n = double((1 << bits) - 1);
  Value unit = clamp(x, 0.0, oneIn(16) ? 0.75 : 1.0);
  Value level =
      rounded(arith::MulFOp::create(*builder, *loc, unit, constant(n)));
  if (oneIn(3))
    return arith::MulFOp::create(*builder, *loc, level, constant(1.0 / n));
  return arith::DivFOp::create(*builder, *loc, level, constant(n));
}

Value BodyGenerator::pact(Value x) {
  unsigned bits = 2 + below(3);
  static const double alphas[] = {1.0, 6.0, 2.5, 0.7};
  double alpha = alphas[below(4)];
  Value level, scale;
  if (oneIn(2)) {
    double i = double((1 << (bits - 1)) - 1);
    scale = arith::DivFOp::create(*builder, *loc, constant(i), constant(alpha));
    level =
        rounded(clamp(arith::MulFOp::create(*builder, *loc, scale, x), -i, i));
  } else {
    double n = double((1 << bits) - 1);
    Value reciprocal =
        arith::DivFOp::create(*builder, *loc, constant(1.0), constant(alpha));
    scale = arith::MulFOp::create(*builder, *loc, constant(n), reciprocal);
    level = rounded(
        arith::MulFOp::create(*builder, *loc, clamp(x, 0.0, alpha), scale));
  }
  if (oneIn(2))
    return level;
  return arith::DivFOp::create(*builder, *loc, level, scale);
}

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

Value BodyGenerator::inWindow(Value x, double low, double high) {
  if (low == -high && oneIn(2))
    return compare(CmpFPredicate::OLE, math::AbsFOp::create(*builder, *loc, x),
                   constant(high));
  Value truth =
      arith::ConstantOp::create(*builder, *loc, builder->getBoolAttr(true));
  if (oneIn(2))
    return arith::AndIOp::create(
        *builder, *loc, compare(CmpFPredicate::OGE, x, constant(low)),
        compare(CmpFPredicate::OLE, x, constant(high)));
  Value outside = arith::OrIOp::create(
      *builder, *loc, compare(CmpFPredicate::ULT, x, constant(low)),
      compare(CmpFPredicate::UGT, x, constant(high)));
  return arith::XOrIOp::create(*builder, *loc, outside, truth);
}

Value BodyGenerator::maskedGradient(Value x, Value g) {
  static const double limits[] = {1.0, 1.0, 0.5, 1.3};
  double limit = limits[below(4)];
  Value in = inWindow(x, oneIn(3) ? 0.0 : -limit, limit);
  if (oneIn(4))
    return arith::MulFOp::create(*builder, *loc, g, toFloat(in));
  return select(in, g, oneIn(8) ? anyConstant() : constant(0.0));
}

Value BodyGenerator::approxGradient(Value x, Value g) {
  Value magnitude = math::AbsFOp::create(*builder, *loc, x);
  Value slope;
  if (oneIn(3)) {
    slope = arith::SubFOp::create(*builder, *loc, constant(1.0), magnitude);
    slope = arith::MulFOp::create(*builder, *loc, slope, constant(2.0));
  } else {
    slope =
        oneIn(2)
            ? arith::MulFOp::create(*builder, *loc, magnitude, constant(2.0))
                  .getResult()
            : arith::AddFOp::create(*builder, *loc, magnitude, magnitude)
                  .getResult();
    slope = arith::SubFOp::create(*builder, *loc, constant(2.0), slope);
  }
  Value in = inWindow(x, -1.0, 1.0);
  if (oneIn(4))
    slope = arith::MulFOp::create(*builder, *loc, slope, toFloat(in));
  Value product = arith::MulFOp::create(*builder, *loc, slope, g);
  return select(in, product, constant(0.0));
}

//===----------------------------------------------------------------------===//
// Anything
//===----------------------------------------------------------------------===//

Value BodyGenerator::randomMath(Value x, Value g) {
  SmallVector<Value> values = {x, x, anyConstant(), anyConstant(),
                               constant(0.0)};
  if (oneIn(3))
    values.push_back(g);
  auto any = [&] { return values[below(values.size())]; };
  for (unsigned i = 0, count = 2 + below(8); i < count; ++i) {
    Value a = any(), b = any(), result;
    switch (below(14)) {
    case 0:
      result = arith::AddFOp::create(*builder, *loc, a, b);
      break;
    case 1:
      result = arith::SubFOp::create(*builder, *loc, a, b);
      break;
    case 2:
      result = arith::MulFOp::create(*builder, *loc, a, b);
      break;
    case 3:
      result = arith::DivFOp::create(*builder, *loc, a, b);
      break;
    case 4:
      result = math::AbsFOp::create(*builder, *loc, a);
      break;
    case 5:
      result = arith::NegFOp::create(*builder, *loc, a);
      break;
    case 6:
      result = arith::MaximumFOp::create(*builder, *loc, a, b);
      break;
    case 7:
      result = arith::MinimumFOp::create(*builder, *loc, a, b);
      break;
    case 8:
      result = math::CopySignOp::create(*builder, *loc, a, b);
      break;
    case 9:
      result = rounded(a);
      break;
    default:
      result = select(compare(CmpFPredicate::OLT, a, b), any(), any());
      break;
    }
    values.append({result, result});
  }
  return values.back();
}

func::FuncOp BodyGenerator::generate(OpBuilder &outer, StringRef name) {
  Location unknown = outer.getUnknownLoc();
  Type types[] = {outer.getF32Type(), outer.getF32Type(), outer.getF64Type(),
                  outer.getF16Type(), outer.getBF16Type()};
  type = types[below(5)];
  auto function = func::FuncOp::create(
      outer, unknown, name, outer.getFunctionType({type, type}, type));
  OpBuilder inner = OpBuilder::atBlockBegin(function.addEntryBlock());
  builder = &inner;
  loc = &unknown;
  Value x = function.getArgument(0), g = function.getArgument(1), result;
  switch (below(8)) {
  case 0:
  case 1:
    result = sign(x);
    break;
  case 2:
    result = dorefa(x);
    break;
  case 3:
    result = pact(x);
    break;
  case 4:
    result = maskedGradient(x, g);
    break;
  case 5:
    result = approxGradient(x, g);
    break;
  case 6:
    result = select(compare(CmpFPredicate::OGT, x, constant(0.0)),
                    constant(1.0), constant(oneIn(2) ? 0.0 : -1.0));
    break;
  default:
    result = randomMath(x, g);
    break;
  }
  func::ReturnOp::create(inner, unknown, result);
  return function;
}
