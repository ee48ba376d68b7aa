//===- Reals.cpp - Expressions in real arithmetic -------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Analysis/ScalarFunction/Reals.h"
#include "mlir/IR/OperationSupport.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace mlir;
using namespace quant_bnn::scalar_function;

using Function = double (*)(double);

/// Returns the function that `expr`, a call, is of, or null if it is unknown.
static Function getFunction(const Expr *expr) {
  auto name = OperationName::getFromOpaquePointer(
      reinterpret_cast<void *>(expr->payload));
  return llvm::StringSwitch<Function>(name.getStringRef())
      .Case("math.exp", std::exp)
      .Case("math.exp2", std::exp2)
      .Case("math.cosh", std::cosh)
      .Case("math.sinh", std::sinh)
      .Default(nullptr);
}

bool quant_bnn::scalar_function::isAnalytic(const Expr *expr) {
  bool hasFunction = false;
  for (const Expr *node : getNodes(expr))
    switch (node->opcode) {
    case Opcode::constant:
    case Opcode::symbol:
    case Opcode::neg:
    case Opcode::add:
    case Opcode::mul:
    case Opcode::div:
    case Opcode::fma:
    case Opcode::extend:
    case Opcode::truncate:
      break;
    case Opcode::tanh:
      hasFunction = true;
      break;
    case Opcode::call:
      hasFunction = true;
      if (!getFunction(node))
        return false;
      break;
    default:
      return false;
    }
  return hasFunction;
}

/// Returns the value of `expr`, or NaN where it has none or is not supported.
static double evaluate(const Expr *expr, double x, double g) {
  llvm::DenseMap<const Expr *, double> values;
  for (const Expr *node : getNodes(expr)) {
    auto operand = [&](unsigned i) { return values.at(node->operands[i]); };
    auto value = [&]() -> double {
      switch (node->opcode) {
      case Opcode::constant:
        return node->value->convertToDouble();
      case Opcode::truth:
        return node->payload;
      case Opcode::symbol:
        return node->payload == symbolX   ? x
               : node->payload == symbolG ? g
                                          : std::nan("");
      case Opcode::compare: {
        double a = operand(0), b = operand(1);
        Order order = a == b  ? Order::equal
                      : a > b ? Order::greater
                              : Order::less;
        return (node->payload & static_cast<unsigned>(order)) != 0;
      }
      case Opcode::select:
        return operand(operand(0) != 0.0 ? 1 : 2);
      case Opcode::neg:
        return -operand(0);
      case Opcode::abs:
        return std::abs(operand(0));
      case Opcode::add:
        return operand(0) + operand(1);
      case Opcode::mul:
        return operand(0) * operand(1);
      case Opcode::div:
        return operand(0) / operand(1);
      case Opcode::fma:
        return operand(0) * operand(1) + operand(2);
      case Opcode::extend:
      case Opcode::truncate:
        return operand(0);
      case Opcode::tanh:
        return std::tanh(operand(0));
      case Opcode::call:
        if (Function function = getFunction(node))
          return function(operand(0));
        return std::nan("");
      default:
        return std::nan("");
      }
    };
    values[node] = value();
  }
  return values.at(expr);
}

/// Whether `a` and `b` are equal at samples of x up to 8 times `scale`.
static bool areEqualAtScale(const Expr *a, const Expr *b, double scale) {
  constexpr double tolerance = 1e-6;
  constexpr int numPoints = 48;
  SmallVector<std::pair<double, double>> values;
  double largest = 0.0;
  for (double g : {1.0, -0.7})
    for (int i = 0; i < numPoints; ++i) {
      // Points that are special to neither, from -8 to 8 times the scale.
      double fraction = std::fmod((i + 0.37) * 0.61803398875, 1.0);
      double x = scale * 16.0 * (fraction - 0.5);
      double first = evaluate(a, x, g), second = evaluate(b, x, g);
      // Where a function of the double overflows, that is no value.
      if (!std::isfinite(first) || !std::isfinite(second))
        continue;
      values.push_back({first, second});
      largest = std::max(largest, std::abs(second));
    }
  return values.size() > numPoints && llvm::all_of(values, [&](auto pair) {
           auto [first, second] = pair;
           // The difference of two numbers loses digits.
           double size = std::max(std::abs(second), largest / 1000);
           return std::abs(first - second) <= tolerance * size;
         });
}

bool quant_bnn::scalar_function::areEqualInReals(const Expr *a, const Expr *b) {
  // The functions change at an x near the reciprocal of a factor.
  for (const Expr *node : getNodes(a))
    if (node->isConstant() && node->value->isFiniteNonZero() &&
        !areEqualAtScale(a, b, 1.0 / node->value->convertToDouble()))
      return false;
  return areEqualAtScale(a, b, 1.0);
}
