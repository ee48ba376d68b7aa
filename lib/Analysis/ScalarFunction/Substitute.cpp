//===- Substitute.cpp - Rewriting of expression graphs --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Analysis/ScalarFunction/Substitute.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quant_bnn::scalar_function;

/// Rebuilds `root` and the nodes that `root` depends on, operands first.
/// `replace` takes a node and its new operands, and returns the new node.
static const Expr *
transform(const Expr *root,
          llvm::function_ref<const Expr *(const Expr *, ArrayRef<const Expr *>)>
              replace) {
  llvm::DenseMap<const Expr *, const Expr *> replaced;
  for (const Expr *node : getNodes(root)) {
    SmallVector<const Expr *, 3> operands;
    for (const Expr *operand : node->operands)
      operands.push_back(replaced.at(operand));
    replaced[node] = replace(node, operands);
  }
  return replaced.at(root);
}

const Expr *
quant_bnn::scalar_function::substitute(ExprContext &context, const Expr *root,
                                       const Replacements &replacements) {
  return transform(
      root,
      [&](const Expr *node, ArrayRef<const Expr *> operands) -> const Expr * {
        if (auto it = replacements.find(node); it != replacements.end())
          return it->second;
        return context.rebuild(node, operands);
      });
}

/// Returns n if `expr` is 1/n, rounded, and n = 2^k - 1 > 1 or n is no
/// constant, or null if it is not.
static const Expr *getReciprocal(ExprContext &context, const Expr *expr) {
  if (expr->opcode == Opcode::div &&
      expr->operands[0] == context.constant(expr->type, 1.0) &&
      !expr->operands[1]->isConstant())
    return expr->operands[1];
  if (!expr->isConstant() || !expr->value->isFiniteNonZero())
    return nullptr;
  double n = std::round(1.0 / expr->value->convertToDouble());
  if (n < 3.0 || n > 16777215.0 ||
      !llvm::isPowerOf2_64(static_cast<uint64_t>(n) + 1))
    return nullptr;
  if (context.constant(expr->type, 1.0 / n) != expr)
    return nullptr;
  return context.constant(expr->type, n);
}

/// Returns `factor` times `other` as a select between a product and 0, if
/// `factor` is a select between a value and 0. Returns null if it is not.
static const Expr *selectProduct(ExprContext &context, const Expr *factor,
                                 const Expr *other,
                                 arith::FastMathFlags flags) {
  if (factor->opcode != Opcode::select)
    return nullptr;
  SmallVector<const Expr *, 3> operands = factor->operands;
  unsigned zeroArm = operands[1]->isZero() ? 1 : 2;
  if (!operands[zeroArm]->isZero())
    return nullptr;
  const Expr *&product = operands[3 - zeroArm];
  product = context.get(Opcode::mul, factor->type, {product, other}, flags);
  operands[zeroArm] = context.constant(factor->type, 0.0);
  return context.get(Opcode::select, factor->type, operands);
}

Relaxed quant_bnn::scalar_function::relax(ExprContext &context,
                                          const Expr *root) {
  Relaxed result;
  result.expr = transform(
      root,
      [&](const Expr *node, ArrayRef<const Expr *> operands) -> const Expr * {
        if (node->opcode == Opcode::mul) {
          for (auto [factor, other] : {std::pair(operands[0], operands[1]),
                                       std::pair(operands[1], operands[0])}) {
            if (const Expr *n = getReciprocal(context, factor)) {
              result.reciprocal = true;
              return context.get(Opcode::div, node->type, {other, n},
                                 node->flags);
            }
            if (const Expr *selected =
                    selectProduct(context, factor, other, node->flags)) {
              result.mask = true;
              return selected;
            }
          }
        }
        if (node->opcode == Opcode::div)
          if (const Expr *n = getReciprocal(context, operands[1])) {
            result.reciprocal = true;
            return context.get(Opcode::mul, node->type, {operands[0], n},
                               node->flags);
          }
        return context.rebuild(node, operands);
      });
  return result;
}

void quant_bnn::scalar_function::widen(ExprContext &context, Relaxed &relaxed) {
  Type narrow = relaxed.expr->type;
  if (!isHalf(narrow))
    return;
  Type wide = Float32Type::get(narrow.getContext());
  const Expr *result = transform(
      relaxed.expr,
      [&](const Expr *node, ArrayRef<const Expr *> operands) -> const Expr * {
        if (node->type == wide && node->opcode == Opcode::extend)
          return operands[0];
        if (node->type != narrow)
          return context.rebuild(node, operands);
        switch (node->opcode) {
        case Opcode::constant:
          return context.constant(wide, node->value->convertToDouble());
        case Opcode::symbol:
        case Opcode::unknown:
        case Opcode::poison:
          return context.get(Opcode::extend, wide, node);
        case Opcode::truncate:
          return operands[0]->type == wide
                     ? operands[0]
                     : context.get(Opcode::truncate, wide, operands);
        default:
          return context.get(node->opcode, wide, operands, node->flags,
                             node->payload);
        }
      });
  const Expr *rounded = context.get(Opcode::truncate, narrow, result);
  relaxed.singleRounding = rounded != relaxed.expr;
  relaxed.expr = rounded;
}
