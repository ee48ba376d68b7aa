//===- Expr.cpp - The math of one element as an expression graph ----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Analysis/ScalarFunction/Expr.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quant_bnn::scalar_function;

void Expr::Profile(llvm::FoldingSetNodeID &id) const {
  id.AddInteger(static_cast<unsigned>(opcode));
  id.AddPointer(type.getAsOpaquePointer());
  id.AddInteger(payload);
  id.AddInteger(static_cast<unsigned>(flags));
  if (value)
    value->bitcastToAPInt().Profile(id);
  for (const Expr *operand : operands)
    id.AddPointer(operand);
}

const Expr *ExprContext::unique(Expr expr) {
  llvm::FoldingSetNodeID id;
  expr.Profile(id);
  void *position;
  if (Expr *existing = set.FindNodeOrInsertPos(id, position))
    return existing;
  expr.number = nodes.size();
  switch (expr.opcode) {
  case Opcode::symbol:
    expr.symbols = 1u << expr.payload;
    break;
  case Opcode::unknown:
  case Opcode::poison:
  case Opcode::tanh:
  case Opcode::call:
    expr.evaluable = false;
    break;
  default:
    break;
  }
  for (const Expr *operand : expr.operands) {
    expr.symbols |= operand->symbols;
    expr.evaluable &= operand->evaluable;
  }
  nodes.push_back(std::make_unique<Expr>(std::move(expr)));
  set.InsertNode(nodes.back().get(), position);
  return nodes.back().get();
}

const Expr *ExprContext::constant(Type type, const APFloat &value) {
  Expr expr;
  expr.opcode = Opcode::constant;
  expr.type = type;
  expr.value = value;
  return unique(std::move(expr));
}

const Expr *ExprContext::constant(Type type, double value) {
  APFloat rounded(value);
  bool losesInfo;
  rounded.convert(getSemantics(type), APFloat::rmNearestTiesToEven, &losesInfo);
  return constant(type, rounded);
}

const Expr *ExprContext::truth(MLIRContext *context, bool value) {
  return get(Opcode::truth, IntegerType::get(context, 1), {},
             arith::FastMathFlags::none, value);
}

const Expr *ExprContext::symbol(Symbol symbol, Type type) {
  return get(Opcode::symbol, type, {}, arith::FastMathFlags::none, symbol);
}

const Expr *ExprContext::unknown(const void *key, Type type) {
  return get(Opcode::unknown, type, {}, arith::FastMathFlags::none,
             reinterpret_cast<uintptr_t>(key));
}

const Expr *ExprContext::poison(Type type) {
  return get(Opcode::poison, type, {});
}

const Expr *ExprContext::get(Opcode opcode, Type type,
                             ArrayRef<const Expr *> operands,
                             arith::FastMathFlags flags, uintptr_t payload) {
  using arith::FastMathFlags;
  Expr expr;
  expr.opcode = opcode;
  expr.type = type;
  expr.operands.assign(operands.begin(), operands.end());
  expr.payload = payload;
  expr.flags =
      flags & (FastMathFlags::nnan | FastMathFlags::ninf | FastMathFlags::nsz);
  return unique(std::move(expr));
}

const Expr *ExprContext::rebuild(const Expr *expr,
                                 ArrayRef<const Expr *> operands) {
  if (ArrayRef(expr->operands) == operands)
    return expr;
  return get(expr->opcode, expr->type, operands, expr->flags, expr->payload);
}

SmallVector<const Expr *>
quant_bnn::scalar_function::getNodes(const Expr *root) {
  llvm::SmallDenseSet<const Expr *> seen = {root};
  SmallVector<const Expr *> nodes = {root};
  for (size_t i = 0; i < nodes.size(); ++i)
    for (const Expr *operand : nodes[i]->operands)
      if (seen.insert(operand).second)
        nodes.push_back(operand);
  // An operand is created before its users.
  llvm::sort(nodes, [](const Expr *a, const Expr *b) {
    return a->number < b->number;
  });
  return nodes;
}

const llvm::fltSemantics &quant_bnn::scalar_function::getSemantics(Type type) {
  return cast<FloatType>(type).getFloatSemantics();
}

bool quant_bnn::scalar_function::isHalf(Type type) {
  return type.isF16() || type.isBF16();
}
