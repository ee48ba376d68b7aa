//===- Simplify.cpp - Simplify expressions on an interval of x ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Analysis/ScalarFunction/Simplify.h"
#include "quant-bnn/Support/SplitReciprocal.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quant_bnn::scalar_function;
using arith::FastMathFlags;

Simplifier::Simplifier(ExprContext &context, const FloatLine &line, int64_t low,
                       int64_t high, EvaluationOptions options)
    : context(context), line(line), low(low), high(high), options(options),
      lowValues({line.at(low), {}, {}}), highValues({line.at(high), {}, {}}) {}

Piece Simplifier::simplify(const Expr *expr) {
  Result result = visit(expr);
  return {low, high, result.expr, result.anyZero};
}

//===----------------------------------------------------------------------===//
// Properties of an expression on the interval
//===----------------------------------------------------------------------===//

APFloat Simplifier::at(const Expr *expr, int64_t key) const {
  return Evaluator({line.at(key), {}, {}}).evaluate(expr);
}

template <typename Predicate>
const Expr *Simplifier::cutWhere(Predicate predicate) {
  bool atStart = predicate(low);
  int64_t same = low, other = high;
  while (other - same > 1) {
    int64_t middle = same + (other - same) / 2;
    (predicate(middle) == atStart ? same : other) = middle;
  }
  cut = other;
  return nullptr;
}

bool Simplifier::isFinite(const Expr *expr) {
  return isMonotone(expr) && atLow(expr).isFinite() && atHigh(expr).isFinite();
}

std::optional<bool> Simplifier::getSign(const Expr *expr) {
  if (expr->isConstant()) {
    if (expr->isNaN() || expr->isZero())
      return std::nullopt;
    return expr->value->isNegative();
  }
  if (!isMonotone(expr))
    return std::nullopt;
  APFloat a = atLow(expr), b = atHigh(expr);
  if (a.isZero() || b.isZero() || a.isNegative() != b.isNegative())
    return std::nullopt;
  return a.isNegative();
}

int Simplifier::monotonicity(const Expr *expr) {
  if (!expr->isFunctionOfX())
    return 0;
  if (auto it = monotonicities.find(expr); it != monotonicities.end())
    return it->second;
  int result = computeMonotonicity(expr);
  monotonicities[expr] = result;
  return result;
}

/// Correct rounding is monotone, so an op is monotone wherever its real
/// function is. A NaN requires an infinity or a zero, which each case excludes.
int Simplifier::computeMonotonicity(const Expr *expr) {
  auto operand = [&](unsigned i) { return expr->operands[i]; };
  switch (expr->opcode) {
  case Opcode::symbol:
    return line.isNaN(low) ? 0 : 1;
  case Opcode::neg:
    return -monotonicity(operand(0));
  case Opcode::roundeven:
  case Opcode::round:
  case Opcode::floor:
  case Opcode::ceil:
  case Opcode::trunc:
  case Opcode::extend:
  case Opcode::truncate:
    return monotonicity(operand(0));
  case Opcode::add: {
    const Expr *a = operand(0), *b = operand(1);
    if (a->isConstant())
      std::swap(a, b);
    if (b->isConstant())
      return b->value->isFinite() || (!b->isNaN() && isFinite(a))
                 ? monotonicity(a)
                 : 0;
    return monotonicity(a) == monotonicity(b) && isFinite(a) && isFinite(b)
               ? monotonicity(a)
               : 0;
  }
  case Opcode::mul: {
    const Expr *a = operand(0), *b = operand(1);
    if (a->isConstant())
      std::swap(a, b);
    if (!b->isConstant() || !b->value->isFiniteNonZero())
      return 0;
    return b->value->isNegative() ? -monotonicity(a) : monotonicity(a);
  }
  case Opcode::div: {
    const Expr *a = operand(0), *b = operand(1);
    if (!b->isConstant() || !b->value->isFiniteNonZero())
      return 0;
    return b->value->isNegative() ? -monotonicity(a) : monotonicity(a);
  }
  case Opcode::fma: {
    const Expr *a = operand(0), *b = operand(1), *c = operand(2);
    if (a->isConstant())
      std::swap(a, b);
    if (!b->isConstant() || !b->value->isFiniteNonZero() || !c->isConstant() ||
        !c->value->isFinite())
      return 0;
    return b->value->isNegative() ? -monotonicity(a) : monotonicity(a);
  }
  default:
    return 0;
  }
}

const Expr *Simplifier::flatten(const Expr *expr) {
  if (!expr->isFunctionOfX())
    return expr;
  if (low == high)
    return context.constant(expr->type, atLow(expr));
  if (!isMonotone(expr))
    return expr;
  APFloat value = atLow(expr);
  return value.bitwiseIsEqual(atHigh(expr))
             ? context.constant(expr->type, value)
             : expr;
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

const Expr *Simplifier::constant(const Expr *like, double value) {
  return context.constant(like->type, value);
}

const Expr *Simplifier::build(Opcode opcode, const Expr *like,
                              ArrayRef<const Expr *> operands) {
  return context.get(opcode, like->type, operands);
}

const Expr *Simplifier::negate(const Expr *expr) {
  if (expr->isConstant())
    return context.constant(expr->type, neg(*expr->value));
  if (expr->opcode == Opcode::neg)
    return expr->operands[0];
  if (expr->opcode == Opcode::poison)
    return expr;
  return build(Opcode::neg, expr, expr);
}

//===----------------------------------------------------------------------===//
// Visits
//===----------------------------------------------------------------------===//

Simplifier::Result Simplifier::visit(const Expr *expr) {
  if (auto it = results.find(expr); it != results.end())
    return it->second;
  Result result;
  switch (expr->opcode) {
  case Opcode::constant:
  case Opcode::truth:
  case Opcode::unknown:
  case Opcode::poison:
    result.expr = expr;
    break;
  case Opcode::symbol:
    result.expr = flatten(expr);
    break;
  case Opcode::compare:
  case Opcode::andi:
  case Opcode::ori:
  case Opcode::xori:
    result = visitTruth(expr);
    break;
  case Opcode::select:
    result = visitSelect(expr);
    break;
  default:
    result = visitFloat(expr);
    break;
  }
  if (result.expr)
    results[expr] = result;
  return result;
}

Simplifier::Result Simplifier::visitSelect(const Expr *expr) {
  const Expr *condition = visit(expr->operands[0]).expr;
  if (!condition)
    return {};
  if (condition->opcode == Opcode::poison)
    return {context.poison(expr->type)};
  if (condition->opcode == Opcode::truth) {
    Result result = visit(expr->operands[condition->payload ? 1 : 2]);
    if (result.expr && result.expr->isZero() && expr->has(FastMathFlags::nsz))
      result.anyZero = true;
    return result;
  }
  const Expr *ifTrue = visit(expr->operands[1]).expr;
  if (!ifTrue)
    return {};
  const Expr *ifFalse = visit(expr->operands[2]).expr;
  if (!ifFalse)
    return {};
  if (ifTrue == ifFalse)
    return {ifTrue};
  // In normal form, the predicate is false for unordered operands.
  if (condition->opcode == Opcode::compare && condition->payload > 7) {
    condition =
        context.get(Opcode::compare, condition->type, condition->operands,
                    FastMathFlags::none, 15 - condition->payload);
    std::swap(ifTrue, ifFalse);
  }
  return {
      context.get(Opcode::select, expr->type, {condition, ifTrue, ifFalse})};
}

Simplifier::Result Simplifier::visitTruth(const Expr *expr) {
  const Expr *lhs = visit(expr->operands[0]).expr;
  if (!lhs)
    return {};
  const Expr *rhs = visit(expr->operands[1]).expr;
  if (!rhs)
    return {};
  if (lhs->opcode == Opcode::poison || rhs->opcode == Opcode::poison)
    return {context.poison(expr->type)};
  if (expr->opcode == Opcode::compare)
    return {visitCompare(expr, lhs, rhs)};
  if (lhs->opcode != Opcode::truth)
    std::swap(lhs, rhs);
  if (lhs->opcode != Opcode::truth) {
    if (lhs->number > rhs->number)
      std::swap(lhs, rhs);
    return {context.rebuild(expr, {lhs, rhs})};
  }
  if (rhs->opcode == Opcode::truth) {
    bool a = lhs->payload, b = rhs->payload;
    bool value = expr->opcode == Opcode::andi  ? a && b
                 : expr->opcode == Opcode::ori ? a || b
                                               : a != b;
    return {context.truth(expr->type.getContext(), value)};
  }
  if (expr->opcode == Opcode::andi)
    return {lhs->payload ? rhs : lhs};
  if (expr->opcode == Opcode::ori)
    return {lhs->payload ? lhs : rhs};
  if (!lhs->payload)
    return {rhs};
  if (rhs->opcode == Opcode::compare)
    return {context.get(Opcode::compare, rhs->type, rhs->operands,
                        FastMathFlags::none, 15 - rhs->payload)};
  return {context.rebuild(expr, {lhs, rhs})};
}

/// Returns the predicate for exchanged operands.
static uintptr_t swapPredicate(uintptr_t predicate) {
  constexpr uintptr_t greater = static_cast<unsigned>(Order::greater);
  constexpr uintptr_t less = static_cast<unsigned>(Order::less);
  return (predicate & ~(greater | less)) | (predicate & greater ? less : 0) |
         (predicate & less ? greater : 0);
}

const Expr *Simplifier::visitCompare(const Expr *expr, const Expr *lhs,
                                     const Expr *rhs) {
  MLIRContext *mlirContext = expr->type.getContext();
  auto isExcluded = [&](const Expr *operand) {
    return operand->isConstant() &&
           ((expr->has(FastMathFlags::nnan) && operand->value->isNaN()) ||
            (expr->has(FastMathFlags::ninf) && operand->value->isInfinity()));
  };
  if (isExcluded(lhs) || isExcluded(rhs))
    return context.poison(expr->type);
  uintptr_t predicate = expr->payload;
  if (predicate == 0 || predicate == 15 || lhs->isNaN() || rhs->isNaN())
    return context.truth(mlirContext, holds(predicate, Order::unordered));
  auto decide = [&](Order order) {
    return context.truth(mlirContext, holds(predicate, order));
  };
  if (lhs->isConstant() && rhs->isConstant())
    return decide(compare(*lhs->value, *rhs->value));
  if (lhs == rhs && isMonotone(lhs))
    return decide(Order::equal);
  if (lhs->isConstant()) {
    std::swap(lhs, rhs);
    predicate = swapPredicate(predicate);
  }
  if (rhs->isConstant() && isMonotone(lhs)) {
    const APFloat &bound = *rhs->value;
    // `lhs` is monotone: the same order at both ends holds in between.
    Order order = compare(atLow(lhs), bound);
    if (order == compare(atHigh(lhs), bound))
      return decide(order);
    return cutWhere([&, lhs = lhs](int64_t key) {
      return compare(at(lhs, key), bound) == order;
    });
  }
  const Expr *scalar = lhs->opcode == Opcode::extend ? lhs->operands[0] : lhs;
  if (options.positiveScalar && scalar->opcode == Opcode::symbol &&
      scalar->payload == symbolS && rhs->isZero())
    return decide(Order::greater);
  if (options.finiteScale && lhs->symbols == 1u << symbolS &&
      rhs->isConstant() &&
      rhs->value->convertToDouble() ==
          APFloat::getLargest(getSemantics(line.getType())).convertToDouble())
    return decide(Order::less);
  if (lhs->number > rhs->number) {
    std::swap(lhs, rhs);
    predicate = swapPredicate(predicate);
  }
  return context.get(Opcode::compare, expr->type, {lhs, rhs},
                     FastMathFlags::none, predicate);
}

Simplifier::Result Simplifier::visitFloat(const Expr *expr) {
  SmallVector<const Expr *, 3> operands;
  SmallVector<APFloat, 2> values;
  bool excluded = false;
  auto check = [&](const Expr *operand) {
    excluded |= operand->opcode == Opcode::poison;
    if (operand->isConstant())
      excluded |=
          (expr->has(FastMathFlags::nnan) && operand->value->isNaN()) ||
          (expr->has(FastMathFlags::ninf) && operand->value->isInfinity());
  };
  for (const Expr *operand : expr->operands) {
    const Expr *simple = visit(operand).expr;
    if (!simple)
      return {};
    check(simple);
    operands.push_back(simple);
    if (simple->isConstant())
      values.push_back(*simple->value);
  }
  if (excluded)
    return {context.poison(expr->type)};
  Result result;
  // 0 times a finite number is a zero.
  constexpr FastMathFlags zeroProduct =
      FastMathFlags::nnan | FastMathFlags::ninf | FastMathFlags::nsz;
  if (expr->opcode == Opcode::mul && expr->has(zeroProduct) &&
      llvm::any_of(values,
                   [](const APFloat &value) { return value.isZero(); })) {
    result = {context.constant(expr->type, 0.0), true};
  } else if (expr->opcode < Opcode::tanh && values.size() == operands.size()) {
    result.expr =
        context.constant(expr->type, apply(expr->opcode, expr->type, values));
    // minnum and maxnum of two different zeros may return either zero.
    if (expr->opcode == Opcode::minnum || expr->opcode == Opcode::maxnum)
      result.anyZero = values[0].isZero() && values[1].isZero() &&
                       values[0].isNegative() != values[1].isNegative();
  } else {
    result.expr = simplifyFloat(expr, operands);
    if (!result.expr)
      return {};
    result.expr = flatten(result.expr);
  }
  check(result.expr);
  if (excluded)
    return {context.poison(expr->type)};
  if (result.expr->isZero() && expr->has(FastMathFlags::nsz))
    result.anyZero = true;
  return result;
}

const Expr *Simplifier::simplifyFloat(const Expr *expr,
                                      ArrayRef<const Expr *> operands) {
  const Expr *a = operands[0];
  switch (expr->opcode) {
  case Opcode::neg:
    return negate(a);
  case Opcode::abs:
    if (a->opcode == Opcode::neg)
      a = a->operands[0];
    if (a->opcode == Opcode::abs)
      return a;
    if (isMonotone(a)) {
      if (atLow(a).isNegative() == atHigh(a).isNegative())
        return atLow(a).isNegative() ? negate(a) : a;
      return cutWhere([&](int64_t key) { return at(a, key).isNegative(); });
    }
    return build(expr->opcode, expr, a);
  case Opcode::add:
    return simplifyAdd(a, operands[1]);
  case Opcode::mul:
    return simplifyMul(a, operands[1]);
  case Opcode::div:
    return simplifyDiv(a, operands[1]);
  case Opcode::minimum:
  case Opcode::maximum:
  case Opcode::minnum:
  case Opcode::maxnum:
    return simplifyMinMax(expr, a, operands[1]);
  case Opcode::copysign: {
    const Expr *sign = operands[1];
    if (!sign->isConstant() && !isMonotone(sign))
      return build(expr->opcode, expr, operands);
    bool isNegative = sign->isConstant() ? sign->value->isNegative()
                                         : atLow(sign).isNegative();
    if (!sign->isConstant() && atHigh(sign).isNegative() != isNegative)
      return cutWhere([&](int64_t key) { return at(sign, key).isNegative(); });
    const Expr *magnitude = context.get(Opcode::abs, a->type, a);
    magnitude = a->isConstant() ? context.constant(a->type, abs(*a->value))
                                : simplifyFloat(magnitude, a);
    return magnitude && isNegative ? negate(magnitude) : magnitude;
  }
  case Opcode::roundeven:
  case Opcode::round:
  case Opcode::floor:
  case Opcode::ceil:
  case Opcode::trunc:
    return simplifyRounding(expr, a);
  case Opcode::extend:
    if (a->opcode == Opcode::neg)
      return negate(build(expr->opcode, expr, a->operands[0]));
    return build(expr->opcode, expr, a);
  case Opcode::truncate:
    if (a->opcode == Opcode::neg) {
      const Expr *inner = simplifyFloat(expr, a->operands[0]);
      return negate(inner);
    }
    if (a->opcode == Opcode::extend && a->operands[0]->type == expr->type)
      return a->operands[0];
    return build(expr->opcode, expr, a);
  case Opcode::tanh:
    if (a->isConstant() && a->value->isInfinity())
      return constant(expr, a->value->isNegative() ? -1.0 : 1.0);
    if (a->isZero() || a->isNaN())
      return a;
    return build(expr->opcode, expr, a);
  default:
    return context.rebuild(expr, operands);
  }
}

const Expr *Simplifier::buildCommutative(Opcode opcode, const Expr *a,
                                         const Expr *b) {
  if (a->number > b->number)
    std::swap(a, b);
  return build(opcode, a, {a, b});
}

/// Returns n if the sum of `a` and `b` is hi L + lo L, by which a quantizer
/// computes L / n, rounded once, for a level L. Returns nullopt if it is not.
static std::optional<int64_t> getDividedSteps(const Expr *a, const Expr *b) {
  if (a->opcode != Opcode::mul || b->opcode != Opcode::mul)
    return std::nullopt;
  auto split = [](const Expr *product) {
    const Expr *constant = product->operands[0], *level = product->operands[1];
    if (!constant->isConstant())
      std::swap(constant, level);
    return std::pair(constant, level);
  };
  auto [hi, level] = split(a);
  auto [lo, sameLevel] = split(b);
  if (level != sameLevel || level->opcode != Opcode::roundeven ||
      !hi->isConstant() || !lo->isConstant())
    return std::nullopt;
  auto type = cast<FloatType>(a->type);
  APFloat larger = abs(*hi->value) < abs(*lo->value) ? *lo->value : *hi->value;
  double n = std::round(1.0 / larger.convertToDouble());
  if (!(n >= 1.0 && n < 16777216.0))
    return std::nullopt;
  auto parts = quant_bnn::splitReciprocal(type, static_cast<int64_t>(n));
  if (!parts)
    return std::nullopt;
  auto isPart = [&](const Expr *constant, double part) {
    APFloat rounded(part);
    bool losesInfo;
    rounded.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                    &losesInfo);
    return constant->value->bitwiseIsEqual(rounded);
  };
  if ((isPart(hi, parts->first) && isPart(lo, parts->second)) ||
      (isPart(lo, parts->first) && isPart(hi, parts->second)))
    return static_cast<int64_t>(n);
  return std::nullopt;
}

const Expr *Simplifier::simplifyAdd(const Expr *a, const Expr *b) {
  if (a->isConstant())
    std::swap(a, b);
  if (b->isNaN())
    return b;
  // x + -0 is x; x + +0 is x, unless x is a zero.
  if (b->isZero() && (b->value->isNegative() || getSign(a)))
    return a;
  if (a == negate(b) && isFinite(a))
    return constant(a, 0.0);
  if (a == b)
    return simplifyMul(a, constant(a, 2.0));
  if (auto n = getDividedSteps(a, b)) {
    const Expr *product =
        a->operands[0]->isConstant() ? a->operands[1] : a->operands[0];
    const Expr *quotient =
        build(Opcode::div, product, {product, constant(product, double(*n))});
    auto isLevel = [&](const APFloat &value) {
      return std::abs(value.convertToDouble()) <= double(*n);
    };
    // The sum rounds as the quotient does only for levels up to n.
    if (options.boundedLevels ||
        (isMonotone(product) && isLevel(atLow(product)) &&
         isLevel(atHigh(product))))
      return quotient;
  }
  return buildCommutative(Opcode::add, a, b);
}

const Expr *Simplifier::simplifyMul(const Expr *a, const Expr *b) {
  // The rounded magnitude of a product does not depend on the signs.
  bool negative = false;
  auto takeSign = [&](const Expr *factor) {
    if (factor->opcode == Opcode::neg ||
        (factor->isConstant() && factor->value->isNegative())) {
      negative = !negative;
      return negate(factor);
    }
    return factor;
  };
  a = takeSign(a);
  b = takeSign(b);
  if (a->isConstant())
    std::swap(a, b);
  auto sign = [&](const Expr *result) {
    return result && negative ? negate(result) : result;
  };
  if (b->isNaN())
    return b;
  if (b->isConstant() && b->value->isExactlyValue(1.0))
    return sign(a);
  if (b->isZero() && isFinite(a))
    if (std::optional<bool> isNegative = getSign(a))
      return sign(*isNegative ? negate(b) : b);
  if (b->isConstant() && b->value->isInfinity())
    if (std::optional<bool> isNegative = getSign(a))
      return sign(*isNegative ? negate(b) : b);
  // A product with 2 is exact, so the terms of a sum may be doubled before the
  // sum is rounded, if nothing overflows.
  if (b->isConstant() && a->opcode == Opcode::add && isFinite(a) &&
      b->value->isExactlyValue(2.0)) {
    const Expr *c = a->operands[0], *d = a->operands[1];
    auto scale = [&](const Expr *term) {
      return term->isConstant()
                 ? context.constant(term->type,
                                    apply(Opcode::mul, term->type,
                                          {*term->value, *b->value}))
                 : simplifyMul(term, b);
    };
    auto staysFinite = [&](const Expr *term) {
      return term &&
             (term->isConstant() ? term->value->isFinite() : isFinite(term));
    };
    const Expr *scaledC = scale(c), *scaledD = scale(d);
    if (staysFinite(scaledC) && staysFinite(scaledD))
      return sign(buildCommutative(Opcode::add, scaledC, scaledD));
  }
  return sign(buildCommutative(Opcode::mul, a, b));
}

const Expr *Simplifier::simplifyDiv(const Expr *a, const Expr *b) {
  if (a->isNaN() || b->isNaN())
    return a->isNaN() ? a : b;
  bool negative = false;
  for (const Expr **operand : {&a, &b})
    if ((*operand)->opcode == Opcode::neg ||
        ((*operand)->isConstant() && (*operand)->value->isNegative())) {
      negative = !negative;
      *operand = negate(*operand);
    }
  auto sign = [&](const Expr *result) {
    return result && negative ? negate(result) : result;
  };
  if (b->isConstant()) {
    // The divisor is a power of two: the product with its reciprocal is the
    // same number before rounding.
    APFloat reciprocal = *b->value;
    if (b->value->getExactInverse(&reciprocal))
      return sign(simplifyMul(a, context.constant(b->type, reciprocal)));
  }
  return sign(build(Opcode::div, a, {a, b}));
}

const Expr *Simplifier::simplifyMinMax(const Expr *expr, const Expr *a,
                                       const Expr *b) {
  if (a->isConstant())
    std::swap(a, b);
  bool isMinimum =
      expr->opcode == Opcode::minimum || expr->opcode == Opcode::minnum;
  if (b->isNaN()) {
    bool propagates =
        expr->opcode == Opcode::minimum || expr->opcode == Opcode::maximum;
    if (propagates)
      return b;
    if (isMonotone(a))
      return a;
  }
  if (a == b)
    return a;
  if (b->isConstant() && !b->isNaN() && isMonotone(a)) {
    // If a equals b on the whole interval, a is a constant already, unless it
    // takes both zeros.
    Order order = compare(atLow(a), *b->value);
    if (order != compare(atHigh(a), *b->value))
      return cutWhere(
          [&](int64_t key) { return compare(at(a, key), *b->value) == order; });
    if (order == Order::less)
      return isMinimum ? a : b;
    if (order == Order::greater)
      return isMinimum ? b : a;
  }
  return buildCommutative(expr->opcode, a, b);
}

const Expr *Simplifier::simplifyRounding(const Expr *expr, const Expr *a) {
  const Expr *rounding = build(expr->opcode, expr, a);
  if (!isMonotone(a))
    return rounding;
  APFloat first = atLow(rounding), last = atHigh(rounding);
  if (!first.isFinite() || !last.isFinite() || first.bitwiseIsEqual(last))
    return rounding;
  double start = first.convertToDouble(), end = last.convertToDouble();
  if (std::abs(end - start) > maxLevels)
    return rounding;
  // Cuts in the middle, so that few rounds of cuts separate all levels.
  double middle = start + (end - start) / 2;
  return cutWhere([&](int64_t key) {
    double value = at(rounding, key).convertToDouble();
    bool isNegativeZero = value == 0.0 && std::signbit(value);
    bool startsNegativeZero = start == 0.0 && std::signbit(start);
    if (start == end)
      return isNegativeZero == startsNegativeZero;
    return start < end ? value <= middle : value >= middle;
  });
}
