//===- Derivative.cpp - Gradients of expressions --------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Analysis/ScalarFunction/Derivative.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quant_bnn::scalar_function;

static bool dependsOnX(const Expr *expr) {
  return expr->symbols & (1u << symbolX);
}

/// Whether `root` is piecewise constant in x by its form: it depends on x only
/// through roundings and comparisons.
static bool isStep(const Expr *root) {
  llvm::SmallDenseMap<const Expr *, bool> steps;
  for (const Expr *node : getNodes(root)) {
    auto isStepOperand = [&](const Expr *operand) {
      return steps.lookup(operand);
    };
    bool &result = steps[node];
    switch (node->opcode) {
    case Opcode::compare:
    case Opcode::roundeven:
    case Opcode::round:
    case Opcode::floor:
    case Opcode::ceil:
    case Opcode::trunc:
      result = true;
      break;
    case Opcode::copysign:
      result = isStepOperand(node->operands[0]);
      break;
    default:
      result =
          !dependsOnX(node) || (!node->operands.empty() &&
                                llvm::all_of(node->operands, isStepOperand));
      break;
    }
  }
  return steps.lookup(root);
}

/// Returns +1 or -1 if `expr` is x or -x, in any type, else 0.
static int getSlope(const Expr *expr) {
  int slope = 1;
  while (expr->opcode == Opcode::neg || expr->opcode == Opcode::extend ||
         expr->opcode == Opcode::truncate) {
    if (expr->opcode == Opcode::neg)
      slope = -slope;
    expr = expr->operands[0];
  }
  return expr->opcode == Opcode::symbol && expr->payload == symbolX ? slope : 0;
}

bool quant_bnn::scalar_function::hasOwnGradient(ExprContext &context,
                                                const Expr *expr, Type xType) {
  if (isStep(expr) || getSlope(expr) != 0)
    return false;
  std::optional<SmallVector<Piece>> pieces = getPieces(context, expr, xType);
  if (!pieces)
    return true;
  FloatLine line(xType);
  std::optional<int> slope;
  for (const Piece &piece : *pieces) {
    // Skips single points: zeros, infinities and NaNs.
    if (line.isNaN(piece.low) || line.isInfinite(piece.low) || piece.low == 0 ||
        piece.low == -1)
      continue;
    int next = isStep(piece.value) ? 0 : getSlope(piece.value);
    if (next == 0 && !isStep(piece.value))
      return true;
    if (slope && *slope != next)
      return true;
    slope = next;
  }
  return false;
}
