//===- Compare.cpp - Differences between two functions --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Analysis/ScalarFunction/Compare.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quant_bnn::scalar_function;

static bool isSame(const APFloat &a, const APFloat &b) {
  return (a.isNaN() && b.isNaN()) || a.bitwiseIsEqual(b);
}

/// Whether two functions of x are known to have the same values from `low` to
/// `high`: compares every value of f16 and bf16, and returns false for other
/// types.
static bool isSameEverywhere(const FloatLine &line, int64_t low, int64_t high,
                             const Expr *a, const Expr *b) {
  if (!isHalf(line.getType()))
    return false;
  for (int64_t key = low; key <= high; ++key) {
    Evaluator evaluator({line.at(key), {}, {}});
    if (!isSame(evaluator.evaluate(a), evaluator.evaluate(b)))
      return false;
  }
  return true;
}

/// Whether a is within a few roundings of b.
static bool isNear(const APFloat &a, const APFloat &b, Type type) {
  FloatLine line(type);
  if (a.isNaN() || b.isNaN())
    return false;
  int64_t steps;
  return !llvm::SubOverflow(line.keyOf(a), line.keyOf(b), steps) &&
         std::abs(steps) <= 4;
}

/// The number of keys to collect: enough to find a simple one.
static constexpr size_t maxKeys = 64;

Differences quant_bnn::scalar_function::compare(const FloatLine &line,
                                                ArrayRef<Piece> body,
                                                ArrayRef<Piece> candidate) {
  Differences result;
  size_t i = 0, j = 0;
  while (i < body.size() && j < candidate.size()) {
    const Piece &a = body[i], &b = candidate[j];
    int64_t low = std::max(a.low, b.low), high = std::min(a.high, b.high);
    i += a.high == high;
    j += b.high == high;
    if (a.value == b.value || a.value->opcode == Opcode::poison)
      continue;
    bool areConstants = a.value->isConstant() && b.value->isConstant();
    if (areConstants) {
      if (isSame(*a.value->value, *b.value->value))
        continue;
      if (a.value->isZero() && b.value->isZero()) {
        if (!a.anyZero) {
          result.inSignOfZero = true;
          result.keysBeyondReals.push_back(low);
        }
        continue;
      }
    } else if (a.value->evaluable && b.value->evaluable &&
               !((a.value->symbols | b.value->symbols) & ~(1u << symbolX)) &&
               isSameEverywhere(line, low, high, a.value, b.value)) {
      continue;
    }
    if (line.isNaN(low)) {
      result.atNaN = true;
      result.keysBeyondReals.push_back(low);
      continue;
    }
    if (line.isInfinite(low)) {
      result.atInfinity = true;
      result.keysBeyondReals.push_back(low);
      continue;
    }
    result.atNumber = true;
    if (!areConstants ||
        !isNear(*a.value->value, *b.value->value, a.value->type))
      result.numFar += high - low + 1;
    if (result.keys.size() < maxKeys) {
      result.keys.push_back(low);
      if (low != high)
        result.keys.push_back(high);
    }
  }
  return result;
}

static void print(llvm::raw_ostream &os, const APFloat &value) {
  if (value.isNaN()) {
    os << "NaN";
  } else if (value.isInfinity()) {
    os << (value.isNegative() ? "-inf" : "inf");
  } else {
    SmallString<32> text;
    value.toString(text);
    os << text;
  }
}

/// Returns the keys of `differences`: simple numbers, with few digits, first.
static SmallVector<int64_t> getSamples(const FloatLine &line,
                                       const Differences &differences) {
  SmallVector<std::pair<size_t, int64_t>> numbers;
  for (int64_t key : differences.keys) {
    SmallString<32> text;
    line.at(key).toString(text);
    numbers.push_back({text.size(), key});
  }
  llvm::sort(numbers);
  SmallVector<int64_t> keys;
  for (auto [width, key] : numbers)
    keys.push_back(key);
  keys.append(differences.keysBeyondReals);
  return keys;
}

std::string quant_bnn::scalar_function::describe(const FloatLine &line,
                                                 const Differences &differences,
                                                 const Expr *body,
                                                 const Expr *candidate) {
  std::string text;
  if (!body->evaluable || !candidate->evaluable)
    return text;
  unsigned symbols = body->symbols | candidate->symbols;
  const llvm::fltSemantics &semantics = getSemantics(line.getType());
  SmallVector<APFloat> samples = {
      APFloat::getOne(semantics), APFloat::getOne(semantics, true),
      APFloat::getInf(semantics), APFloat::getQNaN(semantics),
      APFloat::getZero(semantics)};
  auto values = [&](Symbol symbol) {
    return ArrayRef(samples).take_front(symbols & (1u << symbol) ? 5 : 1);
  };
  for (int64_t key : getSamples(line, differences))
    for (const APFloat &g : values(symbolG))
      for (const APFloat &s : values(symbolS)) {
        APFloat x = line.at(key);
        Evaluator evaluator({x, g, s});
        APFloat ours = evaluator.evaluate(body);
        APFloat theirs = evaluator.evaluate(candidate);
        if (isSame(ours, theirs))
          continue;
        llvm::raw_string_ostream os(text);
        os << "at x = ";
        print(os, x);
        if (symbols & (1u << symbolG)) {
          os << ", g = ";
          print(os, g);
        }
        if (symbols & (1u << symbolS)) {
          os << ", scalar = ";
          print(os, s);
        }
        os << " the body gives ";
        print(os, ours);
        os << ", the op ";
        print(os, theirs);
        return text;
      }
  return text;
}
