//===- Arithmetic.cpp - Exact evaluation of ops on floats -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Analysis/ScalarFunction/Arithmetic.h"

using namespace mlir;
using namespace quant_bnn::scalar_function;

//===----------------------------------------------------------------------===//
// FloatLine
//===----------------------------------------------------------------------===//

FloatLine::FloatLine(Type type) : type(type), semantics(getSemantics(type)) {
  infinity = APFloat::getInf(semantics).bitcastToAPInt().getZExtValue();
}

APFloat FloatLine::at(int64_t key) const {
  if (isNaN(key))
    return APFloat::getQNaN(semantics, /*Negative=*/key < 0);
  unsigned width = APFloat::getSizeInBits(semantics);
  APFloat magnitude(semantics, APInt(width, key < 0 ? -key - 1 : key));
  return key < 0 ? neg(magnitude) : magnitude;
}

int64_t FloatLine::keyOf(const APFloat &value) const {
  if (value.isNaN())
    return value.isNegative() ? first() : last();
  APFloat magnitude = abs(value);
  int64_t key = magnitude.bitcastToAPInt().getZExtValue();
  return value.isNegative() ? -key - 1 : key;
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

Order quant_bnn::scalar_function::compare(const APFloat &a, const APFloat &b) {
  switch (a.compare(b)) {
  case APFloat::cmpLessThan:
    return Order::less;
  case APFloat::cmpEqual:
    return Order::equal;
  case APFloat::cmpGreaterThan:
    return Order::greater;
  case APFloat::cmpUnordered:
    return Order::unordered;
  }
  llvm_unreachable("all results are handled");
}

bool quant_bnn::scalar_function::holds(uintptr_t predicate, Order order) {
  return predicate & static_cast<unsigned>(order);
}

static APFloat roundTo(APFloat value, APFloat::roundingMode mode) {
  value.roundToIntegral(mode);
  return value;
}

APFloat quant_bnn::scalar_function::apply(Opcode opcode, Type type,
                                          ArrayRef<APFloat> operands) {
  constexpr APFloat::roundingMode nearest = APFloat::rmNearestTiesToEven;
  APFloat result = operands.front();
  switch (opcode) {
  case Opcode::neg:
    return neg(result);
  case Opcode::abs:
    return abs(result);
  case Opcode::add:
    result.add(operands[1], nearest);
    return result;
  case Opcode::mul:
    result.multiply(operands[1], nearest);
    return result;
  case Opcode::div:
    result.divide(operands[1], nearest);
    return result;
  case Opcode::fma:
    result.fusedMultiplyAdd(operands[1], operands[2], nearest);
    return result;
  case Opcode::minimum:
    return minimum(result, operands[1]);
  case Opcode::maximum:
    return maximum(result, operands[1]);
  case Opcode::minnum:
    return minnum(result, operands[1]);
  case Opcode::maxnum:
    return maxnum(result, operands[1]);
  case Opcode::copysign:
    return APFloat::copySign(result, operands[1]);
  case Opcode::roundeven:
    return roundTo(result, nearest);
  case Opcode::round:
    return roundTo(result, APFloat::rmNearestTiesToAway);
  case Opcode::floor:
    return roundTo(result, APFloat::rmTowardNegative);
  case Opcode::ceil:
    return roundTo(result, APFloat::rmTowardPositive);
  case Opcode::trunc:
    return roundTo(result, APFloat::rmTowardZero);
  case Opcode::extend:
  case Opcode::truncate: {
    bool losesInfo;
    result.convert(getSemantics(type), nearest, &losesInfo);
    return result;
  }
  default:
    llvm_unreachable("is no op on floats");
  }
}

//===----------------------------------------------------------------------===//
// Evaluator
//===----------------------------------------------------------------------===//

bool Evaluator::evaluateTruth(const Expr *expr) {
  if (expr->opcode == Opcode::truth)
    return expr->payload;
  if (auto it = truths.find(expr); it != truths.end())
    return it->second;
  auto operand = [&](unsigned i) { return expr->operands[i]; };
  bool result;
  switch (expr->opcode) {
  case Opcode::compare:
    result = holds(expr->payload,
                   compare(evaluate(operand(0)), evaluate(operand(1))));
    break;
  case Opcode::andi:
    result = evaluateTruth(operand(0)) && evaluateTruth(operand(1));
    break;
  case Opcode::ori:
    result = evaluateTruth(operand(0)) || evaluateTruth(operand(1));
    break;
  case Opcode::xori:
    result = evaluateTruth(operand(0)) != evaluateTruth(operand(1));
    break;
  case Opcode::select:
    result = evaluateTruth(operand(evaluateTruth(operand(0)) ? 1 : 2));
    break;
  default:
    llvm_unreachable("is no evaluable expression of i1");
  }
  truths.try_emplace(expr, result);
  return result;
}

APFloat Evaluator::evaluate(const Expr *expr) {
  if (expr->isConstant())
    return *expr->value;
  if (expr->opcode == Opcode::symbol)
    return expr->payload == symbolX   ? assignment.x
           : expr->payload == symbolG ? *assignment.g
                                      : *assignment.s;
  if (auto it = floats.find(expr); it != floats.end())
    return it->second;
  if (expr->opcode == Opcode::select) {
    APFloat result =
        evaluate(expr->operands[evaluateTruth(expr->operands[0]) ? 1 : 2]);
    floats.try_emplace(expr, result);
    return result;
  }
  SmallVector<APFloat, 2> operands;
  for (const Expr *operand : expr->operands)
    operands.push_back(evaluate(operand));
  APFloat result = apply(expr->opcode, expr->type, operands);
  floats.try_emplace(expr, result);
  return result;
}
