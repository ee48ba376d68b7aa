//===- Rounding.cpp - Rounding that is written by other ops ---------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Analysis/ScalarFunction/Rounding.h"

using namespace mlir;
using namespace quant_bnn::scalar_function;

/// Whether `expr` has the operands `a` and `b`, in either order.
static bool hasOperands(const Expr *expr, const Expr *a, const Expr *b) {
  ArrayRef<const Expr *> operands = expr->operands;
  return (operands[0] == a && operands[1] == b) ||
         (operands[0] == b && operands[1] == a);
}

static bool isEqual(const Expr *expr, const Expr *a, const Expr *b) {
  return expr->opcode == Opcode::compare &&
         expr->payload == static_cast<unsigned>(Order::equal) &&
         hasOperands(expr, a, b);
}

static bool isLess(const Expr *expr, const Expr *a, const Expr *b) {
  if (expr->opcode != Opcode::compare)
    return false;
  ArrayRef<const Expr *> operands = expr->operands;
  return (expr->payload == static_cast<unsigned>(Order::less) &&
          operands[0] == a && operands[1] == b) ||
         (expr->payload == static_cast<unsigned>(Order::greater) &&
          operands[0] == b && operands[1] == a);
}

const Expr *quant_bnn::scalar_function::matchRoundEven(ExprContext &context,
                                                       const Expr *expr) {
  if (expr->opcode != Opcode::select)
    return nullptr;
  const Expr *isBelow = expr->operands[0], *floor = expr->operands[1],
             *ceil = expr->operands[2];
  if (isBelow->opcode != Opcode::ori || floor->opcode != Opcode::floor ||
      ceil->opcode != Opcode::ceil || floor->operands[0] != ceil->operands[0])
    return nullptr;
  const Expr *v = floor->operands[0];
  Type type = v->type;
  const Expr *half = context.constant(type, 0.5),
             *two = context.constant(type, 2.0);
  const Expr *fraction = context.get(
      Opcode::add, type, {v, context.get(Opcode::neg, type, floor)});
  auto isEven = [&](const Expr *truth) {
    auto isTwice = [&](const Expr *twice) {
      if (twice->opcode != Opcode::mul)
        return false;
      for (const Expr *rounded : twice->operands)
        if (rounded->opcode == Opcode::floor &&
            hasOperands(twice, rounded, two) &&
            rounded->operands[0]->opcode == Opcode::mul &&
            hasOperands(rounded->operands[0], floor, half))
          return true;
      return false;
    };
    return truth->opcode == Opcode::compare &&
           llvm::any_of(truth->operands, [&](const Expr *twice) {
             return isTwice(twice) && isEqual(truth, floor, twice);
           });
  };
  auto isEvenTie = [&](const Expr *truth) {
    if (truth->opcode != Opcode::andi)
      return false;
    for (unsigned i : {0u, 1u})
      if (isEqual(truth->operands[i], fraction, half) &&
          isEven(truth->operands[1 - i]))
        return true;
    return false;
  };
  for (unsigned i : {0u, 1u})
    if (isLess(isBelow->operands[i], fraction, half) &&
        isEvenTie(isBelow->operands[1 - i]))
      return v;
  return nullptr;
}
